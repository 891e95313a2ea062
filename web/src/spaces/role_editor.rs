//! The editor of one role. A tick that the person may not hand out cannot be set.

use super::roles_page::Edited;
use crate::api::ApiError;
use crate::api::{moderation, spaces as api};
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, by_name, t, tf, tr};
use crate::page::Page;
use crate::router::navigate;
use crate::state::{Roster, Spaces};
use crate::ui::{
    Button, Dialog, Glyph, Icon, Look, SelectField, TextField, Tick, Toasts, unique_id,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::ids::{RoleId, SpaceId};
use shared::permission::{Permission, PermissionGroup, PermissionSet, act_on_role};
use shared::spaces::{CreateRole, NEW_ROLE_COLOR, Role, RoleKind, UpdateRole};
use shared::validate::Validate;

const CODES: &[(ErrorCode, &str)] = &[(ErrorCode::NameTaken, "name")];

/// What is typed and ticked.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    color: RwSignal<String>,
    rank: RwSignal<String>,
    permissions: RwSignal<PermissionSet>,
}

impl Fields {
    fn new(role: Option<&Role>) -> Self {
        let text = |pick: fn(&Role) -> String, otherwise: &str| {
            RwSignal::new(role.map_or_else(|| otherwise.to_owned(), pick))
        };
        Self {
            name: text(|role| role.name.clone(), ""),
            color: text(|role| role.color.clone(), NEW_ROLE_COLOR),
            rank: text(|role| role.priority.to_string(), "20"),
            permissions: RwSignal::new(role.map_or(PermissionSet::MEMBER, |r| r.permissions)),
        }
    }

    fn body(self) -> CreateRole {
        CreateRole {
            name: self.name.get().trim().to_owned(),
            color: self.color.get(),
            priority: self.rank.get().trim().parse().unwrap_or_default(),
            permissions: self.permissions.get(),
        }
    }
}

/// Name, colour, rank and permissions of a role, new or old.
#[component]
pub fn RoleEditor(
    space: SpaceId,
    roster: Roster,
    which: Edited,
    edited: RwSignal<Option<Edited>>,
) -> impl IntoView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let role = match &which {
        Edited::New | Edited::Like(_) => None,
        Edited::Role(id) => untrack(|| roster.role(*id)),
    };
    let fields = Fields::new(role.as_ref());
    if let Edited::Like(draft) = which {
        fields.name.set(draft.name);
        fields.color.set(draft.color);
        // Not above the person's own.
        let top = untrack(|| spaces.standing(space)).map_or(0, |own| own.rank - 1);
        fields.rank.set(draft.priority.min(top).to_string());
        fields.permissions.set(draft.permissions);
    }
    let form = Form::with_codes(move || fields.body().validate(), CODES);
    let (rank, permissions) =
        role.as_ref().map_or((0, PermissionSet::NONE), |role| (role.priority, role.permissions));
    let is_owner_role = role.as_ref().is_some_and(|role| role.kind == RoleKind::Owner);
    let is_custom = role.as_ref().is_none_or(|role| role.kind == RoleKind::Custom);
    let own = Memo::new(move |_| spaces.standing(space));
    let may_edit = Memo::new(move |_| {
        !is_owner_role && own.get().is_some_and(|own| act_on_role(&own, rank, permissions).is_ok())
    });
    let before = StoredValue::new(role);
    let saved = move |role: Role| {
        let id = role.id;
        roster.put_role(role);
        toasts.done(tr(Key::SpacesRoleSaved));
        edited.set(Some(Edited::Role(id)));
    };
    let send = move || {
        let body = untrack(|| fields.body());
        match before.get_value() {
            None => form.send(move || async move { api::create_role(space, &body).await }, saved),
            Some(role) => {
                let changes = changes(&role, body);
                let request = move || async move { api::update_role(&role, &changes).await };
                form.send(request, saved);
            }
        }
    };
    view! {
        <form
            class="form role-editor"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <button class="roles__back button button--quiet" type="button" on:click=move |_| edited.set(None)>
                <Glyph icon=Icon::ArrowLeft />
                {t(Key::SpacesBackToRoles)}
            </button>
            {before.get_value().map(|role| view! { <Deeds role edited /> })}
            <Show when=move || !may_edit.get()>
                <p class="roles__hint">{t(Key::SpacesRoleLocked)}</p>
            </Show>
            <fieldset class="form" disabled=move || !may_edit.get()>
                <Identity form fields with_rank=is_custom own_rank=Signal::derive(move || own.get().map_or(0, |o| o.rank)) />
                <Permissions space fields may_edit=Memo::new(move |_| may_edit.get() && !is_owner_role) />
                <FormFailure form />
            </fieldset>
            <Show when=move || may_edit.get()>
                <footer class="dialog__footer">
                    {is_custom
                        .then(|| before.get_value())
                        .flatten()
                        .map(|role| view! { <DeleteRole space role=role.id name=role.name edited /> })}
                    <Button look=Look::Primary submit=true busy=form.is_busy()>
                        {t(Key::AppSave)}
                    </Button>
                </footer>
            </Show>
        </form>
    }
}

/// Only what differs.
fn changes(before: &Role, after: CreateRole) -> UpdateRole {
    UpdateRole {
        name: (before.name != after.name).then_some(after.name),
        color: (before.color != after.color).then_some(after.color),
        priority: (before.priority != after.priority).then_some(after.priority),
        permissions: (before.permissions != after.permissions).then_some(after.permissions),
    }
}

/// Duplicate, and see the space as this role.
#[component]
fn Deeds(role: Role, edited: RwSignal<Option<Edited>>) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let space = role.space_id;
    let may_make = move || spaces.can(space, Permission::PromoteMembers);
    let may_see = move || may_make() || spaces.can(space, Permission::ManageChats);
    let is_owner = role.kind == RoleKind::Owner;
    let role = StoredValue::new(role);
    let see = move || {
        spaces.see_as(Some(role.get_value()));
        let path = Page::Space(space).path();
        navigate(&path);
    };
    let copy = move || {
        let role = role.get_value();
        let draft = CreateRole {
            name: tf(Key::ModerationRoleCopy, &[("name", &role.name)]),
            color: role.color,
            priority: role.priority,
            permissions: role.permissions,
        };
        edited.set(Some(Edited::Like(draft)));
    };
    view! {
        <div class="manage__acts">
            <Show when=move || may_make() && !is_owner>
                <Button icon=Icon::Copy on_click=move |_| copy()>
                    {t(Key::ModerationRoleDuplicate)}
                </Button>
            </Show>
            <Show when=move || may_see() && !is_owner>
                <Button icon=Icon::Eye on_click=move |_| see()>
                    {t(Key::ModerationRoleSee)}
                </Button>
            </Show>
        </div>
    }
}

#[component]
fn Identity(
    form: Form,
    fields: Fields,
    /// The ranks of the owner's and the member's role stand.
    with_rank: bool,
    own_rank: Signal<i32>,
) -> impl IntoView {
    let (name, rank) = (form.field("name"), form.field("priority"));
    let color_id = unique_id("color");
    let rank_hint = move || tf(Key::SpacesRoleRankHint, &[("rank", &own_rank.get().to_string())]);
    view! {
        <TextField
            label=t(Key::SpacesRoleName)
            value=fields.name
            first=true
            error=name.error
            on_input=name.on_input
            on_leave=name.on_leave
        />
        <div class="role-editor__row">
            <div class="field">
                <label class="field__label" for=color_id.clone()>
                    {t(Key::SpacesRoleColor)}
                </label>
                <input
                    class="field__input role-editor__color"
                    id=color_id
                    type="color"
                    prop:value=move || fields.color.get()
                    on:input=move |event| fields.color.set(event_target_value(&event))
                />
            </div>
            {with_rank
                .then(|| {
                    view! {
                        <TextField
                            label=t(Key::SpacesRoleRank)
                            kind="number"
                            value=fields.rank
                            hint=rank_hint
                            error=rank.error
                            on_input=rank.on_input
                            on_leave=rank.on_leave
                        />
                    }
                })}
        </div>
    }
}

#[component]
fn Permissions(space: SpaceId, fields: Fields, may_edit: Memo<bool>) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let tick = move |permission: Permission| {
        let one = PermissionSet::of(&[permission]);
        let key = permission.key();
        view! {
            <Tick
                label=move || by_name(&format!("permission.{key}"))
                hint=move || by_name(&format!("permission.{key}_hint"))
                checked=Signal::derive(move || fields.permissions.get().contains(permission))
                disabled=Signal::derive(move || !may_edit.get() || !spaces.can(space, permission))
                on_change=move |checked: bool| {
                    fields.permissions.update(|set| {
                        *set = if checked { set.union(one) } else { set.without(one) };
                    });
                }
            />
        }
    };
    view! {
        <Show when=move || fields.permissions.get().is_empty()>
            <p class="roles__hint" role="status">
                {t(Key::SpacesRoleNone)}
            </p>
        </Show>
        {PermissionGroup::ALL
            .iter()
            .map(|group| {
                let key = group.key();
                let of_group = Permission::ALL.iter().copied().filter(|p| p.group() == *group);
                view! {
                    <fieldset class="role-editor__group">
                        <legend>{move || by_name(&format!("permission.group_{key}"))}</legend>
                        {of_group.map(tick).collect_view()}
                    </fieldset>
                }
            })
            .collect_view()}
    }
}

#[component]
fn DeleteRole(
    space: SpaceId,
    role: RoleId,
    name: String,
    edited: RwSignal<Option<Edited>>,
) -> impl IntoView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    let name = Signal::derive(move || tf(Key::SpacesQuoted, &[("name", &name)]));
    let roster = spaces.roster(space);
    let heir = RwSignal::new(String::new());
    let heirs = Signal::derive(move || {
        let own = spaces.standing(space);
        let mut list = Vec::new();
        for other in roster.roles().ready().into_iter().flatten().filter(|r| r.id != role) {
            let may =
                own.is_some_and(|o| act_on_role(&o, other.priority, other.permissions).is_ok());
            match other.kind {
                RoleKind::Member => list.insert(0, (String::new(), other.name.clone())),
                RoleKind::Custom if may => list.push((other.id.to_string(), other.name.clone())),
                _ => {}
            }
        }
        list
    });
    let delete = move || {
        busy.set(true);
        let heir = heir.get_untracked().parse().ok();
        failure.set(None);
        spawn_local(async move {
            let outcome = moderation::delete_role(space, role, heir).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    toasts.done(tr(Key::SpacesRoleDeleted));
                    open.set(false);
                    edited.set(None);
                    spaces.roster(space).reload();
                }
                Err(error) => drop(failure.try_set(Some(error))),
            }
        });
    };
    view! {
        <Button icon=Icon::Trash look=Look::Quiet on_click=move |_| open.set(true)>
            {t(Key::SpacesRoleDelete)}
        </Button>
        <Dialog open title=t(Key::SpacesRoleDelete)>
            <form
                class="dialog__body"
                on:submit=move |event| {
                    event.prevent_default();
                    event.stop_propagation();
                    delete();
                }
            >
                <p>{move || name.get()}</p>
                <p>{t(Key::ModerationRoleDeleteText)}</p>
                <SelectField label=t(Key::ModerationRoleReplace) value=heir options=heirs />
                {move || {
                    failure
                        .get()
                        .map(|e| view! { <p class="form-error" role="alert">{e.sentence()}</p> })
                }}
                <footer class="dialog__footer">
                    <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                    <Button look=Look::Danger submit=true busy>
                        {t(Key::SpacesRoleDeleteAction)}
                    </Button>
                </footer>
            </form>
        </Dialog>
    }
}
