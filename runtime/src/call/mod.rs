//! A call: a request being made, sent when it is awaited.

mod raw;
mod target;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

pub(crate) use raw::RawCall;

use crate::api::Operation;
use crate::body::{Body, Form, Read};
use crate::client::{Answer, AnswerBody, Client, Plan};
use crate::error::{ApiError, Error, ErrorBody, ResponseError, UndeclaredSuccess};
use crate::page::Paging;
use crate::percent::Encoding;
use crate::response::Response;
use crate::retry::RetryPolicy;
use crate::style::{Style, Writing};
use crate::wire::{Encode, ParamValue, ToParam};

/// The future of a call.
pub type CallFuture<T, E, H = ()> =
    Pin<Box<dyn Future<Output = Result<Response<T, H>, Error<E>>> + Send>>;

/// How one field of a form is written; fields without one are written as `form` with explode, and
/// objects as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldEncoding {
    /// The field's name.
    pub name: &'static str,
    /// How its value is written.
    pub style: Style,
    /// Whether lists and objects are spread over several fields.
    pub explode: bool,
    /// Whether reserved characters stay as they are.
    pub reserved: bool,
}

/// A request in the making, which is sent when it is awaited.
///
/// `T` is the body of a success, `E` the declared errors and `H` the declared response headers.
/// What is wrong with a value is kept and comes as [`Error::Request`] when the call is awaited.
/// Values that are absent (`None`) are not sent.
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T, E, H = ()> {
    raw: RawCall,
    read: fn() -> Read<T>,
    types: PhantomData<fn() -> (E, H)>,
}

impl<T, E, H> Call<T, E, H> {
    pub(crate) fn new(client: Client, operation: &'static Operation<T, E>) -> Self {
        let raw = RawCall::new(client, &operation.facts);
        Self {
            raw,
            read: operation.read,
            types: PhantomData,
        }
    }

    /// Fills in a path parameter, style `simple`.
    pub fn path(self, name: &'static str, value: impl ToParam) -> Self {
        self.path_styled(name, Style::Simple, false, value)
    }

    /// Fills in a path parameter: `Simple`, `Label` or `Matrix`.
    pub fn path_styled(
        mut self,
        name: &'static str,
        style: Style,
        explode: bool,
        value: impl ToParam,
    ) -> Self {
        self.raw.path(
            name,
            writing(style, explode, Encoding::Strict),
            value.to_param(),
        );
        self
    }

    /// Adds a query parameter, style `form` with explode.
    pub fn query(self, name: &str, value: impl ToParam) -> Self {
        self.query_styled(name, Style::Form, true, value)
    }

    /// Sets a query parameter, style `form` with explode, in place of any of the same name.
    pub fn set_query(mut self, name: &str, value: impl ToParam) -> Self {
        self.raw.drop_query(name);
        self.query(name, value)
    }

    /// Sets the parameters that ask for the first page, for operations that require them.
    pub fn paged(mut self, paging: &Paging) -> Self {
        self.raw.replace_query(paging.index, paging.first);
        self.raw.replace_query(paging.size, paging.default_size);
        self
    }

    /// Adds a query parameter: `Form`, `SpaceDelimited`, `PipeDelimited`, `TabDelimited` or
    /// `DeepObject`.
    pub fn query_styled(
        mut self,
        name: &str,
        style: Style,
        explode: bool,
        value: impl ToParam,
    ) -> Self {
        self.raw.query(
            name,
            writing(style, explode, Encoding::Strict),
            value.to_param(),
        );
        self
    }

    /// Adds a query parameter whose reserved characters stay as they are (`allowReserved`), except
    /// for `#`, `[`, `]`, `&` and `+`, which would change what the server reads.
    pub fn query_reserved(
        mut self,
        name: &str,
        style: Style,
        explode: bool,
        value: impl ToParam,
    ) -> Self {
        self.raw.query(
            name,
            writing(style, explode, Encoding::Reserved),
            value.to_param(),
        );
        self
    }

    /// Adds a query parameter whose value is JSON (a `content` parameter).
    pub fn query_json(mut self, name: &str, value: &(impl Encode + ?Sized)) -> Self {
        if let Some(json) = self.raw.encoded(name, value) {
            self.raw.query(
                name,
                writing(Style::Form, true, Encoding::Strict),
                Ok(ParamValue::Scalar(json)),
            );
        }
        self
    }

    /// Sets a header, style `simple`; one of the same name is replaced.
    pub fn header(self, name: &str, value: impl ToParam) -> Self {
        self.header_styled(name, false, value)
    }

    /// Sets a header, style `simple` with or without explode.
    pub fn header_styled(mut self, name: &str, explode: bool, value: impl ToParam) -> Self {
        self.raw.header(
            name,
            writing(Style::Simple, explode, Encoding::Verbatim),
            value.to_param(),
        );
        self
    }

    /// Sets a header whose value is JSON (a `content` parameter).
    pub fn header_json(mut self, name: &str, value: &(impl Encode + ?Sized)) -> Self {
        if let Some(json) = self.raw.encoded(name, value) {
            self.raw.header(
                name,
                writing(Style::Simple, false, Encoding::Verbatim),
                Ok(ParamValue::Scalar(json)),
            );
        }
        self
    }

    /// Adds a cookie, style `form` with explode.
    pub fn cookie(self, name: &str, value: impl ToParam) -> Self {
        self.cookie_styled(name, true, value)
    }

    /// Adds a cookie, style `form` with or without explode.
    pub fn cookie_styled(mut self, name: &str, explode: bool, value: impl ToParam) -> Self {
        self.raw.cookie(
            name,
            writing(Style::Form, explode, Encoding::Strict),
            value.to_param(),
        );
        self
    }

    /// Adds a cookie whose value is JSON (a `content` parameter).
    pub fn cookie_json(mut self, name: &str, value: &(impl Encode + ?Sized)) -> Self {
        if let Some(json) = self.raw.encoded(name, value) {
            self.raw.cookie(
                name,
                writing(Style::Form, true, Encoding::Strict),
                Ok(ParamValue::Scalar(json)),
            );
        }
        self
    }

    /// Fills in a path parameter whose value is JSON (a `content` parameter).
    pub fn path_json(mut self, name: &'static str, value: &(impl Encode + ?Sized)) -> Self {
        if let Some(json) = self.raw.encoded(name, value) {
            self.raw.path(
                name,
                writing(Style::Simple, false, Encoding::Strict),
                Ok(ParamValue::Scalar(json)),
            );
        }
        self
    }

    /// Sets a JSON body, sent as `application/json`.
    pub fn json(self, value: &(impl Encode + ?Sized)) -> Self {
        self.json_as("application/json", value)
    }

    /// Sets a JSON body with a media type of its own.
    pub fn json_as(mut self, media_type: &str, value: &(impl Encode + ?Sized)) -> Self {
        if let Some(json) = self.raw.encoded("the body", value) {
            self.raw.body(media_type, json.into());
        }
        self
    }

    /// Sets a body of form fields (`application/x-www-form-urlencoded`): the properties of an
    /// object. Spaces are sent as `+`.
    pub fn form(mut self, value: &(impl Encode + ?Sized), encodings: &[FieldEncoding]) -> Self {
        if let Some(json) = self.raw.encoded("the body", value) {
            self.raw.form(&json, encodings);
        }
        self
    }

    /// Sets a multipart body.
    pub fn multipart(mut self, form: Form) -> Self {
        match form.finish() {
            Ok((content_type, body)) => self.raw.body(&content_type, Body(body)),
            Err(error) => self
                .raw
                .problem(format!("the body cannot be written as JSON: {error}")),
        }
        self
    }

    /// Sets a text body, XML included. It is sent in UTF-8.
    pub fn text(mut self, media_type: &str, text: impl Into<String>) -> Self {
        self.raw.body(media_type, Body::from(text.into()));
        self
    }

    /// Sets a body of bytes, a file or a stream.
    pub fn bytes(mut self, media_type: &str, body: impl Into<Body>) -> Self {
        self.raw.body(media_type, body.into());
        self
    }

    /// Limits how long the call may take, all attempts and waits included.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.raw.timeout = Some(limit);
        self
    }

    /// Sets when this call is repeated, in place of the client's policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.raw.retry = Some(policy);
        self
    }

    /// Declares that sending this request twice does no more than sending it once, so that it is
    /// repeated after more kinds of failure.
    pub fn idempotent(mut self) -> Self {
        self.raw.idempotent = true;
        self
    }

    /// Gets what this call proves itself with, and does not send it: the access token with the scopes that its operation
    /// requires, where it takes one. The tokens of a client are shared, so the first call with these scopes then waits
    /// for none, and a program finds out when it starts that its credentials are wrong.
    ///
    /// # Errors
    /// As the call would fail before it is sent.
    pub fn authenticate(self) -> impl Future<Output = Result<(), Error<E>>> + Send
    where
        E: ErrorBody,
    {
        // Only this part of the call is needed, and it is the same for all types.
        let raw = self.raw;
        async move {
            let authenticated = crate::client::authenticate(&raw).await;
            authenticated.map_err(|error| error.map_api(declared))
        }
    }

    /// The same call, whose response does without declared headers.
    pub(crate) fn without_headers(self) -> Call<T, E> {
        Call {
            raw: self.raw,
            read: self.read,
            types: PhantomData,
        }
    }

    pub(crate) fn raw(&self) -> &RawCall {
        &self.raw
    }

    pub(crate) fn raw_mut(&mut self) -> &mut RawCall {
        &mut self.raw
    }
}

impl<T, E: ErrorBody, H> IntoFuture for Call<T, E, H>
where
    T: 'static,
    H: 'static,
{
    type Output = Result<Response<T, H>, Error<E>>;
    type IntoFuture = CallFuture<T, E, H>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(send(self.raw, self.read))
    }
}

/// The only part of sending that is compiled for each operation.
async fn send<T, E: ErrorBody, H>(
    raw: RawCall,
    read: fn() -> Read<T>,
) -> Result<Response<T, H>, Error<E>> {
    let plan = move |status: u16| Plan::of(&read(), status);
    let answer = raw
        .send(&plan)
        .await
        .map_err(|error| error.map_api(declared))?;
    convert(answer, read)
}

/// Reads an error body into the type that the operation declares.
fn declared<E: ErrorBody>(error: ApiError<()>) -> ApiError<E> {
    let ApiError {
        operation,
        status,
        headers,
        raw,
        outcome,
        ..
    } = error;
    ApiError {
        operation,
        status,
        headers,
        body: E::decode(status.as_u16(), &raw),
        raw,
        outcome,
    }
}

/// Reads the body of a success.
fn convert<T, E, H>(answer: Answer, read: fn() -> Read<T>) -> Result<Response<T, H>, Error<E>> {
    let Answer {
        operation,
        status,
        headers,
        body,
    } = answer;
    let body = match (read().settle(status.as_u16()), body) {
        (Some(Read::Whole(read)), AnswerBody::Whole(raw)) => match read(&raw) {
            Ok(body) => body,
            Err(problem) => {
                let error = ResponseError {
                    operation,
                    status,
                    headers,
                    problem,
                    raw,
                };
                crate::trace::misfit(&error);
                return Err(Error::Decode(Box::new(error)));
            }
        },
        (Some(Read::Stream(read)), AnswerBody::Stream(stream)) => read(stream),
        (_, body) => {
            let raw = body.whole();
            let error = UndeclaredSuccess {
                operation,
                status,
                headers,
                raw,
            };
            return Err(Error::UndeclaredSuccess(Box::new(error)));
        }
    };
    Ok(Response::new(status, headers, body))
}

const fn writing(style: Style, explode: bool, encoding: Encoding) -> Writing {
    Writing {
        style,
        explode,
        encoding,
    }
}

/// A copy shares the body where that is a stream: only one of them can send it.
impl<T, E, H> Clone for Call<T, E, H> {
    fn clone(&self) -> Self {
        Self {
            raw: self.raw.clone(),
            read: self.read,
            types: PhantomData,
        }
    }
}

impl<T, E, H> fmt::Debug for Call<T, E, H> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.raw, out)
    }
}

/// What can be set on a call of any operation, beside its own parameters.
///
/// Implemented by every type that [`operation!`](crate::operation) makes.
pub trait CallExt: Sized {
    /// The body of a success.
    type Body;
    /// The declared errors.
    type Errors;
    /// The declared response headers.
    type Headers;

    /// Gives the plain call inside.
    fn into_call(self) -> Call<Self::Body, Self::Errors, Self::Headers>;

    /// Puts a plain call into this type.
    #[must_use]
    fn from_call(call: Call<Self::Body, Self::Errors, Self::Headers>) -> Self;

    /// Limits how long the call may take, all attempts and waits included.
    #[must_use]
    fn timeout(self, limit: Duration) -> Self {
        Self::from_call(self.into_call().timeout(limit))
    }

    /// Sets when this call is repeated, in place of the client's policy.
    #[must_use]
    fn retry(self, policy: RetryPolicy) -> Self {
        Self::from_call(self.into_call().retry(policy))
    }

    /// Declares that sending this request twice does no more than sending it once.
    #[must_use]
    fn idempotent(self) -> Self {
        Self::from_call(self.into_call().idempotent())
    }

    /// Gets what this call proves itself with, and does not send it: see [`Call::authenticate`].
    fn authenticate(self) -> impl Future<Output = Result<(), Error<Self::Errors>>> + Send
    where
        Self::Errors: ErrorBody,
    {
        self.into_call().authenticate()
    }

    /// Sets a header that the document does not declare.
    #[must_use]
    fn header(self, name: &str, value: impl ToParam) -> Self {
        Self::from_call(self.into_call().header(name, value))
    }

    /// Adds a query parameter that the document does not declare.
    #[must_use]
    fn query(self, name: &str, value: impl ToParam) -> Self {
        Self::from_call(self.into_call().query(name, value))
    }
}
