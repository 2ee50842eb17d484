//! What the compiler says to a call that a bundle does not grant, word for word.

use portal_apis::runtime::{BundleFacts, Permission};
use portal_apis::{easir, easor};

use crate::compiler::refusal;

/// One call of each kind that an API has.
struct Call {
    portal: &'static str,
    client: &'static str,
    permission: Permission,
    /// What a program says, with a client of the portal in `client`.
    code: &'static str,
}

const CALLS: &[Call] = &[
    Call {
        portal: "easor",
        client: "Easor",
        permission: Permission::read("general-ledger"),
        code: "client.general_ledger().vouchers_v2(\"1\")",
    },
    Call {
        portal: "easor",
        client: "Easor",
        permission: Permission::write("general-ledger"),
        code: "client.general_ledger().add_vouchers_v2(\"1\", &[])",
    },
    Call {
        portal: "easor",
        client: "Easor",
        permission: Permission::read("organization"),
        code: "client.organization().list_accounting_periods(\"1\")",
    },
    Call {
        portal: "easor",
        client: "Easor",
        permission: Permission::write("sales"),
        code: "client.sales().create_contact(\"1\", any())",
    },
    Call {
        portal: "easir",
        client: "Easir",
        permission: Permission::read("crm"),
        code: "client.crm().me()",
    },
    Call {
        portal: "easir",
        client: "Easir",
        permission: Permission::write("crm"),
        code: "client.crm().create_company(any())",
    },
    Call {
        portal: "easir",
        client: "Easir",
        permission: Permission::write("authentication"),
        code: "client.authentication().create_token(any(), any())",
    },
];

fn program(call: &Call, bundle: &str, definition: &str) -> String {
    let Call {
        portal,
        client,
        code,
        ..
    } = call;
    format!(
        "use portal_apis::{portal}::{client};\n\n{definition}\
         pub async fn work(client: {client}<{bundle}>) {{\n    let _ = {code}.await;\n}}\n\n\
         #[allow(dead_code)]\nfn any<T>() -> T {{\n    loop {{}}\n}}\n"
    )
}

fn bundles(portal: &str) -> &'static [BundleFacts] {
    match portal {
        "easor" => easor::bundles::ALL,
        _ => easir::bundles::ALL,
    }
}

#[test]
fn each_bundle_compiles_with_what_it_grants_and_with_nothing_else() {
    for call in CALLS {
        for bundle in bundles(call.portal) {
            let (portal, name) = (call.portal, bundle.name);
            let definition = format!("use portal_apis::{portal}::bundles::{name};\n\n");
            let refusal = refusal(&program(call, name, &definition));
            let granted = bundle.grants(call.permission);
            assert_eq!(refusal.is_none(), granted, "{name}: {}", call.code);
            if let Some(refusal) = refusal {
                compare(&format!("{name} cannot {}", call.permission), &refusal);
            }
        }
    }
}

/// A bundle of an application's own that grants nothing: what is said of APIs that every bundle of
/// the portal has.
#[test]
fn a_bundle_without_rights_calls_nothing() {
    let definition = "portal_apis::runtime::bundle! { pub Nothing { scopes: [], grants: [] } }\n\n";
    for call in CALLS {
        let refusal = refusal(&program(call, "Nothing", definition));
        let refusal = refusal.expect("nothing is granted");
        compare(&format!("Nothing cannot {}", call.permission), &refusal);
    }
}

#[test]
fn a_client_narrows_and_never_widens() {
    let narrowing = |from: &str, to: &str| {
        refusal(&format!(
            "use portal_apis::easor::{{Easor, bundles::*}};\n\n\
             pub fn narrow(easor: Easor<{from}>) -> Easor<{to}> {{\n    easor.narrow()\n}}\n"
        ))
    };
    assert_eq!(narrowing("SalesInvoicing", "Reporting"), None);
    assert_eq!(narrowing("Reporting", "Reporting"), None);
    for (from, to) in [
        ("Reporting", "SalesInvoicing"),
        ("Accounting", "Reporting"),
        ("Accounting", "SalesInvoicing"),
    ] {
        let refusal = narrowing(from, to).expect("it grants more");
        compare(&format!("{from} is no {to}"), &refusal);
    }
}

#[track_caller]
fn compare(name: &str, refusal: &str) {
    let name = name.to_lowercase().replace(' ', "-");
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, refusal);
    });
}
