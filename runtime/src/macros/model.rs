//! Models.

/// Makes a struct a model: readable from a JSON object and writable as one.
///
/// The table names each field and says whether its property may be missing; where the property has
/// another name than the field, or letters beyond ASCII, its name on the wire follows:
///
/// | word | type of the field | absent | `null` | `None` goes out as |
/// |---|---|---|---|---|
/// | `required` | `T` | an error | as `T` takes it | - |
/// | `nullable` | `Option<T>` | an error | `None` | `null` |
/// | `optional` | `Option<T>` | `None` | `None` | nothing |
/// | `patch` | `Nullable<T>` | `Absent` | `Null` | - |
/// | `tag` | `T`, with values | an error | as `T` takes it | - |
///
/// The values in brackets are those by which a union tells this model from others; `optional` may
/// have them too. `..field` at the end, a map from `String`, takes the properties that have no
/// field; without it they are passed over.
///
/// ```
/// use portal_runtime::{Decimal, Json, Nullable};
/// use portal_runtime::wire::{from_slice, to_vec};
/// use std::collections::BTreeMap;
///
/// #[derive(Clone, Debug, PartialEq)]
/// pub struct Voucher {
///     pub number: i64,
///     pub parent: Option<Box<Voucher>>,
///     pub total: Option<Decimal>,
///     pub memo: Nullable<String>,
///     pub kind: String,
///     pub additional_properties: BTreeMap<String, Json>,
/// }
/// portal_runtime::model! { Voucher {
///     number: required, parent: nullable, total: optional, memo: patch,
///     kind: tag "type" ["purchase"],
///     ..additional_properties
/// } }
///
/// let document = br#"{"number":7,"parent":null,"total":10.00,"type":"purchase","new":1.50}"#;
/// let voucher: Voucher = from_slice(document)?;
/// assert_eq!(voucher.memo, Nullable::Absent);
/// assert_eq!(to_vec(&voucher)?, document);
///
/// let error = from_slice::<Voucher>(br#"{"parent":{"number":"x"}}"#).unwrap_err();
/// assert_eq!(error.path(), "$.parent.number");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! model {
    ($name:ident {
        $($field:ident: $presence:ident $($wire:literal)? $([$($tag:literal),+ $(,)?])?),* $(,)?
        $(..$additional:ident $(,)?)?
    }) => {
        const _: () = {
            static FIELDS: $crate::wire::Fields = $crate::wire::Fields::new(
                stringify!($name),
                ::core::mem::size_of::<$name>(),
                &[$($crate::wire::Field {
                    name: $crate::__wire_name!($field $($wire)?),
                    presence: $crate::wire::Presence::$presence,
                    tags: &[$($($tag),+)?],
                }),*],
            );

            impl $crate::wire::Decode for $name {
                const SHAPE: $crate::wire::Shape = $crate::wire::Shape::object(&FIELDS);

                #[inline]
                fn decode(
                    decoder: &mut $crate::wire::Decoder<'_>,
                ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                    $crate::wire::decode_in_place(decoder)
                }

                fn vacant(boxes: u8) -> ::core::option::Option<Self> {
                    let _ = boxes;
                    ::core::option::Option::Some(Self {
                        $($field: $crate::__vacant!($presence boxes),)*
                        $($additional: ::core::default::Default::default(),)?
                    })
                }

                fn decode_into(
                    &mut self,
                    decoder: &mut $crate::wire::Decoder<'_>,
                ) -> ::core::result::Result<(), $crate::wire::DecodeError> {
                    decoder.object(
                        &FIELDS,
                        &mut [$(&mut self.$field),*],
                        $crate::__additional_mut!(self $($additional)?),
                    )
                }
            }

            impl $crate::wire::Encode for $name {
                fn encode(&self, encoder: &mut $crate::wire::Encoder) {
                    encoder.object(
                        &FIELDS,
                        &[$(&self.$field),*],
                        $crate::__additional!(self $($additional)?),
                    );
                }
            }
        };

        $crate::__serde!($name);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __wire_name {
    ($field:ident) => {
        ::core::stringify!($field)
    };
    ($field:ident $wire:literal) => {
        $wire
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __vacant {
    (required $boxes:ident) => {
        $crate::wire::Decode::vacant($boxes)?
    };
    (tag $boxes:ident) => {
        $crate::wire::Decode::vacant($boxes)?
    };
    (nullable $boxes:ident) => {
        ::core::option::Option::None
    };
    (optional $boxes:ident) => {
        ::core::option::Option::None
    };
    (patch $boxes:ident) => {
        $crate::wire::Nullable::Absent
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __additional_mut {
    ($self:ident) => {
        ::core::option::Option::None
    };
    ($self:ident $field:ident) => {
        ::core::option::Option::Some(&mut $self.$field)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __additional {
    ($self:ident) => {
        ::core::option::Option::None
    };
    ($self:ident $field:ident) => {
        ::core::option::Option::Some(&$self.$field)
    };
}
