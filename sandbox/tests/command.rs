//! The command `portal-sandbox`, run as a process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Ends the process with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portal-sandbox"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn the_variables_of_one_bundle_go_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.env");
    let mut command = command();
    command
        .args(["--bundle", "Accounting", "--env-file"])
        .arg(&file);
    let mut running = Running(command.spawn().unwrap());
    let out = BufReader::new(running.0.stdout.take().unwrap());
    let lines = out.lines().map(Result::unwrap);
    let shown: Vec<String> = lines.take_while(|it| !it.contains("Ctrl-C")).collect();
    let headings = shown.iter().filter(|it| *it == "# Accounting").count();
    assert_eq!(headings, 1, "{shown:#?}");
    let exports: Vec<&str> = shown
        .iter()
        .map(String::as_str)
        .filter(|it| it.starts_with("export "))
        .collect();
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(written.lines().collect::<Vec<_>>(), exports);
    let names = |name: &str| {
        exports
            .iter()
            .any(|it| it.starts_with(&format!("export {name}=")))
    };
    assert!(
        names("EASOR_CLIENT_ID") && names("EASOR_GATEWAY_URL"),
        "{exports:#?}"
    );
}

#[test]
fn a_bundle_that_is_not_there_is_told() {
    let output = command().args(["--bundle", "Acounting"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("error: the portal has no bundle `Acounting`; take one of these: ")
            && error.contains("Accounting"),
        "{error}"
    );
}
