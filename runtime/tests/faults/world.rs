//! The gateway, the API and the identity provider: what they hold valid, and what they have done.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use super::chance::number;
use super::time::Time;

/// How long tokens live.
pub const LIFETIME: Duration = Duration::from_secs(180);

pub struct World {
    pub seed: u64,
    pub time: Time,
    /// By call: how often it was processed, and how often it arrived.
    pub processed: Vec<AtomicU8>,
    pub arrived: Vec<AtomicU8>,
    pub connections: AtomicU64,
    /// The versions of the client secret and the subscription key that are valid.
    pub secret: AtomicU64,
    pub key: AtomicU64,
    /// Answers of 503 that are still to be given, whatever is asked.
    pub burst: AtomicUsize,
    pub identity: Mutex<Identity>,
    pub counts: Counts,
}

#[derive(Default)]
pub struct Identity {
    /// When each token was issued.
    issued: Vec<Duration>,
    /// Tokens before this one are revoked.
    valid_from: usize,
    pub is_out: bool,
}

/// What happened at the server.
#[derive(Debug, Default)]
pub struct Counts {
    pub requests: AtomicUsize,
    /// Token requests by what came of them.
    pub tokens: AtomicUsize,
    pub secrets_refused: AtomicUsize,
    pub outages_met: AtomicUsize,
    /// API requests that were refused for their credentials.
    pub revoked_seen: AtomicUsize,
    pub expired_seen: AtomicUsize,
    pub keys_refused: AtomicUsize,
    /// API requests that something was done to.
    pub faults: AtomicUsize,
}

/// What is done to a request of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The connection is reset before anything is done.
    ResetBefore,
    /// All is done, and then the connection is reset.
    ResetAfter,
    /// All is done, and nothing answered.
    Stall,
    /// All is done, and the answer breaks off.
    Truncate,
    /// All is done, and the API answers with an error.
    ErrorAfter(u16, Option<u8>),
    /// A page in HTML comes from something in between, after all was done.
    HtmlAfter,
    /// The gateway refuses, and the API hears of nothing.
    Gateway(u16, u8),
    /// The rate limit is reached, with or without the gateway's own words.
    RateLimit(bool),
}

/// Why credentials are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Revoked,
    Expired,
    Key,
}

impl World {
    pub fn new(seed: u64, calls: usize, time: Time) -> Self {
        let zeros = || (0..calls).map(|_| AtomicU8::new(0)).collect();
        Self {
            seed,
            time,
            processed: zeros(),
            arrived: zeros(),
            connections: AtomicU64::new(0),
            secret: AtomicU64::new(0),
            key: AtomicU64::new(0),
            burst: AtomicUsize::new(0),
            identity: Mutex::default(),
            counts: Counts::default(),
        }
    }

    /// What happens to this arrival of a call.
    pub fn fault(&self, call: usize, arrival: u8) -> Fault {
        let burst = self
            .burst
            .fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        if let Ok(left) = burst {
            return Fault::ErrorAfter(503, (left % 2 == 0).then_some(0));
        }
        match number(self.seed, call as u64, u64::from(arrival)) % 1000 {
            0..15 => Fault::ResetBefore,
            15..30 => Fault::ResetAfter,
            30..34 => Fault::Stall,
            34..49 => Fault::Truncate,
            49..57 => Fault::ErrorAfter(503, Some(0)),
            57..65 => Fault::ErrorAfter(503, None),
            65..73 => Fault::ErrorAfter(500, None),
            73..80 => Fault::ErrorAfter(504, None),
            80..90 => Fault::HtmlAfter,
            90..100 => Fault::Gateway(503, 0),
            100..108 => Fault::Gateway(500, 0),
            108..118 => Fault::RateLimit(true),
            118..128 => Fault::RateLimit(false),
            _ => Fault::None,
        }
    }

    /// Whether every so often a connection is reset before a byte of it is read.
    pub fn resets_unread(&self) -> bool {
        let connection = self.connections.fetch_add(1, SeqCst);
        number(self.seed, connection, 1 << 20).is_multiple_of(50)
    }

    /// Whether an API request may pass.
    pub fn admit(&self, token: Option<&str>, key: Option<&str>) -> Result<(), Refusal> {
        if key != Some(&format!("key-{}", self.key.load(SeqCst))) {
            return Err(Refusal::Key);
        }
        let number = token.and_then(|token| token.strip_prefix("Bearer t")?.parse::<usize>().ok());
        let identity = self.identity.lock().unwrap();
        match number.and_then(|number| Some((number, identity.issued.get(number)?))) {
            Some((number, _)) if number < identity.valid_from => Err(Refusal::Revoked),
            Some((_, issued)) if self.time.passed() - *issued > LIFETIME => Err(Refusal::Expired),
            Some(_) => Ok(()),
            None => panic!("a request without one of our tokens: {token:?}"),
        }
    }

    /// Issues a token, unless the secret is an old one.
    pub fn issue(&self, body: &str) -> Option<usize> {
        let secret = format!("client_secret=secret-{}", self.secret.load(SeqCst));
        if !body.split('&').any(|pair| pair == secret) {
            return None;
        }
        let mut identity = self.identity.lock().unwrap();
        identity.issued.push(self.time.passed());
        Some(identity.issued.len() - 1)
    }

    /// Makes all tokens worthless that were issued so far.
    pub fn revoke(&self) {
        let mut identity = self.identity.lock().unwrap();
        identity.valid_from = identity.issued.len();
    }
}
