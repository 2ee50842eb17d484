//! This program in front of the compiler, to ask for the notes on operations and bundles.
//!
//! `RUSTFLAGS` would do the same, but it would also replace the flags that an application's own configuration of
//! cargo sets.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::failure::Failure;

/// Set where cargo runs this program in front of the compiler.
const MARK: &str = "PORTAL_SCOPES_COMPILER";

/// Puts this program in front of the compiler that cargo will run.
pub(super) fn stand_before(cargo: &mut Command) -> Result<(), Failure> {
    let this = env::current_exe()
        .map_err(|error| Failure::Machine(format!("cannot find this program: {error}")))?;
    cargo.env("RUSTC_WRAPPER", this).env(MARK, "1");
    Ok(())
}

/// Runs the compiler, where that is what this program was started for.
pub(crate) fn as_compiler() -> Option<ExitCode> {
    env::var_os(MARK)?;
    let mut arguments = env::args_os().skip(1);
    let compiler = arguments.next()?;
    let mut command = Command::new(&compiler);
    let mut is_of_others = false;
    for argument in arguments {
        is_of_others |= argument == "--cap-lints";
        command.arg(argument);
    }
    command.args(["--cfg", "portal_scopes"]);
    // Nothing is called from crates of a registry, but there are many deprecations in them.
    if !is_of_others {
        command.args(["--force-warn", "deprecated"]);
    }
    Some(match command.status() {
        Ok(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            code.map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            let failure = Failure::io("run", Path::new(&compiler), &error);
            failure.report(false)
        }
    })
}
