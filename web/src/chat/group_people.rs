//! The people of a group chat: see, add, take out.

use super::completion::candidates;
use crate::api::chat as api;
use crate::i18n::{Key, t, tf};
use crate::state::{Chats, Session, Spaces};
use crate::ui::button::IconLook;
use crate::ui::{Avatar, AvatarSize, Dialog, Icon, IconButton, TextField};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::MAX_GROUP;
use shared::identity::UserRef;
use shared::ids::{ChatId, UserId};

/// The dialog of a group's people.
#[component]
pub fn GroupPeople(chat: ChatId, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::ConversationGroupPeople)>
            <People chat />
        </Dialog>
    }
}

#[component]
fn People(chat: ChatId) -> impl IntoView {
    let (chats, spaces) = (expect_context::<Chats>(), expect_context::<Spaces>());
    let session = expect_context::<Session>();
    let members = Memo::new(move |_| chats.get(chat).map(|c| c.members).unwrap_or_default());
    let is_owner =
        Memo::new(move |_| chats.read(chat, |chat| chat.owner_id).flatten() == session.user_id());
    let words = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let known = Memo::new(move |_| super::new_chat::people(spaces, session));
    let offers = move || {
        let words = words.get();
        let query = words.trim().trim_start_matches('@');
        if query.is_empty() {
            return Vec::new();
        }
        let inside = members.get();
        let free: Vec<UserRef> = known.with(|known| {
            known.iter().filter(|p| inside.iter().all(|m| m.id != p.id)).cloned().collect()
        });
        candidates(query, &free)
    };
    let add = move |user: UserId| {
        words.set(String::new());
        spawn_local(async move {
            match api::add_member(chat, user).await {
                Ok(now) => chats.put(now),
                Err(problem) => drop(error.try_set(Some(problem.sentence()))),
            }
        });
    };
    let remove = move |user: UserId| {
        spawn_local(async move {
            // The group hears of it by an event.
            if let Err(problem) = api::remove_member(chat, user).await {
                drop(error.try_set(Some(problem.sentence())));
            }
        });
    };
    let person = move |person: UserRef, act: Option<(Icon, Key, Callback<UserId>)>| {
        let id = person.id;
        view! {
            <li class="people__one">
                <Avatar
                    id=id.0
                    name=person.name().to_owned()
                    url=person.avatar_url.clone()
                    size=AvatarSize::Small
                />
                <span class="people__name">{person.name().to_owned()}</span>
                <span class="people__nick">{format!("@{}", person.nickname)}</span>
                {act
                    .map(|(icon, label, act)| {
                        view! {
                            <IconButton
                                icon
                                label=move || tf(label, &[("name", person.name())])
                                look=IconLook::Small
                                on_click=move |_| act.run(id)
                            />
                        }
                    })}
            </li>
        }
    };
    let (add, remove) = (Callback::new(add), Callback::new(remove));
    view! {
        <div class="dialog__body">
            <p class="field__hint">
                {move || {
                    let count = members.with(Vec::len).to_string();
                    let most = MAX_GROUP.to_string();
                    tf(Key::ConversationGroupCount, &[("count", &count), ("most", &most)])
                }}
            </p>
            <ul class="people">
                <For each=move || members.get() key=|person| person.id let(member)>
                    {move || {
                        let me = session.user_id() == Some(member.id);
                        let act = (is_owner.get() && !me)
                            .then_some((Icon::UserX, Key::ConversationTakeOut, remove));
                        person(member.clone(), act)
                    }}
                </For>
            </ul>
            <TextField
                label=t(Key::ConversationAddPerson)
                value=words
                error
                on_input=move |()| error.set(None)
            />
            <ul class="people">
                <For each=offers key=|person| person.id let(offer)>
                    {person(offer, Some((Icon::Plus, Key::ConversationAddName, add)))}
                </For>
            </ul>
        </div>
    }
}
