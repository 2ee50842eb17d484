//! What a bundle does not grant does not compile, or is refused before anything is sent.

#![cfg(all(
    feature = "easir-authentication",
    feature = "easir-crm",
    feature = "easor-general-ledger",
    feature = "easor-organization",
    feature = "easor-sales"
))]

mod compiler;
mod refusals;
#[path = "../support/mod.rs"]
mod support;
mod tokens;

use std::marker::PhantomData;

use portal_apis::easor::access::{general_ledger, organization, sales};
use portal_apis::easor::bundles::{self, Accounting, Reporting, SalesInvoicing};
use portal_apis::runtime::{BundleFacts, Grants, Permission};

/// Whether a bundle grants an access. The constant of the type exists only where it does, and then
/// hides the one that every type has from the trait.
struct Probe<Bundle, Access>(PhantomData<(Bundle, Access)>);

impl<Bundle: Grants<Access>, Access> Probe<Bundle, Access> {
    const GRANTED: bool = true;
}

trait Otherwise {
    const GRANTED: bool = false;
}

impl<Bundle, Access> Otherwise for Probe<Bundle, Access> {}

/// Ledger, organization and sales, each to read and to write. A macro, since the choice of the
/// constant needs to know the types.
macro_rules! access {
    ($bundle:ty) => {
        [
            Probe::<$bundle, general_ledger::Read>::GRANTED,
            Probe::<$bundle, general_ledger::Write>::GRANTED,
            Probe::<$bundle, organization::Read>::GRANTED,
            Probe::<$bundle, organization::Write>::GRANTED,
            Probe::<$bundle, sales::Read>::GRANTED,
            Probe::<$bundle, sales::Write>::GRANTED,
        ]
    };
}

#[test]
fn bundles_grant_what_the_manifest_says_and_no_more() {
    assert_eq!(access!(Reporting), [true, false, true, false, true, false]);
    assert_eq!(access!(Accounting), [true, true, true, false, false, false]);
    assert_eq!(
        access!(SalesInvoicing),
        [true, false, true, false, true, true]
    );
}

#[test]
fn a_bundle_says_as_a_value_what_its_type_grants() {
    let types = [
        access!(Reporting),
        access!(Accounting),
        access!(SalesInvoicing),
    ];
    let apis = ["general-ledger", "organization", "sales"];
    let permissions = apis.map(|api| [Permission::read(api), Permission::write(api)]);
    let values = bundles::ALL.iter().map(|bundle: &BundleFacts| {
        let grants = permissions.as_flattened().iter();
        grants
            .map(|permission| bundle.grants(*permission))
            .collect()
    });
    let values: Vec<Vec<bool>> = values.collect();
    assert_eq!(values, types.map(Vec::from));
}
