//! How the body of a success is read: the last argument of [`Operation::new`](crate::Operation::new).

use bytes::Bytes;

use super::{ByteStream, RawBody};
use crate::items::ItemStream;
use crate::wire::{Decode, DecodeError, from_slice};

/// How a success is read into a `T`.
pub enum Read<T> {
    /// The body is read whole, up to the client's limit, and then converted.
    Whole(fn(&RawBody) -> Result<T, DecodeError>),
    /// The body is handed on while it arrives.
    Stream(fn(ByteStream) -> T),
    /// It depends on the status; `None` for one that is not declared.
    ByStatus(fn(u16) -> Option<Read<T>>),
}

impl<T> Read<T> {
    /// Settles what depends on the status; `None` for a status that is not declared.
    pub(crate) fn settle(self, status: u16) -> Option<Self> {
        match self {
            Self::ByStatus(choose) => choose(status)?.settle(status),
            settled => Some(settled),
        }
    }
}

/// Reads JSON. An empty body is an error; [`optional_json`] takes one.
pub fn json<T: Decode>() -> Read<T> {
    Read::Whole(|body| {
        if body.is_empty() {
            return Err(DecodeError::new("a JSON document", "an empty body", 0));
        }
        from_slice(body.without_mark())
    })
}

/// Reads JSON, or `None` from an empty body.
pub fn optional_json<T: Decode>() -> Read<Option<T>> {
    Read::Whole(|body| match body.without_mark().trim_ascii() {
        [] => Ok(None),
        json => from_slice(json).map(Some),
    })
}

/// Reads text, XML included, in the charset of its media type.
pub fn text() -> Read<String> {
    Read::Whole(|body| body.text().map(std::borrow::Cow::into_owned))
}

/// Reads all bytes.
pub fn bytes() -> Read<Bytes> {
    Read::Whole(|body| Ok(body.bytes().clone()))
}

/// Hands on the bytes while they arrive, without a limit on how many.
pub fn stream() -> Read<ByteStream> {
    Read::Stream(|body| body)
}

/// Hands on the values of JSON Lines while they arrive; see [`ItemStream::json_lines`].
pub fn json_lines<T: Decode>() -> Read<ItemStream<T>> {
    Read::Stream(ItemStream::json_lines)
}

/// Hands on the texts of a JSON text sequence while they arrive; see [`ItemStream::json_sequence`].
pub fn json_sequence<T: Decode>() -> Read<ItemStream<T>> {
    Read::Stream(ItemStream::json_sequence)
}

/// Hands on server-sent events while they arrive, with data that are JSON; see
/// [`ItemStream::events`].
pub fn events<T: Decode>() -> Read<ItemStream<T>> {
    Read::Stream(ItemStream::events)
}

/// Hands on server-sent events while they arrive, with data that are text; see
/// [`ItemStream::text_events`].
pub fn text_events<T: Decode>() -> Read<ItemStream<T>> {
    Read::Stream(ItemStream::text_events)
}

/// Takes no notice of a body.
pub fn none() -> Read<()> {
    Read::Whole(|_| Ok(()))
}
