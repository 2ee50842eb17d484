//! The fault run: many calls from many tasks, GETs and POSTs mixed, against a server that does
//! everything a network, a gateway and an identity provider can do wrong, and that keeps the ledger
//! of what it really processed.
//!
//! A few thousand calls are part of the tests. `scripts/fault-run.sh [calls] [seed]` makes 100,000.
//! What goes wrong follows from the seed, which is printed.

#![allow(
    unreachable_pub,
    reason = "the modules are one test, and nobody else's library"
)]

mod chance;
mod report;
mod run;
mod server;
mod time;
mod world;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_is_lost_and_no_voucher_is_posted_twice() {
    let set = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().unwrap())
    };
    let calls = set("FAULT_RUN_CALLS").unwrap_or(3000);
    let seed = set("FAULT_RUN_SEED").unwrap_or(42);
    let report = run::run(usize::try_from(calls).unwrap(), seed).await;
    println!("{report}");
}
