//! The members of a space, grouped by role.

use super::member_menu::{Chosen, MemberMenu};
use crate::i18n::{Key, by_name, number, t, tn};
use crate::people::custom_text;
use crate::state::{Load, People, Roster, Session, Spaces};
use crate::ui::{Anchor, Avatar, Failure, SkeletonRows, StatusDot, TextField};
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use shared::identity::Status;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::spaces::{Participant, RoleKind};
use std::collections::HashMap;
use std::time::Duration;

/// How near the end of the list the next page is fetched, in pixels.
const NEAR: i32 = 400;
/// How often is looked who of the people on the screen is there, where nobody is told of it.
const LOOK_MS: u32 = 60_000;

/// Members by role, strongest role first; online before offline, then by nickname. Only the rows that
/// are seen are in the page, and those to come are fetched when they come near.
#[component]
pub fn MembersPanel(space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let roster = spaces.roster(space);
    let filter = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<Chosen>);
    let at = RwSignal::new(None::<Anchor>);
    let list = Members { roster, spaces, filter, chosen, at };
    let state = Memo::new(move |_| match (roster.members(), roster.roles()) {
        (Load::Failed(error), _) | (_, Load::Failed(error)) => Load::Failed(error),
        (Load::Loading, _) | (_, Load::Loading) => Load::Loading,
        (Load::Ready(_), Load::Ready(_)) => Load::Ready(()),
    });
    let lines = Memo::new(move |_| list.lines());
    let search = leptos::leptos_dom::helpers::debounce(Duration::from_millis(250), move |()| {
        roster.find(filter.get_untracked().trim());
    });
    let search = StoredValue::new_local(search);
    // What is seen of the list, in pixels: its top and its height.
    let (top, height) = (RwSignal::new(0), RwSignal::new(900));
    let measure = move |area: &web_sys::HtmlElement| {
        top.set(area.scroll_top());
        height.set(area.client_height());
        if area.scroll_height() - area.scroll_top() - area.client_height() < NEAR {
            roster.load_more();
        }
    };
    let node = NodeRef::<leptos::html::Div>::new();
    node.on_load(move |area| {
        request_animation_frame(move || {
            if height.try_get_untracked().is_some() {
                measure(&area);
            }
        });
    });
    let shown = Memo::new(move |_| {
        let (top, height) = (top.get() - OVERSCAN, height.get() + 2 * OVERSCAN);
        lines.with(|lines| seen(lines, top, top + height))
    });
    let visible = move || {
        let range = shown.get();
        lines.with(|lines| lines.get(range.from..range.to).unwrap_or_default().to_vec())
    };
    let clock = Interval::new(LOOK_MS, move || {
        if document().hidden() {
            return;
        }
        let Some(lines) = untrack(|| shown.try_get().map(|_| visible())) else { return };
        let person = |line: &Line| if let Line::Member(user) = line { Some(*user) } else { None };
        roster.look_again(&lines.iter().filter_map(person).collect::<Vec<_>>());
    });
    // Stops with the panel.
    let _clock = StoredValue::new_local(clock);
    view! {
        <div class="members__filter">
            <TextField
                label=t(Key::SpacesFilterMembers)
                placeholder=t(Key::SpacesFilterMembers)
                kind="search"
                value=filter
                on_input=move |()| search.update_value(|search| search(()))
            />
        </div>
        <div
            class="panel__body members"
            node_ref=node
            on:scroll=move |event| measure(&event_target::<web_sys::HtmlElement>(&event))
        >
            // Less high than what is drawn beyond the edges: the lines below need not know of it.
            <About space spaces />
            {move || match state.get() {
                Load::Loading => view! { <SkeletonRows label=t(Key::SpacesLoadingMembers) /> }.into_any(),
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=move |()| roster.reload() /> }.into_any()
                }
                Load::Ready(()) => {
                    view! {
                        <ul class="members__list" style:height=move || format!("{}px", shown.get().whole)>
                            <li
                                class="members__space"
                                aria-hidden="true"
                                style:height=move || format!("{}px", shown.get().before)
                            ></li>
                            <For each=visible key=|line| *line let(line)>
                                {match line {
                                    Line::Role(role) => view! { <Heading list role /> }.into_any(),
                                    Line::Member(id) => view! { <Row list id /> }.into_any(),
                                }}
                            </For>
                        </ul>
                        <Show when=move || lines.with(Vec::is_empty)>
                            <p class="members__nobody">{t(Key::SpacesNobodyFound)}</p>
                        </Show>
                    }
                        .into_any()
                }
            }}
        </div>
        <MemberMenu space roster chosen at />
    }
}

/// What the space is about, and how many are in it.
#[component]
fn About(space: SpaceId, spaces: Spaces) -> impl IntoView {
    let space = Memo::new(move |_| spaces.get(space));
    let text = Memo::new(move |_| space.with(|space| space.as_ref()?.description.clone()));
    let count =
        Memo::new(move |_| space.with(|space| space.as_ref().map_or(0, |s| s.member_count)));
    view! {
        <div class="members__about">
            {move || text.get().map(|text| view! { <p class="members__text">{text}</p> })}
            <p>{move || tn(Key::SpacesMembersCount, count.get())}</p>
        </div>
    }
}

/// Heights of a heading and a row, in pixels, as `members.css` has them at every font size.
const HEADING: i32 = 36;
const ROW: i32 = 44;
/// What is drawn beyond both edges, in pixels.
const OVERSCAN: i32 = 600;

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Line {
    Role(RoleId),
    Member(UserId),
}

impl Line {
    const fn height(self) -> i32 {
        match self {
            Self::Role(_) => HEADING,
            Self::Member(_) => ROW,
        }
    }
}

/// The lines to draw, and the heights around them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    from: usize,
    to: usize,
    before: i32,
    whole: i32,
}

/// The lines between two heights.
fn seen(lines: &[Line], top: i32, bottom: i32) -> Seen {
    let mut seen = Seen::default();
    let mut at = 0;
    for (index, line) in lines.iter().enumerate() {
        let end = at + line.height();
        if end <= top {
            (seen.from, seen.before) = (index + 1, end);
        }
        if at < bottom {
            seen.to = index + 1;
        }
        at = end;
    }
    seen.to = seen.to.max(seen.from);
    seen.whole = at;
    seen
}

/// What headings and rows need.
#[derive(Clone, Copy)]
struct Members {
    roster: Roster,
    spaces: Spaces,
    filter: RwSignal<String>,
    chosen: RwSignal<Option<Chosen>>,
    at: RwSignal<Option<Anchor>>,
}

impl Members {
    /// All lines in the order of the server: by role, who is here before who is away, by nickname.
    fn lines(&self) -> Vec<Line> {
        let wanted = self.filter.with(|filter| filter.trim().to_lowercase());
        let matches = |member: &Participant| {
            wanted.is_empty()
                || member.user.nickname.to_lowercase().contains(&wanted)
                || member.user.name().to_lowercase().contains(&wanted)
        };
        let roles = self.roster.roles();
        let place: HashMap<RoleId, usize> =
            roles.ready().into_iter().flatten().zip(0..).map(|(role, at)| (role.id, at)).collect();
        let members = self.roster.members();
        let found = members.ready().into_iter().flatten().filter(|member| matches(member));
        let mut found: Vec<(usize, bool, String, RoleId, UserId)> = found
            .map(|m| {
                let is_away = self.spaces.status(m.user.id) == Status::Offline;
                let role = place.get(&m.role_id).copied().unwrap_or(usize::MAX);
                (role, is_away, m.user.nickname.to_lowercase(), m.role_id, m.user.id)
            })
            .collect();
        found.sort_unstable();
        let mut lines = Vec::with_capacity(found.len() + place.len());
        let mut current = None;
        for (_, _, _, role, user) in found {
            if current.replace(role) != Some(role) {
                lines.push(Line::Role(role));
            }
            lines.push(Line::Member(user));
        }
        lines
    }
}

#[component]
fn Heading(list: Members, role: RoleId) -> impl IntoView {
    let known = Memo::new(move |_| list.roster.role(role));
    let name = move || known.get().map(|role| role.name).unwrap_or_default();
    let color = move || known.get().map(|role| role.color).unwrap_or_default();
    // All of the role, also those on pages that are not here yet.
    let is_filtered = move || list.filter.with(|filter| !filter.trim().is_empty());
    let count = move || number(known.get().map_or(0, |role| role.member_count));
    view! {
        <li class="members__role">
            <span class="role-dot" style:--role=color></span>
            <h3 class="members__role-name">{name}</h3>
            <Show when=move || !is_filtered()>
                <span class="number">{count}</span>
            </Show>
        </li>
    }
}

#[component]
fn Row(list: Members, id: UserId) -> impl IntoView {
    let session = expect_context::<Session>();
    let member = Memo::new(move |_| list.roster.member(id));
    let role = Memo::new(move |_| member.get().and_then(|member| list.roster.role(member.role_id)));
    let color = Signal::derive(move || role.get().map(|role| role.color).unwrap_or_default());
    // Not for the plain member role: a colour that everybody has says nothing.
    let tinted = Memo::new(move |_| role.get().is_some_and(|r| r.kind != RoleKind::Member));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_seen_is_drawn() {
        let mut lines = vec![Line::Role(RoleId::default())];
        lines.extend((0..50_000).map(|_| Line::Member(UserId::default())));
        let whole = HEADING + 50_000 * ROW;
        let top = seen(&lines, -OVERSCAN, 900);
        assert_eq!((top.from, top.before, top.whole), (0, 0, whole));
        assert_eq!(top.to, 21);
        let middle = seen(&lines, HEADING + 1000 * ROW, HEADING + 1010 * ROW);
        assert_eq!((middle.from, middle.to, middle.before), (1001, 1011, HEADING + 1000 * ROW));
        let end = seen(&lines, whole - 100, whole + OVERSCAN);
        assert_eq!(end.to, lines.len());
        assert_eq!(seen(&[], 0, 900), Seen::default());
    }
}
