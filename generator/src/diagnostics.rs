//! What a stage has to say about a document, and where in the vendor's own file.

use std::fmt;

/// How much a diagnostic matters to the person who supplied the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something was refused or left out.
    Error,
    /// Something was mended in the only way that makes sense.
    Warning,
    /// Something is worth knowing, and changes nothing.
    Note,
}

impl Severity {
    /// Returns the word that people read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in a file that somebody supplied.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's name as people know it.
    pub file: String,
    /// The JSON pointer (RFC 6901) into the file; empty for the root.
    pub pointer: String,
    /// The line, from 1, where it is known.
    pub line: Option<u32>,
    /// The column in characters, from 1, where it is known.
    pub column: Option<u32>,
}

impl Place {
    /// Returns the place of a whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            ..Self::default()
        }
    }

    /// Returns the place of a pointer in a file, without line and column.
    pub fn pointer(file: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            pointer: pointer.into(),
            ..Self::default()
        }
    }

    /// Returns the place with line and column set, both from 1.
    pub fn at(mut self, line: u32, column: u32) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        if !self.pointer.is_empty() {
            write!(f, "#{}", self.pointer)?;
        }
        Ok(())
    }
}

/// One finding: where, what is the matter, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// The rule's name in kebab-case, stable enough to look up or to silence.
    pub rule: &'static str,
    /// Where it is.
    pub place: Place,
    /// What is the matter.
    pub message: String,
    /// What to do about it; empty where there is nothing to do.
    pub help: String,
}

impl Diagnostic {
    /// Returns a diagnostic of any severity.
    pub fn new(
        severity: Severity,
        rule: &'static str,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            rule,
            place,
            message: message.into(),
            help: help.into(),
        }
    }

    /// Returns a diagnostic about something refused or left out.
    pub fn error(
        rule: &'static str,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, rule, place, message, help)
    }

    /// Returns a diagnostic about something mended.
    pub fn warning(
        rule: &'static str,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, rule, place, message, help)
    }

    /// Returns a diagnostic for information only.
    pub fn note(
        rule: &'static str,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Note, rule, place, message, help)
    }

    /// Returns whether something was refused or left out.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    /// Writes `file:line:column#/pointer: what is wrong; what to do`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if !self.help.is_empty() {
            write!(f, "; {}", self.help)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_what_and_what_to_do() {
        let place = Place::pointer("ledger.json", "/paths/~1v1").at(12, 5);
        let full = Diagnostic::error("no-such-thing", place, "there is no such thing", "add it");
        assert_eq!(
            full.to_string(),
            "ledger.json:12:5#/paths/~1v1: there is no such thing; add it"
        );
    }

    #[test]
    fn leaves_out_what_is_not_known() {
        let bare = Diagnostic::note("empty", Place::file("ledger.json"), "the file is empty", "");
        assert_eq!(bare.to_string(), "ledger.json: the file is empty");
        let pointer = Place::pointer("ledger.json", "/info");
        assert_eq!(pointer.to_string(), "ledger.json#/info");
    }
}
