//! Why a sandbox does not start.

use std::fmt;

use portal_generator::diagnostics::Diagnostic;

/// Why a sandbox does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// A file cannot be read.
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The manifest or a document cannot be used; what is wrong with it, with places.
    Refused(Vec<Diagnostic>),
    /// A schema of a document is none that values could be checked against.
    Schema {
        /// The API.
        api: String,
        /// The operation, as its document names it.
        operation: String,
        /// What is wrong with the schema.
        reason: String,
    },
    /// The port cannot be listened on.
    Port {
        /// The port that was asked for; 0 for any.
        port: u16,
        /// What the system says.
        reason: std::io::Error,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, reason } => {
                write!(
                    out,
                    "{path} cannot be read: {reason}; check the portal's name and the folder"
                )
            }
            Self::Refused(diagnostics) => {
                out.write_str("the portal's documents cannot be used:")?;
                diagnostics
                    .iter()
                    .try_for_each(|diagnostic| write!(out, "\n{diagnostic}"))
            }
            Self::Schema {
                api,
                operation,
                reason,
            } => write!(
                out,
                "the schemas of {operation} of {api} cannot be checked against: {reason}; correct the document"
            ),
            Self::Port { port, reason } => {
                write!(
                    out,
                    "port {port} of this machine cannot be listened on: {reason}; take 0 for any"
                )
            }
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { reason, .. } | Self::Port { reason, .. } => Some(reason),
            Self::Refused(_) | Self::Schema { .. } => None,
        }
    }
}
