//! Credentials that the sandbox made up.

use crate::portal::Portal;
use crate::random;

/// What the portal's operator would hand out for one bundle. All of it is made up from the seed and good for
/// nothing but the sandbox, so it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The bundle: `Accounting`.
    pub bundle: String,
    /// The client identifier.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
    /// The key for the gateway, whether it asks for one or not.
    pub subscription_key: String,
    /// The APIs that the key is good for, which are those of the bundle.
    pub apis: Vec<String>,
    /// The scopes that the bundle's tokens may have.
    pub scopes: Vec<String>,
    /// The name of a user, for grants with users.
    pub username: String,
    /// The user's password.
    pub password: String,
}

pub(crate) fn of(portal: &Portal, seed: u64) -> Vec<Credentials> {
    let bundles = portal.manifest.bundles.iter();
    let each = bundles.map(|bundle| {
        let name = bundle.name.to_lowercase();
        let secret = |what: &str| random::secret(seed, &format!("{what} {name}"));
        Credentials {
            bundle: bundle.name.clone(),
            client_id: format!("sandbox-{name}"),
            client_secret: secret("client secret"),
            subscription_key: secret("subscription key"),
            apis: bundle.access.keys().cloned().collect(),
            scopes: portal.scopes(bundle),
            username: format!("{name}@sandbox.example"),
            password: secret("password"),
        }
    });
    each.collect()
}
