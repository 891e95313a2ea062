//! What was sent to the person outside of the client, or could not be.

use crate::api::notifications as api;
use crate::i18n::{Key, by_name, exact, relative, t, tf};
use crate::state::Load;
use crate::ui::{Failure, SkeletonRows};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::notifications::Delivery;

/// The latest twenty.
#[component]
pub fn Deliveries() -> impl IntoView {
    let list = RwSignal::new(Load::<Vec<Delivery>>::Loading);
    let fetch = move || {
        spawn_local(async move {
            let outcome = api::deliveries().await.map(|page| page.items);
            let _was_there = list.try_set(outcome.into());
        });
    };
    fetch();
    let row = |delivery: Delivery| {
        let at = delivery.at;
        let about = move || by_name(&format!("notifications.about_{}", delivery.about));
        let outcome = move || match &delivery.error {
            Some(error) => {
                let error = by_name(&format!("notifications.error_{error}"));
                tf(Key::NotificationsFailed, &[("error", &error)])
            }
            None => crate::i18n::tr(Key::NotificationsSent).to_owned(),
        };
        view! {
            <li class="settings__line">
                <span>
                    <strong>{about}</strong>
                    <span class="settings__hint">{outcome}</span>
                </span>
                <time class="settings__hint" title=move || exact(at)>
                    {move || relative(at)}
                </time>
            </li>
        }
        .into_any()
    };
    view! {
        <section class="settings__section">
            <h2>{t(Key::NotificationsDeliveries)}</h2>
            {move || match list.get() {
                Load::Loading => {
                    view! { <SkeletonRows label=t(Key::NotificationsDeliveries) rows=2 /> }.into_any()
                }
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=move |()| fetch() /> }.into_any()
                }
                Load::Ready(all) if all.is_empty() => {
                    view! { <p class="settings__hint">{t(Key::NotificationsDeliveriesEmpty)}</p> }
                        .into_any()
                }
                Load::Ready(all) => {
                    view! { <ul class="settings__lines">{all.into_iter().map(row).collect::<Vec<_>>()}</ul> }
                        .into_any()
                }
            }}
        </section>
    }
}
