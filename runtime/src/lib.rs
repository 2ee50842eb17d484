//! What generated API clients stand on: transport, credentials, retries, errors and wire types.
//!
//! Generated code holds data (paths, names, scopes, types) and thin methods; everything that
//! happens when a call is awaited happens here.
//!
//! | what an application does | with |
//! |---|---|
//! | sets up a client: credentials, hosts, timeouts, proxies, certificates | [`Builder`], [`RetryPolicy`] |
//! | lets users log in | [`Login`], [`TokenStore`] |
//! | makes a call, and changes one call's settings | [`Call`], [`CallExt`] |
//! | reads what came back | [`Response`], [`page::Items`], [`ByteStream`], [`ItemStream`] |
//! | finds out what went wrong | [`Error`] by layer; [`AnyError`] for all operations at once |
//! | sends files and forms | [`Body`], [`Form`], [`Part`] |
//! | handles money, times, secrets, `null` | [`Decimal`], [`DateTime`], [`Secret`], [`Nullable`] |
//! | looks at requests, or answers them in tests | [`Middleware`], [`Transport`] |
//!
//! Everything runs on Tokio. Time limits count in the units of [`std::time::Duration`], sizes in
//! bytes; each setting names its default.
//!
//! Cargo features:
//! - `rustls-ring` (default) and `rustls-aws-lc`: TLS by rustls, on ring or on aws-lc, which wins
//!   where both are on. Without either the application sets a [`Transport`] of its own.
//! - `tracing`: a span for each call, and events for attempts, waits and requests for tokens, named
//!   after OpenTelemetry's conventions. No value of a parameter, header or body is in them.
//! - `redis`: `store::RedisStore`, for tokens that several machines share.
//! - `testing`: a scripted server on loopback, and what generated tests compare with; for tests alone.
//! - `serde`: `Serialize` and `Deserialize` for wire types and models.

// What panics on input stops somebody's program; tests may.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::exit
    )
)]

mod api;
pub mod body;
mod call;
mod client;
mod error;
mod gateway;
mod httpdate;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
mod items;
mod json;
mod macros;
mod oauth;
pub mod page;
mod percent;
mod response;
mod retry;
mod scope;
pub mod store;
mod style;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
pub mod transport;

pub use api::{Api, Operation, Requirement, Status};
pub use body::{Body, ByteStream, Form, Part, RawBody};
pub use call::{Call, CallExt, CallFuture, FieldEncoding};
pub use client::{
    AuthorizationCodeGrant, AuthorizationEndpoint, AuthorizationRequest, Builder, Client,
    DeviceAuthorization, DeviceCodeGrant, DeviceFlow, ForPortal, ForService, Login, PasswordGrant,
    Portal, Scheme, SecurityScheme, Server, ServerVariable, Service, SubscriptionKey, TokenSet,
    UserLogin,
};
pub use error::{
    AnyError, ApiError, ConfigError, Erased, Error, ErrorBody, ErrorDetails, ErrorItem,
    GatewayError, GatewayReason, IdentityProviderError, IdentityProviderReason, ItemError,
    ItemProblem, Outcome, PagingError, RequestError, ResponseError, TimeoutError, TimeoutKind,
    TransportError, TransportErrorKind, Undeclared, UndeclaredSuccess,
};
pub use items::{ItemStream, ServerSentEvent};
pub use oauth::{
    ClientAuthentication, Clock, Dialect, IdentityProvider, Moment, Parameters, SystemClock,
};
pub use response::{FromHeaders, HeaderError, Response};
pub use retry::RetryPolicy;
pub use scope::{
    Access, AnyBundle, Bundle, BundleFacts, Grants, Mode, Permission, StaticBundle, Within,
};
pub use store::{FileStore, MemoryStore, TokenStore};
pub use style::Style;
pub use transport::{
    Attempt, HttpTransport, HttpTransportBuilder, Middleware, Next, Transport, TransportRequest,
    TransportResponse,
};

pub use bytes::Bytes;
pub use futures_core::Stream;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
#[cfg(feature = "redis")]
pub use redis;
pub use reqwest;

/// What macros of this crate need; not for anything else.
#[doc(hidden)]
pub mod __private {
    pub use crate::macros::support::*;
    pub use crate::response::{optional, required};
    pub use bytes::Bytes;
}

pub mod wire;

pub use wire::{
    Base64, Date, DateTime, Decimal, Decode, DecodeError, Duration, Encode, EncodeError, Json,
    LocalDateTime, Nullable, OffsetDateTime, ParamValue, Secret, Time, Timestamp, ToParam, Uuid,
    date,
};
