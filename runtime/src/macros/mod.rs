//! The macros that generated code states its data with.
//!
//! Names that begin with two underscores are for the expansions only and may change.

mod bundle;
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

// A `cfg` within an expansion would be asked of the crate that uses the macro; so there are two.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde {
    ($name:ident) => {
        impl $crate::wire::bridge::Serialize for $name {
            fn serialize<S: $crate::wire::bridge::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::wire::bridge::serialize(self, serializer)
            }
        }

        impl<'de> $crate::wire::bridge::Deserialize<'de> for $name {
            fn deserialize<D: $crate::wire::bridge::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::wire::bridge::deserialize(deserializer)
            }
        }
    };
}
