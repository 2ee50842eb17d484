//! The device flow (RFC 8628), and EASI'R's form of it.

use std::time::Duration;

use serde_json::json;

use super::grants::{Granting, Making};
use super::words::{Parameters, Refusal};
use super::{CODES, Identity, Outcome};
use crate::credentials::Credentials;
use crate::message::{Answer, Request};

/// A device that waits for its user.
pub(super) struct Device {
    client: String,
    user_code: String,
    scopes: Vec<String>,
    ends: Duration,
    interval: Duration,
    /// When it asked last.
    asked: Option<Duration>,
    polls: u32,
    decision: Option<Decision>,
}

/// What the user said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Decision {
    Approved,
    Denied,
}

impl Identity {
    /// Decides for the user; false where no device shows this code.
    pub(crate) fn decide(&self, user_code: &str, decision: Decision) -> bool {
        let mut granted = self.granted();
        let mut devices = granted.devices.values_mut();
        let found = devices.find(|device| device.user_code == user_code);
        found
            .map(|device| device.decision = Some(decision))
            .is_some()
    }

    /// Where a user's browser would be: agrees at once to the device that shows `user_code`, or refuses with
    /// `deny=true`.
    pub(super) fn verification(&self, request: &Request) -> (Answer, Outcome) {
        let decision = match request.query("deny") {
            Some("true") => Decision::Denied,
            _ => Decision::Approved,
        };
        let code = request.query("user_code").unwrap_or_default();
        let (status, words, refused) = match (self.decide(code, decision), decision) {
            (true, Decision::Approved) => (200, "The device may go on.\n", None),
            (true, Decision::Denied) => (200, "The device was refused.\n", None),
            (false, _) => {
                let words = "no device shows this user_code\n";
                (404, words, Some(words.trim_end().to_owned()))
            }
        };
        let outcome = Outcome {
            operation: "device verification",
            bundle: None,
            scopes: Vec::new(),
            refused,
        };
        let answer = Answer::bytes(status, "text/plain; charset=utf-8", words.into());
        (answer.header("cache-control", "no-store"), outcome)
    }

    pub(super) fn device_authorization(
        &self,
        request: &Request,
        now: Duration,
    ) -> (Answer, Outcome) {
        let mut bundle = None;
        let result = self.parameters(request).and_then(|parameters| {
            let client = self.authenticated(&parameters)?;
            bundle = Some(client.bundle.as_str());
            let scopes = self.scopes(&parameters, &client.scopes)?;
            self.begin_device(client, scopes, now)
        });
        self.told("device authorization", bundle, result)
    }

    pub(super) fn begin_device(
        &self,
        client: &Credentials,
        scopes: Vec<String>,
        now: Duration,
    ) -> Granting {
        let mut granted = self.granted();
        let code = self.opaque(&mut granted, "device code");
        let number = 100_000 + (granted.count * 7919) % 900_000;
        let device = Device {
            client: client.client_id.clone(),
            user_code: number.to_string(),
            scopes: scopes.clone(),
            ends: now + CODES,
            interval: self.settings.interval,
            asked: None,
            polls: 0,
            decision: None,
        };
        granted.devices.insert(code.clone(), device);
        let interval = self.settings.interval.as_secs();
        let body = match self.devices_at_token_endpoint() {
            // As its page prints it, with a number and without a lifetime.
            true => json!({
                "verification_uri": format!("{}?grant_type=device_code", self.token_url()),
                "user_code": number,
                "device_code": code,
                "interval": interval,
            }),
            false => json!({
                "verification_uri": self.verification_url(),
                "verification_uri_complete": format!("{}?user_code={number}", self.verification_url()),
                "user_code": number.to_string(),
                "device_code": code,
                "interval": interval,
                "expires_in": CODES.as_secs(),
            }),
        };
        Ok((body, scopes))
    }

    /// What a device is told that asks whether its user has agreed.
    pub(super) fn poll<'a>(
        &self,
        parameters: &Parameters,
        client: &'a Credentials,
        now: Duration,
    ) -> Result<Making<'a>, Refusal> {
        let code = parameters.need("device_code")?;
        let mut granted = self.granted();
        let device = granted.devices.get_mut(code);
        let device = device.filter(|device| device.client == client.client_id);
        let unknown = || {
            Refusal::new(
                "invalid_grant",
                "the device code is none, or was used already",
            )
        };
        let device = device.ok_or_else(unknown)?;
        if device.ends <= now {
            granted.devices.remove(code);
            return Err(Refusal::new("expired_token", "the device code has expired"));
        }
        let since = device.asked.map(|asked| now.saturating_sub(asked));
        device.asked = Some(now);
        // Clients time the pause by a clock of their own, so a little less is enough.
        let least = device.interval.mul_f64(0.9);
        if since.is_some_and(|since| since < least) {
            device.interval += Duration::from_secs(5);
            return Err(Refusal::new(
                "slow_down",
                "wait longer between two requests",
            ));
        }
        device.polls += 1;
        if self
            .settings
            .polls
            .is_some_and(|polls| device.polls >= polls)
        {
            device.decision.get_or_insert(Decision::Approved);
        }
        let decision = device.decision;
        let scopes = device.scopes.clone();
        match decision {
            None => Err(Refusal::new(
                "authorization_pending",
                "the user has not agreed yet",
            )),
            Some(Decision::Denied) => {
                granted.devices.remove(code);
                Err(Refusal::new("access_denied", "the user said no"))
            }
            Some(Decision::Approved) => {
                granted.devices.remove(code);
                Ok(Making {
                    client,
                    scopes,
                    user: Some(client.username.clone()),
                })
            }
        }
    }
}
