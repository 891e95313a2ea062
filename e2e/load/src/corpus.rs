//! Made-up history of any length, with words as frequent as in life: a few everywhere, most
//! seldom.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::io::{BufRead as _, BufReader, BufWriter, Read, Write as _};
use std::path::Path;

const SYLLABLES: [&str; 20] = [
    "ba", "ke", "ri", "so", "lu", "ta", "mi", "no", "ver", "den", "хлі", "бо", "ма", "сло", "про",
    "ко", "ста", "ни", "ра", "ви",
];
/// How many different words there are.
const WORDS: usize = 20_000;

/// The word of a rank: 0 is the most frequent.
pub fn word(rank: usize) -> String {
    let mut rest = rank + SYLLABLES.len();
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word
}

/// A rank, by Zipf's law.
pub fn rank(random: &mut StdRng) -> usize {
    let share: f64 = random.random();
    ((WORDS as f64).powf(share) as usize).saturating_sub(1)
}

/// Made-up texts of one message each.
pub fn texts(count: usize) -> Vec<String> {
    let mut random = StdRng::seed_from_u64(11);
    let mut text = || {
        let length = random.random_range(4..40);
        let words: Vec<String> = (0..length).map(|_| word(rank(&mut random))).collect();
        words.join(" ")
    };
    (0..count).map(|_| text()).collect()
}

/// The texts of an export as `api import community` takes it.
///
/// # Errors
/// The file can't be read, or a line of it is none of an export.
pub fn read(path: &Path) -> anyhow::Result<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Line {
        text: String,
    }
    let file = std::fs::File::open(path)?;
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let file: Box<dyn Read> =
        if packed { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
    let text =
        |line: std::io::Result<String>| anyhow::Ok(serde_json::from_str::<Line>(&line?)?.text);
    BufReader::new(file).lines().map(text).collect()
}

/// Writes an export for `api import community`.
///
/// # Errors
/// The file can't be written.
pub fn write(path: &Path, messages: usize, seed: u64) -> anyhow::Result<()> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    let start = chrono::Utc::now() - chrono::Duration::days(365);
    for id in 0..messages {
        let length = random.random_range(4..70);
        let text: Vec<String> = (0..length).map(|_| word(rank(&mut random))).collect();
        let sent_at = start + chrono::Duration::seconds(i64::try_from(id)? * 300);
        let line = serde_json::json!({
            "id": id,
            "channel": format!("channel {}", rank(&mut random) % 30),
            "topic": format!("topic {}", random.random_range(0..messages / 15 + 1)),
            "author": format!("author_{}", rank(&mut random) % 900),
            "sent_at": sent_at,
            "text": text.join(" "),
        });
        writeln!(file, "{line}")?;
    }
    Ok(file.flush()?)
}
