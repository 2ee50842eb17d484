//! The page on errors names every layer and every reason.

use std::time::Duration;

use super::{
    Error, GatewayReason, IdentityProviderReason, ItemProblem, TimeoutKind, TransportErrorKind,
};

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
