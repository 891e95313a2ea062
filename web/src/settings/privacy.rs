//! Privacy: who may write, who sees that one is there, whom one does not want to hear.

use crate::api::people as api;
use crate::i18n::{Key, by_name, t, tf, tr};
use crate::state::{People, Settings};
use crate::ui::{Avatar, Button, Choice, Choices, SkeletonRows, Tick, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::people::Marked;
use shared::settings::{DirectFrom, UpdateSettings, UserSettings};

/// The tab of privacy.
#[component]
pub fn PrivacyTab() -> impl IntoView {
    let settings = expect_context::<Settings>();
    // Fetched anew: another device may have changed it while nobody listened.
    settings.follow_account();
    view! {
        <section class="settings__section" aria-label=t(Key::SettingsPrivacy)>
            {move || match settings.account.get() {
                Some(account) => view! { <Reach settings account /> }.into_any(),
                None => view! { <SkeletonRows label=t(Key::AppLoading) rows=3 /> }.into_any(),
            }}
        </section>
        <section class="settings__section">
            <h2>{t(Key::PeopleUnwanted)}</h2>
            <p class="settings__hint">{t(Key::PeopleUnwantedText)}</p>
            <Unwanted />
        </section>
    }
}

#[component]
fn Reach(settings: Settings, account: UserSettings) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let send = move |body: UpdateSettings| {
        spawn_local(async move {
            match api::update_settings(&body).await {
                Ok(account) => {
                    settings.take(account);
                    toasts.done(tr(Key::AppSaved));
                }
                Err(error) => {
                    // The choice goes back to what is true.
                    settings.account.set(settings.account.get_untracked());
                    toasts.failed(error.sentence());
                }
            }
        });
    };
    view! {
        <Choices label=t(Key::PeopleDirectFrom)>
            {DirectFrom::ALL
                .iter()
                .map(|choice| {
                    let choice = *choice;
                    view! {
                        <Choice
                            label=move || by_name(&format!("people.direct_{}", choice.key()))
                            checked=Signal::stored(account.direct_from == choice)
                            on_choose=move |()| send(UpdateSettings {
                                direct_from: Some(choice),
                                ..UpdateSettings::default()
                            })
                        />
                    }
                })
                .collect_view()}
        </Choices>
        <Tick
            label=t(Key::PeopleShowsOnline)
            hint=t(Key::PeopleShowsOnlineHint)
            checked=Signal::stored(account.shows_online)
            on_change=move |shows| send(UpdateSettings {
                shows_online: Some(shows),
                ..UpdateSettings::default()
            })
        />
        <p class="settings__hint">{t(Key::PeopleEmailHidden)}</p>
    }
}

#[component]
fn Unwanted() -> impl IntoView {
    let people = expect_context::<People>();
    let list = Memo::new(move |_| people.marked());
    view! {
        <Show
            when=move || list.with(|list| !list.is_empty())
            fallback=|| view! { <p class="settings__none">{t(Key::PeopleNobodyUnwanted)}</p> }
        >
            <ul class="sessions">
                <For each=move || list.get() key=|marked| (marked.user.id, marked.mark) let(marked)>
                    <Row people marked />
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn Row(people: People, marked: Marked) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let busy = RwSignal::new(false);
    let (user, mark) = (marked.user.id, marked.mark);
    let name = StoredValue::new(marked.user.name().to_owned());
    let clear = move || {
        busy.set(true);
        // The row is gone by the time that it is done.
        let name = name.get_value();
        spawn_local(async move {
            let outcome = people.set_mark(user, None).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    let again = move || {
                        spawn_local(async move {
                            if let Err(error) = people.set_mark(user, Some(mark)).await {
                                toasts.failed(error.sentence());
                            }
                        });
                    };
                    toasts.undoable(tf(Key::PeopleUnmarked, &[("name", &name)]), again);
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    view! {
        <li class="sessions__row">
            <Avatar id=user.0 name=name.get_value() url=marked.user.avatar_url.clone() />
            <div class="sessions__text">
                <p class="sessions__name">{name.get_value()}</p>
                <p class="settings__hint">
                    "@" {marked.user.nickname.clone()} " · "
                    {move || by_name(&format!("people.mark_{}", marked.mark.key()))}
                </p>
            </div>
            <Button busy on_click=move |_| clear()>{t(Key::PeopleHearAgain)}</Button>
        </li>
    }
}
