//! Reading what the server says.

use super::{Connected, Event, EventFrame, JoinedRoom, Kind};
use crate::error::Problem;
use crate::json::{Unreadable, read_value, value};
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
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Failed {
            #[serde(default)]
            id: Option<String>,
            error: Box<Problem>,
        }
        let frame = value(text)?;
        match frame.get("type").and_then(|kind| kind.as_str()).ok_or(Unreadable)? {
            "connected" => read_value::<Data<_>>(&frame).map(|f| Self::Connected(f.data)),
            "joined_room" => read_value::<Data<JoinedRoom>>(&frame)
                .map(|f| Self::JoinedRoom { id: f.id, data: f.data }),
            "ack" => read_value::<Data<serde_json::Value>>(&frame)
                .map(|f| Self::Ack { id: f.id, data: f.data }),
            "error" => {
                read_value::<Failed>(&frame).map(|f| Self::Error { id: f.id, error: f.error })
            }
            _ => {
                let EventHead { kind, topic, seq, at } = read_value(&frame)?;
                let event = Event::read(&kind, &frame)?;
                Ok(Self::Event(Box::new(EventFrame { event, topic, seq, at })))
            }
        }
    }
}
