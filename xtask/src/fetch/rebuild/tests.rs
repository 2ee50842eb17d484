use serde_json::{Value, json};

use super::{Parts, Rebuilt, rebuild};

fn parts(api: Value, operations: Vec<Value>, schemas: Vec<(&str, Value)>) -> Parts {
    let operations = operations.into_iter().enumerate();
    Parts {
        api,
        version_set: None,
        unseen: 0,
        hosts: vec!["api.example.com".to_owned()],
        operations: operations
            .map(|(number, it)| (format!("op-{number}"), it))
            .collect(),
        schemas: schemas
            .into_iter()
            .map(|(id, it)| (id.to_owned(), it))
            .collect(),
    }
}

/// The document of operations; what it lacks is checked but for what every document lacks.
#[track_caller]
fn check(operations: Vec<Value>, schemas: Vec<(&str, Value)>, lacks: &[&str]) -> Value {
    check_lossy(operations, schemas, lacks, &[])
}

/// The same of a document that has no place for some operations.
#[track_caller]
fn check_lossy(
    operations: Vec<Value>,
    schemas: Vec<(&str, Value)>,
    lacks: &[&str],
    lost: &[&str],
) -> Value {
    let api = json!({ "name": "Orders", "path": "orders", "subscriptionRequired": false });
    let Rebuilt {
        document,
        lost: found_lost,
        lacks: found,
    } = rebuild(&parts(api, operations, schemas));
    assert_eq!(found[1..], *lacks);
    assert_eq!(found_lost, lost);
    super::super::install::check("rebuilt.json", document.to_string().as_bytes())
        .expect("code can be generated from it");
    document
}

fn get(template: &str) -> Value {
    json!({ "method": "GET", "urlTemplate": template, "responses": [{ "statusCode": 204 }] })
}

#[test]
fn both_kinds_of_schema_documents_are_taken_and_told_apart() {
    let swagger = json!({
        "contentType": "application/vnd.ms-azure-apim.swagger.definitions+json",
        "document": { "definitions": {
            "Order": { "type": "object", "properties": { "line": { "$ref": "#/definitions/Line" } } },
            "Line": { "type": "object", "properties": { "note": { "type": "string", "x-nullable": true } } },
        } },
    });
    let openapi = json!({ "properties": {
        "contentType": "application/vnd.oai.openapi.components+json",
        // As text, and with another `Line`.
        "document": { "value": json!({ "components": { "schemas": {
            "Order2": { "type": "object", "properties": { "line": { "$ref": "#/components/schemas/Line" } } },
            "Line": { "type": "object", "properties": { "amount": { "type": "number" } } },
        } } }).to_string() },
    } });
    let response = |schema: &str, name: &str| {
        let json =
            json!({ "contentType": "application/json", "schemaId": schema, "typeName": name });
        json!([{ "statusCode": 200, "description": "It.", "representations": [json] }])
    };
    let mut first = get("/a");
    first["responses"] = response("s1", "Order");
    let mut second = get("/b");
    second["responses"] = response("/apis/orders/schemas/s2", "Order2");
    let document = check(
        vec![first, second],
        vec![("s1", swagger), ("s2", openapi)],
        &[],
    );
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["Line"]["properties"]["note"],
        json!({ "type": "string", "nullable": true })
    );
    assert_eq!(
        schemas["Order"]["properties"]["line"]["$ref"],
        "#/components/schemas/Line"
    );
    assert_eq!(
        schemas["Order2"]["properties"]["line"]["$ref"],
        "#/components/schemas/Line2"
    );
    assert_eq!(schemas["Line2"]["properties"]["amount"]["type"], "number");
    let of = |path: &str| {
        document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            ["$ref"]
            .clone()
    };
    assert_eq!(of("/a"), "#/components/schemas/Order");
    assert_eq!(of("/b"), "#/components/schemas/Order2");
}

#[test]
fn templates_become_parameters() {
    let mut operation = get("/orders/{id}/lines/{line}?expand={expand}&kind=full");
    operation["templateParameters"] = json!([
        { "name": "id", "type": "uuid", "required": true, "description": "Which." },
        { "name": "expand", "type": "string", "values": ["all", "none"] },
    ]);
    operation["request"] = json!({
        "queryParameters": [{ "name": "top", "type": "int32", "defaultValue": "10", "values": ["10", "20"] }],
        "headers": [{ "name": "x-tenant", "type": "string", "required": true }],
    });
    let lacks = ["the type of the path's parameter `line` (`op-0`)"];
    let document = check(vec![operation], Vec::new(), &lacks);
    let expected = json!([
        { "name": "id", "in": "path", "description": "Which.", "required": true, "schema": { "type": "string", "format": "uuid" } },
        { "name": "line", "in": "path", "required": true, "schema": { "type": "string" } },
        { "name": "expand", "in": "query", "required": true, "schema": { "type": "string", "enum": ["all", "none"] } },
        { "name": "kind", "in": "query", "required": true, "schema": { "type": "string", "enum": ["full"] } },
        { "name": "top", "in": "query", "schema": { "type": "integer", "format": "int32", "enum": [10, 20], "default": 10 } },
        { "name": "x-tenant", "in": "header", "required": true, "schema": { "type": "string" } },
    ]);
    assert_eq!(
        document["paths"]["/orders/{id}/lines/{line}"]["get"]["parameters"],
        expected
    );
}

#[test]
fn bodies_are_forms_examples_and_types() {
    let mut operation = get("/orders");
    operation["method"] = "POST".into();
    operation["request"] = json!({ "description": "What.", "representations": [
        { "contentType": "application/x-www-form-urlencoded", "formParameters": [
            { "name": "name", "type": "string", "required": true }, { "name": "age", "type": "integer" } ] },
        { "contentType": "application/json", "sample": "{\"a\":1}" },
    ] });
    operation["responses"] = json!([{ "statusCode": 200, "headers": [{ "name": "x-total", "type": "integer" }],
        "representations": [{ "contentType": "text/plain", "examples": { "one": { "value": "1" } } }] }]);
    let lacks = [
        "the type of a body of application/json (`op-0`)",
        "the type of a body of text/plain (`op-0`)",
    ];
    let document = check(vec![operation], Vec::new(), &lacks);
    let post = &document["paths"]["/orders"]["post"];
    let form = json!({ "type": "object", "required": ["name"],
        "properties": { "name": { "type": "string" }, "age": { "type": "integer" } } });
    let content = &post["requestBody"]["content"];
    assert_eq!(content["application/x-www-form-urlencoded"]["schema"], form);
    assert_eq!(
        content["application/json"],
        json!({ "examples": { "default": { "value": { "a": 1 } } } })
    );
    let expected = json!({ "200": {
        "description": "",
        "headers": { "x-total": { "schema": { "type": "integer" } } },
        "content": { "text/plain": { "examples": { "one": { "value": "1" } } } },
    } });
    assert_eq!(post["responses"], expected);
}

#[test]
fn what_has_no_place_is_told() {
    let mut odd = get("/odd");
    odd["method"] = "PURGE".into();
    let mut silent = get("/silent");
    silent["responses"] = Value::Null;
    let operations = vec![
        get("/a?x={x}"),
        get("/a?y={y}"),
        odd,
        get("/files/*"),
        get("/f/{*rest}"),
        silent,
    ];
    let lost = [
        "`op-1` (GET /a): another one has its method and path, and only the query tells them apart",
        "`op-2` (PURGE /odd): OpenAPI has no place for its method",
        "`op-3` (GET /files/*): its path ends anywhere",
        "`op-4` (GET /f/{*rest}): its path ends anywhere",
    ];
    let document = check_lossy(operations, Vec::new(), &["its responses (`op-5`)"], &lost);
    let paths: Vec<_> = document["paths"]
        .as_object()
        .expect("it is an object")
        .keys()
        .collect();
    assert_eq!(paths, ["/a", "/silent"]);
}

#[test]
fn references_that_lead_nowhere_are_told_and_become_any_value() {
    let schema = json!({ "document": { "components": { "schemas": {
        "Order": { "type": "object", "properties": { "line": { "$ref": "#/components/schemas/Gone" } } } } } } });
    let xsd = json!({ "contentType": "application/vnd.ms-azure-apim.xsd+xml", "document": { "value": "<x/>" } });
    let mut operation = get("/a");
    let of = |schema: &str, name: &str| json!({ "contentType": "application/json", "schemaId": schema, "typeName": name });
    operation["responses"] = json!([
        { "statusCode": 200, "representations": [of("s", "Order")] },
        { "statusCode": 201, "representations": [of("s", "Missing")] },
        { "statusCode": 202, "representations": [of("x", "Order")] },
    ]);
    let lacks = [
        "the type `Gone`, which `Order` refers to",
        "the types of schema `x`, which is `application/vnd.ms-azure-apim.xsd+xml`",
        "the type `Missing` of a body of application/json (`op-0`)",
        "the type `Order` of a body of application/json (`op-0`)",
    ];
    let document = check(vec![operation], vec![("s", schema), ("x", xsd)], &lacks);
    assert_eq!(
        document["components"]["schemas"]["Order"]["properties"]["line"],
        json!({})
    );
}

#[test]
fn versions_hosts_and_keys_are_as_the_api_has_them() {
    let api = json!({ "properties": {
        "displayName": "Orders", "path": "shop/orders", "apiVersion": "v2", "subscriptionRequired": true,
        "subscriptionKeyParameterNames": { "header": "x-key", "query": "key" },
    } });
    let mut of = parts(api, vec![get("/a")], Vec::new());
    let set = |scheme: &str| json!({ "versioningScheme": scheme, "versionQueryName": "v", "versionHeaderName": "x-v" });

    of.version_set = Some(set("Segment"));
    let document = rebuild(&of).document;
    assert_eq!(
        document["servers"][0]["url"],
        "https://api.example.com/shop/orders/v2"
    );
    assert_eq!(
        document["info"],
        json!({ "title": "Orders", "version": "v2" })
    );
    assert_eq!(
        document["security"],
        json!([{ "apiKeyHeader": [] }, { "apiKeyQuery": [] }])
    );
    let header = json!({ "type": "apiKey", "name": "x-key", "in": "header" });
    assert_eq!(
        document["components"]["securitySchemes"]["apiKeyHeader"],
        header
    );

    for (scheme, place, name) in [("Query", "query", "v"), ("Header", "header", "x-v")] {
        of.version_set = Some(set(scheme));
        let document = rebuild(&of).document;
        assert_eq!(
            document["servers"][0]["url"],
            "https://api.example.com/shop/orders"
        );
        let expected = json!([{ "name": name, "in": place, "required": true, "schema": { "type": "string", "enum": ["v2"] } }]);
        assert_eq!(document["paths"]["/a"]["get"]["parameters"], expected);
    }

    of.version_set = None;
    of.hosts = vec!["evil.example.com/?x".to_owned()];
    let rebuilt = rebuild(&of);
    assert_eq!(rebuilt.document["servers"][0]["url"], "/shop/orders");
    assert!(
        rebuilt
            .lacks
            .contains(&"how a request asks for version `v2`".to_owned())
    );
}
