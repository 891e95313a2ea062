//! Reading what the server says. Its code is fetched while the first messages are already shown; what
//! is heard before waits in order.

use super::{Live, Status, Stores};
use crate::ui::lazy::Missing;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::event::ServerFrame;

/// What can be done once the code is here.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    /// Takes in a text frame.
    read: fn(Live, &str),
    /// Fetches what the first screen can wait for; who is connected has asked for it.
    load: fn(Stores),
}

/// Between two attempts to fetch the code.
const AGAIN_MS: u32 = 3_000;

crate::lazy! {
    live => fn reader() -> Reader {
        Reader { read, load: |stores| stores.reload_own() }
    }
}

impl Stores {
    /// Fetches anew what is the person's own, but for spaces and chats.
    pub(super) fn reload_own(self) {
        self.settings.follow_account();
        self.people.reload();
        self.threads.reload();
        self.notices.reload();
    }
}

fn read(live: Live, text: &str) {
    match ServerFrame::parse(text) {
        Ok(frame) => live.take(frame),
        // A newer server says things that this version does not know.
        Err(_) => leptos::logging::debug_warn!("unknown frame"),
    }
}

impl Live {
    /// Fetches the code, however often it takes.
    pub(super) fn fetch_reader(self) {
        spawn_local(async move {
            loop {
                match reader().await {
                    Ok(reader) => return self.read_with(reader),
                    Err(Missing) if self.status.try_set(Status::Broken).is_some() => return,
                    Err(Missing) => TimeoutFuture::new(AGAIN_MS).await,
                }
            }
        });
    }

    fn read_with(self, reader: Reader) {
        let early = self.with(|inner| {
            inner.reader = Some(reader);
            std::mem::take(&mut inner.early)
        });
        for text in early.unwrap_or_default() {
            (reader.read)(self, &text);
        }
        if self.status.try_get_untracked().is_some_and(|status| status != Status::Online) {
            (reader.load)(self.stores);
        }
    }

    /// A text frame came.
    pub(super) fn heard(self, text: String) {
        let reader = self.with(|inner| {
            inner.last_heard = js_sys::Date::now();
            inner.reader
        });
        match reader {
            Some(Some(reader)) => (reader.read)(self, &text),
            Some(None) => drop(self.with(|inner| inner.early.push(text))),
            None => {}
        }
    }
}
