//! What goes wrong with a store.

use std::fmt;
use std::sync::Arc;

/// Why a store could not be read or written. It shows no record.
#[derive(Clone)]
pub struct StoreError(Arc<Inner>);

struct Inner {
    message: String,
    damaged: bool,
}

impl StoreError {
    /// The store could not be reached, read or written: where, what, and what to do.
    pub fn new(message: impl Into<String>) -> Self {
        Self::with(message.into(), false)
    }

    /// A record is there but is not what was written. It was left as it is.
    pub fn damaged(message: impl Into<String>) -> Self {
        Self::with(message.into(), true)
    }

    fn with(message: String, damaged: bool) -> Self {
        Self(Arc::new(Inner { message, damaged }))
    }

    /// Returns true when a record is damaged, so that trying again is of no use.
    pub fn is_damaged(&self) -> bool {
        self.0.damaged
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.message)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("StoreError")
            .field("message", &self.0.message)
            .field("damaged", &self.0.damaged)
            .finish()
    }
}

impl std::error::Error for StoreError {}
