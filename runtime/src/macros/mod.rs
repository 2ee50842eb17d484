//! The macros that generated code states its data with.
//!
//! Names that begin with two underscores are for the expansions only and may change.

mod enums;
mod model;
mod operation;
mod responses;
pub(crate) mod support;
mod union;

#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde {
    ($name:ident) => {};
}
