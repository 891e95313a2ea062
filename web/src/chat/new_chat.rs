//! Beginning a chat of a space, a direct chat or a group.

use super::access::private;
use super::chat_settings::category_field;
use super::keys::page;
use crate::api::chat as api;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, t, tr};
use crate::people::{Among, Finder, PersonButton, PersonChip, by_nickname};
use crate::router::navigate;
use crate::state::{Categories, Chats, Session, Spaces};
use crate::ui::{Button, Dialog, Look, TextArea, TextField, Tick};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Chat, CreateChat, MAX_GROUP};
use shared::error::ErrorCode;
use shared::identity::UserRef;
use shared::ids::SpaceId;
use shared::validate::Validate;

/// The dialog that makes a chat of a space.
#[component]
fn NewChat(space: SpaceId, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::ChatNewChat)>
            <ChatForm space open />
        </Dialog>
    }
}

#[component]
fn ChatForm(space: SpaceId, open: RwSignal<bool>) -> impl IntoView {
    let (chats, spaces) = (expect_context::<Chats>(), expect_context::<Spaces>());
    let categories = expect_context::<Categories>();
    // Private chats name roles.
    let _loading = spaces.roster(space);
    let [name, topic, category] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let is_private = RwSignal::new(false);
    let body = move || {
        let topic = topic.get().trim().to_owned();
        CreateChat {
            name: name.get().trim().to_owned(),
            topic: (!topic.is_empty()).then_some(topic),
            category_id: category.get().parse().ok(),
            overrides: match is_private.get() {
                true => private(spaces, space),
                false => Vec::new(),
            },
        }
    };
    let form = Form::with_codes(move || body().validate(), &[(ErrorCode::NameTaken, "name")]);
    let (name_field, topic_field) = (form.field("name"), form.field("topic"));
    let send = move || {
        form.send(
            move || {
                let body = untrack(body);
                async move { api::create_chat(space, &body).await }
            },
            move |chat: Chat| {
                let path = page(Some(space), chat.id).path();
                chats.put(chat);
                open.set(false);
                navigate(&path);
            },
        );
    };
    view! {
        <DialogForm open form look=Look::Primary action=Key::ChatCreate on_send=move |()| send()>
            <TextField
                label=t(Key::ChatName)
                value=name
                first=true
                error=name_field.error
                on_input=name_field.on_input
                on_leave=name_field.on_leave
            />
            <TextArea
                label=t(Key::ChatTopic)
                value=topic
                hint=t(Key::ChatTopicHint)
                error=topic_field.error
                on_input=topic_field.on_input
                on_leave=topic_field.on_leave
            />
            <Show when=move || {
                !categories.of(space).is_empty()
            }>{category_field(space, category)}</Show>
            <Tick
                label=t(Key::ConversationPrivate)
                hint=t(Key::ConversationPrivateHint)
                checked=is_private
                on_change=move |checked| is_private.set(checked)
            />
        </DialogForm>
    }
}

/// The dialog that begins a direct chat, or with several people a group.
#[component]
fn NewConversation(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::ChatNewMessage)>
            <ConversationForm open />
        </Dialog>
    }
}

#[component]
fn ConversationForm(open: RwSignal<bool>) -> impl IntoView {
    let (chats, spaces) = (expect_context::<Chats>(), expect_context::<Spaces>());
    let session = expect_context::<Session>();
    let finder = Finder::new(Among::Everybody);
    let (words, name) = (finder.words, RwSignal::new(String::new()));
    let chosen = RwSignal::new(Vec::<UserRef>::new());
    let error = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let known = Memo::new(move |_| spaces.members_here());
    let offers = Memo::new(move |_| {
        let (taken, me) = (chosen.get(), session.user_id());
        let is_taken = |user| Some(user) == me || taken.iter().any(|t| t.id == user);
        known.with(|known| finder.offers(known, is_taken))
    });
    let choose = move |person: UserRef| {
        error.set(None);
        words.set(String::new());
        chosen.update(|chosen| {
            if chosen.len() + 1 < MAX_GROUP && chosen.iter().all(|c| c.id != person.id) {
                chosen.push(person);
            }
        });
    };
    let look_up = move || {
        let nickname = untrack(|| finder.query());
        spawn_local(async move {
            match by_nickname(&nickname).await {
                Ok(Some(person)) => choose(person),
                Ok(None) => error.set(Some(tr(Key::ChatNobody).to_owned())),
                Err(problem) => error.set(Some(problem.sentence())),
            }
        });
    };
    let begin = move || {
        let people: Vec<_> = chosen.with_untracked(|chosen| chosen.iter().map(|p| p.id).collect());
        let title = Some(name.get_untracked().trim().to_owned()).filter(|name| !name.is_empty());
        busy.set(true);
        spawn_local(async move {
            let outcome = match people.as_slice() {
                [one] => api::open_direct(*one).await,
                _ => api::open_group(people, title).await,
            };
            busy.set(false);
            match outcome {
                Ok(chat) => {
                    let path = page(None, chat.id).path();
                    chats.put(chat);
                    open.set(false);
                    navigate(&path);
                }
                Err(problem) => error.set(Some(problem.sentence())),
            }
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let is_typed = words.with_untracked(|words| !words.trim().is_empty());
        match offers.with_untracked(|offers| offers.first().cloned()) {
            Some(person) if is_typed => choose(person),
            _ if is_typed => look_up(),
            _ if chosen.with_untracked(|c| !c.is_empty()) => begin(),
            _ => {}
        }
    };
    view! {
        <form class="dialog__body" on:submit=submit>
            <Chosen chosen />
            <TextField
                label=t(Key::ChatWhom)
                value=words
                first=true
                hint=t(Key::ChatWhomHint)
                error
                on_input=move |()| error.set(None)
            />
            <div class="people" role="group" aria-label=t(Key::ChatWhom)>
                <For each=move || offers.get() key=|person| person.id let(person)>
                    <PersonButton person on_choose=choose />
                </For>
            </div>
            <Show when=move || { chosen.with(|chosen| chosen.len() > 1) }>
                <TextField label=t(Key::ChatGroupName) value=name />
            </Show>
            <footer class="dialog__footer">
                <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                <Button
                    look=Look::Primary
                    submit=true
                    busy
                    disabled=Signal::derive(move || {
                        chosen.with(Vec::is_empty) && words.with(|words| words.trim().is_empty())
                    })
                >
                    {t(Key::ChatStart)}
                </Button>
            </footer>
        </form>
    }
}

/// Who is chosen so far; a click takes one away.
#[component]
fn Chosen(chosen: RwSignal<Vec<UserRef>>) -> impl IntoView {
    view! {
        <div class="people__chosen">
            <For each=move || chosen.get() key=|person| person.id let(person)>
                <PersonChip
                    person
                    on_remove=move |id| chosen.update(|list| list.retain(|p| p.id != id))
                />
            </For>
        </div>
    }
}

crate::lazy! {
    tools => pub fn new_chat(space: SpaceId, open: RwSignal<bool>) -> AnyView {
        view! { <NewChat space open /> }.into_any()
    }
}

crate::lazy! {
    tools => pub fn new_conversation(open: RwSignal<bool>) -> AnyView {
        view! { <NewConversation open /> }.into_any()
    }
}
