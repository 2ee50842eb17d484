//! Operations.

/// Makes the type of an operation's call: a thin cover over a [`Call`](crate::Call) to which
/// generated code adds the operation's optional parameters.
///
/// ```
/// use portal_runtime::wire::Json;
///
/// portal_runtime::operation! {
///     /// Fetches the balances of accounts.
///     AccountBalances => Vec<Json>, ()
/// }
/// ```
///
/// A third type is the struct of the declared response headers.
#[macro_export]
macro_rules! operation {
    ($(#[$meta:meta])* $name:ident => $body:ty, $errors:ty $(,)?) => {
        $crate::operation! { $(#[$meta])* $name => $body, $errors, () }
    };
    ($(#[$meta:meta])* $name:ident => $body:ty, $errors:ty, $headers:ty $(,)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "a call is sent when it is awaited"]
        pub struct $name(pub(crate) $crate::Call<$body, $errors, $headers>);

        impl $crate::CallExt for $name {
            type Body = $body;
            type Errors = $errors;
            type Headers = $headers;

            fn into_call(self) -> $crate::Call<$body, $errors, $headers> {
                self.0
            }

            fn from_call(call: $crate::Call<$body, $errors, $headers>) -> Self {
                Self(call)
            }
        }

        impl ::core::future::IntoFuture for $name {
            type Output = ::core::result::Result<$crate::Response<$body, $headers>, $crate::Error<$errors>>;
            type IntoFuture = $crate::CallFuture<$body, $errors, $headers>;

            fn into_future(self) -> Self::IntoFuture {
                ::core::future::IntoFuture::into_future(self.0)
            }
        }
    };
}
