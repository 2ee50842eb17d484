//! How token requests are read, and how they are answered: RFC 6749 or EASI'R's dialect.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Identity, Outcome};
use crate::credentials::Credentials;
use crate::message::{Answer, Request};

/// The parameters of a token request.
pub(super) struct Parameters {
    all: Vec<(String, String)>,
    /// Whether the client proved itself in a header.
    basic: bool,
}

/// Why a request is refused: an error code of RFC 6749, section 5.2, or of its extensions.
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) words: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, words: impl Into<String>) -> Self {
        let status = match code {
            "invalid_client" => 401,
            _ => 400,
        };
        Self {
            status,
            code,
            words: words.into(),
        }
    }
}

impl Parameters {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.all.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    pub(super) fn need(&self, name: &str) -> Result<&str, Refusal> {
        let missing = || Refusal::new("invalid_request", format!("{name} is missing"));
        self.get(name).ok_or_else(missing)
    }
}

impl Identity {
    /// Reads the parameters from where the dialect has them.
    pub(super) fn parameters(&self, request: &Request) -> Result<Parameters, Refusal> {
        let mut all = match self.is_easir() {
            true => json_parameters(request)?,
            false => form_parameters(request)?,
        };
        let header = request.header("authorization");
        let pair = header.and_then(|value| value.strip_prefix("Basic "));
        let basic = pair.is_some();
        if let Some(pair) = pair {
            if all.iter().any(|(name, _)| name == "client_secret") {
                let words =
                    "the client proves itself in the header and in the body; send one of them";
                return Err(Refusal::new("invalid_request", words));
            }
            let unreadable = || Refusal::new("invalid_client", "the Basic header cannot be read");
            all.extend(basic_parameters(pair).ok_or_else(unreadable)?);
        }
        Ok(Parameters { all, basic })
    }

    /// The client that a request comes from, if its secret is right.
    pub(super) fn authenticated(&self, parameters: &Parameters) -> Result<&Credentials, Refusal> {
        let refused = |words: &str| Refusal::new("invalid_client", words);
        let id = parameters
            .get("client_id")
            .ok_or_else(|| refused("client_id is missing"))?;
        let client = self
            .client(id)
            .ok_or_else(|| refused("no client has this client_id"))?;
        if self.wants_basic() && !parameters.basic {
            return Err(refused("the client has to prove itself in a Basic header"));
        }
        match parameters.get("client_secret") {
            Some(secret) if secret == client.client_secret => Ok(client),
            Some(_) => Err(refused("client_secret is wrong")),
            None => Err(refused("client_secret is missing")),
        }
    }

    /// The scopes that are asked for, if the client has them; all that it has, if none are asked for.
    pub(super) fn scopes(
        &self,
        parameters: &Parameters,
        granted: &[String],
    ) -> Result<Vec<String>, Refusal> {
        let Some(asked) = parameters.get("scope").filter(|_| self.manifest.scopes) else {
            return Ok(granted.to_vec());
        };
        let asked: Vec<String> = asked.split_whitespace().map(str::to_owned).collect();
        match asked.iter().find(|scope| !granted.contains(scope)) {
            Some(unknown) => {
                let words = format!("the scope {unknown} is not granted to this client");
                Err(Refusal::new("invalid_scope", words))
            }
            None => Ok(asked),
        }
    }

    /// An answer with what came of a request.
    pub(super) fn told(
        &self,
        operation: &'static str,
        client: Option<&str>,
        result: Result<(Value, Vec<String>), Refusal>,
    ) -> (Answer, Outcome) {
        let bundle = client.map(str::to_owned);
        let (answer, scopes, refused) = match result {
            Ok((body, scopes)) => (Answer::json(200, &body), scopes, None),
            Err(refusal) => {
                let said = format!("{}: {}", refusal.code, refusal.words);
                (self.refused(&refusal), Vec::new(), Some(said))
            }
        };
        let outcome = Outcome {
            operation,
            bundle,
            scopes,
            refused,
        };
        // RFC 6749, section 5.1.
        (answer.header("cache-control", "no-store"), outcome)
    }

    fn refused(&self, refusal: &Refusal) -> Answer {
        let body = match self.is_easir() {
            // Its page announces a bare 400 while the user has not agreed.
            true if matches!(refusal.code, "authorization_pending" | "slow_down") => {
                return Answer::empty(400);
            }
            true => json!({ "errors": [{ "message": refusal.words, "code": refusal.code }] }),
            false => json!({ "error": refusal.code, "error_description": refusal.words }),
        };
        let answer = Answer::json(refusal.status, &body);
        match refusal.code {
            "invalid_client" if !self.is_easir() => {
                answer.header("www-authenticate", "Basic realm=\"sandbox\"")
            }
            _ => answer,
        }
    }
}

fn form_parameters(request: &Request) -> Result<Vec<(String, String)>, Refusal> {
    if !request.is("application/x-www-form-urlencoded") {
        let words = "the body has to be application/x-www-form-urlencoded";
        return Err(Refusal::new("invalid_request", words));
    }
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, value) in url::form_urlencoded::parse(&request.body) {
        if all.iter().any(|(known, _)| *known == name) {
            let words = format!("{name} is sent more than once");
            return Err(Refusal::new("invalid_request", words));
        }
        all.push((name.into_owned(), value.into_owned()));
    }
    Ok(all)
}

fn json_parameters(request: &Request) -> Result<Vec<(String, String)>, Refusal> {
    if !request.is("application/json") {
        return Err(Refusal {
            status: 415,
            code: "content_type",
            words: "the body has to be application/json".to_owned(),
        });
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(&request.body) else {
        let words = "the body has to be a JSON object";
        return Err(Refusal::new("invalid_request", words));
    };
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let grant = request.query("grant_type").map(str::to_owned);
    let grant = grant.map(|grant| ("grant_type".to_owned(), grant));
    let members = members.into_iter().filter(|(name, _)| name != "grant_type");
    let members = members.map(|(name, value)| (name, text(value)));
    Ok(grant.into_iter().chain(members).collect())
}

/// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
fn basic_parameters(pair: &str) -> Option<[(String, String); 2]> {
    let pair = String::from_utf8(STANDARD.decode(pair).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| {
        let encoded = format!("={text}");
        let mut parsed = url::form_urlencoded::parse(encoded.as_bytes());
        parsed.next().map(|(_, value)| value.into_owned())
    };
    Some([
        ("client_id".to_owned(), decoded(id)?),
        ("client_secret".to_owned(), decoded(secret)?),
    ])
}
