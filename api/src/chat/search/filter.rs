//! What a message must have besides its words.

use shared::error::FieldCode;
use shared::files::FileKind;

/// One condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    HasLink,
    HasReaction,
    HasSticker,
    /// Any file.
    HasFile,
    HasFileOf(FileKind),
    IsPinned,
    /// In a thread, or with replies in one.
    IsThread,
    IsEdited,
    MentionsMe,
}

impl Filter {
    /// The filters of a parameter: `has=link,reaction`, `is=pinned`, `mentions=me`.
    ///
    /// # Errors
    /// `unknown` for a value that is none.
    pub fn parse(parameter: &str, values: Option<&str>) -> Result<Vec<Self>, FieldCode> {
        let one = |value: &str| match (parameter, value.trim()) {
            ("has", "link") => Ok(Self::HasLink),
            ("has", "reaction") => Ok(Self::HasReaction),
            ("has", "sticker") => Ok(Self::HasSticker),
            ("has", "file") => Ok(Self::HasFile),
            ("has", kind) => {
                FileKind::from_key(kind).map(Self::HasFileOf).ok_or(FieldCode::Unknown)
            }
            ("is", "pinned") => Ok(Self::IsPinned),
            ("is", "thread") => Ok(Self::IsThread),
            ("is", "edited") => Ok(Self::IsEdited),
            ("mentions", "me") => Ok(Self::MentionsMe),
            _ => Err(FieldCode::Unknown),
        };
        values.into_iter().flat_map(|values| values.split(',')).map(one).collect()
    }

    /// Whether files are looked for: then words may stand in their names, too.
    #[must_use]
    pub fn is_of_files(self) -> bool {
        matches!(self, Self::HasFile | Self::HasFileOf(_))
    }

    /// The kind of file that is looked for.
    #[must_use]
    pub fn kind(self) -> Option<FileKind> {
        match self {
            Self::HasFileOf(kind) => Some(kind),
            _ => None,
        }
    }

    /// The condition on message `m`; the person who searches is bound to placeholder `me`.
    #[must_use]
    pub fn condition(self, me: usize) -> String {
        match self {
            Self::HasLink => "(m.content ILIKE '%http://%' OR m.content ILIKE '%https://%' \
                 OR m.forwarded ILIKE '%http://%' OR m.forwarded ILIKE '%https://%')"
                .into(),
            Self::HasReaction => {
                "EXISTS (SELECT 1 FROM reactions x WHERE x.message_id = m.id)".into()
            }
            Self::HasSticker => "m.sticker_id IS NOT NULL".into(),
            Self::HasFile => "EXISTS (SELECT 1 FROM files x WHERE x.message_id = m.id)".into(),
            // A constant of the code, not what somebody typed.
            Self::HasFileOf(kind) => format!(
                "EXISTS (SELECT 1 FROM files x WHERE x.message_id = m.id AND x.kind = '{}')",
                kind.key()
            ),
            Self::IsPinned => "EXISTS (SELECT 1 FROM pins x WHERE x.message_id = m.id)".into(),
            Self::IsThread => "(m.thread_root IS NOT NULL OR EXISTS (SELECT 1 FROM threads x \
                 WHERE x.root_id = m.id AND x.reply_count > 0))"
                .into(),
            Self::IsEdited => "m.edited_at IS NOT NULL".into(),
            Self::MentionsMe => format!(
                "(EXISTS (SELECT 1 FROM mentions x WHERE x.message_id = m.id AND x.user_id = ${me}) \
                 OR EXISTS (SELECT 1 FROM group_mentions x WHERE x.message_id = m.id \
                     AND (x.kind = 'all' OR x.role_id IN \
                         (SELECT role_id FROM space_members WHERE user_id = ${me}))))"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_known_ones() {
        let found = Filter::parse("has", Some("link, reaction"));
        assert_eq!(found, Ok(vec![Filter::HasLink, Filter::HasReaction]));
        let files = Filter::parse("has", Some("file,video"));
        assert_eq!(files, Ok(vec![Filter::HasFile, Filter::HasFileOf(FileKind::Video)]));
        assert_eq!(Filter::parse("is", None), Ok(Vec::new()));
        for (parameter, value) in [("has", "pinned"), ("is", ""), ("mentions", "all"), ("has", "x")]
        {
            assert_eq!(Filter::parse(parameter, Some(value)), Err(FieldCode::Unknown), "{value}");
        }
    }
}
