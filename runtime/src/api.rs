//! What generated code says of an API: its identity and its operations, as plain data.

use std::fmt;
use std::marker::PhantomData;

use crate::body::Read;
use crate::client::Server;
use crate::scope::Mode;

/// One API of a portal, or the only one of a standalone crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Api {
    /// The short name by which settings refer to it, such as `general-ledger`.
    pub id: &'static str,
    /// The document's `info.title`.
    pub title: &'static str,
    /// The document's `info.version`.
    pub version: &'static str,
    /// Where its paths begin. `{region}` and the variables of a server are filled in by the client;
    /// empty where the document names no server, so that the application has to.
    pub base_url: &'static str,
}

/// A status under which a response is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// This status only.
    Exact(u16),
    /// Every status of a class: `Range(2)` is `2XX`.
    Range(u8),
    /// Every status that is not declared otherwise.
    Default,
}

impl Status {
    /// Reads a key of a Responses Object: `404`, `4XX` or `default`.
    #[doc(hidden)]
    pub const fn parse(key: &str) -> Self {
        match key.as_bytes() {
            [class, b'X' | b'x', b'X' | b'x'] => Self::Range(*class - b'0'),
            [hundreds, tens, ones] => Self::Exact(
                (*hundreds - b'0') as u16 * 100
                    + (*tens - b'0') as u16 * 10
                    + (*ones - b'0') as u16,
            ),
            _ => Self::Default,
        }
    }

    /// Returns true when a response with this status falls under the declaration.
    pub const fn covers(self, status: u16) -> bool {
        match self {
            Self::Exact(exact) => exact == status,
            Self::Range(class) => status / 100 == class as u16,
            Self::Default => true,
        }
    }
}

/// A security scheme that an operation asks for, with the scopes it needs there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The scheme's name in the document.
    pub scheme: &'static str,
    /// The scopes asked for; empty where the scheme knows none.
    pub scopes: &'static [&'static str],
}

/// One operation of an API: a static table that calls are made from.
///
/// `T` is what a success is read into and `E` what the other responses are read into.
pub struct Operation<T, E> {
    pub(crate) facts: Facts,
    pub(crate) read: fn() -> Read<T>,
    errors: PhantomData<fn() -> E>,
}

/// The part of an [`Operation`] that does not depend on its types.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) api: &'static Api,
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) success: &'static [Status],
    pub(crate) accept: &'static str,
    pub(crate) security: Option<&'static [&'static [Requirement]]>,
    pub(crate) idempotent: bool,
    pub(crate) server: Option<&'static Server>,
    pub(crate) mode: Mode,
}

impl<T, E> Operation<T, E> {
    /// Describes an operation whose success is any 2xx response, read by `read` (one of the
    /// functions of [`body`](crate::body), such as `body::json`, or the `decode` of an enum made by
    /// [`successes!`](crate::successes)).
    pub const fn new(
        api: &'static Api,
        id: &'static str,
        method: &'static str,
        path: &'static str,
        read: fn() -> Read<T>,
    ) -> Self {
        let facts = Facts {
            api,
            id,
            method,
            path,
            success: &[Status::Range(2)],
            accept: "",
            security: None,
            idempotent: is_idempotent(method),
            server: None,
            mode: mode(method),
        };
        Self {
            facts,
            read,
            errors: PhantomData,
        }
    }

    /// Sets the statuses that count as success. `Status::Default` covers 2xx only: a default
    /// response that describes errors does not turn a 404 into a success.
    #[must_use]
    pub const fn success(mut self, statuses: &'static [Status]) -> Self {
        self.facts.success = statuses;
        self
    }

    /// Sets the `Accept` header; without it, and unless the call sets its own, it is `*/*`.
    #[must_use]
    pub const fn accept(mut self, media_types: &'static str) -> Self {
        self.facts.accept = media_types;
        self
    }

    /// Sets the alternatives of security requirements. An empty list, or an empty alternative, asks
    /// for no credentials; without this the client's default applies.
    #[must_use]
    pub const fn security(mut self, alternatives: &'static [&'static [Requirement]]) -> Self {
        self.facts.security = Some(alternatives);
        self
    }

    /// Declares that sending the request twice does no more than sending it once, although its
    /// method does not promise it. Such a call is repeated after more kinds of failure.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.facts.idempotent = true;
        self
    }

    /// Sets a server of the operation's own, in place of the API's. A base URL that the application sets comes
    /// before both.
    #[must_use]
    pub const fn server(mut self, server: &'static Server) -> Self {
        self.facts.server = Some(server);
        self
    }

    /// Sets what the operation asks of a bundle, where its method does not say it: GET, HEAD and
    /// QUERY read, and all others write.
    #[must_use]
    pub const fn mode(mut self, mode: Mode) -> Self {
        self.facts.mode = mode;
        self
    }

    /// The document's `operationId`, or the name made up for it.
    pub const fn id(&self) -> &'static str {
        self.facts.id
    }

    /// The HTTP method, in upper case.
    pub const fn method(&self) -> &'static str {
        self.facts.method
    }

    /// The path template.
    pub const fn path(&self) -> &'static str {
        self.facts.path
    }
}

impl Facts {
    pub(crate) fn is_success(&self, status: u16) -> bool {
        self.success.iter().any(|declared| match declared {
            Status::Default => status / 100 == 2,
            other => other.covers(status),
        })
    }
}

impl<T, E> fmt::Debug for Operation<T, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.facts, out)
    }
}

/// What is asked of a bundle where the manifest does not say otherwise.
const fn mode(method: &str) -> Mode {
    match method.as_bytes() {
        b"GET" | b"HEAD" | b"QUERY" => Mode::Read,
        _ => Mode::Write,
    }
}

/// The methods of RFC 9110, section 9.2.2.
const fn is_idempotent(method: &str) -> bool {
    matches!(
        method.as_bytes(),
        b"GET" | b"HEAD" | b"PUT" | b"DELETE" | b"OPTIONS" | b"TRACE" | b"QUERY"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    static API: Api = Api {
        id: "a",
        title: "A",
        version: "1",
        base_url: "https://a.example",
    };

    #[test]
    fn a_default_declaration_makes_no_error_a_success() {
        static OPERATION: Operation<(), ()> =
            Operation::new(&API, "o", "GET", "/", crate::body::none).success(&[Status::Default]);
        assert!(OPERATION.facts.is_success(204));
        assert!(!OPERATION.facts.is_success(404));
    }

    #[test]
    fn a_declared_status_is_the_only_success() {
        static OPERATION: Operation<(), ()> =
            Operation::new(&API, "o", "POST", "/", crate::body::none)
                .success(&[Status::Exact(201), Status::Exact(304)]);
        assert!(OPERATION.facts.is_success(201));
        assert!(OPERATION.facts.is_success(304));
        assert!(!OPERATION.facts.is_success(200));
    }

    #[test]
    fn idempotence_follows_the_method() {
        assert!(is_idempotent("PUT"));
        assert!(!is_idempotent("POST"));
        assert!(!is_idempotent("PATCH"));
    }
}
