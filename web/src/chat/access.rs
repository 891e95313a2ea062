//! Who may do what in one chat of a space: allow, as the role says, or deny; for everybody, a role or
//! a member.

use crate::api::chat as api;
use crate::effect::Effect;
use crate::i18n::{Key, by_name, t, tr};
use crate::people::{Among, PersonField};
use crate::state::{Chats, Roster, Spaces};
use crate::ui::{Button, Dialog, Glyph, Icon, IconButton, Look, SelectField, Tick, Toasts};
use crate::ui::{button::IconLook, unique_id};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Chat, UpdateChat};
use shared::identity::UserRef;
use shared::ids::{ChatId, SpaceId, UserId};
use shared::permission::{CHAT_SCOPE, ChatOverride, OverrideTarget, Permission, PermissionSet};
use shared::spaces::{Role, RoleKind};
use std::collections::HashMap;

/// The dialog that changes the overrides of a chat.
#[component]
pub fn AccessDialog(chat: ChatId, space: SpaceId, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open wide=true title=t(Key::ConversationAccess)>
            <Editor chat space open />
        </Dialog>
    }
}

/// The editor's state.
#[derive(Clone, Copy)]
struct Access {
    list: RwSignal<Vec<ChatOverride>>,
    chosen: RwSignal<OverrideTarget>,
    roster: Roster,
    space: SpaceId,
    /// People who were chosen here.
    picked: RwSignal<HashMap<UserId, UserRef>>,
}

const VIEW: PermissionSet = PermissionSet::of(&[Permission::ViewChat]);

/// What makes a new chat private, reactively.
pub(super) fn private(spaces: Spaces, space: SpaceId) -> Vec<ChatOverride> {
    let everybody = OverrideTarget::Everybody;
    let closed = ChatOverride { target: everybody, allow: PermissionSet::NONE, deny: VIEW };
    let open = |target| ChatOverride { target, allow: VIEW, deny: PermissionSet::NONE };
    std::iter::once(closed).chain(inside(spaces, space).into_iter().map(open)).collect()
}

/// Who stays inside when the person closes the door, reactively: he, and roles that are not below his.
fn inside(spaces: Spaces, space: SpaceId) -> Vec<OverrideTarget> {
    let Some(own) = spaces.standing(space) else { return Vec::new() };
    let stays = |role: &&Role| {
        let is_above = !own.is_owner && role.priority >= own.rank && role.kind != RoleKind::Owner;
        is_above && role.permissions.covers(VIEW)
    };
    let roles = spaces.roster(space).roles();
    let roles = roles.ready().into_iter().flatten().filter(stays);
    let roles = roles.map(|role| OverrideTarget::Role(role.id));
    std::iter::once(OverrideTarget::Member(own.user_id)).chain(roles).collect()
}

impl Access {
    fn of(self, target: OverrideTarget) -> ChatOverride {
        let empty = ChatOverride { target, allow: PermissionSet::NONE, deny: PermissionSet::NONE };
        self.list.with(|list| list.iter().find(|o| o.target == target).copied()).unwrap_or(empty)
    }

    /// Allows (`Some(true)`), denies, or leaves it to what is weaker.
    fn set(self, target: OverrideTarget, one: PermissionSet, wanted: Option<bool>) {
        let mut now = untrack(|| self.of(target));
        now.allow = now.allow.without(one);
        now.deny = now.deny.without(one);
        match wanted {
            Some(true) => now.allow = now.allow.union(one),
            Some(false) => now.deny = now.deny.union(one),
            None => {}
        }
        self.list.update(|list| match list.iter_mut().find(|o| o.target == target) {
            Some(known) => *known = now,
            None => list.push(now),
        });
    }

    fn is_private(self) -> bool {
        self.of(OverrideTarget::Everybody).deny.contains(Permission::ViewChat)
    }

    fn name(self, target: OverrideTarget) -> String {
        let name = match target {
            OverrideTarget::Everybody => return tr(Key::ConversationEverybody).to_owned(),
            OverrideTarget::Role(id) => self.roster.role(id).map(|role| role.name),
            OverrideTarget::Member(id) => {
                let member = self.roster.member(id).map(|member| member.user);
                let picked = move || self.picked.with(|picked| picked.get(&id).cloned());
                member.or_else(picked).map(|user| user.name().to_owned())
            }
        };
        name.unwrap_or_else(|| "…".into())
    }
}

#[component]
fn Editor(chat: ChatId, space: SpaceId, open: RwSignal<bool>) -> impl IntoView {
    let (chats, spaces) = (expect_context::<Chats>(), expect_context::<Spaces>());
    let toasts = expect_context::<Toasts>();
    let Some(before) = chats.peek(chat, Chat::clone) else { return ().into_any() };
    let access = Access {
        list: RwSignal::new(before.overrides.clone()),
        chosen: RwSignal::new(OverrideTarget::Everybody),
        roster: spaces.roster(space),
        space,
        picked: RwSignal::default(),
    };
    Effect::new(move |_| {
        let members = access.list.with_untracked(|list| {
            let member = |one: &ChatOverride| match one.target {
                OverrideTarget::Member(id) => Some(id),
                OverrideTarget::Everybody | OverrideTarget::Role(_) => None,
            };
            list.iter().filter_map(member).collect::<Vec<_>>()
        });
        access.roster.want(members);
    });
    let make_private = move |private: bool| {
        access.set(OverrideTarget::Everybody, VIEW, private.then_some(false));
        if private {
            for target in untrack(|| inside(spaces, space)) {
                access.set(target, VIEW, Some(true));
            }
        }
    };
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let before = StoredValue::new(before);
    let save = move |_| {
        let mut overrides = access.list.get_untracked();
        overrides.retain(|o| !o.allow.is_empty() || !o.deny.is_empty());
        busy.set(true);
        let before = before.get_value();
        spawn_local(async move {
            let body = UpdateChat { overrides: Some(overrides), ..UpdateChat::default() };
            let outcome = api::update_chat(&before, &body).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(chat) => {
                    chats.put(chat);
                    toasts.done(tr(Key::AppSaved));
                    open.set(false);
                }
                Err(problem) => drop(error.try_set(Some(problem.sentence()))),
            }
        });
    };
    view! {
        <div class="dialog__body access">
            <Tick
                label=t(Key::ConversationPrivate)
                hint=t(Key::ConversationPrivateHint)
                checked=Signal::derive(move || access.is_private())
                on_change=make_private
            />
            <div class="access__columns">
                <Targets access />
                <Permissions access />
            </div>
            {move || error.get().map(|e| view! { <p class="form-error" role="alert">{e}</p> })}
            <footer class="dialog__footer">
                <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                <Button look=Look::Primary busy on_click=save>{t(Key::AppSave)}</Button>
            </footer>
        </div>
    }
    .into_any()
}

/// Whom the chat treats differently, and the way to add somebody.
#[component]
fn Targets(access: Access) -> impl IntoView {
    let targets = move || {
        let mut all = vec![OverrideTarget::Everybody];
        access.list.with(|list| {
            all.extend(list.iter().map(|o| o.target).filter(|t| *t != OverrideTarget::Everybody));
        });
        all
    };
    let add = move |target: OverrideTarget| {
        let is_private = untrack(|| access.is_private());
        access.set(target, VIEW, is_private.then_some(true));
        access.chosen.set(target);
    };
    let added = RwSignal::new(String::new());
    let roles = Signal::derive(move || {
        let taken = targets();
        let mut offers = vec![(String::new(), tr(Key::ConversationAddRole).to_owned())];
        let roles = access.roster.roles();
        for role in roles.ready().into_iter().flatten().filter(|r| r.kind != RoleKind::Owner) {
            if !taken.contains(&OverrideTarget::Role(role.id)) {
                offers.push((role.id.to_string(), role.name.clone()));
            }
        }
        offers
    });
    Effect::new(move |_| {
        if let Ok(role) = added.get().parse() {
            add(OverrideTarget::Role(role));
            added.set(String::new());
        }
    });
    let taken = Signal::derive(move || {
        let member = |target| match target {
            OverrideTarget::Member(id) => Some(id),
            OverrideTarget::Everybody | OverrideTarget::Role(_) => None,
        };
        targets().into_iter().filter_map(member).collect()
    });
    let choose = move |person: UserRef| {
        let target = OverrideTarget::Member(person.id);
        access.picked.update(|picked| drop(picked.insert(person.id, person)));
        add(target);
    };
    view! {
        <div class="access__targets">
            <ul>
                <For each=targets key=|target| *target let(target)>
                    <li class="access__target">
                        <button
                            class="access__choose"
                            type="button"
                            aria-pressed=move || {
                                if access.chosen.get() == target { "true" } else { "false" }
                            }
                            on:click=move |_| access.chosen.set(target)
                        >
                            <Glyph
                                icon=match target {
                                    OverrideTarget::Everybody => Icon::Users,
                                    OverrideTarget::Role(_) => Icon::Shield,
                                    OverrideTarget::Member(_) => Icon::User,
                                }
                                size=18
                            />
                            <span>{move || access.name(target)}</span>
                        </button>
                        {(target != OverrideTarget::Everybody)
                            .then(|| {
                                view! {
                                    <IconButton
                                        icon=Icon::Close
                                        label=t(Key::ConversationRemoveTarget)
                                        look=IconLook::Small
                                        on_click=move |_| {
                                            access.list.update(|l| l.retain(|o| o.target != target));
                                            access.chosen.set(OverrideTarget::Everybody);
                                        }
                                    />
                                }
                            })}
                    </li>
                </For>
            </ul>
            <SelectField label=t(Key::ConversationAddRole) value=added options=roles />
            <PersonField
                label=t(Key::ConversationAddPerson)
                among=Among::Members(access.space)
                taken
                on_choose=choose
            />
        </div>
    }
}

/// Three ways for each permission of the chosen target.
#[component]
fn Permissions(access: Access) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let one = move |permission: Permission| {
        let key = permission.key();
        let set = PermissionSet::of(&[permission]);
        let name = unique_id("tri");
        let now = Memo::new(move |_| {
            let o = access.of(access.chosen.get());
            match (o.allow.contains(permission), o.deny.contains(permission)) {
                (true, _) => Some(true),
                (false, true) => Some(false),
                (false, false) => None,
            }
        });
        let choice = |wanted: Option<bool>, label: Key| {
            let name = name.clone();
            view! {
                <label class="tri__one" data-choice=label_class(wanted)>
                    <input
                        type="radio"
                        name=name
                        prop:checked=move || now.get() == wanted
                        // Nobody grants what he lacks himself.
                        disabled=move || wanted == Some(true) && !spaces.can(access.space, permission)
                        on:change=move |_| access.set(access.chosen.get_untracked(), set, wanted)
                    />
                    <span>{t(label)}</span>
                </label>
            }
        };
        view! {
            <fieldset class="tri">
                <legend class="tri__name">{move || by_name(&format!("permission.{key}"))}</legend>
                <span class="tri__choices">
                    {choice(Some(true), Key::ConversationAllow)}
                    {choice(None, Key::ConversationNeutral)}
                    {choice(Some(false), Key::ConversationDeny)}
                </span>
            </fieldset>
        }
    };
    view! { <div class="access__permissions">{CHAT_SCOPE.iter().map(one).collect_view()}</div> }
}

const fn label_class(wanted: Option<bool>) -> &'static str {
    match wanted {
        Some(true) => "allow",
        None => "neutral",
        Some(false) => "deny",
    }
}
