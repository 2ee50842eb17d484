//! Documents that the portal exports empty, and that are rebuilt from what it shows of each operation.

use super::portal::{EMPTY, Other, asked, check_refused, fetch, portal};
use super::server::{Request, Server, ok, response};
use super::{check_untouched, workspace};

const API: &str = "/developer/users/u1/apis/orders-id";

/// What a portal with an empty export says of its API, in the two forms that its API has had.
pub(super) fn parts(request: &Request) -> Option<Vec<u8>> {
    if request.target.contains("export=true") {
        return Some(ok(EMPTY));
    }
    let (path, query) = request.target.split_once('?')?;
    let path = path.strip_prefix(API)?;
    let list = "/apis/orders-id/operations/list-orders";
    Some(ok(&match path {
        "" => r#"{"id":"/apis/orders-id","name":"Orders API","description":"Sells.","path":"orders","apiVersion":"v1",
            "apiVersionSetId":"/apiVersionSets/set-1","subscriptionRequired":true}"#
            .to_owned(),
        // The list knows where the next page is; the address that it gives is not asked.
        "/operations" if query.contains("$skip=0") => format!(
            r#"{{"value":[{{"id":"{list}","name":"List orders"}}],"count":2,"nextLink":"https://other.example.com/"}}"#
        ),
        "/operations" => r#"{"value":[{"name":"create","properties":{}}],"count":2}"#.to_owned(),
        "/operations/list-orders" => r#"{"id":"/apis/orders-id/operations/list-orders","name":"List orders","method":"GET",
            "urlTemplate":"/orders/{id}","templateParameters":[{"name":"id","type":"uuid","required":true}],
            "request":{"queryParameters":[{"name":"top","type":"integer"}]},
            "responses":[{"statusCode":200,"description":"All.","representations":[{"contentType":"application/json",
            "schemaId":"/apis/orders-id/schemas/s1","typeName":"Order"}]}]}"#
            .to_owned(),
        "/operations/create" => r#"{"name":"create","properties":{"displayName":"Create","method":"POST",
            "urlTemplate":"/orders","request":{"representations":[{"contentType":"application/json","schemaId":"s1",
            "typeName":"Order","examples":{"default":{"value":{"total":1}}}}]},"responses":[{"statusCode":201}]}}"#
            .to_owned(),
        "/schemas/s1" => r#"{"properties":{"contentType":"application/vnd.oai.openapi.components+json","document":
            {"components":{"schemas":{"Order":{"type":"object","properties":{"total":{"type":"number"}}}}}}}}"#
            .to_owned(),
        "/hostnames" => r#"{"value":[{"value":"api.example.com"}]}"#.to_owned(),
        _ => return None,
    }))
}

/// The same with its set of versions.
pub(super) fn all(request: &Request) -> Option<Vec<u8>> {
    let is_set = request.target.contains("/apiVersionSets/set-1");
    let set = r#"{"id":"/apiVersionSets/set-1","versioningScheme":"Segment"}"#;
    is_set.then(|| ok(set)).or_else(|| parts(request))
}

/// A portal whose exports are empty.
pub(super) fn empty_portal() -> Server {
    portal(Box::new(|request, _| all(request)))
}

#[test]
fn an_empty_export_is_rebuilt() {
    let server = empty_portal();
    let folder = workspace("rebuilt", &server.url());
    let ended = fetch(&folder, &[]);
    let stdout = "shop/orders: specs/shop/orders.yaml has 2 operations; `cargo xtask codegen` takes it from here\n";
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, stdout),
        "{}",
        ended.stderr
    );
    let stderr = "\
        specs/shop/orders.yaml: the portal exports no operations, so the document is rebuilt from what the portal shows of each. It lacks what only an export has:\n  \
          tags, whether request bodies are required, and how lists in parameters are written\n";
    assert_eq!(ended.stderr, stderr);
    let of_user = |path: &str| format!("/developer/users/u1{path} SharedAccessSignature");
    let expected = [
        "/config.json".to_owned(),
        "/developer/identity Basic".to_owned(),
        of_user("/apis"),
        of_user("/apis/orders-id"),
        of_user("/apis/orders-id"),
        of_user("/apis/orders-id"),
        of_user("/apis/orders-id"),
        of_user("/apis/orders-id/operations"),
        of_user("/apis/orders-id/operations"),
        of_user("/apis/orders-id/operations/list-orders"),
        of_user("/apis/orders-id/operations/create"),
        of_user("/apis/orders-id/schemas/s1"),
        of_user("/apiVersionSets/set-1"),
        of_user("/apis/orders-id/hostnames"),
    ];
    assert_eq!(asked(&server), expected);

    let document = folder.read("specs/shop/orders.yaml");
    for part in [
        r#""url": "https://api.example.com/orders/v1""#,
        r#""operationId": "list-orders""#,
        r##""$ref": "#/components/schemas/Order""##,
    ] {
        assert!(document.contains(part), "{document}");
    }
    let ended = folder.xtask(&["codegen"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let lock = folder.read("specs/specs.lock");
    let origin = format!(
        "origin: \"{}/developer/apis/orders-id/operations\"",
        server.url()
    );
    assert!(lock.contains(&origin), "{lock}");
    assert!(lock.contains("key: \"GET /orders/{id}\""), "{lock}");
    let again = fetch(&folder, &[]);
    assert_eq!(
        again.stdout,
        "shop/orders: specs/shop/orders.yaml is as before\n"
    );
}

#[test]
fn what_is_not_needed_may_be_missing() {
    let other = |request: &Request, _: usize| {
        let is_extra = ["/hostnames", "/apiVersionSets/"]
            .iter()
            .any(|it| request.target.contains(it));
        is_extra
            .then(|| response("404 Not Found", "", ""))
            .or_else(|| parts(request))
    };
    let server = portal(Box::new(other));
    let folder = workspace("rebuilt_without", &server.url());
    let ended = fetch(&folder, &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for lack in [
        "  how a request asks for version `v1`\n",
        "  the gateway's host\n",
    ] {
        assert!(ended.stderr.contains(lack), "{}", ended.stderr);
    }
}

#[test]
fn an_operation_that_is_missing_leaves_the_old_document() {
    let cases: [(&str, Vec<u8>, &str); 5] = [
        (
            "/operations/create",
            response("404 Not Found", "", ""),
            "/apis/orders-id/operations/create answers with status 404)",
        ),
        (
            "/operations/create",
            ok("<html>Sign in</html>"),
            "/apis/orders-id/operations/create answers with something that is no JSON",
        ),
        (
            "/schemas/s1",
            response("500 Internal Server Error", "", ""),
            "/apis/orders-id/schemas/s1 answers with status 500)",
        ),
        (
            "/operations?",
            ok(r#"{"value":[],"count":0}"#),
            "rebuilt from its operations: the portal shows no operations of it to this user)",
        ),
        (
            "/operations?",
            ok(r#"{"value":[{"id":".."}],"count":1}"#),
            "`..` is no id that a portal has; it is not asked for)",
        ),
    ];
    for (number, (path, answer, expected)) in cases.into_iter().enumerate() {
        let other: Box<Other> = Box::new(move |request, _| {
            let is_it = request.target.contains(path);
            is_it.then(|| answer.clone()).or_else(|| all(request))
        });
        check_refused(&format!("rebuilt_missing_{number}"), other, expected);
    }
}

/// A portal that shows one more operation, or counts it at least.
fn with_another(operation: &'static str, list: &'static str) -> Server {
    portal(Box::new(move |request, _| {
        let is = |path: &str| request.target.contains(path);
        match () {
            () if is("/operations/other") => Some(ok(operation)),
            () if is("/operations?") && is("$skip=0") => Some(ok(list)),
            () => all(request),
        }
    }))
}

#[test]
fn an_operation_that_has_no_place_is_no_small_matter() {
    let listed = r#"{"value":[{"id":"list-orders"},{"id":"create"},{"id":"other"}],"count":3}"#;
    let counted = r#"{"value":[{"id":"list-orders"},{"id":"create"}],"count":2,"nextLink":null}"#;
    let nameless = r#"{"value":[{"id":"list-orders"},{"id":"create"},{}],"count":3}"#;
    assert!(parts_are_whole(counted), "two are all");
    let cases = [
        (
            "wildcard",
            r#"{"method":"GET","urlTemplate":"/files/*"}"#,
            listed,
            "`other` (GET /files/*): its path ends anywhere",
        ),
        (
            "twice",
            r#"{"method":"POST","urlTemplate":"/orders?kind=2"}"#,
            listed,
            "`other` (POST /orders): another one has its method and path, and only the query tells them apart",
        ),
        (
            "nameless",
            "",
            nameless,
            "1 more that the portal counts and does not show",
        ),
    ];
    for (name, operation, list, lost) in cases {
        let server = with_another(operation, list);
        let folder = workspace(&format!("rebuilt_lost_{name}"), &server.url());
        let ended = fetch(&folder, &[]);
        let head = "specs/shop/orders.yaml: the portal exports no operations of `orders-id`, and a document that is \
                    rebuilt from what it shows of each would lack\n";
        let expected = format!(
            "error: {head}  {lost}\nSave it in a browser and take it with `--from FILE`, or leave these operations out \
             with `--keep-going`\nerror: orders not fetched; once what is told above is mended, `cargo xtask fetch \
             --portal shop` goes on from here\n"
        );
        assert_eq!((ended.code, ended.stderr), (1, expected), "{name}");
        check_untouched(&folder);

        let ended = fetch(&folder, &["--keep-going"]);
        assert_eq!(ended.code, 0, "{name}: {}", ended.stderr);
        assert!(
            ended.stderr.starts_with(&format!("{head}  {lost}\n")),
            "{name}: {}",
            ended.stderr
        );
        assert!(ended.stdout.contains("has 2 operations"), "{name}");
    }
}

/// Whether a list of operations loses none.
fn parts_are_whole(list: &'static str) -> bool {
    let server = with_another("", list);
    let folder = workspace("rebuilt_whole", &server.url());
    fetch(&folder, &[]).code == 0
}
