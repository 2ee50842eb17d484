//! The slot under a model checker: the very file that ships, compiled once more over threads,
//! locks and pointers that [`shuttle`] schedules. It runs the same play thousands of times, each
//! time with other threads going first, and checks after every step what must always hold.
//!
//! `shuttle` rather than `loom`: the slot is async code with a channel of Tokio's, which `loom`
//! cannot follow, and plays of six threads have far more schedules than can be gone through one by
//! one. So it samples them, half at random and half with few changes of thread at chosen places
//! (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs").
//!
//! Seeds are fixed. `SLOT_MODEL_RUNS=20` plays each play twenty times as often and with other seeds:
//! see `scripts/model-slot.sh`.

mod plays;
mod sync;
mod world;

// What the slot imports from beside it.
use crate::oauth::{clock, lifetime};

#[allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "it is meant to be compiled again, over another `sync`"
)]
#[path = "../slot.rs"]
mod slot;
