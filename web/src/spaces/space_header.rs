//! The head of the sidebar: the space's name and menu.

use super::invite_dialog::InviteDialog;
use crate::api::spaces as api;
use crate::api::{ApiError, ApiResult};
use crate::effect::Effect;
use crate::i18n::{Key, t, tf, tn};
use crate::notifications::LoudnessMenu;
use crate::page::{Page, SpaceTab};
use crate::router::navigate;
use crate::state::Spaces;
use crate::ui::{Anchor, Badge, Confirm, Glyph, Icon, Menu, MenuItem, MenuLine, once_open};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::SpaceId;
use shared::permission::Permission;

/// Name and menu of the space; without one, the heading of the direct chats.
#[component]
pub fn SpaceHeader(#[prop(into)] space: Signal<Option<SpaceId>>) -> impl IntoView {
    let space = Memo::new(move |_| space.get());
    let spaces = expect_context::<Spaces>();
    let banner = Signal::derive(move || space.get().and_then(|id| spaces.get(id)?.banner_url));
    view! {
        <SpaceBanner url=banner />
        <header class="sidebar__header">
            {move || match space.get() {
                Some(id) => view! { <SpaceName id /> }.into_any(),
                None => {
                    view! { <h1 class="sidebar__title">{t(Key::AppDirectMessages)}</h1> }.into_any()
                }
            }}
        </header>
    }
}

/// The picture of a space, where it has one. It says nothing that the name does not.
#[component]
pub fn SpaceBanner(#[prop(into)] url: Signal<Option<String>>) -> impl IntoView {
    let url = Memo::new(move |_| url.get());
    move || url.get().map(|url| view! { <img class="space-banner" src=url alt="" /> })
}

#[component]
fn SpaceName(id: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let name = Memo::new(move |_| spaces.get(id).map(|space| space.name).unwrap_or_default());
    let is_member = Memo::new(move |_| spaces.get(id).is_some_and(|space| space.me.is_some()));
    let menu = RwSignal::new(None::<Anchor>);
    let waiting = waiting_reports(spaces, id);
    view! {
        <h1 class="sidebar__heading">
            <button
                class="sidebar__space"
                type="button"
                aria-haspopup="menu"
                aria-expanded=move || if menu.with(Option::is_some) { "true" } else { "false" }
                disabled=move || !is_member.get()
                on:click=move |event| menu.set(Some(Anchor::of_event(&event)))
            >
                <span class="sidebar__title">{name}</span>
                <Badge
                    count=waiting
                    label=move || tn(Key::ModerationOpenReports, waiting.get())
                />
                <Glyph icon=Icon::ChevronDown size=18 />
            </button>
        </h1>
        {once_open(move || menu.with(Option::is_some), move || space_menu(id, name, menu))}
    }
}

/// Reports that wait for this person, if he may see them.
fn waiting_reports(spaces: Spaces, id: SpaceId) -> Memo<i64> {
    Memo::new(move |_| {
        if spaces.can(id, Permission::DeleteAnyMessages) { spaces.open_reports(id) } else { 0 }
    })
}

#[component]
fn SpaceMenu(id: SpaceId, name: Memo<String>, menu: RwSignal<Option<Anchor>>) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let is_owner =
        Memo::new(move |_| spaces.get(id).and_then(|s| s.me).is_some_and(|me| me.is_owner));
    let can = move |permission| spaces.can(id, permission);
    let go = Callback::new(move |tab| {
        navigate(&Page::SpaceSettings(id, tab).path());
    });
    let (anchor, loudness) = (StoredValue::new(Anchor::default()), RwSignal::new(None::<Anchor>));
    Effect::new(move |_| {
        if let Some(at) = menu.get() {
            anchor.set_value(at);
        }
    });
    let [inviting, leaving, deleting] = [(); 3].map(|()| RwSignal::new(false));
    let waiting = waiting_reports(spaces, id);
    view! {
        <Menu at=menu label=t(Key::SpacesSpaceMenu)>
            <Show when=move || can(Permission::CreateInvites)>
                <MenuItem
                    icon=Icon::Link
                    label=t(Key::ModerationInvite)
                    on_choose=move |()| inviting.set(true)
                />
            </Show>
            <Show when=move || { waiting.get() > 0 }>
                <MenuItem
                    icon=Icon::CircleAlert
                    label=move || tn(Key::ModerationOpenReports, waiting.get())
                    on_choose=move |()| go.run(SpaceTab::Reports)
                />
            </Show>
            <MenuItem
                icon=Icon::Bell
                label=t(Key::NotificationsLoudness)
                on_choose=move |()| loudness.set(Some(anchor.get_value()))
            />
            <MenuItem
                icon=Icon::Settings
                label=t(Key::ModerationSettings)
                on_choose=move |()| {
                    let may_edit = can(Permission::ChangeInfo) || can(Permission::ManageSpace);
                    go.run(if may_edit { SpaceTab::Overview } else { SpaceTab::Roles });
                }
            />
            <MenuItem
                icon=Icon::Shield
                label=t(Key::SpacesRoles)
                on_choose=move |()| go.run(SpaceTab::Roles)
            />
            <MenuLine />
            <Show when=move || !is_owner.get()>
                <MenuItem
                    icon=Icon::LogOut
                    danger=true
                    label=t(Key::SpacesLeave)
                    on_choose=move |()| leaving.set(true)
                />
            </Show>
            <Show when=move || can(Permission::DeleteSpace)>
                <MenuItem
                    icon=Icon::Trash
                    danger=true
                    label=t(Key::SpacesDelete)
                    on_choose=move |()| deleting.set(true)
                />
            </Show>
        </Menu>
        <LoudnessMenu at=loudness space=id />
        <InviteDialog open=inviting space=id />
        <LeaveDialog open=leaving id name />
        <DeleteDialog open=deleting id name />
    }
}

crate::lazy! {
    tools => fn space_menu(
        id: SpaceId,
        name: Memo<String>,
        menu: RwSignal<Option<Anchor>>,
    ) -> AnyView {
        view! { <SpaceMenu id name menu /> }.into_any()
    }
}

/// Asks before the person leaves.
#[component]
pub fn LeaveDialog(open: RwSignal<bool>, id: SpaceId, name: Memo<String>) -> impl IntoView {
    let parting = Parting::new(id);
    view! {
        <Confirm
            open
            title=t(Key::SpacesLeave)
            text=move || name.with(|name| tf(Key::SpacesLeaveText, &[("name", name)]))
            action=t(Key::SpacesLeaveAction)
            busy=parting.busy
            error=parting.error()
            on_confirm=move |()| parting.go(api::leave_space)
        />
    }
}

/// Asks before the space is deleted, by its name.
#[component]
pub fn DeleteDialog(open: RwSignal<bool>, id: SpaceId, name: Memo<String>) -> impl IntoView {
    let parting = Parting::new(id);
    view! {
        <Confirm
            open
            title=t(Key::SpacesDelete)
            text=move || name.with(|name| tf(Key::SpacesDeleteText, &[("name", name)]))
            action=t(Key::SpacesDeleteAction)
            phrase=Signal::derive(move || Some(name.get()))
            busy=parting.busy
            error=parting.error()
            on_confirm=move |()| parting.go(api::delete_space)
        />
    }
}

/// Leaving or deleting: the space goes away, and the shell takes the person home.
#[derive(Clone, Copy)]
struct Parting {
    id: SpaceId,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<ApiError>>,
    spaces: Spaces,
}

impl Parting {
    fn new(id: SpaceId) -> Self {
        Self {
            id,
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            spaces: expect_context(),
        }
    }

    fn error(self) -> Signal<Option<String>> {
        Signal::derive(move || self.failure.with(|f| f.as_ref().map(ApiError::sentence)))
    }

    fn go<F>(self, request: impl FnOnce(SpaceId) -> F + 'static)
    where
        F: Future<Output = ApiResult<()>> + 'static,
    {
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let outcome = request(self.id).await;
            let _was_there = self.busy.try_set(false);
            match outcome {
                Ok(()) => self.spaces.remove(self.id),
                Err(error) => drop(self.failure.try_set(Some(error))),
            }
        });
    }
}
