//! Chats with what waits in them for one person.

use super::chat::{COLUMNS, ChatView, FROM, OF_SPACE};
use crate::platform::db::PgConn;
use crate::platform::prepared::prepared;
use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::chat::{Chat, ReadState};
use shared::identity::UserRef;
use shared::ids::{ChatId, SpaceId, UserId};
use std::ops::Deref;

/// A chat, what one person is in it, how far he read it and what he has not read.
#[derive(Clone, Debug, QueryableByName)]
pub struct CountedChat {
    #[diesel(embed)]
    pub view: ChatView,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = BigInt)]
    unread: i64,
    #[diesel(sql_type = BigInt)]
    mentions: i64,
}

/// The unread part is exact without counting what is unread: all messages after the read position,
/// less the deleted, his own, and other people's replies in threads.
const COUNTS: &str = ", p.read_seq, greatest(c.last_seq - p.read_seq - gone.n - own.n - side.n, 0) \
     AS unread, men.n AS mentions ";

const COUNTING: &str = "LEFT JOIN read_states rs ON rs.chat_id = c.id AND rs.user_id = $1 \
     CROSS JOIN LATERAL (SELECT coalesce(rs.read_seq, (SELECT m.seq FROM messages m \
         WHERE m.chat_id = c.id AND m.created_at <= coalesce(sm.joined_at, cm.joined_at) \
         ORDER BY m.created_at DESC, m.seq DESC LIMIT 1), 0) AS read_seq) p \
     CROSS JOIN LATERAL (SELECT count(*) AS n FROM messages m WHERE m.chat_id = c.id \
         AND m.seq > p.read_seq AND m.deleted_at IS NOT NULL) gone \
     CROSS JOIN LATERAL (SELECT count(*) AS n FROM messages m WHERE m.chat_id = c.id \
         AND m.author_id = $1 AND m.seq > p.read_seq AND m.deleted_at IS NULL) own \
     CROSS JOIN LATERAL (SELECT count(*) AS n FROM messages m WHERE m.chat_id = c.id \
         AND m.thread_root IS NOT NULL AND m.seq > p.read_seq AND m.author_id <> $1 \
         AND m.deleted_at IS NULL) side \
     CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT x.message_id FROM mentions x \
             WHERE x.user_id = $1 AND x.chat_id = c.id AND x.seq > p.read_seq \
             UNION SELECT g.message_id FROM group_mentions g WHERE g.chat_id = c.id \
             AND g.seq > p.read_seq AND (g.kind = 'all' OR g.role_id = sm.role_id)) x \
         JOIN messages m ON m.id = x.message_id \
         WHERE m.deleted_at IS NULL AND m.author_id <> $1 AND m.thread_root IS NULL \
         AND NOT EXISTS (SELECT 1 FROM user_marks k \
             WHERE k.user_id = $1 AND k.other_id = m.author_id)) men \
     WHERE u.id = $1 AND ";

/// `$1` is the person; what follows says which chats.
fn select(chats: &str) -> String {
    [COLUMNS, COUNTS, FROM, COUNTING, chats].concat()
}

impl CountedChat {
    /// The chat, also when the person has no part in it: ask [`ChatView::permissions`].
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, user: UserId, chat: ChatId) -> QueryResult<Self> {
        let query = diesel::sql_query(select("c.id = $2"))
            .bind::<SqlUuid, _>(user.0)
            .bind::<SqlUuid, _>(chat.0);
        prepared(query).get_result(conn).await
    }

    /// Every chat the person has a part in, visible or not, in the order of the sidebar.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_user(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<Self>> {
        let chats = "c.id IN (SELECT c2.id FROM chats c2 JOIN space_members m2 \
             ON m2.space_id = c2.space_id AND m2.user_id = $1 \
             UNION ALL SELECT m3.chat_id FROM chat_members m3 WHERE m3.user_id = $1) \
             ORDER BY c.space_id, c.position, c.created_at, c.id";
        let query = diesel::sql_query(select(chats)).bind::<SqlUuid, _>(user.0);
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
        let query = diesel::sql_query(select(OF_SPACE))
            .bind::<SqlUuid, _>(user.0)
            .bind::<SqlUuid, _>(space.0);
        prepared(query).load(conn).await
    }

    #[must_use]
    pub fn read(&self) -> ReadState {
        ReadState { read_seq: self.read_seq, unread: self.unread, mentions: self.mentions }
    }

    /// The wire form for this person.
    #[must_use]
    pub fn into_chat(self, user: UserId, members: Vec<UserRef>) -> Chat {
        let permissions = self.permissions(user);
        let (read, slow_until) = (self.read(), self.slow_until(user, Utc::now()));
        Chat { permissions, read, slow_until, ..self.view.into_anybodys(members) }
    }
}

impl Deref for CountedChat {
    type Target = ChatView;
    fn deref(&self) -> &ChatView {
        &self.view
    }
}
