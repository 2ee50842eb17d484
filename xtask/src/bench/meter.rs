//! What a program takes: time of the processor, time on the clock and memory.
//!
//! Processor time is that of the program and of all that it started (user and system), from `getrusage`. Unlike
//! time on the clock it hardly depends on what else the machine does. `getrusage` tells of all children of a process
//! together, so each program runs below a process of its own: this one, started once more. It stands in front of
//! the compiler in the same way, as `RUSTC_WRAPPER`, so that each crate's compilation is told apart from the others
//! and from cargo itself.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::time::Instant;

use serde_json::{Value, json};

use crate::failure::Failure;

/// Names the file that costs are noted in, where this program was started to note them.
const LOG: &str = "PORTAL_BENCH_LOG";

/// What a program took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cost {
    /// Seconds of the processor, user and system, of it and all that it started.
    pub(super) cpu: f64,
    /// Seconds on the clock.
    pub(super) wall: f64,
    /// The most memory that it, or one of those it started, had at a time, in MiB.
    pub(super) peak_mib: f64,
}

impl Cost {
    /// The one in the middle, by processor time.
    pub(super) fn median(mut costs: Vec<Self>) -> Option<Self> {
        costs.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
        costs.get(costs.len() / 2).copied()
    }

    pub(super) fn as_json(self) -> Value {
        let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
        json!({
            "cpu_seconds": rounded(self.cpu),
            "wall_seconds": rounded(self.wall),
            "peak_mib": rounded(self.peak_mib),
        })
    }
}

/// Runs a program and notes what it took, where that is what this one was started for.
pub(crate) fn as_meter() -> Option<ExitCode> {
    let log = env::var_os(LOG)?;
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next()?;
    let arguments: Vec<_> = arguments.collect();
    let mut command = Command::new(&program);
    command.args(&arguments).env_remove(LOG);
    let started = Instant::now();
    let status = match command.status() {
        Ok(status) => status,
        Err(error) => return Some(Failure::io("run", Path::new(&program), &error).report(false)),
    };
    let wall = started.elapsed().as_secs_f64();
    let name = arguments
        .iter()
        .skip_while(|it| *it != "--crate-name")
        .nth(1);
    note(Path::new(&log), name.map(|name| name.as_os_str()), wall);
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Some(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Adds a line to the log. Should that fail, the one who reads it finds nothing and says so.
fn note(log: &Path, name: Option<&OsStr>, wall: f64) {
    let Some((cpu, peak_mib)) = of_children() else {
        return;
    };
    let name = name.map(OsStr::to_string_lossy);
    let line = json!({ "crate": name, "cpu": cpu, "wall": wall, "peak_mib": peak_mib });
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(log) {
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}

/// Processor seconds and peak memory in MiB of what this process has started and waited for.
#[cfg(unix)]
fn of_children() -> Option<(f64, f64)> {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let times = [usage.user_time(), usage.system_time()];
    let seconds = times.map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6);
    // Kibibytes, but bytes on Apple's systems.
    let units_of_a_mebibyte = if cfg!(target_vendor = "apple") {
        1024.0 * 1024.0
    } else {
        1024.0
    };
    Some((
        seconds.iter().sum(),
        usage.max_rss() as f64 / units_of_a_mebibyte,
    ))
}

#[cfg(not(unix))]
fn of_children() -> Option<(f64, f64)> {
    None
}

/// Runs a program to its end. `Err` is the first line that says what it failed of.
pub(super) fn run(command: &Command, log: &Path) -> Result<Cost, Problem> {
    let this = env::current_exe().map_err(|e| Failure::io("find", Path::new("xtask"), &e))?;
    let mut metered = Command::new(this);
    metered.arg(command.get_program()).args(command.get_args());
    copy_surroundings(command, &mut metered);
    clear(log)?;
    let ended = output(metered.env(LOG, log))?;
    let mut costs = read(log)?;
    match costs.pop() {
        _ if !ended.status.success() => Err(Problem::Program(reason(&ended))),
        Some((_, cost)) => Ok(cost),
        None => Err(no_figures()),
    }
}

/// Runs cargo, and gives what the compiler took for each crate, by the names that it knows them by.
pub(super) fn cargo(command: &mut Command, log: &Path) -> Result<Vec<(String, Cost)>, Problem> {
    let this = env::current_exe().map_err(|e| Failure::io("find", Path::new("xtask"), &e))?;
    clear(log)?;
    let ended = output(command.env("RUSTC_WRAPPER", this).env(LOG, log))?;
    match ended.status.success() {
        true => Ok(read(log)?),
        false => Err(Problem::Program(reason(&ended))),
    }
}

/// Why there is no figure.
pub(super) enum Problem {
    /// The measured program failed; a line of what it said.
    Program(String),
    /// Nothing can be measured.
    Ours(Failure),
}

impl Problem {
    /// What is wrong with the files that a program wrote is a failure of that program.
    pub(super) fn of_output(failure: Failure) -> Self {
        match failure {
            Failure::Machine(message) => Self::Program(shortened(&message)),
            other => Self::Ours(other),
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Ours(failure)
    }
}

/// The problem of a system that does not tell.
pub(super) fn no_figures() -> Problem {
    let message = "this system does not tell what a process took; measure on Linux or macOS";
    Problem::Ours(Failure::Machine(message.to_owned()))
}

fn copy_surroundings(from: &Command, to: &mut Command) {
    if let Some(folder) = from.get_current_dir() {
        to.current_dir(folder);
    }
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
}

fn clear(log: &Path) -> Result<(), Failure> {
    match fs::remove_file(log) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::io("remove", log, &error))
        }
        _ => Ok(()),
    }
}

fn output(command: &mut Command) -> Result<Output, Failure> {
    let program = command.get_program().to_owned();
    let output = command.stdin(std::process::Stdio::null()).output();
    output.map_err(|e| Failure::io("run", Path::new(&program), &e))
}

fn read(log: &Path) -> Result<Vec<(String, Cost)>, Failure> {
    let text = match fs::read_to_string(log) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::io("read", log, &error)),
    };
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(lines.map(|line| entry(&line)).collect())
}

fn entry(line: &Value) -> (String, Cost) {
    let number = |key: &str| line.get(key).and_then(Value::as_f64).unwrap_or_default();
    let name = line
        .get("crate")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let cost = Cost {
        cpu: number("cpu"),
        wall: number("wall"),
        peak_mib: number("peak_mib"),
    };
    (name.to_owned(), cost)
}

/// The line of a program's output that says best why it failed.
pub(super) fn reason(ended: &Output) -> String {
    let stderr = String::from_utf8_lossy(&ended.stderr);
    let stdout = String::from_utf8_lossy(&ended.stdout);
    if let Some(message) = panic_message(&stderr) {
        return shortened(&format!("panics: {message}"));
    }
    let lines = || stderr.lines().chain(stdout.lines());
    let said = lines().find(|line| line.to_lowercase().contains("error"));
    let said = said.or_else(|| lines().find(|line| !line.trim().is_empty()));
    let errors = lines().filter(|line| line.starts_with("error")).count();
    match (said, errors) {
        (Some(line), 2..) => format!("{} (and {} errors more)", shortened(line), errors - 1),
        (Some(line), _) => shortened(line),
        (None, _) => ended.status.to_string(),
    }
}

/// What a panic says, without the place, which is one of this machine.
fn panic_message(stderr: &str) -> Option<&str> {
    let at = stderr.find("panicked at")?;
    stderr[at..].lines().nth(1)
}

fn shortened(line: &str) -> String {
    const LENGTH: usize = 160;
    let line = line.trim();
    match line.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_are_told_without_their_place() {
        let stderr = "thread 'main' (1) panicked at /home/me/src/method.rs:7:9:\nnot yet implemented: more\nnote: run\n";
        assert_eq!(panic_message(stderr), Some("not yet implemented: more"));
        assert_eq!(panic_message("error: no such file"), None);
    }

    #[test]
    fn the_median_is_by_processor_time() {
        let cost = |cpu| Cost {
            cpu,
            wall: 10.0 - cpu,
            peak_mib: 0.0,
        };
        let costs = vec![cost(3.0), cost(1.0), cost(2.0)];
        assert_eq!(Cost::median(costs), Some(cost(2.0)));
        assert_eq!(Cost::median(Vec::new()), None);
    }
}
