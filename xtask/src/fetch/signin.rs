//! Where a portal's API is, and who asks it.

use serde_json::Value;
use url::Url;

use super::http::{self, Answer, Http, shown};
use super::login::Login;
use super::token::Token;
use crate::failure::Failure;

/// The version of the API that the portal's page asks for.
const API_VERSION: &str = "2022-04-01-preview";

/// Reads where the portal's API is from the settings of its page.
pub(super) fn find_base(http: &Http, portal: &Url) -> Result<Url, Failure> {
    for file in ["config.json", "config-apim.json"] {
        let mut url = portal.clone();
        url.set_path(&format!("{}/{file}", portal.path().trim_end_matches('/')));
        let answer = http
            .get(&url, "application/json", None)
            .map_err(Failure::Machine)?;
        let settings: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let Some(base) = base_of(&settings) else {
            continue;
        };
        let base = http::parse(base.trim_end_matches('/')).map_err(|reason| {
            Failure::Machine(format!(
                "{} names an address that is not used: {reason}",
                shown(&url)
            ))
        })?;
        if http::is_loopback(&base) && !http::is_loopback(portal) {
            let message = format!(
                "{} sends users to this machine, so nobody signs in there",
                shown(&url)
            );
            return Err(Failure::Machine(message));
        }
        return Ok(base);
    }
    Err(Failure::Machine(format!(
        "{} does not say where its API is, as a developer portal of API Management does; check `developer-portal.url`, or \
         save the documents in a browser and take them with `--from FILE`",
        shown(portal)
    )))
}

fn base_of(settings: &Value) -> Option<String> {
    let text = |key: &str| settings.get(key)?.as_str().filter(|it| !it.is_empty());
    if settings.get("directDataApi") == Some(&Value::Bool(true))
        && let Some(url) = text("dataApiUrl")
    {
        return Some(url.to_owned());
    }
    match text("backendUrl") {
        Some(url) => {
            let url = url.trim_end_matches('/');
            let suffix = if url.ends_with("/developer") {
                ""
            } else {
                "/developer"
            };
            Some(format!("{url}{suffix}"))
        }
        None => text("managementApiUrl").map(str::to_owned),
    }
}

pub(super) fn sign_in(
    http: &Http,
    base: &Url,
    login: &Login,
    support: Option<&str>,
) -> Result<Token, Failure> {
    let url = below(base, "/identity", "");
    let answer = http
        .get(&url, "application/json", Some(&login.basic()))
        .map_err(Failure::Machine)?;
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    let refused = match answer.status {
        200 => {
            let token = answer.header("ocp-apim-sas-token").and_then(Token::parse);
            return token.ok_or_else(|| odd(&answer, "no token"));
        }
        400 => "the portal has no login by e-mail and password: save the documents in a browser and take them with \
                `--from FILE`"
            .to_owned(),
        401 if challenge.contains("identity_not_confirmed") => {
            "the user is not confirmed yet: follow the link in the portal's e-mail".to_owned()
        }
        401 if challenge.contains("invalid_identity") => "e-mail or password is wrong".to_owned(),
        401 => "the portal refuses the login".to_owned(),
        status => format!("{} answers the login with status {status}", shown(&url)),
    };
    Err(Failure::Machine(format!("{refused}{}", ask(support))))
}

/// What a user does who gets no further.
pub(super) fn ask(support: Option<&str>) -> String {
    let support = support.unwrap_or("the portal's operator");
    format!("; if that should not be so, ask {support} for access of this user to the APIs")
}

/// The URL of a path of the portal's API.
pub(super) fn below(base: &Url, path: &str, query: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    let and = if query.is_empty() { "" } else { "&" };
    url.set_query(Some(&format!("{query}{and}api-version={API_VERSION}")));
    url
}

/// What is wrong with an answer that is not what the portal's own page could use.
pub(super) fn odd(answer: &Answer, what: &str) -> Failure {
    Failure::Machine(format!(
        "{} answers with {what}; the portal may have changed: save the documents in a browser and take them with \
         `--from FILE`",
        shown(&answer.url)
    ))
}
