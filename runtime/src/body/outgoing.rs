//! Bodies that are sent.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use super::{BoxError, PieceStream};

/// The size of the pieces that files are read in.
const PIECE: usize = 64 * 1024;

/// A request body: bytes, a file or a stream.
///
/// Bytes and files can be sent again when a request has to be repeated; a stream cannot.
pub struct Body(pub(crate) Outgoing);

impl Body {
    /// A body without content.
    pub fn empty() -> Self {
        Self(Outgoing::Bytes(Bytes::new()))
    }

    /// A body read from a stream while it is sent. Where the length in bytes is known it becomes
    /// the `Content-Length`; otherwise the body is sent in chunks.
    ///
    /// A stream that does not hold as much as `length` says fails the request.
    pub fn from_stream<S, E>(stream: S, length: Option<u64>) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        Self(Outgoing::once(Box::pin(Pieces::new(stream)), length))
    }

    /// A body read from a reader, such as a [`tokio::fs::File`], while it is sent.
    pub fn from_reader(reader: impl AsyncRead + Send + 'static, length: Option<u64>) -> Self {
        Self(Outgoing::once(Box::pin(ReaderPieces::new(reader)), length))
    }

    /// The content of a file. It is opened when the request is sent, each time it is sent.
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        Self(Outgoing::File(Arc::new(path.into())))
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(Outgoing::Bytes(bytes.into()))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

/// A body inside a call, which can be copied; what cannot be sent twice is shared by the copies.
#[derive(Clone)]
pub(crate) enum Outgoing {
    Bytes(Bytes),
    File(Arc<PathBuf>),
    Once {
        stream: Arc<Mutex<Option<PieceStream>>>,
        length: Option<u64>,
    },
    Chain(Arc<Vec<Outgoing>>),
}

impl Outgoing {
    pub(crate) fn once(stream: PieceStream, length: Option<u64>) -> Self {
        Self::Once {
            stream: Arc::new(Mutex::new(Some(stream))),
            length,
        }
    }

    /// Returns true when the body can be sent again.
    pub(crate) fn is_replayable(&self) -> bool {
        match self {
            Self::Bytes(_) | Self::File(_) => true,
            Self::Once { .. } => false,
            Self::Chain(parts) => parts.iter().all(Self::is_replayable),
        }
    }

    /// Returns true when the body is read while it is sent.
    pub(crate) fn is_streamed(&self) -> bool {
        !matches!(self, Self::Bytes(_))
    }

    /// Opens the body for one attempt.
    ///
    /// # Errors
    /// In words, when a file cannot be opened or a stream was used up by an earlier attempt.
    pub(crate) async fn open(&self) -> Result<WireBody, String> {
        if let Self::Bytes(bytes) = self {
            return Ok(bytes.clone().into());
        }
        let mut parts = Vec::new();
        let mut total = Some(0u64);
        for leaf in self.leaves() {
            let (part, length) = leaf.open_leaf().await?;
            total = total
                .zip(length)
                .and_then(|(total, length)| total.checked_add(length));
            parts.push(part);
        }
        parts.reverse();
        Ok(WireBody {
            parts,
            left: total,
            declared: total,
            sent: None,
        })
    }

    fn leaves(&self) -> Vec<&Outgoing> {
        match self {
            Self::Chain(parts) => parts.iter().flat_map(Self::leaves).collect(),
            leaf => vec![leaf],
        }
    }

    async fn open_leaf(&self) -> Result<(WirePart, Option<u64>), String> {
        match self {
            Self::Bytes(bytes) => Ok((WirePart::Bytes(bytes.clone()), Some(bytes.len() as u64))),
            Self::File(path) => {
                let failed =
                    |error: std::io::Error| format!("cannot read {}: {error}", path.display());
                let file = tokio::fs::File::open(path.as_path())
                    .await
                    .map_err(failed)?;
                let length = file.metadata().await.map_err(failed)?.len();
                let stream: PieceStream = Box::pin(ReaderPieces::new(file.take(length)));
                Ok((WirePart::Stream(Mutex::new(stream)), Some(length)))
            }
            Self::Once { stream, length } => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                let stream =
                    stream.ok_or("the streamed body was sent already and cannot be sent again")?;
                Ok((WirePart::Stream(Mutex::new(stream)), *length))
            }
            Self::Chain(_) => Err("a body within a body".to_owned()),
        }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(out, "Body({} bytes)", bytes.len()),
            Self::File(path) => write!(out, "Body({})", path.display()),
            Self::Once {
                length: Some(length),
                ..
            } => write!(out, "Body(stream of {length} bytes)"),
            Self::Once { length: None, .. } => out.write_str("Body(stream)"),
            Self::Chain(parts) => write!(out, "Body({} parts)", parts.len()),
        }
    }
}

/// A body on its way: what the transport reads.
pub struct WireBody {
    /// Last part first.
    parts: Vec<WirePart>,
    left: Option<u64>,
    declared: Option<u64>,
    /// How many bytes the transport has taken, for timeouts that count from the last progress.
    sent: Option<Arc<AtomicU64>>,
}

enum WirePart {
    Bytes(Bytes),
    /// Locked by nobody: the lock makes the body `Sync`, as transports ask.
    Stream(Mutex<PieceStream>),
}

impl WireBody {
    /// A body without content, as requests of an application's own to a transport need.
    pub fn empty() -> Self {
        Bytes::new().into()
    }

    /// The length in bytes, where it is known before sending.
    pub fn length(&self) -> Option<u64> {
        self.declared
    }

    /// The content, where it is all there.
    pub(crate) fn into_bytes(mut self) -> Result<Bytes, Self> {
        match self.parts.pop() {
            None => Ok(Bytes::new()),
            Some(WirePart::Bytes(bytes)) if self.parts.is_empty() => Ok(bytes),
            Some(part) => {
                self.parts.push(part);
                Err(self)
            }
        }
    }

    /// Gives a count of the bytes that the transport takes.
    pub(crate) fn watch(&mut self) -> Arc<AtomicU64> {
        Arc::clone(self.sent.get_or_insert_default())
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            let piece = match self.parts.last_mut() {
                None => return Poll::Ready(self.check_end().err().map(Err)),
                Some(WirePart::Bytes(bytes)) => Some(Ok(std::mem::take(bytes))),
                Some(WirePart::Stream(stream)) => {
                    match unlocked(stream).as_mut().poll_next(context) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(piece) => piece,
                    }
                }
            };
            match piece {
                Some(Ok(bytes)) if bytes.is_empty() => {
                    if matches!(self.parts.last(), Some(WirePart::Bytes(_))) {
                        self.parts.pop();
                    }
                }
                Some(Ok(bytes)) => return Poll::Ready(Some(self.count(bytes))),
                Some(Err(error)) => {
                    self.parts.clear();
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    self.parts.pop();
                }
            }
        }
    }

    fn count(&mut self, bytes: Bytes) -> Result<Bytes, BoxError> {
        if let Some(sent) = &self.sent {
            sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        if let Some(left) = &mut self.left {
            *left = left
                .checked_sub(bytes.len() as u64)
                .ok_or("the streamed body is longer than its declared length")?;
        }
        Ok(bytes)
    }

    fn check_end(&mut self) -> Result<(), BoxError> {
        match self.left.take() {
            Some(left) if left > 0 => Err(format!(
                "the streamed body ended {left} bytes before its declared length"
            )
            .into()),
            _ => Ok(()),
        }
    }
}

/// A body of bytes or a text that is all there: `Bytes`, `Vec<u8>`, `String`, and what lives for ever.
impl<T: Into<Bytes>> From<T> for WireBody {
    fn from(bytes: T) -> Self {
        let bytes = bytes.into();
        let length = Some(bytes.len() as u64);
        let parts = match bytes.is_empty() {
            true => Vec::new(),
            false => vec![WirePart::Bytes(bytes)],
        };
        Self {
            parts,
            left: length,
            declared: length,
            sent: None,
        }
    }
}

impl http_body::Body for WireBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.poll_piece(context)
            .map(|piece| piece.map(|result| result.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.parts.is_empty() && self.left.unwrap_or(0) == 0
    }

    fn size_hint(&self) -> SizeHint {
        self.left
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl fmt::Debug for WireBody {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("WireBody")
            .field("length", &self.declared)
            .finish_non_exhaustive()
    }
}

fn unlocked(stream: &mut Mutex<PieceStream>) -> &mut PieceStream {
    stream.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// A stream whose errors are boxed.
pub(super) struct Pieces<S>(Pin<Box<S>>);

impl<S> Pieces<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(Box::pin(stream))
    }
}

impl<S, E> Stream for Pieces<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0
            .as_mut()
            .poll_next(context)
            .map(|piece| piece.map(|result| result.map_err(Into::into)))
    }
}

/// A stream of what a reader gives.
struct ReaderPieces<R> {
    reader: Pin<Box<R>>,
    buffer: Vec<u8>,
}

impl<R> ReaderPieces<R> {
    fn new(reader: R) -> Self {
        Self {
            reader: Box::pin(reader),
            buffer: vec![0; PIECE],
        }
    }
}

impl<R: AsyncRead> Stream for ReaderPieces<R> {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { reader, buffer } = &mut *self;
        let mut room = ReadBuf::new(buffer);
        match reader.as_mut().poll_read(context, &mut room) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(Ok(())) if room.filled().is_empty() => Poll::Ready(None),
            Poll::Ready(Ok(())) => Poll::Ready(Some(Ok(Bytes::copy_from_slice(room.filled())))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_all_there_is_a_body_of_its_length() {
        let bodies: [WireBody; 5] = [
            Bytes::from_static(b"abc").into(),
            b"abc".to_vec().into(),
            "abc".to_owned().into(),
            "abc".into(),
            b"abc".as_slice().into(),
        ];
        for body in bodies {
            assert_eq!(body.length(), Some(3));
            assert_eq!(body.into_bytes().unwrap(), "abc");
        }
        let empty = WireBody::from(String::new());
        assert!(http_body::Body::is_end_stream(&empty));
        assert_eq!(empty.length(), Some(0));
    }
}
