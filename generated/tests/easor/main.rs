//! Every operation of the three Easor APIs: what goes out, byte by byte, and what comes back.
//!
//! What is expected was written by hand from the documents in `specs/easor`.

#![cfg(all(
    feature = "easor-general-ledger",
    feature = "easor-organization",
    feature = "easor-sales"
))]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod errors;
mod hosts;
mod ledger;
mod organization;
mod sales;
mod vouchers;
