//! The client against servers on loopback: what goes over the wire, and what is made of answers.

#![allow(
    unreachable_pub,
    reason = "the modules are one test, written as a portal's crate is"
)]

mod answers;
mod credentials;
mod devices;
mod failures;
mod items;
mod ledger;
mod logins;
mod pages;
mod requests;
mod secrets;
mod server;
mod services;
