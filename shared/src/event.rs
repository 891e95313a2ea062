//! Everything the server tells a socket: events of the stream, acks and errors.

use crate::chat::{
    Category, CategoryDeleted, Chat, ChatMoved, MentionGroups, Message, MessagePreviews,
    PinChanged, ReadState, ThreadStateChanged, ThreadUpdated,
};
use crate::expression::{EmojiDeleted, SpaceEmoji};
use crate::identity::{EmailState, Me, Status, UserRef};
use crate::ids::{ChatId, MessageId, NotificationId, RoleId, SessionId, SpaceId, UserId};
use crate::json::{Unreadable, read_value};
use crate::notifications::{Notification, NotificationSettings};
use crate::people::{CustomStatus, MarkChanged, MemberRenamed, UserUpdated};
use crate::settings::UserSettings;
use crate::spaces::{MemberBanned, Membership, Participant, ReportsChanged, Role, Space};
use crate::topic::Topic;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod frame;

use frame::Data;
pub use frame::ServerFrame;

/// An event and where it belongs: `{"type", "data", "topic", "seq"?, "at"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventFrame {
    #[serde(flatten)]
    pub event: Event,
    pub topic: Topic,
    /// Per topic and gap-free; absent on ephemeral events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    #[serde(with = "crate::millis")]
    pub at: DateTime<Utc>,
}

/// Declares [`Event`], and how the client reads one: by its type straight from the frame, which needs
/// a fraction of the code that `Deserialize` of a tagged enum does.
macro_rules! events {
    ($(#[$about:meta])* pub enum Event { $($(#[$doc:meta])* $name:ident($data:ty),)* }) => {
        $(#[$about])*
        pub enum Event { $($(#[$doc])* $name($data),)* }

        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind { $($name,)* }

        impl Event {
            fn read(kind: &Kind, frame: &serde_json::Value) -> Result<Self, Unreadable> {
                Ok(match kind {
                    $(Kind::$name => Self::$name(read_value::<Data<$data>>(frame)?.data),)*
                })
            }
        }
    };
}

events! {
/// What happened. Events with a `seq` are durable and can be replayed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Event {
    // chat: durable
    NewMessage(Box<Message>),
    MessageEdited(MessageEdited),
    MessageDeleted(MessageDeleted),
    ReactionAdded(ReactionChanged),
    ReactionRemoved(ReactionChanged),
    MessagePinned(PinChanged),
    MessageUnpinned(PinChanged),
    /// What hangs on a message changed: show it at the message.
    ThreadUpdated(ThreadUpdated),
    /// What is shown of the links of a message came, or is shown no more.
    MessagePreviews(MessagePreviews),
    // chat: ephemeral
    /// Not told where more than 50 sockets have the chat open.
    UserJoinedRoom(RoomUser),
    /// As `user_joined_room`.
    UserLeftRoom(RoomUser),
    Typing(RoomUser),
    // space and user: ephemeral
    ChatActivity(ChatActivity),
    /// Not told to a space that more than 200 sockets hear: its list of people says who is there.
    UserStatusChanged(UserStatusChanged),
    /// As people of a space, or of direct and group chats, see the person now.
    UserUpdated(UserUpdated),
    // space: durable
    MemberJoined(MemberJoined),
    MemberLeft(MemberGone),
    UserKicked(MemberGone),
    MemberBanned(MemberBanned),
    MemberUnbanned(MemberGone),
    RoleCreated(Role),
    RoleUpdated(Role),
    RoleDeleted(RoleDeleted),
    RoleAssigned(RoleAssigned),
    MemberRenamed(MemberRenamed),
    SpaceUpdated(Space),
    SpaceDeleted(SpaceDeleted),
    /// `read` and `permissions` are not the receiver's: he computes them himself.
    ChatCreated(Chat),
    /// As `chat_created`.
    ChatUpdated(Chat),
    ChatDeleted(ChatDeleted),
    /// A chat stands in another place of the list.
    ChatMoved(ChatMoved),
    CategoryCreated(Category),
    CategoryUpdated(Category),
    CategoryDeleted(CategoryDeleted),
    EmojiCreated(SpaceEmoji),
    EmojiUpdated(SpaceEmoji),
    EmojiDeleted(EmojiDeleted),
    /// Something the receiver may not see took this `seq`.
    Noop(Noop),
    // user: durable
    /// The caller joined a space, here or on another device.
    SpaceJoined(Space),
    /// The caller left a space, was removed from it, or it was deleted.
    SpaceLeft(SpaceDeleted),
    /// Permissions were taken from the caller in a space, or given back.
    MembershipChanged(MembershipChanged),
    /// The caller put his spaces into another order.
    SpacesOrdered(SpacesOrdered),
    /// To who handles the reports of a space.
    ReportsChanged(ReportsChanged),
    /// A direct or group chat appeared or changed.
    ConversationUpdated(Chat),
    ReadStateChanged(ReadStateChanged),
    ThreadStateChanged(ThreadStateChanged),
    ProfileUpdated(Me),
    SettingsUpdated(UserSettings),
    MarkChanged(MarkChanged),
    SessionRevoked(SessionRevoked),
    /// The caller's address was confirmed, or another one waits to be.
    EmailChanged(EmailState),
    NotificationCreated(NotificationCreated),
    NotificationsRead(NotificationsRead),
    /// The opposite: the caller took back that he had read what they tell of.
    NotificationsUnread(NotificationsRead),
    NotificationsDeleted(NotificationsDeleted),
    NotificationSettingsChanged(NotificationSettings),
}
}

/// See [`Event::MessageEdited`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageEdited {
    pub message_id: MessageId,
    pub chat_id: ChatId,
    /// The message's own `seq`.
    pub message_seq: i64,
    pub content: String,
    pub mentions: Vec<UserRef>,
    #[serde(default, skip_serializing_if = "MentionGroups::is_empty")]
    pub mention_groups: MentionGroups,
    #[serde(with = "crate::millis")]
    pub edited_at: DateTime<Utc>,
}

/// See [`Event::MessageDeleted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageDeleted {
    pub message_id: MessageId,
    pub chat_id: ChatId,
    pub message_seq: i64,
}

/// See [`Event::ReactionAdded`]; `count` is the emoji's count after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReactionChanged {
    pub message_id: MessageId,
    pub chat_id: ChatId,
    pub message_seq: i64,
    pub emoji: String,
    pub user: UserRef,
    pub count: i64,
}

/// Somebody in an open chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomUser {
    pub chat_id: ChatId,
    pub user: UserRef,
}

/// News in a chat that is not open here. Coalesced: at most one a chat each half second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatActivity {
    pub chat_id: ChatId,
    pub last_seq: i64,
    /// Whether the receiver is mentioned.
    pub mentioned: bool,
    /// News in the thread of this message; they do not count as unread in the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
}

/// A person's presence as the receiver may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserStatusChanged {
    pub user_id: UserId,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_status: Option<CustomStatus>,
}

/// See [`Event::MemberJoined`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberJoined {
    pub space_id: SpaceId,
    pub member: Participant,
}

/// Somebody left, or was removed by `by`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberGone {
    pub space_id: SpaceId,
    pub user_id: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// See [`Event::RoleDeleted`]; its holders now hold `replacement_id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleDeleted {
    pub space_id: SpaceId,
    pub role_id: RoleId,
    pub replacement_id: RoleId,
}

/// See [`Event::RoleAssigned`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleAssigned {
    pub space_id: SpaceId,
    pub user_id: UserId,
    pub role_id: RoleId,
}

/// See [`Event::SpaceDeleted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpaceDeleted {
    pub space_id: SpaceId,
}

/// See [`Event::MembershipChanged`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MembershipChanged {
    pub space_id: SpaceId,
    pub me: Membership,
}

/// See [`Event::SpacesOrdered`]; spaces that are not in it come after, by joining.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpacesOrdered {
    pub space_ids: Vec<SpaceId>,
}

/// See [`Event::ChatDeleted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatDeleted {
    pub chat_id: ChatId,
}

/// See [`Event::Noop`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Noop {}

/// See [`Event::ReadStateChanged`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadStateChanged {
    pub chat_id: ChatId,
    #[serde(flatten)]
    pub read: ReadState,
    /// The position moved back: the person marked messages as unread.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub back: bool,
}

/// See [`Event::SessionRevoked`]: the socket of that session closes with 4403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionRevoked {
    pub session_id: SessionId,
}

/// See [`Event::NotificationCreated`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationCreated {
    pub notification: Notification,
    /// How many are unread now.
    pub unread: i64,
}

/// See [`Event::NotificationsRead`] and [`Event::NotificationsUnread`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationsRead {
    /// Absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<NotificationId>>,
    /// How many are unread now.
    pub unread: i64,
}

/// See [`Event::NotificationsDeleted`]: by their reader, or what they were about is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationsDeleted {
    pub ids: Vec<NotificationId>,
    /// How many are unread now.
    pub unread: i64,
}

/// The answer to `hello`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connected {
    pub user: Me,
    pub session_id: SessionId,
    /// Send `heartbeat` at least this often.
    pub heartbeat_seconds: u64,
    /// Names the log that the numbers belong to; say it in the next `hello`.
    pub epoch: String,
    /// The topics this socket hears by itself.
    pub topics: BTreeMap<Topic, TopicState>,
    #[serde(with = "crate::millis")]
    pub server_time: DateTime<Utc>,
}

/// Where a topic stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TopicState {
    /// The topic's newest `seq`.
    pub seq: i64,
    /// `true`: all events after the client's cursor follow. `false`: fetch that state anew.
    pub recovered: bool,
}

/// The answer to `join_room`; the missing events follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinedRoom {
    pub chat_id: ChatId,
    pub seq: i64,
    pub recovered: bool,
}

/// Why the server closes a socket.
pub mod close {
    /// Shutting down, or another database took over; come back after a jittered pause.
    pub const SHUTTING_DOWN: u16 = 1001;
    /// A frame was larger than 64 KiB.
    pub const TOO_BIG: u16 = 1009;
    /// We cannot serve now, or something of ours broke: come back.
    pub const BROKEN: u16 = 1011;
    /// Not a frame of this protocol.
    pub const BAD_FRAME: u16 = 4400;
    /// The token is missing, invalid or expired: do not come back with it.
    pub const UNAUTHENTICATED: u16 = 4401;
    /// The session was revoked: do not come back with this token.
    pub const REVOKED: u16 = 4403;
    /// The client reads too slowly, or did not answer when a new socket of its account needed the place:
    /// come back and resume.
    pub const TOO_SLOW: u16 = 4408;
    /// Too many commands.
    pub const FLOODING: u16 = 4429;
}
