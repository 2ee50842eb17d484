//! Least privilege by type: what an application may do is part of its client's type.

use std::fmt;

/// A set of rights that an application has been granted, as a type.
///
/// Generated portals bring their own; [`bundle!`](crate::bundle) defines others.
pub trait Bundle: Send + Sync + 'static {
    /// The bundle's name, for messages and settings.
    const NAME: &'static str;
    /// The scopes that tokens are asked for, unless the application sets others; empty where they
    /// come with the credentials.
    const SCOPES: &'static [&'static str];
    /// What the bundle grants, as it is checked for an [`AnyBundle`]: the same as its
    /// implementations of [`Grants`].
    const PERMISSIONS: &'static [Permission];
}

/// A [`Bundle`] whose rights are known when the application is compiled: every one but
/// [`AnyBundle`].
pub trait StaticBundle: Bundle {}

/// Says that a [`Bundle`] includes an access, such as writing to one API.
#[diagnostic::on_unimplemented(
    message = "the bundle `{Self}` is not granted `{A}`",
    label = "this needs `{A}`",
    note = "build the client with a bundle that includes it, or ask the operator for that permission"
)]
pub trait Grants<A>: Bundle {}

/// Says that a bundle grants nothing that the bundle `B` does not, so that a client of `B` can be
/// narrowed to it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` grants something that `{B}` does not",
    label = "this would widen the client",
    note = "a client can be narrowed, never widened: build another one for the wider bundle"
)]
pub trait Within<B: StaticBundle>: StaticBundle {}

/// What operations ask of a bundle, as a type: reading from or writing to one API.
pub trait Access: 'static {
    /// The same as a value.
    const PERMISSION: Permission;
}

/// The right to read from or write to one API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Permission {
    /// The API, by its short name.
    pub api: &'static str,
    /// What may be done there.
    pub mode: Mode,
}

/// What an operation does to an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// It changes nothing.
    Read,
    /// It may change something.
    Write,
}

impl Permission {
    /// Reading from an API.
    pub const fn read(api: &'static str) -> Self {
        let mode = Mode::Read;
        Self { api, mode }
    }

    /// Writing to an API. It does not include reading.
    pub const fn write(api: &'static str) -> Self {
        let mode = Mode::Write;
        Self { api, mode }
    }
}

/// As `write to general-ledger`.
impl fmt::Display for Permission {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mode {
            Mode::Read => write!(out, "read from {}", self.api),
            Mode::Write => write!(out, "write to {}", self.api),
        }
    }
}

/// A bundle that is known at run time only: every operation compiles, and one that the bundle does
/// not grant is refused before anything is sent.
///
/// For tools that serve several kinds of customers. A client comes to it by `erase`, or is built
/// with `choose`.
#[derive(Clone, Copy, Debug)]
pub enum AnyBundle {}

impl Bundle for AnyBundle {
    const NAME: &'static str = "AnyBundle";
    const SCOPES: &'static [&'static str] = &[];
    const PERMISSIONS: &'static [Permission] = &[];
}

impl<A> Grants<A> for AnyBundle {}

/// A bundle as a value, for choosing one at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundleFacts {
    /// The name.
    pub name: &'static str,
    /// The scopes that tokens are asked for, unless the application sets others.
    pub scopes: &'static [&'static str],
    /// What it grants.
    pub permissions: &'static [Permission],
}

impl BundleFacts {
    /// The facts of a bundle.
    pub const fn of<B: Bundle>() -> Self {
        Self {
            name: B::NAME,
            scopes: B::SCOPES,
            permissions: B::PERMISSIONS,
        }
    }

    /// Returns true when the bundle grants something.
    pub fn grants(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}
