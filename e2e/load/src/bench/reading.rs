use crate::client::Client;
use crate::corpus;
use crate::stats::Times;
use anyhow::Context as _;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::time::Instant;

/// Pages anywhere in the longest chat.
pub async fn history(client: &Client) -> anyhow::Result<Times> {
    let chats = client.chats().await?.items;
    let chat = chats.iter().max_by_key(|chat| chat.last_seq).context("no chats")?;
    let mut random = StdRng::seed_from_u64(1);
    let mut times = Times::new()?;
    for _ in 0..300 {
        let seq = random.random_range(1..=chat.last_seq.max(1));
        let began = Instant::now();
        client.around(chat.id, seq).await?;
        times.since(began);
    }
    Ok(times)
}

/// One to three words, frequent and rare, whole and half typed, and pieces of words.
pub async fn search(client: &Client) -> anyhow::Result<Times> {
    let mut random = StdRng::seed_from_u64(2);
    let mut times = Times::new()?;
    for n in 0..300 {
        let mut words: Vec<String> =
            (0..=n % 3).map(|_| corpus::word(corpus::rank(&mut random))).collect();
        if n % 5 == 0 {
            let typed = words[0].chars().take(4).collect();
            words = vec![typed];
        }
        if n % 7 == 0 {
            words = vec![corpus::word(corpus::rank(&mut random)).chars().skip(1).collect()];
        }
        let text = words.join(" ");
        if text.is_empty() {
            continue;
        }
        let began = Instant::now();
        client.search(&text).await?;
        times.since(began);
    }
    Ok(times)
}
