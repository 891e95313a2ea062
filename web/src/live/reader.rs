//! Reading what the server says. Its code is fetched while the first messages are already shown; what
//! is heard before waits in order.

use super::{Live, Status, Stores};
use crate::ui::lazy::Missing;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::event::ServerFrame;

/// Takes in a text frame.
pub(super) type Reader = fn(Live, &str);

/// Between two attempts to fetch the code.
const AGAIN_MS: u32 = 3_000;

crate::lazy! {
    live => fn reader(stores: Stores) -> Reader {
        // What the first screen can wait for.
        stores.settings.follow_account();
        stores.people.reload();
        stores.threads.reload();
        stores.notices.reload();
        read
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
                match reader(self.stores).await {
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
            reader(self, &text);
        }
    }

    /// A text frame came.
    pub(super) fn heard(self, text: String) {
        let reader = self.with(|inner| {
            inner.last_heard = js_sys::Date::now();
            inner.reader
        });
        match reader {
            Some(Some(reader)) => reader(self, &text),
            Some(None) => drop(self.with(|inner| inner.early.push(text))),
            None => {}
        }
    }
}
