//! The roles of a space: the list in its order, and beside it the editor of one.

use super::role_editor::RoleEditor;
use super::role_members::RoleMembers;
use super::role_order::RoleOrder;
use crate::i18n::{Key, t, tf, tn, tr};
use crate::state::{Load, Roster, Spaces};
use crate::ui::button::IconLook;
use crate::ui::{
    Anchor, Button, Failure, Glyph, Icon, IconButton, Look, Menu, MenuItem, SkeletonRows, focus,
};
use leptos::prelude::*;
use shared::ids::{RoleId, SpaceId};
use shared::permission::Permission;
use shared::spaces::{CreateRole, ROLE_PRESETS, Role, RoleKind};

/// What the editor shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    New,
    /// A new one that starts like this: a copy, or a preset.
    Like(Draft),
    Role(RoleId),
}

/// What a new role starts with.
pub type Draft = CreateRole;

/// The list of roles and the editor.
#[component]
pub fn Roles(space: SpaceId) -> impl IntoView {
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
        <div class="roles" data-editing=move || edited.with(|edited| edited.as_ref().map(|_| "true"))>
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
                    Load::Ready(()) => view! { <RoleList space roster edited /> }.into_any(),
                }}
                <Show when=may_create>
                    <Button icon=Icon::Plus wide=true on_click=move |_| edited.set(Some(Edited::New))>
                        {t(Key::SpacesNewRole)}
                    </Button>
                    <Presets edited />
                </Show>
            </div>
            <div class="roles__editor">
                {move || match edited.get() {
                    None => view! { <p class="roles__choose">{t(Key::SpacesRoleChoose)}</p> }.into_any(),
                    Some(which) => view! { <RoleEditor space roster which edited /> }.into_any(),
                }}
                {move || match edited.get() {
                    Some(Edited::Role(role)) => view! { <RoleMembers space roster role /> }.into_any(),
                    _ => ().into_any(),
                }}
            </div>
        </div>
    }
}

/// A new role that starts as one of the presets.
#[component]
fn Presets(edited: RwSignal<Option<Edited>>) -> impl IntoView {
    let at = RwSignal::new(None::<Anchor>);
    let presets = ROLE_PRESETS.into_iter().filter(|preset| preset.kind == RoleKind::Custom);
    let presets = StoredValue::new(presets.collect::<Vec<_>>());
    view! {
        <Button look=Look::Quiet wide=true on_click=move |event: web_sys::MouseEvent| at.set(Some(Anchor::of_event(&event)))>
            {t(Key::ModerationRolePreset)}
        </Button>
        <Menu at label=t(Key::ModerationRolePreset)>
            <For each=move || presets.get_value() key=|preset| preset.priority let(preset)>
                <MenuItem
                    label=t(preset.name)
                    on_choose=move |()| {
                        let draft = Draft {
                            name: tr(preset.name).to_owned(),
                            color: preset.color.to_owned(),
                            priority: preset.priority,
                            permissions: preset.permissions,
                        };
                        edited.set(Some(Edited::Like(draft)));
                    }
                />
            </For>
        </Menu>
    }
}

#[component]
fn RoleList(space: SpaceId, roster: Roster, edited: RwSignal<Option<Edited>>) -> impl IntoView {
    let ids = Memo::new(move |_| {
        roster.roles().ready().into_iter().flatten().map(|role| role.id).collect::<Vec<_>>()
    });
    let lines = move || {
        let ids = ids.get();
        // The event of a move may come before its answer.
        focus::keep();
        ids
    };
    let order = RoleOrder::new(space, roster);
    view! {
        <ul>
            <For each=lines key=|id| *id let(id)>
                <RoleRow roster id edited order />
            </For>
        </ul>
    }
}

#[component]
fn RoleRow(
    roster: Roster,
    id: RoleId,
    edited: RwSignal<Option<Edited>>,
    order: RoleOrder,
) -> impl IntoView {
    let role = Memo::new(move |_| roster.role(id));
    let part = move |pick: fn(&Role) -> String| {
        Signal::derive(move || role.with(|role| role.as_ref().map(pick).unwrap_or_default()))
    };
    let name = part(|role| role.name.clone());
    let color = part(|role| role.color.clone());
    let holders =
        move || tn(Key::SpacesRoleHolders, role.with(|r| r.as_ref().map_or(0, |r| r.member_count)));
    let is_system = move || role.with(|r| r.as_ref().is_some_and(|r| r.kind != RoleKind::Custom));
    let is_current = move || edited.with(|edited| *edited == Some(Edited::Role(id)));
    let moves = Memo::new(move |_| order.may_move(id));
    view! {
        <li
            class="roles__item"
            draggable=move || moves.get().then_some("true")
            on:dragstart=move |_| order.dragged.set(Some(id))
            on:dragend=move |_| order.dragged.set(None)
            on:dragover=move |event| {
                if order.dragged.with(Option::is_some) && moves.get_untracked() {
                    event.prevent_default();
                }
            }
            on:drop=move |event| {
                event.prevent_default();
                order.drop_on(id);
            }
        >
            <button
                class="roles__row"
                type="button"
                aria-current=move || is_current().then_some("true")
                on:click=move |_| edited.set(Some(Edited::Role(id)))
                on:keydown=move |event| {
                    let step = match &*event.key() {
                        "ArrowUp" => -1,
                        "ArrowDown" => 1,
                        _ => return,
                    };
                    if event.alt_key() && moves.get_untracked() {
                        event.prevent_default();
                        order.step(id, step);
                    }
                }
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
            <Show when=move || moves.get()>
                <span class="roles__moves">
                    <IconButton
                        icon=Icon::ArrowUp
                        look=IconLook::Small
                        label=move || tf(Key::ModerationRoleUp, &[("name", &name.get())])
                        on_click=move |_| order.step(id, -1)
                    />
                    <IconButton
                        icon=Icon::ArrowDown
                        look=IconLook::Small
                        label=move || tf(Key::ModerationRoleDown, &[("name", &name.get())])
                        on_click=move |_| order.step(id, 1)
                    />
                </span>
            </Show>
        </li>
    }
}
