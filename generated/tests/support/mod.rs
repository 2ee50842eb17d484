//! What the tests of the clients share: a server, clients that talk to it, and requests as text.

// Each of the tests uses its own part.
#![allow(dead_code, unused_imports)]

use portal_apis::easor::{Easor, Region};
use portal_apis::runtime::testing::lines;
use portal_apis::runtime::wire::Decimal;
use portal_apis::runtime::{Builder, Bundle, RetryPolicy};

pub(crate) use portal_apis::runtime::testing::{Answer, Request, Server, script, tokens};

pub(crate) const CLIENT_ID: &str = "client-7";
/// Every character of it that a form has to encode is there on purpose.
pub(crate) const CLIENT_SECRET: &str = "s3cret &+=/%ä";
pub(crate) const SUBSCRIPTION_KEY: &str = "0f1e2d3c4b5a";
pub(crate) const SCOPE: &str = "ledger.all";
pub(crate) const USER_AGENT: &str = "tests/1";

/// An organization number that no path may hold as it is, and how it has to be sent.
pub(crate) const ODD: &str = "a/b ä;?";
pub(crate) const ODD_ENCODED: &str = "a%2Fb%20%C3%A4%3B%3F";

/// A client of Easor that gets tokens from the server, sends its calls there and repeats nothing.
pub(crate) fn easor<B: Bundle>(server: &Server) -> Easor<B> {
    builder(server).build().unwrap()
}

/// The settings of that client.
pub(crate) fn builder<B: Bundle>(server: &Server) -> Builder<Easor<B>> {
    Easor::<B>::builder(Region::Fi)
        .credentials(CLIENT_ID, CLIENT_SECRET)
        .subscription_key(SUBSCRIPTION_KEY)
        .scopes([SCOPE])
        .gateway_url(server.url())
        .token_url(server.token_url())
        .user_agent(USER_AGENT)
        .retry(RetryPolicy::never())
}

/// A call without a body, as [`Server::only_call`] shows it; with headers beside those that every
/// call has.
pub(crate) fn call(method: &str, target: &str, headers: &[(&str, &str)]) -> String {
    text(method, target, headers, "")
}

/// A call with a JSON body.
pub(crate) fn call_with_json(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    let length = body.len().to_string();
    let own = [
        ("content-type", "application/json"),
        ("content-length", &length),
    ];
    text(method, target, &[headers, &own].concat(), body)
}

fn text(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> String {
    let common = [
        ("accept", "application/json"),
        ("accept-encoding", "gzip"),
        ("authorization", "Bearer token-1"),
        ("host", "server"),
        ("ocp-apim-subscription-key", SUBSCRIPTION_KEY),
        ("user-agent", USER_AGENT),
    ];
    let mut headers = [&common, headers].concat();
    headers.sort_unstable();
    format!("{method} {target}\n{}\n{body}", lines(&headers))
}

/// A sum of money, digit by digit.
pub(crate) fn money(digits: &str) -> Decimal {
    digits.parse().unwrap()
}
