//! Documents from a developer portal that behaves as the page of such a portal expects.

use std::process::Command;
use std::sync::{Arc, Mutex};

use super::server::{Request, Server, ok, response};
use super::{DOCUMENT, check_untouched, workspace};
use crate::support::{Ended, Folder};

const EMAIL: &str = "dev@example.com";
const PASSWORD: &str = "pass:wörd";
/// `dev@example.com:pass:wörd` as RFC 7617 has it, in UTF-8.
const BASIC: &str = "Basic ZGV2QGV4YW1wbGUuY29tOnBhc3M6d8O2cmQ=";
pub(super) const TOKEN: &str = "u1&209901010000&c2lnbmF0dXJl==";
pub(super) const EMPTY: &str =
    r#"{"openapi":"3.0.1","info":{"title":"Orders","version":"1"},"paths":{}}"#;

/// What a test changes about the portal: what it answers in place of the usual.
pub(super) type Other = dyn Fn(&Request, usize) -> Option<Vec<u8>> + Send;

/// A portal with one API. `other` gets each request with the number of times that its path was asked before.
pub(super) fn portal(other: Box<Other>) -> Server {
    let address = Arc::new(Mutex::new(String::new()));
    let here = Arc::clone(&address);
    let asked = Mutex::new(Vec::<String>::new());
    let server = Server::start(move |_, request| {
        let path = request
            .target
            .split('?')
            .next()
            .unwrap_or_default()
            .to_owned();
        let times = {
            let mut asked = asked.lock().expect("nobody panics with it");
            asked.push(path.clone());
            asked.iter().filter(|it| **it == path).count() - 1
        };
        if let Some(answer) = other(request, times) {
            return answer;
        }
        let authorized = request.header("authorization")
            == format!("SharedAccessSignature token=\"{TOKEN}\",refresh=\"true\"");
        match path.as_str() {
            "/config.json" => ok(&format!(
                r#"{{"backendUrl":"{}/"}}"#,
                here.lock().expect("nobody panics with it")
            )),
            "/developer/identity" if request.header("authorization") == BASIC || authorized => {
                signed_in(TOKEN)
            }
            "/developer/users/u1/apis" if authorized => {
                ok(r#"{"value":[{"id":"/apis/orders-id","name":"Orders API"}],"count":1}"#)
            }
            "/developer/users/u1/apis/orders-id" if authorized => ok(DOCUMENT),
            _ => response("401 Unauthorized", "", ""),
        }
    });
    *address.lock().expect("nobody panics with it") = server.url();
    server
}

fn signed_in(token: &str) -> Vec<u8> {
    let header = format!("Ocp-Apim-Sas-Token: token=\"{token}\",refresh=\"true\"\r\n");
    response("200 OK", &header, r#"{"id":"u1","provider":"Basic"}"#)
}

pub(super) fn usual() -> Box<Other> {
    Box::new(|_, _| None)
}

/// The command with a login, to be run.
pub(super) fn command(folder: &Folder, more: &[&str]) -> Command {
    let mut command = folder.command(&[&["fetch"], more].concat());
    command
        .env("SHOP_PORTAL_EMAIL", EMAIL)
        .env("SHOP_PORTAL_PASSWORD", PASSWORD);
    command
}

/// Runs the command with a login, and checks that neither it nor a token is told.
#[track_caller]
pub(super) fn fetch(folder: &Folder, more: &[&str]) -> Ended {
    let ended = Ended::from(command(folder, more).output().expect("the command runs"));
    for secret in [EMAIL, "pass:", "c2ln", "ZGV2"] {
        assert!(
            !ended.stdout.contains(secret) && !ended.stderr.contains(secret),
            "{ended:?}"
        );
    }
    ended
}

/// What was asked, with the first word of how.
pub(super) fn asked(server: &Server) -> Vec<String> {
    let asked = |it: &Request| {
        let scheme = it
            .header("authorization")
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        let path = it.target.split('?').next().unwrap_or_default();
        format!("{path} {scheme}").trim_end().to_owned()
    };
    server.requests().iter().map(asked).collect()
}

/// Checks that a portal that answers otherwise leaves the old document, and what is said.
#[track_caller]
pub(super) fn check_refused(test: &str, other: Box<Other>, expected: &str) -> Server {
    let server = portal(other);
    let folder = workspace(test, &server.url());
    let ended = fetch(&folder, &[]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (1, ""),
        "{}",
        ended.stderr
    );
    let stderr = ended.stderr.replace(&server.url(), "SERVER");
    let expected = expected.replace(&server.url(), "SERVER");
    assert!(stderr.contains(&expected), "{stderr}");
    check_untouched(&folder);
    server
}

#[test]
fn a_document_is_exported_for_its_user() {
    let server = portal(usual());
    let folder = workspace("portal_usual", &server.url());
    let ended = fetch(&folder, &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert_eq!(folder.read("specs/shop/orders.yaml"), DOCUMENT);
    let expected = [
        "/config.json",
        "/developer/identity Basic",
        "/developer/users/u1/apis SharedAccessSignature",
        "/developer/users/u1/apis/orders-id SharedAccessSignature",
    ];
    assert_eq!(asked(&server), expected);
    let requests = server.requests();
    let targets: Vec<_> = requests.iter().map(|it| it.target.as_str()).collect();
    assert_eq!(
        targets[1],
        "/developer/identity?api-version=2022-04-01-preview"
    );
    assert_eq!(
        targets[2],
        "/developer/users/u1/apis?$top=50&$skip=0&skipWorkspaces=true&api-version=2022-04-01-preview"
    );
    assert_eq!(
        targets[3],
        "/developer/users/u1/apis/orders-id?export=true&api-version=2022-04-01-preview"
    );
    assert_eq!(
        requests[3].header("accept"),
        "application/vnd.oai.openapi+json"
    );
    let again = fetch(&folder, &["--api", "orders"]);
    assert_eq!(
        again.stdout,
        "shop/orders: specs/shop/orders.yaml is as before\n"
    );
}

#[test]
fn other_formats_are_taken_where_one_is_empty_or_a_page() {
    let yaml = crate::support::ORDERS;
    let server = portal(Box::new(move |request, _| match request.header("accept") {
        "application/vnd.oai.openapi+json" => Some(ok(EMPTY)),
        "application/vnd.oai.openapi" => Some(ok("<html>Sign in</html>")),
        "application/vnd.swagger.doc+json" => Some(ok(yaml)),
        _ => None,
    }));
    let folder = workspace("portal_formats", &server.url());
    let ended = fetch(&folder, &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert_eq!(folder.read("specs/shop/orders.yaml"), yaml);
}

#[test]
fn exports_of_which_none_is_usable_leave_the_old_document() {
    let other = |request: &Request, _: usize| match request.header("accept") {
        "application/vnd.oai.openapi+json" => Some(ok(EMPTY)),
        "application/vnd.oai.openapi" => Some(ok("<html>Sign in</html>")),
        "application/vnd.swagger.doc+json" => Some(response("406 Not Acceptable", "", "")),
        _ if request.target.contains("/operations") => Some(response("403 Forbidden", "", "")),
        _ => None,
    };
    check_refused(
        "portal_no_format",
        Box::new(other),
        "the portal gives no usable document of `orders-id` (OpenAPI 3 as JSON: the document has no operations; OpenAPI 3 \
         as YAML: the file is XML or HTML; OpenAPI 2: status 406; rebuilt from its operations: SERVER/developer/users/u1/\
         apis/orders-id/operations refuses this user (status 403)); save it in a browser and take it with `--from FILE`; \
         if that should not be so, ask help@example.com for access of this user to the APIs\n",
    );
}

#[test]
fn refused_logins_say_what_to_do() {
    let challenge =
        |kind: &str| format!("WWW-Authenticate: Basic realm=\"x\", error=\"{kind}\"\r\n");
    let cases = [
        (
            "401 Unauthorized",
            challenge("identity_not_confirmed"),
            "the user is not confirmed yet: follow the link in the portal's e-mail",
        ),
        (
            "401 Unauthorized",
            challenge("invalid_identity"),
            "e-mail or password is wrong",
        ),
        (
            "401 Unauthorized",
            String::new(),
            "the portal refuses the login",
        ),
        (
            "400 Bad Request",
            String::new(),
            "the portal has no login by e-mail and password: save the documents in a browser",
        ),
        (
            "500 Internal Server Error",
            String::new(),
            "/developer/identity answers the login with status 500",
        ),
        (
            "200 OK",
            String::new(),
            "/developer/identity answers with no token",
        ),
    ];
    for (number, (status, headers, expected)) in cases.into_iter().enumerate() {
        let other = move |request: &Request, _: usize| {
            let is_login = request.target.starts_with("/developer/identity");
            is_login.then(|| response(status, &headers, "{}"))
        };
        let server = check_refused(&format!("portal_login_{number}"), Box::new(other), expected);
        assert_eq!(server.requests().len(), 2, "nothing is asked any more");
    }
}

#[test]
fn a_token_that_ends_is_renewed() {
    let other = |request: &Request, times: usize| {
        let is_login = request.target.starts_with("/developer/identity");
        match (is_login, times) {
            (true, 0) => Some(signed_in("u1&202001010000&b2xk==")),
            // The old token is no longer good for another one.
            (true, 1) => Some(response("401 Unauthorized", "", "")),
            _ => None,
        }
    };
    let by_login = portal(Box::new(other));
    let folder = workspace("portal_renewed_by_login", &by_login.url());
    let ended = fetch(&folder, &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let expected = [
        "/config.json",
        "/developer/identity Basic",
        "/developer/identity SharedAccessSignature",
        "/developer/identity Basic",
        "/developer/users/u1/apis SharedAccessSignature",
        "/developer/users/u1/apis/orders-id SharedAccessSignature",
    ];
    assert_eq!(asked(&by_login), expected);

    let by_token = portal(Box::new(|request, times| {
        let is_login = request.target.starts_with("/developer/identity");
        match (is_login, times) {
            (true, 0) => Some(signed_in("u1&202001010000&b2xk==")),
            (true, _) => Some(signed_in(TOKEN)),
            _ => None,
        }
    }));
    let folder = workspace("portal_renewed_by_token", &by_token.url());
    assert_eq!(fetch(&folder, &[]).code, 0);
    assert_eq!(
        asked(&by_token)[1..3],
        [
            "/developer/identity Basic",
            "/developer/identity SharedAccessSignature"
        ]
    );
    assert_eq!(asked(&by_token).len(), 5);
}

#[test]
fn a_token_that_is_refused_is_replaced_once() {
    let other = |request: &Request, times: usize| {
        let is_list = request.target.starts_with("/developer/users/u1/apis?");
        (is_list && times == 0).then(|| response("401 Unauthorized", "", ""))
    };
    let server = portal(Box::new(other));
    let folder = workspace("portal_refused_token", &server.url());
    assert_eq!(fetch(&folder, &[]).code, 0);
    assert_eq!(
        asked(&server)
            .iter()
            .filter(|it| it.ends_with("Basic"))
            .count(),
        2
    );

    let other = |request: &Request, _: usize| {
        let is_list = request.target.starts_with("/developer/users/u1/apis?");
        is_list.then(|| response("401 Unauthorized", "", ""))
    };
    let expected = "/developer/users/u1/apis refuses this user (status 401); if that should not be so, ask help@example.com";
    let server = check_refused("portal_refused_again", Box::new(other), expected);
    assert_eq!(server.requests().len(), 5, "not for ever");
}

#[test]
fn lists_are_read_to_their_end() {
    let other = |request: &Request, _: usize| {
        let skip = request
            .target
            .split("$skip=")
            .nth(1)?
            .split('&')
            .next()?
            .parse::<usize>()
            .ok()?;
        let api =
            |id: &str| format!(r#"{{"id":"{id}","properties":{{"displayName":"API {id}"}}}}"#);
        let page = match skip {
            0 => format!("[{},{}]", api("a"), api("b")),
            2 => format!("[{}]", api("orders-id")),
            _ => "[]".to_owned(),
        };
        let next = if skip < 3 {
            r#""https://other.example.com/next""#
        } else {
            "null"
        };
        Some(ok(&format!(r#"{{"value":{page},"nextLink":{next}}}"#)))
    };
    let server = portal(Box::new(other));
    let folder = workspace("portal_pages", &server.url());
    let ended = fetch(&folder, &["--list"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let lines: Vec<_> = ended
        .stdout
        .lines()
        .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        lines,
        [
            "a API a",
            "b API b",
            "orders-id API orders-id (`orders` here)"
        ]
    );
    check_untouched(&folder);
    let skips: Vec<_> = server.requests()[2..]
        .iter()
        .map(|it| it.target.contains("$skip="))
        .collect();
    assert_eq!(skips, [true; 3]);
}

#[test]
fn users_without_access_are_told_whom_to_ask() {
    let list = |body: &'static str| -> Box<Other> {
        Box::new(move |request, _| {
            request
                .target
                .starts_with("/developer/users/u1/apis?")
                .then(|| ok(body))
        })
    };
    let ask =
        "; if that should not be so, ask help@example.com for access of this user to the APIs\n";
    let none = "the portal shows no APIs to this user: access has most likely not been granted yet";
    check_refused(
        "portal_no_access",
        list(r#"{"value":[],"count":0}"#),
        &format!("{none}{ask}"),
    );
    let others = "the portal shows no API `orders-id` to this user, but a, b; correct `portal-id`";
    check_refused(
        "portal_others",
        list(r#"{"value":[{"id":"a"},{"id":"b"}],"count":2}"#),
        &format!("{others}{ask}"),
    );
    let page = "/developer/users/u1/apis answers with something that is no JSON; the portal may have changed";
    check_refused("portal_page", list("<html>Sign in</html>"), page);
}

#[test]
fn a_portal_of_another_kind_is_told() {
    let pages = Box::new(|_: &Request, _: usize| Some(ok("<html>Welcome</html>")));
    let server = check_refused("portal_other_kind", pages, "does not say where its API is");
    assert_eq!(asked(&server), ["/config.json", "/config-apim.json"]);
    let insecure = |_: &Request, _: usize| Some(ok(r#"{"backendUrl":"http://api.example.com"}"#));
    let expected =
        "names an address that is not used: http://api.example.com/developer is not https";
    let server = check_refused("portal_insecure", Box::new(insecure), expected);
    assert_eq!(server.requests().len(), 1, "the login is not sent");
}

#[test]
fn credentials_do_not_follow_redirects_to_another_origin() {
    for path in ["/developer/identity", "/developer/users/u1/apis"] {
        let thief = Server::start(|_, _| signed_in(TOKEN));
        let location = format!("Location: {}/developer/identity\r\n", thief.url());
        let other = move |request: &Request, _: usize| {
            let is_it = request.target.split('?').next() == Some(path);
            is_it.then(|| response("307 Temporary Redirect", &location, ""))
        };
        let expected = format!(
            "redirects to {}, where no credentials are sent",
            thief.url()
        );
        check_refused("portal_redirected", Box::new(other), &expected);
        assert!(thief.requests().is_empty());
    }
}

#[test]
fn the_login_is_not_asked_for_where_nobody_can_answer() {
    let server = portal(usual());
    let folder = workspace("portal_no_login", &server.url());
    let mut command = folder.command(&["fetch"]);
    command
        .env_remove("SHOP_PORTAL_EMAIL")
        .env_remove("SHOP_PORTAL_PASSWORD");
    let ended = Ended::from(
        command
            .stdin(std::process::Stdio::null())
            .output()
            .expect("the command runs"),
    );
    assert_eq!(ended.code, 2);
    let expected = "shows its documents to its users: set SHOP_PORTAL_EMAIL and SHOP_PORTAL_PASSWORD, or run this on a terminal";
    assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    assert!(server.requests().is_empty());
    check_untouched(&folder);
}
