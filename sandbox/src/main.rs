//! `portal-sandbox`: a portal on this machine, until Ctrl-C.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use portal_sandbox::{Credentials, Sandbox};

/// Runs a portal on this machine: identity provider, gateway and APIs, made from its documents.
#[derive(Parser)]
#[command(name = "cargo xtask sandbox", bin_name = "cargo xtask sandbox")]
struct Options {
    /// The portal, by its folder in `specs/`.
    #[arg(long, default_value = "easor")]
    portal: String,
    /// Another folder with a `portal.yaml` and documents, in place of `--portal`.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Shows the variables of this bundle alone.
    #[arg(long)]
    bundle: Option<String>,
    /// Writes the bundle's variables to a file as well, for `. FILE` in another terminal.
    #[arg(long, value_name = "FILE", requires = "bundle")]
    env_file: Option<PathBuf>,
    /// The port; 0 for one that the system chooses.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What everything that is made up depends on.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How many items each list has from the start.
    #[arg(long, default_value_t = 25)]
    records: usize,
    /// After how many polls the user of a device agrees.
    #[arg(long, default_value_t = 2)]
    approve_devices_after: u32,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let builder = Sandbox::builder()
        .seed(options.seed)
        .port(options.port)
        .records(options.records)
        .approve_devices_after(options.approve_devices_after);
    let builder = match options.folder {
        Some(folder) => builder.folder(folder),
        None => builder.portal(options.portal),
    };
    let sandbox = builder.start().await?;
    let shown = match &options.bundle {
        Some(bundle) => std::slice::from_ref(of_bundle(&sandbox, bundle)?),
        None => sandbox.credentials(),
    };
    if let Some(file) = &options.env_file {
        write_variables(&sandbox, shown, file)?;
    }
    // A reader who has seen enough is no reason to stop.
    _ = introduce(&sandbox, shown, &mut io::stdout());
    let told = async {
        let mut seen = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let requests = sandbox.requests_after(seen);
            for request in &requests {
                _ = writeln!(io::stdout(), "{request}");
            }
            seen += requests.len();
        }
    };
    tokio::select! {
        () = told => {}
        // Where signals cannot be waited for, the sandbox ends at once rather than never.
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

fn of_bundle<'s>(sandbox: &'s Sandbox, bundle: &str) -> Result<&'s Credentials, String> {
    sandbox.credentials_of(bundle).ok_or_else(|| {
        let all = sandbox.credentials().iter().map(|it| it.bundle.as_str());
        let all = all.collect::<Vec<_>>().join(", ");
        format!("the portal has no bundle `{bundle}`; take one of these: {all}")
    })
}

/// Writes what to export to a file.
fn write_variables(sandbox: &Sandbox, shown: &[Credentials], file: &Path) -> Result<(), String> {
    let mut text = Vec::new();
    let written = shown
        .iter()
        .try_for_each(|credentials| variables(sandbox, credentials, &mut text))
        .and_then(|()| fs::write(file, text));
    written.map_err(|error| format!("{} cannot be written: {error}", file.display()))
}

/// What to export, for each bundle.
fn introduce(sandbox: &Sandbox, shown: &[Credentials], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "# {} on {}", sandbox.portal(), sandbox.gateway_url())?;
    writeln!(out, "# All of this is made up and good for nothing else.")?;
    for (api, url) in sandbox.api_urls() {
        writeln!(out, "# {api}: {url}")?;
    }
    for credentials in shown {
        writeln!(out, "\n# {}", credentials.bundle)?;
        variables(sandbox, credentials, out)?;
        writeln!(
            out,
            "# user {} with password {}",
            credentials.username, credentials.password
        )?;
    }
    writeln!(out, "\n# Requests; Ctrl-C ends the sandbox.")?;
    out.flush()
}

fn variables(sandbox: &Sandbox, credentials: &Credentials, out: &mut impl Write) -> io::Result<()> {
    let mut all = sandbox.environment(credentials).into_iter();
    all.try_for_each(|(name, value)| writeln!(out, "export {name}='{value}'"))
}
