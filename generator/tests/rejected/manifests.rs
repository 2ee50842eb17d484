use super::{HEAD, lines, parsed};
use portal_generator::document::Source;

const MANIFEST: &str = "\
portal: shop
title: Shop API
client: Shop
env-prefix: SHOP
numbers: decimal
identity-provider:
  token-url: https://id.example.com/token
  parameters: form
  client-authentication: body
  grants: [client-credentials]
gateway: { regions: { fi: { gateway: 'https://api.example.com' } } }
apis:
  orders:
    document: orders.yaml
    path: /orders
    operations:
      getOrder: { name: order }
      listOrders: { omit: It is not for us. }
bundles:
  Reader: { description: Reads., access: { orders: read }, scopes: [read] }
";

#[test]
fn that_name_an_operation_which_is_not_there() {
    let manifest = super::manifest::parse(&Source::new("portal.yaml", MANIFEST))
        .expect("the manifest is right");
    let document = format!(
        "{HEAD}paths: {{/a: {{get: {{operationId: getOrders, responses: {{'204': {{description: OK}}}}}}}}}}\n"
    );
    let output = parsed(&manifest, "orders.yaml", &document);
    assert_eq!(
        lines(&output.diagnostics),
        "\
error: portal.yaml:17:7#/apis/orders/operations/getOrder: `orders.yaml` has no operation `getOrder`; did you mean `getOrders`?
error: portal.yaml:18:7#/apis/orders/operations/listOrders: `orders.yaml` has no operation `listOrders`; did you mean `getOrders`?"
    );
}

#[test]
fn that_name_operations_without_an_id_by_method_and_path() {
    let text = MANIFEST
        .replace(
            "getOrder: { name: order }",
            "GET /a: { omit: It is not for us. }",
        )
        .replace(
            "listOrders: { omit: It is not for us. }",
            "POST /a: { name: search, access: read }",
        );
    let manifest =
        super::manifest::parse(&Source::new("portal.yaml", text)).expect("the manifest is right");
    let answers = "{responses: {'204': {description: OK}}}";
    let document = format!("{HEAD}paths: {{/a: {{get: {answers}, post: {answers}}}}}\n");
    let output = parsed(&manifest, "orders.yaml", &document);
    assert_eq!(
        lines(&output.diagnostics),
        "note: orders.yaml:3:14#/paths/~1a/get: the operation is left out: left out by the manifest: It is not for us."
    );
    let facts = output.operations.iter();
    let facts: Vec<_> = facts
        .map(|one| (one.id.as_str(), one.name.as_str(), one.access))
        .collect();
    assert_eq!(
        facts,
        [("POST /a", "search", portal_generator::ir::Access::Read)]
    );
}

#[test]
fn that_select_what_is_not_there() {
    let manifest = |selection: &str| {
        let rules = MANIFEST.find("    operations:").expect("there are rules");
        let bundles = MANIFEST.find("bundles:").expect("there are bundles");
        let text = format!(
            "{}    select:\n{selection}{}",
            &MANIFEST[..rules],
            &MANIFEST[bundles..]
        );
        super::manifest::parse(&Source::new("portal.yaml", text)).expect("the manifest is right")
    };
    let document = format!(
        "{HEAD}paths: {{/a: {{post: {{tags: [A], responses: {{'204': {{description: OK}}}}}}}}}}\n"
    );
    let told = |selection: &str| {
        let output = parsed(&manifest(selection), "orders.yaml", &document);
        lines(&output.diagnostics)
    };
    assert_eq!(
        told(
            "      include: { tags: [A, B], paths: [/a, /b/**], operations: [POST /a, addA] }\n      exclude: { tags: [C] }\n"
        ),
        "\
error: portal.yaml:17:28#/apis/orders/select/include/tags/1: `B` names no operation of `orders.yaml`; correct it or take it away
error: portal.yaml:17:44#/apis/orders/select/include/paths/1: `/b/**` names no operation of `orders.yaml`; correct it or take it away
error: portal.yaml:17:74#/apis/orders/select/include/operations/1: `addA` names no operation of `orders.yaml`; correct it or take it away
error: portal.yaml:18:25#/apis/orders/select/exclude/tags/0: `C` names no operation of `orders.yaml`; correct it or take it away"
    );
    assert_eq!(
        told("      bundles: [Reader]\n"),
        "\
note: orders.yaml:3:14#/paths/~1a/post: the operation is not selected
error: portal.yaml:17:17#/apis/orders/select/bundles/0: `Reader` grants no operation of `orders.yaml`; correct it or take it away"
    );
    assert_eq!(
        told("      include: { paths: ['/**'] }\n      exclude: { tags: [A] }\n"),
        "\
note: orders.yaml:3:14#/paths/~1a/post: the operation is not selected
error: portal.yaml:16:5#/apis/orders/select: no operation of `orders.yaml` is selected; correct it or take it away"
    );
}

#[test]
fn that_name_an_api_which_is_not_there() {
    let text = MANIFEST.replace("access: { orders: read }", "access: { order: read }");
    let problems = super::manifest::parse(&Source::new("portal.yaml", text))
        .expect_err("there is no such API");
    assert_eq!(
        lines(&problems),
        "error: portal.yaml:20:44#/bundles/Reader/access/order: there is no API `order`; did you mean `orders`?"
    );
}
