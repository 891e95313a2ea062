//! The card that floats at a name or picture, by pointer and by keyboard; one layer for the whole page.
//!
//! Whatever shows a person carries `data-person` with his id. A click on what also carries
//! `data-act="profile"`, or a tap, opens the whole profile.

use super::deeds::{Deeds, composer};
use super::face::{CardLine, CardTop};
use super::profile::ProfileDialog;
use crate::i18n::{Key, month_and_year, t, tf, tr};
use crate::page::{Page, SettingsTab};
use crate::spaces::CurrentSpace;
use crate::state::people::Seen;
use crate::state::{People, Session, Spaces};
use crate::ui::button::IconLook;
use crate::ui::popover::Anchor;
use crate::ui::{Button, Icon, IconButton, Spinner, once_open};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::{ev, html};
use shared::identity::UserRef;
use shared::ids::{MessageId, UserId};
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The pointer rests so long before a card opens.
const OPENS_AFTER: Duration = Duration::from_millis(350);
/// A card stays so long after the pointer has left it and the name.
const CLOSES_AFTER: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, PartialEq)]
struct Shown {
    user: UserId,
    anchor: Anchor,
    /// Opened by the keyboard: its buttons can be reached.
    by_key: bool,
}

#[derive(Clone, Copy)]
struct Layer {
    shown: RwSignal<Option<Shown>>,
    timer: StoredValue<Option<TimeoutHandle>>,
    people: People,
}

impl Layer {
    fn later(self, after: Duration, act: impl FnOnce() + 'static) {
        self.cancel();
        self.timer.set_value(set_timeout_with_handle(act, after).ok());
    }

    fn cancel(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn open_soon(self, element: Element, by_key: bool) {
        let Some(user) = person_of(&element) else { return };
        if self.shown.with_untracked(|shown| shown.is_some_and(|shown| shown.user == user)) {
            return self.cancel();
        }
        self.later(OPENS_AFTER, move || {
            if element.is_connected() {
                let anchor = Anchor::of(&element);
                self.shown.set(Some(Shown { user, anchor, by_key }));
            }
        });
    }

    fn close_soon(self) {
        if self.shown.with_untracked(Option::is_some) {
            self.later(CLOSES_AFTER, move || self.shown.set(None));
        } else {
            self.cancel();
        }
    }

    fn close(self) {
        self.cancel();
        if self.shown.with_untracked(Option::is_some) {
            self.shown.set(None);
        }
    }

    fn clicked(self, event: &web_sys::Event) {
        let Some(target) = element_of(event) else { return };
        if let Some(fold) = closest(&target, "[data-act=unfold]") {
            let row = closest(&fold, "[data-id]").and_then(|row| row.get_attribute("data-id"));
            if let Some(message) = row.and_then(|id| id.parse::<MessageId>().ok()) {
                self.people.unfold(message);
            }
        } else if let Some(user) =
            closest(&target, "[data-act=profile]").and_then(|e| person_of(&e))
        {
            self.close();
            self.people.open.set(Some(user));
        }
    }
}

fn element_of(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn closest(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok().flatten()
}

fn person_of(element: &Element) -> Option<UserId> {
    element.get_attribute("data-person")?.parse().ok()
}

/// Shows cards and profiles; stands once, in the shell.
#[component]
pub fn Cards() -> impl IntoView {
    let people = expect_context::<People>();
    let layer = Layer { shown: RwSignal::new(None), timer: StoredValue::new(None), people };
    let trigger = |event: &web_sys::Event| closest(&element_of(event)?, "[data-person], .card");
    let over = window_event_listener(ev::pointerover, move |event| {
        if event.pointer_type() == "touch" {
            return;
        }
        match trigger(&event) {
            Some(element) if element.matches(".card").unwrap_or(false) => layer.cancel(),
            Some(element) => layer.open_soon(element, false),
            None => layer.close_soon(),
        }
    });
    let focused = window_event_listener(ev::focusin, move |event| match trigger(&event) {
        Some(element) if element.matches(".card").unwrap_or(false) => layer.cancel(),
        Some(element) if element.matches(":focus-visible").unwrap_or(false) => {
            layer.open_soon(element, true);
        }
        _ => layer.close_soon(),
    });
    let clicked = window_event_listener(ev::click, move |event| layer.clicked(&event));
    let wheel = window_event_listener(ev::wheel, move |event| {
        if trigger(&event).is_none_or(|element| !element.matches(".card").unwrap_or(false)) {
            layer.close();
        }
    });
    let key = window_event_listener(ev::keydown, move |event| {
        let on_mention = || closest(&element_of(&event)?, "[role=button][data-act=profile]");
        match event.key().as_str() {
            "Escape" => layer.close(),
            "Enter" | " " if on_mention().is_some() => {
                event.prevent_default();
                layer.clicked(&event);
            }
            _ => {}
        }
    });
    on_cleanup(move || {
        for handle in [over, focused, clicked, wheel, key] {
            handle.remove();
        }
    });
    view! {
        {once_open(
            move || layer.shown.with(Option::is_some) || people.open.with(Option::is_some),
            move || people_shown(layer),
        )}
    }
}

crate::lazy! {
    tools => fn people_shown(layer: Layer) -> AnyView {
        view! {
            <For each=move || layer.shown.get() key=|shown| shown.user let(shown)>
                <Card layer shown />
            </For>
            <ProfileDialog people=layer.people />
        }
        .into_any()
    }
}

#[component]
fn Card(layer: Layer, shown: Shown) -> impl IntoView {
    let space = expect_context::<CurrentSpace>().0.get_untracked();
    let people = layer.people;
    let seen = RwSignal::new(people.remembered(shown.user, space));
    let failed = RwSignal::new(None::<String>);
    let node = NodeRef::<html::Div>::new();
    if seen.with_untracked(Option::is_none) {
        spawn_local(async move {
            match people.look_at(shown.user, space).await {
                Ok(found) => drop(seen.try_set(Some(found))),
                Err(error) => drop(failed.try_set(Some(error.sentence()))),
            }
        });
    }
    Effect::new(move |_| {
        seen.track();
        failed.track();
        let Some(card) = node.get() else { return };
        // Before the browser paints: it never flashes at the wrong place.
        drop(card.show_popover());
        place(&card, shown.anchor);
        request_animation_frame(move || place(&card, shown.anchor));
    });
    view! {
        <div
            class="card card--floating"
            popover="manual"
            role="group"
            aria-label=t(Key::PeopleCard)
            node_ref=node
        >
            {move || match (seen.get(), failed.get()) {
                (Some(seen), _) => view! { <Inside layer shown seen /> }.into_any(),
                (None, Some(sentence)) => view! { <p class="card__note">{sentence}</p> }.into_any(),
                (None, None) => view! { <p class="card__note"><Spinner /></p> }.into_any(),
            }}
        </div>
    }
}

/// As he is shown in the space, where he is a member.
#[must_use]
pub(super) fn face_of(seen: &Seen) -> UserRef {
    let profile = &seen.profile;
    seen.member.as_ref().map_or_else(
        || UserRef {
            id: profile.id,
            nickname: profile.nickname.clone(),
            display_name: profile.display_name.clone(),
            avatar_url: profile.avatar_url.clone(),
            is_bot: profile.is_bot,
        },
        |member| member.user.clone(),
    )
}

#[component]
fn Inside(layer: Layer, shown: Shown, seen: Seen) -> impl IntoView {
    let session = expect_context::<Session>();
    let spaces = expect_context::<Spaces>();
    let deeds = Deeds::here();
    let people = layer.people;
    let user = shown.user;
    let is_me = untrack(|| session.user_id()) == Some(user);
    let face = face_of(&seen);
    let nickname = StoredValue::new(face.nickname.clone());
    let (look, banner) = (seen.profile.card, seen.profile.banner_url.clone());
    let status = Signal::derive(move || spaces.status(user));
    let custom = Signal::derive(move || people.custom_status(user));
    let member = seen.member.clone();
    let joined = member.as_ref().map(|member| member.joined_at);
    let since = move || match joined {
        Some(at) => tf(Key::PeopleJoined, &[("when", &month_and_year(at))]),
        None => tf(Key::SettingsMemberSince, &[("when", &month_and_year(seen.profile.created_at))]),
    };
    view! {
        <CardTop
            user=Signal::stored(face)
            look=Signal::stored(look)
            status
            banner=Signal::stored(banner)
        />
        <CardLine status=custom />
        <div class="card__facts">
            {member.map(|member| view! { <RoleChip member /> })}
            <span>{since}</span>
        </div>
        <div class="card__buttons">
            {if is_me {
                view! {
                    <Button
                        icon=Icon::Edit
                        wide=true
                        on_click=move |_| {
                            layer.close();
                            deeds.go(Page::Settings(SettingsTab::Profile));
                        }
                    >
                        {t(Key::PeopleEdit)}
                    </Button>
                }
                    .into_any()
            } else {
                view! {
                    <Button
                        icon=Icon::MessageCircle
                        wide=true
                        on_click=move |_| {
                            layer.close();
                            deeds.message(user);
                        }
                    >
                        {t(Key::SpacesMessage)}
                    </Button>
                    {composer()
                        .map(|_| {
                            view! {
                                <IconButton
                                    icon=Icon::AtSign
                                    label=t(Key::PeopleMention)
                                    look=IconLook::Small
                                    on_click=move |_| {
                                        layer.close();
                                        deeds.mention(&nickname.get_value());
                                    }
                                />
                            }
                        })}
                }
                    .into_any()
            }}
            <IconButton
                icon=Icon::More
                label=t(Key::PeopleProfile)
                look=IconLook::Small
                on_click=move |_| {
                    layer.close();
                    people.open.set(Some(user));
                }
            />
        </div>
        {shown.by_key.then(|| view! { <span class="visually-hidden" role="status">{tr(Key::PeopleCardHint)}</span> })}
    }
}

/// The role of a member, in its colour.
#[component]
pub(super) fn RoleChip(member: shared::spaces::Participant) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let space = expect_context::<CurrentSpace>().0.get_untracked();
    let role = Memo::new(move |_| spaces.roster(space?).role(member.role_id));
    move || {
        role.get().map(|role| {
            view! {
                <span class="card__role">
                    <span class="role-dot" style:--role=role.color></span>
                    {role.name}
                </span>
            }
        })
    }
}

const GAP: f64 = 8.0;

/// To the right of the name, else to its left, else below or above; inside the window.
fn place(card: &HtmlElement, anchor: Anchor) {
    let (width, height) = (f64::from(card.offset_width()), f64::from(card.offset_height()));
    let root = document().document_element();
    let (room_x, room_y) = root
        .map(|root| (f64::from(root.client_width()), f64::from(root.client_height())))
        .unwrap_or_default();
    let right = anchor.left + anchor.width + GAP;
    let left = anchor.left - GAP - width;
    let below = anchor.top + anchor.height + GAP;
    let (x, y) = if right + width <= room_x - GAP {
        (right, anchor.top)
    } else if left >= GAP {
        (left, anchor.top)
    } else if below + height <= room_y - GAP {
        (anchor.left, below)
    } else {
        (anchor.left, anchor.top - GAP - height)
    };
    for (name, value, room) in [("left", x, room_x - width), ("top", y, room_y - height)] {
        // A number of pixels is always accepted.
        drop(card.style().set_property(name, &format!("{}px", value.min(room - GAP).max(GAP))));
    }
}
