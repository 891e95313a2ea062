//! Where the lines of a file wait until all are read: only then is their order known, and who
//! and what must exist before them. Tables of their own, not logged, gone at the end; another run
//! removes what one that was cut off left behind.

use super::line::Entry;
use crate::platform::db::PgConn;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use shared::ids::{ChatId, SpaceId, UserId};
use uuid::Uuid;

/// The two tables of a space's import: `entries` as read, `plan` with what is new and where it goes.
#[derive(Clone, Debug)]
pub struct Stage {
    space: SpaceId,
    entries: String,
    plan: String,
}

/// A chat with messages to write.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Work {
    #[diesel(sql_type = SqlUuid)]
    pub chat: Uuid,
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// One import into a space at a time, until the transaction ends.
///
/// # Errors
/// Another one is still running after 5 s.
pub async fn lock(conn: &mut PgConn, space: SpaceId) -> QueryResult<()> {
    conn.batch_execute("SET LOCAL lock_timeout = '5s'").await?;
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("import:{space}"))
        .execute(conn)
        .await?;
    Ok(())
}

impl Stage {
    /// Empty tables.
    ///
    /// # Errors
    /// The database's.
    pub async fn create(conn: &mut PgConn, space: SpaceId) -> QueryResult<Self> {
        let entries = format!("import_entries_{}", space.0.simple());
        let plan = format!("import_plan_{}", space.0.simple());
        let stage = Self { space, entries, plan };
        stage.drop(conn).await?;
        let Self { entries, .. } = &stage;
        conn.batch_execute(&format!(
            "CREATE UNLOGGED TABLE {entries} (id uuid NOT NULL, line bigint NOT NULL, \
             part integer NOT NULL, nonce text NOT NULL, channel text NOT NULL, \
             topic text NOT NULL, author text NOT NULL, sent_at timestamptz NOT NULL, \
             content text NOT NULL, mentions text NOT NULL); \
             CREATE UNIQUE INDEX ON {entries} (lower(channel), author, nonce);"
        ))
        .await?;
        Ok(stage)
    }

    /// Removes the tables.
    ///
    /// # Errors
    /// The database's.
    pub async fn drop(&self, conn: &mut PgConn) -> QueryResult<()> {
        let Self { entries, plan, .. } = self;
        conn.batch_execute(&format!("DROP TABLE IF EXISTS {plan}; DROP TABLE IF EXISTS {entries}"))
            .await
    }

    /// Adds entries; returns how many were not there before.
    ///
    /// # Errors
    /// The database's.
    pub async fn add(&self, conn: &mut PgConn, list: &[Entry]) -> QueryResult<usize> {
        let texts = |of: fn(&Entry) -> &str| list.iter().map(of).collect::<Vec<_>>();
        let mentions: Vec<String> = list.iter().map(|e| e.mentions.join(" ")).collect();
        diesel::sql_query(format!(
            "INSERT INTO {} SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::integer[], \
             $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::text[], \
             $10::text[]) ON CONFLICT DO NOTHING",
            self.entries
        ))
        .bind::<Array<SqlUuid>, _>(
            list.iter().map(|e| e.message_id(self.space).0).collect::<Vec<_>>(),
        )
        .bind::<Array<BigInt>, _>(list.iter().map(|e| e.line).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(list.iter().map(|e| e.part).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(texts(|e| &e.nonce))
        .bind::<Array<Text>, _>(texts(|e| &e.channel))
        .bind::<Array<Text>, _>(texts(|e| &e.topic))
        .bind::<Array<Text>, _>(texts(|e| &e.author))
        .bind::<Array<Timestamptz>, _>(list.iter().map(|e| e.sent_at).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(texts(|e| &e.content))
        .bind::<Array<Text>, _>(&mentions)
        .execute(conn)
        .await
    }

    /// The authors, in the order of appearance.
    ///
    /// # Errors
    /// The database's.
    pub async fn authors(&self, conn: &mut PgConn) -> QueryResult<Vec<String>> {
        self.names(conn, "author", "author").await
    }

    /// The channels, in the order of their first messages. Two that differ only in case are one.
    ///
    /// # Errors
    /// The database's.
    pub async fn channels(&self, conn: &mut PgConn) -> QueryResult<Vec<String>> {
        self.names(conn, "(array_agg(channel ORDER BY sent_at, line))[1]", "lower(channel)").await
    }

    async fn names(&self, conn: &mut PgConn, name: &str, key: &str) -> QueryResult<Vec<String>> {
        let rows: Vec<Name> = diesel::sql_query(format!(
            "SELECT {name} AS name FROM {} GROUP BY {key} ORDER BY min(sent_at), min(line)",
            self.entries
        ))
        .load(conn)
        .await?;
        Ok(rows.into_iter().map(|row| row.name).collect())
    }

    /// Decides what is new, in which order it comes and what it answers; returns how many
    /// messages of how many chats that is.
    ///
    /// A topic is opened by its first message, also one of an earlier run: it carries the topic as
    /// `subject`, the others answer it.
    ///
    /// # Errors
    /// The database's.
    pub async fn plan(
        &self,
        conn: &mut PgConn,
        authors: &[(String, UserId)],
    ) -> QueryResult<Vec<Work>> {
        let Self { space, entries, plan } = self;
        let names: Vec<&str> = authors.iter().map(|(name, _)| name.as_str()).collect();
        let ids: Vec<Uuid> = authors.iter().map(|(_, id)| id.0).collect();
        diesel::sql_query(format!(
            "CREATE UNLOGGED TABLE {plan} (chat_id uuid, n bigint, id uuid, author_id uuid, \
             opening uuid, PRIMARY KEY (chat_id, n))"
        ))
        .execute(conn)
        .await?;
        diesel::sql_query(format!(
            "WITH authors AS (SELECT * FROM unnest($2::text[], $3::uuid[]) AS a (name, id)), \
             openings AS (SELECT DISTINCT ON (m.chat_id, m.subject) m.chat_id, m.subject, m.id \
                 FROM messages m JOIN chats c ON c.id = m.chat_id \
                 WHERE c.space_id = $1 AND m.subject IS NOT NULL ORDER BY 1, 2, m.seq) \
             INSERT INTO {plan} SELECT c.id, \
                 row_number() OVER (PARTITION BY c.id ORDER BY e.sent_at, e.line, e.part), \
                 e.id, a.id, CASE WHEN e.topic <> '' THEN coalesce(o.id, first_value(e.id) OVER \
                     (PARTITION BY c.id, e.topic ORDER BY e.sent_at, e.line, e.part)) END \
             FROM {entries} e JOIN authors a ON a.name = e.author \
             JOIN chats c ON c.space_id = $1 AND lower(c.name) = lower(e.channel) \
             LEFT JOIN openings o ON o.chat_id = c.id AND o.subject = e.topic \
             WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = c.id \
                 AND m.author_id = a.id AND m.nonce = e.nonce)"
        ))
        .bind::<SqlUuid, _>(space.0)
        .bind::<Array<Text>, _>(names)
        .bind::<Array<SqlUuid>, _>(ids)
        .execute(conn)
        .await?;
        conn.batch_execute(&format!(
            "CREATE INDEX ON {entries} (id); ANALYZE {entries}; ANALYZE {plan}"
        ))
        .await?;
        diesel::sql_query(format!(
            "SELECT chat_id AS chat, count(*) AS messages FROM {plan} GROUP BY 1 ORDER BY 2 DESC"
        ))
        .load(conn)
        .await
    }

    /// Writes the messages of a chat planned from the `first` on, at most `limit`. Returns how
    /// many; 0 at the end.
    ///
    /// # Errors
    /// The database's.
    pub async fn write(
        &self,
        conn: &mut PgConn,
        chat: ChatId,
        first: i64,
        limit: i64,
    ) -> QueryResult<i64> {
        let Self { entries, plan, .. } = self;
        // Search indexes collect this much before they sort it in: far fewer passes.
        conn.batch_execute("SET LOCAL gin_pending_list_limit = '64MB'").await?;
        // The chat's row lock orders its messages, live ones in between included.
        let row: Count =
            diesel::sql_query("SELECT last_seq AS n FROM chats WHERE id = $1 FOR NO KEY UPDATE")
                .bind::<SqlUuid, _>(chat.0)
                .get_result(conn)
                .await?;
        let before = row.n;
        let written = diesel::sql_query(format!(
            "INSERT INTO messages \
                 (id, chat_id, seq, author_id, content, subject, reply_to, nonce, created_at) \
             SELECT e.id, p.chat_id, $4 + p.n - $2 + 1, p.author_id, e.content, \
                 CASE WHEN p.opening = e.id THEN e.topic END, nullif(p.opening, e.id), e.nonce, \
                 e.sent_at \
             FROM {plan} p JOIN {entries} e ON e.id = p.id \
             WHERE p.chat_id = $1 AND p.n >= $2 AND p.n < $2 + $3 ORDER BY p.n"
        ))
        .bind::<SqlUuid, _>(chat.0)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(limit)
        .bind::<BigInt, _>(before)
        .execute(conn)
        .await?;
        let written = i64::try_from(written).unwrap_or(i64::MAX);
        if written > 0 {
            self.note(conn, chat, (first, limit), before, before + written).await?;
        }
        Ok(written)
    }

    /// What goes with messages: mentions, the chat's end, and who had read everything still has.
    async fn note(
        &self,
        conn: &mut PgConn,
        chat: ChatId,
        (first, limit): (i64, i64),
        before: i64,
        after: i64,
    ) -> QueryResult<()> {
        let Self { space, entries, plan } = self;
        diesel::sql_query(format!(
            "INSERT INTO mentions (message_id, user_id, chat_id, seq) \
             SELECT DISTINCT e.id, u.id, p.chat_id, $4 + p.n - $2 + 1 \
             FROM {plan} p JOIN {entries} e ON e.id = p.id \
             CROSS JOIN LATERAL unnest(string_to_array(e.mentions, ' ')) AS name \
             JOIN users u ON lower(u.nickname) = name \
             JOIN space_members sm ON sm.space_id = $5 AND sm.user_id = u.id \
             WHERE p.chat_id = $1 AND p.n >= $2 AND p.n < $2 + $3 AND e.mentions <> ''"
        ))
        .bind::<SqlUuid, _>(chat.0)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(limit)
        .bind::<BigInt, _>(before)
        .bind::<SqlUuid, _>(space.0)
        .execute(conn)
        .await?;
        diesel::sql_query(
            "WITH read AS (UPDATE read_states SET read_seq = $3, updated_at = now() \
                 WHERE chat_id = $1 AND read_seq = $2) \
             UPDATE chats SET last_seq = $3, last_message_at = greatest(last_message_at, \
                 (SELECT max(created_at) FROM messages WHERE chat_id = $1 AND seq > $2)) \
             WHERE id = $1",
        )
        .bind::<SqlUuid, _>(chat.0)
        .bind::<BigInt, _>(before)
        .bind::<BigInt, _>(after)
        .execute(conn)
        .await?;
        Ok(())
    }
}
