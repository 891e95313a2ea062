//! The people of a group chat: see, add, take out.

use crate::api::chat as api;
use crate::form::Question;
use crate::i18n::{Key, t, tf, tr};
use crate::people::{Among, PersonField};
use crate::state::{Chats, Session};
use crate::ui::button::IconLook;
use crate::ui::{Avatar, AvatarSize, Dialog, Icon, IconButton};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::MAX_GROUP;
use shared::error::FieldCode;
use shared::identity::UserRef;
use shared::ids::ChatId;

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
    let chats = expect_context::<Chats>();
    let session = expect_context::<Session>();
    let members = Memo::new(move |_| chats.get(chat).map(|c| c.members).unwrap_or_default());
    let is_owner =
        Memo::new(move |_| chats.read(chat, |chat| chat.owner_id).flatten() == session.user_id());
    let error = RwSignal::new(None::<String>);
    let taken = Signal::derive(move || members.with(|m| m.iter().map(|m| m.id).collect()));
    let add = move |person: UserRef| {
        error.set(None);
        spawn_local(async move {
            match api::add_member(chat, person.id).await {
                Ok(now) => chats.put(now),
                Err(problem) => {
                    let is_stranger = problem.fields().any(|(_, code)| code == FieldCode::Unknown);
                    let text = match is_stranger {
                        true => tr(Key::ConversationStranger).to_owned(),
                        false => problem.sentence(),
                    };
                    error.try_set(Some(text));
                }
            }
        });
    };
    let (removing, chosen) = (Question::default(), RwSignal::new(None::<UserRef>));
    let remove = move || {
        let Some(user) = chosen.get_untracked().map(|person| person.id) else { return };
        // The group hears of it by an event.
        removing.answer(api::remove_member(chat, user), || ());
    };
    let named = move |key: Key| {
        let name = move || chosen.with(|person| person.as_ref().map(|p| p.name().to_owned()));
        move || tf(key, &[("name", &name().unwrap_or_default())])
    };
    let person = move |person: UserRef, remove: Option<Callback<UserRef>>| {
        let (id, to_remove) = (person.id, person.clone());
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
                {remove
                    .map(|remove| {
                        view! {
                            <IconButton
                                icon=Icon::UserX
                                label=move || {
                                    tf(Key::ConversationTakeOut, &[("name", person.name())])
                                }
                                look=IconLook::Small
                                on_click=move |_| remove.run(to_remove.clone())
                            />
                        }
                    })}
            </li>
        }
    };
    let ask = Callback::new(move |person: UserRef| {
        chosen.set(Some(person));
        removing.ask();
    });
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
                        person(member.clone(), (is_owner.get() && !me).then_some(ask))
                    }}
                </For>
            </ul>
            <PersonField
                label=t(Key::ConversationAddPerson)
                among=Among::Everybody
                taken
                on_choose=add
            />
            {removing
                .dialog(
                    named(Key::ConversationTakeOut),
                    named(Key::ConversationTakeOutText),
                    remove,
                )}
            {move || error.get().map(|e| view! { <p class="form-error" role="alert">{e}</p> })}
        </div>
    }
}
