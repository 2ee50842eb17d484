//! One run of `generate` in a process of its own, with its time and its memory.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::workspace;

/// The time that a document may take.
pub(super) const SECONDS: u64 = 60;

/// The memory that a document may take.
pub(super) const MEBIBYTES: u64 = 2048;

/// How a process ended.
pub(super) enum End {
    Code(i32),
    Signal,
    TookTooLong,
    TookTooMuch,
}

/// A process that has ended.
pub(super) struct Run {
    pub(super) end: End,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) seconds: f64,
    /// The most memory that was seen, where the system tells.
    pub(super) peak_mib: Option<f64>,
}

impl Run {
    /// Generates a crate of this name into `crates` of the folder, from a document below `dir`, with one option `more`.
    pub(super) fn generate(
        dir: &Path,
        document: &Path,
        name: &str,
        more: Option<&str>,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let program = std::env::current_exe();
        let program = program.map_err(|e| Failure::io("find", Path::new("xtask"), &e))?;
        let out = folder.join("crates").join(name);
        // The output goes to files, since a pipe that nobody reads stops the one who writes.
        let file = |kind: &str| {
            let path = folder.join("crates").join(format!("{name}.{kind}"));
            File::create(&path).map_err(|e| Failure::io("write", &path, &e))
        };
        let mut command = Command::new(&program);
        command.current_dir(dir);
        command
            .arg("generate")
            .arg(document)
            .args([
                "--name",
                name,
                "--within",
                ".",
                "--keep-going",
                "--json",
                "--out",
            ])
            .arg(&out)
            .args(more);
        command
            .arg("--runtime")
            .arg(workspace::root()?.join("runtime"));
        command.env("RUST_BACKTRACE", "0");
        command
            .stdin(Stdio::null())
            .stdout(file("stdout")?)
            .stderr(file("stderr")?);
        let started = Instant::now();
        let mut child = command
            .spawn()
            .map_err(|e| Failure::io("run", &program, &e))?;
        let (end, peak_mib) = watch(&mut child, started);
        let seconds = started.elapsed().as_secs_f64();
        let read = |kind: &str| {
            let path = folder.join("crates").join(format!("{name}.{kind}"));
            let bytes = fs::read(path).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ok(Self {
            end,
            stdout: read("stdout"),
            stderr: read("stderr"),
            seconds,
            peak_mib,
        })
    }
}

/// Waits for a process and ends it when it takes too much.
fn watch(child: &mut Child, started: Instant) -> (End, Option<f64>) {
    let process = child.id().to_string();
    let mut peak = None;
    loop {
        peak = peak_memory(&process).or(peak);
        let over = if started.elapsed() > Duration::from_secs(SECONDS) {
            Some(End::TookTooLong)
        } else if peak.is_some_and(|peak| peak > MEBIBYTES as f64) {
            Some(End::TookTooMuch)
        } else {
            None
        };
        if let Some(end) = over {
            // It may have ended on its own meanwhile, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            return (end, peak);
        }
        match child.try_wait() {
            Ok(Some(status)) => return (end_of(status), peak),
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Err(_) => return (End::Signal, peak),
        }
    }
}

fn end_of(status: ExitStatus) -> End {
    status.code().map_or(End::Signal, End::Code)
}

/// The most memory that a process has had, in MiB, where there is a `/proc`; `self` is this process.
pub(crate) fn peak_memory(process: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024.0)
}
