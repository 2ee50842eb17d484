//! The sandbox and the demonstration, which are programs of their own: `codegen` has to build without generated code.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;

use crate::codegen::SPECS;
use crate::failure::Failure;
use crate::{journal, workspace};

/// What goes on to the program.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// The program's own options; `--help` names them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// What `demo` can be told.
#[derive(clap::Args)]
#[command(after_help = "\
Without anything in the environment, a sandbox is started for it, and everything is shown. With EASOR_CLIENT_ID, \
EASOR_CLIENT_SECRET, EASOR_SUBSCRIPTION_KEY and EASOR_SCOPE it talks to whatever they name, about the organization in \
EASOR_ORGANIZATION, and only reads.")]
pub(crate) struct DemoOptions {
    /// Writes as well where the environment names a portal: a voucher, a contact and an invoice.
    #[arg(long)]
    write: bool,
}

/// Runs a portal on this machine until Ctrl-C.
pub(crate) fn serve(options: &Options) -> Result<(), Failure> {
    run(&["--bin", "portal-sandbox"], &options.arguments)
}

/// Shows what clients send and are answered.
pub(crate) fn demo(options: &DemoOptions) -> Result<(), Failure> {
    let arguments: &[&str] = if options.write { &["--write"] } else { &[] };
    run(&["--example", "demo"], arguments)
}

fn run(target: &[&str], arguments: &[impl AsRef<OsStr>]) -> Result<(), Failure> {
    let root = workspace::root()?;
    journal::finish(&root.join(SPECS))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(&cargo)
        // Not quietly: the first time it takes minutes to build.
        .args(["run", "--package", "portal-sandbox"])
        .arg("--manifest-path")
        .arg(root.join("Cargo.toml"))
        .args(target)
        .arg("--")
        .args(arguments)
        .status()
        .map_err(|error| Failure::io("run", Path::new(&cargo), &error))?;
    match status.success() {
        true => Ok(()),
        // It has said why.
        false => Err(Failure::Told),
    }
}
