//! What a portal says of the grants by which users log in, as generated code states it.

/// A portal whose users can log in, by one grant or another. Where there is none,
/// [`Builder::login`](crate::Builder::login) does not compile:
///
/// ```compile_fail,E0277
/// # use portal_runtime::{Builder, ForPortal};
/// fn log_in<P>(builder: Builder<P, ForPortal>) {
///     builder.login();
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "users cannot log in to `{Self}`",
    note = "the identity provider has none of the grants for it; call `.build()` for a client that acts for itself"
)]
pub trait UserLogin {}

/// A portal whose users log in with the browser (RFC 6749, section 4.1).
#[diagnostic::on_unimplemented(
    message = "the identity provider of `{Self}` has no authorization code grant"
)]
pub trait AuthorizationCodeGrant: UserLogin {
    /// Where the browser is sent.
    const AUTHORIZATION: AuthorizationEndpoint;
}

/// A portal whose users log in on another device than the one that the program runs on (RFC 8628).
#[diagnostic::on_unimplemented(message = "the identity provider of `{Self}` has no device flow")]
pub trait DeviceCodeGrant: UserLogin {
    /// How the flow goes.
    const DEVICE: DeviceFlow;
}

/// A portal that takes users' passwords from applications (RFC 6749, section 4.3).
#[diagnostic::on_unimplemented(
    message = "the identity provider of `{Self}` takes no passwords from applications"
)]
pub trait PasswordGrant: UserLogin {}

/// Where the browser is sent for a login (RFC 6749, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthorizationEndpoint {
    /// The address.
    pub url: &'static str,
    /// Whether a code is bound to the one who asked for it, with the method S256 (RFC 7636).
    pub pkce: bool,
    /// The issuer that the provider names in its answers (RFC 9207); `None` where it names none.
    pub issuer: Option<&'static str>,
}

/// How users log in on another device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceFlow {
    /// As in RFC 8628, with a device authorization endpoint.
    Standard {
        /// The device authorization endpoint.
        url: &'static str,
    },
    /// Both steps at the token endpoint with the grant type `device_code`. The provider answers 400
    /// until the user has agreed, without saying more.
    TokenEndpoint,
}
