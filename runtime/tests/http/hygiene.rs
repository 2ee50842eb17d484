//! Requests go where they shall and hold what they shall, whatever they are given.

use portal_runtime::{CallExt, Error, Form, HttpTransport, Part, TransportErrorKind, reqwest};

use crate::ledger::{builder, ledger};
use crate::server::{Server, answer, json};

const EVENT: &str = r#"{"id":1,"account":"a"}"#;

#[tokio::test]
async fn a_redirect_takes_no_credentials_anywhere() {
    let elsewhere = Server::answering(vec![json(200, EVENT)]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/there?code=canary", elsewhere.url);
        let server =
            Server::portal(move |_, _| answer(status, &[("location", &location)], "")).await;
        let customized = builder(&server.url)
            .http(|http| {
                http.customize(|client| client.redirect(reqwest::redirect::Policy::limited(10)))
            })
            .build()
            .unwrap();
        for ledger in [ledger(&server.url), customized] {
            let error = ledger.event("1").await.unwrap_err();
            assert_eq!(error.status().unwrap().as_u16(), status);
            let words = error.to_string();
            assert!(
                words.contains(&format!("a redirect to {};", elsewhere.url)),
                "{words}"
            );
            assert!(
                !words.contains("canary") && !words.contains("there"),
                "{words}"
            );
            assert!(!format!("{error:?}").contains("canary"));
        }
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_redirected_token_request_takes_no_secret_anywhere() {
    let elsewhere = Server::answering(vec![json(200, EVENT)]).await;
    let location = elsewhere.url.clone();
    let server = Server::start(move |_, _| answer(307, &[("location", &location)], "")).await;
    let error = ledger(&server.url).event("1").await.unwrap_err();
    assert!(matches!(error, Error::IdentityProvider(_)), "{error}");
    assert_eq!(error.operation(), Some("GetEvent"));
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_client_that_follows_redirects_is_found_out() {
    let elsewhere = Server::answering(vec![json(200, EVENT)]).await;
    let location = format!("{}/?code=canary", elsewhere.url);
    let server = Server::portal(move |_, _| answer(302, &[("location", &location)], "")).await;
    let own = reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(crate::connections::tls())
        .build()
        .unwrap();
    let own = HttpTransport::from_client(own);
    let ledger = builder(&server.url).transport(own).build().unwrap();
    let error = ledger.event("1").await.unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error}")
    };
    assert_eq!(transport.kind(), TransportErrorKind::Redirected);
    assert!(
        !error.is_retryable() && !error.to_string().contains("canary"),
        "{error}"
    );
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn path_values_never_change_the_address() {
    let server = Server::portal(|_, _| json(200, EVENT)).await;
    let ledger = ledger(&server.url);
    for value in [
        "%2e%2e",
        "%2E.",
        "../../admin",
        "..%2f..",
        "..;/",
        "//evil.example/",
        "\\\\evil.example",
        "@evil.example",
        "x?y=z",
        "x#y",
        "x\r\nHost: evil",
        "x\0y",
        "\u{202e}\u{feff}ß",
        "x y\t",
        "http://evil.example/",
        ";rev=9",
        "{region}",
        "a".repeat(3000).as_str(),
    ] {
        ledger.event(value).await.unwrap();
        let request = server.seen().pop().unwrap();
        let rest = request
            .target()
            .strip_prefix("/fi/ledger;rev=2/v1/events/")
            .unwrap_or_else(|| panic!("{value:?} went to {}", request.target()));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
        assert!(rest.bytes().all(plain), "{rest}");
        assert_eq!(
            percent_encoding::percent_decode_str(rest)
                .decode_utf8()
                .unwrap(),
            value
        );
        assert!(request.header("host").unwrap().starts_with("127.0.0.1:"));
    }
}

#[tokio::test]
async fn queries_and_cookies_hold_one_value_each() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    let ledger = ledger(&server.url);
    for value in [
        "a&b=c",
        "a;b",
        "a#b",
        "a\r\nX: y",
        "a\0b",
        "a, b=c",
        "ä\"'`",
        "%0d%0a",
    ] {
        let call = ledger
            .anything()
            .into_call()
            .query("q", value)
            .cookie("sid", value);
        crate::ledger::Anything(call).await.unwrap();
        let request = server.seen().pop().unwrap();
        let query = request.target().split_once("?q=").unwrap().1;
        let cookie = request
            .header("cookie")
            .unwrap()
            .strip_prefix("sid=")
            .unwrap();
        for text in [query, cookie] {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
            assert!(text.bytes().all(plain), "{text}");
            let decoded = percent_encoding::percent_decode_str(text);
            assert_eq!(decoded.decode_utf8().unwrap(), value);
        }
        assert_eq!(request.header("x"), None);
    }
    let call = ledger.anything().into_call().cookie("a; admin", "1");
    crate::ledger::Anything(call).await.unwrap();
    let request = server.seen().pop().unwrap();
    assert!(!request.header("cookie").unwrap().contains(';'));
}

#[tokio::test]
async fn headers_of_the_connection_are_not_the_calls() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    let ledger = ledger(&server.url);
    for name in [
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "connection",
        "Upgrade",
        "TE",
    ] {
        let error = ledger.anything().header(name, "5").await.unwrap_err();
        assert!(matches!(error, Error::Request(_)), "{error}");
        assert!(
            error.to_string().contains("for the connection to set"),
            "{error}"
        );
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn media_types_begin_no_header() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    let call = ledger(&server.url)
        .anything()
        .into_call()
        .bytes("text/plain\r\nX-Evil: 1", "a");
    let error = crate::ledger::Anything(call).await.unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn names_of_parts_begin_no_header_and_end_no_part() {
    let server = Server::portal(|_, _| answer(200, &[], "")).await;
    let evil = "a\"\r\nX-Evil: 1\r\n\r\n--x";
    let form = Form::new().part(
        evil,
        Part::new("body")
            .file_name(evil)
            .content_type("text/plain\r\nX-Evil: 1"),
    );
    let call = ledger(&server.url).anything().into_call().multipart(form);
    crate::ledger::Anything(call).await.unwrap();
    let request = server.seen().pop().unwrap();
    let text = request.text();
    assert!(!text.contains("\nX-Evil"), "{text}");
    // A boundary, two headers, an empty line, the body and the last boundary.
    assert_eq!(text.lines().count(), 6, "{text}");
}

#[test]
fn urls_with_a_password_are_refused_without_repeating_it() {
    let url = "https://user:canary@host.example";
    let refused = |what: &str, problem: portal_runtime::ConfigError| {
        let words = format!("{problem} {problem:?}");
        assert!(
            words.contains("must not hold a user name or password"),
            "{what}: {words}"
        );
        assert!(!words.contains("canary"), "{what}: {words}");
    };
    let fine = || builder("https://host.example");
    refused(
        "the gateway URL",
        fine().gateway_url(url).build().err().unwrap(),
    );
    refused(
        "an API's URL",
        fine().api_url("ledger", url).build().err().unwrap(),
    );
    refused(
        "the token URL",
        fine().token_url(url).build().err().unwrap(),
    );
    let templated = fine()
        .api_url("ledger", "{whole}/x")
        .server_variable("whole", url);
    refused("a variable", templated.build().err().unwrap());
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for host in [
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "[::2]",
        "0.0.0.0",
    ] {
        let url = format!("http://{host}");
        let refused = |problem: portal_runtime::ConfigError| {
            assert!(
                problem.to_string().contains("plain http"),
                "{host}: {problem}"
            );
        };
        let fine = || builder("https://host.example");
        refused(fine().gateway_url(&url).build().err().unwrap());
        refused(fine().token_url(&url).build().err().unwrap());
        let substituted = fine()
            .api_url("ledger", "http://{host}/x")
            .server_variable("host", host);
        refused(substituted.build().err().unwrap());
    }
}
