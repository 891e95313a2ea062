//! A WebSocket with its callbacks; closed and silent when dropped.

use shared::command::SUBPROTOCOL;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

/// What a socket reports.
pub enum News {
    Open,
    Text(String),
    /// The close code; 1006 when the connection just broke. And the reason the server gave.
    Closed(u16, String),
}

/// See the module.
pub struct Socket {
    socket: WebSocket,
    on_open: Closure<dyn Fn(Event)>,
    on_message: Closure<dyn Fn(MessageEvent)>,
    on_close: Closure<dyn Fn(CloseEvent)>,
}

impl Socket {
    /// Begins to connect to the server of this page; `None` when the browser refuses.
    pub fn open(report: impl Fn(News) + 'static) -> Option<Self> {
        let location = web_sys::window()?.location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        let host = location.host().ok()?;
        // `make dev`: the proxy in front of the server does not speak the subprotocol.
        let host = if cfg!(debug_assertions) { host.replace(":8081", ":8080") } else { host };
        let url = format!("{scheme}://{host}/api/v1/ws");
        let socket = WebSocket::new_with_str(&url, SUBPROTOCOL).ok()?;
        let report = Rc::new(report);
        let (opened, heard, closed) = (Rc::clone(&report), Rc::clone(&report), report);
        let this = Self {
            socket,
            on_open: Closure::new(move |_| opened(News::Open)),
            on_message: Closure::new(move |event: MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    heard(News::Text(text));
                }
            }),
            on_close: Closure::new(move |event: CloseEvent| {
                closed(News::Closed(event.code(), event.reason()));
            }),
        };
        this.socket.set_onopen(Some(this.on_open.as_ref().unchecked_ref()));
        this.socket.set_onmessage(Some(this.on_message.as_ref().unchecked_ref()));
        this.socket.set_onclose(Some(this.on_close.as_ref().unchecked_ref()));
        Some(this)
    }

    /// Sends a text frame; tells whether it could be handed over.
    pub fn send(&self, text: &str) -> bool {
        self.socket.ready_state() == WebSocket::OPEN && self.socket.send_with_str(text).is_ok()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing a closed socket does nothing.
        drop(self.socket.close());
    }
}
