//! A byte guard in front of the frame parser.
//!
//! The parser waits for a whole frame whatever length its header declares, so one socket could
//! make the server buffer without end. This reads the headers as the bytes pass and ends the
//! stream when a frame, or the message it continues, is larger than may be.

use actix_web::dev;
use actix_web::error::PayloadError;
use actix_web::{FromRequest as _, HttpRequest, web};
use actix_ws::{AggregatedMessage, ProtocolError};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use shared::command::MAX_FRAME;
use shared::event::close;
use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker, ready};

/// Set when the guard has cut a stream.
#[derive(Clone, Default)]
pub struct Tripped(Arc<AtomicBool>);

impl Tripped {
    /// The code to close with after what is no text, ping or pong; `None` when the peer is gone and
    /// there is nothing to say.
    #[must_use]
    pub fn close_code(
        &self,
        message: Option<&Result<AggregatedMessage, ProtocolError>>,
    ) -> Option<u16> {
        if self.0.load(Ordering::Relaxed) {
            return Some(close::TOO_BIG);
        }
        Some(match message? {
            Ok(AggregatedMessage::Close(reason)) => {
                reason.as_ref().map_or(1000, |reason| reason.code.into())
            }
            Ok(_) => close::BAD_FRAME,
            Err(ProtocolError::Overflow) => close::TOO_BIG,
            // The library tells it by the words only.
            Err(error) if error.to_string().contains("utf-8") => 1007,
            Err(_) => 1002,
        })
    }
}

/// The payload with the guard around it, which lets frames and messages of `largest` bytes pass.
///
/// # Errors
/// Never in practice: a payload is always there.
pub fn guard(
    request: &HttpRequest,
    payload: web::Payload,
    largest: usize,
) -> actix_web::Result<(web::Payload, Tripped)> {
    let tripped = Tripped::default();
    let guarded = Guarded {
        inner: payload.into_inner(),
        scanner: Scanner::new(largest),
        tripped: tripped.clone(),
        rest: Bytes::new(),
        is_whole: false,
    };
    let mut inner = dev::Payload::from(
        Box::pin(guarded) as Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>
    );
    // `web::Payload` has no public constructor; its extractor is ready at once.
    let mut extract = Box::pin(web::Payload::from_request(request, &mut inner));
    match extract.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(payload) => Ok((payload?, tripped)),
        Poll::Pending => Err(actix_web::error::ErrorInternalServerError("payload not ready")),
    }
}

/// Hands out one frame at a time: the parser loses what it has read before a frame that is wrong.
struct Guarded {
    inner: dev::Payload,
    scanner: Scanner,
    tripped: Tripped,
    /// What has come and was not handed out.
    rest: Bytes,
    /// Whether the end of a frame was handed out last.
    is_whole: bool,
}

impl Stream for Guarded {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.rest.is_empty() {
            match ready!(self.inner.poll_next_unpin(cx)) {
                Some(Ok(chunk)) => self.rest = chunk,
                end => return Poll::Ready(end),
            }
        }
        if std::mem::take(&mut self.is_whole) {
            // Whoever reads takes that frame first and asks again.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Self { scanner, rest, .. } = &mut *self;
        let Some((length, is_whole)) = scanner.next(rest) else {
            self.tripped.0.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(PayloadError::Overflow)));
        };
        // What is empty would keep the memory of the chunk.
        let piece = if length == rest.len() { std::mem::take(rest) } else { rest.split_to(length) };
        self.is_whole = is_whole;
        Poll::Ready(Some(Ok(piece)))
    }
}

/// Follows frame headers through a byte stream (RFC 6455, 5.2).
pub struct Scanner {
    largest: usize,
    header: Vec<u8>,
    /// Payload bytes of the current frame still to come.
    skip: usize,
    /// Bytes of the current message so far, over its fragments.
    message: usize,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new(MAX_FRAME)
    }
}

impl Scanner {
    /// Frames and messages may have so many bytes.
    #[must_use]
    pub fn new(largest: usize) -> Self {
        Self { largest, header: Vec::new(), skip: 0, message: 0 }
    }

    /// Reads a chunk; `false` when a frame or message is too large.
    pub fn scan(&mut self, mut chunk: &[u8]) -> bool {
        while !chunk.is_empty() {
            let Some((length, _)) = self.next(chunk) else { return false };
            chunk = &chunk[length..];
        }
        true
    }

    /// Reads up to the end of a frame, or of the chunk: how many bytes, and whether a frame ends there.
    /// `None` when a frame or message is too large.
    fn next(&mut self, chunk: &[u8]) -> Option<(usize, bool)> {
        let mut at = 0;
        while at < chunk.len() {
            if self.skip > 0 {
                let n = self.skip.min(chunk.len() - at);
                (self.skip, at) = (self.skip - n, at + n);
                return Some((at, self.skip == 0));
            }
            self.header.push(chunk[at]);
            at += 1;
            if self.header.len() < 2 {
                continue;
            }
            let (first, second) = (self.header[0], self.header[1]);
            let extended = match second & 0x7f {
                126 => 2,
                127 => 8,
                _ => 0,
            };
            let mask = if second & 0x80 == 0 { 0 } else { 4 };
            if self.header.len() < 2 + extended + mask {
                continue;
            }
            let length = match extended {
                0 => u64::from(second & 0x7f),
                _ => self.header[2..2 + extended]
                    .iter()
                    .fold(0, |length, byte| length << 8 | u64::from(*byte)),
            };
            self.header.clear();
            let length = usize::try_from(length).ok().filter(|n| *n <= self.largest)?;
            let is_control = first & 0x08 != 0;
            if !is_control {
                // An empty fragment counts too: endless ones must end as well.
                self.message += length.max(1);
                if self.message > self.largest {
                    return None;
                }
                if first & 0x80 != 0 {
                    self.message = 0;
                }
            }
            self.skip = length;
            if length == 0 {
                return Some((at, true));
            }
        }
        Some((at, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn frame(first: u8, length: u64) -> Vec<u8> {
        let mut bytes = vec![first];
        match length {
            0..126 => bytes.push(0x80 | length as u8),
            126..65536 => {
                bytes.push(0x80 | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend(length.to_be_bytes());
            }
        }
        bytes.extend([0; 4]);
        bytes
    }

    fn whole(first: u8, length: usize) -> Vec<u8> {
        let mut bytes = frame(first, length as u64);
        bytes.resize(bytes.len() + length, b'x');
        bytes
    }

    #[test]
    fn declared_lengths() {
        for length in [65_537, 1 << 31, 1 << 40, (1 << 63) - 1] {
            assert!(!Scanner::default().scan(&frame(0x81, length)), "{length}");
        }
        assert!(Scanner::default().scan(&frame(0x81, 65_536)));
    }

    #[test]
    fn frames_in_any_pieces() {
        let mut bytes = whole(0x81, 300);
        bytes.extend(whole(0x89, 5));
        bytes.extend(whole(0x82, 65_536));
        for size in [1, 2, 7, 1000] {
            let mut scanner = Scanner::default();
            assert!(bytes.chunks(size).all(|chunk| scanner.scan(chunk)), "{size}");
            assert_eq!((scanner.skip, scanner.header.len()), (0, 0));
        }
    }

    #[test]
    fn endless_continuations_end() {
        let mut scanner = Scanner::default();
        assert!(scanner.scan(&whole(0x01, 1)));
        let passed = (0..100_000).take_while(|_| scanner.scan(&whole(0x00, 1))).count();
        assert!(passed < MAX_FRAME + 1);
        let mut scanner = Scanner::default();
        assert!(scanner.scan(&whole(0x01, 0)));
        assert!((0..100_000).any(|_| !scanner.scan(&whole(0x00, 0))));
    }
    /// The rule itself, over whole frames.
    fn allowed(frames: &[(u8, usize)]) -> bool {
        let mut message = 0;
        frames.iter().all(|(first, length)| {
            if first & 0x08 == 0 {
                message += (*length).max(1);
            }
            let fits = *length <= MAX_FRAME && message <= MAX_FRAME;
            if first & 0x08 == 0 && first & 0x80 != 0 {
                message = 0;
            }
            fits
        })
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            frames in vec((any::<u8>(), prop_oneof![0..200_usize, 0..=MAX_FRAME + 2]), 1..12),
            sizes in vec(1..5000_usize, 1..20),
        ) {
            let bytes: Vec<u8> =
                frames.iter().flat_map(|(first, length)| whole(*first, *length)).collect();
            let mut scanner = Scanner::default();
            let (mut rest, mut sizes) = (&bytes[..], sizes.into_iter().cycle());
            let mut passed = true;
            while passed && !rest.is_empty() {
                let (piece, more) = rest.split_at(sizes.next().unwrap_or(1).min(rest.len()));
                passed = scanner.scan(piece);
                rest = more;
            }
            prop_assert_eq!(passed, allowed(&frames));
        }

        #[test]
        fn any_bytes_are_read(chunks in vec(vec(any::<u8>(), 0..300), 0..20)) {
            let mut scanner = Scanner::default();
            let passed = chunks.iter().all(|chunk| scanner.scan(chunk));
            prop_assert_eq!(passed, Scanner::default().scan(&chunks.concat()));
            prop_assert!(scanner.header.len() < 14, "more than a header is kept");
        }
    }
}
