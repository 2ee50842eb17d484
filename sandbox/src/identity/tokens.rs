//! Access tokens: what they grant, signed.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

/// What a token grants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claims {
    pub(crate) bundle: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) user: Option<String>,
    /// When it ends, since 1970.
    pub(crate) ends: Duration,
    /// Tells tokens of one second apart.
    pub(crate) number: u64,
}

/// Why a token is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Worthless {
    /// It is none of this sandbox's.
    Garbage,
    /// It has run out.
    Expired,
}

/// Writes a token.
pub(crate) fn sign(key: &hmac::Key, claims: &Claims) -> String {
    let claims = json!({
        "bundle": claims.bundle,
        "scope": claims.scopes.join(" "),
        "user": claims.user,
        "exp": claims.ends.as_secs(),
        "jti": claims.number,
    });
    let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    let tag = hmac::sign(key, payload.as_bytes());
    format!("{payload}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Reads a token, if it is good at this time.
pub(crate) fn verify(key: &hmac::Key, token: &str, now: Duration) -> Result<Claims, Worthless> {
    let claims = read(key, token).ok_or(Worthless::Garbage)?;
    match claims.ends > now {
        true => Ok(claims),
        false => Err(Worthless::Expired),
    }
}

fn read(key: &hmac::Key, token: &str) -> Option<Claims> {
    let (payload, tag) = token.split_once('.')?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    hmac::verify(key, payload.as_bytes(), &tag).ok()?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| claims.get(name).and_then(Value::as_u64);
    Some(Claims {
        bundle: text("bundle")?,
        scopes: text("scope")?
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        user: text("user"),
        ends: Duration::from_secs(number("exp")?),
        number: number("jti")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    #[test]
    fn a_token_is_good_until_it_ends_and_only_where_it_was_made() {
        let claims = Claims {
            bundle: "Reporting".to_owned(),
            scopes: vec!["a".to_owned(), "b".to_owned()],
            user: None,
            ends: Duration::from_secs(100),
            number: 1,
        };
        let (key, other) = (random::key(1), random::key(2));
        let token = sign(&key, &claims);
        let at = |key, seconds| verify(key, &token, Duration::from_secs(seconds));
        assert_eq!(at(&key, 99), Ok(claims));
        assert_eq!(at(&key, 100), Err(Worthless::Expired));
        assert_eq!(at(&other, 1), Err(Worthless::Garbage));
        assert_eq!(
            verify(&key, "garbage", Duration::ZERO),
            Err(Worthless::Garbage)
        );
    }
}
