//! No more letters, for whoever holds the link of one; without a login.

use crate::api::ApiError;
use crate::api::notifications as api;
use crate::i18n::{Key, t, tr};
use crate::identity::Welcome;
use crate::ui::{Button, Look, later};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A question, a button, an answer.
#[component]
fn UnsubscribeScreen() -> impl IntoView {
    let (busy, done) = (RwSignal::new(false), RwSignal::new(false));
    let failure = RwSignal::new(None::<String>);
    let link = window().location().hash().unwrap_or_default();
    let link = StoredValue::new(link.trim_start_matches('#').to_owned());
    let stop = move || {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::unsubscribe(&link.get_value()).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => drop(done.try_set(true)),
                Err(ApiError::Problem(problem)) if problem.status == 404 => {
                    drop(failure.try_set(Some(tr(Key::NotificationsUnsubscribeBad).to_owned())));
                }
                Err(error) => drop(failure.try_set(Some(error.sentence()))),
            }
        });
    };
    view! {
        <Welcome stays=true>
            <h1>{t(Key::NotificationsUnsubscribeTitle)}</h1>
            <Show
                when=move || done.get()
                fallback=move || {
                    view! {
                        <p>{t(Key::NotificationsUnsubscribeText)}</p>
                        {move || {
                            failure.get().map(|text| view! { <p class="form-error" role="alert">{text}</p> })
                        }}
                        <Button look=Look::Primary wide=true busy on_click=move |_| stop()>
                            {t(Key::NotificationsUnsubscribeButton)}
                        </Button>
                    }
                }
            >
                <p role="status">{t(Key::NotificationsUnsubscribeDone)}</p>
            </Show>
        </Welcome>
    }
}

crate::lazy! {
    tools => fn unsubscribe_page() -> AnyView {
        view! { <UnsubscribeScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn UnsubscribePage() -> impl IntoView {
    later(unsubscribe_page)
}
