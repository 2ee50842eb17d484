//! The user of a developer portal, who is asked for and not remembered.

use std::env;
use std::io::{self, IsTerminal, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::failure::{Failure, reason};

/// E-mail and password. There is no `Debug`, so that neither gets into a message.
pub(super) struct Login {
    email: String,
    password: String,
}

impl Login {
    /// Takes the user from the environment, or asks on the terminal.
    pub(super) fn of(prefix: &str, portal: &str) -> Result<Self, Failure> {
        let (email, password) = (
            format!("{prefix}_PORTAL_EMAIL"),
            format!("{prefix}_PORTAL_PASSWORD"),
        );
        match (variable(&email), variable(&password)) {
            (Some(email), Some(password)) => Ok(Self { email, password }),
            _ if !io::stdin().is_terminal() => Err(Failure::Usage(format!(
                "{portal} shows its documents to its users: set {email} and {password}, or run this on a terminal; \
                 a document that was saved in a browser is taken by `cargo xtask fetch --api NAME --from FILE`"
            ))),
            (email, _) => Self::ask(email, portal).map_err(|error| {
                Failure::Machine(format!("cannot ask for the user: {}", reason(&error)))
            }),
        }
    }

    fn ask(email: Option<String>, portal: &str) -> io::Result<Self> {
        let email = match email {
            Some(email) => email,
            None => {
                let mut stderr = io::stderr();
                write!(stderr, "E-mail for {portal}: ")?;
                stderr.flush()?;
                let mut line = String::new();
                io::stdin().read_line(&mut line)?;
                line.trim().to_owned()
            }
        };
        let password = rpassword::prompt_password("Password: ")?;
        Ok(Self { email, password })
    }

    /// The value of an `Authorization` header (RFC 7617).
    pub(super) fn basic(&self) -> String {
        let pair = format!("{}:{}", self.email, self.password);
        format!("Basic {}", BASE64_STANDARD.encode(pair))
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
