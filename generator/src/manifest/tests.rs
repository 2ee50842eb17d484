//! One manifest that is right, and one change to it for each thing that can be wrong.

use super::*;

const MANIFEST: &str = "\
portal: shop
title: Shop API
client: Shop
env-prefix: SHOP
numbers: decimal
identity-provider:
  token-url: https://id.example.com/token
  parameters: form
  client-authentication: basic
  grants: [client-credentials]
gateway:
  subscription-key: { header: X-Key, query: key }
  regions:
    fi: { gateway: https://api.example.com }
noise:
  prefixes: [Public]
  drop-get: true
apis:
  orders:
    document: orders.json
    path: /{region}/orders
    pagination:
      index: page
      size: pageSize
      counts: pages
      first: 1
      default-size: 50
      items: data
      total: count
    operations:
      GetOrders:
        pagination: { size: limit, total: null }
      SearchOrders: { access: read, name: search, pagination: off }
      Ping: { omit: It only answers to the operator. }
  price-list:
    document: prices.yaml
    gateway: https://prices.example.com
    numbers: float
bundles:
  Reader:
    description: Reads.
    access: { orders: read, price-list: read }
    scopes: [orders.read, all.read]
  Writer:
    description: Writes orders.
    includes: [Reader]
    access: { orders: write }
    scopes: [orders.write]
";

fn parse_text(text: &str) -> Result<Manifest, String> {
    parse(&Source::new("portal.yaml", text)).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

fn manifest() -> Manifest {
    parse_text(MANIFEST).expect("the manifest is right")
}

/// Checks what is said when `from` is replaced.
#[track_caller]
fn check_refused(from: &str, to: &str, expected: &str) {
    assert!(MANIFEST.contains(from), "nothing to replace: {from}");
    let problems = parse_text(&MANIFEST.replacen(from, to, 1)).expect_err("refused");
    assert_eq!(problems, expected);
}

#[test]
fn every_section_is_read() {
    let manifest = manifest();
    assert_eq!(manifest.portal, "shop");
    assert_eq!(manifest.client, "Shop");
    assert_eq!(
        manifest.identity_provider,
        IdentityProvider {
            token_url: "https://id.example.com/token".to_owned(),
            authorize_url: None,
            pkce: None,
            issuer: None,
            device_flow: None,
            device_authorization_url: None,
            parameters: TokenParameters::Form,
            client_authentication: ClientAuthentication::Basic,
            grants: vec![Grant::ClientCredentials],
            scopes: true,
            default_lifetime: 300,
        }
    );
    let key = manifest.gateway.subscription_key.as_ref();
    assert_eq!(key.map(|key| key.header.as_str()), Some("X-Key"));
    assert_eq!(manifest.gateway.regions[0].id, "fi");
    assert!(manifest.noise.drop_get);
    let prices = manifest.api("price-list").expect("the API is there");
    assert_eq!(prices.module, "price_list");
    assert_eq!(prices.client, "PriceList");
    assert_eq!(prices.feature, "shop-price-list");
    assert_eq!(prices.numbers, Numbers::Float);
    assert_eq!(manifest.apis[0].numbers, Numbers::Decimal);
}

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
fn bundles_hold_what_they_include() {
    let manifest = manifest();
    let writer = &manifest.bundles[1];
    assert_eq!(writer.feature, "shop-writer");
    assert_eq!(writer.access["orders"], Access::Write);
    assert_eq!(writer.access["price-list"], Access::Read);
    assert_eq!(writer.scopes, ["all.read", "orders.read", "orders.write"]);
    assert_eq!(manifest.bundles[0].scopes, ["all.read", "orders.read"]);
}

#[test]
fn values_know_their_place() {
    let place = manifest().place("/apis/price-list/document");
    assert_eq!(
        place.to_string(),
        "portal.yaml:36:5#/apis/price-list/document"
    );
}

#[test]
fn unknown_keys_are_refused() {
    check_refused(
        "  token-url:",
        "  token_url:",
        "portal.yaml:6:1#/identity-provider: `identity-provider` has no `token-url`; add the key; specs/README.md describes it\n\
         portal.yaml:7:3#/identity-provider/token_url: unknown key `token_url`; did you mean `token-url`?",
    );
    check_refused(
        "    document: prices.yaml\n",
        "    document: prices.yaml\n    colour: red\n",
        "portal.yaml:37:5#/apis/price-list/colour: unknown key `colour`; \
         use `pagination`, `operations`, `document`, `portal-id`, `gateway`, `path`, `numbers` or `select`",
    );
}

#[test]
fn developer_portals_are_reached_by_https() {
    let with = |url: &str| {
        let portal = format!("developer-portal: {{ url: \"{url}\", support: help }}\napis:\n");
        let manifest = MANIFEST.replace("apis:\n", &portal);
        parse_text(&manifest.replace("prices.yaml\n", "prices.yaml\n    portal-id: prices-v1\n"))
    };
    let manifest = with("https://portal.example.com").expect("the manifest is right");
    let portal = manifest.developer_portal.expect("the portal is there");
    assert_eq!(portal.url, "https://portal.example.com");
    assert_eq!(portal.support.as_deref(), Some("help"));
    assert_eq!(manifest.apis[0].portal_id, None);
    assert_eq!(manifest.apis[1].portal_id.as_deref(), Some("prices-v1"));
    for local in ["http://127.0.0.1:8080", "http://localhost/portal"] {
        assert!(with(local).is_ok(), "{local}");
    }
    for odd in [
        "http://portal.example.com",
        "http://localhost.example.com",
        "https://me:secret@portal.example.com",
        "portal.example.com",
    ] {
        assert!(with(odd).is_err(), "{odd}");
    }
    check_refused(
        "    document: prices.yaml\n",
        "    document: prices.yaml\n    portal-id: a/b\n",
        "portal.yaml:37:5#/apis/price-list/portal-id: `a/b` does not fit here; write letters, digits, `-`, `_` and `.`, \
         as `cargo xtask fetch --list` shows them",
    );
}

#[test]
fn missing_keys_are_named() {
    check_refused(
        "title: Shop API\n",
        "",
        "portal.yaml:1:1: the manifest has no `title`; add the key; specs/README.md describes it",
    );
    check_refused(
        "      counts: pages\n",
        "",
        "portal.yaml:22:5#/apis/orders/pagination: `pagination` has no `counts`; add the key; specs/README.md describes it",
    );
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    check_refused(
        "title: Shop API",
        "title: 5",
        "portal.yaml:2:1#/title: `title` must be a text, but is a number; put it in quotes",
    );
    check_refused(
        "title: Shop API",
        "title: ''",
        "portal.yaml:2:1#/title: `title` is empty; write a value or leave the key out",
    );
    check_refused(
        "[client-credentials]",
        "client-credentials",
        "portal.yaml:10:3#/identity-provider/grants: `grants` must be a list, but is a text; specs/README.md describes the keys of a manifest",
    );
    check_refused(
        "first: 1",
        "first: one",
        "portal.yaml:26:7#/apis/orders/pagination/first: `first` must be a whole number, but is a text; specs/README.md describes the keys of a manifest",
    );
    check_refused(
        "drop-get: true",
        "drop-get: 1",
        "portal.yaml:17:3#/noise/drop-get: `drop-get` must be `true` or `false`, but is a number; specs/README.md describes the keys of a manifest",
    );
    check_refused(
        "regions:\n    fi: { gateway: https://api.example.com }",
        "regions: https://api.example.com",
        "portal.yaml:13:3#/gateway/regions: `regions` must be a mapping of keys to values, but is a text; specs/README.md describes the keys of a manifest\n\
         portal.yaml:20:5#/apis/orders/path: the path has a `{region}`, but the portal has no regions; add `regions` to `gateway` or take `{region}` out of the path",
    );
    check_refused(
        "document: prices.yaml",
        "document:",
        "portal.yaml:36:5#/apis/price-list/document: `document` must be a text, but is nothing; write a value or leave the key out",
    );
}

#[test]
fn words_are_few() {
    check_refused(
        "numbers: decimal",
        "numbers: decimals",
        "portal.yaml:5:1#/numbers: `decimals` is not a value of `numbers`; did you mean `decimal`?",
    );
    check_refused(
        "[client-credentials]",
        "[implicit]",
        "portal.yaml:10:12#/identity-provider/grants/0: `implicit` is not a value of `grants`; \
         use `client-credentials`, `authorization-code`, `refresh-token`, `password` or `device-code`",
    );
}

#[test]
fn names_have_their_form() {
    let kebab = "write small letters and digits with hyphens between words";
    for wrong in ["Shop", "shop_", "1shop", "my--shop", "-"] {
        check_refused(
            "portal: shop",
            &format!("portal: '{wrong}'"),
            &format!("portal.yaml:1:1#/portal: `{wrong}` does not fit here; {kebab}"),
        );
    }
    check_refused(
        "client: Shop",
        "client: my shop",
        "portal.yaml:3:1#/client: `my shop` is not a name as Rust writes it; write `MyShop`",
    );
    check_refused(
        "env-prefix: SHOP",
        "env-prefix: shop",
        "portal.yaml:4:1#/env-prefix: `shop` is not a name as Rust writes it; write `SHOP`",
    );
    check_refused(
        "name: search",
        "name: match",
        "portal.yaml:33:37#/apis/orders/operations/SearchOrders/name: `match` is not a name as Rust writes it; write `match_`",
    );
    check_refused(
        "header: X-Key",
        "header: X Key",
        "portal.yaml:12:23#/gateway/subscription-key/header: `X Key` does not fit here; write the name of an HTTP header",
    );
}

#[test]
fn urls_are_safe_to_send_secrets_to() {
    let url = "write an https URL without user, query or fragment";
    for wrong in [
        "http://id.example.com/token",
        "https://",
        "https://me@id.example.com",
        "https://id.example.com/token?a=b",
        "https://id.example.com/a b",
        "id.example.com",
    ] {
        check_refused(
            "https://id.example.com/token",
            wrong,
            &format!(
                "portal.yaml:7:3#/identity-provider/token-url: `{wrong}` does not fit here; {url}"
            ),
        );
    }
    check_refused(
        "https://prices.example.com",
        "https://prices.example.com/",
        "portal.yaml:37:5#/apis/price-list/gateway: `https://prices.example.com/` does not fit here; write `https://` and a host, without a path",
    );
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

#[test]
fn unknown_apis_and_bundles_are_refused() {
    check_refused(
        "access: { orders: read, price-list",
        "access: { order: read, pricelist",
        "portal.yaml:42:15#/bundles/Reader/access/order: there is no API `order`; did you mean `orders`?\n\
         portal.yaml:42:28#/bundles/Reader/access/pricelist: there is no API `pricelist`; did you mean `price-list`?",
    );
    check_refused(
        "includes: [Reader]",
        "includes: [Auditor]",
        "portal.yaml:46:16#/bundles/Writer/includes/0: there is no bundle `Auditor`; use `Reader` or `Writer`",
    );
}

#[test]
fn bundles_do_not_include_themselves() {
    check_refused(
        "    description: Reads.\n",
        "    description: Reads.\n    includes: [Writer]\n",
        "portal.yaml:40:3#/bundles/Reader: bundle `Reader` includes itself; take one of the `includes` on the way back to it away\n\
         portal.yaml:45:3#/bundles/Writer: bundle `Writer` includes itself; take one of the `includes` on the way back to it away",
    );
}

#[test]
fn features_are_not_shared() {
    check_refused(
        "  Reader:\n",
        "  Orders:\n",
        "portal.yaml:40:3#/bundles/Orders: bundle `Orders` and API `orders` share the feature `shop-orders`; rename one of them\n\
         portal.yaml:46:16#/bundles/Writer/includes/0: there is no bundle `Reader`; use `Orders` or `Writer`",
    );
}

/// The manifest with a selection of the operations of `price-list`.
fn with_selection(selection: &str) -> String {
    MANIFEST.replace(
        "    numbers: float\n",
        &format!("    numbers: float\n    select: {selection}\n"),
    )
}

#[test]
fn a_selection_is_read() {
    let text = with_selection(
        "{ include: { tags: [Prices], paths: [/v2/**] }, exclude: { operations: [GET /v2/a] }, bundles: [Reader] }",
    );
    let manifest = parse_text(&text).expect("the manifest is right");
    let list = |text: &str| vec![text.to_owned()];
    assert_eq!(
        manifest.apis[1].select,
        Some(Selection {
            include: Filter {
                tags: list("Prices"),
                paths: list("/v2/**"),
                operations: Vec::new(),
            },
            exclude: Filter {
                operations: list("GET /v2/a"),
                ..Filter::default()
            },
            bundles: list("Reader"),
            schemas: Schemas::Used,
        })
    );
    assert_eq!(manifest.apis[0].select, None);
    let manifest = parse_text(&with_selection("{ schemas: all }")).expect("the manifest is right");
    let all = Selection {
        schemas: Schemas::All,
        ..Selection::default()
    };
    assert_eq!(manifest.apis[1].select, Some(all));
}

#[test]
fn a_selection_says_something() {
    let at = "portal.yaml:39:5#/apis/price-list/select";
    let inner = |column: usize, rest: &str| {
        format!("portal.yaml:39:{column}#/apis/price-list/select/{rest}")
    };
    for (selection, expected) in [
        (
            "{}",
            format!("{at}: `select` is empty; add `include`, `exclude`, `bundles` or `schemas`"),
        ),
        (
            "{ include: {} }",
            inner(
                15,
                "include: `include` is empty; add `tags`, `paths` or `operations`",
            ),
        ),
        (
            "{ include: { tags: [] } }",
            inner(26, "include/tags: `tags` is empty; add a tag"),
        ),
        (
            "{ exclude: { paths: [v2] } }",
            inner(
                34,
                "exclude/paths/0: `v2` does not fit here; write a pattern that begins with `/`, such as `/v2/**`",
            ),
        ),
        (
            "{ bundles: [Readers] }",
            inner(
                25,
                "bundles/0: there is no bundle `Readers`; did you mean `Reader`?",
            ),
        ),
        (
            "{ schemas: everything }",
            inner(
                15,
                "schemas: `everything` is not a value of `schemas`; use `used` or `all`",
            ),
        ),
        (
            "{ include: { tag: [a] } }",
            inner(26, "include/tag: unknown key `tag`; did you mean `tags`?"),
        ),
    ] {
        let problems = parse_text(&with_selection(selection)).expect_err("refused");
        assert_eq!(problems, expected, "{selection}");
    }
}

#[test]
fn apis_are_not_called_what_clients_have_already() {
    for (name, what) in [
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
fn grants_and_endpoints_go_together() {
    check_refused(
        "[client-credentials]",
        "[client-credentials, device-code]",
        "portal.yaml:6:1#/identity-provider: the grant `device-code` needs `device-authorization-url`; add the key or take the grant away",
    );
    check_refused(
        "  grants:",
        "  authorize-url: https://id.example.com/authorize\n  grants:",
        "portal.yaml:10:3#/identity-provider/authorize-url: `authorize-url` serves no grant; add the grant `authorization-code` or take the key away",
    );
    for (key, value, grant) in [
        ("pkce", "false", "authorization-code"),
        ("issuer", "https://id.example.com", "authorization-code"),
        ("device-flow", "token-endpoint", "device-code"),
    ] {
        check_refused(
            "  grants:",
            &format!("  {key}: {value}\n  grants:"),
            &format!(
                "portal.yaml:10:3#/identity-provider/{key}: `{key}` serves no grant; add the grant `{grant}` or take the key away"
            ),
        );
    }
    check_refused(
        "[client-credentials]",
        "[client-credentials, refresh-token]",
        "portal.yaml:10:3#/identity-provider/grants: no grant brings a refresh token; add the grant by which users log in, or take `refresh-token` away",
    );
    check_refused(
        "[client-credentials]",
        "[device-code]\n  device-flow: token-endpoint\n  device-authorization-url: https://id.example.com/device",
        "portal.yaml:12:3#/identity-provider/device-authorization-url: both steps of the device flow are at the token endpoint; \
         take `device-authorization-url` or `device-flow` away",
    );
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
fn a_key_given_twice_is_refused() {
    let problems = parse_text(&format!("{MANIFEST}title: Another\n")).expect_err("refused");
    assert!(problems.starts_with("portal.yaml:49:1"), "{problems}");
}

#[test]
fn an_empty_manifest_lacks_everything() {
    let problems = parse_text("{}").expect_err("refused");
    assert_eq!(problems.lines().count(), 8, "{problems}");
}

#[test]
fn sections_are_not_empty() {
    check_refused(
        "[client-credentials]",
        "[]",
        "portal.yaml:10:3#/identity-provider/grants: `grants` is empty; add a grant",
    );
    check_refused(
        "access: { orders: write }",
        "access: {}",
        "portal.yaml:47:5#/bundles/Writer/access: `access` is empty; add an API",
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
