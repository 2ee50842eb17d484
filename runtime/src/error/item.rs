//! Errors of bodies that are read item by item.

use std::fmt;

use bytes::Bytes;

use super::TransportError;
use crate::wire::DecodeError;

/// An item of an [`ItemStream`](crate::ItemStream) could not be had.
///
/// The item as it came is kept, but not shown: items can hold personal data.
#[derive(Clone)]
pub struct ItemError {
    operation: Option<&'static str>,
    item: u64,
    problem: ItemProblem,
    raw: Option<Bytes>,
}

/// Why an item could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemProblem {
    /// The item does not fit its type. The stream goes on.
    Decode(DecodeError),
    /// The item was cut short, by the end of the body or the beginning of the next. The stream goes
    /// on.
    Truncated,
    /// There are bytes between items that belong to none. The stream goes on.
    Stray,
    /// The item is larger than this many bytes. The stream ends.
    TooLarge(usize),
    /// The body is of another media type, this one. The stream ends.
    MediaType(String),
    /// The body broke off, or stalled. The stream ends.
    Transport(TransportError),
}

impl ItemError {
    pub(crate) fn new(
        operation: Option<&'static str>,
        item: u64,
        problem: ItemProblem,
        raw: Option<Bytes>,
    ) -> Self {
        Self {
            operation,
            item,
            problem,
            raw,
        }
    }

    /// The operation, as the document names it; `None` where the body came from no call.
    pub fn operation(&self) -> Option<&'static str> {
        self.operation
    }

    /// Which item it was, counted from 1.
    pub fn item(&self) -> u64 {
        self.item
    }

    /// What is wrong.
    pub fn problem(&self) -> &ItemProblem {
        &self.problem
    }

    /// The item as it came, where it came whole or in part; of a server-sent event the data.
    pub fn raw(&self) -> Option<&Bytes> {
        self.raw.as_ref()
    }

    /// Returns true when no items come after this error.
    pub fn ends_stream(&self) -> bool {
        match &self.problem {
            ItemProblem::Decode(_) | ItemProblem::Truncated | ItemProblem::Stray => false,
            ItemProblem::TooLarge(_) | ItemProblem::MediaType(_) | ItemProblem::Transport(_) => {
                true
            }
        }
    }

    /// Returns true when the same call may give all items a while later.
    pub fn is_retryable(&self) -> bool {
        match &self.problem {
            ItemProblem::Transport(error) => error.is_retryable(),
            ItemProblem::Truncated => true,
            ItemProblem::Decode(_)
            | ItemProblem::Stray
            | ItemProblem::TooLarge(_)
            | ItemProblem::MediaType(_) => false,
        }
    }
}

impl fmt::Display for ItemError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(out, "{operation}, ")?;
        }
        write!(out, "item {}: ", self.item)?;
        match &self.problem {
            ItemProblem::Decode(error) => error.fmt(out),
            ItemProblem::Truncated => out.write_str("it is cut short; try again"),
            ItemProblem::Stray => {
                out.write_str("it belongs to no item; ask the server's operator what it sends")
            }
            ItemProblem::TooLarge(limit) => write!(
                out,
                "it is larger than {limit} bytes; raise max_item_bytes(..)"
            ),
            ItemProblem::MediaType(found) => write!(
                out,
                "the server sent {} where a stream of events was expected; ask for one as the server \
                 wants it, which may be a property of the request's body",
                crate::json::tidy(found)
            ),
            ItemProblem::Transport(error) => error.fmt(out),
        }
    }
}

impl fmt::Debug for ItemError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ItemError")
            .field("operation", &self.operation)
            .field("item", &self.item)
            .field("problem", &self.problem)
            .field("raw_length", &self.raw.as_ref().map(Bytes::len))
            .finish()
    }
}

impl std::error::Error for ItemError {}
