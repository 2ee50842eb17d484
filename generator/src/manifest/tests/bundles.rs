//! Bundles: what they include, and what they name.

use super::{check_refused, manifest};
use crate::manifest::*;

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
fn bundles_do_not_include_themselves() {
    check_refused(
        "    description: Reads.\n",
        "    description: Reads.\n    includes: [Writer]\n",
        "portal.yaml:40:3#/bundles/Reader: bundle `Reader` includes itself; take one of the `includes` on the way back to it away\n\
         portal.yaml:45:3#/bundles/Writer: bundle `Writer` includes itself; take one of the `includes` on the way back to it away",
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
fn features_are_not_shared() {
    check_refused(
        "  Reader:\n",
        "  Orders:\n",
        "portal.yaml:40:3#/bundles/Orders: bundle `Orders` and API `orders` share the feature `shop-orders`; rename one of them\n\
         portal.yaml:46:16#/bundles/Writer/includes/0: there is no bundle `Reader`; use `Orders` or `Writer`",
    );
}
