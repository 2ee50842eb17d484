//! What a call pays for its token where that is at hand.
//!
//! `cargo bench -p portal-runtime --features internals --bench tokens`
//!
//! The clock is read once a call, which is most of the cost; `clock` is what the reading alone
//! takes. Threads are those of the benchmark, which read at the same time; tasks share the two
//! threads of a runtime.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use divan::Bencher;
use divan::counter::ItemsCount;
use portal_runtime::SystemClock;
use portal_runtime::internals::TokenCache;
use tokio::runtime::{Builder, Runtime};

const READS: usize = 64_000;

fn main() {
    divan::main();
}

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A cache with a token in it.
fn warm() -> TokenCache {
    let cache = TokenCache::new(SystemClock::new());
    runtime().block_on(async { cache.length().await.unwrap_or_default() });
    cache
}

/// Gets a token that is at hand.
fn hit(cache: &TokenCache) -> usize {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(cache.length()).poll(&mut context) {
        Poll::Ready(Ok(length)) => length,
        other => panic!("no hit: {other:?}"),
    }
}

#[divan::bench]
fn clock() -> SystemTime {
    SystemTime::now()
}

#[divan::bench(threads = [1, 2, 8, 64], sample_size = 1000)]
fn threads_on_one_slot(bencher: Bencher<'_, '_>) {
    let cache = warm();
    bencher.bench(|| hit(&cache));
}

#[divan::bench(threads = [1, 2, 8, 64], sample_size = 1000)]
fn threads_on_a_slot_each(bencher: Bencher<'_, '_>) {
    let caches: Vec<_> = (0..64).map(|_| warm()).collect();
    let next = AtomicUsize::new(0);
    let own = || next.fetch_add(1, Ordering::Relaxed) % caches.len();
    thread_local! {
        static OWN: std::cell::OnceCell<usize> = const { std::cell::OnceCell::new() };
    }
    bencher.bench(|| hit(&caches[OWN.with(|number| *number.get_or_init(own))]));
}

#[divan::bench(args = [1, 2, 8, 64])]
fn tasks_on_one_slot(bencher: Bencher<'_, '_>, tasks: usize) {
    let cache = warm();
    reads(bencher, &vec![cache; tasks]);
}

#[divan::bench(args = [1, 2, 8, 64])]
fn tasks_on_a_slot_each(bencher: Bencher<'_, '_>, tasks: usize) {
    let caches: Vec<_> = (0..tasks).map(|_| warm()).collect();
    reads(bencher, &caches);
}

/// Reads in as many tasks as there are caches, 64,000 times in all.
fn reads(bencher: Bencher<'_, '_>, caches: &[TokenCache]) {
    let runtime = runtime();
    let each = READS / caches.len();
    bencher.counter(ItemsCount::new(READS)).bench(|| {
        runtime.block_on(async {
            let tasks: Vec<_> = caches
                .iter()
                .map(|cache| {
                    let cache = cache.clone();
                    tokio::spawn(async move {
                        for _ in 0..each {
                            black_box(cache.length().await.unwrap_or_default());
                        }
                    })
                })
                .collect();
            for task in tasks {
                let _ = task.await;
            }
        });
    });
}
