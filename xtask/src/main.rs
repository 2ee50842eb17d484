//! The commands of this workspace, as `cargo xtask`.

// What panics on input stops somebody's program; tests may.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::exit
    )
)]

mod bench;
mod codegen;
mod completions;
mod corpus;
mod diff;
mod documents;
mod durable;
mod failure;
mod fetch;
mod files;
mod generate;
mod journal;
mod lock;
mod machine;
mod mend;
mod release_notes;
mod sandbox;
mod scopes;
mod terminal;
mod workspace;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
#[command(about = "Makes Rust clients of OpenAPI documents")]
#[command(after_help = "\
Every day: `codegen` when something in specs/ changed, and `diff` before, to see what it will break.
Without credentials: `demo` for a first look, `sandbox` to work against.

Colours are for terminals; NO_COLOR turns them off. What a machine reads: `--json` of `codegen`, `generate` (lines of JSON, \
a diagnostic each, a summary last) and `scopes`, `diff --format json`, `corpus --json FILE`.

Exit codes: 0 done, 1 what was supplied cannot be used, 2 wrong usage.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Shows every diagnostic: all warnings of a rule, and notes.
    #[arg(long, short, global = true)]
    verbose: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the code of all portals, from `specs/` to `generated/`.
    Codegen(codegen::Options),
    /// Shows what changed on the wire and for code, and what to write instead.
    Diff(diff::Options),
    /// Makes a crate of its own from any one OpenAPI document.
    Generate(generate::Options),
    /// Puts right in overlays what documents get wrong, where there is one certain remedy.
    Mend(mend::Options),
    /// Takes documents from a developer portal, a URL or a file.
    Fetch(fetch::Options),
    /// Generates from every document in a folder and reports how it went.
    Corpus(corpus::Options),
    /// Writes the entry of the changelog, and proposes the version of the generated crate.
    ReleaseNotes(release_notes::Options),
    /// Shows which operations each bundle grants, and which an application needs.
    Scopes(scopes::Options),
    /// Measures generating, compiling and programs, beside other generators if asked.
    Bench(bench::Options),
    /// Compares counts that do not depend on the machine with those that were agreed on.
    Budget(bench::BudgetOptions),
    /// Runs a portal on this machine, made from its documents, until Ctrl-C.
    Sandbox(sandbox::Options),
    /// Shows a first session: what is sent and answered, and a refusal by each layer.
    Demo(sandbox::DemoOptions),
    /// Writes completions for a shell to standard output.
    Completions(completions::Options),
}

fn main() -> ExitCode {
    if let Some(code) = scopes::as_compiler() {
        return code;
    }
    if let Some(code) = bench::as_meter() {
        return code;
    }
    let Cli { command, verbose } = Cli::parse();
    let result = match &command {
        Command::Codegen(options) => codegen::run(options, verbose),
        Command::Diff(options) => diff::run(options),
        Command::Generate(options) => generate::run(options, verbose),
        Command::Mend(options) => mend::run(options),
        Command::Fetch(options) => fetch::run(options),
        Command::Corpus(options) => corpus::run(options),
        Command::ReleaseNotes(options) => release_notes::run(options),
        Command::Scopes(options) => scopes::run(options, verbose),
        Command::Bench(options) => bench::run(options),
        Command::Budget(options) => bench::budget(options),
        Command::Sandbox(options) => sandbox::serve(options),
        Command::Demo(options) => sandbox::demo(options),
        Command::Completions(options) => completions::run(options, Cli::command()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(verbose),
    }
}
