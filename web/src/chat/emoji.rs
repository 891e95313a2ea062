//! The emoji to choose from, and what of them a person uses.
//!
//! The table is a file of its own, `emoji.txt`, fetched when it is first needed: a line an emoji (`+`:
//! it has skin tones), its short names, and words in English, Russian and Ukrainian cut to their first
//! six letters. They are from Emojibase (MIT) and the Unicode CLDR (Unicode License v3).

use crate::api::assets;
use crate::state::storage;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use shared::expression::custom_name;
use shared::ids::SpaceId;
use std::sync::LazyLock;

/// As many letters of a word as the table has.
const LETTERS: usize = 6;
const OFTEN: &str = "emoji-often";
const TONE: &str = "emoji-tone";
/// What is offered before a person has a habit.
const USUAL: [&str; 8] = ["👍", "❤️", "😂", "🎉", "🙏", "👀", "🔥", "✅"];
const MAX_OFTEN: usize = 27;
/// How much of a habit is left after each other use, in hundredths.
const FADES: u32 = 97;

const ONE: u32 = 10_000;

/// An emoji, its names and the words that find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emoji {
    pub text: &'static str,
    pub has_tones: bool,
    /// Short names without colons, the first one the usual.
    codes: &'static str,
    words: &'static str,
}

/// Emoji that belong together.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// The key in the catalogue is `chat.emoji_` and this.
    pub name: &'static str,
    pub emoji: Vec<Emoji>,
}

/// All groups in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table(pub Vec<Group>);

/// Where the table is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetch {
    Waiting,
    Failed,
    Here(&'static Table),
}

/// Lives as long as the tab, whoever asks first; absent until then.
static STATE: LazyLock<ArcRwSignal<Option<Fetch>>> = LazyLock::new(|| ArcRwSignal::new(None));

/// The table, fetched by the first who asks, reactively.
#[must_use]
pub fn table() -> Fetch {
    if STATE.get_untracked().is_none() {
        fetch();
    }
    STATE.get().unwrap_or(Fetch::Waiting)
}

/// Tries again after a failure.
pub fn retry() {
    STATE.set(Some(Fetch::Waiting));
    fetch();
}

fn fetch() {
    STATE.update_untracked(|state| *state = Some(Fetch::Waiting));
    spawn_local(async {
        STATE.set(Some(match assets::text("/emoji.txt").await {
            Some(text) => Fetch::Here(Box::leak(Box::new(Table::parse(text.leak())))),
            None => Fetch::Failed,
        }));
    });
}

impl Table {
    fn parse(text: &'static str) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('#').filter(|name| !name.contains('\t')) {
                groups.push(Group { name, emoji: Vec::new() });
                continue;
            }
            let mut parts = line.split('\t');
            let text = parts.next().unwrap_or_default();
            let bare = text.strip_suffix('+');
            let emoji = Emoji {
                text: bare.unwrap_or(text),
                has_tones: bare.is_some(),
                codes: parts.next().unwrap_or_default(),
                words: parts.next().unwrap_or_default(),
            };
            if let Some(group) = groups.last_mut() {
                group.emoji.push(emoji);
            }
        }
        Self(groups)
    }

    fn all(&self) -> impl Iterator<Item = &Emoji> {
        self.0.iter().flat_map(|group| &group.emoji)
    }

    /// The emoji that every word of the query finds; those whose name it is come first.
    #[must_use]
    pub fn find(&self, query: &str) -> Vec<Emoji> {
        let query = query.to_lowercase();
        let query = query.trim().trim_matches(':');
        let wanted: Vec<String> =
            query.split_whitespace().map(|word| word.chars().take(LETTERS).collect()).collect();
        let matches = |emoji: &&Emoji| {
            emoji.codes.split(' ').any(|code| code.starts_with(query))
                || wanted.iter().all(|word| emoji.words.split(' ').any(|w| w.starts_with(word)))
        };
        let mut found: Vec<Emoji> = self.all().filter(matches).copied().collect();
        found.sort_by_key(|emoji| rank(emoji, query));
        found
    }

    /// The emoji whose short names begin with this, the likeliest first.
    #[must_use]
    pub fn complete(&self, code: &str, most: usize) -> Vec<(Emoji, &'static str)> {
        let fits = |emoji: &Emoji| emoji.codes.split(' ').find(|known| known.starts_with(code));
        let mut found: Vec<(Emoji, &'static str)> =
            self.all().filter_map(|emoji| Some((*emoji, fits(emoji)?))).collect();
        found.sort_by_key(|(_, known)| known.len());
        found.truncate(most);
        found
    }
}

fn rank(emoji: &Emoji, query: &str) -> u8 {
    if emoji.codes.split(' ').any(|code| code == query) {
        0
    } else if emoji.words.split(' ').next().is_some_and(|word| query.starts_with(word)) {
        1
    } else {
        2
    }
}

impl Emoji {
    /// The usual short name, without colons.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.codes.split(' ').next().unwrap_or_default()
    }

    /// In a skin tone: 1 to 5 from light to dark, 0 for none.
    #[must_use]
    pub fn toned(&self, tone: u32) -> String {
        let modifier = char::from_u32(0x1F3FA + tone).filter(|_| (1..=5).contains(&tone));
        let Some(modifier) = modifier.filter(|_| self.has_tones) else {
            return self.text.to_owned();
        };
        let mut toned = String::with_capacity(self.text.len() + 8);
        let mut was_person = false;
        for (at, c) in self.text.chars().enumerate() {
            if was_person && c == '\u{FE0F}' {
                continue;
            }
            toned.push(c);
            // The first sign, and every other person of a pair.
            was_person = at == 0 || matches!(c, '👨' | '👩' | '🧑' | '🫲');
            if was_person {
                toned.push(modifier);
            }
        }
        toned
    }
}

/// The skin tone that was chosen on this device, 0 to 5.
#[must_use]
pub fn tone() -> u32 {
    storage::load(TONE).unwrap_or_default()
}

/// Remembers a skin tone.
pub fn set_tone(tone: u32) {
    storage::save(TONE, &tone);
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Habit {
    emoji: String,
    /// A use is [`ONE`]. Whole numbers: fractions need tables to be written.
    #[serde(default)]
    uses: u32,
    /// Where a `:name:` means something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    space: Option<SpaceId>,
}

impl Habit {
    fn is_of(&self, place: Option<SpaceId>) -> bool {
        self.space.is_none() || self.space == place
    }
}

/// The emoji used most on this device, also the own ones of this space, the freshest habits first; some
/// to begin with.
#[must_use]
pub fn often(place: Option<SpaceId>) -> Vec<String> {
    let habits: Vec<Habit> = storage::load(OFTEN).unwrap_or_default();
    let here = habits.into_iter().filter(|habit| habit.is_of(place));
    let mut list: Vec<String> = here.map(|habit| habit.emoji).take(MAX_OFTEN).collect();
    for usual in USUAL {
        if list.len() < USUAL.len() && !list.iter().any(|known| known == usual) {
            list.push(usual.to_owned());
        }
    }
    list
}

/// Notes that an emoji was used; a `:name:` counts in its space only.
pub fn used(emoji: &str, place: Option<SpaceId>) {
    let mut habits: Vec<Habit> = storage::load(OFTEN).unwrap_or_default();
    note(&mut habits, emoji, place.filter(|_| custom_name(emoji).is_some()));
    storage::save(OFTEN, &habits);
}

fn note(habits: &mut Vec<Habit>, emoji: &str, space: Option<SpaceId>) {
    let is_it = |habit: &Habit| habit.emoji == emoji && habit.space == space;
    for habit in habits.iter_mut() {
        habit.uses = habit.uses * FADES / 100;
    }
    match habits.iter_mut().find(|habit| is_it(habit)) {
        Some(habit) => habit.uses += ONE,
        None => habits.push(Habit { emoji: emoji.to_owned(), uses: ONE, space }),
    }
    habits.sort_by_key(|habit| std::cmp::Reverse(habit.uses));
    // The newest stays, also when everything else is used more.
    if habits.iter().filter(|habit| habit.is_of(space)).count() > MAX_OFTEN
        && let Some(at) = habits.iter().rposition(|habit| habit.is_of(space) && !is_it(habit))
    {
        habits.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn table() -> Table {
        Table::parse(include_str!("../../emoji.txt"))
    }

    fn texts(found: &[Emoji]) -> Vec<&'static str> {
        found.iter().map(|emoji| emoji.text).collect()
    }

    #[test]
    fn finds_in_three_languages() {
        let table = table();
        for word in ["fire", "огонь", "вогонь", "ВОГ"] {
            assert!(texts(&table.find(word)).contains(&"🔥"), "{word}");
        }
        for (word, emoji) in [("кошка", "🐈"), ("кіт", "🐈"), ("cat", "🐈"), ("дом", "🏠")]
        {
            assert!(texts(&table.find(word)).contains(&emoji), "{word}");
        }
        assert!(texts(&table.find("ukraine flag")).contains(&"🇺🇦"));
        assert_eq!(texts(&table.find("heart"))[0], "❤️");
        assert!(table.find("no such thing").is_empty());
    }

    #[test]
    fn the_server_takes_every_one_in_every_tone_and_none_stands_twice() {
        let (table, mut seen) = (table(), HashSet::new());
        for emoji in table.all() {
            assert!(seen.insert(emoji.text), "{} stands twice", emoji.text);
            for tone in 0..=5 {
                let text = emoji.toned(tone);
                assert_eq!(shared::validate::emoji(&text), Ok(()), "{text}");
            }
            assert!(!emoji.words.is_empty(), "nothing finds {}", emoji.text);
        }
        assert!(seen.len() > 1_800);
        assert_eq!(table.0.len(), 9);
    }

    #[test]
    fn tones_go_where_they_belong() {
        let table = table();
        let toned = |text| table.all().find(|e| e.text == text).map(|e| e.toned(3)).unwrap();
        assert_eq!(toned("👍"), "👍🏽");
        assert_eq!(toned("✌️"), "✌🏽");
        assert_eq!(toned("👩‍🚀"), "👩🏽‍🚀");
        assert_eq!(toned("🔥"), "🔥");
    }

    #[test]
    fn completes_short_names() {
        let table = table();
        let found = table.complete("smil", 5);
        assert!(found.iter().any(|(emoji, code)| emoji.text == "😄" && *code == "smile"));
        assert_eq!(table.complete("tada", 1)[0].0.text, "🎉");
        assert!(table.complete("zzzz", 5).is_empty());
    }

    #[test]
    fn habits_fade_and_the_newest_stays() {
        let mut habits = Vec::new();
        for _ in 0..3 {
            note(&mut habits, "👍", None);
        }
        for n in 0..3 {
            note(&mut habits, &format!("{n}"), None);
        }
        assert_eq!(habits[0].emoji, "👍");
        for n in 3..40 {
            note(&mut habits, &format!("{n}"), None);
        }
        assert!(habits.len() <= MAX_OFTEN);
        assert!(habits.iter().any(|habit| habit.emoji == "39"));
        assert!(habits[0].emoji != "👍", "an old habit has faded");
    }

    #[test]
    fn a_name_is_a_habit_of_its_space_only() {
        let [bakery, school] = [1, 2].map(|n| Some(SpaceId(uuid::Uuid::from_u128(n))));
        let mut habits = Vec::new();
        for (emoji, space) in [("👍", None), (":bun:", bakery), (":bun:", school)] {
            note(&mut habits, emoji, space);
        }
        let of = |habits: &[Habit], place| habits.iter().filter(|habit| habit.is_of(place)).count();
        assert_eq!([bakery, school, None].map(|place| of(&habits, place)), [2, 2, 1]);
        // What is used much in one space pushes nothing out of another.
        for n in 0..40 {
            note(&mut habits, &format!(":n{n}:"), bakery);
        }
        assert_eq!([bakery, school].map(|place| of(&habits, place)), [MAX_OFTEN, 1]);
    }
}
