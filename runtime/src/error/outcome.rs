//! What is known of a request's effect when its call has failed.

/// Whether the server has carried out the request of a call that failed: what a program must know before it repeats
/// anything that changes something, such as a posting.
///
/// It speaks of the call as a whole. Where the client repeated the request (only as far as that does no harm) and an
/// earlier attempt may have been carried out, a refusal of the last one leaves [`Unknown`](Self::Unknown). Calls that the
/// application made before are not known here: a conflict (409) may well be the effect of one of them.
///
/// ```
/// use portal_runtime::{AnyError, Outcome};
///
/// fn next_step(error: &AnyError) -> &'static str {
///     match error.outcome() {
///         Outcome::NotCarriedOut => "mend what is wrong, and post it",
///         Outcome::CarriedOut => "it is posted: never post it again",
///         _ => "look whether it is posted",
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The request did not leave, or was refused: by the identity provider, by the gateway before it reached the API, or
    /// by the API with a status that says that it was not performed (4xx but for 408; RFC 9110, section 15.5).
    NotCarriedOut,
    /// The server answered with a success (2xx; RFC 9110, section 15.3), and what went wrong came after. A 202 says that
    /// the server took the request on, not yet that it is done.
    CarriedOut,
    /// Nobody on this side knows: the connection or the time ended after the request may have arrived, or the server failed
    /// on it (408, 5xx). Look before repeating it.
    Unknown,
}

impl Outcome {
    /// What a status says of the request that it answers.
    ///
    /// - Any success is one (RFC 9110, section 15.3).
    /// - 307 and 308 ask for the same request elsewhere, 305 by way of a proxy, and 304 says that a condition kept it from
    ///   being performed (section 15.4). What 301 to 303 mean of a request that changes something is left to the server:
    ///   many answer so when they are done.
    /// - 4xx refuse the request (section 15.5), 421 and 425 expressly before it is processed (section 15.5.20; RFC 8470).
    ///   But a 408, though it should come of a request that did not arrive whole, is also what servers and proxies say
    ///   that gave up on what is behind them, and nginx's 499 likewise.
    /// - 5xx leave open how far the server came (section 15.6).
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::CarriedOut,
            408 | 499 => Self::Unknown,
            304 | 305 | 307 | 308 | 400..=498 => Self::NotCarriedOut,
            _ => Self::Unknown,
        }
    }

    /// The same after an earlier attempt that may have been carried out.
    pub(super) fn in_doubt(self) -> Self {
        match self {
            Self::CarriedOut => Self::CarriedOut,
            Self::NotCarriedOut | Self::Unknown => Self::Unknown,
        }
    }
}
