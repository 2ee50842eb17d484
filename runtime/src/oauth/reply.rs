//! Reading what an identity provider answers, leniently in form and strictly in substance.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::StatusCode;

use super::endpoint::Answer;
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::json::{self, Loose};
use crate::percent::Encoding;
use crate::retry;
use crate::wire::Secret;

/// A token response (RFC 6749, section 5.1).
pub(super) struct TokenReply {
    /// `Bearer …`, marked as secret.
    pub(super) header: HeaderValue,
    /// `expires_in`, where it is given and makes sense.
    pub(super) lifetime: Option<Duration>,
    /// The granted scopes, where the provider names them.
    pub(super) scopes: Option<Vec<String>>,
    /// What new access tokens are asked for with.
    pub(super) refresh_token: Option<Secret>,
}

/// A device authorization response (RFC 8628, section 3.2), as far as there is one.
pub(crate) struct DeviceReply {
    pub(crate) device_code: Secret,
    pub(crate) user_code: String,
    pub(crate) verification_uri: Option<String>,
    pub(crate) verification_uri_complete: Option<String>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) interval: Option<Duration>,
}

/// Secrets to take out of what a provider answers: it may repeat what it was sent.
pub(super) struct Scrub(Vec<Secret>);

impl Scrub {
    /// These secrets, as they are and as a form holds them.
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let secrets = secrets.into_iter().filter(|secret| !secret.is_empty());
        let both = secrets.flat_map(|secret| {
            let encoded = Secret::from(Encoding::Form.encode(secret));
            [Secret::from(secret), encoded]
        });
        Self(both.collect())
    }

    /// And what a Basic header makes of them.
    pub(super) fn and_basic(mut self, id: &str, secret: &str) -> Self {
        let form = |text| Encoding::Form.encode(text);
        let pair = format!("{}:{}", form(id), form(secret));
        self.0.push(Secret::from(STANDARD.encode(pair)));
        self
    }

    pub(super) fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| {
            text.replace(secret.expose(), "****")
        })
    }
}

/// Nobody hands out tokens for longer; it keeps arithmetic on times from overflowing.
const LONGEST: f64 = 366.0 * 86_400.0;

/// Reads a token response.
///
/// # Errors
/// When the provider refuses, or what it says is not a token response.
pub(super) fn read(
    endpoint: &str,
    answer: &Answer,
    scrub: &Scrub,
) -> Result<TokenReply, IdentityProviderError> {
    let members = json::members(&answer.body);
    if !answer.status.is_success() || json::find(&members, "access_token").is_none() {
        return Err(refusal(endpoint, answer, &members, "access_token", scrub));
    }
    let malformed = |what: &str| {
        IdentityProviderError::new(endpoint, IdentityProviderReason::Malformed, what)
            .with_answer(answer.status, None)
    };
    let kind = scalar(&members, "token_type").unwrap_or("Bearer");
    if !kind.eq_ignore_ascii_case("bearer") {
        return Err(malformed(&format!(
            "the token type is {}, not Bearer",
            json::tidy(&scrub.apply(kind))
        )));
    }
    let token = scalar(&members, "access_token").unwrap_or_default();
    let header =
        bearer(token).ok_or_else(|| malformed("the access token is no text for a header"))?;
    Ok(TokenReply {
        header,
        lifetime: json::find(&members, "expires_in").and_then(lifetime),
        scopes: json::find(&members, "scope").and_then(scopes),
        refresh_token: given(&members, "refresh_token").map(Secret::from),
    })
}

/// Reads a device authorization response.
///
/// # Errors
/// When the provider refuses, or what it says is not such a response.
pub(super) fn read_device(
    endpoint: &str,
    answer: &Answer,
    scrub: &Scrub,
) -> Result<DeviceReply, IdentityProviderError> {
    let members = json::members(&answer.body);
    let (Some(device_code), Some(user_code), true) = (
        given(&members, "device_code"),
        given(&members, "user_code"),
        answer.status.is_success(),
    ) else {
        return Err(refusal(endpoint, answer, &members, "device_code", scrub));
    };
    let address = |name| given(&members, name).filter(|text| is_address(text));
    // Some providers write `url` where the standard has `uri`.
    let verification_uri = address("verification_uri").or_else(|| address("verification_url"));
    Ok(DeviceReply {
        device_code: Secret::from(device_code),
        user_code: json::tidy(user_code),
        verification_uri: verification_uri.map(str::to_owned),
        verification_uri_complete: address("verification_uri_complete").map(str::to_owned),
        lifetime: json::find(&members, "expires_in").and_then(lifetime),
        interval: json::find(&members, "interval").and_then(lifetime),
    })
}

/// Whether a browser may be sent there.
fn is_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

fn scalar<'a>(members: &'a [(String, Loose)], name: &str) -> Option<&'a str> {
    json::find(members, name).and_then(Loose::scalar)
}

/// A text or number that is there and not empty.
fn given<'a>(members: &'a [(String, Loose)], name: &str) -> Option<&'a str> {
    scalar(members, name).filter(|text| !text.is_empty())
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
    answer: &Answer,
    members: &[(String, Loose)],
    wanted: &str,
    scrub: &Scrub,
) -> IdentityProviderError {
    let status = answer.status;
    let (code, message) = code_and_message(members, scrub);
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
            format!("{} bytes that are no JSON object", answer.body.len())
        }
        IdentityProviderReason::Malformed => format!("there is no {wanted} in it"),
        _ => message,
    };
    let wait = retry::retry_after(&answer.headers, std::time::SystemTime::now());
    IdentityProviderError::new(endpoint, reason, message).with_answer(status, wait)
}

/// RFC 6749's `error` and `error_description`, or the first of EASI'R's `errors`.
fn code_and_message(members: &[(String, Loose)], scrub: &Scrub) -> (String, String) {
    let text = |members: &[(String, Loose)], name: &str| {
        let text = scalar(members, name).map(|text| json::tidy(&scrub.apply(text)));
        text.unwrap_or_default()
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

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: http::HeaderMap::new(),
            body: body.to_owned().into(),
            asked: crate::oauth::Moment {
                monotonic: Duration::ZERO,
                wall: std::time::SystemTime::UNIX_EPOCH,
            },
        }
    }

    fn reply(body: &str) -> Result<TokenReply, IdentityProviderError> {
        read(
            "https://id.example/token",
            &answer(200, body),
            &Scrub::of([]),
        )
    }

    fn refused(status: u16, body: &str) -> IdentityProviderError {
        let scrub = Scrub::of(["s3cret &"]).and_basic("id", "s3cret &");
        let read = read("https://id.example/token", &answer(status, body), &scrub);
        read.err().unwrap()
    }

    #[test]
    fn what_a_provider_repeats_is_taken_out_before_it_is_cut() {
        let long = "x".repeat(296);
        for body in [
            r#"{"error":"no s3cret &","error_description":"s3cret & was wrong"}"#,
            r#"{"error":"x","error_description":"client_secret=s3cret+%26"}"#,
            r#"{"error":"x","error_description":"Basic aWQ6czNjcmV0KyUyNg=="}"#,
            &format!(r#"{{"errors":[{{"code":"x","message":"{long}s3cret &"}}]}}"#),
        ] {
            let error = refused(400, body);
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("s3c") && !shown.contains("czNj"), "{shown}");
        }
    }

    #[test]
    fn a_device_response_is_read_in_both_forms() {
        let read = |body| {
            let reply = read_device(
                "https://id.example/device",
                &answer(200, body),
                &Scrub::of([]),
            );
            reply.map(|reply| (reply.user_code, reply.verification_uri, reply.lifetime))
        };
        let standard = r#"{"device_code":"d","user_code":"WDJB-MJHT","expires_in":1800,
            "verification_uri":"https://id.example/device"}"#;
        let address = Some("https://id.example/device".to_owned());
        let lifetime = Some(Duration::from_secs(1800));
        assert_eq!(
            read(standard).unwrap(),
            ("WDJB-MJHT".to_owned(), address, lifetime)
        );
        let numbers = r#"{"device_code":"d","user_code":390666,"verification_uri":"javascript:x"}"#;
        assert_eq!(read(numbers).unwrap(), ("390666".to_owned(), None, None));
        let error = read(r#"{"user_code":1}"#).unwrap_err();
        assert_eq!(*error.reason(), IdentityProviderReason::Malformed);
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
