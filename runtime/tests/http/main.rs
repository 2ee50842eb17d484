//! The client against servers on loopback: what goes over the wire, and what is made of answers.

mod answers;
mod credentials;
mod failures;
mod ledger;
mod pages;
mod requests;
mod secrets;
mod server;
mod services;
