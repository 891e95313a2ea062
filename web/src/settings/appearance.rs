//! How things look. Every choice applies at once, here and on the person's other devices.

use crate::i18n::{Key, by_name, t, tr};
use crate::state::Settings;
use crate::state::settings::{Density, LinkPreviews, Messages, Motion, Scheme, Size, Theme};
use crate::ui::{Button, Choice, Choices, Glyph, Icon, Toasts};
use leptos::prelude::*;

/// The tab of looks.
#[component]
pub fn AppearanceTab() -> impl IntoView {
    let (settings, toasts) = (expect_context::<Settings>(), expect_context::<Toasts>());
    let reset = move || {
        settings.reset();
        toasts.done(tr(Key::SettingsResetDone));
    };
    view! {
        <section class="settings__section" aria-label=t(Key::SettingsAppearance)>
            <Pick
                name="theme"
                label=Key::SettingsTheme
                value=settings.theme
                all=Theme::ALL
                key=Theme::key
                icon=theme_icon
            />
            <Schemes value=settings.scheme />
            <Pick
                name="size"
                label=Key::SettingsSize
                value=settings.size
                all=Size::ALL
                key=Size::key
            />
            <Pick
                name="density"
                label=Key::SettingsDensity
                value=settings.density
                all=Density::ALL
                key=Density::key
            />
            <Pick
                name="messages"
                label=Key::SettingsMessages
                value=settings.messages
                all=Messages::ALL
                key=Messages::key
            />
            <Pick
                name="previews"
                label=Key::SettingsPreviews
                value=settings.previews
                all=LinkPreviews::ALL
                key=LinkPreviews::key
            />
            <Pick
                name="motion"
                label=Key::SettingsMotion
                value=settings.motion
                all=Motion::ALL
                key=Motion::key
            />
            <div class="settings__foot">
                <p class="settings__hint">{t(Key::SettingsKeptHere)}</p>
                <Button icon=Icon::Undo on_click=move |_| reset()>
                    {t(Key::SettingsReset)}
                </Button>
            </div>
        </section>
    }
}

const fn theme_icon(theme: Theme) -> Icon {
    match theme {
        Theme::System => Icon::Monitor,
        Theme::Light => Icon::Sun,
        Theme::Dark => Icon::Moon,
    }
}

/// One setting with a few values; their texts are `settings.<name>_<value>`.
#[component]
fn Pick<T>(
    name: &'static str,
    label: Key,
    value: RwSignal<T>,
    all: &'static [T],
    key: fn(T) -> &'static str,
    #[prop(optional)] icon: Option<fn(T) -> Icon>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    view! {
        <Choices label=t(label)>
            {all
                .iter()
                .map(|choice| {
                    let choice = *choice;
                    view! {
                        <Choice
                            label=move || by_name(&format!("settings.{name}_{}", key(choice)))
                            checked=Signal::derive(move || value.get() == choice)
                            on_choose=move |()| value.set(choice)
                        >
                            {icon.map(|icon| view! { <Glyph icon=icon(choice) /> })}
                        </Choice>
                    }
                })
                .collect_view()}
        </Choices>
    }
}

/// The six schemes, each with its colour.
#[component]
fn Schemes(value: RwSignal<Scheme>) -> impl IntoView {
    view! {
        <Choices label=t(Key::SettingsScheme)>
            {Scheme::ALL
                .iter()
                .map(|scheme| {
                    let scheme = *scheme;
                    view! {
                        <Choice
                            label=move || by_name(&format!("settings.scheme_{}", scheme.key()))
                            checked=Signal::derive(move || value.get() == scheme)
                            on_choose=move |()| value.set(scheme)
                        >
                            <span class="scheme-sample" data-scheme=scheme.key()></span>
                        </Choice>
                    }
                })
                .collect_view()}
        </Choices>
    }
}
