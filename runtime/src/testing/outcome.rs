//! What calls gave, in a form that does not depend on their types, so that comparing is compiled once.

use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;

use crate::body::ByteStream;
use crate::call::CallFuture;
use crate::error::{Error, ErrorBody};
use crate::items::ItemStream;
use crate::wire::{Encode, to_vec};

/// A call on its way, as the readers of this module give it.
pub type Reading = Pin<Box<dyn Future<Output = Result<Seen, Failed>> + Send>>;

/// What a success was read into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    Nothing,
    /// A value, written as JSON again.
    Json(Vec<u8>),
    /// Text or bytes, as they came.
    Bytes(Vec<u8>),
    /// So many items.
    Items(usize),
    /// The variant of an enum over several kinds of success.
    Variant(String),
}

/// What an error says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// The status that was answered.
    pub status: Option<u16>,
    /// Whether the API itself refused, rather than another layer.
    pub by_api: bool,
    /// The variant of the operation's errors, where the API refused.
    pub variant: String,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
    /// The error in words.
    pub text: String,
    /// The body of the answer, where the API refused.
    pub raw: String,
}

impl Failed {
    fn of<E: ErrorBody>(error: &Error<E>) -> Self {
        Self {
            status: error.status().map(|status| status.as_u16()),
            by_api: error.api().is_some(),
            variant: error
                .api()
                .map(|error| variant(&error.body))
                .unwrap_or_default(),
            retry_after: error.retry_after(),
            text: error.to_string(),
            raw: error.api().map_or_else(String::new, |error| {
                String::from_utf8_lossy(error.raw.bytes()).into_owned()
            }),
        }
    }

    fn while_reading(error: &impl std::fmt::Display) -> Self {
        Self {
            text: error.to_string(),
            ..Self::default()
        }
    }
}

/// The first word of what a value looks like: the variant, if it is an enum.
fn variant(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let is_word = |character: char| character == '_' || character.is_alphanumeric();
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    text[..end].to_owned()
}

async fn body<T, E: ErrorBody, H>(future: CallFuture<T, E, H>) -> Result<T, Failed> {
    let answer = future.await;
    let answer = answer.map_err(|error| Failed::of(&error))?;
    Ok(answer.into_body())
}

fn written(value: &impl Encode) -> Result<Seen, Failed> {
    let json = to_vec(value).map_err(|error| Failed::while_reading(&error))?;
    Ok(Seen::Json(json))
}

/// Reads an answer of JSON, and writes it as JSON again.
pub fn json<T, E, H>(
    call: impl IntoFuture<IntoFuture = CallFuture<T, E, H>, Output = CallOutput<T, E, H>>,
) -> Reading
where
    T: Encode + Send + 'static,
    E: ErrorBody,
    H: 'static,
{
    let future = call.into_future();
    Box::pin(async move { written(&body(future).await?) })
}

/// Reads an answer of JSON that may be missing.
pub fn optional_json<T, E, H>(
    call: impl IntoFuture<
        IntoFuture = CallFuture<Option<T>, E, H>,
        Output = CallOutput<Option<T>, E, H>,
    >,
) -> Reading
where
    T: Encode + Send + 'static,
    E: ErrorBody,
    H: 'static,
{
    let future = call.into_future();
    Box::pin(async move {
        match body(future).await? {
            Some(value) => written(&value),
            None => Ok(Seen::Nothing),
        }
    })
}

/// Reads an answer without a body.
pub fn none<E: ErrorBody, H: 'static>(
    call: impl IntoFuture<IntoFuture = CallFuture<(), E, H>, Output = CallOutput<(), E, H>>,
) -> Reading {
    let future = call.into_future();
    Box::pin(async move { body(future).await.map(|()| Seen::Nothing) })
}

/// Reads an answer of text.
pub fn text<E: ErrorBody, H: 'static>(
    call: impl IntoFuture<IntoFuture = CallFuture<String, E, H>, Output = CallOutput<String, E, H>>,
) -> Reading {
    let future = call.into_future();
    Box::pin(async move { Ok(Seen::Bytes(body(future).await?.into_bytes())) })
}

/// Reads an answer of bytes.
pub fn bytes<E: ErrorBody, H: 'static>(
    call: impl IntoFuture<IntoFuture = CallFuture<Bytes, E, H>, Output = CallOutput<Bytes, E, H>>,
) -> Reading {
    let future = call.into_future();
    Box::pin(async move { Ok(Seen::Bytes(body(future).await?.to_vec())) })
}

/// Reads a streamed answer to its end.
pub fn stream<E: ErrorBody, H: 'static>(
    call: impl IntoFuture<
        IntoFuture = CallFuture<ByteStream, E, H>,
        Output = CallOutput<ByteStream, E, H>,
    >,
) -> Reading {
    let future = call.into_future();
    Box::pin(async move {
        let bytes = body(future).await?.bytes().await;
        let bytes = bytes.map_err(|error| Failed::while_reading(&error))?;
        Ok(Seen::Bytes(bytes.to_vec()))
    })
}

/// Reads a streamed answer item by item.
pub fn items<T, E, H>(
    call: impl IntoFuture<
        IntoFuture = CallFuture<ItemStream<T>, E, H>,
        Output = CallOutput<ItemStream<T>, E, H>,
    >,
) -> Reading
where
    T: Send + 'static,
    E: ErrorBody,
    H: 'static,
{
    let future = call.into_future();
    Box::pin(async move {
        let mut items = body(future).await?;
        let mut count = 0;
        while let Some(_item) = items
            .try_next()
            .await
            .map_err(|error| Failed::while_reading(&error))?
        {
            count += 1;
        }
        Ok(Seen::Items(count))
    })
}

/// Reads an answer of several kinds.
pub fn several<T, E, H>(
    call: impl IntoFuture<IntoFuture = CallFuture<T, E, H>, Output = CallOutput<T, E, H>>,
) -> Reading
where
    T: Debug + Send + 'static,
    E: ErrorBody,
    H: 'static,
{
    let future = call.into_future();
    Box::pin(async move { Ok(Seen::Variant(variant(&body(future).await?))) })
}

/// What a call gives.
type CallOutput<T, E, H> = Result<crate::response::Response<T, H>, Error<E>>;
