//! What was asked of a sandbox, and what came of it.

use std::fmt;

/// One request. It holds no secret: neither keys nor tokens nor bodies.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The API and its operation, once it was found; `token`, `authorize` and the like at the identity provider.
    pub operation: Option<(String, String)>,
    /// The bundle of the token or, before there is one, of the subscription key or client.
    pub bundle: Option<String>,
    /// The scopes of the token.
    pub scopes: Vec<String>,
    /// The status of the answer; none where the connection was reset.
    pub status: Option<u16>,
    /// What came of it.
    pub verdict: Verdict,
    /// The fault that the answer was given, as `X-Sandbox-Fault` names it.
    pub fault: Option<String>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It was answered.
    Answered,
    /// It was refused, and by what.
    Refused(Layer, String),
    /// A fault took the place of the answer.
    Faulty,
}

/// What refused a request, from outside to inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layer {
    /// The identity provider, which gave no token.
    IdentityProvider,
    /// The gateway: no such operation, the subscription key, a limit.
    Gateway,
    /// The API's check of the token and its scopes.
    Token,
    /// The API itself: parameters, body, or nothing there.
    Api,
}

impl fmt::Display for Layer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::IdentityProvider => "identity provider",
            Self::Gateway => "gateway",
            Self::Token => "token check",
            Self::Api => "API",
        })
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(out, "{status}")?,
            None => out.write_str("---")?,
        }
        write!(out, " {} {}", self.method, self.path)?;
        if let Some((api, operation)) = &self.operation {
            write!(out, "  {api}: {operation}")?;
        }
        if let Some(bundle) = &self.bundle {
            write!(out, "  [{bundle}]")?;
        }
        if let Verdict::Refused(layer, why) = &self.verdict {
            write!(out, "  refused by the {layer}: {why}")?;
        }
        match &self.fault {
            Some(fault) => write!(out, "  fault: {fault}"),
            None => Ok(()),
        }
    }
}
