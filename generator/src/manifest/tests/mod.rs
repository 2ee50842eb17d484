//! One manifest that is right, and one change to it for each thing that can be wrong.

mod apis;
mod bundles;
mod portal;
mod selection;

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
