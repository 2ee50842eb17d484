//! The portal on one's own machine, made from the same documents as its clients.
//!
//! Credentials for a portal come from its operator, and take days. A sandbox has an identity provider, a gateway and
//! the APIs behind it, checks everything that they check, remembers what it is sent, and fails on demand. It listens
//! on loopback only, and whatever it hands out is good for nothing else.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use portal_apis::easor::bundles::Reporting;
//! use portal_apis::easor::{Easor, Region};
//! use portal_apis::runtime::wire::date;
//! use portal_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await?;
//! let own = sandbox.credentials_of("Reporting").ok_or("no such bundle")?;
//! let easor = Easor::<Reporting>::builder(Region::Fi)
//!     .credentials(&own.client_id, &own.client_secret)
//!     .subscription_key(&own.subscription_key)
//!     .scopes(&own.scopes)
//!     .gateway_url(sandbox.gateway_url())
//!     .token_url(sandbox.token_url())
//!     .build()?;
//! let balances = easor
//!     .general_ledger()
//!     .account_balances_by_date("10001", date(2024, 3, 15), "1701,3000")
//!     .await?;
//! assert_eq!(balances.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # What it knows, and what it makes up
//!
//! * Paths, parameters, bodies and answers are those of the documents in `specs/`; what is sent is checked against
//!   them, and refused in the API's own shape of errors where it has one, else as RFC 9457 has it.
//! * Answers are the document's examples where they fit their schema, else values made up from the schema, the same
//!   for the same seed.
//! * Which operations belong together follows from their paths: what is posted to a list is in it from then on, can be
//!   got, replaced and deleted. A list that nothing can be posted to, but whose items name those of another
//!   (`voucherId`), tells of their parts: postings are among the ledger's events.
//! * Numbers come back digit for digit as they were sent.
//! * Query parameters work by what they are called: like a property or several of it (`category`, `accountNumbers`),
//!   like the side of a range of dates (`fromDate`, `dateTo`, `start_at`), for words (`q`) or for an order (`sort_by`).
//!   Members that a switch asks for (`includePostings`) come with it alone. Others change nothing. Times are compared
//!   to the second and taken for UTC.
//! * A subscription key is good for the APIs of its bundle; elsewhere it is refused like one that is none.
//! * A device's user agrees by [`Sandbox::approve_device`], at [`Sandbox::verification_url`], or through the API's own
//!   operation where it has one.
//! * Where no bundle of the manifest has scopes, they are made up: `easor.sales.write`.

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

mod answers;
mod api;
mod clock;
mod collections;
mod credentials;
mod error;
mod faults;
mod gateway;
#[cfg(doctest)]
mod guide;
mod identity;
mod json;
mod message;
mod portal;
mod random;
mod record;
mod sandbox;
mod server;
mod world;

pub use credentials::Credentials;
pub use error::StartError;
pub use faults::{FAULT_HEADER, Fault, UnknownFault};
pub use portal::Portal;
pub use record::{Layer, Recorded, Verdict};
pub use sandbox::{Builder, Sandbox};
