//! Why a command did not do what it was asked for.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use portal_generator::diagnostics::Diagnostic;

use crate::terminal;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was supplied cannot be used.
    Refused(Vec<Diagnostic>),
    /// The command line asks for something that makes no sense.
    Usage(String),
    /// A file or a program of this machine did not cooperate.
    Machine(String),
    /// Everything has been said already.
    Told,
    /// The same, of a command line that makes no sense.
    #[cfg_attr(
        feature = "fetch",
        allow(dead_code, reason = "said by the command that was started")
    )]
    ToldUsage,
}

impl Failure {
    /// A failure to do something with a file or a folder.
    pub(crate) fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::Machine(format!(
            "cannot {doing} {}: {}",
            path.display(),
            reason(error)
        ))
    }

    /// Says what is wrong, and gives the command's exit code.
    pub(crate) fn report(&self, verbose: bool) -> ExitCode {
        match self {
            Self::Refused(diagnostics) => terminal::diagnostics(diagnostics, verbose),
            Self::Machine(message) => terminal::error(message),
            Self::Told => {}
            Self::ToldUsage => return ExitCode::from(2),
            Self::Usage(message) => {
                terminal::error(message);
                return ExitCode::from(2);
            }
        }
        ExitCode::FAILURE
    }
}

/// An error of the operating system without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    uncapitalized(&text[..end])
}

fn uncapitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next();
    first.map_or_else(String::new, |first| {
        let first: &dyn Display = &first.to_lowercase();
        format!("{first}{}", characters.as_str())
    })
}
