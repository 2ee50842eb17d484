//! What API Management checks before the API sees a request, in its own words.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use portal_generator::manifest::SubscriptionKey;
use serde_json::json;

use crate::credentials::Credentials;
use crate::message::{Answer, Request};

/// So many calls in so much time.
pub(crate) type Limit = (u32, Duration);

/// The gateway.
pub(crate) struct Gateway {
    pub(crate) key: Option<SubscriptionKey>,
    /// Calls beyond it are answered with 429.
    pub(crate) rate: Option<Limit>,
    /// Calls beyond it are answered with 403.
    pub(crate) quota: Option<Limit>,
    pub(crate) clients: Vec<Credentials>,
    used: Mutex<HashMap<(String, &'static str), Used>>,
}

/// When a period began, and the calls in it.
type Used = (Duration, u32);

/// An answer of the gateway, and why it gave it.
pub(crate) type Refusal = (Answer, String);

impl Gateway {
    pub(crate) fn new(
        key: Option<SubscriptionKey>,
        rate: Option<Limit>,
        quota: Option<Limit>,
        clients: Vec<Credentials>,
    ) -> Self {
        Self {
            key,
            rate,
            quota,
            clients,
            used: Mutex::default(),
        }
    }

    /// What no operation answers.
    pub(crate) fn not_found() -> Refusal {
        let answer = spoken(404, "Resource not found");
        (answer, "no operation has this method and path".to_owned())
    }

    /// Checks the subscription key, then how much it was used. Gives the bundle that the key was made up for.
    pub(crate) fn admit(
        &self,
        request: &Request,
        api: &str,
        realm: &str,
        now: Duration,
    ) -> Result<Option<&str>, Refusal> {
        let client = match &self.key {
            Some(key) => Some(self.subscriber(key, request, api, realm)?),
            None => None,
        };
        let who = client.map_or("", |client| &client.subscription_key);
        if let Some(wait) = self.beyond(who, "rate", self.rate, now) {
            let seconds = wait.as_secs().max(1);
            let words = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
            let answer = spoken(429, &words).header("retry-after", seconds.to_string());
            return Err((answer, "the rate limit is exceeded".to_owned()));
        }
        if let Some(wait) = self.beyond(who, "quota", self.quota, now) {
            let seconds = wait.as_secs().max(1);
            let words = format!(
                "Out of call volume quota. Quota will be replenished in {}.",
                clock(seconds)
            );
            let answer = spoken(403, &words).header("retry-after", seconds.to_string());
            return Err((answer, "the quota is used up".to_owned()));
        }
        Ok(client.map(|client| client.bundle.as_str()))
    }

    pub(crate) fn forget(&self) {
        self.used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn subscriber(
        &self,
        key: &SubscriptionKey,
        request: &Request,
        api: &str,
        realm: &str,
    ) -> Result<&Credentials, Refusal> {
        // The query is read only where there is no header.
        let query = key.query.as_deref().and_then(|name| request.query(name));
        let given = request.header(&key.header).or(query);
        let refused = |words: &str, why: &str| {
            let challenge = format!(
                "AzureApiManagementKey realm=\"{realm}\",name=\"{}\",type=\"header\"",
                key.header
            );
            let answer = spoken(401, words).header("www-authenticate", challenge);
            (answer, why.to_owned())
        };
        let Some(given) = given else {
            return Err(refused(
                "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.",
                "the subscription key is missing",
            ));
        };
        let mut clients = self.clients.iter();
        let client = clients.find(|client| client.subscription_key == given);
        // A key is for a product, and one of another product is told the same.
        let why = match client {
            Some(client) if client.apis.iter().any(|it| it == api) => return Ok(client),
            Some(client) => format!(
                "the subscription key is that of {}, which has no {api}",
                client.bundle
            ),
            None => "the subscription key is not one of the sandbox's".to_owned(),
        };
        Err(refused(
            "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.",
            &why,
        ))
    }

    /// Counts a call; how long to wait, where it is one too many.
    fn beyond(
        &self,
        who: &str,
        kind: &'static str,
        limit: Option<Limit>,
        now: Duration,
    ) -> Option<Duration> {
        let (calls, period) = limit?;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, count) = used.entry((who.to_owned(), kind)).or_insert((now, 0));
        if now.saturating_sub(*began) >= period {
            (*began, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        (*count > calls).then(|| (*began + period).saturating_sub(now))
    }
}

/// An answer in the gateway's own shape.
pub(crate) fn spoken(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "statusCode": status, "message": message }))
}

/// `hh:mm:ss`, with days before it where there are any.
fn clock(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let time = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    match days {
        0 => time,
        days => format!("{days}.{time}"),
    }
}
