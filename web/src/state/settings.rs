//! Settings of this device: language and looks. `web/boot.js` applies them before the first paint.

use super::storage;
use crate::i18n::{self, Lang};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$default:meta])* $choice:ident = $key:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$default])* $choice,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$choice,)*];

            /// The value of the attribute on `<html>`, and the key in the catalogue.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$choice => $key,)* }
            }
        }
    };
}

choices! {
    /// Light or dark.
    Theme { #[default] System = "system", Light = "light", Dark = "dark", }
}
choices! {
    /// The accent.
    Scheme {
        #[default] Maroon = "maroon",
        Blue = "blue",
        Green = "green",
        Purple = "purple",
        Orange = "orange",
        Teal = "teal",
    }
}
choices! {
    /// The base font size: 13, 15 or 17 px.
    Size { Small = "small", #[default] Medium = "medium", Large = "large", }
}
choices! {
    /// How much air there is between rows.
    Density { #[default] Comfortable = "comfortable", Compact = "compact", }
}
choices! {
    /// Whether things may move.
    Motion { #[default] System = "system", Reduced = "reduced", }
}
choices! {
    /// How messages look.
    Messages { #[default] Rows = "rows", Bubbles = "bubbles", }
}

/// As kept in local storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    lang: Option<Lang>,
    theme: Theme,
    scheme: Scheme,
    size: Size,
    density: Density,
    motion: Motion,
    messages: Messages,
}

const NAME: &str = "settings";

/// The settings of this device.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// `None`: the browser's language.
    pub lang: RwSignal<Option<Lang>>,
    pub theme: RwSignal<Theme>,
    pub scheme: RwSignal<Scheme>,
    pub size: RwSignal<Size>,
    pub density: RwSignal<Density>,
    pub motion: RwSignal<Motion>,
    pub messages: RwSignal<Messages>,
}

impl Settings {
    /// Loads what is kept, and from now on applies and keeps every change.
    #[must_use]
    pub fn load() -> Self {
        let kept: Kept = storage::load(NAME).unwrap_or_default();
        let settings = Self {
            lang: RwSignal::new(kept.lang),
            theme: RwSignal::new(kept.theme),
            scheme: RwSignal::new(kept.scheme),
            size: RwSignal::new(kept.size),
            density: RwSignal::new(kept.density),
            motion: RwSignal::new(kept.motion),
            messages: RwSignal::new(kept.messages),
        };
        i18n::set_lang(kept.lang.unwrap_or_else(i18n::browser_lang));
        Effect::new(move |before: Option<Kept>| {
            let kept = settings.get();
            kept.apply();
            if before.is_some_and(|before| before != kept) {
                storage::save(NAME, &kept);
                i18n::set_lang(kept.lang.unwrap_or_else(i18n::browser_lang));
            }
            kept
        });
        settings
    }

    /// Everything as it was on the first day.
    pub fn reset(&self) {
        let kept = Kept::default();
        self.lang.set(kept.lang);
        self.theme.set(kept.theme);
        self.scheme.set(kept.scheme);
        self.size.set(kept.size);
        self.density.set(kept.density);
        self.motion.set(kept.motion);
        self.messages.set(kept.messages);
    }

    fn get(&self) -> Kept {
        Kept {
            lang: self.lang.get(),
            theme: self.theme.get(),
            scheme: self.scheme.get(),
            size: self.size.get(),
            density: self.density.get(),
            motion: self.motion.get(),
            messages: self.messages.get(),
        }
    }
}

impl Kept {
    fn apply(self) {
        let Some(root) = document().document_element() else { return };
        for (name, value) in [
            ("data-theme", self.theme.key()),
            ("data-scheme", self.scheme.key()),
            ("data-size", self.size.key()),
            ("data-density", self.density.key()),
            ("data-motion", self.motion.key()),
            ("data-messages", self.messages.key()),
        ] {
            // A constant name and value cannot be refused.
            drop(root.set_attribute(name, value));
        }
    }
}
