//! Enumerations of strings and of integers.

/// Makes an enumeration of strings.
///
/// Each variant is documented with the value that it stands for. With `else Unknown`, a variant that
/// holds a `String`, a value that is not listed is kept and goes out unchanged; without it such a
/// value is an error.
///
/// ```
/// portal_runtime::string_enum! {
///     /// What became of a voucher.
///     pub enum VoucherState {
///         Draft = "draft",
///         Accepted = "accepted",
///     } else Unknown
/// }
///
/// assert_eq!(VoucherState::from("draft"), VoucherState::Draft);
/// ```
///
/// An enum that stands elsewhere is tied to its values by a table:
///
/// ```
/// #[derive(Clone, Debug, PartialEq)]
/// pub enum VoucherState { Draft, Accepted, Unknown(String) }
/// portal_runtime::string_enum! { VoucherState { Draft: "Draft", Accepted: "Accepted" } else Unknown }
///
/// assert_eq!(VoucherState::from("Draft"), VoucherState::Draft);
/// assert_eq!(VoucherState::from("Locked").as_str(), "Locked");
/// ```
#[macro_export]
macro_rules! string_enum {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $wire:literal),* $(,)?
        } $(else $unknown:ident)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        $visibility enum $name {
            $(
                $(#[$variant_meta])*
                #[doc = ::core::concat!("`", ::core::stringify!($wire), "`")]
                $variant,
            )*
            $(
                /// A value that the document does not list.
                $unknown(::std::string::String),
            )?
        }

        $crate::string_enum! { $name { $($variant: $wire),* } $(else $unknown)? }
    };
    ($name:ident { $($variant:ident: $wire:literal),* $(,)? } $(else $unknown:ident)?) => {
        #[allow(unreachable_pub)]
        impl $name {
            /// Returns the value as it travels.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    $(Self::$unknown(value) => value,)?
                }
            }

            fn __known(value: &str) -> ::core::option::Option<Self> {
                match value {
                    $($wire => ::core::option::Option::Some(Self::$variant),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                out.pad(self.as_str())
            }
        }

        $(
            impl ::core::convert::From<&str> for $name {
                fn from(value: &str) -> Self {
                    Self::__known(value).unwrap_or_else(|| Self::$unknown(value.into()))
                }
            }

            impl ::core::convert::From<::std::string::String> for $name {
                fn from(value: ::std::string::String) -> Self {
                    Self::__known(&value).unwrap_or_else(|| Self::$unknown(value))
                }
            }
        )?

        impl $crate::wire::Decode for $name {
            const SHAPE: $crate::wire::Shape = $crate::wire::Shape::STRING;

            fn decode(
                decoder: &mut $crate::wire::Decoder<'_>,
            ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                let start = decoder.offset();
                let text = decoder.string("a string")?;
                if let ::core::option::Option::Some(value) = Self::__known(&text) {
                    return ::core::result::Result::Ok(value);
                }
                let open = $crate::__is_there!($($unknown)?);
                let text = decoder.unknown_string(start, text, open, &[$($wire),*])?;
                $crate::__unknown!(decoder text $($unknown)?)
            }

            fn vacant(_: u8) -> ::core::option::Option<Self> {
                $crate::__vacant_enum!(
                    [$($variant)*] $(Self::$unknown(::std::string::String::new()))?
                )
            }
        }

        impl $crate::wire::Encode for $name {
            fn encode(&self, encoder: &mut $crate::wire::Encoder) {
                encoder.string(self.as_str());
            }
        }

        $crate::__serde!($name);
    };
}

/// Makes an enumeration of integers.
///
/// Each variant is documented with the value that it stands for. With `else Unknown`, a variant that
/// holds an `i64`, a value that is not listed is kept and goes out unchanged; without it such a value
/// is an error.
///
/// ```
/// portal_runtime::integer_enum! {
///     /// How sure we are.
///     pub enum Certainty {
///         Guessed = 1,
///         Known = 2,
///     } else Unknown
/// }
///
/// assert_eq!(Certainty::from(2), Certainty::Known);
/// ```
///
/// An enum that stands elsewhere is tied to its values by a table:
///
/// ```
/// #[derive(Clone, Debug, PartialEq)]
/// pub enum Level { One, Two, Unknown(i64) }
/// portal_runtime::integer_enum! { Level { One: 1, Two: 2 } else Unknown }
///
/// assert_eq!(Level::from(2), Level::Two);
/// assert_eq!(Level::from(7).as_i64(), 7);
/// ```
#[macro_export]
macro_rules! integer_enum {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $wire:literal),* $(,)?
        } $(else $unknown:ident)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        $visibility enum $name {
            $(
                $(#[$variant_meta])*
                #[doc = ::core::concat!("`", ::core::stringify!($wire), "`")]
                $variant,
            )*
            $(
                /// A value that the document does not list.
                $unknown(i64),
            )?
        }

        $crate::integer_enum! { $name { $($variant: $wire),* } $(else $unknown)? }
    };
    ($name:ident { $($variant:ident: $wire:literal),* $(,)? } $(else $unknown:ident)?) => {
        #[allow(unreachable_pub)]
        impl $name {
            /// Returns the value as it travels.
            pub fn as_i64(&self) -> i64 {
                match self {
                    $(Self::$variant => $wire,)*
                    $(Self::$unknown(value) => *value,)?
                }
            }

            fn __known(value: i64) -> ::core::option::Option<Self> {
                match value {
                    $($wire => ::core::option::Option::Some(Self::$variant),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.as_i64(), out)
            }
        }

        $(impl ::core::convert::From<i64> for $name {
            fn from(value: i64) -> Self {
                Self::__known(value).unwrap_or(Self::$unknown(value))
            }
        })?

        impl $crate::wire::Decode for $name {
            const SHAPE: $crate::wire::Shape = $crate::wire::Shape::NUMBER;

            fn decode(
                decoder: &mut $crate::wire::Decoder<'_>,
            ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                let start = decoder.offset();
                let number = <i64 as $crate::wire::Decode>::decode(decoder)?;
                if let ::core::option::Option::Some(value) = Self::__known(number) {
                    return ::core::result::Result::Ok(value);
                }
                let open = $crate::__is_there!($($unknown)?);
                let number = decoder.unknown_integer(start, number, open, &[$($wire),*])?;
                $crate::__unknown!(decoder number $($unknown)?)
            }

            fn vacant(_: u8) -> ::core::option::Option<Self> {
                $crate::__vacant_enum!([$($variant)*] $(Self::$unknown(0))?)
            }
        }

        impl $crate::wire::Encode for $name {
            fn encode(&self, encoder: &mut $crate::wire::Encoder) {
                encoder.integer(self.as_i64().into());
            }
        }

        $crate::__serde!($name);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __unknown {
    ($decoder:ident $value:ident $unknown:ident) => {
        ::core::result::Result::Ok(Self::$unknown($value))
    };
    // A value that is not kept is an error before this.
    ($decoder:ident $value:ident) => {{
        let _ = $value;
        ::core::result::Result::Err($decoder.unexpected("a known value"))
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __vacant_enum {
    ([$first:ident $($rest:ident)*] $($unknown:expr)?) => {
        ::core::option::Option::Some(Self::$first)
    };
    ([] $unknown:expr) => {
        ::core::option::Option::Some($unknown)
    };
    ([]) => {
        ::core::option::Option::None
    };
}
