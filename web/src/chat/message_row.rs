//! One message.

use super::custom_emoji;
use super::forwarded::forwarded;
use super::previews::previews;
use super::rows::Row;
use super::talk::Talk;
use super::text;
use crate::files::{brief, hint, shown};
use crate::i18n::{Key, clock, day, exact, initial, t, tf, tn};
use crate::state::People;
use crate::state::outbox::Delivery;
use crate::state::window::Entry;
use crate::ui::avatar::hue;
use crate::ui::lazy::later_as;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;
use shared::chat::{Message, Reaction, ReplyPreview, ThreadSummary};
use shared::identity::UserRef;
use shared::ids::{SpaceId, UserId};
use std::collections::HashMap;
use std::sync::Arc;

/// The colours of people's roles.
pub type Colors = Memo<HashMap<UserId, String>>;

/// A row: nothing in it changes but the colour of the author; a new version is a new row.
pub fn message_row(row: Row, talk: Talk, colors: Colors, me: &UserRef) -> impl IntoView + use<> {
    let entry = Arc::clone(&row.entry);
    let message = &row.entry.message;
    let is_own = message.author.id == me.id;
    let nickname = me.nickname.clone();
    let space = talk.space();
    let fill = move |element: web_sys::Element| {
        let (entry, nickname) = (Arc::clone(&entry), nickname.clone());
        custom_emoji::follow(space, &entry.message.content.clone(), move |emoji| {
            element.set_text_content(None);
            let reader = text::Reader { message: &entry.message, me: &nickname, emoji };
            text::fill(&element, entry.tree(), &reader);
        });
    };
    let (seq, lit) = (message.seq, talk.lit);
    let folds = folding(message, is_own);
    view! {
        <div
            class="row"
            class:row--head=row.is_head
            class:row--own=is_own
            class:row--folded=move || folds.get()
            class:row--waiting=row.delivery == Some(Delivery::Waiting)
            class:row--lit=move || lit.get() == Some(seq)
            role="listitem"
            tabindex="-1"
            data-key=row.entry.key.to_string()
            data-id=row.delivery.is_none().then(|| message.id.to_string())
        >
            {row.opens_day.then(|| day_line(message))}
            {row.is_first_new.then(new_line)}
            <div class="row__message">
                <div class="row__side">
                    {if row.is_head { avatar(&message.author).into_any() } else { hidden_time(message).into_any() }}
                </div>
                <div class="row__body">
                    {message.reply_to.as_ref().filter(|_| row.shows_reply).map(reply_line)}
                    {row.is_head.then(|| head(message, colors))}
                    {message.subject.clone().map(|subject| view! { <h3 class="row__subject">{subject}</h3> })}
                    {move || folds.get().then(fold_line)}
                    {(!message.content.is_empty())
                        .then(|| view! { <div class="text" use:fill_with=fill.into()></div> })}
                    {message.forwarded.is_some().then(|| passed_on(&row.entry, space))}
                    {sticker(message)}
                    {(!message.attachments.is_empty() && message.forwarded.is_none())
                        .then(|| files(&row.entry))}
                    {(!message.previews.is_empty()).then(|| linked(&row.entry, talk))}
                    {message.edited_at.map(edited_mark)}
                    {message.pinned.then(pin_mark)}
                    {(!message.reactions.is_empty()).then(|| reactions(&message.reactions, space))}
                    {message.thread.as_ref().filter(|_| !talk.is_thread()).map(thread_line)}
                    {row.delivery.as_ref().map(|delivery| delivery_line(delivery, message))}
                </div>
            </div>
        </div>
    }
}

fn files(entry: &Arc<Entry>) -> impl IntoView + use<> {
    let entry = Arc::clone(entry);
    let fill = move |element: web_sys::Element| shown::fill(&element, &entry.message.attachments);
    view! { <div class="files" use:fill_with=fill.into()></div> }
}

fn passed_on(entry: &Arc<Entry>, space: Option<SpaceId>) -> AnyView {
    let entry = Arc::clone(entry);
    later_as(move || forwarded(Arc::clone(&entry), space), || ().into_any())
}

fn linked(entry: &Arc<Entry>, talk: Talk) -> AnyView {
    let entry = Arc::clone(entry);
    later_as(move || previews(Arc::clone(&entry), talk), || ().into_any())
}

/// Whether the message stands folded: the reader does not want to hear its author.
fn folding(message: &Message, is_own: bool) -> Memo<bool> {
    let people = use_context::<People>().filter(|_| !is_own);
    let (author, id) = (message.author.id, message.id);
    Memo::new(move |_| people.is_some_and(|people| people.folds(author, id)))
}

pub fn fold_line() -> impl IntoView {
    view! {
        <p class="row__fold">
            {t(Key::PeopleFolded)}
            " "
            <button class="row__act" type="button" data-act="unfold">{t(Key::PeopleUnfold)}</button>
        </p>
    }
}

/// Fills the element of a text once.
#[derive(Clone)]
pub struct Fill(Arc<dyn Fn(web_sys::Element) + Send + Sync>);

impl<F: Fn(web_sys::Element) + Send + Sync + 'static> From<F> for Fill {
    fn from(fill: F) -> Self {
        Self(Arc::new(fill))
    }
}

pub fn fill_with(element: web_sys::Element, fill: Fill) {
    (fill.0)(element);
}

fn day_line(message: &Message) -> impl IntoView + use<> {
    let at = message.created_at;
    view! {
        <div class="line">
            <button class="line__text" type="button" data-act="calendar" data-tip=t(Key::ChatJumpToDate)>
                {move || day(at)}
            </button>
        </div>
    }
}

fn new_line() -> impl IntoView {
    view! {
        <div class="line line--new" role="separator">
            <span class="line__text">{t(Key::ChatNew)}</span>
        </div>
    }
}

/// The same look as the kit's avatar, without its reactive parts: there may be a hundred in the page.
fn avatar(author: &UserRef) -> impl IntoView + use<> {
    let letter = initial(author.name());
    let url = author.avatar_url.clone();
    view! {
        <span
            class="avatar"
            style:--hue=hue(author.id.0).to_string()
            aria-hidden="true"
            data-person=author.id.to_string()
            data-act="profile"
        >
            {match url {
                Some(url) => {
                    view! { <img class="avatar__picture" src=url alt="" loading="lazy" /> }.into_any()
                }
                None => view! { <span class="avatar__letter">{letter}</span> }.into_any(),
            }}
        </span>
    }
}

fn hidden_time(message: &Message) -> impl IntoView + use<> {
    let at = message.created_at;
    view! { <time class="row__hidden-time" datetime=at.to_rfc3339()>{clock(at)}</time> }
}

fn head(message: &Message, colors: Colors) -> impl IntoView + use<> {
    let author = message.author.id;
    let at = message.created_at;
    let color = move || colors.with(|colors| colors.get(&author).cloned()).unwrap_or_default();
    view! {
        <div class="row__head">
            <button
                class="row__author"
                type="button"
                data-person=author.to_string()
                data-act="profile"
                style:--role=color
                class:role-text=move || colors.with(|c| c.contains_key(&author))
            >
                {message.author.name().to_owned()}
            </button>
            {message.author.is_bot.then(|| view! { <span class="row__bot">{t(Key::ChatBot)}</span> })}
            <time class="row__time" datetime=at.to_rfc3339() data-tip=exact(at)>
                {clock(at)}
            </time>
        </div>
    }
}

fn reply_line(reply: &ReplyPreview) -> impl IntoView + use<> {
    let text = match (&reply.author, &reply.excerpt) {
        (Some(author), Some(excerpt)) => view! {
            <span class="row__reply-author">{author.name().to_owned()}</span>
            <span class="row__reply-text">{quote(reply, excerpt)}</span>
        }
        .into_any(),
        _ => view! { <span class="row__reply-text">{t(Key::ChatReplyGone)}</span> }.into_any(),
    };
    view! {
        <button
            class="row__reply"
            type="button"
            data-act="jump"
            data-seq=reply.seq.to_string()
            disabled=reply.excerpt.is_none()
        >
            <Glyph icon=Icon::Reply size=14 />
            {text}
        </button>
    }
}

/// What an answered message said, or what it showed.
pub fn quote(reply: &ReplyPreview, excerpt: &str) -> String {
    match (&reply.sticker, &reply.file) {
        (Some(name), _) => tf(Key::StickersOne, &[("name", name)]),
        (None, Some(file)) if excerpt.is_empty() => hint(file),
        _ => excerpt.to_owned(),
    }
}

/// Its size is known before the picture comes; a click shows its pack.
fn sticker(message: &Message) -> AnyView {
    let Some(sticker) = &message.sticker else {
        let is_lost = message.words().is_empty() && message.attachments.is_empty();
        let lost = is_lost.then(|| view! { <p class="sticker__lost">{t(Key::StickersLost)}</p> });
        return lost.into_any();
    };
    let label = tf(Key::StickersOne, &[("name", &sticker.name)]);
    view! {
        <button
            class="sticker"
            type="button"
            data-act="sticker"
            data-pack=sticker.pack_id.to_string()
            data-tip=sticker.name.clone()
            aria-label=label
        >
            <img
                src=sticker.url.clone()
                alt=""
                width=sticker.width.to_string()
                height=sticker.height.to_string()
                loading="lazy"
            />
        </button>
    }
    .into_any()
}

fn edited_mark(at: shared::Timestamp) -> impl IntoView {
    view! {
        <button class="row__edited" type="button" data-act="versions" data-tip=exact(at)>
            {t(Key::ChatEdited)}
        </button>
    }
}

fn pin_mark() -> impl IntoView {
    view! {
        <button class="row__pinned" type="button" data-act="pins">
            <Glyph icon=Icon::Pin size=14 />
            {t(Key::ConversationPinned)}
        </button>
    }
}

/// How many replies hang on the message, by whom, and since when; opens them.
fn thread_line(thread: &ThreadSummary) -> impl IntoView + use<> {
    let (count, at) = (thread.count, thread.last_at);
    let people: Vec<_> = thread.participants.iter().map(avatar).collect();
    view! {
        <button class="row__thread" type="button" data-act="thread">
            <span class="row__thread-people">{people}</span>
            <span class="row__thread-count">{move || tn(Key::ConversationReplies, count)}</span>
            <time class="row__thread-time" datetime=at.to_rfc3339() data-tip=exact(at)>
                {move || format!("{}, {}", day(at), clock(at))}
            </time>
        </button>
    }
}

/// The reactions of a message, each a button that adds one's own or takes it back.
fn reactions(list: &[Reaction], space: Option<SpaceId>) -> impl IntoView + use<> {
    let chips: Vec<_> = list
        .iter()
        .map(|reaction| {
            let names = names(reaction);
            view! {
                <button
                    class="chip"
                    class:chip--mine=reaction.me
                    type="button"
                    data-act="react"
                    data-emoji=reaction.emoji.clone()
                    aria-pressed=if reaction.me { "true" } else { "false" }
                    aria-label=format!("{} {}", reaction.emoji, names)
                    data-tip=names.clone()
                >
                    <span class="chip__emoji">{custom_emoji::shown(space, &reaction.emoji)}</span>
                    <span class="chip__count">{reaction.count}</span>
                </button>
            }
        })
        .collect();
    view! { <div class="row__reactions">{chips}</div> }
}

fn names(reaction: &Reaction) -> String {
    let names = reaction.users.iter().map(UserRef::name).collect::<Vec<_>>().join(", ");
    let rest = reaction.count - reaction.users.len() as i64;
    if rest > 0 {
        return format!("{names} {}", tn(Key::ChatAndMore, rest));
    }
    names
}

fn delivery_line(delivery: &Delivery, message: &Message) -> impl IntoView + use<> {
    let nonce = message.nonce.clone();
    match delivery {
        Delivery::Waiting => {
            view! { <span class="row__delivery"><Glyph icon=Icon::Clock size=14 />{t(Key::ChatWaiting)}</span> }
                .into_any()
        }
        Delivery::Refused(error) => view! {
            <div class="row__delivery row__delivery--refused" role="alert">
                <Glyph icon=Icon::CircleAlert size=14 />
                <span>{tf(Key::ChatNotSent, &[("why", &error.sentence())])}</span>
                <button type="button" class="row__act" data-act="retry" data-nonce=nonce.clone()>
                    {t(Key::AppRetry)}
                </button>
                <button type="button" class="row__act" data-act="discard" data-nonce=nonce>
                    {t(Key::ChatDiscard)}
                </button>
            </div>
        }
        .into_any(),
    }
}

/// What a reader hears when a message arrives.
#[must_use]
pub fn spoken(message: &Message) -> String {
    let excerpt = brief(message, 120);
    tf(Key::ChatSpoken, &[("author", message.author.name()), ("text", &excerpt)])
}
