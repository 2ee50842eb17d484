//! What [`super::super::sync`] has, with a scheduling point at every step, so that the model checker
//! can let another thread run there.

use std::cell::Cell;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pub(super) use shuttle::sync::atomic::{AtomicU64, Ordering};
pub(super) use shuttle::sync::{Mutex, MutexGuard};
pub(super) use std::sync::PoisonError;

/// A pointer that is read without waiting.
pub(super) struct Current<T>(Mutex<Arc<T>>);

/// What was read: it stays, whatever the pointer points to by now.
pub(super) struct Held<T>(Arc<T>);

impl<T> Current<T> {
    pub(super) fn new(first: Arc<T>) -> Self {
        Self(Mutex::new(first))
    }

    pub(super) fn load(&self) -> Held<T> {
        Held(Arc::clone(&self.0.lock().unwrap()))
    }

    pub(super) fn store(&self, next: Arc<T>) {
        *self.0.lock().unwrap() = next;
    }
}

impl<T> Held<T> {
    pub(super) fn from_inner(inner: Arc<T>) -> Self {
        Self(inner)
    }
}

impl<T> Deref for Held<T> {
    type Target = Arc<T>;

    fn deref(&self) -> &Arc<T> {
        &self.0
    }
}

/// Tokio's channel works with any executor; only the scheduling points are missing.
pub(super) mod watch {
    use std::sync::Arc;

    use shuttle::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::watch;
    use tokio::sync::watch::error::RecvError;

    pub(in super::super) struct Sender<T> {
        inner: watch::Sender<T>,
        steps: Arc<AtomicUsize>,
    }

    #[derive(Clone)]
    pub(in super::super) struct Receiver<T> {
        inner: watch::Receiver<T>,
        steps: Arc<AtomicUsize>,
    }

    pub(in super::super) fn channel<T>(first: T) -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = watch::channel(first);
        let steps = Arc::new(AtomicUsize::new(0));
        let sender = Sender {
            inner: sender,
            steps: Arc::clone(&steps),
        };
        let inner = receiver;
        (sender, Receiver { inner, steps })
    }

    fn step(steps: &AtomicUsize) {
        steps.fetch_add(1, Ordering::SeqCst);
    }

    impl<T> Sender<T> {
        pub(in super::super) fn send_replace(&self, value: T) -> T {
            step(&self.steps);
            let old = self.inner.send_replace(value);
            step(&self.steps);
            old
        }
    }

    impl<T> Receiver<T> {
        pub(in super::super) fn has_changed(&self) -> Result<bool, RecvError> {
            step(&self.steps);
            self.inner.has_changed()
        }

        pub(in super::super) async fn wait_for(
            &mut self,
            condition: impl FnMut(&T) -> bool,
        ) -> Result<watch::Ref<'_, T>, RecvError> {
            step(&self.steps);
            self.inner.wait_for(condition).await
        }
    }
}

/// A task that can be started whatever happens in between.
pub(super) struct Spawner;

impl Spawner {
    #[allow(clippy::unnecessary_wraps, reason = "the real one can fail")]
    pub(super) fn here() -> Option<Self> {
        Some(Self)
    }

    pub(super) fn spawn(self, task: impl Future<Output = ()> + Send + 'static) {
        drop(shuttle::future::spawn(Mortal(Some(Box::pin(task)))));
    }
}

thread_local! {
    static DYING: Cell<bool> = const { Cell::new(false) };
}

/// Ends the task that is running, as a panic does, or a runtime that is shut down.
pub(super) async fn die() -> bool {
    DYING.set(true);
    std::future::pending().await
}

/// A task that can die. An unwinding panic would end the whole model.
struct Mortal<F>(Option<Pin<Box<F>>>);

impl<F: Future<Output = ()>> Future for Mortal<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(task) = &mut self.0 else {
            return Poll::Ready(());
        };
        let polled = task.as_mut().poll(context);
        if polled.is_ready() || DYING.take() {
            self.0 = None;
            return Poll::Ready(());
        }
        polled
    }
}

/// Returns true once in four times.
pub(super) fn now_and_then() -> bool {
    fastrand::u8(..4) == 0
}
