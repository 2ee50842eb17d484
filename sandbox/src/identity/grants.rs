//! The grants of RFC 6749.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_generator::manifest::Grant;
use ring::digest;
use serde_json::{Value, json};
use url::Url;

use super::tokens::{self, Claims};
use super::words::{Parameters, Refusal};
use super::{CODES, Code, Identity, Outcome, REFRESH, Refresh};
use crate::credentials::Credentials;
use crate::message::{Answer, Request};

pub(super) type Granting = Result<(Value, Vec<String>), Refusal>;

/// The device flow's grant type (RFC 8628, section 3.4).
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The tokens of a grant that are to be made.
pub(super) struct Making<'a> {
    pub(super) client: &'a Credentials,
    pub(super) scopes: Vec<String>,
    pub(super) user: Option<String>,
}

impl Identity {
    pub(super) fn token(&self, request: &Request, now: Duration) -> (Answer, Outcome) {
        let mut bundle = None;
        let result = self.parameters(request).and_then(|parameters| {
            let client = self.authenticated(&parameters)?;
            bundle = Some(client.bundle.as_str());
            self.grant(&parameters, client, now)
        });
        self.told("token", bundle, result)
    }

    fn grant(&self, parameters: &Parameters, client: &Credentials, now: Duration) -> Granting {
        let name = parameters.need("grant_type")?;
        let short = self.devices_at_token_endpoint();
        let grant = match name {
            "client_credentials" => Grant::ClientCredentials,
            "authorization_code" => Grant::AuthorizationCode,
            "refresh_token" => Grant::RefreshToken,
            "password" => Grant::Password,
            DEVICE if !short => Grant::DeviceCode,
            "device_code" if short => Grant::DeviceCode,
            _ => return Err(unsupported(name)),
        };
        if !self.offers(grant) {
            return Err(unsupported(name));
        }
        let making = match grant {
            Grant::ClientCredentials => Making {
                client,
                scopes: self.scopes(parameters, &client.scopes)?,
                user: None,
            },
            Grant::AuthorizationCode => self.redeem(parameters, client, now)?,
            Grant::RefreshToken => self.renew(parameters, client, now)?,
            Grant::Password => self.password(parameters, client)?,
            Grant::DeviceCode if short && parameters.get("device_code").is_none() => {
                return self.begin_device(client, client.scopes.clone(), now);
            }
            Grant::DeviceCode => self.poll(parameters, client, now)?,
        };
        Ok(self.make(making, grant, now))
    }

    fn password<'a>(
        &self,
        parameters: &Parameters,
        client: &'a Credentials,
    ) -> Result<Making<'a>, Refusal> {
        let (user, password) = (parameters.need("username")?, parameters.need("password")?);
        if user != client.username || password != client.password {
            let words = "no user has this name and password";
            return Err(Refusal::new("invalid_grant", words));
        }
        Ok(Making {
            client,
            scopes: self.scopes(parameters, &client.scopes)?,
            user: Some(user.to_owned()),
        })
    }

    /// An authorization code for tokens. It is gone then, whether they are given or not.
    fn redeem<'a>(
        &self,
        parameters: &Parameters,
        client: &'a Credentials,
        now: Duration,
    ) -> Result<Making<'a>, Refusal> {
        let refused = |words: &str| Refusal::new("invalid_grant", words);
        let code = self.granted().codes.remove(parameters.need("code")?);
        let code = code.ok_or_else(|| refused("the code is none, or was used already"))?;
        if code.client != client.client_id {
            return Err(refused("the code was given to another client"));
        }
        if code.ends <= now {
            return Err(refused("the code has expired"));
        }
        if parameters.get("redirect_uri") != Some(&code.redirect_uri) {
            return Err(refused(
                "redirect_uri is not that of the authorization request",
            ));
        }
        if let Some((method, challenge)) = &code.challenge {
            let verifier = parameters.get("code_verifier").unwrap_or_default();
            if proof(method, verifier) != *challenge {
                return Err(refused("code_verifier does not fit the code_challenge"));
            }
        }
        Ok(Making {
            client,
            scopes: code.scopes,
            user: Some(client.username.clone()),
        })
    }

    /// A refresh token for new tokens. The old one is gone then.
    fn renew<'a>(
        &self,
        parameters: &Parameters,
        client: &'a Credentials,
        now: Duration,
    ) -> Result<Making<'a>, Refusal> {
        let refused = |words: &str| Refusal::new("invalid_grant", words);
        let token = parameters.need("refresh_token")?;
        let mut granted = self.granted();
        let known = granted
            .refresh
            .get(token)
            .ok_or_else(|| refused("the refresh token is none, or was used already"))?;
        if known.client != client.client_id {
            return Err(refused("the refresh token was given to another client"));
        }
        if known.ends <= now {
            return Err(refused("the refresh token has expired"));
        }
        let scopes = self.scopes(parameters, &known.scopes)?;
        let user = known.user.clone();
        granted.refresh.remove(token);
        Ok(Making {
            client,
            scopes,
            user,
        })
    }

    /// Tokens.
    fn make(&self, making: Making<'_>, grant: Grant, now: Duration) -> (Value, Vec<String>) {
        let Making {
            client,
            scopes,
            user,
        } = making;
        let lifetime = self.settings.lifetime.unwrap_or(match grant {
            // As EASI'R's page has it.
            Grant::ClientCredentials if self.is_easir() => Duration::from_secs(180),
            _ => Duration::from_secs(3600),
        });
        let mut granted = self.granted();
        granted.count += 1;
        let claims = Claims {
            bundle: client.bundle.clone(),
            scopes: scopes.clone(),
            user: user.clone(),
            ends: now + lifetime,
            number: granted.count,
        };
        let mut body = json!({
            "access_token": tokens::sign(&self.key, &claims),
            "token_type": "Bearer",
            "expires_in": lifetime.as_secs(),
        });
        if self.manifest.scopes {
            body["scope"] = Value::String(scopes.join(" "));
        }
        if grant != Grant::ClientCredentials && self.offers(Grant::RefreshToken) {
            let token = self.opaque(&mut granted, "refresh token");
            let refresh = Refresh {
                client: client.client_id.clone(),
                scopes: scopes.clone(),
                user,
                ends: now + REFRESH,
            };
            granted.refresh.insert(token.clone(), refresh);
            body["refresh_token"] = Value::String(token);
        }
        (body, scopes)
    }

    /// Sends the browser back at once, as if the user had agreed.
    pub(super) fn authorize(&self, request: &Request, now: Duration) -> (Answer, Outcome) {
        let (answer, bundle, scopes, refused) = match self.authorization(request, now) {
            Ok((answer, client, scopes)) => (answer, Some(client), scopes, None),
            Err(words) => {
                // RFC 6749, section 4.1.2.1: without a client and an address there is nowhere to send it.
                let page = format!("{words}\n").into_bytes();
                let answer = Answer::bytes(400, "text/plain; charset=utf-8", page);
                (answer, None, Vec::new(), Some(words))
            }
        };
        let outcome = Outcome {
            operation: "authorize",
            bundle,
            scopes,
            refused,
        };
        (answer.header("cache-control", "no-store"), outcome)
    }

    fn authorization(
        &self,
        request: &Request,
        now: Duration,
    ) -> Result<(Answer, String, Vec<String>), String> {
        let id = request.query("client_id").unwrap_or_default();
        let client = self.client(id).ok_or("no client has this client_id")?;
        let address = request.query("redirect_uri").unwrap_or_default();
        let mut back = Url::parse(address).map_err(|_| "redirect_uri is no address".to_owned())?;
        let result = self.code(request, client, address, now);
        {
            let mut query = back.query_pairs_mut();
            match &result {
                Ok(code) => query.append_pair("code", &code.0),
                Err(refusal) => query
                    .append_pair("error", refusal.code)
                    .append_pair("error_description", &refusal.words),
            };
            if let Some(state) = request.query("state") {
                query.append_pair("state", state);
            }
            if let Some(issuer) = &self.manifest.issuer {
                query.append_pair("iss", issuer);
            }
        }
        let scopes = result.map(|(_, scopes)| scopes).unwrap_or_default();
        let answer = Answer::empty(302).header("location", back.to_string());
        Ok((answer, client.bundle.clone(), scopes))
    }

    fn code(
        &self,
        request: &Request,
        client: &Credentials,
        redirect_uri: &str,
        now: Duration,
    ) -> Result<(String, Vec<String>), Refusal> {
        if request.query("response_type") != Some("code") {
            let words = "response_type has to be code";
            return Err(Refusal::new("unsupported_response_type", words));
        }
        let asked: Vec<String> = match request.query("scope").filter(|_| self.manifest.scopes) {
            Some(scope) => scope.split_whitespace().map(str::to_owned).collect(),
            None => client.scopes.clone(),
        };
        if let Some(unknown) = asked.iter().find(|scope| !client.scopes.contains(scope)) {
            let words = format!("the scope {unknown} is not granted to this client");
            return Err(Refusal::new("invalid_scope", words));
        }
        let method = request.query("code_challenge_method").unwrap_or("plain");
        if !matches!(method, "plain" | "S256") {
            let words = "code_challenge_method has to be S256 or plain";
            return Err(Refusal::new("invalid_request", words));
        }
        let challenge = request.query("code_challenge");
        let mut granted = self.granted();
        let text = self.opaque(&mut granted, "code");
        let code = Code {
            client: client.client_id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            scopes: asked.clone(),
            challenge: challenge.map(|it| (method.to_owned(), it.to_owned())),
            ends: now + CODES,
        };
        granted.codes.insert(text.clone(), code);
        Ok((text, asked))
    }
}

/// RFC 7636, section 4.6.
fn proof(method: &str, verifier: &str) -> String {
    match method {
        "S256" => URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes())),
        _ => verifier.to_owned(),
    }
}

fn unsupported(name: &str) -> Refusal {
    let words = format!("the portal does not offer the grant {name}");
    Refusal::new("unsupported_grant_type", words)
}
