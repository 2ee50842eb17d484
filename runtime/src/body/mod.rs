//! Bodies: what is sent, what comes back, and how a success is read.

mod incoming;
mod multipart;
mod outgoing;
mod raw;
mod read;

pub use incoming::ByteStream;
pub(crate) use incoming::Origin;
pub use multipart::{Form, Part};
pub(crate) use outgoing::Outgoing;
pub use outgoing::{Body, WireBody};
pub use raw::RawBody;
pub(crate) use raw::essence;
pub use read::{
    Read, bytes, events, json, json_lines, json_sequence, none, optional_json, stream, text,
    text_events,
};

/// An error of the source that a streamed body is read from.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A boxed stream of pieces of a body.
pub(crate) type PieceStream =
    std::pin::Pin<Box<dyn futures_core::Stream<Item = Result<bytes::Bytes, BoxError>> + Send>>;
