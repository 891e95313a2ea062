//! Chats and what one person is in them: one query brings chat, standing and overrides. What waits
//! for him there costs more and is [`super::counted`].

use super::sql::{from_json, user_ref};
use crate::identity::model::mark::Side;
use crate::platform::db::PgConn;
use crate::platform::prepared::prepared;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;
use shared::chat::{Chat, ChatKind, ReadState};
use shared::identity::UserRef;
use shared::ids::{CategoryId, ChatId, RoleId, SpaceId, UserId};
use shared::permission::{
    ChatOverride, OverrideTarget, PermissionSet, Standing, ignores_slow_mode, in_chat, in_force,
    in_space,
};
use std::sync::LazyLock;
use uuid::Uuid;

/// A chat and what one person is in it.
#[derive(Clone, Debug, QueryableByName)]
pub struct ChatView {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    space_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    owner_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub topic: Option<String>,
    #[diesel(sql_type = Integer)]
    pub position: i32,
    #[diesel(sql_type = Bool)]
    pub is_default: bool,
    #[diesel(sql_type = BigInt)]
    pub last_seq: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_message_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = Bool)]
    is_member: bool,
    #[diesel(sql_type = Bool)]
    is_space_owner: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    role_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Integer>)]
    rank: Option<i32>,
    #[diesel(sql_type = Nullable<BigInt>)]
    role: Option<PermissionSet>,
    #[diesel(sql_type = Nullable<BigInt>)]
    denied: Option<PermissionSet>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    denied_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    overrides: Option<Value>,
    #[diesel(sql_type = Jsonb)]
    me: Value,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    category_id: Option<Uuid>,
    #[diesel(sql_type = Integer)]
    pub slow_seconds: i32,
    /// When the person wrote here last; only asked for in slow mode.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    own_last_at: Option<DateTime<Utc>>,
    /// In a direct chat: who of the two blocked the other.
    #[diesel(sql_type = Nullable<Text>)]
    blocked: Option<String>,
}

/// `$1` is the person.
pub(super) const COLUMNS: &str = concat!(
    "SELECT c.id, c.kind, c.space_id, c.owner_id, c.name, c.topic, c.position, \
     coalesce(s.default_chat_id = c.id, false) AS is_default, c.last_seq, c.last_message_at, \
     c.created_at, c.version, coalesce(sm.user_id, cm.user_id) IS NOT NULL AS is_member, \
     coalesce(s.owner_id = $1, false) AS is_space_owner, sm.role_id, r.priority AS rank, \
     r.permissions AS role, re.denied, re.until AS denied_until, o.overrides, \
     c.category_id, c.slow_seconds, CASE WHEN c.slow_seconds > 0 THEN \
         (SELECT m.created_at FROM messages m WHERE m.chat_id = c.id AND m.author_id = $1 \
          ORDER BY m.seq DESC LIMIT 1) END AS own_last_at, ",
    user_ref!("u", "sm.nickname"),
    " AS me, CASE WHEN c.kind = 'direct' THEN (SELECT CASE WHEN k.user_id = $1 THEN 'mine' \
         ELSE 'theirs' END FROM chat_members o JOIN user_marks k ON k.mark = 'blocked' \
         AND (k.user_id, k.other_id) IN (($1, o.user_id), (o.user_id, $1)) \
         WHERE o.chat_id = c.id AND o.user_id <> $1 ORDER BY k.user_id <> $1 LIMIT 1) END AS blocked "
);

pub(super) const FROM: &str = "FROM users u CROSS JOIN chats c \
     LEFT JOIN spaces s ON s.id = c.space_id \
     LEFT JOIN space_members sm ON sm.space_id = c.space_id AND sm.user_id = $1 \
     LEFT JOIN roles r ON r.id = sm.role_id \
     LEFT JOIN restrictions re ON re.space_id = c.space_id AND re.user_id = $1 \
     LEFT JOIN chat_members cm ON cm.chat_id = c.id AND cm.user_id = $1 \
     LEFT JOIN LATERAL (SELECT jsonb_agg(to_jsonb(x)) AS overrides FROM chat_overrides x \
         WHERE x.chat_id = c.id) o ON true ";

/// The chats of a space (`$2`) in the order of the sidebar.
pub(super) const OF_SPACE: &str = "c.space_id = $2 ORDER BY c.position, c.created_at, c.id";

/// The same for several people at once.
static OF_MANY: LazyLock<String> = LazyLock::new(|| {
    let select = [COLUMNS, FROM].concat().replace("$1", "u.id");
    format!("{select}WHERE u.id = ANY($1) AND c.id = $2")
});

impl ChatView {
    /// The chat, also when the person has no part in it: ask [`ChatView::permissions`].
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &PgConn, user: UserId, chat: ChatId) -> QueryResult<Self> {
        let query = diesel::sql_query(format!("{COLUMNS}{FROM}WHERE u.id = $1 AND c.id = $2"))
            .bind::<SqlUuid, _>(user.0)
            .bind::<SqlUuid, _>(chat.0);
        prepared(query).get_result(&mut &*conn).await
    }

    /// The chat as each of these people sees it.
    ///
    /// # Errors
    /// The database's.
    pub async fn find_for(
        conn: &mut PgConn,
        users: &[UserId],
        chat: ChatId,
    ) -> QueryResult<Vec<Self>> {
        // PostgreSQL keeps the plan for one, but plans for each list of several anew.
        if let [user] = users {
            return Ok(Self::find(conn, *user, chat).await.optional()?.into_iter().collect());
        }
        let users: Vec<Uuid> = users.iter().map(|user| user.0).collect();
        let query = diesel::sql_query(OF_MANY.as_str())
            .bind::<Array<SqlUuid>, _>(users)
            .bind::<SqlUuid, _>(chat.0);
        prepared(query).load(conn).await
    }

    /// The chats of a space, visible or not.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_space(
        conn: &mut PgConn,
        user: UserId,
        space: SpaceId,
    ) -> QueryResult<Vec<Self>> {
        let query = diesel::sql_query(format!("{COLUMNS}{FROM}WHERE u.id = $1 AND {OF_SPACE}"))
            .bind::<SqlUuid, _>(user.0)
            .bind::<SqlUuid, _>(space.0);
        prepared(query).load(conn).await
    }

    /// The chats of the person's spaces that overrides, his role or a restriction may hide from him.
    ///
    /// # Errors
    /// The database's.
    pub async fn possibly_hidden(
        conn: &mut PgConn,
        user: UserId,
        view_chat: PermissionSet,
    ) -> QueryResult<Vec<Self>> {
        // Before overrides are gathered: most chats have none.
        let filter = "sm.user_id = $1 AND (EXISTS (SELECT FROM chat_overrides y WHERE y.chat_id = c.id) \
             OR (r.permissions & ~coalesce(re.denied, 0)) & $2 = 0)";
        let query = diesel::sql_query(format!("{COLUMNS}{FROM}WHERE u.id = $1 AND {filter}"))
            .bind::<SqlUuid, _>(user.0)
            .bind::<BigInt, _>(view_chat);
        prepared(query).load(conn).await
    }

    #[must_use]
    pub fn id(&self) -> ChatId {
        ChatId(self.id)
    }

    #[must_use]
    pub fn kind(&self) -> ChatKind {
        ChatKind::from_key(&self.kind).unwrap_or(ChatKind::Group)
    }

    #[must_use]
    pub fn space_id(&self) -> Option<SpaceId> {
        self.space_id.map(SpaceId)
    }

    #[must_use]
    pub fn owner_id(&self) -> Option<UserId> {
        self.owner_id.map(UserId)
    }

    /// The person as others see him.
    ///
    /// # Errors
    /// The query and the type do not fit.
    pub fn me(&self) -> QueryResult<UserRef> {
        from_json(self.me.clone())
    }

    /// Who of the two people of a direct chat blocked the other.
    #[must_use]
    pub fn blocked(&self) -> Option<Side> {
        self.blocked.as_deref().map(|by| if by == "mine" { Side::Mine } else { Side::Theirs })
    }

    /// What the person is in the space of this chat.
    #[must_use]
    pub fn standing(&self, user: UserId, now: DateTime<Utc>) -> Option<Standing> {
        let denied = self.denied.filter(|_| in_force(self.denied_until, now));
        Some(Standing {
            user_id: user,
            is_owner: self.is_space_owner,
            role_id: RoleId(self.role_id?),
            rank: self.rank?,
            role: self.role?,
            denied: denied.unwrap_or(PermissionSet::NONE),
        })
    }

    /// What the person may do here; nothing when the chat is not visible to him.
    #[must_use]
    pub fn permissions(&self, user: UserId) -> PermissionSet {
        match self.kind() {
            ChatKind::Space => self
                .standing(user, Utc::now())
                .map_or(PermissionSet::NONE, |standing| in_chat(&standing, &self.overrides())),
            ChatKind::Direct | ChatKind::Group if self.is_member => PermissionSet::DIRECT,
            ChatKind::Direct | ChatKind::Group => PermissionSet::NONE,
        }
    }

    /// Slow mode: when the person may write again, if that is later than `now`. Who moderates or
    /// manages chats does not wait.
    #[must_use]
    pub fn slow_until(&self, user: UserId, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = self.own_last_at? + self.pause(user, now)?;
        (until > now).then_some(until)
    }

    /// Slow mode: how long the person waits between two messages, if at all.
    #[must_use]
    pub fn pause(&self, user: UserId, now: DateTime<Utc>) -> Option<TimeDelta> {
        let in_space = in_space(&self.standing(user, now)?);
        let waits = self.slow_seconds > 0 && !ignores_slow_mode(in_space, self.permissions(user));
        waits.then(|| TimeDelta::seconds(self.slow_seconds.into()))
    }

    #[must_use]
    pub fn overrides(&self) -> Vec<ChatOverride> {
        overrides(self.overrides.clone())
    }

    /// The wire form for events: nobody's permissions and read state.
    #[must_use]
    pub fn into_anybodys(self, members: Vec<UserRef>) -> Chat {
        Chat {
            id: self.id(),
            kind: self.kind(),
            space_id: self.space_id(),
            overrides: self.overrides(),
            name: self.name,
            topic: self.topic,
            category_id: self.category_id.map(CategoryId),
            slow_seconds: self.slow_seconds,
            slow_until: None,
            position: self.position,
            is_default: self.is_default,
            members,
            owner_id: self.owner_id.map(UserId),
            permissions: PermissionSet::NONE,
            last_seq: self.last_seq,
            last_message_at: self.last_message_at,
            created_at: self.created_at,
            read: ReadState::default(),
        }
    }
}

/// Overrides as the database put them together.
#[must_use]
pub fn overrides(json: Option<Value>) -> Vec<ChatOverride> {
    let rows: Vec<OverrideRow> = json.and_then(|v| from_json(v).ok()).unwrap_or_default();
    rows.into_iter().map(OverrideRow::into_wire).collect()
}

#[derive(Deserialize)]
struct OverrideRow {
    role_id: Option<RoleId>,
    user_id: Option<UserId>,
    allow: i64,
    deny: i64,
}

impl OverrideRow {
    fn into_wire(self) -> ChatOverride {
        let target = match (self.role_id, self.user_id) {
            (Some(role), _) => OverrideTarget::Role(role),
            (None, Some(user)) => OverrideTarget::Member(user),
            (None, None) => OverrideTarget::Everybody,
        };
        let (allow, deny) =
            (PermissionSet::from_bits(self.allow), PermissionSet::from_bits(self.deny));
        ChatOverride { target, allow, deny }
    }
}
