//! A person in a row of a list.

use crate::ui::Avatar;
use leptos::prelude::*;
use shared::identity::UserRef;

/// Avatar, name, nickname and a line of details.
#[component]
pub fn PersonCell(user: UserRef, #[prop(into)] details: Signal<String>) -> impl IntoView {
    let name = user.name().to_owned();
    let nickname = format!("@{}", user.nickname);
    view! {
        <span class="manage__person">
            <Avatar
                id=user.id.0
                name=Signal::stored(name.clone())
                url=Signal::stored(user.avatar_url)
            />
            <span class="manage__text">
                <span class="manage__name">
                    {name} " " <span class="manage__hint">{nickname}</span>
                </span>
                <span class="manage__hint">{move || details.get()}</span>
            </span>
        </span>
    }
}
