//! Lets a user log in to EASI'R on another device, and calls the API as that user.
//!
//! The first run shows a code and where to enter it, waits until the user has agreed, and keeps the tokens in a
//! folder. Runs after that find them there and need no login, for as long as the refresh token is good.
//!
//! In a sandbox, which it starts itself and whose user agrees at once (and then does it all again, as a second run
//! would):
//!
//! ```console
//! $ cargo run -p portal-sandbox --example easir_login
//! ```
//!
//! For real, with what EASI'R gave you; no page names the host of the API:
//!
//! ```console
//! $ export EASIR_CLIENT_ID=… EASIR_CLIENT_SECRET=… EASIR_API_URL_CRM=https://…
//! $ cargo run -p portal-sandbox --example easir_login -- --user ann --tokens ~/.easir-tokens
//! ```

#[path = "common/mod.rs"]
mod common;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use portal_apis::easir::Easir;
use portal_apis::easir::bundles::Full;
use portal_apis::runtime::{Error, FileStore, IdentityProviderReason, Login};
use portal_sandbox::Sandbox;

use common::{Failure, Place, Variables};

/// Lets a user log in to EASI'R on another device, and calls the API as that user.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The name that this program gives the user.
    #[arg(long, default_value = "me")]
    user: String,
    /// The folder for tokens. Nobody else may have access to it. Default: easir-tokens.
    #[arg(long)]
    tokens: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut out = std::io::stdout();
    common::ended(run(Options::parse(), common::variables(), &mut out).await)
}

pub(crate) async fn run(
    options: Options,
    variables: Variables,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let sandbox = Sandbox::builder()
        .portal("easir")
        .device_interval(Duration::from_secs(1));
    let place = Place::find(sandbox, "EASIR", "Full", variables).await?;
    // Tokens of a sandbox that is gone are of no use.
    let temporary = tempfile::tempdir()?;
    let tokens = match (&options.tokens, &place.sandbox) {
        (Some(folder), _) => folder.clone(),
        (None, Some(_)) => temporary.path().join("tokens"),
        (None, None) => PathBuf::from("easir-tokens"),
    };
    let login = Easir::<Full>::builder()
        .credentials_from(|name| place.variable(name))?
        .token_store(FileStore::open(tokens)?)
        .login()?;

    call(&login, &options.user, &place, out).await?;
    if place.sandbox.is_some() {
        writeln!(out, "\nA second time:")?;
        call(&login, &options.user, &place, out).await?;
    }
    Ok(())
}

/// Makes a call as the user, who logs in if that is needed.
async fn call(
    login: &Login<Easir<Full>>,
    user: &str,
    place: &Place,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let me = match login.resume(user).crm().me().await {
        Err(Error::IdentityProvider(error))
            if *error.reason() == IdentityProviderReason::LoginRequired =>
        {
            let easir = log_in(login, user, place, out).await?;
            easir.crm().me().await?
        }
        answered => {
            let me = answered?;
            writeln!(
                out,
                "No login is needed: there are tokens of an earlier one."
            )?;
            me
        }
    };
    let nobody = "somebody without an e-mail address";
    writeln!(out, "You are {}.", me.email.as_deref().unwrap_or(nobody))?;
    Ok(())
}

async fn log_in(
    login: &Login<Easir<Full>>,
    user: &str,
    place: &Place,
    out: &mut dyn Write,
) -> Result<Easir<Full>, Failure> {
    let device = login.device().await?;
    let uri = device.verification_uri();
    let uri = uri.unwrap_or("EASI'R's page for devices");
    writeln!(out, "Open {uri} and enter the code {}.", device.user_code())?;
    if let Some(sandbox) = &place.sandbox {
        sandbox.approve_device(device.user_code());
        writeln!(out, "(The sandbox's user has done so.)")?;
    }
    // Asks again and again, as often as the provider allows.
    let tokens = device.wait().await?;
    // They are in the store when this returns.
    let client = login.client(user, tokens).await?;
    writeln!(out, "Logged in.")?;
    Ok(client)
}
