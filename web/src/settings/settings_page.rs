//! The page of settings: tabs, and the one that is open.

use super::account::AccountTab;
use super::appearance::AppearanceTab;
use super::data::DataTab;
use super::language::LanguageTab;
use super::privacy::PrivacyTab;
use super::profile::ProfileTab;
use super::security::SecurityTab;
use crate::app::PageHeader;
use crate::i18n::{Key, by_name, t};
use crate::notifications::NotificationsTab;
use crate::page::{Page, SettingsTab};
use crate::router::segment;
use crate::ui::{Icon, Tab, Tabs, later};
use leptos::prelude::*;

const fn icon(tab: SettingsTab) -> Icon {
    match tab {
        SettingsTab::Account => Icon::AtSign,
        SettingsTab::Profile => Icon::User,
        SettingsTab::Security => Icon::Shield,
        SettingsTab::Appearance => Icon::Palette,
        SettingsTab::Language => Icon::Languages,
        SettingsTab::Privacy => Icon::Lock,
        SettingsTab::Data => Icon::Download,
        SettingsTab::Notifications => Icon::Bell,
        SettingsTab::Stickers => Icon::Sticker,
        SettingsTab::Developer => Icon::Code,
    }
}

/// The settings; without a tab in the address, the first one.
#[component]
fn SettingsScreen() -> impl IntoView {
    let named = segment(1);
    let tab =
        Memo::new(move |_| named().and_then(|key| SettingsTab::from_key(&key)).unwrap_or_default());
    view! {
        <div class="page">
            <PageHeader title=t(Key::AppSettings) />
            <div class="page__body">
                <div class="settings">
                    <Tabs label=t(Key::AppSettings)>
                        {SettingsTab::ALL
                            .into_iter()
                            .map(|tab| {
                                view! {
                                    <Tab
                                        href=Page::Settings(tab).path()
                                        icon=icon(tab)
                                        label=move || by_name(&format!("settings.{}", tab.key()))
                                    />
                                }
                            })
                            .collect_view()}
                    </Tabs>
                    <div class="settings__tab">
                        {move || match tab.get() {
                            SettingsTab::Account => view! { <AccountTab /> }.into_any(),
                            SettingsTab::Profile => view! { <ProfileTab /> }.into_any(),
                            SettingsTab::Security => view! { <SecurityTab /> }.into_any(),
                            SettingsTab::Appearance => view! { <AppearanceTab /> }.into_any(),
                            SettingsTab::Language => view! { <LanguageTab /> }.into_any(),
                            SettingsTab::Privacy => view! { <PrivacyTab /> }.into_any(),
                            SettingsTab::Data => view! { <DataTab /> }.into_any(),
                            SettingsTab::Notifications => view! { <NotificationsTab /> }.into_any(),
                            SettingsTab::Stickers => crate::stickers::packs_tab(),
                            SettingsTab::Developer => crate::developer::developer_tab(),
                        }}
                    </div>
                </div>
            </div>
        </div>
    }
}

crate::lazy! {
    settings => fn settings_page() -> AnyView {
        view! { <SettingsScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn SettingsPage() -> impl IntoView {
    later(settings_page)
}
