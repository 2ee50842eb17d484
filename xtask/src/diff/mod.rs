//! `cargo xtask diff`: what a change of documents means, on the wire and for code.

mod json;
mod markdown;
mod sides;
mod text;

use portal_generator::surface::diff::{self, Report};

use crate::failure::Failure;
use crate::terminal::say;
use crate::workspace;

pub(crate) use markdown::{entry as markdown_entry, wire as markdown_wire};
pub(crate) use sides::{Sides, load};

/// What `diff` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// What was: a lock, a folder of specs, an OpenAPI document, or a revision of Git; the lock of the last commit
    /// if not given.
    old: Option<String>,
    /// What is: a lock, a folder of specs or an OpenAPI document; `specs/` if not given.
    new: Option<String>,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exits with 1 where something of the kind changed.
    #[arg(long, value_enum, value_name = "KIND")]
    deny: Option<Deny>,
}

/// How a report is shown.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// For a pull request or a changelog.
    Markdown,
    /// For tools.
    Json,
}

/// What is not to change.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Deny {
    /// What stops clients, old or rebuilt.
    Breaking,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let root = workspace::root()?;
    let Sides { old, new } = load(&root, options.old.as_deref(), options.new.as_deref())?;
    let report = diff::compare(&old, &new);
    match options.format {
        Format::Text => text::print(&report),
        Format::Markdown => say!("{}", markdown::report(&report).trim_end()),
        Format::Json => say!("{:#}", json::report(&report)),
    }
    match options.deny {
        Some(Deny::Breaking) if report.is_breaking() => Err(Failure::Told),
        _ => Ok(()),
    }
}

/// The numbers of a report, in a line.
fn summary(report: &Report) -> String {
    use diff::{Class, Severity};
    let wire = |severity| report.wire.iter().filter(move |it| it.severity == severity);
    let rust = |class| report.rust.iter().filter(move |it| it.class == class);
    format!(
        "wire: {} breaking, {} warnings, {} for information; Rust: {} major, {} minor, {} patch",
        wire(Severity::Breaking).count(),
        wire(Severity::Warning).count(),
        wire(Severity::Information).count(),
        rust(Class::Major).count(),
        rust(Class::Minor).count(),
        rust(Class::Patch).count(),
    )
}

/// What a report says where facts are not known on both sides.
const WITHOUT_FACTS: &str = "limits, defaults and addresses are not compared: one of the locks is of a generator that did \
                             not keep them";

/// What a report says where nothing differs.
pub(crate) const NOTHING: &str = "nothing changed, neither on the wire nor in Rust";
