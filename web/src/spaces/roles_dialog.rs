//! The roles of a space: the list, and beside it the editor of one.

use super::role_editor::RoleEditor;
use crate::i18n::{Key, t, tn};
use crate::state::{Load, Roster, Spaces};
use crate::ui::{Button, Dialog, Failure, Glyph, Icon, SkeletonRows};
use leptos::prelude::*;
use shared::ids::{RoleId, SpaceId};
use shared::permission::Permission;
use shared::spaces::{Role, RoleKind};

/// What the editor shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    New,
    Role(RoleId),
}

/// The dialog of roles.
#[component]
pub fn RolesDialog(open: RwSignal<bool>, space: SpaceId) -> impl IntoView {
    view! {
        <Dialog open wide=true title=t(Key::SpacesRoles)>
            <Roles space />
        </Dialog>
    }
}

#[component]
fn Roles(space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let roster = spaces.roster(space);
    let edited = RwSignal::new(None::<Edited>);
    let may_create = move || spaces.can(space, Permission::PromoteMembers);
    let state = Memo::new(move |_| match roster.roles() {
        Load::Loading => Load::Loading,
        Load::Failed(error) => Load::Failed(error),
        Load::Ready(_) => Load::Ready(()),
    });
    view! {
        <div class="roles" data-editing=move || edited.get().map(|_| "true")>
            <div class="roles__list">
                <p class="roles__hint">{t(Key::SpacesRolesHint)}</p>
                {move || match state.get() {
                    Load::Loading => {
                        view! { <SkeletonRows label=t(Key::SpacesLoadingRoles) rows=4 /> }.into_any()
                    }
                    Load::Failed(error) => {
                        let sentence = Signal::derive(move || error.sentence());
                        view! { <Failure sentence on_retry=move |()| roster.reload() /> }.into_any()
                    }
                    Load::Ready(()) => view! { <RoleList roster edited /> }.into_any(),
                }}
                <Show when=may_create>
                    <Button icon=Icon::Plus wide=true on_click=move |_| edited.set(Some(Edited::New))>
                        {t(Key::SpacesNewRole)}
                    </Button>
                </Show>
            </div>
            <div class="roles__editor">
                {move || match edited.get() {
                    None => view! { <p class="roles__choose">{t(Key::SpacesRoleChoose)}</p> }.into_any(),
                    Some(which) => view! { <RoleEditor space roster which edited /> }.into_any(),
                }}
            </div>
        </div>
    }
}

#[component]
fn RoleList(roster: Roster, edited: RwSignal<Option<Edited>>) -> impl IntoView {
    let ids = move || {
        roster.roles().ready().into_iter().flatten().map(|role| role.id).collect::<Vec<_>>()
    };
    view! {
        <ul>
            <For each=ids key=|id| *id let(id)>
                <RoleRow roster id edited />
            </For>
        </ul>
    }
}

#[component]
fn RoleRow(roster: Roster, id: RoleId, edited: RwSignal<Option<Edited>>) -> impl IntoView {
    let role = Memo::new(move |_| roster.role(id));
    let part = move |pick: fn(&Role) -> String| {
        Signal::derive(move || role.with(|role| role.as_ref().map(pick).unwrap_or_default()))
    };
    let name = part(|role| role.name.clone());
    let color = part(|role| role.color.clone());
    let holders =
        move || tn(Key::SpacesRoleHolders, role.with(|r| r.as_ref().map_or(0, |r| r.member_count)));
    let is_system = move || role.with(|r| r.as_ref().is_some_and(|r| r.kind != RoleKind::Custom));
    let is_current = move || edited.get() == Some(Edited::Role(id));
    view! {
        <li>
            <button
                class="roles__row"
                type="button"
                aria-current=move || is_current().then_some("true")
                on:click=move |_| edited.set(Some(Edited::Role(id)))
            >
                <span class="role-dot" style:--role=color></span>
                <span class="roles__name">{name}</span>
                <Show when=is_system>
                    <span class="roles__system" title=t(Key::SpacesRoleSystem)>
                        <Glyph icon=Icon::Lock size=16 />
                        <span class="visually-hidden">{t(Key::SpacesRoleSystem)}</span>
                    </span>
                </Show>
                <span class="roles__count">{holders}</span>
            </button>
        </li>
    }
}
