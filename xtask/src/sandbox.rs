//! The sandbox and the demonstration, which are programs of their own: `codegen` has to build without generated code.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::workspace;

/// What goes on to the program.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// The program's own options; `--help` names them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Runs a portal on this machine until Ctrl-C.
pub(crate) fn serve(options: &Options) -> Result<(), Failure> {
    let target = ["--features", "command", "--bin", "portal-sandbox"];
    run(&target, options)
}

/// Shows what clients send and are answered.
pub(crate) fn demo(options: &Options) -> Result<(), Failure> {
    run(&["--example", "demo"], options)
}

fn run(target: &[&str], options: &Options) -> Result<(), Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(&cargo)
        .args(["run", "--quiet", "--package", "portal-sandbox"])
        .arg("--manifest-path")
        .arg(workspace::root()?.join("Cargo.toml"))
        .args(target)
        .arg("--")
        .args(&options.arguments)
        .status()
        .map_err(|error| Failure::io("run", Path::new(&cargo), &error))?;
    match status.success() {
        true => Ok(()),
        // It has said why.
        false => Err(Failure::Told),
    }
}
