//! A house as large as the figures ask for, written by SQL: a chat with many messages in a space of
//! many members, and a person with many spaces and chats.

use crate::client::Client;
use crate::server::Server;
use anyhow::Context as _;
use shared::ids::{ChatId, SpaceId};
use tokio_postgres::NoTls;

/// Spaces that the reader is in, and chats that they have together.
const SPACES: usize = 200;
const CHATS: usize = 500;
/// The id of a message sent at `sent`: beginning with its time, as the server makes them.
const ID: &str = "(lpad(to_hex((extract(epoch FROM sent) * 1000)::bigint), 12, '0') || '7' \
     || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid";

const READER: &str = "world_reader";

pub struct World {
    pub reader: Client,
    /// With all members and, in its default chat, all messages.
    pub space: SpaceId,
    pub chat: ChatId,
    pub messages: u32,
    /// What the messages say; they repeat with a number each.
    pub texts: Vec<String>,
}

impl World {
    pub async fn build(
        server: &Server,
        messages: u32,
        members: u32,
        texts: Vec<String>,
    ) -> anyhow::Result<Self> {
        let variety = texts.len();
        let reader = Client::register(server.address, READER).await?;
        let space = reader.create_space("The world").await?;
        let chat = space.default_chat_id.context("no default chat")?;
        let (client, connection) =
            tokio_postgres::connect(&server.site().any_database()?, NoTls).await?;
        let driver = tokio::spawn(connection);
        client
            .execute(
                "CREATE TEMP TABLE texts AS SELECT * FROM unnest($1::text[]) \
                 WITH ORDINALITY AS t (text, n)",
                &[&texts],
            )
            .await?;
        let (space, reader_id) = (space.id, reader.id);
        // So many rows at once: their words are sorted in in large parts, not message by message.
        pending(&client, 65_536).await?;
        let residents = format!(
            "CREATE TEMP TABLE residents AS SELECT gen_random_uuid() AS id, n \
                 FROM generate_series(1, {members}) n;
             INSERT INTO users (id, nickname, nickname_key) \
                 SELECT id, 'resident_' || n, 'resident_' || n FROM residents;
             INSERT INTO space_members (space_id, user_id, role_id) \
                 SELECT '{space}', p.id, r.id FROM residents p, roles r \
                 WHERE r.space_id = '{space}' AND r.kind = 'member';
             INSERT INTO messages (id, chat_id, seq, author_id, content, nonce, created_at) \
                 SELECT {ID}, '{chat}', s.n, p.id, t.text || ' ' || s.n, s.n::text, sent \
                 FROM generate_series(1::bigint, {messages}) AS s (n) \
                 CROSS JOIN LATERAL (SELECT now() - make_interval(secs => ({messages} - s.n) * 30) \
                     AS sent) moment \
                 JOIN texts t ON t.n = 1 + (s.n * 7919) % {variety} \
                 JOIN residents p ON p.n = 1 + (s.n * 31) % least({members}, 2000) \
                 ORDER BY s.n;
             UPDATE chats SET last_seq = {messages}, last_message_at = now() WHERE id = '{chat}';"
        );
        client.batch_execute(&residents).await?;
        let neighbours = format!(
            "CREATE TEMP TABLE neighbours AS SELECT gen_random_uuid() AS id, n \
                 FROM generate_series(1, {SPACES} - 1) n;
             INSERT INTO spaces (id, name, visibility, owner_id) \
                 SELECT x.id, 'Neighbour ' || x.n, 'public', p.id FROM neighbours x \
                 JOIN residents p ON p.n = x.n;
             INSERT INTO roles (id, space_id, kind, name, color, priority, permissions) \
                 SELECT gen_random_uuid(), x.id, r.kind, r.name, r.color, r.priority, r.permissions \
                 FROM neighbours x, roles r WHERE r.space_id = '{space}';
             INSERT INTO space_members (space_id, user_id, role_id) \
                 SELECT x.id, '{reader_id}', r.id FROM neighbours x \
                 JOIN roles r ON r.space_id = x.id AND r.kind = 'member';
             INSERT INTO space_members (space_id, user_id, role_id) \
                 SELECT s.id, s.owner_id, r.id FROM neighbours x JOIN spaces s ON s.id = x.id \
                 JOIN roles r ON r.space_id = x.id AND r.kind = 'owner';
             CREATE TEMP TABLE rooms AS SELECT gen_random_uuid() AS id, x.id AS space, c.n \
                 FROM generate_series(1, {CHATS} - 1) AS c (n) \
                 JOIN neighbours x ON x.n = 1 + c.n % ({SPACES} - 1);
             INSERT INTO chats (id, kind, space_id, name, last_seq, last_message_at) \
                 SELECT id, 'space', space, 'room ' || n, 30, now() FROM rooms;
             UPDATE spaces s SET default_chat_id = (SELECT min(r.id::text)::uuid FROM rooms r \
                 WHERE r.space = s.id) FROM neighbours x WHERE x.id = s.id;
             INSERT INTO messages (id, chat_id, seq, author_id, content, nonce) \
                 SELECT {ID}, r.id, s.n, p.id, t.text, s.n::text \
                 FROM (SELECT *, now() AS sent FROM rooms) r \
                 CROSS JOIN generate_series(1, 30) AS s (n) \
                 JOIN texts t ON t.n = 1 + (r.n * 31 + s.n) % {variety} \
                 JOIN residents p ON p.n = 1 + (r.n + s.n) % {members};
             VACUUM ANALYZE;"
        );
        for statement in neighbours.split(";\n") {
            client.batch_execute(statement).await?;
        }
        pending(&client, 64).await?;
        drop(client);
        driver.await??;
        // Filling may take longer than a login lasts.
        let reader = Client::sign_in(server.address, READER).await?;
        Ok(Self { reader, space, chat, messages, texts })
    }
}

/// How much may wait in the indexes of words, in kB; 64 is what the migrations say.
async fn pending(client: &tokio_postgres::Client, kilobytes: u32) -> anyhow::Result<()> {
    for index in ["messages_search", "messages_trigrams"] {
        let alter = format!("ALTER INDEX {index} SET (gin_pending_list_limit = {kilobytes})");
        client.batch_execute(&alter).await?;
    }
    Ok(())
}
