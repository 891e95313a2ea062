//! What so many people need, computed from assumptions and from figures that were measured: a population
//! is drawn, and what its busiest hour asks of each part is summed up. Starts nothing.

use clap::Args;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// How many people, and what they are taken to do.
#[derive(Debug, Args)]
pub struct Sizes {
    /// Numbers of people.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 10_000, 1_000_000])]
    people: Vec<u32>,
    /// The share of people who come on one day.
    #[arg(long, default_value_t = 0.3)]
    active: f64,
    /// The share of those who are there in the busiest hour.
    #[arg(long, default_value_t = 0.4)]
    online: f64,
    /// Messages of one active person a day.
    #[arg(long, default_value_t = 15.0)]
    messages: f64,
    /// Spaces of one person, on average.
    #[arg(long, default_value_t = 5.0)]
    spaces: f64,
    /// Chats that one online person has open on all devices.
    #[arg(long, default_value_t = 2.0)]
    open: f64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The busiest hour has this share of a day's messages, its busiest minutes twice as many a second.
const BUSIEST_HOUR: f64 = 0.15;
const BURST: f64 = 2.0;
/// Sockets of one online person: some have a phone as well.
const SOCKETS: f64 = 1.3;
/// People of a space for each of its chats, and the most chats.
const PEOPLE_PER_CHAT: f64 = 20.0;
const MOST_CHATS: f64 = 200.0;
/// `chat_activity` of one chat, a second, at most (`realtime/activity.rs`).
const ACTIVITY: f64 = 2.0;

/// Bytes on disk: a short text with its indexes as `load migrate` prints them, and, taken to be so much,
/// its event with a frame of some 600 characters.
const MESSAGE_BYTES: f64 = 722.0;
const EVENT_BYTES: f64 = 900.0;
const EVENT_DAYS: f64 = 7.0;
/// Frames that a bare actix-ws server of two cores writes a second, and what an idle socket keeps there.
const FRAMES: f64 = 31_000.0;
const SOCKET_BYTES: f64 = 15.2 * 1024.0;
/// We may cost so much more than the bare server (the figures of docs/performance.md).
const SHARE: f64 = 0.8;
const DEARER: f64 = 1.3;
/// A node at rest, in bytes.
const REST_BYTES: f64 = 28.0 * 1024.0 * 1024.0;

/// What Redis keeps, in bytes, as `load redis` prints it: for a topic that a node hears, for each further node
/// that hears it, and for a limit that somebody has used lately.
const TOPIC_BYTES: f64 = 251.0;
const HEARER_BYTES: f64 = 160.0;
const LIMIT_BYTES: f64 = 165.0;
/// Limits in use of one online person, taken to be so many.
const LIMITS: f64 = 2.0;
/// Nodes tell each other of each person who is there this often, in seconds, with so many bytes.
const PRESENCE_PERIOD: f64 = 5.0;
const PRESENCE_BYTES: f64 = 210.0;

/// What a population asks for.
struct Demand {
    online: f64,
    /// Topics with as many listeners each, and events a second of all of them together.
    heard: Vec<Heard>,
    spaces: usize,
    largest: u32,
    sockets: f64,
    topics: f64,
    sends: f64,
    /// Frames a second to who has the chat open, and to who has not.
    frames: f64,
    activity: f64,
    /// Of the largest space alone.
    largest_activity: f64,
    bytes_a_day: f64,
}

struct Heard {
    topics: f64,
    listeners: f64,
    events: f64,
}

impl Demand {
    /// Redis carries between so many nodes: one more than needed, where one would do.
    fn nodes(&self) -> f64 {
        nodes(self.frames + self.activity).max(2.0)
    }

    fn redis_bytes(&self) -> f64 {
        let hearers =
            |heard: &Heard| heard.topics * (heard.listeners.min(self.nodes()) - 1.0).max(0.0);
        self.topics * TOPIC_BYTES
            + self.heard.iter().map(hearers).sum::<f64>() * HEARER_BYTES
            + self.online * LIMITS * LIMIT_BYTES
    }

    /// Events a second that Redis hands to nodes.
    fn redis_events(&self) -> f64 {
        self.heard.iter().map(|heard| heard.events * heard.listeners.min(self.nodes())).sum()
    }

    /// Bytes of presence a second that Redis hands to nodes.
    fn redis_presence(&self) -> f64 {
        self.online * PRESENCE_BYTES / PRESENCE_PERIOD * self.nodes()
    }
}

/// `load sizes`.
pub fn run(args: &Sizes) {
    println!(
        "Of all people {:.0} % come a day, {:.0} % of those are there in the busiest hour, each writes {} messages\n\
         a day, is in {} spaces and has {} chats open. Seed {}.\n",
        args.active * 100.0,
        args.online * 100.0,
        args.messages,
        args.spaces,
        args.open,
        args.seed
    );
    println!("| people | {} |", join(&args.people, |people| group(f64::from(*people))));
    println!("|---|{}", "---|".repeat(args.people.len()));
    let all: Vec<Demand> = args.people.iter().map(|people| demand(args, *people)).collect();
    let line = |name: &str, value: &dyn Fn(&Demand) -> String| {
        println!("| {name} | {} |", join(&all, value));
    };
    line("spaces; people of the largest", &|d| {
        format!("{}; {}", group(d.spaces as f64), group(f64::from(d.largest)))
    });
    line("open sockets", &|d| group(d.sockets));
    line("topics heard", &|d| group(d.topics));
    line("sends a second, busiest minutes", &|d| rate(d.sends));
    line("frames a second: messages", &|d| rate(d.frames));
    line("frames a second: news of chats that are not open", &|d| rate(d.activity));
    line("of those by the largest space alone", &|d| rate(d.largest_activity));
    line("nodes of two cores for the frames", &|d| group(nodes(d.frames + d.activity)));
    line("memory of all sockets", &|d| {
        bytes(d.sockets * SOCKET_BYTES * DEARER + nodes(d.frames + d.activity) * REST_BYTES)
    });
    line("Redis: topics and limits", &|d| bytes(d.redis_bytes()));
    line("Redis: events a second to nodes", &|d| rate(d.redis_events()));
    line("Redis: presence a second to nodes", &|d| bytes(d.redis_presence()));
    line("messages and events a day on disk", &|d| bytes(d.bytes_a_day));
    line("a year of messages", &|d| {
        bytes(d.bytes_a_day / (MESSAGE_BYTES + EVENT_BYTES) * MESSAGE_BYTES * 365.0)
    });
    line("the log of events", &|d| {
        bytes(d.bytes_a_day / (MESSAGE_BYTES + EVENT_BYTES) * EVENT_BYTES * EVENT_DAYS)
    });
}

/// Nodes that write so many frames a second.
fn nodes(frames: f64) -> f64 {
    (frames / (FRAMES * SHARE)).ceil().max(1.0)
}

fn demand(args: &Sizes, people: u32) -> Demand {
    let members = spaces(args, people);
    let online = args.active * args.online;
    let sends = f64::from(people) * args.active * args.messages * BUSIEST_HOUR / 3600.0 * BURST;
    let memberships: f64 = members.iter().map(|size| f64::from(*size)).sum();
    let (mut frames, mut activity, mut largest_activity, mut topics) = (0.0, 0.0, 0.0, 0.0);
    let largest = members.iter().copied().max().unwrap_or_default();
    let mut heard = Vec::new();
    for size in members.iter().copied() {
        let people_here = f64::from(size);
        let chats = (people_here / PEOPLE_PER_CHAT).clamp(1.0, MOST_CHATS);
        // People write where they are; each of a person's spaces gets its part of him.
        let writes = sends * people_here / memberships;
        let there = people_here * online;
        // A person opens his chats anywhere: so many of them are here.
        let listeners = (there * args.open / args.spaces / chats).min(there);
        frames += writes * listeners * SOCKETS;
        let told = writes.min(chats * ACTIVITY) * (there - listeners) * SOCKETS;
        activity += told;
        largest_activity = if size == largest { told } else { largest_activity };
        if there >= 1.0 {
            let open = chats.min(there * args.open / args.spaces);
            topics += 1.0 + open;
            let news = writes.min(chats * ACTIVITY);
            heard.push(Heard { topics: 1.0, listeners: there * SOCKETS, events: news });
            let listeners = (listeners * SOCKETS).max(1.0);
            heard.push(Heard { topics: open, listeners, events: writes });
        }
    }
    // Everybody hears himself.
    let here = f64::from(people) * online;
    heard.push(Heard { topics: here, listeners: SOCKETS, events: 0.0 });
    let sockets = f64::from(people) * online * SOCKETS;
    let messages = f64::from(people) * args.active * args.messages;
    Demand {
        online: here,
        heard,
        spaces: members.len(),
        largest,
        sockets,
        topics: topics + here,
        sends,
        frames,
        activity,
        largest_activity,
        bytes_a_day: messages * (MESSAGE_BYTES + EVENT_BYTES),
    }
}

/// How many members each space has: few are large (Zipf), as with communities that exist.
fn spaces(args: &Sizes, people: u32) -> Vec<u32> {
    let count = (people as usize / 25).max(1);
    let mut sums = Vec::with_capacity(count);
    let mut sum = 0.0;
    for rank in 0..count {
        sum += 1.0 / (rank as f64 + 10.0);
        sums.push(sum);
    }
    let mut members = vec![0_u32; count];
    let mut random = StdRng::seed_from_u64(args.seed);
    let joins = (f64::from(people) * args.spaces) as u64;
    for _ in 0..joins {
        let at = random.random_range(0.0..sum);
        let space = sums.partition_point(|sum| *sum <= at).min(count - 1);
        // Nobody is in a space twice.
        members[space] = (members[space] + 1).min(people);
    }
    members.retain(|size| *size > 0);
    members
}

fn join<T>(all: &[T], text: impl Fn(&T) -> String) -> String {
    all.iter().map(text).collect::<Vec<_>>().join(" | ")
}

/// `12,345`.
fn group(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn rate(number: f64) -> String {
    if number < 10.0 { format!("{number:.1}") } else { group(number) }
}

fn bytes(number: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut number = number;
    while number >= 1024.0 && unit + 1 < UNITS.len() {
        number /= 1024.0;
        unit += 1;
    }
    format!("{number:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        sizes: Sizes,
    }

    #[test]
    fn more_people_need_more() {
        let Line { sizes } = Line::parse_from(["sizes"]);
        let (few, many) = (demand(&sizes, 1_000), demand(&sizes, 10_000));
        assert!((many.sockets / few.sockets - 10.0).abs() < 0.01);
        assert!(many.activity > few.activity * 10.0, "large spaces are told of more");
        assert!(few.largest <= 1_000 && few.largest_activity <= few.activity);
        assert!(many.redis_bytes() > few.redis_bytes() * 5.0);
        // No node hears an event twice.
        let events: f64 = many.heard.iter().map(|heard| heard.events).sum();
        assert!((events..=events * many.nodes()).contains(&many.redis_events()));
        let joined: u32 = spaces(&sizes, 1_000).iter().sum();
        assert!(joined <= 5_000);
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!((group(1_234_567.0), group(12.0)), ("1,234,567".into(), "12".into()));
        assert_eq!((bytes(1536.0), rate(0.25)), ("1.5 KiB".into(), "0.2".into()));
    }
}
