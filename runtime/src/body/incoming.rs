//! Bodies that are read while they arrive.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::time::Sleep;

use super::PieceStream;
use crate::error::TransportError;

/// The body of a response, as it arrives: a stream of pieces, in order.
///
/// Content encodings such as gzip are undone. A body that ends before it is complete is an error
/// at its end, never a silent stop. Without a piece for longer than the client's idle timeout the
/// stream ends with an error.
pub struct ByteStream {
    /// Locked by nobody: the lock makes the stream `Sync`.
    pieces: Mutex<PieceStream>,
    length: Option<u64>,
    idle: Option<Idle>,
    ended: bool,
    origin: Option<Box<Origin>>,
}

/// What a body is the answer to.
pub(crate) struct Origin {
    pub(crate) operation: &'static str,
    /// In lower case, without parameters; empty where none was given.
    pub(crate) media_type: String,
    /// The most of it that is held at a time, in bytes.
    pub(crate) limit: usize,
}

struct Idle {
    limit: Duration,
    /// Set while a piece is waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl ByteStream {
    pub(crate) fn new(pieces: PieceStream, length: Option<u64>) -> Self {
        Self {
            pieces: Mutex::new(pieces),
            length,
            idle: None,
            ended: false,
            origin: None,
        }
    }

    /// Makes a stream of bytes that are all there, as transports of tests need.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let length = bytes.len() as u64;
        Self::new(Box::pin(Once(Some(bytes))), Some(length))
    }

    /// Makes a stream of any stream of bytes, as own transports need.
    pub fn from_stream<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<super::BoxError> + 'static,
    {
        Self::new(Box::pin(super::outgoing::Pieces::new(stream)), None)
    }

    pub(crate) fn idle_timeout(mut self, limit: Option<Duration>) -> Self {
        self.idle = limit.map(|limit| Idle { limit, timer: None });
        self
    }

    pub(crate) fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = Some(Box::new(origin));
        self
    }

    pub(crate) fn take_origin(&mut self) -> Option<Box<Origin>> {
        self.origin.take()
    }

    /// The length in bytes, where the server told it and no content encoding hides it.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Waits for the next piece; `None` at the end.
    ///
    /// # Errors
    /// When the connection fails, the body is cut short, or nothing arrives for too long.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, TransportError> {
        poll_fn(|context| self.poll_piece(context))
            .await
            .transpose()
    }

    /// Collects the whole body.
    ///
    /// There is no limit on its size; see [`bytes_up_to`](Self::bytes_up_to).
    ///
    /// # Errors
    /// As [`try_next`](Self::try_next).
    pub async fn bytes(self) -> Result<Bytes, TransportError> {
        self.bytes_up_to(usize::MAX).await
    }

    /// Collects the whole body, of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`try_next`](Self::try_next), and when the body is longer than `limit`.
    pub async fn bytes_up_to(mut self, limit: usize) -> Result<Bytes, TransportError> {
        if self.length.is_some_and(|length| length > limit as u64) {
            return Err(TransportError::too_large(limit));
        }
        match self.collect(limit).await? {
            (bytes, false) => Ok(bytes),
            (_, true) => Err(TransportError::too_large(limit)),
        }
    }

    /// Collects up to `limit` bytes and tells whether there was more.
    pub(crate) async fn collect(&mut self, limit: usize) -> Result<(Bytes, bool), TransportError> {
        let Some(first) = self.try_next().await? else {
            return Ok((Bytes::new(), false));
        };
        if first.len() > limit {
            return Ok((first.slice(..limit), true));
        }
        // A body of one piece, as most are, is not copied.
        let Some(second) = self.try_next().await? else {
            return Ok((first, false));
        };
        // What a server says of the length is believed only so far.
        let expected = self.length.unwrap_or(0).min(1 << 20) as usize;
        let mut whole = BytesMut::with_capacity(expected.max(first.len() + second.len()));
        whole.extend_from_slice(&first);
        let mut piece = Some(second);
        while let Some(bytes) = piece {
            let room = limit - whole.len();
            if bytes.len() > room {
                whole.extend_from_slice(&bytes[..room]);
                return Ok((whole.freeze(), true));
            }
            whole.extend_from_slice(&bytes);
            piece = self.try_next().await?;
        }
        Ok((whole.freeze(), false))
    }

    fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let pieces = self
            .pieces
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        match pieces.as_mut().poll_next(context) {
            Poll::Ready(Some(Ok(piece))) => {
                if let Some(idle) = &mut self.idle {
                    idle.timer = None;
                }
                Poll::Ready(Some(Ok(piece)))
            }
            Poll::Ready(Some(Err(error))) => {
                self.ended = true;
                Poll::Ready(Some(Err(TransportError::body(error.as_ref()))))
            }
            Poll::Ready(None) => {
                self.ended = true;
                Poll::Ready(None)
            }
            Poll::Pending => self.poll_idle(context),
        }
    }

    fn poll_idle(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        let Some(idle) = &mut self.idle else {
            return Poll::Pending;
        };
        let timer = idle
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(idle.limit)));
        if timer.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.ended = true;
        Poll::Ready(Some(Err(TransportError::stalled(idle.limit))))
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_piece(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ByteStream")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// A stream of one piece.
struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, super::BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().filter(|bytes| !bytes.is_empty()).map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(pieces: &[&'static str]) -> ByteStream {
        struct Pieces(Vec<&'static str>);
        impl Stream for Pieces {
            type Item = Result<Bytes, std::io::Error>;
            fn poll_next(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Self::Item>> {
                Poll::Ready(self.0.pop().map(|piece| Ok(Bytes::from(piece))))
            }
        }
        ByteStream::from_stream(Pieces(pieces.iter().rev().copied().collect()))
    }

    #[tokio::test]
    async fn pieces_are_put_together_up_to_the_limit() {
        let cases: [(&[&'static str], &str); 6] = [
            (&[], ""),
            (&["abc"], "abc"),
            (&["ab", "", "cd", "e"], "abcde"),
            (&["abcdef"], "abcde"),
            (&["abc", "def"], "abcde"),
            (&["abcde", "f"], "abcde"),
        ];
        for (pieces, expected) in cases {
            let more = pieces.concat().len() > 5;
            let collected = stream(pieces).collect(5).await.unwrap();
            assert_eq!(collected, (Bytes::from(expected), more), "{pieces:?}");
            assert_eq!(stream(pieces).bytes_up_to(5).await.is_err(), more);
        }
    }

    #[tokio::test]
    async fn a_body_announced_as_too_large_is_not_read() {
        let stream = ByteStream::new(Box::pin(Never), Some(6));
        assert!(stream.bytes_up_to(5).await.is_err());
    }

    struct Never;

    impl Stream for Never {
        type Item = Result<Bytes, crate::body::BoxError>;
        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_waiting_counts_as_idle() {
        let limit = Some(Duration::from_secs(1));
        let mut stream = stream(&["a", "b"]).idle_timeout(limit);
        assert!(stream.try_next().await.unwrap().is_some());
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(stream.try_next().await.unwrap().is_some());
        let mut never = ByteStream::new(Box::pin(Never), None).idle_timeout(limit);
        assert!(never.try_next().await.is_err());
        assert!(never.try_next().await.unwrap().is_none());
    }
}
