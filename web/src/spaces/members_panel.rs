//! The members of a space, grouped by role.

use super::member_menu::{Chosen, MemberMenu};
use crate::i18n::{Key, by_name, number, t};
use crate::people::custom_text;
use crate::state::{Load, People, Roster, Session, Spaces};
use crate::ui::{Anchor, Avatar, Button, Failure, SkeletonRows, StatusDot, TextField};
use leptos::prelude::*;
use shared::identity::Status;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::spaces::{Participant, RoleKind};

/// How near the end of the list the next page is fetched, in pixels.
const NEAR: i32 = 400;

/// Members by role, strongest role first; online before offline, then by name.
#[component]
pub fn MembersPanel(space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let roster = spaces.roster(space);
    let filter = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<Chosen>);
    let at = RwSignal::new(None::<Anchor>);
    let list = Members { roster, spaces, filter, chosen, at };
    let roles = move || {
        roster.roles().ready().into_iter().flatten().map(|role| role.id).collect::<Vec<_>>()
    };
    let state = Memo::new(move |_| match (roster.members(), roster.roles()) {
        (Load::Failed(error), _) | (_, Load::Failed(error)) => Load::Failed(error),
        (Load::Loading, _) | (_, Load::Loading) => Load::Loading,
        (Load::Ready(_), Load::Ready(_)) => Load::Ready(()),
    });
    view! {
        <div class="members__filter">
            <TextField
                label=t(Key::SpacesFilterMembers)
                placeholder=t(Key::SpacesFilterMembers)
                kind="search"
                value=filter
            />
        </div>
        <div
            class="panel__body members"
            on:scroll=move |event| {
                let area = event_target::<web_sys::HtmlElement>(&event);
                if area.scroll_height() - area.scroll_top() - area.client_height() < NEAR {
                    roster.load_more();
                }
            }
        >
            {move || match state.get() {
                Load::Loading => view! { <SkeletonRows label=t(Key::SpacesLoadingMembers) /> }.into_any(),
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=move |()| roster.reload() /> }.into_any()
                }
                Load::Ready(()) => {
                    view! {
                        <For each=roles key=|id| *id let(id)>
                            <Group list role=id />
                        </For>
                        <Show when=move || roster.has_more()>
                            <Button on_click=move |_| roster.load_more()>
                                {t(Key::SpacesMoreMembers)}
                            </Button>
                        </Show>
                    }
                        .into_any()
                }
            }}
        </div>
        <MemberMenu space roster chosen at />
    }
}

/// What groups and rows need.
#[derive(Clone, Copy)]
struct Members {
    roster: Roster,
    spaces: Spaces,
    filter: RwSignal<String>,
    chosen: RwSignal<Option<Chosen>>,
    at: RwSignal<Option<Anchor>>,
}

impl Members {
    /// The ids of a role's holders that match the filter, in order.
    fn of_role(&self, role: RoleId) -> Vec<UserId> {
        let wanted = self.filter.with(|filter| filter.trim().to_lowercase());
        let matches = |member: &Participant| {
            wanted.is_empty()
                || member.user.nickname.to_lowercase().contains(&wanted)
                || member.user.name().to_lowercase().contains(&wanted)
        };
        let members = self.roster.members();
        let mut found: Vec<(bool, String, UserId)> = members
            .ready()
            .into_iter()
            .flatten()
            .filter(|member| member.role_id == role && matches(member))
            .map(|member| {
                let is_away = self.spaces.status(member.user.id) == Status::Offline;
                (is_away, member.user.name().to_lowercase(), member.user.id)
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, _, id)| id).collect()
    }
}

#[component]
fn Group(list: Members, role: RoleId) -> impl IntoView {
    let ids = Memo::new(move |_| list.of_role(role));
    let is_shown = Memo::new(move |_| ids.with(|ids| !ids.is_empty()));
    let known = Memo::new(move |_| list.roster.role(role));
    let name = move || known.get().map(|role| role.name).unwrap_or_default();
    let color = Signal::derive(move || known.get().map(|role| role.color).unwrap_or_default());
    let tinted = Memo::new(move |_| known.get().is_some_and(|role| role.kind != RoleKind::Member));
    // All of the role, also those on pages that are not here yet.
    let count = move || {
        let here = ids.with(|ids| i64::try_from(ids.len()).unwrap_or_default());
        let is_filtered = list.filter.with(|filter| !filter.trim().is_empty());
        number(if is_filtered { here } else { known.get().map_or(here, |r| r.member_count) })
    };
    view! {
        <Show when=move || is_shown.get()>
            <section class="members__group">
                <h3 class="members__role">
                    <span class="role-dot" style:--role=color></span>
                    <span class="members__role-name">{name}</span>
                    <span class="number">{count}</span>
                </h3>
                <ul>
                    <For each=move || ids.get() key=|id| *id let(id)>
                        <Row list id color tinted />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Row(
    list: Members,
    id: UserId,
    color: Signal<String>,
    /// Not for the plain member role: a colour that everybody has says nothing.
    tinted: Memo<bool>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let member = Memo::new(move |_| list.roster.member(id));
    let name = Signal::derive(move || {
        member.with(|m| m.as_ref().map(|m| m.user.name().to_owned()).unwrap_or_default())
    });
    let url = Signal::derive(move || member.get().and_then(|m| m.user.avatar_url));
    let status = Signal::derive(move || list.spaces.status(id));
    let is_me = Memo::new(move |_| session.user_id() == Some(id));
    let is_bot = Memo::new(move |_| member.with(|m| m.as_ref().is_some_and(|m| m.user.is_bot)));
    let people = expect_context::<People>();
    let custom = Memo::new(move |_| people.custom_status(id));
    let choose = move |event: &web_sys::MouseEvent, anchor: Anchor| {
        event.prevent_default();
        list.chosen.set(member.get_untracked().map(Chosen));
        list.at.set(Some(anchor));
    };
    view! {
        <li>
            <button
                class="members__row"
                data-person=id.to_string()
                class:members__row--away=move || status.get() == Status::Offline
                type="button"
                aria-haspopup="menu"
                on:click=move |event| choose(&event, Anchor::of_event(&event))
                on:contextmenu=move |event| choose(&event, Anchor::of_pointer(&event))
            >
                <span class="with-status">
                    <Avatar id=id.0 name url />
                    <StatusDot
                        status
                        label=move || by_name(&format!("status.{}", status.get().key()))
                    />
                </span>
                <span
                    class="members__name"
                    class:role-text=move || tinted.get()
                    style:--role=color
                >
                    {name}
                    <Show when=move || custom.get().is_some()>
                        <span class="members__custom">
                            {move || custom.get().map(|status| custom_text(&status))}
                        </span>
                    </Show>
                </span>
                <Show when=move || is_bot.get()>
                    <span class="row__bot">{t(Key::ChatBot)}</span>
                </Show>
                <Show when=move || is_me.get()>
                    <span class="members__me">{t(Key::SpacesYou)}</span>
                </Show>
            </button>
        </li>
    }
}
