//! Every page of the client and its address.

use shared::chat::link_query;
use shared::ids::{ChatId, MessageId, PackId, SpaceId};

/// A page; [`Page::path`] is the only place where addresses are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Opens the last space.
    Home,
    Login,
    Register,
    /// A letter with a link for a new password.
    Forgot,
    /// Notifications.
    Inbox,
    /// Opens the last chat of the space; on a phone shows the list of chats.
    Space(SpaceId),
    Chat(SpaceId, ChatId),
    /// Direct and group chats.
    Conversations,
    Direct(ChatId),
    /// The threads that the person follows.
    Threads,
    /// Public spaces.
    Discover,
    /// A sticker pack.
    Pack(PackId),
    Settings(SettingsTab),
    SpaceSettings(SpaceId, SpaceTab),
}

/// A tab of a space's settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SpaceTab {
    #[default]
    Overview,
    Roles,
    Members,
    Emoji,
    Invites,
    Bans,
    Reports,
    Audit,
    Danger,
}

impl SpaceTab {
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Roles,
        Self::Members,
        Self::Emoji,
        Self::Invites,
        Self::Bans,
        Self::Reports,
        Self::Audit,
        Self::Danger,
    ];

    /// The last part of the address.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Roles => "roles",
            Self::Members => "members",
            Self::Emoji => "emoji",
            Self::Invites => "invites",
            Self::Bans => "bans",
            Self::Reports => "reports",
            Self::Audit => "audit",
            Self::Danger => "danger",
        }
    }

    /// The tab of an address.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.key() == key)
    }
}

/// The address of an invitation.
#[must_use]
pub fn invite_path(code: &str) -> String {
    format!("/i/{code}")
}

/// A tab of the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SettingsTab {
    #[default]
    Account,
    Profile,
    Security,
    Appearance,
    Language,
    Notifications,
    Privacy,
    Data,
    /// Packs of stickers.
    Stickers,
    /// Tokens for programs, bots.
    Developer,
}

impl SettingsTab {
    pub const ALL: [Self; 10] = [
        Self::Account,
        Self::Profile,
        Self::Security,
        Self::Appearance,
        Self::Language,
        Self::Notifications,
        Self::Stickers,
        Self::Privacy,
        Self::Data,
        Self::Developer,
    ];

    /// The last part of the address.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Profile => "profile",
            Self::Security => "security",
            Self::Appearance => "appearance",
            Self::Language => "language",
            Self::Privacy => "privacy",
            Self::Data => "data",
            Self::Stickers => "stickers",
            Self::Notifications => "notifications",
            Self::Developer => "developer",
        }
    }

    /// The tab of an address.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.key() == key)
    }
}

/// The address of a message: of the chat, or of a thread in it.
#[must_use]
pub fn link(chat: Page, thread: Option<MessageId>, seq: i64) -> String {
    format!("{}?{}", chat.path(), link_query(thread, seq))
}

/// The address of a page before signing in that goes on to another one.
#[must_use]
pub fn before(page: Page, next: &str) -> String {
    format!("{}?next={}", page.path(), js_sys::encode_uri_component(next))
}

/// Whether an address leads to a page of ours: nobody is sent to another site. Browsers read `\` as `/`
/// and skip line ends.
#[must_use]
pub fn is_ours(address: &str) -> bool {
    let mut letters = address.chars();
    letters.next() == Some('/')
        && !matches!(letters.next(), Some('/' | '\\'))
        && !address.chars().any(char::is_control)
}

impl Page {
    /// The address of the page.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Home => "/".into(),
            Self::Login => "/login".into(),
            Self::Register => "/register".into(),
            Self::Forgot => "/forgot".into(),
            Self::Inbox => "/inbox".into(),
            Self::Space(space) => format!("/s/{space}"),
            Self::Chat(space, chat) => format!("/s/{space}/c/{chat}"),
            Self::Conversations => "/d".into(),
            Self::Direct(chat) => format!("/d/{chat}"),
            Self::Threads => "/threads".into(),
            Self::Discover => "/discover".into(),
            Self::Pack(pack) => format!("/stickers/{pack}"),
            Self::Settings(tab) => format!("/settings/{}", tab.key()),
            Self::SpaceSettings(space, tab) => format!("/s/{space}/settings/{}", tab.key()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_ours_are_gone_on_to() {
        for ours in ["/", "/s/1/c/2?t=3&m=4", "/i/code", "/discover?q=//"] {
            assert!(is_ours(ours), "{ours}");
        }
        for foreign in [
            "",
            "s/1",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
        ] {
            assert!(!is_ours(foreign), "{foreign}");
        }
    }
}
