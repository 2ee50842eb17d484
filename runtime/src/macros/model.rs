//! Models.

/// Makes a struct a model: readable from a JSON object and writable as one.
#[macro_export]
macro_rules! model {
    ($name:ident {
        $($field:ident: $presence:ident $wire:literal $([$($tag:literal),+ $(,)?])?),* $(,)?
        $(..$additional:ident $(,)?)?
    }) => {
        const _: () = {
            static FIELDS: $crate::wire::Fields = $crate::wire::Fields::new(
                stringify!($name),
                ::core::mem::size_of::<$name>(),
                &[$($crate::wire::Field {
                    name: $wire,
                    presence: $crate::__presence!($presence),
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
macro_rules! __presence {
    (required) => {
        $crate::wire::Presence::Required
    };
    (tag) => {
        $crate::wire::Presence::Required
    };
    (nullable) => {
        $crate::wire::Presence::Nullable
    };
    (optional) => {
        $crate::wire::Presence::Optional
    };
    (patch) => {
        $crate::wire::Presence::Patch
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
