//! The page on errors names every layer and every reason.

use std::time::Duration;

use http::StatusCode;

use super::{
    Error, GatewayReason, IdentityProviderError, IdentityProviderReason, ItemError, ItemProblem,
    Outcome, PagingError, RequestError, ResponseError, TimeoutKind, TransportError,
    TransportErrorKind, UndeclaredSuccess,
};
use crate::body::RawBody;
use crate::retry::Ended;

const PAGE: &str = include_str!("../../../docs/errors.md");

/// Lists values and makes a match of them without a wildcard, so that a new variant that is not
/// listed does not compile.
macro_rules! all {
    ($($pattern:pat => $name:literal),+ $(,)?; $type:ty) => {{
        #[allow(dead_code)]
        fn exhaustive(value: &$type) {
            match value {
                $($pattern => {})+
            }
        }
        [$($name),+]
    }};
}

fn names(what: &str, list: &[&str]) {
    for name in list {
        let written = format!("`{what}::{name}`");
        assert!(PAGE.contains(&written), "docs/errors.md lacks {written}");
    }
}

/// The word in the column "Carried out?" of the row that begins with a name.
fn carried_out(name: &str) -> &'static str {
    let start = format!("| `{name}` |");
    let rows = PAGE.lines().filter(|line| line.starts_with(&start));
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), 1, "{name} has one row");
    let cells: Vec<_> = rows[0].split(" | ").collect();
    assert_eq!(cells.len(), 4, "{name}: {cells:?}");
    cells[2].split(',').next().unwrap()
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotCarriedOut => "No",
        Outcome::CarriedOut => "Yes",
        Outcome::Unknown => "Unknown",
    }
}

/// An error of each layer as calls give it.
fn layers() -> Vec<(&'static str, Error<()>)> {
    let raw = || RawBody::new(bytes::Bytes::new(), None);
    let request = RequestError::new("o", "p");
    let reason = IdentityProviderReason::Source;
    let identity = IdentityProviderError::new("e", reason, "m");
    let success = UndeclaredSuccess {
        operation: "o",
        status: StatusCode::OK,
        headers: http::HeaderMap::new(),
        raw: raw(),
    };
    let status = StatusCode::OK;
    let decode = ResponseError {
        operation: "o",
        status,
        headers: http::HeaderMap::new(),
        problem: crate::wire::from_slice::<bool>(b"1").unwrap_err(),
        raw: raw(),
    };
    let item = ItemError::new(None, 1, ItemProblem::Truncated, None);
    vec![
        ("Request", Error::Request(Box::new(request))),
        ("IdentityProvider", Error::IdentityProvider(identity)),
        (
            "UndeclaredSuccess",
            Error::UndeclaredSuccess(Box::new(success)),
        ),
        ("Decode", Error::Decode(Box::new(decode))),
        (
            "Paging",
            Error::Paging(Box::new(PagingError::new("o", 1, "p"))),
        ),
        ("Item", Error::Item(Box::new(item))),
    ]
}

#[test]
fn the_page_says_whether_requests_were_carried_out() {
    for (name, error) in layers() {
        let written = carried_out(&format!("Error::{name}"));
        assert_eq!(written, word(error.outcome()), "{name}");
        let was_success = error.outcome() == Outcome::CarriedOut;
        assert_eq!(
            error.in_doubt().outcome() == Outcome::CarriedOut,
            was_success,
            "{name} after an earlier attempt"
        );
    }
    for (name, by) in [
        ("Gateway", "By reason"),
        ("Api", "By status"),
        ("Transport", "By kind"),
        ("Timeout", "By kind"),
    ] {
        assert_eq!(carried_out(&format!("Error::{name}")), by);
    }
    for (name, status, message) in [
        (
            "SubscriptionKeyMissing",
            401,
            "Access denied due to missing subscription key.",
        ),
        (
            "SubscriptionKeyInvalid",
            401,
            "Access denied due to invalid subscription key.",
        ),
        ("TokenRefused", 401, "JWT expired."),
        ("AddressNotAllowed", 403, "Forbidden for caller IP"),
        ("Forbidden", 403, "Forbidden"),
        ("RateLimit", 429, "Rate limit is exceeded."),
        ("Quota", 403, "Out of call volume quota."),
        ("OperationNotFound", 404, "Resource not found"),
        ("Unavailable", 500, "Internal server error"),
    ] {
        let body = format!(r#"{{"statusCode":{status},"message":"{message}"}}"#);
        let headers = http::HeaderMap::new();
        let refusal = crate::gateway::classify(status, &headers, body.as_bytes(), true).unwrap();
        assert_eq!(format!("{:?}", refusal.reason), name);
        let ended = Ended::Answered {
            status,
            retry_after: None,
            by_gateway: true,
        };
        let written = carried_out(&format!("GatewayReason::{name}"));
        assert_eq!(written, word(ended.outcome()), "{name}");
    }
    assert_eq!(carried_out("GatewayReason::Refused"), "By status");
}

#[test]
fn the_page_says_which_kinds_of_trouble_come_after_the_request_was_carried_out() {
    use TransportErrorKind::*;
    for kind in [
        Connect,
        ConnectTimeout,
        Unprocessed,
        Exchange,
        RequestBody,
        Redirected,
    ] {
        let error = TransportError::new(kind, "m");
        let written = carried_out(&format!("TransportErrorKind::{kind:?}"));
        assert_eq!(written, word(error.outcome()), "{kind:?}");
        assert_eq!(
            error.was_not_sent(),
            error.outcome() == Outcome::NotCarriedOut
        );
    }
    for kind in [ResponseBody, Stalled, TooLarge, ContentEncoding] {
        // Before a status is known, as with transports of an application's own, nothing is.
        let error = TransportError::new(kind, "m");
        assert_eq!(error.outcome(), Outcome::Unknown, "{kind:?}");
        let error = error.of_answer(StatusCode::CREATED);
        let written = carried_out(&format!("TransportErrorKind::{kind:?}"));
        assert_eq!(written, word(error.outcome()), "{kind:?}");
    }
    // What the calls give for each is in `tests/http/outcomes.rs`.
    for (kind, expected) in [
        (TimeoutKind::Connect, "No"),
        (TimeoutKind::Attempt, "Unknown"),
        (TimeoutKind::Idle, "Yes"),
        (TimeoutKind::Total, "Unknown"),
    ] {
        assert_eq!(carried_out(&format!("TimeoutKind::{kind:?}")), expected);
    }
}

#[test]
fn the_page_has_the_statuses_that_decide() {
    let rows = [
        ("2xx", "Yes", vec![200, 201, 202, 204, 299]),
        ("304, 305, 307, 308", "No", vec![304, 305, 307, 308]),
        ("Other 3xx", "Unknown", vec![300, 301, 302, 303, 306]),
        ("408, 499", "Unknown", vec![408, 499]),
        (
            "Other 4xx",
            "No",
            vec![
                400, 401, 403, 404, 409, 410, 412, 413, 415, 421, 422, 423, 425, 428, 429, 451,
            ],
        ),
        (
            "Other 5xx",
            "Unknown",
            vec![500, 501, 502, 503, 504, 505, 599],
        ),
    ];
    for (row, expected, statuses) in rows {
        let written = format!("| {row} | {expected} |");
        assert!(PAGE.contains(&written), "docs/errors.md lacks {written}");
        for status in statuses {
            assert_eq!(word(Outcome::of_status(status)), expected, "{status}");
        }
    }
    for status in [0, 100, 199, 600, 999] {
        assert_eq!(Outcome::of_status(status), Outcome::Unknown, "{status}");
    }
    assert!(PAGE.contains("| 503 of the gateway with `Retry-After` | No |"));
    let busy = |by_gateway, retry_after| Ended::Answered {
        status: 503,
        retry_after,
        by_gateway,
    };
    let soon = Some(Duration::ZERO);
    assert_eq!(busy(true, soon).outcome(), Outcome::NotCarriedOut);
    assert_eq!(busy(true, None).outcome(), Outcome::Unknown);
    assert_eq!(busy(false, soon).outcome(), Outcome::Unknown);
    names(
        "Outcome",
        &all![
            Outcome::NotCarriedOut => "NotCarriedOut",
            Outcome::CarriedOut => "CarriedOut",
            Outcome::Unknown => "Unknown";
            Outcome
        ],
    );
}

#[test]
fn the_page_names_every_error() {
    names(
        "Error",
        &all![
            Error::Request(_) => "Request",
            Error::IdentityProvider(_) => "IdentityProvider",
            Error::Gateway(_) => "Gateway",
            Error::Api(_) => "Api",
            Error::UndeclaredSuccess(_) => "UndeclaredSuccess",
            Error::Transport(_) => "Transport",
            Error::Timeout(_) => "Timeout",
            Error::Decode(_) => "Decode",
            Error::Paging(_) => "Paging",
            Error::Item(_) => "Item";
            Error<()>
        ],
    );
    names(
        "GatewayReason",
        &all![
            GatewayReason::SubscriptionKeyMissing => "SubscriptionKeyMissing",
            GatewayReason::SubscriptionKeyInvalid => "SubscriptionKeyInvalid",
            GatewayReason::TokenRefused => "TokenRefused",
            GatewayReason::AddressNotAllowed => "AddressNotAllowed",
            GatewayReason::Forbidden => "Forbidden",
            GatewayReason::RateLimit => "RateLimit",
            GatewayReason::Quota => "Quota",
            GatewayReason::OperationNotFound => "OperationNotFound",
            GatewayReason::Unavailable => "Unavailable",
            GatewayReason::Refused => "Refused";
            GatewayReason
        ],
    );
    names(
        "IdentityProviderReason",
        &all![
            IdentityProviderReason::Refused { .. } => "Refused",
            IdentityProviderReason::MissingScopes(_) => "MissingScopes",
            IdentityProviderReason::Unavailable => "Unavailable",
            IdentityProviderReason::Unreachable => "Unreachable",
            IdentityProviderReason::Malformed => "Malformed",
            IdentityProviderReason::Source => "Source",
            IdentityProviderReason::Interrupted => "Interrupted",
            IdentityProviderReason::LoginRequired => "LoginRequired",
            IdentityProviderReason::Store { .. } => "Store",
            IdentityProviderReason::Denied => "Denied",
            IdentityProviderReason::Expired => "Expired",
            IdentityProviderReason::Callback => "Callback",
            IdentityProviderReason::Settings => "Settings";
            IdentityProviderReason
        ],
    );
    names(
        "TransportErrorKind",
        &all![
            TransportErrorKind::Connect => "Connect",
            TransportErrorKind::ConnectTimeout => "ConnectTimeout",
            TransportErrorKind::Unprocessed => "Unprocessed",
            TransportErrorKind::Exchange => "Exchange",
            TransportErrorKind::RequestBody => "RequestBody",
            TransportErrorKind::ResponseBody => "ResponseBody",
            TransportErrorKind::Stalled => "Stalled",
            TransportErrorKind::TooLarge => "TooLarge",
            TransportErrorKind::ContentEncoding => "ContentEncoding",
            TransportErrorKind::Redirected => "Redirected";
            TransportErrorKind
        ],
    );
    names(
        "TimeoutKind",
        &all![
            TimeoutKind::Connect => "Connect",
            TimeoutKind::Attempt => "Attempt",
            TimeoutKind::Idle => "Idle",
            TimeoutKind::Total => "Total";
            TimeoutKind
        ],
    );
    names(
        "ItemProblem",
        &all![
            ItemProblem::Decode(_) => "Decode",
            ItemProblem::Truncated => "Truncated",
            ItemProblem::Stray => "Stray",
            ItemProblem::TooLarge(_) => "TooLarge",
            ItemProblem::MediaType(_) => "MediaType",
            ItemProblem::Transport(_) => "Transport";
            ItemProblem
        ],
    );
}

#[test]
fn timeouts_name_the_setting_that_ran_out() {
    for kind in [
        TimeoutKind::Connect,
        TimeoutKind::Attempt,
        TimeoutKind::Idle,
        TimeoutKind::Total,
    ] {
        let error = super::TimeoutError {
            operation: "GetEvent",
            kind,
            limit: Duration::from_secs(3),
            attempts: 2,
            outcome: super::Outcome::Unknown,
        };
        let words = error.to_string();
        assert!(words.starts_with("GetEvent: "), "{words}");
        assert!(
            words.contains(&format!("the {} timeout", kind.name())),
            "{words}"
        );
        assert!(words.contains("within 3 s after 2 attempts"), "{words}");
    }
}
