//! What people see: diagnostics, and that something is still going on.

use std::fmt::Arguments;
use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use portal_generator::diagnostics::{Diagnostic, Severity};

/// Warnings of one rule that are shown before the rest is counted.
const SHOWN_OF_A_RULE: usize = 5;

pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();

/// Prints a line to standard output, with colours where that is a terminal.
macro_rules! say {
    ($($line:tt)*) => {
        $crate::terminal::print(format_args!($($line)*))
    };
}
pub(crate) use say;

/// Prints a line. A reader who has seen enough, such as `head`, is no reason to stop.
pub(crate) fn print(line: Arguments<'_>) {
    let _ = writeln!(anstream::stdout(), "{line}");
}

/// Prints a line to standard error, for people.
fn complain(line: Arguments<'_>) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Prints an error that has no place in a document.
pub(crate) fn error(message: &str) {
    complain(format_args!("{RED}error{RED:#}: {message}"));
}

/// Prints what somebody could do next.
pub(crate) fn hint(message: &str) {
    complain(format_args!("{DIM}{message}{DIM:#}"));
}

/// Prints diagnostics in the order of their places: all errors, the first warnings of each rule,
/// and with `verbose` everything.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic], verbose: bool) {
    let mut hidden = 0;
    let mut shown: Vec<(&str, usize)> = Vec::new();
    for diagnostic in sorted(diagnostics) {
        let is_shown = match diagnostic.severity {
            Severity::Error => true,
            Severity::Warning => verbose || count(&mut shown, diagnostic.rule) <= SHOWN_OF_A_RULE,
            Severity::Note => verbose,
        };
        if is_shown {
            one(diagnostic);
        } else if diagnostic.severity == Severity::Warning {
            hidden += 1;
        }
    }
    if hidden > 0 {
        complain(format_args!(
            "{DIM}{hidden} more warnings like these; --verbose shows them{DIM:#}"
        ));
    }
}

/// Diagnostics in the order of their places.
pub(crate) fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<_> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| {
        let place = &diagnostic.place;
        (&place.file, place.line, place.column, &place.pointer)
    });
    sorted
}

/// An error stands as it is, so that tools that read `file:line:column` find it; what matters less
/// says so.
fn one(diagnostic: &Diagnostic) {
    let Diagnostic {
        severity,
        place,
        message,
        help,
        ..
    } = diagnostic;
    let help = match help.as_str() {
        "" => String::new(),
        help => format!("; {}", visible(help)),
    };
    let (place, message) = (visible(&place.to_string()), visible(message));
    match severity {
        Severity::Error => complain(format_args!("{RED}{place}{RED:#}: {message}{help}")),
        Severity::Warning => complain(format_args!(
            "{place}: {YELLOW}warning{YELLOW:#}: {message}{help}"
        )),
        Severity::Note => complain(format_args!("{place}: {DIM}note{DIM:#}: {message}{help}")),
    }
}

/// A text without control characters, which vendors' words would otherwise move the cursor with, or begin a line.
fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => visible.extend(character.escape_default()),
            false => visible.push(character),
        }
    }
    visible
}

fn count<'r>(shown: &mut Vec<(&'r str, usize)>, rule: &'r str) -> usize {
    if let Some((_, count)) = shown.iter_mut().find(|(known, _)| *known == rule) {
        *count += 1;
        return *count;
    }
    shown.push((rule, 1));
    1
}

/// A line on the terminal that tells what is being done, from the first second on, until it is
/// dropped. Where nobody watches, it does nothing.
pub(crate) struct Progress {
    line: Option<(Sender<String>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to tell what is being done.
    pub(crate) fn start(doing: impl Into<String>) -> Self {
        let line = can_rewrite_a_line().then(|| {
            let (sender, receiver) = mpsc::channel();
            let first = doing.into();
            (
                sender,
                thread::spawn(move || keep_telling(first, &receiver)),
            )
        });
        Self { line }
    }

    /// Tells something else from now on.
    pub(crate) fn tell(&self, doing: impl FnOnce() -> String) {
        if let Some((sender, _)) = &self.line {
            // The other end lives until this one is dropped; were it gone, there would be no line to change.
            let _ = sender.send(doing());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, line)) = self.line.take() {
            drop(sender);
            // The thread only prints; should it have failed, there is nothing to clean up.
            let _ = line.join();
        }
    }
}

/// Whether somebody watches, on something that knows how to go back to a line's beginning.
fn can_rewrite_a_line() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn keep_telling(mut doing: String, news: &mpsc::Receiver<String>) {
    let started = Instant::now();
    let mut stderr = std::io::stderr();
    let mut is_shown = false;
    loop {
        match news.recv_timeout(Duration::from_millis(100)) {
            Ok(other) => doing = other,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let seconds = started.elapsed().as_secs();
        if seconds >= 1 {
            let _ = write!(stderr, "\r\x1b[2K{doing} ({seconds} s)");
            let _ = stderr.flush();
            is_shown = true;
        }
    }
    if is_shown {
        let _ = write!(stderr, "\r\x1b[2K");
        let _ = stderr.flush();
    }
}
