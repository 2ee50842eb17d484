//! `cargo xtask scopes` as a person runs it: on a small portal, and on applications of the generated crate.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Ended, Folder, MANIFEST, ORDERS};

/// The packages of this workspace.
const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// An application with the name of its test: where packages share what is compiled, cargo tells them apart by name.
/// Its configuration of cargo must stay in force.
fn application(test: &str, library: &str) -> Folder {
    let folder = Folder::new(test);
    let generated = Path::new(PACKAGES).join("generated");
    let manifest = format!(
        "[package]\nname = \"{test}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nportal-apis = {{ path = {generated:?}, features = [\"full\"] }}\n\n[workspace]\n\n\
         [lints.rust]\nunexpected_cfgs = {{ level = \"warn\", check-cfg = [\"cfg(own_flag)\"] }}\n"
    );
    folder.write("Cargo.toml", manifest);
    folder.write(
        ".cargo/config.toml",
        "[build]\nrustflags = [\"--cfg\", \"own_flag\"]\n",
    );
    folder.write("src/lib.rs", library);
    // The dependencies are those that this workspace is tested with, so that nothing is downloaded.
    let lock = fs::read(Path::new(PACKAGES).join("Cargo.lock")).expect("the workspace is locked");
    folder.write("Cargo.lock", lock);
    folder
}

/// Runs the command of this workspace on an application. All of them share what they compile.
fn scopes(folder: &Folder, options: &[&str]) -> Ended {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("applications/portal-scopes");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["scopes", "--crate", ".", "--target-dir"])
        .arg(target)
        .args(options)
        .args(["--", "--offline"])
        .current_dir(folder.path(""))
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output();
    Ended::from(output.expect("the command runs"))
}

/// The only portal in what `--json` prints.
#[track_caller]
fn portal(ended: &Ended) -> Value {
    let told: Value = serde_json::from_str(&ended.stdout).expect("it is JSON");
    let portals = told["portals"].as_array().expect("there is a list");
    assert_eq!(portals.len(), 1, "{told}");
    portals[0].clone()
}

const CALLS: &str = r#"#![allow(deprecated)]
#![deny(warnings)]

use portal_apis::easor::bundles::Accounting;
use portal_apis::easor::general_ledger::{GeneralLedger, Reads};
use portal_apis::easor::Easor;
use portal_apis::runtime::Bundle;

#[cfg(not(own_flag))]
compile_error!("the application's own flags are lost");

pub async fn any<B: Bundle + Reads>(ledger: GeneralLedger<B>) {
    let _ = ledger.vouchers_v2("1").await;
    let later = || GeneralLedger::vouchers_v2(&ledger, "1");
    let _ = later().await;
}

macro_rules! listed {
    ($ledger:expr) => {
        $ledger.vouchers("1")
    };
}

pub async fn all(easor: Easor<Accounting>) {
    any(easor.general_ledger()).await;
    let ledger = easor.general_ledger();
    let _ = listed!(ledger).await;
    let _ = helper::periods(&easor).await;
    Ledger.add_vouchers_v2("1");
}

/// Not the portal's, though called the same.
pub struct Ledger;

impl Ledger {
    pub fn add_vouchers_v2(&self, _organization: &str) {}
}
"#;

const HELPER: &str = r#"use portal_apis::easor::{Easor, bundles::Accounting};

pub async fn periods(easor: &Easor<Accounting>) -> bool {
    easor.organization().list_accounting_periods("1").await.is_ok()
}
"#;

/// An application and a path dependency of it.
fn application_with_helper(test: &str) -> Folder {
    let folder = application(test, CALLS);
    let manifest = folder.read("Cargo.toml");
    let helper = manifest
        .replace(&format!("name = \"{test}\""), "name = \"helper\"")
        .replace("\n[workspace]\n", "");
    folder.write("helper/Cargo.toml", helper);
    folder.write("helper/src/lib.rs", HELPER);
    let depends = "[dependencies]\nhelper = { path = \"helper\" }\n";
    folder.write("Cargo.toml", manifest.replace("[dependencies]\n", depends));
    folder
}

#[test]
fn calls_are_those_that_the_compiler_sees() {
    let folder = application_with_helper("calls_are_those");
    let ended = scopes(&folder, &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let expected = "\
Easor API (easor)

calls
  read   general_ledger().vouchers
         src/lib.rs:27:13
  read   general_ledger().vouchers_v2
         src/lib.rs:13:20
         src/lib.rs:14:35
  read   organization().list_accounting_periods
         helper/src/lib.rs:4:26

needs
  read from general-ledger, read from organization

smallest bundle
  Reporting: grants without need: read from sales
         scopes: those handed out with the credentials
         cargo feature: easor-reporting

bundles that it names
  Accounting: grants without need: write to general-ledger
         helper/src/lib.rs:1:42
         helper/src/lib.rs:3:36
         src/lib.rs:4:34
         src/lib.rs:24:31

a bundle of its own (cargo features: easor-general-ledger, easor-organization)
  portal_apis::runtime::bundle! {
      /// What this application needs: read from general-ledger, read from organization.
      pub Needed {
          scopes: [],
          grants: [
              portal_apis::easor::access::general_ledger::Read,
              portal_apis::easor::access::organization::Read,
          ],
      }
  }
";
    assert_eq!(ended.stdout, expected);
    // What was compiled before is told again.
    assert_eq!(scopes(&folder, &[]).stdout, expected);
}

#[test]
fn a_bundle_that_grants_more_than_is_needed_fails_the_check() {
    let folder = application_with_helper("a_bundle_that_grants_more");
    let ended = scopes(&folder, &["--check", "--json"]);
    assert_eq!(ended.code, 1);
    assert_eq!(
        ended.stderr,
        "error: the bundle `Accounting` grants more than the application needs: write to general-ledger\n"
    );
    let told = portal(&ended);
    assert_eq!(told["smallest"]["name"], "Reporting");
    assert_eq!(told["smallest"]["feature"], "easor-reporting");
    let named = &told["named"][0];
    assert_eq!(named["name"], "Accounting");
    let excess = json!([{ "api": "general-ledger", "access": "write" }]);
    assert_eq!((&named["excess"], &named["missing"]), (&excess, &json!([])));
    let place = json!({ "file": "helper/src/lib.rs", "line": 4, "column": 26 });
    assert_eq!(told["calls"][2]["id"], "listAccountingPeriods");
    assert_eq!(told["calls"][2]["places"], json!([place]));
}

#[test]
fn the_bundle_that_it_is_told_to_define_compiles_and_is_enough() {
    let folder = application_with_helper("the_bundle_that_it_is_told");
    let told = portal(&scopes(&folder, &["--json", "--portal", "easor"]));
    let definition = told["own"]["definition"].as_str().expect("it is text");
    let name = told["own"]["name"].as_str().expect("it is text");
    let own = CALLS
        .replace("use portal_apis::easor::bundles::Accounting;\n", "")
        .replace(
            "let _ = helper::periods(&easor).await;",
            "let _ = easor.organization().list_accounting_periods(\"1\").await;",
        )
        .replace("Accounting", name);
    let folder = application("the_bundle_of_its_own", &format!("{own}\n{definition}\n"));
    let ended = scopes(&folder, &["--check", "--json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let told = portal(&ended);
    assert_eq!(told["named"], json!([]));
    assert_eq!(told["needed"].as_array().map(Vec::len), Some(2));
}

#[test]
fn where_no_bundle_is_enough_it_is_said_what_each_lacks() {
    let folder = application(
        "where_no_bundle_is_enough",
        "use portal_apis::easor::general_ledger::{GeneralLedger, Writes as WritesVouchers};\n\
         use portal_apis::easor::sales::{Sales, Writes};\n\
         use portal_apis::runtime::Bundle;\n\n\
         pub fn all<B: Bundle + WritesVouchers + Writes>(ledger: GeneralLedger<B>, sales: Sales<B>) {\n    \
         let _delete = GeneralLedger::<B>::delete_voucher_by_id;\n    \
         let _create = Sales::<B>::create_contact;\n    \
         drop((ledger, sales));\n}\n",
    );
    let ended = scopes(&folder, &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let smallest = "
smallest bundle
  none does
  Reporting: lacks: write to general-ledger, write to sales; grants without need: read from general-ledger, read from organization, read from sales
  Accounting: lacks: write to sales; grants without need: read from general-ledger, read from organization
  SalesInvoicing: lacks: write to general-ledger; grants without need: read from general-ledger, read from organization, read from sales
";
    assert!(ended.stdout.contains(smallest), "{}", ended.stdout);
}

#[test]
fn applications_that_cannot_be_used_are_refused() {
    let folder = application(
        "applications_that_cannot",
        "pub fn wrong() -> u8 { \"text\" }\n",
    );
    let ended = scopes(&folder, &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    let begins = "error: the application does not compile:\n\nerror[E0308]: mismatched types\n --> src/lib.rs:1:24\n";
    assert!(ended.stderr.starts_with(begins), "{}", ended.stderr);

    let folder = Folder::new("applications_without_portals");
    let ended = folder.xtask(&["scopes", "--crate", "."]);
    assert_eq!(ended.code, 1);
    folder.write("specs/shop/portal.yaml", MANIFEST);
    folder.write("specs/shop/orders.yaml", ORDERS);
    let ended = folder.xtask(&["scopes", "--crate", "."]);
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (
            1,
            "error: there is no Cargo.toml in .; name the folder of an application\n"
        )
    );
    folder.write(
        "Cargo.toml",
        "[package]\nname = \"alone\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    folder.write("src/lib.rs", "");
    let ended = folder.xtask(&["scopes", "--crate", "."]);
    assert_eq!(ended.code, 1);
    let ends = "does not use the crate `portal-apis`; name the folder of one that does\n";
    assert!(ended.stderr.ends_with(ends), "{}", ended.stderr);
    assert_eq!(folder.xtask(&["scopes", "--check"]).code, 2);
}

/// A workspace with one portal of two bundles, whose document names scopes.
fn shop(test: &str) -> Folder {
    let folder = Folder::new(test);
    let manifest = format!(
        "{MANIFEST}  Writer:\n    description: Writes.\n    includes: [Reader]\n    access: {{ orders: write }}\n    \
         scopes: [orders.more]\n"
    );
    folder.write("specs/shop/portal.yaml", manifest);
    let post = "  /v1/orders:\n    post:\n      operationId: AddOrder\n      \
                security: [{ shop: [orders.add] }, { shop: [orders.all, orders.any] }]\n      \
                responses: { \"204\": { description: Added. } }\n";
    let scheme = "components:\n  securitySchemes:\n    shop:\n      type: oauth2\n      flows:\n        \
                  clientCredentials: { tokenUrl: \"https://id.example.com/token\", scopes: {} }\n";
    let document = ORDERS.replace("components:\n", &format!("{post}{scheme}"));
    folder.write("specs/shop/orders.yaml", document);
    folder
}

#[test]
fn operations_stand_against_bundles() {
    let ended = shop("operations_stand").xtask(&["scopes"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert_eq!(
        ended.stdout,
        "\
Shop API (shop)

method  path             in Rust             access  scopes                               Reader  Writer
GET     /v1/orders/{id}  orders().get_order  read                                         x       x
POST    /v1/orders       orders().add_order  write   orders.add or orders.all orders.any          x

Reader
  grants         read from orders
  scopes         those handed out with the credentials
  cargo feature  shop-reader
Writer
  grants         read from orders, write to orders
  scopes         orders.add orders.more
  cargo feature  shop-writer
"
    );
}

#[test]
fn operations_and_bundles_are_printed_as_json() {
    let folder = shop("operations_and_bundles");
    let told = portal(&folder.xtask(&["scopes", "--json"]));
    let operation = json!({
        "api": "orders",
        "id": "AddOrder",
        "method": "POST",
        "path": "/v1/orders",
        "rust": "orders().add_order",
        "access": "write",
        "scopes": [["orders.add"], ["orders.all", "orders.any"]],
        "bundles": ["Writer"],
    });
    assert_eq!(told["operations"][1], operation);
    let bundle = json!({
        "name": "Reader",
        "feature": "shop-reader",
        "permissions": [{ "api": "orders", "access": "read" }],
        "scopes": [],
    });
    assert_eq!(told["bundles"][0], bundle);
    let ended = folder.xtask(&["scopes", "--portal", "shops"]);
    let expected = "error: there is no portal `shops`; there is shop\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (2, expected));
}
