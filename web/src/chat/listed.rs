//! The frame of a list that is fetched whole: its skeleton, its failure, or that nothing is in it.

use crate::i18n::{Key, t};
use crate::state::Load;
use crate::ui::{Empty, Failure, Picture, SkeletonRows};
use leptos::prelude::*;

/// The rows of a list, made by `shown` once there are any, or what stands in their place; of an empty list a
/// title and a text. The rows follow the list by themselves: what is on the screen stays.
pub fn listed<T: Send + Sync + 'static>(
    list: Signal<Load<Vec<T>>>,
    (title, text): (Key, Key),
    retry: Callback<()>,
    shown: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let state = Memo::new(move |_| list.with(Load::filled));
    let view = move || match state.get() {
        Load::Loading => view! { <SkeletonRows label=t(Key::AppLoading) rows=4 /> }.into_any(),
        Load::Failed(error) => {
            let sentence = Signal::derive(move || error.sentence());
            view! { <Failure sentence on_retry=retry /> }.into_any()
        }
        Load::Ready(false) => {
            view! { <Empty picture=Picture::Bubbles title=t(title) text=t(text) /> }.into_any()
        }
        Load::Ready(true) => shown(),
    };
    view.into_any()
}
