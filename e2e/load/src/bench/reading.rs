use super::world::World;
use crate::stats::Times;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::error::Error;
use std::time::Instant;
use tokio_postgres::NoTls;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};
use uuid::Uuid;

/// What the server asks of PostgreSQL for a page of history; one of its tests compares.
const ACCESS: &str = include_str!("history/access.sql");
const PAGE: &str = include_str!("history/page.sql");
const DETAILS: &str = include_str!("history/details.sql");

/// Times of requests one after the other; the first ten, which fill caches, are not counted.
async fn times(
    count: usize,
    mut one: impl AsyncFnMut(usize) -> anyhow::Result<()>,
) -> anyhow::Result<Times> {
    let mut times = Times::new()?;
    for n in 0..count + 10 {
        let began = Instant::now();
        one(n).await?;
        if n >= 10 {
            times.since(began);
        }
    }
    Ok(times)
}

/// Pages anywhere in the chat; each run has others.
pub async fn history(world: &World, run: u64) -> anyhow::Result<Times> {
    let mut random = StdRng::seed_from_u64(run);
    times(500, async |_| {
        let seq = random.random_range(1..=i64::from(world.messages));
        let path = format!("/messages/{}?before={seq}&limit=50", world.chat);
        world.reader.get(&path).await
    })
    .await
}

/// The same pages by the bare statements, in the server's order: the access and the page together, then
/// what hangs on the messages. Nothing is done with what comes.
pub async fn bare_history(world: &World, run: u64, database: &str) -> anyhow::Result<Times> {
    let (client, connection) = tokio_postgres::connect(database, NoTls).await?;
    let driver = tokio::spawn(connection);
    client.batch_execute("SET random_page_cost = 1.1; SET jit = off").await?;
    let access = client.prepare(ACCESS).await?;
    let page = client.prepare(PAGE).await?;
    let details = client.prepare(DETAILS).await?;
    let (reader, chat) = (Id::from(world.reader.id.0), Id::from(world.chat.0));
    let mut random = StdRng::seed_from_u64(run);
    let found = times(500, async |_| {
        let seq = random.random_range(1..=i64::from(world.messages));
        let (of_chat, of_page): ([&Any; 2], [&Any; 2]) = ([&reader, &chat], [&chat, &seq]);
        let (_, rows) =
            tokio::try_join!(client.query(&access, &of_chat), client.query(&page, &of_page))?;
        let ids: Vec<Id> = rows.iter().map(|row| row.get("id")).collect();
        client.query(&details, &[&ids, &Some(reader), &ids]).await?;
        Ok(())
    })
    .await;
    drop(client);
    driver.await??;
    found
}

/// What can be bound.
type Any = dyn ToSql + Sync;

/// A UUID as PostgreSQL sends it.
#[derive(Clone, Copy, Debug)]
struct Id([u8; 16]);

impl From<Uuid> for Id {
    fn from(id: Uuid) -> Self {
        Self(id.into_bytes())
    }
}

impl<'a> FromSql<'a> for Id {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.try_into()?))
    }

    accepts!(UUID);
}

impl ToSql for Id {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    accepts!(UUID);
    to_sql_checked!();
}

/// What the client asks for when it is opened, all at once.
pub async fn opening(world: &World) -> anyhow::Result<Times> {
    let newest = format!("/messages/{}", world.chat);
    let reader = &world.reader;
    times(100, async |_| {
        tokio::try_join!(
            reader.get("/profile/me"),
            reader.get("/spaces?limit=500"),
            reader.get("/chats"),
            reader.get("/notifications/unread-count"),
            reader.get(&newest),
        )?;
        Ok(())
    })
    .await
}

/// The first page and pages of a role and by name, of a large space.
pub async fn participants(world: &World, run: u64) -> anyhow::Result<Times> {
    let path = format!("/spaces/{}/participants", world.space);
    times(200, async |n| {
        let query = if n % 2 == 0 {
            String::new()
        } else {
            format!("?q=resident_{}", 1000 * run + n as u64)
        };
        world.reader.get(&format!("{path}{query}")).await
    })
    .await
}

/// One to three words that stand together in a message, whole and half typed, pieces of words, and
/// words of different messages, which mostly are in none together.
pub async fn search(world: &World, run: u64) -> anyhow::Result<Times> {
    let mut random = StdRng::seed_from_u64(run);
    times(300, async |n| {
        let mut words = |count: usize| -> Vec<String> {
            let text = &world.texts[random.random_range(0..world.texts.len())];
            let words: Vec<&str> = text
                .split(|c: char| !c.is_alphabetic())
                .filter(|word| word.chars().count() > 1)
                .collect();
            let from = random.random_range(0..words.len().saturating_sub(count).max(1));
            words.iter().skip(from).take(count).map(|word| (*word).to_owned()).collect()
        };
        let part = |words: &[String], skip: usize, take: usize| -> Vec<String> {
            words.iter().map(|word| word.chars().skip(skip).take(take).collect()).collect()
        };
        let words = match n % 10 {
            0 | 1 => part(&words(1), 0, 4),
            2 => part(&words(1), 1, 20),
            3 => [words(1), words(1), words(1)].concat(),
            _ => words(1 + n % 3),
        };
        let text = words.join(" ");
        if !text.trim().is_empty() {
            world.reader.search(&text).await?;
        }
        Ok(())
    })
    .await
}
