use super::world::World;
use crate::stats::Times;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::time::Instant;
use tokio_postgres::NoTls;
use tokio_postgres::types::Type;

/// What a page of history costs at least.
const PAGE: &str = "SELECT m.id, m.seq, m.content, m.created_at, u.nickname FROM messages m \
     JOIN users u ON u.id = m.author_id WHERE m.chat_id = $1::text::uuid AND m.thread_root IS NULL \
     AND m.deleted_at IS NULL AND m.seq < $2 ORDER BY m.seq DESC LIMIT 50";

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

/// The same pages by the bare statement.
pub async fn bare_history(world: &World, run: u64, database: &str) -> anyhow::Result<Times> {
    let (client, connection) = tokio_postgres::connect(database, NoTls).await?;
    let driver = tokio::spawn(connection);
    let page = client.prepare_typed(PAGE, &[Type::TEXT, Type::INT8]).await?;
    let chat = world.chat.to_string();
    let mut random = StdRng::seed_from_u64(run);
    let found = times(500, async |_| {
        let seq = random.random_range(1..=i64::from(world.messages));
        client.query(&page, &[&chat, &seq]).await?;
        Ok(())
    })
    .await;
    drop(client);
    driver.await??;
    found
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
