//! Beginning a chat of a space, a direct chat or a group.

use super::completion::candidates;
use super::keys::page;
use crate::api::ApiError;
use crate::api::chat as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t, tr};
use crate::state::{Chats, Session, Spaces};
use crate::ui::{Avatar, AvatarSize, Button, Dialog, Glyph, Icon, Look, TextArea, TextField};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
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
    let chats = expect_context::<Chats>();
    let navigate = use_navigate();
    let (name, topic) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let body = move || {
        let topic = topic.get().trim().to_owned();
        CreateChat {
            name: name.get().trim().to_owned(),
            topic: (!topic.is_empty()).then_some(topic),
            ..CreateChat::default()
        }
    };
    let form = Form::with_codes(move || body().validate(), &[(ErrorCode::NameTaken, "name")]);
    let (name_field, topic_field) = (form.field("name"), form.field("topic"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let navigate = navigate.clone();
        form.send(
            move || {
                let body = untrack(body);
                async move { api::create_chat(space, &body).await }
            },
            move |chat: Chat| {
                let path = page(Some(space), chat.id).path();
                chats.put(chat);
                open.set(false);
                navigate(&path, NavigateOptions::default());
            },
        );
    };
    view! {
        <form class="dialog__body" on:submit=submit>
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
            <FormFailure form />
            <footer class="dialog__footer">
                <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                <Button look=Look::Primary submit=true busy=form.is_busy()>
                    {t(Key::ChatCreate)}
                </Button>
            </footer>
        </form>
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
    let navigate = use_navigate();
    let (words, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let chosen = RwSignal::new(Vec::<UserRef>::new());
    let error = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let known = Memo::new(move |_| people(spaces, session));
    let offers = Memo::new(move |_| {
        let words = words.get();
        let query = words.trim().trim_start_matches('@');
        let taken = chosen.get();
        let free: Vec<UserRef> = known.with(|known| {
            known.iter().filter(|p| taken.iter().all(|t| t.id != p.id)).cloned().collect()
        });
        candidates(query, &free)
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
        let nickname = words.get_untracked().trim().trim_start_matches('@').to_owned();
        spawn_local(async move {
            match api::find_person(&nickname).await {
                Ok(profile) => choose(UserRef {
                    id: profile.id,
                    nickname: profile.nickname,
                    display_name: profile.display_name,
                    avatar_url: profile.avatar_url,
                    is_bot: profile.is_bot,
                }),
                Err(ApiError::Problem(problem)) if problem.status == 404 => {
                    error.set(Some(tr(Key::ChatNobody).to_owned()));
                }
                Err(problem) => error.set(Some(problem.sentence())),
            }
        });
    };
    let begin = move || {
        let people: Vec<_> = chosen.with_untracked(|chosen| chosen.iter().map(|p| p.id).collect());
        let title = Some(name.get_untracked().trim().to_owned()).filter(|name| !name.is_empty());
        let navigate = navigate.clone();
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
                    navigate(&path, NavigateOptions::default());
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
                <button
                    class="people__chip"
                    type="button"
                    on:click=move |_| chosen.update(|list| list.retain(|p| p.id != person.id))
                >
                    {person.name().to_owned()}
                    <Glyph icon=Icon::Close size=14 />
                </button>
            </For>
        </div>
    }
}

#[component]
fn PersonButton(person: UserRef, #[prop(into)] on_choose: Callback<UserRef>) -> impl IntoView {
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

/// Everybody known from one's spaces, oneself aside.
pub fn people(spaces: Spaces, session: Session) -> Vec<UserRef> {
    let me = session.user_id();
    let mut found: Vec<UserRef> = Vec::new();
    for space in spaces.ids() {
        let members = spaces.roster(space).members();
        for member in members.ready().into_iter().flatten() {
            let is_new = found.iter().all(|known| known.id != member.user.id);
            if is_new && Some(member.user.id) != me {
                found.push(member.user.clone());
            }
        }
    }
    found
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
