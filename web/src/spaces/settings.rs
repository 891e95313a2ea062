//! The settings of a space: a page with a tab for everything that is managed.

mod audit;
mod bans;
mod danger;
mod emoji;
mod invites;
mod members;
mod overview;
mod reports;

use crate::app::PageHeader;
use crate::i18n::{Key, by_name, t, tf, tr};
use crate::page::{Page, SpaceTab};
use crate::router::segment;
use crate::spaces::roles_page::Roles;
use crate::state::Spaces;
use crate::ui::{Empty, Icon, Picture, SkeletonRows, Tab, Tabs};
use leptos::prelude::*;
use shared::ids::SpaceId;
use shared::permission::Permission;

pub use invites::InviteForm;

const fn icon(tab: SpaceTab) -> Icon {
    match tab {
        SpaceTab::Overview => Icon::Settings,
        SpaceTab::Roles => Icon::Shield,
        SpaceTab::Members => Icon::Users,
        SpaceTab::Emoji => Icon::Smile,
        SpaceTab::Invites => Icon::Link,
        SpaceTab::Bans => Icon::UserX,
        SpaceTab::Reports => Icon::CircleAlert,
        SpaceTab::Audit => Icon::Clock,
        SpaceTab::Danger => Icon::LogOut,
    }
}

/// What a tab is for those who hold one of these; everybody sees the others.
const fn needs(tab: SpaceTab) -> &'static [Permission] {
    match tab {
        SpaceTab::Overview => &[Permission::ChangeInfo, Permission::ManageSpace],
        SpaceTab::Emoji => &[Permission::ChangeInfo],
        SpaceTab::Invites => &[Permission::CreateInvites],
        SpaceTab::Bans => &[Permission::BanMembers, Permission::RestrictMembers],
        SpaceTab::Reports => &[Permission::DeleteAnyMessages],
        SpaceTab::Audit => &[Permission::ViewAudit],
        SpaceTab::Roles | SpaceTab::Members | SpaceTab::Danger => &[],
    }
}

fn may(spaces: Spaces, space: SpaceId, tab: SpaceTab) -> bool {
    let keys = needs(tab);
    keys.is_empty() || keys.iter().any(|key| spaces.can(space, *key))
}

/// The page; without a tab in the address, the first one that the person may open.
#[component]
fn SpaceSettingsScreen() -> impl IntoView {
    let (space_named, tab_named) = (segment(1), segment(3));
    let spaces = expect_context::<Spaces>();
    let space = Memo::new(move |_| space_named()?.parse::<SpaceId>().ok());
    let tab = Memo::new(move |_| SpaceTab::from_key(&tab_named()?));
    let is_there = Memo::new(move |_| space.get().is_some_and(|id| spaces.get(id).is_some()));
    let is_loading = Memo::new(move |_| matches!(spaces.load(), crate::state::Load::Loading));
    view! {
        <div class="page">
            <PageHeader title=t(Key::ModerationSettings) />
            <div class="page__body">
                {move || match space.get().filter(|_| is_there.get()) {
                    Some(id) => view! { <Tabbed id tab /> }.into_any(),
                    None if is_loading.get() => {
                        view! { <SkeletonRows label=t(Key::ModerationLoading) /> }.into_any()
                    }
                    None => {
                        view! {
                            <Empty
                                picture=Picture::Telescope
                                title=t(Key::SpacesNotSeenTitle)
                                text=t(Key::SpacesNotSeenText)
                            />
                        }
                            .into_any()
                    }
                }}
            </div>
        </div>
    }
}

#[component]
fn Tabbed(id: SpaceId, tab: Memo<Option<SpaceTab>>) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let shown =
        move || SpaceTab::ALL.into_iter().filter(|tab| may(spaces, id, *tab)).collect::<Vec<_>>();
    let current =
        Memo::new(move |_| tab.get().or_else(|| shown().first().copied()).unwrap_or_default());
    let is_owner =
        Memo::new(move |_| spaces.get(id).and_then(|s| s.me).is_some_and(|me| me.is_owner));
    let label = move |tab: SpaceTab| match tab {
        // Only the owner has something to hand over.
        SpaceTab::Danger if !is_owner.get() => tr(Key::SpacesLeaveAction).to_owned(),
        tab => by_name(&format!("moderation.tab_{}", tab.key())),
    };
    let allowed = Memo::new(move |_| may(spaces, id, current.get()));
    view! {
        <div class="settings">
            <Tabs label=t(Key::ModerationSettings)>
                <For each=shown key=|tab| *tab let(tab)>
                    <Tab
                        href=Page::SpaceSettings(id, tab).path()
                        icon=icon(tab)
                        label=move || label(tab)
                    />
                </For>
            </Tabs>
            <div class="settings__tab manage" data-tab=move || current.get().key()>
                {move || {
                    if !allowed.get() {
                        return view! { <Refused tab=current.get() /> }.into_any();
                    }
                    match current.get() {
                        SpaceTab::Overview => view! { <overview::Overview space=id /> }.into_any(),
                        SpaceTab::Roles => view! { <Roles space=id /> }.into_any(),
                        SpaceTab::Members => view! { <members::Members space=id /> }.into_any(),
                        SpaceTab::Emoji => view! { <emoji::EmojiTab space=id /> }.into_any(),
                        SpaceTab::Invites => view! { <invites::Invites space=id /> }.into_any(),
                        SpaceTab::Bans => view! { <bans::Bans space=id /> }.into_any(),
                        SpaceTab::Reports => view! { <reports::Reports space=id /> }.into_any(),
                        SpaceTab::Audit => view! { <audit::Audit space=id /> }.into_any(),
                        SpaceTab::Danger => view! { <danger::Danger space=id /> }.into_any(),
                    }
                }}
            </div>
        </div>
    }
}

/// Who could open it.
#[component]
fn Refused(tab: SpaceTab) -> impl IntoView {
    let key = needs(tab).first().copied().unwrap_or(Permission::ManageSpace);
    let text = move || {
        let name = by_name(&format!("permission.{}", key.key()));
        tf(Key::ModerationNotAllowed, &[("permission", &name)])
    };
    view! { <Empty picture=Picture::Telescope title=text /> }
}

crate::lazy! {
    settings => fn space_settings() -> AnyView {
        view! { <SpaceSettingsScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn SpaceSettingsPage() -> impl IntoView {
    crate::ui::later(space_settings)
}
