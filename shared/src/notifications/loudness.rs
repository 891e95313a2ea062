//! How loud spaces and chats are.

use super::{KindSetting, Level, NotificationKind, NotificationSettings};
use crate::Timestamp;
use crate::ids::{ChatId, SpaceId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How loud one space or chat is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Loudness {
    /// Exactly one of `space_id` and `chat_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space_id: Option<SpaceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<ChatId>,
    /// Absent: as the space, or `all` where there is none above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// As `nothing`, for a while.
    #[serde(default)]
    pub muted: bool,
    /// When muting ends; absent: when it is taken back.
    #[serde(default, with = "crate::millis::option", skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<DateTime<Utc>>,
    /// The kinds that differ here from what holds above. In a change, absent keeps them and an empty list
    /// clears them; absent in an answer: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<KindSetting>>,
}

impl Loudness {
    /// The kinds that can be told about a space, or about a chat: of a space or not.
    #[must_use]
    pub fn kinds_of(&self, in_space: bool) -> &'static [NotificationKind] {
        use NotificationKind::{
            DirectMessage, Invite, Mention, Moderation, Reply, RoleChange, Thread,
        };
        match (self.chat_id, in_space) {
            (None, _) => &[Mention, Reply, Thread, Invite, RoleChange, Moderation],
            (Some(_), true) => &[Mention, Reply, Thread],
            (Some(_), false) => &[Mention, Reply, Thread, DirectMessage],
        }
    }

    /// Whether the kinds are some that can come from here, each once.
    #[must_use]
    pub fn has_its_kinds(&self) -> bool {
        let kinds = self.kinds.as_deref().unwrap_or_default();
        let possible = self.kinds_of(false);
        kinds.iter().enumerate().all(|(at, setting)| {
            let again = kinds.iter().take(at).any(|other| other.kind == setting.kind);
            possible.contains(&setting.kind) && !again
        })
    }

    /// What is set here for a kind.
    #[must_use]
    pub fn kind(&self, kind: NotificationKind) -> Option<KindSetting> {
        self.kinds.iter().flatten().find(|setting| setting.kind == kind).copied()
    }

    /// What counts now.
    #[must_use]
    pub fn effective(&self, now: Timestamp) -> Option<Level> {
        let muted = self.muted && self.muted_until.is_none_or(|until| until > now);
        if muted { Some(Level::Nothing) } else { self.level }
    }
}

impl NotificationSettings {
    /// How loud a chat is now: its own level, else its space's, else everything.
    #[must_use]
    pub fn level_of(&self, space: Option<SpaceId>, chat: ChatId, now: Timestamp) -> Level {
        let level = |matches: &dyn Fn(&Loudness) -> bool| {
            self.levels.iter().find(|l| matches(l)).and_then(|l| l.effective(now))
        };
        let of_space = space.and_then(|id| level(&|l| l.space_id == Some(id)));
        // A muted space is silent as a whole.
        if of_space == Some(Level::Nothing) {
            return Level::Nothing;
        }
        level(&|l| l.chat_id == Some(chat)).or(of_space).unwrap_or(Level::All)
    }

    /// What holds for a kind in a place: what is set for the chat, else for its space, else for all.
    #[must_use]
    pub fn kind_in(
        &self,
        kind: NotificationKind,
        space: Option<SpaceId>,
        chat: Option<ChatId>,
    ) -> KindSetting {
        let of = |matches: &dyn Fn(&Loudness) -> bool| {
            self.levels.iter().find(|l| matches(l)).and_then(|l| l.kind(kind))
        };
        let of_chat = chat.and_then(|id| of(&|l| l.chat_id == Some(id)));
        let of_space = || space.and_then(|id| of(&|l| l.space_id == Some(id)));
        let of_all = || self.kinds.iter().find(|setting| setting.kind == kind).copied();
        of_chat.or_else(of_space).or_else(of_all).unwrap_or(KindSetting {
            kind,
            inbox: true,
            mail: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_follows_its_space_unless_it_differs() {
        let (space, chat) = (SpaceId::new(), ChatId::new());
        let now = chrono::Utc::now();
        let level = |levels: Vec<Loudness>| {
            NotificationSettings { levels, ..Default::default() }.level_of(Some(space), chat, now)
        };
        let of_space = |level| Loudness { space_id: Some(space), level, ..Default::default() };
        let of_chat = |level| Loudness { chat_id: Some(chat), level, ..Default::default() };
        assert_eq!(level(vec![]), Level::All);
        assert_eq!(level(vec![of_space(Some(Level::Mentions))]), Level::Mentions);
        let both = vec![of_space(Some(Level::Mentions)), of_chat(Some(Level::All))];
        assert_eq!(level(both), Level::All);
        let muted = |until| Loudness { muted: true, muted_until: until, ..of_chat(None) };
        assert_eq!(level(vec![muted(None)]), Level::Nothing);
        assert_eq!(level(vec![muted(Some(now))]), Level::All, "it has ended");
        let silent = vec![of_space(Some(Level::Nothing)), of_chat(Some(Level::All))];
        assert_eq!(level(silent), Level::Nothing);
    }

    #[test]
    fn a_kind_follows_what_is_nearest() {
        let (space, chat) = (SpaceId::new(), ChatId::new());
        let set = |inbox| KindSetting { kind: NotificationKind::Reply, inbox, mail: inbox };
        let of_space = |inbox| Loudness {
            space_id: Some(space),
            kinds: Some(vec![set(inbox)]),
            ..Default::default()
        };
        let of_chat = |inbox| Loudness {
            chat_id: Some(chat),
            kinds: Some(vec![set(inbox)]),
            ..Default::default()
        };
        let comes = |levels: Vec<Loudness>| {
            let settings = NotificationSettings { levels, ..Default::default() };
            settings.kind_in(NotificationKind::Reply, Some(space), Some(chat)).inbox
        };
        assert!(comes(vec![]));
        assert!(!comes(vec![of_space(false)]));
        assert!(comes(vec![of_space(false), of_chat(true)]));
        assert!(!comes(vec![of_space(true), of_chat(false)]));
        let other = NotificationSettings { levels: vec![of_chat(false)], ..Default::default() };
        assert!(other.kind_in(NotificationKind::Mention, Some(space), Some(chat)).inbox);
        assert!(other.kind_in(NotificationKind::Reply, Some(space), None).inbox);
    }

    #[test]
    fn a_place_has_only_kinds_that_come_from_it_each_once() {
        use NotificationKind::{DirectMessage, Invite, Mention};
        let of = |in_chat: bool, kinds: &[NotificationKind]| {
            let set =
                |kind: &NotificationKind| KindSetting { kind: *kind, inbox: true, mail: true };
            let kinds = Some(kinds.iter().map(set).collect());
            let space_id = (!in_chat).then(SpaceId::new);
            let level = Loudness {
                space_id,
                chat_id: in_chat.then(ChatId::new),
                kinds,
                ..Default::default()
            };
            level.has_its_kinds()
        };
        assert!(of(true, &[Mention, DirectMessage]) && of(false, &[Mention, Invite]));
        assert!(!of(true, &[Invite]) && !of(false, &[DirectMessage]));
        assert!(!of(true, &[Mention, Mention]));
    }
}
