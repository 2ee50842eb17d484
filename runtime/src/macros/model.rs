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

                fn decode(
                    decoder: &mut $crate::wire::Decoder<'_>,
                ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                    $(let mut $field = $crate::__slot!($presence);)*
                    $(let mut $additional = ::core::default::Default::default();)?
                    decoder.object(
                        &FIELDS,
                        &mut [$(&mut $field),*],
                        $crate::__additional_mut!($($additional)?),
                    )?;
                    ::core::result::Result::Ok(Self {
                        $($field: $crate::__take!($presence $field decoder),)*
                        $($additional,)?
                    })
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
    (required) => { $crate::wire::Presence::Required };
    (tag) => { $crate::wire::Presence::Required };
    (nullable) => { $crate::wire::Presence::Nullable };
    (optional) => { $crate::wire::Presence::Optional };
    (patch) => { $crate::wire::Presence::Patch };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __slot {
    (required) => { $crate::wire::Required::new() };
    (tag) => { $crate::wire::Required::new() };
    ($presence:ident) => { $crate::wire::Optional::new() };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __take {
    (required $field:ident $decoder:ident) => { $field.take($decoder)? };
    (tag $field:ident $decoder:ident) => { $field.take($decoder)? };
    ($presence:ident $field:ident $decoder:ident) => { $field.take() };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __additional_mut {
    () => { ::core::option::Option::None };
    ($field:ident) => { ::core::option::Option::Some(&mut $field) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __additional {
    ($self:ident) => { ::core::option::Option::None };
    ($self:ident $field:ident) => { ::core::option::Option::Some(&$self.$field) };
}
