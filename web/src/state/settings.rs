//! Settings: kept on this device, so that the first paint has them (`web/boot.js`), and with the
//! account, so that every device has them.

use super::storage;
use crate::api::people as api;
use crate::effect::Effect;
use crate::i18n::{self, Lang};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use shared::ids::UserId;
pub use shared::settings::{
    Density, FontSize as Size, LinkPreviews, MessageLook as Messages, Motion, Scheme, Theme,
};
use shared::settings::{Looks, UpdateSettings, UserSettings};
use std::time::Duration;

/// Choices made within this go to the account together.
const PAUSE: Duration = Duration::from_millis(400);

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
    previews: LinkPreviews,
}

const NAME: &str = "settings";
/// Whose account has not got the latest choices yet.
const UNSENT: &str = "settings.unsent";

/// The settings of this device and of the account.
#[derive(Clone, Copy)]
pub struct Settings {
    /// `None`: the browser's language.
    pub lang: RwSignal<Option<Lang>>,
    pub theme: RwSignal<Theme>,
    pub scheme: RwSignal<Scheme>,
    pub size: RwSignal<Size>,
    pub density: RwSignal<Density>,
    pub motion: RwSignal<Motion>,
    pub messages: RwSignal<Messages>,
    pub previews: RwSignal<LinkPreviews>,
    /// What the account has; absent until it is known.
    pub account: RwSignal<Option<UserSettings>>,
    /// Whose account it is; nobody's choices are for an account.
    user: StoredValue<Option<UserId>>,
    waiting: StoredValue<Option<TimeoutHandle>>,
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
            previews: RwSignal::new(kept.previews),
            account: RwSignal::new(None),
            user: StoredValue::new(None),
            waiting: StoredValue::new(None),
        };
        i18n::set_lang(kept.lang.unwrap_or_else(i18n::browser_lang));
        Effect::new(move |before: Option<Kept>| {
            let kept = settings.get();
            kept.apply();
            if before.is_some_and(|before| before != kept) {
                storage::save(NAME, &kept);
                settings.note_unsent(kept);
                i18n::set_lang(kept.lang.unwrap_or_else(i18n::browser_lang));
                settings.send_soon();
            }
            kept
        });
        settings
    }

    /// Looks as on the first day.
    pub fn reset(&self) {
        let kept = Kept { lang: self.lang.get_untracked(), ..Kept::default() };
        self.put(kept);
    }

    /// Somebody signed in. His settings come with [`Self::follow_account`].
    pub fn enter_account(&self, user: UserId) {
        self.user.set_value(Some(user));
    }

    /// Nobody is signed in any more.
    pub fn leave_account(&self) {
        self.user.set_value(None);
        self.account.set(None);
    }

    /// Takes the account's settings, or gives it those of this device when it has none yet or was not
    /// told of the latest choices.
    pub fn follow_account(&self) {
        let settings = *self;
        settings.account.set(None);
        spawn_local(async move {
            // Without an answer this device keeps what it has.
            if let Ok(account) = api::get_settings().await {
                settings.take(account);
                settings.send_soon();
            }
        });
    }

    /// The account has these now.
    pub fn take(&self, account: UserSettings) {
        self.account.set(Some(account));
        // What was chosen here and has not arrived is newer.
        if let Some(looks) = account.looks.filter(|_| !self.is_unsent()) {
            let Looks { theme, scheme, size, density, motion, messages, previews } = looks;
            let lang = account.lang;
            self.put(Kept { lang, theme, scheme, size, density, motion, messages, previews });
        }
    }

    fn is_unsent(&self) -> bool {
        let user = self.user.get_value();
        user.is_some() && storage::load::<UserId>(UNSENT) == user
    }

    /// Survives a reload before the account is told.
    fn note_unsent(&self, kept: Kept) {
        let is_told =
            self.account.with_untracked(|account| account.is_some_and(|a| kept.is_of(&a)));
        match self.user.get_value() {
            Some(user) if !is_told => storage::save(UNSENT, &user),
            _ => storage::remove(UNSENT),
        }
    }

    fn put(&self, kept: Kept) {
        set_if_other(self.lang, kept.lang);
        set_if_other(self.theme, kept.theme);
        set_if_other(self.scheme, kept.scheme);
        set_if_other(self.size, kept.size);
        set_if_other(self.density, kept.density);
        set_if_other(self.motion, kept.motion);
        set_if_other(self.messages, kept.messages);
        set_if_other(self.previews, kept.previews);
    }

    /// Sends what differs from the account's, a moment later.
    fn send_soon(&self) {
        let settings = *self;
        let Some(account) = settings.account.get_untracked() else { return };
        let kept = untrack(|| settings.get());
        let is_same = kept.is_of(&account);
        if let Some(timer) = settings.waiting.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        if is_same {
            return;
        }
        let send = set_timeout_with_handle(move || settings.send(kept), PAUSE);
        settings.waiting.set_value(send.ok());
    }

    fn send(self, kept: Kept) {
        self.waiting.set_value(None);
        // Refused or offline: this device has it; the next change or connection tries again.
        spawn_local(async move {
            let _missing = tell(self, kept).await;
        });
    }

    async fn tell(self, kept: Kept) {
        let body = UpdateSettings {
            looks: Some(Some(kept.looks())),
            lang: Some(kept.lang),
            ..UpdateSettings::default()
        };
        if let Ok(account) = api::update_settings(&body).await {
            self.account.set(Some(account));
            self.note_unsent(untrack(|| self.get()));
            self.take(account);
        }
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
            previews: self.previews.get(),
        }
    }
}

crate::lazy! {
    live => fn tell(settings: Settings, kept: Kept) -> () {
        spawn_local(settings.tell(kept));
    }
}

/// Only what differs is set: nothing else is drawn anew.
fn set_if_other<T: PartialEq + Copy + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.get_untracked() != value {
        signal.set(value);
    }
}

impl Kept {
    const fn looks(self) -> Looks {
        let Self { theme, scheme, size, density, motion, messages, previews, .. } = self;
        Looks { theme, scheme, size, density, motion, messages, previews }
    }

    fn is_of(self, account: &UserSettings) -> bool {
        account.looks.unwrap_or_default() == self.looks() && account.lang == self.lang
    }

    fn apply(self) {
        let Some(root) = document().document_element() else { return };
        for (name, value) in [
            ("data-theme", self.theme.key()),
            ("data-scheme", self.scheme.key()),
            ("data-size", self.size.key()),
            ("data-density", self.density.key()),
            ("data-motion", self.motion.key()),
            ("data-messages", self.messages.key()),
            ("data-previews", self.previews.key()),
        ] {
            // A constant name and value cannot be refused.
            drop(root.set_attribute(name, value));
        }
    }
}
