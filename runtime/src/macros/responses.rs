//! Responses by status: declared errors, several kinds of success, declared headers.

/// Makes an enum of the error responses that an operation declares.
///
/// A response is named by its status, its class (`4XX`) or `default`; the more telling wins. A
/// payload is JSON unless a word says otherwise: `text`, `bytes`, or `optional` for JSON that may
/// be missing, which makes an `Option`. What is not declared, or does not fit, goes into the
/// variant behind `else` as an [`Undeclared`](crate::Undeclared).
///
/// ```
/// use portal_runtime::wire::Json;
///
/// portal_runtime::errors! {
///     /// Errors of the ledger.
///     pub enum LedgerError {
///         /// The request cannot be understood.
///         400 => BadRequest(Json),
///         401 => Unauthorized,
///         4XX => ClientError(text String),
///         default => Other(optional Json),
///     } else Undeclared
/// }
///
/// # use portal_runtime::{ErrorBody, RawBody};
/// let error = LedgerError::decode(400, &RawBody::new(r#"{"error": "no such account"}"#, None));
/// assert_eq!(error.to_string(), "400 Bad Request: no such account");
/// ```
#[macro_export]
macro_rules! errors {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $($status:literal)? $($default:ident)? => $variant:ident $(($($payload:tt)+))?),* $(,)?
        } else $undeclared:ident
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        $visibility enum $name {
            $($(#[$variant_meta])* $variant $(($crate::__payload!($($payload)+)))?,)*
            /// Anything else: a status that is not declared, or a body that is not what is declared.
            $undeclared($crate::Undeclared),
        }

        impl $crate::ErrorBody for $name {
            fn decode(status: u16, body: &$crate::RawBody) -> Self {
                let table: &[$crate::__private::ReadError<$name>] = &[
                    $((
                        const { $crate::Status::parse(::core::stringify!($($status)? $($default)?)) },
                        |_body| ::core::result::Result::Ok(
                            $name::$variant $(($crate::__whole!(_body $($payload)+)))?
                        ),
                    ),)*
                ];
                $crate::__private::read_error(table, status, body).unwrap_or_else($name::$undeclared)
            }

            fn describe(&self) -> ::core::option::Option<::std::string::String> {
                match self {
                    $(Self::$variant $(($crate::__bind!(_payload $($payload)+)))? => {
                        $crate::__words!($(_payload $($payload)+)?)
                    })*
                    Self::$undeclared(_) => ::core::option::Option::None,
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let words = $crate::ErrorBody::describe(self);
                match self {
                    $(Self::$variant { .. } => $crate::__private::write_error(
                        out,
                        ::core::stringify!($($status)? $($default)?),
                        words.as_deref(),
                    ),)*
                    Self::$undeclared(error) => ::core::fmt::Display::fmt(error, out),
                }
            }
        }

        impl ::core::error::Error for $name {}
    };
}

/// Makes an enum of the successes of an operation that has several kinds, by status.
///
/// Payloads are as in [`errors!`](crate::errors), and `stream ByteStream` hands on a body while it
/// arrives. `items` does so item by item: `items json_lines Row` makes an
/// [`ItemStream<Row>`](crate::ItemStream), read by its function of that name. Its `decode` is the last argument of [`Operation::new`](crate::Operation::new). Only
/// `Debug` is derived; attributes before the enum are kept.
///
/// ```
/// use portal_runtime::wire::Json;
///
/// portal_runtime::successes! {
///     /// What an upload gives.
///     #[derive(Clone, PartialEq)]
///     pub enum UploadSuccess {
///         200 => Ok(Json),
///         202 => Accepted,
///     }
/// }
/// ```
#[macro_export]
macro_rules! successes {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $($status:literal)? $($default:ident)? => $variant:ident $(($($payload:tt)+))?),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        $visibility enum $name {
            $($(#[$variant_meta])* $variant $(($crate::__payload!($($payload)+)))?,)*
        }

        impl $name {
            /// How a success is read, by its status.
            pub fn decode() -> $crate::body::Read<Self> {
                $crate::body::Read::ByStatus(|status| {
                    let table: &[$crate::__private::ReadSuccess<$name>] = &[
                        $((
                            const { $crate::Status::parse(::core::stringify!($($status)? $($default)?)) },
                            || $crate::__success!($name $variant $($($payload)+)?),
                        ),)*
                    ];
                    $crate::__private::read_success(table, status)
                })
            }
        }
    };
}

/// Makes a struct of the response headers that an operation declares.
///
/// ```
/// portal_runtime::headers! {
///     /// The headers of a list.
///     pub struct ListHeaders {
///         /// How many there are.
///         total: required i64 "X-Total",
///         link: optional String "Link",
///     }
/// }
/// ```
#[macro_export]
macro_rules! headers {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $presence:ident
                $(:: $root:ident ::)? $($path:ident)::+ $(<$($argument:ty),+>)? $wire:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        $visibility struct $name {
            $(
                $(#[$field_meta])*
                pub $field: $crate::__header!(
                    $presence $(:: $root ::)? $($path)::+ $(<$($argument),+>)?
                ),
            )*
        }

        impl $crate::FromHeaders for $name {
            fn from_headers(
                headers: &$crate::HeaderMap,
            ) -> ::core::result::Result<Self, $crate::HeaderError> {
                ::core::result::Result::Ok(Self {
                    $($field: $crate::__private::$presence(headers, $wire)?,)*
                })
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __header {
    (required $($type:tt)+) => { $($type)+ };
    (optional $($type:tt)+) => { ::core::option::Option<$($type)+> };
}

/// The type of a payload.
#[doc(hidden)]
#[macro_export]
macro_rules! __payload {
    (text $type:ty) => { $type };
    (bytes $type:ty) => { $type };
    (stream $type:ty) => { $type };
    (items $framing:ident $type:ty) => { $crate::ItemStream<$type> };
    (optional $type:ty) => { ::core::option::Option<$type> };
    ($type:ty) => { $type };
}

/// Reads a payload from a whole body, or returns the error.
#[doc(hidden)]
#[macro_export]
macro_rules! __whole {
    ($body:ident text $type:ty) => {
        $crate::__private::whole($crate::body::text(), $body)?.into()
    };
    ($body:ident bytes $type:ty) => {
        $crate::__private::whole($crate::body::bytes(), $body)?.into()
    };
    ($body:ident optional $type:ty) => {
        $crate::__private::whole($crate::body::optional_json::<$type>(), $body)?
    };
    ($body:ident $type:ty) => {
        $crate::__private::whole($crate::body::json::<$type>(), $body)?
    };
}

/// Reads a success.
#[doc(hidden)]
#[macro_export]
macro_rules! __success {
    ($name:ident $variant:ident) => {
        $crate::body::Read::Whole(|_| ::core::result::Result::Ok($name::$variant))
    };
    ($name:ident $variant:ident stream $type:ty) => {
        $crate::body::Read::Stream($name::$variant)
    };
    ($name:ident $variant:ident items $framing:ident $type:ty) => {
        $crate::body::Read::Stream(|body| $name::$variant($crate::ItemStream::$framing(body)))
    };
    ($name:ident $variant:ident $($payload:tt)+) => {
        $crate::body::Read::Whole(|body| {
            ::core::result::Result::Ok($name::$variant($crate::__whole!(body $($payload)+)))
        })
    };
}

/// The pattern for a payload.
#[doc(hidden)]
#[macro_export]
macro_rules! __bind {
    ($bind:ident bytes $type:ty) => {
        _
    };
    ($bind:ident $($payload:tt)+) => {
        $bind
    };
}

/// What a payload says.
#[doc(hidden)]
#[macro_export]
macro_rules! __words {
    () => {
        ::core::option::Option::None
    };
    ($bind:ident bytes $type:ty) => {
        ::core::option::Option::None
    };
    ($bind:ident $($payload:tt)+) => {
        $crate::__private::words($bind)
    };
}
