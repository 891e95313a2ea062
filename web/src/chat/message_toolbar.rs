//! What can be done with a message: the toolbar at the pointer, the menu, and their dialogs.

use super::author_menu::{AuthorMenu, may_moderate};
use super::forward_dialog::ForwardDialog;
use super::keys::page;
use super::message_list::events::copy;
use super::reactors::ReactorsDialog;
use super::talk::{At, Talk};
use crate::api::chat as api;
use crate::api::organise;
use crate::effect::Effect;
use crate::i18n::{Key, clock, day, t, tr};
use crate::page::link;
use crate::spaces::{ReportDialog, Reported};
use crate::state::{Chats, Load, Session, Spaces};
use crate::ui::button::IconLook;
use crate::ui::dom::px;
use crate::ui::{Anchor, Confirm, Icon, IconButton, Menu, MenuItem, MenuLine, Popover, Spinner};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Message, MessageVersion};
use shared::ids::MessageId;
use shared::permission::Permission;

/// Floats at the top of the current message's row.
#[component]
pub fn MessageToolbar(talk: Talk, top: RwSignal<Option<f64>>) -> impl IntoView {
    let message = Memo::new(move |_| {
        let id = talk.current.get().filter(|_| top.get().is_some())?;
        talk.entry(id).map(|entry| entry.message.clone())
    });
    let id = move || message.with_untracked(|message| message.as_ref().map(|m| m.id));
    let at = move |event: &MouseEvent| {
        id().map(|message| At { message, anchor: Anchor::of_event(event) })
    };
    let may_edit = Memo::new(move |_| message.get().is_some_and(|m| talk.may_edit(&m)));
    view! {
        <Show when=move || message.with(Option::is_some)>
            <div
                class="toolbar"
                role="toolbar"
                aria-label=t(Key::ChatMessageActions)
                style:transform=move || {
                    format!("translateY(calc({} - 60%))", px(top.get().unwrap_or_default()))
                }
            >
                <Show when=move || talk.may(Permission::AddReactions)>
                    <IconButton
                        icon=Icon::SmilePlus
                        label=t(Key::ChatReact)
                        look=IconLook::Small
                        on_click=move |event: MouseEvent| talk.reacting.set(at(&event))
                    />
                </Show>
                <Show when=move || talk.may(Permission::SendMessages)>
                    <IconButton
                        icon=Icon::Reply
                        label=t(Key::ChatReply)
                        look=IconLook::Small
                        on_click=move |_| {
                            if let Some(id) = id() {
                                talk.reply(id);
                            }
                        }
                    />
                </Show>
                <Show when=move || !talk.is_thread()>
                    <IconButton
                        icon=Icon::MessagesSquare
                        label=t(Key::ConversationReplyInThread)
                        look=IconLook::Small
                        on_click=move |_| {
                            if let Some(id) = id() {
                                talk.open_thread_of(id);
                            }
                        }
                    />
                </Show>
                <Show when=move || may_edit.get()>
                    <IconButton
                        icon=Icon::Edit
                        label=t(Key::ChatEdit)
                        look=IconLook::Small
                        on_click=move |_| {
                            if let Some(id) = id() {
                                talk.edit(id);
                            }
                        }
                    />
                </Show>
                <IconButton
                    icon=Icon::More
                    label=t(Key::AppMore)
                    look=IconLook::Small
                    on_click=move |event: MouseEvent| talk.menu.set(at(&event))
                />
            </div>
        </Show>
    }
}

/// Everything that can be done with the message of [`Talk::menu`].
#[component]
fn MessageMenu(talk: Talk) -> impl IntoView {
    let at = RwSignal::new(None::<Anchor>);
    let message = RwSignal::new(None::<Message>);
    Effect::new(move |_| {
        if let Some(At { message: id, anchor }) = talk.menu.get() {
            message.set(talk.entry(id).map(|entry| entry.message.clone()));
            at.set(message.with_untracked(Option::is_some).then_some(anchor));
            talk.menu.set(None);
        }
    });
    let may_edit = move || message.get().is_some_and(|m| talk.may_edit(&m));
    let may_delete = move || message.get().is_some_and(|m| talk.may_delete(&m));
    let session = expect_context::<Session>();
    let chats = expect_context::<Chats>();
    let (reporting, reported) = (RwSignal::new(false), RwSignal::new(None::<Reported>));
    let space = chats.peek(talk.chat, |chat| chat.space_id).flatten();
    let (spaces, moderated) = (expect_context::<Spaces>(), RwSignal::new(None));
    // Of somebody else, in a space: elsewhere nobody moderates.
    let may_report = move || {
        message.get().is_some_and(|m| {
            session.user_id() != Some(m.author.id)
                && chats.read(m.chat_id, |chat| chat.space_id.is_some()) == Some(true)
        })
    };
    let with = move |act: fn(Talk, &Message)| {
        move |()| message.with_untracked(|m| m.iter().for_each(|m| act(talk, m)))
    };
    // The menu has closed, and forgotten its place, when its item acts.
    let place = StoredValue::new(None::<Anchor>);
    Effect::new(move |_| {
        if let Some(anchor) = at.get() {
            place.set_value(Some(anchor));
        }
    });
    let react = move |()| {
        if let (Some(message), Some(anchor)) = (message.get_untracked(), place.get_value()) {
            talk.reacting.set(Some(At { message: message.id, anchor }));
        }
    };
    let versions = move |()| {
        if let (Some(message), Some(anchor)) = (message.get_untracked(), place.get_value()) {
            talk.versions.set(Some(At { message: message.id, anchor }));
        }
    };
    let moderate = move |()| {
        let author = message.with_untracked(|m| m.as_ref().map(|m| m.author.clone()));
        moderated.set(author.zip(place.get_value()));
    };
    let is_pinned = move || message.with(|message| message.as_ref().is_some_and(|m| m.pinned));
    let (asking_who, forwarding) = (RwSignal::new(false), RwSignal::new(false));
    let is_reacted =
        move || message.with(|message| message.as_ref().is_some_and(|m| !m.reactions.is_empty()));
    let is_edited =
        move || message.with(|message| message.as_ref().is_some_and(|m| m.edited_at.is_some()));
    view! {
        <Menu at label=t(Key::ChatMessageActions)>
            <Show when=move || talk.may(Permission::AddReactions)>
                <MenuItem icon=Icon::SmilePlus label=t(Key::ChatReact) on_choose=react />
            </Show>
            <Show when=move || talk.may(Permission::SendMessages)>
                <MenuItem
                    icon=Icon::Reply
                    label=t(Key::ChatReply)
                    on_choose=with(|talk, message| talk.reply(message.id))
                />
            </Show>
            <Show when=move || !talk.is_thread()>
                <MenuItem
                    icon=Icon::MessagesSquare
                    label=t(Key::ConversationReplyInThread)
                    on_choose=with(|talk, message| talk.open_thread_of(message.id))
                />
            </Show>
            <MenuItem
                icon=Icon::Forward
                label=t(Key::ChatForward)
                on_choose=move |()| forwarding.set(true)
            />
            <Show when=move || talk.may(Permission::PinMessages)>
                <MenuItem
                    icon=Icon::Pin
                    label=move || t(pin_label(is_pinned()))()
                    on_choose=with(toggle_pin)
                />
            </Show>
            <Show when=move || !talk.is_thread()>
                <MenuItem
                    icon=Icon::Bookmark
                    label=t(Key::ConversationMarkUnread)
                    on_choose=with(mark_unread)
                />
            </Show>
            <Show when=is_reacted>
                <MenuItem
                    icon=Icon::Users
                    label=t(Key::ChatReactors)
                    on_choose=move |()| asking_who.set(true)
                />
            </Show>
            <Show when=is_edited>
                <MenuItem icon=Icon::Clock label=t(Key::ChatVersions) on_choose=versions />
            </Show>
            <MenuItem
                icon=Icon::Copy
                label=t(Key::ChatCopyText)
                on_choose=with(|talk, message| copy(talk.toasts, message.words().to_owned()))
            />
            <MenuItem
                icon=Icon::Link
                label=t(Key::ChatCopyLink)
                on_choose=with(|talk, message| copy(talk.toasts, link_to(talk, message)))
            />
            <Show when=move || may_edit() || may_delete()>
                <MenuLine />
            </Show>
            <Show when=may_edit>
                <MenuItem
                    icon=Icon::Edit
                    label=t(Key::ChatEdit)
                    on_choose=with(|talk, message| talk.edit(message.id))
                />
            </Show>
            <Show when=may_delete>
                <MenuItem
                    icon=Icon::Trash
                    danger=true
                    label=t(Key::ChatDelete)
                    on_choose=with(|talk, message| talk.deleting.set(Some(message.id)))
                />
            </Show>
            <Show when=may_report>
                <MenuLine />
                <MenuItem
                    icon=Icon::CircleAlert
                    label=t(Key::ModerationReport)
                    on_choose=move |()| {
                        let id = message.with_untracked(|m| m.as_ref().map(|m| m.id));
                        reported.set(id.map(Reported::Message));
                        reporting.set(true);
                    }
                />
                <Show when=move || space.is_some_and(|space| may_moderate(spaces, space))>
                    <MenuItem icon=Icon::Shield label=t(Key::ModerationAuthor) on_choose=moderate />
                </Show>
            </Show>
        </Menu>
        <ForwardDialog open=forwarding what=message />
        <ReactorsDialog open=asking_who shown=message space />
        <ReportDialog open=reporting what=reported />
        {space.map(|space| view! { <AuthorMenu talk space asked=moderated /> })}
    }
}

/// The address of a message.
fn link_to(talk: Talk, message: &Message) -> String {
    let origin = window().location().origin().unwrap_or_default();
    let space = talk.chats.peek(message.chat_id, |chat| chat.space_id).flatten();
    origin + &link(page(space, message.chat_id), message.thread_root, message.seq)
}

const fn pin_label(is_pinned: bool) -> Key {
    if is_pinned { Key::ConversationUnpin } else { Key::ConversationPin }
}

fn toggle_pin(talk: Talk, message: &Message) {
    pin(talk, message.id, !message.pinned, true);
}

/// At the server first: the list of pins is fetched when it is seen here. Told with the way back.
fn pin(talk: Talk, id: MessageId, pinned: bool, is_told: bool) {
    let Talk { messages, place, toasts, .. } = talk;
    spawn_local(async move {
        if let Err(error) = organise::set_pinned(id, pinned).await {
            return toasts.failed(error.sentence());
        }
        messages.change(place, |window| window.set_pinned(id, pinned));
        if is_told {
            let done = if pinned { Key::ConversationPinDone } else { Key::ConversationUnpinDone };
            toasts.undoable(tr(done), move || pin(talk, id, !pinned, false));
        }
    });
}

/// From this message on everything is new again, until one leaves the chat or presses Esc.
fn mark_unread(talk: Talk, message: &Message) {
    talk.divider.set(Some(message.seq - 1));
    let failed = Callback::new(move |sentence: String| talk.toasts.failed(sentence));
    talk.chats.mark_unread(message.chat_id, message.seq, failed);
}

/// Asks before the message of [`Talk::deleting`] is deleted.
#[component]
fn DeleteMessage(talk: Talk) -> impl IntoView {
    let open = RwSignal::new(false);
    let message = RwSignal::new(None::<MessageId>);
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if let Some(id) = talk.deleting.get() {
            message.set(Some(id));
            error.set(None);
            open.set(true);
            talk.deleting.set(None);
        }
    });
    let excerpt = move || {
        let entry = message.get().and_then(|id| talk.entry(id));
        let text = entry.map(|e| crate::files::brief(&e.message, 100));
        crate::i18n::tf(Key::ChatDeleteText, &[("text", &text.unwrap_or_default())])
    };
    let confirm = move |()| {
        let Some(id) = message.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let outcome = api::delete_message(id).await;
            busy.set(false);
            match outcome {
                Ok(()) => {
                    talk.messages.change(talk.place, |window| window.delete(id).is_some());
                    open.set(false);
                }
                Err(problem) => error.set(Some(problem.sentence())),
            }
        });
    };
    view! {
        <Confirm
            open
            title=t(Key::ChatDeleteTitle)
            text=excerpt
            action=t(Key::ChatDelete)
            busy
            error
            on_confirm=confirm
        />
    }
}

/// The earlier texts of the message of [`Talk::versions`].
#[component]
fn MessageVersions(talk: Talk) -> impl IntoView {
    let at = RwSignal::new(None::<Anchor>);
    let load = RwSignal::new(Load::<Vec<MessageVersion>>::Loading);
    Effect::new(move |_| {
        let Some(At { message, anchor }) = talk.versions.get() else { return };
        talk.versions.set(None);
        load.set(Load::Loading);
        at.set(Some(anchor));
        spawn_local(async move {
            load.set(api::list_versions(message).await.map(|page| page.items).into());
        });
    });
    view! {
        <Popover at label=t(Key::ChatVersions)>
            <div class="versions" tabindex="-1" autofocus>
                <h3>{t(Key::ChatVersions)}</h3>
                {move || match load.get() {
                    Load::Loading => view! { <Spinner /> }.into_any(),
                    Load::Failed(error) => {
                        view! { <p class="form-error">{error.sentence()}</p> }.into_any()
                    }
                    Load::Ready(list) => {
                        list.into_iter()
                            .map(|version| {
                                let at = version.written_at;
                                view! {
                                    <div class="versions__one">
                                        <time>{format!("{}, {}", day(at), clock(at))}</time>
                                        <p>{version.content}</p>
                                    </div>
                                }
                            })
                            .collect::<Vec<_>>()
                            .into_any()
                    }
                }}
            </div>
        </Popover>
    }
}

crate::lazy! {
    tools => pub fn message_menu(talk: Talk) -> AnyView {
        view! { <MessageMenu talk /> }.into_any()
    }
    tools => pub fn message_versions(talk: Talk) -> AnyView {
        view! { <MessageVersions talk /> }.into_any()
    }
    tools => pub fn delete_message(talk: Talk) -> AnyView {
        view! { <DeleteMessage talk /> }.into_any()
    }
}
