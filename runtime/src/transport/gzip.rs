//! Undoing gzip (RFC 1952) while a body arrives.
//!
//! Written out here, since what HTTP clients offer reads the first member only and drops what
//! follows in the same piece: a body of several members would pass as a shorter one.

use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use flate2::write::MultiGzDecoder;
use futures_core::Stream;

use crate::body::{BoxError, PieceStream};

/// How much is unpacked at once, in packed bytes: gzip makes at most about a thousand times as much
/// of it, which is then the most that is held.
const STEP: usize = 2 * 1024;
/// The largest piece that is handed on, in bytes.
const PIECE: usize = 64 * 1024;

/// The unpacked content of a stream.
pub(super) struct Unpacked {
    packed: PieceStream,
    /// What arrived and is not unpacked yet.
    waiting: Bytes,
    /// What is unpacked and not handed on yet.
    ready: Bytes,
    decoder: MultiGzDecoder<Vec<u8>>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing has arrived: answers without content are not packed, whatever their headers say.
    Empty,
    Unpacking,
    Ended,
}

impl Unpacked {
    pub(super) fn new(packed: PieceStream) -> Self {
        Self {
            packed,
            waiting: Bytes::new(),
            ready: Bytes::new(),
            decoder: MultiGzDecoder::new(Vec::new()),
            state: State::Empty,
        }
    }

    /// Unpacks the next few bytes.
    fn step(&mut self) -> Result<(), BoxError> {
        let end = self.waiting.len().min(STEP);
        let taken = self.decoder.write(&self.waiting[..end]).map_err(broken)?;
        self.waiting.advance(taken);
        self.ready = std::mem::take(self.decoder.get_mut()).into();
        if taken == 0 && self.ready.is_empty() {
            return Err("the gzip of the body holds what is not gzip".into());
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), BoxError> {
        let unpacking = std::mem::replace(&mut self.state, State::Ended) == State::Unpacking;
        if unpacking {
            self.decoder.try_finish().map_err(broken)?;
            self.ready = std::mem::take(self.decoder.get_mut()).into();
        }
        Ok(())
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            if !self.ready.is_empty() {
                let end = self.ready.len().min(PIECE);
                return Poll::Ready(Some(Ok(self.ready.split_to(end))));
            }
            let step = if self.state == State::Ended {
                return Poll::Ready(None);
            } else if !self.waiting.is_empty() {
                self.step()
            } else {
                match ready!(self.packed.as_mut().poll_next(context)) {
                    Some(Ok(piece)) => {
                        if !piece.is_empty() {
                            self.state = State::Unpacking;
                        }
                        self.waiting = piece;
                        Ok(())
                    }
                    Some(Err(error)) => Err(error),
                    None => self.finish(),
                }
            };
            if let Err(error) = step {
                self.state = State::Ended;
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

fn broken(error: std::io::Error) -> BoxError {
    format!("the gzip of the body cannot be unpacked: {error}").into()
}

impl Stream for Unpacked {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_piece(context)
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::body::ByteStream;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    struct Pieces(Vec<Bytes>);

    impl Stream for Pieces {
        type Item = Result<Bytes, BoxError>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.pop().map(Ok))
        }
    }

    async fn unpack(packed: &[u8], piece: usize) -> Result<Bytes, crate::TransportError> {
        let pieces = packed.chunks(piece).rev().map(Bytes::copy_from_slice);
        let unpacked = Unpacked::new(Box::pin(Pieces(pieces.collect())));
        ByteStream::new(Box::pin(unpacked), None).bytes().await
    }

    #[tokio::test]
    async fn members_are_unpacked_one_after_another_however_they_arrive() {
        let mut random = fastrand::Rng::with_seed(7);
        let content: Vec<u8> = (0..50_000).map(|_| random.u8(b'a'..b'f')).collect();
        let (first, second) = content.split_at(20_000);
        for packed in [
            gzip(&content),
            [gzip(first), gzip(b""), gzip(second)].concat(),
        ] {
            for piece in [1, 7, 1000, usize::MAX] {
                assert_eq!(unpack(&packed, piece).await.unwrap(), content);
            }
        }
        assert_eq!(unpack(&gzip(b""), 3).await.unwrap(), "");
        assert_eq!(unpack(b"", 3).await.unwrap(), "");
    }

    #[tokio::test]
    async fn what_is_cut_short_or_changed_is_an_error() {
        let packed = [gzip(b"first content"), gzip(b"second content")].concat();
        for length in (1..packed.len()).filter(|length| *length != gzip(b"first content").len()) {
            for piece in [3, usize::MAX] {
                assert!(unpack(&packed[..length], piece).await.is_err(), "{length}");
            }
        }
        for extra in [b"\0".as_slice(), b"garbage that is no gzip"] {
            assert!(
                unpack(&[&packed, extra].concat(), usize::MAX)
                    .await
                    .is_err()
            );
        }
    }

    #[tokio::test]
    async fn random_changes_never_pass() {
        let packed = gzip(b"the quick brown fox jumps over the lazy dog");
        // Bytes 4 to 9 of the header (time, flags of the encoder, system) say nothing of the content.
        for at in (0..packed.len()).filter(|at| !(4..10).contains(at)) {
            let mut changed = packed.clone();
            changed[at] ^= 0x55;
            if let Ok(content) = unpack(&changed, usize::MAX).await {
                assert_eq!(
                    content, "the quick brown fox jumps over the lazy dog",
                    "byte {at}"
                );
            }
        }
    }
}
