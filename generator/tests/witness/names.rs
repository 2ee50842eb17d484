//! Changes of names in Rust, where old names are taken, kept, or kept no longer.

use serde_json::{Value, json};

use crate::change::{Change, crm, ledger};
use crate::edits::{BALANCES, EVENTS, at, put, rename_schema};

/// The changes.
pub(crate) const NAMES: &[Change] = &[
    crm("enum-value-named-anew", "value-removed", two_values).after(three_values),
    crm("enum-value-takes-a-name", "value-added", three_values).after(two_values),
    ledger("option-named-anew", "parameter-removed", |_| {}).after(two_options),
    ledger("header-struct-renamed", "operation-id-changed", |it| {
        let id = ["paths", BALANCES, "get", "operationId"];
        put(it, &id, json!("PublicGetBalancesV1"));
        two_headers(it);
    })
    .after(two_headers),
    crm("enum-value-name-dropped", "", two_values)
        .after(two_values)
        .since(three_values),
    ledger("option-name-dropped", "", |_| {}).since(two_options),
    ledger("operation-name-dropped", "", |_| {}).since(|it| {
        let id = ["paths", BALANCES, "get", "operationId"];
        put(it, &id, json!("PublicGetBalancesV1"));
    }),
    ledger("schema-name-dropped", "", |_| {}).since(|it| {
        rename_schema(it, "PostingReadOut", "PostingOut");
    }),
];

const CAMPAIGN_TYPE: [&str; 4] = ["components", "schemas", "CampaignType", "enum"];

fn two_values(document: &mut Value) {
    put(document, &CAMPAIGN_TYPE, json!(["email", "letter"]));
}

/// Two of them would have one name, so that one has a number, which it loses where the other one goes.
fn three_values(document: &mut Value) {
    put(
        document,
        &CAMPAIGN_TYPE,
        json!(["Email", "email", "letter"]),
    );
}

/// Two optional parameters of one name; one has another name in Rust while the other one is there.
fn two_options(document: &mut Value) {
    let new = json!({"name": "Category", "in": "header", "schema": {"type": "integer"}});
    let list = at(document, &["paths", EVENTS, "get", "parameters"]);
    list.as_array_mut().expect("a list").insert(0, new);
}

fn two_headers(document: &mut Value) {
    let header = json!({"schema": {"type": "integer"}});
    let headers = json!({"X-Total": header.clone(), "X-Left": header});
    let response = ["paths", BALANCES, "get", "responses", "200", "headers"];
    put(document, &response, headers);
}
