//! Unions.

/// Makes an enum of payloads a union: read by its discriminator or by what fits, written as the
/// payload.
///
/// With `by`, the property of that name says which variant it is, by the values listed; where it is
/// missing, and without `by`, the value is matched against the payloads (see
/// [`Decoder::union`](crate::wire::Decoder::union)). A payload that lacks the discriminator gets it
/// on the wire, with the first value listed. With `or Variant` after `by`, that variant takes what the
/// values select no variant for, and what comes without the property (`defaultMapping` of OpenAPI 3.2).
/// With `else Unknown`, a variant that holds a
/// [`Json`](crate::Json), what matches nothing is kept and goes out unchanged.
///
/// ```
/// use portal_runtime::{Json, Uuid};
/// use portal_runtime::wire::{from_slice, to_vec};
///
/// #[derive(Debug, PartialEq)]
/// pub struct Blank { pub size: i64 }
/// portal_runtime::model! { Blank { size: required "size" } }
///
/// #[derive(Debug, PartialEq)]
/// pub enum Source { Blank(Box<Blank>), Unknown(Json) }
/// portal_runtime::union! { Source by "type" { Blank: ["blank"] } else Unknown }
///
/// #[derive(Debug, PartialEq)]
/// pub enum IdOrName { Id(Uuid), Name(String) }
/// portal_runtime::union! { IdOrName { Id: Uuid, Name: String } }
///
/// let source = Source::Blank(Box::new(Blank { size: 5 }));
/// assert_eq!(to_vec(&source)?, br#"{"type":"blank","size":5}"#);
/// assert_eq!(from_slice::<Source>(br#"{"size":5,"type":"blank"}"#)?, source);
/// assert_eq!(from_slice::<IdOrName>(br#""x""#)?, IdOrName::Name("x".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! union {
    ($name:ident by $by:literal $(or $default:ident)? {
        $($variant:ident: [$($tag:literal),* $(,)?]),+ $(,)?
    } $(else $unknown:ident)?) => {
        $crate::__union! {
            $name [::core::option::Option::Some($by)] [$crate::__name!($($default)?)]
            [$($variant [$($tag),*])+] [$($unknown)?]
        }

        impl $crate::wire::Encode for $name {
            #[allow(unreachable_patterns)]
            fn encode(&self, encoder: &mut $crate::wire::Encoder) {
                match self {
                    // What may come without the discriminator goes out as it is.
                    $(Self::$default(payload) => $crate::wire::Encode::encode(payload, encoder),)?
                    $(Self::$variant(payload) => {
                        encoder.tagged($by, $crate::__first!($($tag)*), payload);
                    })+
                    $(Self::$unknown(json) => $crate::wire::Encode::encode(json, encoder),)?
                }
            }
        }
    };
    ($name:ident { $($variant:ident: $payload:ty),+ $(,)? } $(else $unknown:ident)?) => {
        $crate::__union! {
            $name [::core::option::Option::None] [::core::option::Option::None]
            [$($variant [])+] [$($unknown)?]
        }

        impl $crate::wire::Encode for $name {
            fn encode(&self, encoder: &mut $crate::wire::Encoder) {
                match self {
                    $(Self::$variant(payload) => $crate::wire::Encode::encode(payload, encoder),)+
                    $(Self::$unknown(json) => $crate::wire::Encode::encode(json, encoder),)?
                }
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __union {
    ($name:ident [$by:expr] [$default:expr] [$($variant:ident [$($tag:literal),*])+] [$($unknown:ident)?]) => {
        const _: () = {
            static UNION: $crate::wire::Union = $crate::wire::Union {
                name: stringify!($name),
                size: ::core::mem::size_of::<$name>(),
                discriminator: $by,
                default: $default,
                branches: &[$(
                    $crate::wire::Branch::new(stringify!($variant), &[$($tag),*], $name::$variant)
                ),+],
                open: $crate::__is_there!($($unknown)?),
            };

            type Read = fn(
                &mut $crate::wire::Decoder<'_>,
            ) -> ::core::result::Result<$name, $crate::wire::DecodeError>;

            static READ: &[Read] = &[
                $(|decoder| $crate::wire::Decode::decode(decoder).map($name::$variant),)+
                $(|decoder| $crate::wire::Decode::decode(decoder).map($name::$unknown),)?
            ];

            impl $crate::wire::Decode for $name {
                const SHAPE: $crate::wire::Shape = $crate::wire::Shape::union(&UNION);

                fn decode(
                    decoder: &mut $crate::wire::Decoder<'_>,
                ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                    let mut value = ::core::option::Option::None;
                    decoder.union(&UNION, &mut |branch, decoder| {
                        value = ::core::option::Option::Some(READ[branch](decoder)?);
                        ::core::result::Result::Ok(())
                    })?;
                    value.ok_or_else(|| decoder.unexpected(UNION.name))
                }

                fn vacant(boxes: u8) -> ::core::option::Option<Self> {
                    $crate::__vacant_union!($name boxes [$($variant)+] $($unknown)?)
                }
            }
        };

        $crate::__serde!($name);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __first {
    () => {
        ::core::option::Option::None
    };
    ($first:literal $($rest:literal)*) => {
        ::core::option::Option::Some($first)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __name {
    () => {
        ::core::option::Option::None
    };
    ($name:ident) => {
        ::core::option::Option::Some(stringify!($name))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __is_there {
    () => {
        false
    };
    ($it:ident) => {
        true
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __vacant_union {
    ($name:ident $boxes:ident [$($variant:ident)+]) => {{
        $(
            if let ::core::option::Option::Some(payload) = $crate::wire::Decode::vacant($boxes) {
                return ::core::option::Option::Some($name::$variant(payload));
            }
        )+
        ::core::option::Option::None
    }};
    ($name:ident $boxes:ident [$($variant:ident)+] $unknown:ident) => {{
        let _ = $boxes;
        ::core::option::Option::Some($name::$unknown($crate::wire::Json::Null))
    }};
}
