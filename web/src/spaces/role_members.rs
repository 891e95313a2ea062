//! Who holds a role: taken away from one, given to another.

use super::paged::{Paged, rows};
use super::person::PersonCell;
use crate::api::spaces as api;
use crate::effect::Effect;
use crate::i18n::{Key, by_name, t, tf};
use crate::people::{Among, PersonField};
use crate::state::{Roster, Session, Spaces};
use crate::ui::{Button, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::identity::UserRef;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::permission::{Permission, act_on_member, act_on_role};
use shared::spaces::{Participant, Role, RoleKind};

/// The role whose holders are shown, for the rows.
#[derive(Clone, Copy)]
struct Holders {
    space: SpaceId,
    roster: Roster,
    role: RoleId,
    spaces: Spaces,
    toasts: Toasts,
}

impl Holders {
    /// Whether the signed-in person may hand out a role, reactively.
    fn may_give(self, role: &Role) -> bool {
        let own = self.spaces.standing(self.space);
        role.kind != RoleKind::Owner
            && own.is_some_and(|own| act_on_role(&own, role.priority, role.permissions).is_ok())
    }

    /// What a holder falls back to when the role is taken away; `None`: it may not be.
    fn fallback(self, member: &Participant) -> Option<Role> {
        let (own, target) = (self.spaces.standing(self.space)?, self.roster.standing(member)?);
        act_on_member(&own, &target, Permission::PromoteMembers).ok()?;
        let roles = self.roster.roles();
        let plain = roles.ready()?.iter().find(|role| role.kind == RoleKind::Member)?.clone();
        (plain.id != self.role && self.may_give(&plain)).then_some(plain)
    }

    fn assign(self, user: UserRef, role: Role, list: Paged<Participant>, busy: RwSignal<bool>) {
        busy.set(true);
        spawn_local(async move {
            let outcome = api::assign_role(self.space, user.id, role.id).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    self.roster.assign(user.id, role.id);
                    let values = [("name", user.name()), ("role", &*role.name)];
                    self.toasts.done(tf(Key::SpacesRoleAssigned, &values));
                    list.reload();
                }
                Err(error) => self.toasts.failed(error.sentence()),
            }
        });
    }
}

/// See the module.
#[component]
pub fn RoleMembers(space: SpaceId, roster: Roster, role: RoleId) -> impl IntoView {
    let holders =
        Holders { space, roster, role, spaces: expect_context(), toasts: expect_context() };
    provide_context(holders);
    let list = Paged::start(move |cursor| Box::pin(api::list_role_members(space, role, cursor)));
    let known = Memo::new(move |_| roster.role(role));
    // Others give and take roles too. One that is deleted has no list any more.
    Effect::new(move |before: Option<Option<i64>>| {
        let now = known.with(|role| role.as_ref().map(|role| role.member_count));
        if now.is_some() && before.is_some_and(|before| before != now) {
            list.reload();
        }
        now
    });
    let busy = RwSignal::new(false);
    // Everybody without another role holds the plain one: it is not given.
    let may_give = move || {
        let role = known.get();
        role.is_some_and(|role| role.kind == RoleKind::Custom && holders.may_give(&role))
    };
    let taken = Signal::derive(move || list.with(|list| list.map(|m| m.user.id).collect()));
    let give = move |person: UserRef| {
        if let Some(role) = known.get_untracked() {
            holders.assign(person, role, list, busy);
        }
    };
    view! {
        <section class="role-members">
            <h3>{t(Key::SpacesRoleMembers)}</h3>
            <Show when=may_give>
                <PersonField
                    label=t(Key::SpacesRoleGive)
                    among=Among::Members(space)
                    taken
                    on_choose=give
                />
            </Show>
            {rows(list, (Key::SpacesRoleNobody, None), row)}
        </section>
    }
}

fn row(member: Participant, list: Paged<Participant>) -> AnyView {
    view! { <Holder member list /> }.into_any()
}

#[component]
fn Holder(member: Participant, list: Paged<Participant>) -> impl IntoView {
    let holders = expect_context::<Holders>();
    let session = expect_context::<Session>();
    let busy = RwSignal::new(false);
    let (id, user): (UserId, _) = (member.user.id, member.user.clone());
    let is_me = untrack(|| session.user_id()) == Some(id);
    let status =
        Signal::derive(move || by_name(&format!("status.{}", holders.spaces.status(id).key())));
    let member = StoredValue::new(member);
    let fallback =
        Memo::new(move |_| if is_me { None } else { member.with_value(|m| holders.fallback(m)) });
    let take = move || {
        if let Some(role) = fallback.get_untracked() {
            holders.assign(member.with_value(|m| m.user.clone()), role, list, busy);
        }
    };
    view! {
        <li class="manage__row">
            <PersonCell user details=status />
            <Show when=move || fallback.with(Option::is_some)>
                <Button busy on_click=move |_| take()>
                    {t(Key::SpacesRoleTake)}
                </Button>
            </Show>
        </li>
    }
}
