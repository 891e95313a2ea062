//! The language.

use crate::i18n::{Key, Lang, t};
use crate::state::Settings;
use crate::ui::{Choice, Choices};
use leptos::prelude::*;

/// The tab of languages. Each language has its own name in itself.
#[component]
pub fn LanguageTab() -> impl IntoView {
    let settings = expect_context::<Settings>();
    view! {
        <section class="settings__section" aria-label=t(Key::SettingsLanguage)>
            <Choices label=t(Key::SettingsLanguage)>
                <Choice
                    label=t(Key::SettingsLanguageBrowser)
                    checked=Signal::derive(move || settings.lang.get().is_none())
                    on_choose=move |()| settings.lang.set(None)
                />
                {Lang::ALL
                    .iter()
                    .map(|lang| {
                        let lang = *lang;
                        view! {
                            <Choice
                                label=lang.name()
                                checked=Signal::derive(move || settings.lang.get() == Some(lang))
                                on_choose=move |()| settings.lang.set(Some(lang))
                            />
                        }
                    })
                    .collect_view()}
            </Choices>
            <p class="settings__hint">{t(Key::SettingsKeptHere)}</p>
        </section>
    }
}
