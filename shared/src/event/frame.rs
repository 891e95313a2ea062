//! Reading what the server says.

use super::{Connected, Event, EventFrame, JoinedRoom, Kind};
use crate::error::Problem;
use crate::topic::Topic;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// Any frame from the server.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerFrame {
    Connected(Box<Connected>),
    JoinedRoom { id: String, data: JoinedRoom },
    Ack { id: String, data: serde_json::Value },
    Error { id: Option<String>, error: Box<Problem> },
    Event(Box<EventFrame>),
}

/// The data of a frame, and the id of what it answers.
#[derive(Deserialize)]
pub(super) struct Data<T> {
    #[serde(default)]
    id: String,
    pub(super) data: T,
}

#[derive(Deserialize)]
struct EventHead {
    #[serde(rename = "type")]
    kind: Kind,
    topic: Topic,
    #[serde(default)]
    seq: Option<i64>,
    #[serde(with = "crate::millis")]
    at: DateTime<Utc>,
}

impl ServerFrame {
    /// Reads a text frame.
    ///
    /// # Errors
    /// The text is not a frame this version knows.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct Head<'a> {
            #[serde(rename = "type", borrow)]
            kind: std::borrow::Cow<'a, str>,
        }
        #[derive(Deserialize)]
        struct Failed {
            #[serde(default)]
            id: Option<String>,
            error: Box<Problem>,
        }
        match &*serde_json::from_str::<Head>(text)?.kind {
            "connected" => serde_json::from_str::<Data<_>>(text).map(|f| Self::Connected(f.data)),
            "joined_room" => serde_json::from_str::<Data<JoinedRoom>>(text)
                .map(|f| Self::JoinedRoom { id: f.id, data: f.data }),
            "ack" => serde_json::from_str::<Data<serde_json::Value>>(text)
                .map(|f| Self::Ack { id: f.id, data: f.data }),
            "error" => serde_json::from_str::<Failed>(text)
                .map(|f| Self::Error { id: f.id, error: f.error }),
            _ => {
                let EventHead { kind, topic, seq, at } = serde_json::from_str(text)?;
                let event = Event::read(&kind, text)?;
                Ok(Self::Event(Box::new(EventFrame { event, topic, seq, at })))
            }
        }
    }
}
