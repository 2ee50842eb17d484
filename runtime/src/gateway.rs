//! Telling the answers of Azure API Management from those of the API behind it.
//!
//! The gateway answers with `{"statusCode": …, "message": …}`, and a refused subscription key with
//! a challenge of its own. Its texts are documented in Azure's error handling and policy pages.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};

use crate::error::GatewayReason;
use crate::json::{self, Loose};
use crate::retry;

/// What the gateway said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: GatewayReason,
    pub(crate) message: String,
    pub(crate) retry_after: Option<Duration>,
    /// Whether the answer certainly is the gateway's own, by its shape or its challenge.
    pub(crate) certain: bool,
}

/// Returns what the gateway said, or `None` where the answer is the API's.
///
/// `expected` tells that a gateway stands in front of the API; without it only the challenge for a
/// subscription key, which nobody else sends, counts.
pub(crate) fn classify(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    expected: bool,
) -> Option<Refusal> {
    let message = own_message(status, body);
    let challenged = headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .any(|value| contains(value.as_bytes(), b"azureapimanagementkey"));
    if !(expected || challenged) {
        return None;
    }
    let text = message.as_deref().unwrap_or("");
    let has = |words: &str| contains(text.as_bytes(), words.as_bytes());
    let reason = match status {
        401 if has("missing subscription key") => GatewayReason::SubscriptionKeyMissing,
        401 if challenged || has("invalid subscription key") => {
            GatewayReason::SubscriptionKeyInvalid
        }
        429 if message.is_some() || body.is_empty() => GatewayReason::RateLimit,
        // A page in HTML is that of some proxy on the way, or of the host that the API runs on.
        502..=504 if message.is_none() && is_page(headers) => GatewayReason::Unavailable,
        _ if message.is_none() => return None,
        401 => GatewayReason::TokenRefused,
        403 if has("out of call volume quota") || has("out of bandwidth quota") => {
            GatewayReason::Quota
        }
        403 if has("caller ip") => GatewayReason::AddressNotAllowed,
        403 => GatewayReason::Forbidden,
        404 => GatewayReason::OperationNotFound,
        500..=599 => GatewayReason::Unavailable,
        _ => GatewayReason::Refused,
    };
    let retry_after = retry::retry_after(headers, SystemTime::now()).or_else(|| wait(text));
    Some(Refusal {
        reason,
        message: json::tidy(text),
        retry_after,
        certain: message.is_some() || challenged,
    })
}

fn is_page(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| contains(value.as_bytes(), b"text/html"))
}

/// The message of a body that has the gateway's shape and nothing else in it.
fn own_message(status: u16, body: &[u8]) -> Option<String> {
    let members = json::members(body);
    let known = ["statusCode", "message", "activityId"];
    if members
        .iter()
        .any(|(name, _)| !known.contains(&name.as_str()))
    {
        return None;
    }
    let same = json::find(&members, "statusCode")?.scalar()? == status.to_string();
    match json::find(&members, "message")? {
        Loose::Text(message) if same => Some(message.clone()),
        _ => None,
    }
}

/// The time that a text names: `in 57 seconds`, `in 00:30:02`, `in 14.07:13:56` or `in 2.12 days`.
fn wait(text: &str) -> Option<Duration> {
    let (_, after) = text.rsplit_once(" in ")?;
    let mut words = after.split_whitespace();
    let figure = words.next()?.trim_end_matches('.');
    if figure.contains(':') {
        return clock(figure);
    }
    let unit = match words.next()?.trim_end_matches('.') {
        "second" | "seconds" => 1.0,
        "minute" | "minutes" => 60.0,
        "hour" | "hours" => 3600.0,
        "day" | "days" => 86_400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(figure.parse::<f64>().ok()? * unit).ok()
}

/// `hh:mm:ss` or `d.hh:mm:ss`.
fn clock(text: &str) -> Option<Duration> {
    let (days, time) = match text.split_once(':')?.0.split_once('.') {
        Some((days, _)) => (days.parse::<u64>().ok()?, text.split_once('.')?.1),
        None => (0, text),
    };
    let parts: Vec<u64> = time
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [hours, minutes, seconds] = parts[..] else {
        return None;
    };
    let total = days
        .checked_mul(86_400)?
        .checked_add(hours.checked_mul(3600)?)?;
    Some(Duration::from_secs(
        total
            .checked_add(minutes.checked_mul(60)?)?
            .checked_add(seconds)?,
    ))
}

/// Returns true when the text holds the words, in any case.
fn contains(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len())
        .any(|window| window.eq_ignore_ascii_case(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(status: u16, body: &str) -> Option<GatewayReason> {
        classify(status, &HeaderMap::new(), body.as_bytes(), true).map(|refusal| refusal.reason)
    }

    fn seconds(status: u16, message: &str) -> Option<u64> {
        let body = format!(r#"{{"statusCode":{status},"message":"{message}"}}"#);
        classify(status, &HeaderMap::new(), body.as_bytes(), true)?
            .retry_after
            .map(|wait| wait.as_secs())
    }

    #[test]
    fn a_subscription_key_is_told_from_a_token() {
        let missing = r#"{ "statusCode": 401, "message": "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API." }"#;
        let invalid = r#"{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription." }"#;
        assert_eq!(
            reason(401, missing),
            Some(GatewayReason::SubscriptionKeyMissing)
        );
        assert_eq!(
            reason(401, invalid),
            Some(GatewayReason::SubscriptionKeyInvalid)
        );
        assert_eq!(
            reason(
                401,
                r#"{"statusCode":401,"message":"Unauthorized. Access token is missing or invalid."}"#
            ),
            Some(GatewayReason::TokenRefused)
        );
        assert_eq!(reason(401, ""), None);
    }

    #[test]
    fn the_challenge_alone_is_enough() {
        let mut headers = HeaderMap::new();
        let challenge = r#"AzureApiManagementKey realm="https://h/p",name="Ocp-Apim-Subscription-Key",type="header""#;
        headers.insert(WWW_AUTHENTICATE, challenge.parse().unwrap());
        let refusal = classify(401, &headers, b"", false).unwrap();
        assert_eq!(refusal.reason, GatewayReason::SubscriptionKeyInvalid);
    }

    #[test]
    fn quotas_and_limits_tell_when_they_end() {
        assert_eq!(
            seconds(429, "Rate limit is exceeded. Try again in 57 seconds."),
            Some(57)
        );
        let quota = "Out of call volume quota. Quota will be replenished in";
        assert_eq!(seconds(403, &format!("{quota} 00:30:02.")), Some(1802));
        assert_eq!(
            seconds(403, &format!("{quota} 14.07:13:56.")),
            Some(14 * 86_400 + 7 * 3600 + 13 * 60 + 56)
        );
        assert_eq!(seconds(403, &format!("{quota} 2.12 days.")), Some(183_168));
        assert_eq!(seconds(403, &format!("{quota} soon.")), None);
        assert_eq!(
            seconds(403, &format!("{quota} 99999999999999999999.00:00:00.")),
            None
        );
        assert_eq!(
            reason(
                403,
                r#"{"statusCode":403,"message":"Out of bandwidth quota. Quota will be replenished in 00:01:00."}"#
            ),
            Some(GatewayReason::Quota)
        );
        assert_eq!(reason(429, ""), Some(GatewayReason::RateLimit));
    }

    #[test]
    fn the_apis_own_answers_are_not_the_gateways() {
        assert_eq!(
            reason(400, r#"{"error":"x","code":"y","telemetryId":"z"}"#),
            None
        );
        assert_eq!(reason(403, ""), None);
        assert_eq!(reason(404, ""), None);
        assert_eq!(
            reason(
                404,
                r#"{"statusCode":404,"message":"Not Found","error":"Not Found"}"#
            ),
            None
        );
        assert_eq!(
            reason(404, r#"{"statusCode":400,"message":"Resource not found"}"#),
            None
        );
        assert_eq!(reason(429, r#"{"error":"slow"}"#), None);
        let shape = br#"{"statusCode":404,"message":"Resource not found"}"#;
        assert_eq!(classify(404, &HeaderMap::new(), shape, false), None);
    }

    #[test]
    fn a_page_is_not_the_apis_answer_but_not_certainly_the_gateways() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "text/html; charset=UTF-8".parse().unwrap());
        let refusal = classify(502, &headers, b"<html>502</html>", true).unwrap();
        assert_eq!(refusal.reason, GatewayReason::Unavailable);
        assert!(!refusal.certain);
        assert_eq!(classify(500, &headers, b"<html>", true), None);
        assert_eq!(classify(502, &headers, b"<html>", false), None);
        assert_eq!(reason(502, "<html>"), None);
    }

    #[test]
    fn an_address_that_is_not_let_in_is_told_apart() {
        let body = r#"{"statusCode":403,"message":"Caller IP address 1.2.3.4 is not allowed. Access denied."}"#;
        assert_eq!(reason(403, body), Some(GatewayReason::AddressNotAllowed));
    }

    #[test]
    fn the_gateways_other_answers_have_reasons() {
        assert_eq!(
            reason(
                404,
                r#"{ "statusCode": 404, "message": "Resource not found" }"#
            ),
            Some(GatewayReason::OperationNotFound)
        );
        assert_eq!(
            reason(403, r#"{"statusCode":403,"message":"Forbidden"}"#),
            Some(GatewayReason::Forbidden)
        );
        assert_eq!(
            reason(
                500,
                r#"{"statusCode":500,"message":"Internal server error","activityId":"1-2"}"#
            ),
            Some(GatewayReason::Unavailable)
        );
        assert_eq!(
            reason(
                400,
                r#"{"statusCode":400,"message":"Body of the request does not conform"}"#
            ),
            Some(GatewayReason::Refused)
        );
    }
}
