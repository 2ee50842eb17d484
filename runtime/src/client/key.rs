//! The gateway's subscription key: fixed, changed while running, or asked for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::{HeaderName, HeaderValue};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::authority::{Supply, secret_header};
use crate::error::{ConfigError, chain};
use crate::oauth::timely;
use crate::wire::Secret;

/// For so long after the application gave a refused key once more it is not asked again.
const PAUSE: Duration = Duration::from_secs(30);

/// A subscription key, which can be changed; copies share it.
#[derive(Clone)]
pub(crate) struct Key {
    pub(super) header: HeaderName,
    cell: Arc<Cell>,
}

struct Cell {
    value: ArcSwapOption<HeaderValue>,
    source: Option<Source>,
}

/// The application's own source of keys, such as a vault.
struct Source {
    supply: Supply,
    /// Held while the source is asked, so that many calls ask once. When it was last asked because
    /// a key was refused, and which key that was.
    last: Mutex<Option<(HeaderValue, Instant)>>,
}

impl Key {
    pub(super) fn fixed(header: HeaderName, value: HeaderValue) -> Self {
        Self::new(header, Some(value), None)
    }

    pub(super) fn supplied(header: HeaderName, supply: Supply) -> Self {
        let last = Mutex::default();
        Self::new(header, None, Some(Source { supply, last }))
    }

    fn new(header: HeaderName, value: Option<HeaderValue>, source: Option<Source>) -> Self {
        let value = ArcSwapOption::new(value.map(Arc::new));
        Self {
            header,
            cell: Arc::new(Cell { value, source }),
        }
    }

    pub(super) fn set(&self, text: &str) -> Result<(), ConfigError> {
        let value = secret_header("the subscription key", text)?;
        self.cell.value.store(Some(Arc::new(value)));
        Ok(())
    }

    /// Gives the key of the moment; the source is asked where there is none yet.
    ///
    /// # Errors
    /// In words, when the source gives none.
    pub(super) async fn value(&self) -> Result<HeaderValue, String> {
        if let Some(value) = &*self.cell.value.load() {
            return Ok(HeaderValue::clone(value));
        }
        let Some(source) = &self.cell.source else {
            return Err("there is no subscription key".to_owned());
        };
        let _asking = source.last.lock().await;
        if let Some(value) = &*self.cell.value.load() {
            return Ok(HeaderValue::clone(value));
        }
        let value = source.ask().await?;
        self.cell.value.store(Some(Arc::new(value.clone())));
        Ok(value)
    }

    /// Finds another key in place of one that was refused; returns true when there is one.
    pub(crate) async fn renew(&self, refused: &HeaderValue) -> bool {
        if self.differs(refused) {
            return true;
        }
        let Some(source) = &self.cell.source else {
            return false;
        };
        let mut last = source.last.lock().await;
        if self.differs(refused) {
            return true;
        }
        if let Some((key, asked)) = &*last
            && key == refused
            && asked.elapsed() < PAUSE
        {
            return false;
        }
        let answer = source.ask().await;
        *last = Some((refused.clone(), Instant::now()));
        match answer {
            Ok(value) if value != refused => {
                self.cell.value.store(Some(Arc::new(value)));
                true
            }
            _ => false,
        }
    }

    /// Whether the key was changed since.
    fn differs(&self, refused: &HeaderValue) -> bool {
        self.cell
            .value
            .load()
            .as_ref()
            .is_some_and(|value| **value != *refused)
    }
}

impl Source {
    async fn ask(&self) -> Result<HeaderValue, String> {
        let key = timely((self.supply)()).await.map_err(|error| {
            format!(
                "the application's provider of subscription keys failed: {}",
                chain(error.as_ref())
            )
        })?;
        let key = Secret::from(key);
        secret_header("the subscription key that the provider gave", key.expose())
            .map_err(|error| error.to_string())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ****", self.header)
    }
}
