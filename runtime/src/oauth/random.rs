//! What nobody can guess, and how it is proven and compared.
//!
//! Randomness and SHA-256 are those of `ring`, which TLS brings along.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use crate::wire::Secret;

/// A text of 43 unreserved characters that hold 256 random bits: a state (RFC 6749, section 10.10)
/// or a PKCE verifier (RFC 7636, section 4.1). `None` where the system gives no randomness.
pub(crate) fn unguessable() -> Option<Secret> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(Secret::from(URL_SAFE_NO_PAD.encode(bytes)))
}

/// The S256 challenge of a PKCE verifier (RFC 7636, section 4.2).
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// Compares secrets so that the time taken tells nothing of them: digests are compared, and where
/// those begin to differ nobody can choose.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let digest = |text: &str| digest(&SHA256, text.as_bytes());
    digest(one).as_ref() == digest(other).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_the_standard() {
        // RFC 7636, appendix B.
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn no_two_are_the_same_and_each_is_a_verifier() {
        let (one, other) = (unguessable().unwrap(), unguessable().unwrap());
        assert!(!same(one.expose(), other.expose()) && same(one.expose(), one.expose()));
        assert_eq!(one.expose().len(), 43);
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        assert!(one.expose().bytes().all(unreserved));
    }
}
