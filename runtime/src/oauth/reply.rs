//! Reading what an identity provider answers, leniently in form and strictly in substance.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::json::{self, Loose};
use crate::retry;

/// A token response (RFC 6749, section 5.1).
pub(super) struct TokenReply {
    /// `Bearer …`, marked as secret.
    pub(super) header: HeaderValue,
    /// `expires_in`, where it is given and makes sense.
    pub(super) lifetime: Option<Duration>,
    /// The granted scopes, where the provider names them.
    pub(super) scopes: Option<Vec<String>>,
}

/// Nobody hands out tokens for longer; it keeps arithmetic on times from overflowing.
const LONGEST: f64 = 366.0 * 86_400.0;

/// Reads a token response.
///
/// # Errors
/// When the provider refuses, or what it says is not a token response.
pub(super) fn read(
    endpoint: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<TokenReply, IdentityProviderError> {
    let members = json::members(body);
    if !status.is_success() || json::find(&members, "access_token").is_none() {
        return Err(refusal(endpoint, status, headers, body, &members));
    }
    let malformed = |what: &str| {
        IdentityProviderError::new(endpoint, IdentityProviderReason::Malformed, what)
            .with_answer(status, None)
    };
    let kind = json::find(&members, "token_type")
        .and_then(Loose::scalar)
        .unwrap_or("Bearer");
    if !kind.eq_ignore_ascii_case("bearer") {
        return Err(malformed(&format!(
            "the token type is {}, not Bearer",
            json::tidy(kind)
        )));
    }
    let token = json::find(&members, "access_token")
        .and_then(Loose::scalar)
        .unwrap_or("");
    let header =
        bearer(token).ok_or_else(|| malformed("the access token is no text for a header"))?;
    Ok(TokenReply {
        header,
        lifetime: json::find(&members, "expires_in").and_then(lifetime),
        scopes: json::find(&members, "scope").and_then(scopes),
    })
}

/// An `Authorization: Bearer` value (RFC 6750), marked as secret; `None` for what no token can be.
pub(crate) fn bearer(token: &str) -> Option<HeaderValue> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Seconds, as a number or as text; what is no time at all counts as not given.
fn lifetime(value: &Loose) -> Option<Duration> {
    let seconds: f64 = value.scalar()?.trim().parse().ok()?;
    seconds
        .is_finite()
        .then(|| Duration::from_secs_f64(seconds.clamp(0.0, LONGEST)))
}

/// Scopes are separated by spaces; some providers send an array instead.
fn scopes(value: &Loose) -> Option<Vec<String>> {
    let scopes: Vec<String> = match value {
        Loose::Text(text) | Loose::Number(text) => {
            text.split_whitespace().map(str::to_owned).collect()
        }
        Loose::Other(raw) => json::elements(raw)
            .iter()
            .filter_map(|element| crate::wire::from_slice(element.as_bytes()).ok())
            .collect(),
    };
    (!scopes.is_empty()).then_some(scopes)
}

fn refusal(
    endpoint: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    members: &[(String, Loose)],
) -> IdentityProviderError {
    let (code, message) = code_and_message(members);
    let waits = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
    let reason = if waits {
        IdentityProviderReason::Unavailable
    } else if status.is_redirection() || (status.is_success() && code.is_empty()) {
        IdentityProviderReason::Malformed
    } else {
        IdentityProviderReason::Refused { code }
    };
    let message = match reason {
        IdentityProviderReason::Malformed if status.is_redirection() => {
            "the provider answers with a redirect, which is not followed".to_owned()
        }
        IdentityProviderReason::Malformed if members.is_empty() => {
            format!("{} bytes that are no JSON object", body.len())
        }
        IdentityProviderReason::Malformed => "there is no access_token in it".to_owned(),
        _ => message,
    };
    let wait = retry::retry_after(headers, std::time::SystemTime::now());
    IdentityProviderError::new(endpoint, reason, message).with_answer(status, wait)
}

/// RFC 6749's `error` and `error_description`, or the first of EASI'R's `errors`.
fn code_and_message(members: &[(String, Loose)]) -> (String, String) {
    let text = |members: &[(String, Loose)], name: &str| {
        json::find(members, name)
            .and_then(Loose::scalar)
            .map(json::tidy)
            .unwrap_or_default()
    };
    if let Some(Loose::Other(errors)) = json::find(members, "errors")
        && let Some(first) = json::elements(errors).first()
    {
        let first = json::members(first.as_bytes());
        return (text(&first, "code"), text(&first, "message"));
    }
    let mut message = text(members, "error_description");
    if message.is_empty() {
        message = text(members, "message");
    }
    (text(members, "error"), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(body: &str) -> Result<TokenReply, IdentityProviderError> {
        read(
            "https://id.example/token",
            StatusCode::OK,
            &HeaderMap::new(),
            body.as_bytes(),
        )
    }

    fn refused(status: u16, body: &str) -> IdentityProviderError {
        let status = StatusCode::from_u16(status).unwrap();
        read(
            "https://id.example/token",
            status,
            &HeaderMap::new(),
            body.as_bytes(),
        )
        .err()
        .unwrap()
    }

    #[test]
    fn lifetimes_are_read_in_every_form_that_was_seen() {
        let lifetime = |text: &str| {
            let body = format!(r#"{{"access_token":"a","expires_in":{text}}}"#);
            reply(&body)
                .unwrap()
                .lifetime
                .map(|lifetime| lifetime.as_secs())
        };
        assert_eq!(lifetime("180"), Some(180));
        assert_eq!(lifetime("\"3600\""), Some(3600));
        assert_eq!(lifetime("3599.7"), Some(3599));
        assert_eq!(lifetime("-1"), Some(0));
        assert_eq!(lifetime("null"), None);
        assert_eq!(lifetime("\"soon\""), None);
        assert_eq!(lifetime("1e400"), None);
        assert_eq!(lifetime("1e300"), Some(366 * 86_400));
    }

    #[test]
    fn a_bearer_token_in_any_case_is_taken_and_no_other() {
        assert!(reply(r#"{"access_token":"a","token_type":"bearer"}"#).is_ok());
        assert!(reply(r#"{"access_token":"a"}"#).is_ok());
        assert!(reply(r#"{"access_token":"a","token_type":"mac"}"#).is_err());
        assert!(reply(r#"{"access_token":"a\r\nX-Evil: 1"}"#).is_err());
        assert!(reply(r#"{"access_token":""}"#).is_err());
    }

    #[test]
    fn scopes_come_as_text_or_array() {
        let scopes = |body: &str| reply(body).unwrap().scopes;
        assert_eq!(
            scopes(r#"{"access_token":"a","scope":"x y"}"#),
            Some(vec!["x".into(), "y".into()])
        );
        assert_eq!(
            scopes(r#"{"access_token":"a","scope":["x"]}"#),
            Some(vec!["x".into()])
        );
        assert_eq!(scopes(r#"{"access_token":"a","scope":""}"#), None);
    }

    #[test]
    fn refusals_keep_the_providers_words() {
        let error = refused(
            400,
            r#"{"error":"invalid_scope","error_description":"No such scope."}"#,
        );
        assert_eq!(error.code(), Some("invalid_scope"));
        assert_eq!(error.message(), "No such scope.");
        assert!(!error.is_retryable());
        let error = refused(
            401,
            r#"{"errors":[{"code":"unauthorized","message":"Nope"}]}"#,
        );
        assert_eq!(
            (error.code(), error.message()),
            (Some("unauthorized"), "Nope")
        );
        assert!(refused(503, "<html>").is_retryable());
        assert!(refused(429, "").is_retryable());
        assert_eq!(
            *refused(302, "").reason(),
            IdentityProviderReason::Malformed
        );
        assert_eq!(
            *refused(200, "<html>").reason(),
            IdentityProviderReason::Malformed
        );
        let error = refused(200, r#"{"error":"invalid_client"}"#);
        assert_eq!(error.code(), Some("invalid_client"));
    }
}
