//! Access tokens: how they are asked for, kept and renewed.
//!
//! A slot keeps one token and asks its source for the next. There are two sources: the client's own
//! credentials, and the session of a user who logged in. Dialects, replies and records are the same
//! for all grants.

mod clock;
mod credentials;
mod dialect;
mod endpoint;
mod lifetime;
#[cfg(test)]
mod model;
mod random;
mod record;
mod reply;
mod scopes;
mod session;
mod shelf;
mod slot;
#[cfg(test)]
mod slot_tests;
mod source;
mod sync;

pub use clock::{Clock, Moment, SystemClock};
pub(crate) use credentials::{ClientCredentials, Credentials, CredentialsProvider, timely};
pub(crate) use dialect::basic;
pub use dialect::{ClientAuthentication, Dialect, Parameters};
pub(crate) use endpoint::{Granted, OnMissingScopes, TokenEndpoint, scope_parameter, token_text};
pub(crate) use random::{challenge, same, unguessable};
pub(crate) use reply::bearer;
pub(crate) use scopes::{check_scopes, scope_set};
pub(crate) use session::{Session, Sessions};
pub(crate) use slot::Slot;
#[cfg(feature = "internals")]
pub(crate) use slot::{Token, TokenSource};
pub(crate) use source::ClientCredentialsSource;
pub use source::IdentityProvider;
