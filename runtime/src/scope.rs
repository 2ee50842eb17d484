//! Least privilege by type: what an application may do is part of its client's type.

/// A set of rights that an application has been granted, as a type.
///
/// Generated portals bring their own; an application can define a narrower one:
///
/// ```
/// use portal_runtime::{Bundle, Grants};
///
/// /// Reads the ledger and nothing else.
/// struct Auditing;
///
/// impl Bundle for Auditing {
///     const NAME: &'static str = "Auditing";
///     const SCOPES: &'static [&'static str] = &["ledger.read"];
/// }
/// # struct ReadLedger;
/// impl Grants<ReadLedger> for Auditing {}
/// ```
pub trait Bundle: Send + Sync + 'static {
    /// The bundle's name, for messages.
    const NAME: &'static str;
    /// The scopes that tokens are asked for, unless the application sets others; empty where they
    /// come with the credentials.
    const SCOPES: &'static [&'static str];
}

/// Says that a [`Bundle`] includes an access, such as writing to one API.
#[diagnostic::on_unimplemented(
    message = "the bundle `{Self}` is not granted `{Access}`",
    label = "this call needs `{Access}`",
    note = "build the client with a bundle that includes it, or ask the operator for that permission"
)]
pub trait Grants<Access>: Bundle {}
