//! What the examples share: where they run.

// Each of them uses its own part.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;

use portal_sandbox::{Builder, Sandbox};

/// An error of any kind, in words.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Environment variables.
pub(crate) type Variables = BTreeMap<String, String>;

/// The portal that the environment names, or a sandbox that was started in its place.
pub(crate) struct Place {
    /// The sandbox, where it is in this process.
    pub(crate) sandbox: Option<Sandbox>,
    variables: Variables,
}

impl Place {
    /// Takes the credentials that are in `variables`. Where there are none, starts a sandbox and takes what it hands
    /// out for the bundle.
    pub(crate) async fn find(
        sandbox: Builder,
        prefix: &str,
        bundle: &str,
        mut variables: Variables,
    ) -> Result<Self, Failure> {
        if variables.contains_key(&format!("{prefix}_CLIENT_ID")) {
            let sandbox = None;
            return Ok(Self { sandbox, variables });
        }
        let sandbox = sandbox.start().await?;
        let own = sandbox.credentials_of(bundle).ok_or("no such bundle")?;
        variables.extend(sandbox.environment(own));
        Ok(Self {
            sandbox: Some(sandbox),
            variables,
        })
    }

    /// The value of a variable: what a client's `credentials_from` asks for.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }
}

/// The variables of this process.
pub(crate) fn variables() -> Variables {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// Says what went wrong, if anything did.
pub(crate) fn ended(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
