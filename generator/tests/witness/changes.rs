//! Changes of documents, as vendors make them.

use serde_json::{Value, json};

/// A change of an API's document, and the rule of the wire that tells it; empty where nothing travels otherwise.
pub(crate) struct Change {
    pub(crate) name: &'static str,
    pub(crate) api: &'static str,
    pub(crate) rule: &'static str,
    make: fn(&mut Value),
}

impl Change {
    pub(crate) fn make(&self, document: &mut Value) {
        (self.make)(document);
    }
}

const fn ledger(name: &'static str, rule: &'static str, make: fn(&mut Value)) -> Change {
    let api = "ledger";
    Change {
        name,
        api,
        rule,
        make,
    }
}

const fn crm(name: &'static str, rule: &'static str, make: fn(&mut Value)) -> Change {
    let api = "crm";
    Change {
        name,
        api,
        rule,
        make,
    }
}

/// The changes.
pub(crate) const CHANGES: &[Change] = &[
    ledger("operation-removed", "operation-removed", |it| {
        remove(it, &["paths", BALANCES]);
    }),
    ledger("operation-added", "operation-added", |it| {
        let copy = at(it, &["paths", BALANCES]).clone();
        put(it, &["paths", "/v2/balances/{organizationNumber}"], copy);
        put(
            it,
            &[
                "paths",
                "/v2/balances/{organizationNumber}",
                "get",
                "operationId",
            ],
            json!("NewBalances"),
        );
    }),
    ledger("operation-renamed", "operation-id-changed", |it| {
        put(
            it,
            &["paths", BALANCES, "get", "operationId"],
            json!("PublicGetBalancesV1"),
        );
    }),
    ledger("path-changed", "operation-moved", |it| {
        rename(
            it,
            &["paths"],
            BALANCES,
            "/v1/balances/{organizationNumber}",
        );
    }),
    ledger("method-changed", "operation-moved", |it| {
        rename(it, &["paths", BALANCES], "get", "post");
    }),
    ledger("operation-deprecated", "operation-deprecated", |it| {
        put(it, &["paths", BALANCES, "get", "deprecated"], json!(true));
    }),
    ledger("tag-renamed", "", |it| {
        put(it, &["paths", BALANCES, "get", "tags"], json!(["Balances"]));
    }),
    ledger(
        "required-parameter-added",
        "required-parameter-added",
        |it| {
            let new = json!({"name": "currency", "in": "query", "required": true, "schema": {"type": "string"}});
            push(it, &["paths", BALANCES, "get", "parameters"], new);
        },
    ),
    ledger(
        "optional-parameter-added",
        "optional-parameter-added",
        |it| {
            let new = json!({"name": "currency", "in": "query", "schema": {"type": "string"}});
            push(it, &["paths", BALANCES, "get", "parameters"], new);
        },
    ),
    ledger("optional-parameter-removed", "parameter-removed", |it| {
        take(it, &["paths", EVENTS, "get", "parameters"], "category");
    }),
    ledger("last-option-removed", "parameter-removed", |it| {
        take(
            it,
            &["paths", BALANCES, "get", "parameters"],
            "accept-language",
        );
    }),
    ledger("required-parameter-removed", "parameter-removed", |it| {
        take(
            it,
            &["paths", BALANCES, "get", "parameters"],
            "accountNumbers",
        );
    }),
    ledger("parameter-made-optional", "parameter-optional", |it| {
        put(
            parameter(it, BALANCES, "accountNumbers"),
            &["required"],
            json!(false),
        );
    }),
    ledger("parameter-made-required", "parameter-required", |it| {
        put(
            parameter(it, EVENTS, "category"),
            &["required"],
            json!(true),
        );
    }),
    ledger("parameter-retyped", "parameter-type-changed", |it| {
        put(
            parameter(it, BALANCES, "accountNumbers"),
            &["schema"],
            json!({"type": "integer"}),
        );
    }),
    ledger("parameter-widened", "parameter-widened", |it| {
        put(
            parameter(it, BALANCES, "date"),
            &["schema"],
            json!({"type": "string"}),
        );
    }),
    ledger("option-retyped", "parameter-type-changed", |it| {
        put(
            parameter(it, EVENTS, "category"),
            &["schema"],
            json!({"type": "integer", "format": "int32"}),
        );
    }),
    ledger("parameters-reordered", "", |it| {
        let all = at(it, &["paths", BALANCES, "get", "parameters"]);
        all.as_array_mut().expect("a list").reverse();
    }),
    ledger(
        "parameter-of-another-name",
        "required-parameter-added",
        |it| {
            put(
                parameter(it, BALANCES, "accountNumbers"),
                &["name"],
                json!("accounts"),
            );
        },
    ),
    ledger("page-size-removed", "parameter-removed", |it| {
        take(it, &["paths", EVENTS, "get", "parameters"], "pageSize");
    }),
    ledger("property-added", "optional-property-added", |it| {
        put(
            it,
            &[
                "components",
                "schemas",
                "VoucherCreateV2",
                "properties",
                "iban",
            ],
            json!({"type": "string"}),
        );
    }),
    ledger("property-removed", "property-removed", |it| {
        remove(
            it,
            &[
                "components",
                "schemas",
                "UsedAccountsOut",
                "properties",
                "name",
            ],
        );
    }),
    ledger("property-renamed", "property-removed", |it| {
        let properties = ["components", "schemas", "VoucherCreateV2", "properties"];
        rename(it, &properties, "invoiceNumber", "invoiceNo");
    }),
    ledger("property-retyped", "property-type-changed", |it| {
        let new = json!({"type": "integer", "nullable": true});
        put(
            it,
            &[
                "components",
                "schemas",
                "UsedAccountsOut",
                "properties",
                "number",
            ],
            new,
        );
    }),
    ledger("property-widened", "property-widened", |it| {
        let new = json!({"type": "string", "nullable": true});
        put(
            it,
            &[
                "components",
                "schemas",
                "VoucherReadOut",
                "properties",
                "id",
            ],
            new,
        );
    }),
    ledger("property-made-required", "property-required", |it| {
        put(
            it,
            &[
                "components",
                "schemas",
                "VoucherCreateV2",
                "properties",
                "invoiceNumber",
            ],
            json!({"type": "string"}),
        );
        push(
            it,
            &["components", "schemas", "VoucherCreateV2", "required"],
            json!("invoiceNumber"),
        );
    }),
    ledger("property-made-optional", "property-optional", |it| {
        put(
            it,
            &["components", "schemas", "PostingCreateV2", "required"],
            json!([]),
        );
    }),
    ledger("one-property-made-optional", "property-optional", |it| {
        let required = at(
            it,
            &["components", "schemas", "VoucherCreateV2", "required"],
        );
        required
            .as_array_mut()
            .expect("a list")
            .retain(|name| name != "category");
    }),
    ledger("property-made-nullable", "property-optional", |it| {
        put(
            it,
            &[
                "components",
                "schemas",
                "VoucherCreateV2",
                "properties",
                "description",
                "nullable",
            ],
            json!(true),
        );
    }),
    ledger("required-property-added", "required-property-added", |it| {
        put(
            it,
            &[
                "components",
                "schemas",
                "VoucherCreateV2",
                "properties",
                "currency",
            ],
            json!({"type": "string"}),
        );
        push(
            it,
            &["components", "schemas", "VoucherCreateV2", "required"],
            json!("currency"),
        );
    }),
    ledger("first-required-property", "property-required", |it| {
        put(
            it,
            &[
                "components",
                "schemas",
                "VoucherDetailRowCreate",
                "properties",
                "description",
            ],
            json!({"type": "string"}),
        );
        put(
            it,
            &[
                "components",
                "schemas",
                "VoucherDetailRowCreate",
                "required",
            ],
            json!(["description"]),
        );
    }),
    ledger("schema-renamed", "", |it| {
        rename_schema(it, "PostingReadOut", "PostingOut")
    }),
    ledger("schema-removed", "property-type-changed", |it| {
        let properties = [
            "components",
            "schemas",
            "VoucherReadOut",
            "properties",
            "postings",
        ];
        put(
            it,
            &properties,
            json!({"type": "array", "items": {"type": "string"}, "nullable": true}),
        );
        remove(it, &["components", "schemas", "PostingReadOut"]);
    }),
    ledger("schema-becomes-an-alias", "response-type-changed", |it| {
        put(
            it,
            &["components", "schemas", "UsedAccountsOut"],
            json!({"type": "string"}),
        );
    }),
    ledger("success-removed", "response-removed", |it| {
        remove(it, &["paths", VOUCHERS, "post", "responses", "204"]);
    }),
    ledger("success-changed", "response-type-changed", |it| {
        let schema = [
            "paths",
            BALANCES,
            "get",
            "responses",
            "200",
            "content",
            "application/json",
            "schema",
        ];
        put(
            it,
            &schema,
            json!({"$ref": "#/components/schemas/AccountBalancesOut"}),
        );
    }),
    ledger("error-added", "response-added", |it| {
        put(
            it,
            &["paths", BALANCES, "get", "responses", "429"],
            json!({"description": "Too many"}),
        );
    }),
    ledger("errors-removed", "response-removed", |it| {
        for (_, item) in at(it, &["paths"]).as_object_mut().expect("a map") {
            for (_, operation) in item.as_object_mut().expect("a map") {
                if let Some(responses) = operation.get_mut("responses") {
                    responses
                        .as_object_mut()
                        .expect("a map")
                        .shift_remove("502");
                }
            }
        }
    }),
    ledger("error-retyped", "", |it| {
        for (_, item) in at(it, &["paths"]).as_object_mut().expect("a map") {
            for (_, operation) in item.as_object_mut().expect("a map") {
                let responses = operation.get_mut("responses");
                if let Some(one) = responses.and_then(|all| all.get_mut("500")) {
                    *one = json!({"description": "Failed"});
                }
            }
        }
    }),
    ledger("security-changed", "security-changed", |it| {
        put(
            it,
            &["paths", BALANCES, "get", "security"],
            json!([{"apiKeyHeader": [], "apiKeyQuery": []}]),
        );
    }),
    ledger("headers-added", "", |it| {
        let headers = json!({"X-Total": {"schema": {"type": "integer"}}});
        put(
            it,
            &["paths", BALANCES, "get", "responses", "200", "headers"],
            headers,
        );
    }),
    ledger("body-retyped", "parameter-type-changed", |it| {
        let schema = [
            "paths",
            VOUCHERS,
            "post",
            "requestBody",
            "content",
            "application/json",
            "schema",
        ];
        put(
            it,
            &schema,
            json!({"$ref": "#/components/schemas/VoucherCreateV2"}),
        );
    }),
    ledger("body-removed", "parameter-removed", |it| {
        remove(it, &["paths", VOUCHERS, "post", "requestBody"]);
    }),
    crm("enum-value-added", "value-added", |it| {
        push(
            it,
            &["components", "schemas", "CampaignType", "enum"],
            json!("pigeon"),
        );
    }),
    crm("enum-value-removed", "value-removed", |it| {
        put(
            it,
            &["components", "schemas", "CampaignType", "enum"],
            json!(["email", "letter"]),
        );
    }),
    crm("enum-value-renamed", "value-removed", |it| {
        put(
            it,
            &["components", "schemas", "TeamType", "enum"],
            json!(["trader", "agency"]),
        );
    }),
    crm("enum-becomes-text", "property-widened", |it| {
        put(
            it,
            &["components", "schemas", "CampaignType"],
            json!({"type": "string"}),
        );
    }),
    crm("enum-renamed", "", |it| {
        rename_schema(it, "SortDirection", "Direction")
    }),
    crm(
        "all-operations-of-a-path-removed",
        "operation-removed",
        |it| {
            remove(it, &["paths", "/cases/{case_id}/notes"]);
        },
    ),
    crm("body-property-required", "property-required", |it| {
        put(
            it,
            &["components", "schemas", "NoteCreate", "required"],
            json!(["note", "notify"]),
        );
    }),
];

const BALANCES: &str = "/v1/account-balances/{organizationNumber}";
const EVENTS: &str = "/v1/general-ledger-events/{organizationNumber}";
const VOUCHERS: &str = "/v1/vouchers/{organizationNumber}";

/// The value at a path, which has to be there.
fn at<'v>(mut value: &'v mut Value, path: &[&str]) -> &'v mut Value {
    for key in path {
        value = value
            .get_mut(*key)
            .unwrap_or_else(|| panic!("no `{key}` in {path:?}"));
    }
    value
}

fn put(value: &mut Value, path: &[&str], new: Value) {
    let (key, parent) = path.split_last().expect("a path");
    let parent = at(value, parent).as_object_mut().expect("a map");
    parent.insert((*key).to_owned(), new);
}

fn remove(value: &mut Value, path: &[&str]) {
    let (key, parent) = path.split_last().expect("a path");
    let parent = at(value, parent).as_object_mut().expect("a map");
    parent.shift_remove(*key).expect("it is there");
}

fn push(value: &mut Value, path: &[&str], new: Value) {
    at(value, path).as_array_mut().expect("a list").push(new);
}

/// Takes the parameter of a name out of a list.
fn take(value: &mut Value, path: &[&str], name: &str) {
    let list = at(value, path).as_array_mut().expect("a list");
    let before = list.len();
    list.retain(|one| one["name"] != name);
    assert!(list.len() < before, "no parameter `{name}`");
}

fn parameter<'v>(value: &'v mut Value, path: &str, name: &str) -> &'v mut Value {
    let list = at(value, &["paths", path, "get", "parameters"]);
    let mut list = list.as_array_mut().expect("a list").iter_mut();
    list.find(|one| one["name"] == name)
        .expect("the parameter is there")
}

/// Renames a key in its place.
fn rename(value: &mut Value, path: &[&str], from: &str, to: &str) {
    let map = at(value, path).as_object_mut().expect("a map");
    assert!(map.contains_key(from), "no `{from}`");
    let entries = std::mem::take(map).into_iter();
    *map = entries
        .map(|(key, value)| (if key == from { to.to_owned() } else { key }, value))
        .collect();
}

fn rename_schema(value: &mut Value, from: &str, to: &str) {
    rename(value, &["components", "schemas"], from, to);
    let (old, new) = (
        format!("#/components/schemas/{from}"),
        format!("#/components/schemas/{to}"),
    );
    refer(value, &old, &new);
}

fn refer(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, from, to)),
        Value::Object(map) => map.values_mut().for_each(|value| refer(value, from, to)),
        _ => {}
    }
}
