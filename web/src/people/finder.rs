//! Finding people while one types: the server knows all of them, the browser only some.

use crate::api::{ApiError, ApiResult, chat, spaces};
use crate::chat::completion::candidates;
use crate::effect::Effect;
use crate::i18n::{Key, t, tr};
use crate::ui::{Avatar, AvatarSize, Glyph, Icon, TextField};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::identity::UserRef;
use shared::ids::{SpaceId, UserId};
use std::time::Duration;

/// So long after the last letter the server is asked.
const PAUSE: Duration = Duration::from_millis(200);
/// People offered at once.
const MOST: usize = 8;

/// Who may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// Members of a space.
    Members(SpaceId),
    /// People of one's spaces and chats by a piece of their names, and anybody by his whole nickname.
    Everybody,
}

/// What is typed, and who fits.
#[derive(Clone, Copy)]
pub struct Finder {
    pub words: RwSignal<String>,
    among: Among,
    found: RwSignal<Vec<UserRef>>,
    /// What the last answer was to.
    answered: RwSignal<String>,
}

impl Finder {
    #[must_use]
    pub fn new(among: Among) -> Self {
        Self::of(among, RwSignal::new(String::new()))
    }

    fn of(among: Among, words: RwSignal<String>) -> Self {
        let finder = Self {
            words,
            among,
            found: RwSignal::new(Vec::new()),
            answered: RwSignal::new(String::new()),
        };
        let timer = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move |_| {
            let query = finder.query();
            if let Some(timer) = timer.try_update_value(Option::take).flatten() {
                timer.clear();
            }
            if query.is_empty() {
                finder.found.set(Vec::new());
                return finder.answered.set(query);
            }
            let ask = move || spawn_local(async move { finder.ask(query).await });
            timer.set_value(set_timeout_with_handle(ask, PAUSE).ok());
        });
        finder
    }

    /// The typed name, without an `@` before it, reactively.
    #[must_use]
    pub fn query(self) -> String {
        self.words.with(|words| name_in(words))
    }

    async fn ask(self, query: String) {
        let outcome = match self.among {
            Among::Members(space) => spaces::find_participants(space, &query)
                .await
                .map(|page| page.items.into_iter().map(|member| member.user).collect()),
            Among::Everybody => chat::search_quick(&query).await.map(|found| found.people),
        };
        // What was typed since has a question of its own.
        let now = self.words.try_with_untracked(|words| name_in(words) == query);
        if let (Ok(people), Some(true)) = (outcome, now) {
            self.found.set(people);
            self.answered.set(query);
        }
    }

    /// Who fits: of those in memory at once, of all others when the server has answered; reactively.
    #[must_use]
    pub fn offers(self, known: &[UserRef], is_taken: impl Fn(UserId) -> bool) -> Vec<UserRef> {
        let query = self.query();
        let free: Vec<UserRef> = known.iter().filter(|p| !is_taken(p.id)).cloned().collect();
        let mut offers = candidates(&query, &free);
        self.found.with(|found| {
            for person in found {
                if !is_taken(person.id) && offers.iter().all(|known| known.id != person.id) {
                    offers.push(person.clone());
                }
            }
        });
        offers.truncate(MOST);
        offers
    }

    /// Whether the server knows nobody for what is typed, reactively.
    #[must_use]
    pub fn is_nobody(self) -> bool {
        let query = self.query();
        !query.is_empty() && self.answered.with(|a| *a == query) && self.found.with(Vec::is_empty)
    }
}

fn name_in(words: &str) -> String {
    words.trim().trim_start_matches('@').to_owned()
}

/// What is typed in a [`PersonField`] while nobody is chosen, and what is wrong with it.
#[derive(Clone, Copy)]
pub struct Rest {
    words: RwSignal<String>,
    failure: RwSignal<Option<String>>,
}

impl Default for Rest {
    fn default() -> Self {
        Self { words: RwSignal::new(String::new()), failure: RwSignal::new(None) }
    }
}

impl Rest {
    /// Goes on with whoever has the nickname that is typed, or with nobody where none is; where nobody has it, that
    /// is said and nothing goes on.
    pub fn settle(self, done: impl FnOnce(Option<UserRef>) + 'static) {
        let nickname = self.words.with_untracked(|words| name_in(words));
        if nickname.is_empty() {
            return done(None);
        }
        spawn_local(async move {
            match by_nickname(&nickname).await {
                // Unless the form is gone meanwhile.
                Ok(Some(person)) if self.words.try_set(String::new()).is_none() => {
                    done(Some(person))
                }
                Ok(Some(_)) => {}
                Ok(None) => drop(self.failure.try_set(Some(tr(Key::ChatNobody).to_owned()))),
                Err(error) => drop(self.failure.try_set(Some(error.sentence()))),
            }
        });
    }
}

/// Somebody by his whole nickname; `None`: nobody has it.
///
/// # Errors
/// See [`ApiError`].
pub async fn by_nickname(nickname: &str) -> ApiResult<Option<UserRef>> {
    match chat::find_person(nickname).await {
        Ok(profile) => Ok(Some(UserRef {
            id: profile.id,
            nickname: profile.nickname,
            display_name: profile.display_name,
            avatar_url: profile.avatar_url,
            is_bot: profile.is_bot,
        })),
        Err(ApiError::Problem(problem)) if problem.status == 404 => Ok(None),
        Err(error) => Err(error),
    }
}

/// A field that finds people, and under it who fits: a click or Enter chooses.
#[component]
pub fn PersonField(
    #[prop(into)] label: TextProp,
    among: Among,
    /// Who is not offered.
    #[prop(optional, into)]
    taken: Signal<Vec<UserId>>,
    /// Of a form that waits for whoever is typed: tells him, or why there is none.
    #[prop(optional)]
    rest: Rest,
    #[prop(into)] on_choose: Callback<UserRef>,
) -> impl IntoView {
    let (finder, failure) = (Finder::of(among, rest.words), rest.failure);
    let offers =
        Memo::new(move |_| finder.offers(&[], |user| taken.with(|taken| taken.contains(&user))));
    let choose = Callback::new(move |person: UserRef| {
        finder.words.set(String::new());
        failure.set(None);
        on_choose.run(person);
    });
    let look_up = move || {
        rest.settle(move |person| person.into_iter().for_each(|person| choose.run(person)));
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() != "Enter" || event.is_composing() {
            return;
        }
        // The form around it is another matter.
        event.prevent_default();
        match offers.with_untracked(|offers| offers.first().cloned()) {
            Some(person) => choose.run(person),
            None if among == Among::Everybody && !untrack(|| finder.query()).is_empty() => {
                look_up()
            }
            None => {}
        }
    };
    let error = Signal::derive(move || {
        let nobody = move || match among {
            Among::Members(_) if finder.is_nobody() => Some(tr(Key::SpacesNobodyFound).to_owned()),
            _ => None,
        };
        failure.get().or_else(nobody)
    });
    let label = StoredValue::new(label);
    let named = move || label.read_value().get();
    view! {
        <div class="person-field" on:keydown=on_key>
            <TextField
                label=named
                value=finder.words
                error
                on_input=move |()| failure.set(None)
            />
            <div class="people" role="group" aria-label=named>
                <For each=move || offers.get() key=|person| person.id let(person)>
                    <PersonButton person on_choose=choose />
                </For>
            </div>
        </div>
    }
}

/// Avatar, name and nickname of somebody who may be chosen.
#[component]
pub fn PersonButton(person: UserRef, #[prop(into)] on_choose: Callback<UserRef>) -> impl IntoView {
    let chosen = person.clone();
    view! {
        <button class="people__one" type="button" on:click=move |_| on_choose.run(chosen.clone())>
            <Avatar
                id=person.id.0
                name=person.name().to_owned()
                url=person.avatar_url.clone()
                size=AvatarSize::Small
            />
            <span class="people__name">{person.name().to_owned()}</span>
            <span class="people__nick">{format!("@{}", person.nickname)}</span>
        </button>
    }
}

/// Somebody who is chosen; a click takes him away.
#[component]
pub fn PersonChip(person: UserRef, #[prop(into)] on_remove: Callback<UserId>) -> impl IntoView {
    let id = person.id;
    view! {
        <button class="people__chip" type="button" on:click=move |_| on_remove.run(id)>
            {person.name().to_owned()}
            <span class="visually-hidden">{t(Key::FilesTakeAway)}</span>
            <Glyph icon=Icon::Close size=14 />
        </button>
    }
}
