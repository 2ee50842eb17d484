//! APIs: their names, files, pagination and operations.

use super::{MANIFEST, check_refused, manifest, parse_text};
use crate::manifest::*;

#[test]
fn operations_inherit_the_pagination_of_their_api() {
    let manifest = manifest();
    let api = &manifest.apis[0];
    let own = api.pagination_of("GetOrders", &["page", "limit"]);
    let own = own.expect("the operation is paged");
    assert_eq!((own.size.as_str(), own.first), ("limit", 1));
    assert_eq!(own.items.as_deref(), Some("data"));
    assert_eq!(own.total, None);

    let paged = |id, query: &[&str]| api.pagination_of(id, query).is_some();
    assert!(paged("ListOthers", &["pageSize", "page"]));
    assert!(!paged("ListOthers", &["page"]), "a parameter is missing");
    assert!(!paged("SearchOrders", &["page", "pageSize"]), "it is off");
}

#[test]
fn access_goes_by_method_unless_the_manifest_says_otherwise() {
    let manifest = manifest();
    let api = &manifest.apis[0];
    assert_eq!(api.access_of("AnyOrder", "GET"), Access::Read);
    assert_eq!(api.access_of("AnyOrder", "HEAD"), Access::Read);
    assert_eq!(api.access_of("AnyOrder", "POST"), Access::Write);
    assert_eq!(api.access_of("SearchOrders", "POST"), Access::Read);
}

#[test]
fn operations_are_left_out_with_a_reason() {
    let manifest = manifest();
    let reason = manifest.apis[0].omitted("Ping");
    assert_eq!(reason, Some("It only answers to the operator."));
    assert_eq!(manifest.apis[0].omitted("GetOrders"), None);
}

#[test]
fn rules_of_an_operation_say_something_and_do_not_contradict() {
    check_refused(
        "{ omit: It",
        "{ name: ping, omit: It",
        "portal.yaml:34:7#/apis/orders/operations/Ping: `Ping` is omitted, so nothing else applies to it; keep either `omit` or the other keys",
    );
    check_refused(
        "{ omit: It only answers to the operator. }",
        "{}",
        "portal.yaml:34:7#/apis/orders/operations/Ping: nothing is said about `Ping`; add a key or take the operation away",
    );
    check_refused(
        "GetOrders:\n",
        "GetOrders:\n        name: search\n",
        "portal.yaml:34:37#/apis/orders/operations/SearchOrders/name: `GetOrders` is called `search` too; choose another name for one of them",
    );
}

#[test]
fn operations_that_do_not_exist_are_reported() {
    let manifest = manifest();
    let api = &manifest.apis[0];
    let problems = manifest.check_operations(api, &["GetOrder", "SearchOrders", "Other"]);
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "portal.yaml:31:7#/apis/orders/operations/GetOrders: `orders.json` has no operation `GetOrders`; did you mean `GetOrder`?",
            "portal.yaml:34:7#/apis/orders/operations/Ping: `orders.json` has no operation `Ping`; correct the name or take it away",
        ]
    );
    assert_eq!(
        manifest.check_operations(api, &["GetOrders", "SearchOrders", "Ping"]),
        []
    );
}

#[test]
fn apis_are_not_called_what_clients_have_already() {
    for (name, what) in [
        ("authenticate", "every client has a method of this name"),
        ("builder", "every client has a method of this name"),
        ("choose", "every client has a method of this name"),
        ("clone", "every client has a method of this name"),
        ("erase", "every client has a method of this name"),
        ("narrow", "every client has a method of this name"),
        ("new", "every client has a method of this name"),
        ("access", "every portal has a module of this name"),
        ("bundles", "every portal has a module of this name"),
    ] {
        let problems = parse_text(&MANIFEST.replace("price-list:", &format!("{name}:")));
        assert_eq!(
            problems.expect_err("refused"),
            format!(
                "portal.yaml:35:3#/apis/{name}: the API would be `{name}` in code, but {what}; \
                 choose another name, such as with `-api` behind it"
            )
        );
    }
}

#[test]
fn paths_and_files_stay_where_they_belong() {
    let path = "write a path that begins with `/`, with `{region}` as its only variable";
    for wrong in ["orders", "/orders/", "/{tenant}/orders", "//orders", "/a?b"] {
        check_refused(
            "path: /{region}/orders",
            &format!("path: '{wrong}'"),
            &format!("portal.yaml:21:5#/apis/orders/path: `{wrong}` does not fit here; {path}"),
        );
    }
    for wrong in [
        "../prices.yaml",
        "/prices.yaml",
        "a//b",
        "c:\\prices.yaml",
        "https://a/b",
    ] {
        check_refused(
            "document: prices.yaml",
            &format!("document: '{wrong}'"),
            &format!(
                "portal.yaml:36:5#/apis/price-list/document: `{wrong}` does not fit here; write the path of a file beside the manifest or below it"
            ),
        );
    }
}

#[test]
fn numbers_have_limits() {
    check_refused(
        "default-size: 50",
        "default-size: 0",
        "portal.yaml:27:7#/apis/orders/pagination/default-size: `0` does not fit here; write a number from 1",
    );
}
