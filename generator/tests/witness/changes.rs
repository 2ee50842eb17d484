//! Changes of documents, as vendors make them.

use portal_generator::manifest::{Access, Manifest};
use serde_json::json;

use crate::change::{Change, crm, ledger};
use crate::edits::{
    BALANCES, EVENTS, VOUCHERS, at, parameter, push, put, remove, rename, rename_schema, take,
};

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
    ledger("limit-tightened", "limit-tightened", |it| {
        put(
            parameter(it, EVENTS, "pageSize"),
            &["schema", "maximum"],
            json!(100),
        );
    }),
    ledger("limit-loosened", "limit-loosened", |it| {
        let schema = at(it, &["paths", EVENTS, "get", "parameters"]);
        let list = schema.as_array_mut().expect("a list");
        let one = list.iter_mut().find(|one| one["name"] == "pageSize");
        remove(one.expect("it is there"), &["schema", "maximum"]);
    }),
    ledger("pattern-added", "limit-tightened", |it| {
        let pattern = ["components", "schemas", "VoucherCreateV2", "properties"];
        put(
            at(it, &pattern),
            &["description", "pattern"],
            json!("^[A-Z]"),
        );
    }),
    ledger("default-changed", "default-changed", |it| {
        put(
            parameter(it, EVENTS, "pageSize"),
            &["schema", "default"],
            json!(7),
        );
    }),
    ledger("style-changed", "style-changed", |it| {
        put(
            parameter(it, BALANCES, "accountNumbers"),
            &["explode"],
            json!(false),
        );
    }),
    ledger("server-changed", "server-changed", |it| {
        let server = json!([{"url": "https://elsewhere.example/v9"}]);
        put(it, &["paths", BALANCES, "get", "servers"], server);
    }),
    ledger("key-sent-elsewhere", "security-scheme-changed", |it| {
        let scheme = ["components", "securitySchemes", "apiKeyHeader", "name"];
        put(it, &scheme, json!("X-Key"));
    }),
    ledger(
        "answers-in-another-media-type",
        "response-media-type-changed",
        |it| {
            let content = ["paths", BALANCES, "get", "responses", "200", "content"];
            rename(it, &content, "application/json", "application/hal+json");
        },
    ),
    ledger("bundle-shrunk", "", |_| {}).granting(|manifest| {
        grant(manifest, "Accounting", None);
    }),
    ledger("bundle-grown", "", |_| {}).granting(|manifest| {
        grant(manifest, "Reporting", Some(Access::Write));
    }),
    ledger("bundle-removed", "", |_| {}).granting(|manifest| {
        manifest.bundles.retain(|bundle| bundle.name != "Reporting");
    }),
    ledger("region-added", "", |_| {}).granting(|manifest| {
        let mut region = manifest.gateway.regions[0].clone();
        region.id = "se".to_owned();
        manifest.gateway.regions.push(region);
    }),
    crm("property-limited", "limit-tightened", |it| {
        put(
            it,
            &[
                "components",
                "schemas",
                "NoteCreate",
                "properties",
                "note",
                "maxLength",
            ],
            json!(3),
        );
    }),
    crm("enum-value-called-unknown", "value-added", |it| {
        let values = ["components", "schemas", "CampaignType", "enum"];
        push(it, &values, json!("unknown"));
        push(it, &values, json!("other"));
    }),
];

/// Changes what a bundle may do with the ledger.
fn grant(manifest: &mut Manifest, name: &str, access: Option<Access>) {
    let mut bundles = manifest.bundles.iter_mut();
    let bundle = bundles.find(|bundle| bundle.name == name);
    let bundle = bundle.expect("the bundle is there");
    match access {
        Some(access) => bundle.access.insert("general-ledger".to_owned(), access),
        None => bundle.access.remove("general-ledger"),
    };
}
