//! The generators that are compared: this one and its peers.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::calls::Convention;
use crate::failure::Failure;
use crate::{files, workspace};

/// What generated crates are called, whoever makes them.
pub(super) const CRATE: &str = "bench-api";

/// Features of reqwest that choose a TLS backend. The programs choose one for all.
const TLS_FEATURES: [&str; 6] = [
    "default-tls",
    "native-tls",
    "native-tls-vendored",
    "rustls",
    "rustls-tls",
    "rustls-no-provider",
];

/// A generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Tool {
    /// `cargo xtask generate`.
    #[value(skip)]
    Ours,
    /// By its command `cargo progenitor`.
    Progenitor,
    /// By its command `openapi-to-rust`.
    OpenapiToRust,
    /// By its command `oas3-gen`.
    #[value(name = "oas3-gen")]
    Oas3Gen,
}

impl Tool {
    pub(super) const PEERS: [Self; 3] = [Self::Progenitor, Self::OpenapiToRust, Self::Oas3Gen];

    /// Its name, as tables show it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Progenitor => "progenitor",
            Self::OpenapiToRust => "openapi-to-rust",
            Self::Oas3Gen => "oas3-gen",
        }
    }

    /// The package and the version that are installed.
    pub(super) const fn package(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Ours => None,
            Self::Progenitor => Some(("cargo-progenitor", "0.15.1")),
            Self::OpenapiToRust => Some(("openapi-to-rust", "0.23.0")),
            Self::Oas3Gen => Some(("oas3-gen", "0.29.0")),
        }
    }

    /// How its calls are told from other methods.
    pub(super) const fn convention(self) -> Convention {
        match self {
            Self::Ours => Convention::Builders,
            Self::Progenitor | Self::OpenapiToRust | Self::Oas3Gen => Convention::Async,
        }
    }

    /// What programs import, beside the client.
    pub(super) const fn imports(self) -> &'static str {
        match self {
            Self::OpenapiToRust => "use bench_api::{*, client::*};",
            Self::Ours | Self::Progenitor | Self::Oas3Gen => "use bench_api::*;",
        }
    }

    /// An expression that makes a client of this type, in an `Option`.
    pub(super) fn constructor(self, client: &str) -> String {
        const URL: &str = "\"https://api.example\"";
        match self {
            Self::Ours => format!(
                "{client}::builder().base_url({URL}).credentials_from_env().and_then(|it| it.build()).ok()"
            ),
            Self::Progenitor => format!("Some({client}::new({URL}))"),
            Self::OpenapiToRust => format!("Some({client}::new().with_base_url({URL}))"),
            Self::Oas3Gen => format!("{client}::with_base_url({URL}).ok()"),
        }
    }

    /// The program that generates.
    fn program(self, bench: &Bench) -> Result<PathBuf, Failure> {
        match self.package() {
            Some((package, _)) => Ok(bench.peers.join("bin").join(package)),
            None => {
                std::env::current_exe().map_err(|e| Failure::io("find", Path::new("xtask"), &e))
            }
        }
    }

    /// The command that generates a crate, before [`finish`](Self::finish).
    pub(super) fn command(
        self,
        bench: &Bench,
        document: &Path,
        out: &Path,
    ) -> Result<Command, Failure> {
        let mut command = Command::new(self.program(bench)?);
        let (document, out) = (OsString::from(document), OsString::from(out));
        match self {
            Self::Ours => {
                command
                    .current_dir(&bench.root)
                    .arg("generate")
                    .arg(document);
                command
                    .args(["--keep-going", "--name", CRATE, "--out"])
                    .arg(out);
            }
            Self::Progenitor => {
                command.args([
                    "progenitor",
                    "--name",
                    CRATE,
                    "--version",
                    "0.1.0",
                    "--input",
                ]);
                command.arg(document).arg("--output").arg(out);
            }
            Self::OpenapiToRust => {
                let sources = Path::new(&out).join("src");
                command
                    .arg("generate")
                    .arg(document)
                    .args(["--quiet", "--output-dir"]);
                command.arg(sources);
            }
            Self::Oas3Gen => {
                command.args(["generate", "client-mod", "--workspace", "--color", "never"]);
                command
                    .arg("--input")
                    .arg(document)
                    .arg("--output")
                    .arg(out);
            }
        }
        Ok(command)
    }

    /// Makes what was generated a member of a workspace of ours, with the dependencies that it asks for but no TLS
    /// backend.
    pub(super) fn finish(self, out: &Path) -> Result<(), Failure> {
        let manifest = out.join("Cargo.toml");
        let read =
            |path: &Path| fs::read_to_string(path).map_err(|e| Failure::io("read", path, &e));
        let text = match self {
            Self::OpenapiToRust => {
                let modules = out.join("src/mod.rs");
                let library = out.join("src/lib.rs");
                fs::rename(&modules, &library).map_err(|e| Failure::io("rename", &modules, &e))?;
                let dependencies = read(&out.join("src/REQUIRED_DEPS.toml"))?;
                let package = format!(
                    "[package]\nname = \"{CRATE}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"
                );
                format!("{package}\n{dependencies}")
            }
            Self::Ours => read(&manifest)?.replace("\n[workspace]\n", "\n"),
            Self::Progenitor | Self::Oas3Gen => read(&manifest)?,
        };
        let text = without_tls(&text);
        files::write(&manifest, &text).map_err(|e| Failure::io("write", &manifest, &e))
    }

    /// Installs it below the folder of peers, where it is not there already. `Err` is why it cannot be had.
    pub(super) fn install(self, bench: &Bench) -> Result<Result<(), String>, Failure> {
        let Some((package, version)) = self.package() else {
            return Ok(Ok(()));
        };
        let mut cargo = workspace::cargo();
        cargo
            .args(["install", "--locked", "--quiet", "--root"])
            .arg(&bench.peers);
        cargo.arg(format!("{package}@{version}"));
        cargo.env("CARGO_TARGET_DIR", bench.peers.join("build"));
        cargo.env("CARGO_INCREMENTAL", "0");
        let status = cargo.status();
        let status = status.map_err(|e| Failure::io("run", Path::new("cargo"), &e))?;
        Ok(match status.success() {
            true => Ok(()),
            false => Err(format!("{package} {version} cannot be installed")),
        })
    }
}

/// Where things are.
pub(super) struct Bench {
    /// The workspace.
    pub(super) root: PathBuf,
    /// Everything that is generated and built.
    pub(super) scratch: PathBuf,
    /// Where peers are installed.
    pub(super) peers: PathBuf,
}

/// Takes the TLS backends out of the line that asks for reqwest.
fn without_tls(manifest: &str) -> String {
    let lines = manifest
        .lines()
        .map(|line| match line.starts_with("reqwest ") {
            true => TLS_FEATURES.iter().fold(line.to_owned(), |line, feature| {
                let feature = format!("\"{feature}\"");
                line.replace(&format!("{feature}, "), "")
                    .replace(&format!(", {feature}"), "")
                    .replace(&feature, "")
            }),
            false => line.to_owned(),
        });
    lines.map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tls_backend_is_left() {
        let line = |features: &str| {
            format!(
                "reqwest = {{ version = \"0.13\", default-features = false, features = [{features}] }}\n"
            )
        };
        let given = line("\"json\", \"native-tls\", \"query\"");
        assert_eq!(without_tls(&given), line("\"json\", \"query\""));
        assert_eq!(without_tls(&line("\"rustls\"")), line(""));
        assert_eq!(without_tls("rustls = \"0.23\"\n"), "rustls = \"0.23\"\n");
    }
}
