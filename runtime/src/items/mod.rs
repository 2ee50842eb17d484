//! Bodies of sequential media types, item by item while they arrive (OpenAPI 3.2, "Sequential Media
//! Types").

mod event;
mod events;
mod lines;
mod sequence;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use crate::body::ByteStream;
use crate::error::{ItemError, ItemProblem};
use crate::wire::{Decode, DecodeError, from_slice};
pub use event::ServerSentEvent;
use events::{Block, Events, Found};
use lines::Lines;
use sequence::{Sequence, Text};

/// The largest item of a stream that no client made, in bytes: what clients begin with too.
const LARGEST_ITEM: usize = 64 * 1024 * 1024;

/// The items of a body of a sequential media type, read one by one while they arrive.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// use portal_runtime::{ByteStream, ItemStream};
///
/// let mut numbers = ItemStream::<i64>::json_lines(ByteStream::from_bytes("1\n2\n"));
/// while let Some(number) = numbers.try_next().await? {
///     assert!(number > 0);
/// }
/// # Ok::<(), portal_runtime::ItemError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// An item that does not fit its type is an error, and the items after it can still be had: only
/// where [`ends_stream`](ItemError::ends_stream) says so is there nothing after an error. A body
/// that breaks off is an error too, never a silent end.
///
/// The idle timeout of the body holds between its pieces, whatever they are: comments of an event
/// stream count as life. An item may be as large as the client's `max_response_bytes` (64 MiB unless
/// set); see [`max_item_bytes`](Self::max_item_bytes). The stream as a whole has no limit. Dropping
/// it ends the response.
#[must_use = "nothing is read until the first item is asked for"]
pub struct ItemStream<T> {
    /// `None` once it has ended.
    body: Option<ByteStream>,
    input: BytesMut,
    framing: Framing,
    decode: DecodeItem<T>,
    limit: usize,
    operation: Option<&'static str>,
    /// Another media type that the server answered with.
    foreign: Option<String>,
    sentinel: Option<String>,
    /// How many items have come.
    count: u64,
}

/// How items are told apart.
enum Framing {
    Lines(Lines),
    Sequence(Sequence),
    Events(Events),
}

/// How an item is read, by what it is cut from.
enum DecodeItem<T> {
    Json(fn(&[u8]) -> Result<T, DecodeError>),
    Event(fn(&Block) -> Result<T, DecodeError>),
}

/// An item before it is read.
enum Frame {
    Json(Bytes),
    Event(Block),
}

/// An item is larger than allowed, or what stands between two items is.
struct TooLarge;

/// What stands in the place of an item.
struct Refused {
    problem: ItemProblem,
    raw: Option<Bytes>,
}

impl<T: Decode> ItemStream<T> {
    /// Reads JSON Lines (`application/jsonl`, `application/x-ndjson`): one JSON value a line. Lines
    /// end with LF or CRLF, the last one may end with the body, and blank ones are passed over.
    pub fn json_lines(body: ByteStream) -> Self {
        let framing = Framing::Lines(Lines::default());
        Self::new(body, framing, DecodeItem::Json(from_slice))
    }

    /// Reads a JSON text sequence (`application/json-seq`, RFC 7464): JSON texts that each begin
    /// with a record separator. A text that was cut short is an error, and the next one comes after
    /// it.
    pub fn json_sequence(body: ByteStream) -> Self {
        let framing = Framing::Sequence(Sequence::default());
        Self::new(body, framing, DecodeItem::Json(from_slice))
    }

    /// Reads server-sent events (`text/event-stream`) whose data are JSON into a
    /// [`ServerSentEvent`], or a model of the members `event`, `data`, `id` and `retry`.
    ///
    /// Data that are not JSON are taken as text where the type allows text, and are an error where
    /// it does not. Many servers end with such data, `[DONE]` for one: see [`until`](Self::until).
    ///
    /// Three things are other than browsers do them, so that nothing is lost in silence: an event
    /// that the end of the stream cuts short is an error, not dropped; bytes that are not UTF-8 are
    /// an error of their event, not replaced; and an answer of another media type is an error.
    pub fn events(body: ByteStream) -> Self {
        let framing = Framing::Events(Events::default());
        Self::new(body, framing, DecodeItem::Event(event::decode_json))
    }

    /// Reads server-sent events as [`events`](Self::events) does, with data that are text.
    pub fn text_events(body: ByteStream) -> Self {
        let framing = Framing::Events(Events::default());
        Self::new(body, framing, DecodeItem::Event(event::decode_text))
    }

    fn new(mut body: ByteStream, framing: Framing, decode: DecodeItem<T>) -> Self {
        let origin = body.take_origin();
        // Event streams skip what they do not know, so that anything at all would read as a stream
        // without events. Other framings notice.
        let is_events = matches!(framing, Framing::Events(_));
        let known = |found: &str| !is_events || matches!(found, "" | "text/event-stream");
        Self {
            body: Some(body),
            input: BytesMut::new(),
            framing,
            decode,
            limit: origin.as_ref().map_or(LARGEST_ITEM, |origin| origin.limit),
            operation: origin.as_ref().map(|origin| origin.operation),
            foreign: origin
                .map(|origin| origin.media_type)
                .filter(|found| !known(found)),
            sentinel: None,
            count: 0,
        }
    }
}

impl<T> ItemStream<T> {
    /// Sets how large an item may be, in bytes. A larger one ends the stream with an error. Default:
    /// the client's `max_response_bytes`.
    pub fn max_item_bytes(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Ends the stream at an item that is this text, such as `[DONE]`, which is not given. Of an
    /// event it is the data.
    ///
    /// OpenAPI has no word for such sentinels, so that only the application can say.
    pub fn until(mut self, sentinel: impl Into<String>) -> Self {
        self.sentinel = Some(sentinel.into());
        self
    }

    /// The id of the last event, to take an event stream up again where it stopped: sent in the
    /// header `Last-Event-ID`. `None` where no event had one, or it was empty or no text.
    pub fn last_event_id(&self) -> Option<&str> {
        let Framing::Events(events) = &self.framing else {
            return None;
        };
        let id = std::str::from_utf8(events.last_id.as_ref()?).ok()?;
        (!id.is_empty()).then_some(id)
    }

    /// How long the server of an event stream last asked to wait before connecting again.
    pub fn reconnection_time(&self) -> Option<Duration> {
        match &self.framing {
            Framing::Events(events) => events.retry,
            Framing::Lines(_) | Framing::Sequence(_) => None,
        }
    }

    /// Waits for the next item; `None` at the end. Nothing is lost when the wait is given up.
    ///
    /// # Errors
    /// When an item does not fit, or is too large; and as
    /// [`ByteStream::try_next`](ByteStream::try_next).
    pub async fn try_next(&mut self) -> Result<Option<T>, ItemError> {
        poll_fn(|context| self.poll_item(context)).await.transpose()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, ItemError>>> {
        if let Some(media_type) = self.foreign.take() {
            return Poll::Ready(Some(Err(self.fail(ItemProblem::MediaType(media_type)))));
        }
        loop {
            match self.cut() {
                Some(Ok(frame)) => return Poll::Ready(self.read(&frame)),
                Some(Err(refused)) => return Poll::Ready(Some(Err(self.refuse(refused)))),
                None if self.input.len() > self.limit => {
                    let problem = ItemProblem::TooLarge(self.limit);
                    return Poll::Ready(Some(Err(self.fail(problem))));
                }
                None => {}
            }
            let Some(body) = self.body.as_mut() else {
                return Poll::Ready(None);
            };
            match ready!(Pin::new(body).poll_next(context)) {
                Some(Ok(piece)) => self.input.extend_from_slice(&piece),
                Some(Err(error)) => {
                    return Poll::Ready(Some(Err(self.fail(ItemProblem::Transport(error)))));
                }
                // What is left is cut in the next round.
                None => self.body = None,
            }
        }
    }

    /// Cuts the next item out of what has come.
    fn cut(&mut self) -> Option<Result<Frame, Refused>> {
        let (input, ended, limit) = (&mut self.input, self.body.is_none(), self.limit);
        let cut = match &mut self.framing {
            Framing::Lines(lines) => {
                let line = lines.next(input, ended, limit)?;
                line.map(|line| Ok(Frame::Json(line)))
            }
            Framing::Sequence(sequence) => {
                let text = sequence.next(input, ended, limit)?;
                text.map(|text| match text {
                    Text::Whole(text) => Ok(Frame::Json(text)),
                    Text::Truncated(text) => Err(Refused::new(ItemProblem::Truncated, &text)),
                    Text::Stray(text) => Err(Refused::new(ItemProblem::Stray, &text)),
                })
            }
            Framing::Events(events) => {
                let found = events.next(input, ended, limit)?;
                found.map(|found| match found {
                    Found::Event(block) => Ok(Frame::Event(block)),
                    Found::Truncated(data) => Err(Refused::new(ItemProblem::Truncated, &data)),
                })
            }
        };
        Some(cut.unwrap_or(Err(Refused {
            problem: ItemProblem::TooLarge(limit),
            raw: None,
        })))
    }

    fn read(&mut self, frame: &Frame) -> Option<Result<T, ItemError>> {
        let raw = frame.raw();
        let is_sentinel = |sentinel: &String| raw.trim_ascii() == sentinel.as_bytes();
        if self.sentinel.as_ref().is_some_and(is_sentinel) {
            self.end();
            return None;
        }
        self.count += 1;
        let read = match (&self.decode, frame) {
            (DecodeItem::Json(decode), Frame::Json(text)) => decode(text),
            (DecodeItem::Event(decode), Frame::Event(block)) => decode(block),
            // Constructors pair them, so there is no other case.
            (DecodeItem::Json(_), Frame::Event(_)) | (DecodeItem::Event(_), Frame::Json(_)) => {
                Err(DecodeError::new("an item", "one of another framing", 0))
            }
        };
        Some(read.map_err(|problem| {
            let raw = Bytes::copy_from_slice(raw);
            self.error(ItemProblem::Decode(problem), self.count, Some(raw))
        }))
    }

    fn refuse(&mut self, refused: Refused) -> ItemError {
        if matches!(refused.problem, ItemProblem::TooLarge(_)) {
            return self.fail(refused.problem);
        }
        self.count += 1;
        self.error(refused.problem, self.count, refused.raw)
    }

    /// Ends the stream with an error of the item that was to come.
    fn fail(&mut self, problem: ItemProblem) -> ItemError {
        self.end();
        self.error(problem, self.count + 1, None)
    }

    fn end(&mut self) {
        self.body = None;
        self.input.clear();
        match &mut self.framing {
            Framing::Lines(lines) => *lines = Lines::default(),
            Framing::Sequence(sequence) => *sequence = Sequence::default(),
            // What the server said of the connection stays to be asked for.
            Framing::Events(events) => events.forget(),
        }
    }

    fn error(&self, problem: ItemProblem, item: u64, raw: Option<Bytes>) -> ItemError {
        ItemError::new(self.operation, item, problem, raw)
    }
}

impl Frame {
    /// The item as it came; of an event the data.
    fn raw(&self) -> &[u8] {
        match self {
            Self::Json(text) => text,
            Self::Event(block) => block.data.as_deref().unwrap_or_default(),
        }
    }
}

impl Refused {
    fn new(problem: ItemProblem, raw: &[u8]) -> Self {
        Self {
            problem,
            raw: Some(Bytes::copy_from_slice(raw)),
        }
    }
}

impl<T> Stream for ItemStream<T> {
    type Item = Result<T, ItemError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}

/// Items can hold personal data, so they do not show.
impl<T> fmt::Debug for ItemStream<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ItemStream")
            .field("operation", &self.operation)
            .field("items", &self.count)
            .finish_non_exhaustive()
    }
}
