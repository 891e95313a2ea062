//! The list of people while `@nick` is being typed, and of emoji while `:name` is.

mod everyone;

pub use everyone::EveryoneHint;

use super::field::Field;
use crate::api::chat as api;
use crate::chat::completion::{candidates, emoji_query, query};
use crate::chat::emoji::{self, Fetch};
use crate::chat::own_emoji;
use crate::chat::talk::Talk;
use crate::effect::Effect;
use crate::i18n::{Key, t, tn};
use crate::state::{Expression, Roster, Spaces};
use crate::ui::{Avatar, AvatarSize, once_open};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::ChatKind;
use shared::expression::SpaceEmoji;
use shared::identity::UserRef;
use shared::permission::Permission;
use shared::spaces::{Role, RoleKind};
use std::time::Duration;

/// One line of the list.
#[derive(Clone, PartialEq)]
pub enum Offer {
    Person(UserRef),
    /// A role of the space.
    Role(Role),
    /// `all` or `here`.
    Everybody(&'static str),
    /// What it puts in, and its short name.
    Emoji(String, String),
    /// One of the space's own.
    Custom(SpaceEmoji),
}

/// Emoji offered at once.
const MAX_EMOJI: usize = 8;

impl Offer {
    /// The text that stands in place of what was typed.
    fn text(&self) -> String {
        match self {
            Self::Person(person) => format!("@{} ", person.nickname),
            Self::Everybody(name) => format!("@{name} "),
            Self::Emoji(text, _) => format!("{text} "),
            Self::Custom(emoji) => format!(":{}: ", emoji.name),
            Self::Role(role) => {
                let is_word = role.name.chars().all(|c| c.is_alphanumeric() || c == '_');
                let is_word = is_word && role.name.contains(char::is_alphabetic);
                if is_word { format!("@{} ", role.name) } else { format!("@[{}] ", role.name) }
            }
        }
    }
}

/// See the module.
#[derive(Clone, Copy)]
pub struct Mentions {
    talk: Talk,
    field: Field,
    roster: Option<Roster>,
    expression: Expression,
    /// What is before the caret while there is something to complete.
    typed: RwSignal<Option<String>>,
    offers: RwSignal<Vec<Offer>>,
    active: RwSignal<usize>,
}

impl Mentions {
    pub fn new(talk: Talk, field: Field) -> Self {
        let spaces = expect_context::<Spaces>();
        let space = talk.chats.peek(talk.chat, |chat| chat.space_id).flatten();
        Self {
            talk,
            field,
            roster: space.map(|space| spaces.roster(space)),
            expression: expect_context(),
            typed: RwSignal::default(),
            offers: RwSignal::default(),
            active: RwSignal::new(0),
        }
    }

    pub fn is_open(&self) -> bool {
        self.offers.with(|offers| !offers.is_empty())
    }

    /// The id of the chosen line, for readers.
    pub fn active_id(&self) -> Option<String> {
        self.is_open().then(|| format!("mention-{}", self.active.get()))
    }

    pub fn close(&self) {
        if self.typed.with_untracked(Option::is_some) {
            self.typed.set(None);
        }
        if self.offers.with_untracked(|offers| !offers.is_empty()) {
            self.offers.set(Vec::new());
        }
    }

    /// A click on a line comes after the field has lost the keyboard.
    pub fn close_soon(&self) {
        let mentions = *self;
        set_timeout(
            move || {
                if !mentions.offers.is_disposed() {
                    mentions.close();
                }
            },
            Duration::from_millis(150),
        );
    }

    /// Looks at what is before the caret.
    pub fn update(&self) {
        let before = self.field.before_caret();
        match query(&before).is_some() || emoji_query(&before).is_some() {
            true => self.typed.set(Some(before)),
            false => self.close(),
        }
    }

    /// Offers what fits; reactively, for emoji, roles and rights may come later than the letters.
    fn look(&self, may_all: Memo<bool>) {
        let Some(before) = self.typed.get() else { return };
        let Some(query) = query(&before) else { return self.update_emoji(&before) };
        let mut offers: Vec<Offer> =
            candidates(query, &self.people()).into_iter().map(Offer::Person).collect();
        let may_all = may_all.get();
        if may_all {
            let named = ["all", "here"].into_iter().filter(|name| name.starts_with(query));
            offers.extend(named.map(Offer::Everybody));
        }
        offers.extend(self.roles(query, may_all).into_iter().map(Offer::Role));
        self.active.set(0);
        self.offers.set(offers);
        // Not all are here, or not yet.
        let is_part = |roster: Roster| roster.has_more() || roster.members().ready().is_none();
        if self.roster.is_some_and(|roster| untrack(|| is_part(roster))) && !query.is_empty() {
            self.ask(query.to_owned());
        }
    }

    fn update_emoji(&self, before: &str) {
        let Some(code) = emoji_query(before) else { return };
        let code = code.to_lowercase();
        let mut offers = self.own_emoji(&code);
        if let Fetch::Here(table) = emoji::table() {
            let tone = emoji::tone();
            let found = table.complete(&code, MAX_EMOJI - offers.len()).into_iter();
            offers.extend(found.map(|(e, code)| Offer::Emoji(e.toned(tone), code.to_owned())));
        }
        self.active.set(0);
        self.offers.set(offers);
    }

    /// Those of the space whose names begin so, or have it in them.
    fn own_emoji(&self, code: &str) -> Vec<Offer> {
        let Some(space) = self.talk.space() else { return Vec::new() };
        let mut found = self.expression.emoji(space);
        found.retain(|emoji| emoji.name.contains(code));
        found.sort_by_key(|emoji| !emoji.name.starts_with(code));
        found.into_iter().take(MAX_EMOJI).map(Offer::Custom).collect()
    }

    /// Everybody at once: with the permission in a space, always in a group; reactively.
    fn may_all(&self) -> bool {
        let kind = self.talk.chats.peek(self.talk.chat, |chat| chat.kind);
        match kind {
            Some(ChatKind::Space) => self.talk.may(Permission::MentionAll),
            Some(ChatKind::Group) => true,
            _ => false,
        }
    }

    /// Roles with such a name; the role of all members is everybody.
    fn roles(&self, query: &str, may_all: bool) -> Vec<Role> {
        let Some(roster) = self.roster else { return Vec::new() };
        let wanted = query.to_lowercase();
        let fits = |role: &Role| {
            (may_all || role.kind != RoleKind::Member)
                && role.name.to_lowercase().split_whitespace().any(|w| w.starts_with(&wanted))
                && !role.name.contains(['[', ']'])
        };
        let roles = roster.roles();
        let roles = roles.ready().map(Vec::as_slice).unwrap_or_default();
        roles.iter().filter(|role| fits(role)).take(4).cloned().collect()
    }

    /// In a large space not everybody is known here.
    fn ask(&self, wanted: String) {
        let mentions = *self;
        spawn_local(async move {
            let Ok(page) = api::find_members(mentions.talk.chat, &wanted).await else { return };
            let is_still = !mentions.offers.is_disposed()
                && query(&mentions.field.before_caret()) == Some(wanted.as_str());
            if !is_still {
                return;
            }
            mentions.offers.update(|offers| {
                for person in candidates(&wanted, &page.items) {
                    let offer = Offer::Person(person);
                    if offers.len() < 8 && !offers.contains(&offer) {
                        offers.push(offer);
                    }
                }
            });
        });
    }

    /// Members that are known here, and whoever wrote what is in memory.
    fn people(&self) -> Vec<UserRef> {
        let mut people: Vec<UserRef> = match self.roster {
            Some(roster) => untrack(|| roster.members())
                .ready()
                .map(|members| members.iter().map(|member| member.user.clone()).collect())
                .unwrap_or_default(),
            None => self.talk.chats.peek(self.talk.chat, |c| c.members.clone()).unwrap_or_default(),
        };
        let mut known: std::collections::HashSet<_> = people.iter().map(|p| p.id).collect();
        self.talk.window(|window| {
            for entry in window.entries() {
                if known.insert(entry.message.author.id) {
                    people.push(entry.message.author.clone());
                }
            }
        });
        people
    }

    /// Takes a key while the list is open; tells whether it was meant for the list.
    pub fn key(&self, event: &KeyboardEvent) -> bool {
        let count = self.offers.with_untracked(Vec::len);
        if count == 0 {
            return false;
        }
        let active = self.active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => self.active.set((active + 1) % count),
            "ArrowUp" => self.active.set((active + count - 1) % count),
            "Enter" | "Tab" if !event.shift_key() => self.choose(active),
            "Escape" => self.close(),
            _ => return false,
        }
        event.prevent_default();
        event.stop_propagation();
        true
    }

    fn choose(&self, at: usize) {
        let before = self.field.before_caret();
        let offer = self.offers.with_untracked(|offers| offers.get(at).cloned());
        let typed = match offer {
            Some(Offer::Emoji(..) | Offer::Custom(_)) => emoji_query(&before),
            _ => query(&before),
        };
        if let (Some(typed), Some(offer)) = (typed, offer) {
            if matches!(offer, Offer::Emoji(..) | Offer::Custom(_)) {
                emoji::used(offer.text().trim_end(), self.talk.space());
            }
            self.field.replace_before(typed.len() + 1, &offer.text());
        }
        self.close();
        self.field.focus();
    }
}

/// The list above the field.
#[component]
pub fn MentionsList(mentions: Mentions) -> impl IntoView {
    once_open(move || mentions.typed.read().is_some(), move || mentions_list(mentions))
}

crate::lazy! {
    tools => fn mentions_list(mentions: Mentions) -> AnyView {
        view! { <Offers mentions /> }.into_any()
    }
}

#[component]
fn Offers(mentions: Mentions) -> impl IntoView {
    let may_all = Memo::new(move |_| mentions.may_all());
    Effect::new(move |_| mentions.look(may_all));
    let line = move |at: usize, offer: Offer| {
        view! {
            <div
                class="mentions__one"
                class:mentions__one--active=move || mentions.active.get() == at
                id=format!("mention-{at}")
                role="option"
                aria-selected=move || if mentions.active.get() == at { "true" } else { "false" }
                on:mousedown=move |event| {
                    event.prevent_default();
                    mentions.choose(at);
                }
            >
                {match offer {
                    Offer::Person(person) => {
                        view! {
                            <Avatar
                                id=person.id.0
                                name=person.name().to_owned()
                                url=person.avatar_url.clone()
                                size=AvatarSize::Small
                            />
                            <span class="mentions__name">{person.name().to_owned()}</span>
                            <span class="mentions__nick">{format!("@{}", person.nickname)}</span>
                        }
                            .into_any()
                    }
                    Offer::Emoji(text, code) => {
                        view! {
                            <span class="mentions__emoji">{text}</span>
                            <span class="mentions__name">{format!(":{code}:")}</span>
                        }
                            .into_any()
                    }
                    Offer::Custom(emoji) => {
                        view! {
                            <span class="mentions__emoji">{own_emoji::picture(&emoji)}</span>
                            <span class="mentions__name">{format!(":{}:", emoji.name)}</span>
                        }
                            .into_any()
                    }
                    Offer::Role(role) => {
                        let holders = role.member_count;
                        view! {
                            <span class="mentions__role" style:background=role.color></span>
                            <span class="mentions__name">{format!("@{}", role.name)}</span>
                            <span class="mentions__nick">
                                {move || tn(Key::NotificationsRoleHint, holders)}
                            </span>
                        }
                            .into_any()
                    }
                    Offer::Everybody(name) => {
                        let hint = if name == "all" {
                            Key::ChatMentionAll
                        } else {
                            Key::ChatMentionHere
                        };
                        view! {
                            <span class="mentions__name">{format!("@{name}")}</span>
                            <span class="mentions__nick">{t(hint)}</span>
                        }
                            .into_any()
                    }
                }}
            </div>
        }
    };
    view! {
        <Show when=move || mentions.is_open()>
            <div class="mentions" id="mentions" role="listbox" aria-label=t(Key::ChatMentionsList)>
                {move || {
                    mentions
                        .offers
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(at, offer)| line(at, offer))
                        .collect::<Vec<_>>()
                }}
            </div>
        </Show>
    }
}
