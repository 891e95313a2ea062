//! What a message must have besides its words.

use shared::error::FieldCode;

/// One condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    HasLink,
    HasReaction,
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
            ("is", "pinned") => Ok(Self::IsPinned),
            ("is", "thread") => Ok(Self::IsThread),
            ("is", "edited") => Ok(Self::IsEdited),
            ("mentions", "me") => Ok(Self::MentionsMe),
            _ => Err(FieldCode::Unknown),
        };
        values.into_iter().flat_map(|values| values.split(',')).map(one).collect()
    }

    /// The condition on message `m`; the person who searches is bound to placeholder `me`.
    #[must_use]
    pub fn condition(self, me: usize) -> String {
        match self {
            // The trigram index finds both.
            Self::HasLink => "(m.content ILIKE '%http://%' OR m.content ILIKE '%https://%')".into(),
            Self::HasReaction => {
                "EXISTS (SELECT 1 FROM reactions x WHERE x.message_id = m.id)".into()
            }
            Self::IsPinned => "EXISTS (SELECT 1 FROM pins x WHERE x.message_id = m.id)".into(),
            Self::IsThread => "(m.thread_root IS NOT NULL OR EXISTS (SELECT 1 FROM threads x \
                 WHERE x.root_id = m.id AND x.reply_count > 0))"
                .into(),
            Self::IsEdited => "m.edited_at IS NOT NULL".into(),
            Self::MentionsMe => format!(
                "EXISTS (SELECT 1 FROM mentions x WHERE x.message_id = m.id AND x.user_id = ${me})"
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
        assert_eq!(Filter::parse("is", None), Ok(Vec::new()));
        for (parameter, value) in [("has", "pinned"), ("is", ""), ("mentions", "all"), ("has", "x")]
        {
            assert_eq!(Filter::parse(parameter, Some(value)), Err(FieldCode::Unknown), "{value}");
        }
    }
}
