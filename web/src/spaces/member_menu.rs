//! What can be done with a member: the client offers only what the server would allow.

use super::ban_dialog::BanDialog;
use super::kick_dialog::KickDialog;
use super::report_dialog::{ReportDialog, Reported};
use super::restrict_dialog::RestrictDialog;
use crate::api::chat;
use crate::api::spaces as api;
use crate::effect::Effect;
use crate::i18n::{Key, t, tf, tr};
use crate::page::Page;
use crate::router::navigate;
use crate::state::{Chats, People, Roster, Session, Spaces};
use crate::ui::{Anchor, Icon, Menu, MenuItem, MenuLine, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::permission::{Permission, Refusal, act_on_member, act_on_role};
use shared::spaces::{Participant, Role, RoleKind};

/// The member whose menu is open.
#[derive(Clone, PartialEq)]
pub struct Chosen(pub Participant);

/// Message, copy the nickname, change the role, remove, restrict, ban, report.
#[component]
pub fn MemberMenu(
    space: SpaceId,
    roster: Roster,
    chosen: RwSignal<Option<Chosen>>,
    at: RwSignal<Option<Anchor>>,
    /// Only what moderators do: what is for everybody stands beside it already.
    #[prop(optional)]
    moderation: bool,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let people = expect_context::<People>();
    let roles_at = RwSignal::new(None::<Anchor>);
    let [kicking, banning, restricting, reporting] = [(); 4].map(|()| RwSignal::new(false));
    let deeds = Deeds::new(space, roster, chosen);
    let user = Signal::derive(move || chosen.with(|c| c.as_ref().map(|Chosen(m)| m.user.clone())));
    let is_other = Memo::new(move |_| deeds.user() != session.user_id());
    let refused = move |needed| Signal::derive(move || deeds.refusal(needed).map(sentence));
    let offers = move |needed| !matches!(deeds.refusal(needed), Some(Refusal::Missing(_)));
    let label = move || tf(Key::SpacesMemberMenu, &[("name", &deeds.name())]);
    view! {
        <Menu at label>
            <Show when=move || is_other.get() && !moderation>
                <MenuItem
                    icon=Icon::MessageCircle
                    label=t(Key::SpacesMessage)
                    on_choose=move |()| deeds.message()
                />
            </Show>
            <Show when=move || !moderation>
                <MenuItem
                    icon=Icon::User
                    label=t(Key::PeopleProfile)
                    on_choose=move |()| people.open.set(untrack(|| deeds.user()))
                />
                <MenuItem
                    icon=Icon::Copy
                    label=t(Key::SpacesCopyNickname)
                    on_choose=move |()| deeds.copy_nickname()
                />
            </Show>
            <Show when=move || is_other.get() && offers(Permission::PromoteMembers)>
                <Show when=move || !moderation>
                    <MenuLine />
                </Show>
                <MenuItem
                    icon=Icon::Shield
                    label=t(Key::SpacesChangeRole)
                    refused=refused(Permission::PromoteMembers)
                    on_choose=move |()| roles_at.set(deeds.place.get_value())
                />
            </Show>
            <Show when=move || is_other.get() && offers(Permission::KickMembers)>
                <MenuItem
                    icon=Icon::UserX
                    danger=true
                    label=t(Key::SpacesKick)
                    refused=refused(Permission::KickMembers)
                    on_choose=move |()| kicking.set(true)
                />
            </Show>
            <Show when=move || is_other.get() && offers(Permission::RestrictMembers)>
                <MenuItem
                    icon=Icon::Lock
                    danger=true
                    label=t(Key::ModerationRestrict)
                    refused=refused(Permission::RestrictMembers)
                    on_choose=move |()| restricting.set(true)
                />
            </Show>
            <Show when=move || is_other.get() && offers(Permission::BanMembers)>
                <MenuItem
                    icon=Icon::UserX
                    danger=true
                    label=t(Key::ModerationBan)
                    refused=refused(Permission::BanMembers)
                    on_choose=move |()| banning.set(true)
                />
            </Show>
            <Show when=move || is_other.get()>
                <MenuItem
                    icon=Icon::CircleAlert
                    label=t(Key::ModerationReport)
                    on_choose=move |()| reporting.set(true)
                />
            </Show>
        </Menu>
        <BanDialog open=banning space user />
        <RestrictDialog open=restricting space user />
        <ReportDialog
            open=reporting
            what=Signal::derive(move || deeds.user().map(|id| Reported::Member(space, id)))
        />
        <Menu at=roles_at label=move || tf(Key::SpacesRolePick, &[("name", &deeds.name())])>
            <For each=move || deeds.grantable() key=|role| role.id let(role)>
                <MenuItem
                    label=role.name.clone()
                    checked=Signal::derive(move || deeds.role() == Some(role.id))
                    on_choose=move |()| deeds.assign(role.id)
                />
            </For>
        </Menu>
        <KickDialog open=kicking space user />
        {remember_place(at, deeds.place)}
    }
}

/// Keeps where the menu was, for the one that follows it.
fn remember_place(at: RwSignal<Option<Anchor>>, place: StoredValue<Option<Anchor>>) {
    Effect::new(move |_| {
        if let Some(anchor) = at.get() {
            place.set_value(Some(anchor));
        }
    });
}

/// Why the server would refuse, as a sentence.
fn sentence(refusal: Refusal) -> String {
    tr(match refusal {
        Refusal::Untouchable => Key::SpacesRefusedUntouchable,
        Refusal::Rank | Refusal::Missing(_) | Refusal::Yourself | Refusal::Grants(_) => {
            Key::SpacesRefusedRank
        }
    })
    .to_owned()
}

#[derive(Clone, Copy)]
struct Deeds {
    space: SpaceId,
    roster: Roster,
    chosen: RwSignal<Option<Chosen>>,
    place: StoredValue<Option<Anchor>>,
    spaces: Spaces,
    chats: Chats,
    toasts: Toasts,
    go: Callback<Page>,
}

impl Deeds {
    fn new(space: SpaceId, roster: Roster, chosen: RwSignal<Option<Chosen>>) -> Self {
        Self {
            space,
            roster,
            chosen,
            place: StoredValue::new(None),
            spaces: expect_context(),
            chats: expect_context(),
            toasts: expect_context(),
            go: Callback::new(move |page: Page| navigate(&page.path())),
        }
    }

    fn user(self) -> Option<UserId> {
        self.chosen.with(|chosen| chosen.as_ref().map(|Chosen(member)| member.user.id))
    }

    fn name(self) -> String {
        self.chosen.with(|chosen| {
            chosen.as_ref().map(|Chosen(m)| m.user.name().to_owned()).unwrap_or_default()
        })
    }

    /// The member as the roster has him; of a large space it has not everybody.
    fn member(self) -> Option<Participant> {
        let Chosen(chosen) = self.chosen.get()?;
        Some(self.roster.member(chosen.user.id).unwrap_or(chosen))
    }

    fn role(self) -> Option<RoleId> {
        self.member().map(|member| member.role_id)
    }

    /// Why the signed-in person may not do this to the chosen one; `None`: he may.
    fn refusal(self, needed: Permission) -> Option<Refusal> {
        let actor = self.spaces.standing(self.space);
        let target = self.member().and_then(|member| self.roster.standing(&member));
        match (actor, target) {
            (Some(actor), Some(target)) => act_on_member(&actor, &target, needed).err(),
            _ => Some(Refusal::Missing(needed)),
        }
    }

    /// The roles that the signed-in person may hand out.
    fn grantable(self) -> Vec<Role> {
        let Some(actor) = self.spaces.standing(self.space) else { return Vec::new() };
        let roles = self.roster.roles();
        let may = |role: &&Role| {
            role.kind != RoleKind::Owner
                && act_on_role(&actor, role.priority, role.permissions).is_ok()
        };
        roles.ready().into_iter().flatten().filter(may).cloned().collect()
    }

    fn message(self) {
        let Some(user) = untrack(|| self.user()) else { return };
        spawn_local(async move {
            match chat::open_direct(user).await {
                Ok(chat) => {
                    let page = Page::Direct(chat.id);
                    self.chats.put(chat);
                    self.go.run(page);
                }
                Err(error) => self.toasts.failed(error.sentence()),
            }
        });
    }

    fn copy_nickname(self) {
        let nickname = self.chosen.with_untracked(|chosen| {
            chosen.as_ref().map(|Chosen(m)| m.user.nickname.clone()).unwrap_or_default()
        });
        let writing = window().navigator().clipboard().write_text(&nickname);
        spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(writing).await.is_ok() {
                self.toasts.done(tr(Key::SpacesCopied));
            }
        });
    }

    fn assign(self, role: RoleId) {
        let Some(user) = untrack(|| self.user()) else { return };
        let name = untrack(|| self.name());
        let title = untrack(|| self.roster.role(role)).map(|r| r.name).unwrap_or_default();
        spawn_local(async move {
            match api::assign_role(self.space, user, role).await {
                Ok(()) => {
                    self.roster.assign(user, role);
                    let text = tf(Key::SpacesRoleAssigned, &[("name", &name), ("role", &title)]);
                    self.toasts.done(text);
                }
                Err(error) => self.toasts.failed(error.sentence()),
            }
        });
    }
}
