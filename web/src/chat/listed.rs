//! The frame of a list that is fetched whole: its skeleton, its failure, or that nothing is in it.

use crate::i18n::{Key, t};
use crate::state::Load;
use crate::ui::{Empty, Failure, Picture, SkeletonRows};
use leptos::prelude::*;

/// What is `shown` of a list, or what stands in its place; of an empty one a title and a text.
pub fn listed<T>(
    list: Load<Vec<T>>,
    (title, text): (Key, Key),
    retry: Callback<()>,
    shown: impl FnOnce(Vec<T>) -> AnyView,
) -> AnyView {
    match list {
        Load::Loading => view! { <SkeletonRows label=t(Key::AppLoading) rows=4 /> }.into_any(),
        Load::Failed(error) => {
            let sentence = Signal::derive(move || error.sentence());
            view! { <Failure sentence on_retry=retry /> }.into_any()
        }
        Load::Ready(list) if list.is_empty() => {
            view! { <Empty picture=Picture::Bubbles title=t(title) text=t(text) /> }.into_any()
        }
        Load::Ready(list) => shown(list),
    }
}
