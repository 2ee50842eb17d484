//! The client against servers on loopback: what goes over the wire, and what is made of answers.

#![allow(
    unreachable_pub,
    reason = "the modules are one test, written as a portal's crate is"
)]

mod ahead;
mod answers;
mod around;
mod bodies;
mod connections;
mod credentials;
mod devices;
mod failures;
mod hostile;
mod http2;
mod hygiene;
mod items;
mod ledger;
mod logins;
mod outcomes;
mod pages;
mod renewal;
mod requests;
mod runtimes;
mod secrets;
mod server;
mod server2;
mod services;
