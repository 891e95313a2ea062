//! The texts of the demo: who says what and when, a chat a file.
//!
//! `@ who DAYSd HH:MM [re N]` begins a message, so many days ago, answering the one `N` before it;
//! its text follows; `+ emoji who…` after it are reactions.

use anyhow::{Context as _, bail};
use chrono::{DateTime, Duration, NaiveTime, Utc};

/// A message of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub author: String,
    pub days_ago: i64,
    pub time: NaiveTime,
    /// The answered message's place in the chat.
    pub answers: Option<usize>,
    pub text: String,
    pub reactions: Vec<(String, Vec<String>)>,
}

/// Reads the script of a chat.
///
/// # Errors
/// It is not in the form above.
pub fn read(text: &str) -> anyhow::Result<Vec<Line>> {
    let mut lines: Vec<Line> = Vec::new();
    for row in text.lines() {
        if let Some(head) = row.strip_prefix("@ ") {
            let line = begin(head, lines.len()).with_context(|| format!("in `{row}`"))?;
            lines.push(line);
            continue;
        }
        let Some(line) = lines.last_mut() else { bail!("no message before `{row}`") };
        match row.strip_prefix("+ ") {
            Some(reaction) => {
                let mut words = reaction.split(' ').map(str::to_owned);
                line.reactions.push((words.next().unwrap_or_default(), words.collect()));
            }
            None => {
                line.text.push_str(row);
                line.text.push('\n');
            }
        }
    }
    for line in &mut lines {
        line.text.truncate(line.text.trim_end().len());
    }
    Ok(lines)
}

fn begin(head: &str, place: usize) -> anyhow::Result<Line> {
    let mut words = head.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let author = word().to_owned();
    let days_ago = word().trim_end_matches('d').parse()?;
    let time = NaiveTime::parse_from_str(word(), "%H:%M")?;
    let answers = match word() {
        "re" => Some(place.checked_sub(word().parse()?).context("answers what is not there")?),
        _ => None,
    };
    Ok(Line { author, days_ago, time, answers, text: String::new(), reactions: Vec::new() })
}

/// The days of the orders, from the first on, written rather by rule than by hand.
#[must_use]
pub fn orders() -> Vec<Line> {
    const GOODS: [&str; 7] =
        ["багети", "житній хліб", "круасани", "булочки з корицею", "пампушки", "чіабата", "еклери"];
    const PLACES: [&str; 5] =
        ["кав'ярня «Ластівка»", "ресторан «У річки»", "школа № 7", "готель «Дніпро»", "Mia's café"];
    const TIMES: [(u32, u32); 5] = [(6, 40), (8, 55), (11, 30), (14, 5), (16, 20)];
    let mut lines = Vec::new();
    for days_ago in (0..7_i64).rev() {
        for (i, (hour, minute)) in TIMES.into_iter().enumerate() {
            let n = usize::try_from(days_ago).unwrap_or_default() * 3 + i * 2;
            let (goods, place) = (GOODS[n % 7], PLACES[(n + i) % 5]);
            let line = |author: &str, minute, answers, text, reactions| Line {
                author: author.to_owned(),
                days_ago,
                time: NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default(),
                answers,
                text,
                reactions,
            };
            let text = format!("{place}: **{goods}**, {} шт.", 6 + n % 5 * 6);
            let done = vec![("✅".to_owned(), vec!["iryna".to_owned()])];
            lines.push(line("dmytro", minute, None, text, done));
            if i % 2 == 0 {
                let answers = Some(lines.len() - 1);
                let text = ["Прийнято, печемо.", "Буде готово за годину.", "Already in the oven."];
                let text = text[n % 3].to_owned();
                lines.push(line("iryna", minute + 4, answers, text, Vec::new()));
            }
        }
    }
    lines
}

/// When the lines were said: as written, one after the other and none after now.
#[must_use]
pub fn times(lines: &[Line], now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let left = |i: usize| Duration::seconds(20 * i64::try_from(lines.len() - i).unwrap_or(0));
    let mut last = DateTime::UNIX_EPOCH;
    lines
        .iter()
        .enumerate()
        .map(|(i, line)| {
            let day = (now - Duration::days(line.days_ago)).date_naive();
            let said = day.and_time(line.time).and_utc().min(now - left(i));
            last = said.max(last + Duration::seconds(5));
            last
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read() {
        let lines =
            read("@ anna 2d 09:30\nHello\n\n- there\n+ 👍 boris vera\n@ boris 1d 10:00 re 1\nHi")
                .unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].text, "Hello\n\n- there");
        assert_eq!(lines[0].reactions, [("👍".into(), vec!["boris".into(), "vera".into()])]);
        assert_eq!((lines[1].days_ago, lines[1].answers), (1, Some(0)));
        for bad in ["Hello", "@ anna 09:30 2d\nx", "@ anna 2d 09:30 re 1\nx"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_go_forward_and_end_before_now() {
        let lines = orders();
        for hour in [0, 5, 12, 23] {
            let now = DateTime::from_timestamp(1_760_000_000 + hour * 3600, 0).unwrap();
            let times = times(&lines, now);
            assert!(times.is_sorted_by(|a, b| a < b) && times.iter().all(|at| *at < now));
        }
    }
}
