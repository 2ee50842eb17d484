//! Access tokens: how they are asked for, kept and renewed.
//!
//! Grants other than client credentials come in as further sources of a slot; dialects, replies and
//! the cache are the same for all.

mod clock;
mod dialect;
mod reply;
mod slot;
mod source;

pub use clock::{Clock, Moment, SystemClock};
pub(crate) use dialect::basic;
pub use dialect::{ClientAuthentication, Dialect, Parameters};
pub(crate) use reply::bearer;
pub(crate) use slot::Slot;
pub use source::IdentityProvider;
pub(crate) use source::{ClientCredentials, ClientCredentialsSource};
