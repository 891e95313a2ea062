//! A byte guard in front of the frame parser.
//!
//! The parser waits for a whole frame whatever length its header declares, so one socket could
//! make the server buffer without end. This reads the headers as the bytes pass and ends the
//! stream when a frame, or the message it continues, is larger than [`MAX_FRAME`].

use actix_web::dev;
use actix_web::error::PayloadError;
use actix_web::{FromRequest as _, HttpRequest, web};
use bytes::Bytes;
use futures_util::StreamExt as _;
use shared::command::MAX_FRAME;
use std::future::Future as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

/// Set when the guard has cut a stream.
#[derive(Clone, Default)]
pub struct Tripped(Arc<AtomicBool>);

impl Tripped {
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The payload with the guard around it.
///
/// # Errors
/// Never in practice: a payload is always there.
pub fn guard(
    request: &HttpRequest,
    payload: web::Payload,
) -> actix_web::Result<(web::Payload, Tripped)> {
    let tripped = Tripped::default();
    let flag = tripped.clone();
    let mut scanner = Scanner::default();
    let stream = payload.into_inner().map(move |chunk| {
        let chunk: Bytes = chunk?;
        if scanner.scan(&chunk) {
            Ok(chunk)
        } else {
            flag.0.store(true, Ordering::Relaxed);
            Err(PayloadError::Overflow)
        }
    });
    let mut inner = dev::Payload::from(Box::pin(stream)
        as std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<Bytes, PayloadError>>>>);
    // `web::Payload` has no public constructor; its extractor is ready at once.
    let mut extract = Box::pin(web::Payload::from_request(request, &mut inner));
    match extract.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(payload) => Ok((payload?, tripped)),
        Poll::Pending => Err(actix_web::error::ErrorInternalServerError("payload not ready")),
    }
}

/// Follows frame headers through a byte stream (RFC 6455, 5.2).
#[derive(Default)]
pub struct Scanner {
    header: Vec<u8>,
    /// Payload bytes of the current frame still to come.
    skip: usize,
    /// Bytes of the current message so far, over its fragments.
    message: usize,
}

impl Scanner {
    /// Reads a chunk; `false` when a frame or message is too large.
    pub fn scan(&mut self, mut chunk: &[u8]) -> bool {
        while !chunk.is_empty() {
            if self.skip > 0 {
                let n = self.skip.min(chunk.len());
                self.skip -= n;
                chunk = &chunk[n..];
                continue;
            }
            self.header.push(chunk[0]);
            chunk = &chunk[1..];
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
            let Some(length) = usize::try_from(length).ok().filter(|n| *n <= MAX_FRAME) else {
                return false;
            };
            let is_control = first & 0x08 != 0;
            if !is_control {
                // An empty fragment counts too: endless ones must end as well.
                self.message += length.max(1);
                if self.message > MAX_FRAME {
                    return false;
                }
                if first & 0x80 != 0 {
                    self.message = 0;
                }
            }
            self.skip = length;
        }
        true
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
