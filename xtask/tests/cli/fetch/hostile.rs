//! Portals that mean no good, or know no better.

use super::portal::{Other, TOKEN, check_refused, fetch, portal};
use super::server::{Request, ok, response};
use super::workspace;

fn is_list(request: &Request) -> bool {
    request.target.starts_with("/developer/users/u1/apis?")
}

#[test]
fn lists_without_end_end() {
    let other: Box<Other> = Box::new(|request, times| {
        let apis: Vec<_> = (0..50)
            .map(|it| format!(r#"{{"id":"api-{times}-{it}"}}"#))
            .collect();
        let body = format!(r#"{{"value":[{}],"nextLink":"https://x"}}"#, apis.join(","));
        is_list(request).then(|| ok(&body))
    });
    let server = check_refused(
        "hostile_endless",
        other,
        "lists APIs without end, over 10000 of them",
    );
    assert_eq!(server.requests().len(), 2 + 200);
}

#[test]
fn lists_that_repeat_themselves_end_and_are_told() {
    let other: Box<Other> = Box::new(|request, _| {
        is_list(request).then(|| ok(r#"{"value":[{"id":"orders-id"}],"count":1000000}"#))
    });
    let server = portal(other);
    let folder = workspace("hostile_repeats", &server.url());
    let ended = fetch(&folder, &[]);
    let expected = "/developer/users/u1/apis shows 1 of 1000000 APIs, and then no more\n";
    assert_eq!(ended.code, 0);
    assert!(ended.stderr.ends_with(expected), "{}", ended.stderr);
}

#[test]
fn names_do_not_move_about_the_terminal() {
    let other: Box<Other> = Box::new(|request, _| {
        let list = r#"{"value":[{"id":"/apis/orders-id","name":"\u001b[2JOrders\u0007\r\n","apiVersion":"v1"},
            {"id":"b","properties":{"displayName":"B"}},{"id":7},{"id":"/"},"x"],"count":5}"#;
        is_list(request).then(|| ok(list))
    });
    let server = portal(other);
    let folder = workspace("hostile_names", &server.url());
    let ended = fetch(&folder, &["--list"]);
    let expected = format!(
        "{:32} [2JOrders (`orders` here)\n{:32} B\n",
        "orders-id", "b"
    );
    assert_eq!((ended.code, ended.stdout), (0, expected));

    let ended = fetch(&folder, &["--list", "--json"]);
    let expected = r#"{
  "portal": "shop",
  "apis": [
    {
      "portal_id": "orders-id",
      "name": "[2JOrders",
      "version": "v1",
      "api": "orders"
    },
    {
      "portal_id": "b",
      "name": "B",
      "version": "",
      "api": null
    }
  ]
}
"#;
    assert_eq!((ended.code, ended.stdout.as_str()), (0, expected));
}

#[test]
fn tokens_in_odd_forms_are_refused() {
    for (number, token) in [
        "token=\"../../x&209901010000&c2ln\"",
        "token=\"u1&never&c2ln\"",
        "token=\"\"",
        "Bearer eyJ.c2ln",
    ]
    .into_iter()
    .enumerate()
    {
        let other: Box<Other> = Box::new(move |request, _| {
            let header = format!("Ocp-Apim-Sas-Token: {token}\r\n");
            let is_login = request.target.starts_with("/developer/identity");
            is_login.then(|| response("200 OK", &header, "{}"))
        });
        let expected = "/developer/identity answers with no token";
        check_refused(&format!("hostile_token_{number}"), other, expected);
    }
}

#[test]
fn tokens_that_seem_old_by_a_wrong_clock_are_used() {
    let old = "u1&202001010000&c2lnbmF0dXJl==";
    let other: Box<Other> = Box::new(move |request, _| {
        let token = request.header("authorization").replace(old, TOKEN);
        let header = format!("Ocp-Apim-Sas-Token: token=\"{old}\",refresh=\"true\"\r\n");
        match request.target.split('?').next()? {
            "/developer/identity" => Some(response("200 OK", &header, "{}")),
            "/developer/users/u1/apis" if token.contains(TOKEN) => {
                Some(ok(r#"{"value":[{"id":"orders-id"}]}"#))
            }
            "/developer/users/u1/apis/orders-id" if token.contains(TOKEN) => {
                Some(ok(super::DOCUMENT))
            }
            _ => None,
        }
    });
    let server = portal(other);
    let folder = workspace("hostile_clock", &server.url());
    assert_eq!(fetch(&folder, &[]).code, 0);
    let logins = server
        .requests()
        .into_iter()
        .filter(|it| it.target.contains("/identity"));
    assert_eq!(logins.count(), 3, "once, and one try to renew it");
}

#[test]
fn settings_that_lead_to_this_machine_or_a_user_are_not_followed() {
    let other: Box<Other> =
        Box::new(|_, _| Some(ok(r#"{"backendUrl":"https://me:pw@api.example.com"}"#)));
    let expected = "names an address that is not used: a URL with a user in it is not fetched";
    check_refused("hostile_user", other, expected);
}
