//! Every page of the client and its address.

use shared::chat::Message;
use shared::ids::{ChatId, PackId, SpaceId};

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
    /// Tokens for programs, bots.
    Developer,
}

impl SettingsTab {
    pub const ALL: [Self; 9] = [
        Self::Account,
        Self::Profile,
        Self::Security,
        Self::Appearance,
        Self::Language,
        Self::Notifications,
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
pub fn link(chat: Page, message: &Message) -> String {
    let path = chat.path();
    match message.thread_root {
        None => format!("{path}?m={}", message.seq),
        Some(root) => format!("{path}?t={root}&m={}", message.seq),
    }
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
