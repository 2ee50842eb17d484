//! One server-sent event, and how its fields become JSON.

use std::time::Duration;

use super::events::Block;
use crate::wire::{Decode, DecodeError, Decoder, Shape, from_slice, to_vec};

/// An event of a `text/event-stream` (HTML, section 9.2), with its data read into `T`.
///
/// It is read from the object that OpenAPI 3.2 makes of an event ("Special Considerations for
/// Server-Sent Events"): the members `event`, `data`, `id` and `retry`, each there if it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerSentEvent<T = String> {
    /// The event's type. `None` where the server named none, which means `message`.
    pub event: Option<String>,
    /// The data: its lines with LF between them, as text or read as JSON.
    pub data: T,
    /// The id, by which a stream can be taken up again: see
    /// [`last_event_id`](crate::ItemStream::last_event_id).
    pub id: Option<String>,
    /// How long to wait before connecting again.
    pub retry: Option<Duration>,
}

impl<T> ServerSentEvent<T> {
    /// The event's type; `message` where the server named none.
    pub fn event_type(&self) -> &str {
        match self.event.as_deref() {
            None | Some("") => "message",
            Some(name) => name,
        }
    }
}

impl ServerSentEvent<String> {
    /// Reads the data as JSON.
    ///
    /// # Errors
    /// When the data are not JSON, as sentinels such as `[DONE]` are not, or do not fit the type.
    pub fn json<T: Decode>(&self) -> Result<T, DecodeError> {
        from_slice(self.data.as_bytes())
    }
}

impl<T: Decode> Decode for ServerSentEvent<T> {
    const SHAPE: Shape = Shape::MAP.with_secrets_of(T::SHAPE);

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let start = decoder.offset();
        let (mut event, mut data, mut id, mut retry) = (None, None, None, None::<u64>);
        decoder.entries(&mut |key, decoder| {
            let read = match &*key {
                "event" => Option::decode(decoder).map(|value| event = value),
                "data" => T::decode(decoder).map(|value| data = Some(value)),
                "id" => Option::decode(decoder).map(|value| id = value),
                "retry" => Option::decode(decoder).map(|value| retry = value),
                _ => decoder.skip(),
            };
            read.map_err(|error| error.in_key(&key))
        })?;
        let data =
            data.ok_or_else(|| DecodeError::new("an event with data", "one without", start))?;
        Ok(Self {
            event,
            data,
            id,
            retry: retry.map(Duration::from_millis),
        })
    }

    fn vacant(boxes: u8) -> Option<Self> {
        Some(Self {
            event: None,
            data: T::vacant(boxes)?,
            id: None,
            retry: None,
        })
    }
}

/// Reads an event whose data are JSON.
///
/// Data that are not JSON, or a single value in JSON, are taken as text where the type allows one.
pub(super) fn decode_json<T: Decode>(block: &Block) -> Result<T, DecodeError> {
    let data = text(block.data.as_deref(), "data")?;
    let problem = match json(data) {
        Ok(json) => match from_slice(&document(block, json.as_bytes())?) {
            Ok(item) => return Ok(item),
            Err(problem) if json.starts_with(['{', '[']) => return Err(problem),
            Err(problem) => problem,
        },
        Err(problem) => problem.in_key("data"),
    };
    decode_text(block).map_err(|_| problem)
}

/// Reads an event whose data are text.
pub(super) fn decode_text<T: Decode>(block: &Block) -> Result<T, DecodeError> {
    let data = quoted(text(block.data.as_deref(), "data")?);
    from_slice(&document(block, &data)?)
}

/// The one JSON value that a text is.
fn json(text: &str) -> Result<&str, DecodeError> {
    let mut decoder = Decoder::over(text);
    let value = decoder.raw()?;
    decoder.finish()?;
    Ok(value)
}

/// The event as a JSON object, given its data as JSON.
fn document(block: &Block, data: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::with_capacity(data.len() + 64);
    out.push(b'{');
    for (name, value) in [("event", &block.event), ("id", &block.id)] {
        if let Some(value) = value {
            out.extend_from_slice(&quoted(name));
            out.push(b':');
            out.extend_from_slice(&quoted(text(Some(value), name)?));
            out.push(b',');
        }
    }
    if let Some(retry) = block.retry {
        out.extend_from_slice(format!("\"retry\":{retry},").as_bytes());
    }
    out.extend_from_slice(b"\"data\":");
    out.extend_from_slice(data);
    out.push(b'}');
    Ok(out)
}

fn quoted(text: &str) -> Vec<u8> {
    // Only numbers can fail to be written.
    to_vec(text).unwrap_or_default()
}

/// A field as text. HTML would put replacement characters for what is not UTF-8; nothing is lost here.
fn text<'b>(bytes: Option<&'b [u8]>, field: &str) -> Result<&'b str, DecodeError> {
    std::str::from_utf8(bytes.unwrap_or_default()).map_err(|error| {
        DecodeError::new("text in UTF-8", "other bytes", error.valid_up_to()).in_key(field)
    })
}
