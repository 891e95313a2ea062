//! Who is signed in, in step with the other tabs of this browser.

use super::{drafts, kept, outbox};
use crate::api::client;
use crate::api::{ApiError, ApiResult, identity};
use crate::boot;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::identity::{Me, Register};
use shared::ids::UserId;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

const CHANNEL: &str = "the-space.session";
const SIGNED_IN: &str = "signed-in";
const SIGNED_OUT: &str = "signed-out";

/// What is known about the person in front of the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Auth {
    /// The cookie is being tried.
    Starting,
    /// The server could not be asked.
    Unknown(ApiError),
    SignedOut,
    SignedIn(Me),
}

/// The session of this browser.
#[derive(Clone, Copy)]
pub struct Session {
    auth: RwSignal<Auth>,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

impl Session {
    /// Starts with the cookie that an earlier visit left, and follows the other tabs.
    #[must_use]
    pub fn start() -> Self {
        // Whoever was here last is believed until the server has been asked.
        let last = kept::me().map_or(Auth::Starting, |me| {
            kept::belongs_to(&me);
            Auth::SignedIn(me)
        });
        let session = Self {
            auth: RwSignal::new(last),
            channel: StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok()),
        };
        client::on_end(move || session.signed_out());
        session.follow_other_tabs();
        session.resume();
        session
    }

    /// The state, reactively.
    #[must_use]
    pub fn auth(&self) -> Auth {
        self.auth.get()
    }

    /// The signed-in person, reactively.
    #[must_use]
    pub fn me(&self) -> Option<Me> {
        self.auth.with(|auth| match auth {
            Auth::SignedIn(me) => Some(me.clone()),
            _ => None,
        })
    }

    /// The signed-in person's id, reactively.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.auth.with(|auth| match auth {
            Auth::SignedIn(me) => Some(me.id),
            _ => None,
        })
    }

    /// Tries the cookie (again).
    pub fn resume(&self) {
        let session = *self;
        spawn_local(async move {
            match client::refresh().await {
                Ok(tokens) => session.signed_in(tokens.user),
                Err(error) if error.code().is_some_and(|code| code.status() < 429) => {
                    session.signed_out();
                }
                // What was kept stays on the screen; the socket goes on trying.
                Err(_) if session.auth.with_untracked(|auth| matches!(auth, Auth::SignedIn(_))) => {
                }
                Err(error) => session.auth.set(Auth::Unknown(error)),
            }
        });
    }

    /// Signs in.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn login(&self, login: String, password: String) -> ApiResult<()> {
        let tokens = identity::login(login, password).await?;
        client::keep(&tokens);
        kept::belongs_to(&tokens.user);
        // Whether there is a banner above all else is known with the first screen, which it would move.
        let _kept = identity::email_state().await;
        self.signed_in(tokens.user);
        self.tell(SIGNED_IN);
        Ok(())
    }

    /// Makes an account and signs in with it.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn register(&self, body: &Register) -> ApiResult<()> {
        identity::register(body).await?;
        self.login(body.nickname.clone(), body.password.clone()).await
    }

    /// Signs out here.
    ///
    /// # Errors
    /// The server was not reached: the cookie would bring the session back.
    pub async fn logout(&self) -> ApiResult<()> {
        self.ended(identity::logout().await)
    }

    /// Signs out on every device.
    ///
    /// # Errors
    /// As [`Session::logout`].
    pub async fn logout_all(&self) -> ApiResult<()> {
        self.ended(identity::logout_all().await)
    }

    /// The server closed this session.
    pub fn revoked(&self) {
        client::forget();
        self.signed_out();
    }

    fn signed_in(&self, me: Me) {
        kept::belongs_to(&me);
        self.auth.set(Auth::SignedIn(me));
    }

    fn signed_out(&self) {
        kept::clear();
        boot::forget();
        self.auth.set(Auth::SignedOut);
    }

    /// The profile changed, here or on another device.
    pub fn set_me(&self, me: Me) {
        kept::belongs_to(&me);
        self.auth.update(|auth| {
            if let Auth::SignedIn(mine) = auth {
                *mine = me;
            }
        });
    }

    fn ended(&self, outcome: ApiResult<()>) -> ApiResult<()> {
        match outcome {
            Err(error) if !client::is_over(&error) => Err(error),
            _ => {
                if let Some(me) = untrack(|| self.user_id()) {
                    drafts::forget(me);
                    outbox::clear(me);
                }
                self.revoked();
                self.tell(SIGNED_OUT);
                Ok(())
            }
        }
    }

    fn tell(&self, news: &str) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                // A closed channel means that the tab is going away.
                drop(channel.post_message(&JsValue::from_str(news)));
            }
        });
    }

    fn follow_other_tabs(&self) {
        let session = *self;
        let listen = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().as_string().as_deref() {
                Some(SIGNED_OUT) => session.revoked(),
                Some(SIGNED_IN) => {
                    // Another person may have signed in: start over with his cookie.
                    client::forget();
                    session.resume();
                }
                _ => {}
            }
        });
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.set_onmessage(Some(listen.as_ref().unchecked_ref()));
            }
        });
        // Lives as long as the tab.
        listen.forget();
    }
}
