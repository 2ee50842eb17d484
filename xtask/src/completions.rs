//! `cargo xtask completions`: what a shell needs to complete the commands.

use std::io::Write;

use clap_complete::Shell;

use crate::failure::Failure;

/// What the commands are called in a shell. `cargo` completes its own arguments, so nobody else may.
const NAME: &str = "xtask";

/// What `completions` can be told.
#[derive(clap::Args)]
#[command(after_help = "\
They are for a command of the name `xtask`, since `cargo` has completions of its own. With bash:

  xtask() { cargo xtask \"$@\"; }
  source <(cargo xtask completions bash)")]
pub(crate) struct Options {
    /// The shell.
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(options: &Options, command: clap::Command) -> Result<(), Failure> {
    let mut command = command.bin_name(NAME);
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, NAME, &mut script);
    // A reader who has seen enough is no reason to stop.
    _ = std::io::stdout().write_all(&script);
    Ok(())
}
