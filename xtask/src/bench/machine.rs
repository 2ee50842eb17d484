//! What figures were taken on.

use std::fs;
use std::process::Command;

/// Processors, their model and the memory, as far as the system tells.
pub(super) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut parts = vec![match cores {
        1 => "1 core".to_owned(),
        cores => format!("{cores} cores"),
    }];
    parts.extend(model());
    parts.extend(memory());
    parts.join(", ")
}

fn model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    value(&text, "model name")
}

fn memory() -> Option<String> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let total = value(&text, "MemTotal")?;
    let kibibytes: f64 = total.strip_suffix("kB")?.trim().parse().ok()?;
    Some(format!("{:.0} GiB", kibibytes / 1024.0 / 1024.0))
}

/// The value behind a key and a colon.
fn value(text: &str, key: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut found = lines.filter(|(known, _)| known.trim() == key);
    found.next().map(|(_, value)| value.trim().to_owned())
}

/// How busy the machine is: programs that run or wait to, over the last fifteen minutes.
pub(super) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').nth(2).unwrap_or_default().to_owned()
}

/// The compiler's version.
pub(super) fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_else(|_| "an unknown compiler".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_keys() {
        let text = "MemFree: 1 kB\nmodel name\t: A CPU @ 2 GHz\n";
        assert_eq!(value(text, "model name").as_deref(), Some("A CPU @ 2 GHz"));
        assert_eq!(value(text, "model"), None);
    }
}
