//! What must hold in the end, and the figures.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use super::run::{ERROR, Run, SUCCESS};

/// The figures of a run.
pub struct Report {
    calls: usize,
    requests: usize,
    faults: usize,
    successes: usize,
    posted: usize,
    errors: BTreeMap<&'static str, usize>,
    tokens: [usize; 2],
    refused: [usize; 2],
    outage: [usize; 2],
    revoked: usize,
    keys: usize,
    took: Duration,
    /// Resident memory after a fifth of the calls and at the end, and its peak, in KiB.
    memory: Option<([u64; 2], u64)>,
}

impl Report {
    /// Holds the outcomes against the server's ledger.
    pub fn of(run: &Run, took: Duration, early: Option<u64>) -> Self {
        let (world, calls) = (&run.world, run.ended.len());
        let (mut successes, mut posted) = (0, 0);
        for call in 0..calls {
            let (ended, done) = (
                run.ended[call].load(SeqCst),
                world.processed[call].load(SeqCst),
            );
            assert!(ended == SUCCESS || ended == ERROR, "call {call} was lost");
            assert!(
                ended != SUCCESS || done >= 1,
                "call {call} succeeded by itself"
            );
            if run.is_post(call) {
                assert!(done <= 1, "voucher {call} was posted {done} times");
                posted += usize::from(done);
            }
            successes += usize::from(ended == SUCCESS);
        }
        let counts = &world.counts;
        let load = |count: &std::sync::atomic::AtomicUsize| count.load(SeqCst);
        // A token is renewed when nine tenths of four fifths of its life are over, at the earliest.
        let lives = usize::try_from(took.as_secs() / 129).unwrap();
        let report = Self {
            calls,
            requests: load(&counts.requests),
            faults: load(&counts.faults),
            successes,
            posted,
            errors: run.errors.lock().unwrap().clone(),
            tokens: [load(&counts.tokens), load(&run.needed) + lives],
            refused: [load(&counts.secrets_refused), load(&run.refusals)],
            outage: [load(&counts.outages_met), load(&run.outage_bound)],
            revoked: load(&counts.revoked_seen),
            keys: load(&counts.keys_refused),
            took,
            memory: early
                .zip(memory("VmRSS"))
                .zip(memory("VmHWM"))
                .map(|((a, b), c)| ([a, b], c)),
        };
        assert_eq!(
            load(&counts.expired_seen),
            0,
            "tokens were used that had run out"
        );
        for [asked, needed] in [report.tokens, report.refused, report.outage] {
            assert!(
                asked <= needed,
                "more token requests than needed:\n{report}"
            );
        }
        // Below that many calls, what is allocated once has not all been allocated by a fifth.
        if let (Some(([early, late], _)), 50_000..) = (report.memory, calls) {
            assert!(late <= early + early / 10 + 2048, "memory grows:\n{report}");
        }
        report
    }
}

/// A figure of this process's memory in KiB, where the system tells.
pub fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [tokens, needed] = self.tokens;
        let [refused, rotated] = self.refused;
        let [met, bound] = self.outage;
        let failed = self.calls - self.successes;
        writeln!(
            out,
            "{} calls in {:.1?}: {} requests, {} faults done to them",
            self.calls, self.took, self.requests, self.faults
        )?;
        writeln!(
            out,
            "  {} successes, {failed} errors: {:?}",
            self.successes, self.errors
        )?;
        writeln!(
            out,
            "  {} vouchers posted, none twice; no call lost",
            self.posted
        )?;
        writeln!(
            out,
            "  tokens: {tokens} issued, {needed} needed at most; {} uses of a revoked one",
            self.revoked
        )?;
        writeln!(
            out,
            "  old secrets: {refused} requests refused, {rotated} expected at most; old keys: {}",
            self.keys
        )?;
        writeln!(
            out,
            "  identity provider out: asked {met} times, {bound} allowed"
        )?;
        match self.memory {
            Some(([early, late], peak)) => write!(
                out,
                "  memory: {early} KiB after a fifth, {late} KiB at the end, {peak} KiB at most"
            ),
            None => write!(out, "  memory: not known here"),
        }
    }
}
