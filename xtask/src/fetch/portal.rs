//! The API of a developer portal, as its own pages use it.
//!
//! It is not documented; the requests are those of the page that the portal serves
//! (github.com/Azure/api-management-developer-portal).

use serde_json::Value;
use url::Url;

use super::http::{self, Answer, Http, shown};
use super::login::Login;
use super::token::Token;
use crate::failure::Failure;

/// The version of the API that the portal's page asks for.
const API_VERSION: &str = "2022-04-01-preview";
/// The APIs that are asked for at a time.
const PAGE: usize = 50;
/// The pages of APIs after which a portal counts as endless.
const MOST_PAGES: usize = 200;

/// The formats in which a document is asked for: numbers keep more of themselves in JSON.
const FORMATS: [(&str, &str); 3] = [
    ("OpenAPI 3 as JSON", "application/vnd.oai.openapi+json"),
    ("OpenAPI 3 as YAML", "application/vnd.oai.openapi"),
    ("OpenAPI 2", "application/vnd.swagger.doc+json"),
];

/// An API that the portal shows to its user.
pub(super) struct Visible {
    pub(super) id: String,
    pub(super) name: String,
}

/// A user who has signed in.
pub(super) struct Session<'p> {
    http: Http,
    base: Url,
    login: Login,
    token: Token,
    support: Option<&'p str>,
}

impl<'p> Session<'p> {
    /// Finds the portal's API and signs in.
    pub(super) fn begin(
        portal: &str,
        support: Option<&'p str>,
        login: Login,
    ) -> Result<Self, Failure> {
        let http = Http::new();
        let portal = http::parse(portal).map_err(Failure::Usage)?;
        let base = find_base(&http, &portal)?;
        let token = sign_in(&http, &base, &login, support)?;
        Ok(Self {
            http,
            base,
            login,
            token,
            support,
        })
    }

    /// The APIs that the portal shows to the user, page by page.
    pub(super) fn apis(&mut self) -> Result<Vec<Visible>, Failure> {
        let mut found: Vec<Visible> = Vec::new();
        for _ in 0..MOST_PAGES {
            let query = format!("$top={PAGE}&$skip={}&skipWorkspaces=true", found.len());
            let answer = self.get("/apis", &query, "application/json")?;
            let page = json(&answer)?;
            let Some(Value::Array(apis)) = page.get("value") else {
                return Err(odd(&answer, "no list of APIs"));
            };
            let before = found.len();
            for api in apis.iter().filter_map(visible) {
                if found.iter().all(|known| known.id != api.id) {
                    found.push(api);
                }
            }
            let count = page.get("count").and_then(Value::as_u64);
            let is_last = match count.and_then(|count| usize::try_from(count).ok()) {
                Some(count) => found.len() >= count,
                None => page.get("nextLink").is_none_or(Value::is_null),
            };
            if is_last || found.len() == before {
                break;
            }
        }
        match found.is_empty() {
            true => Err(Failure::Machine(format!(
                "the portal shows no APIs to this user: access has most likely not been granted yet{}",
                ask(self.support)
            ))),
            false => Ok(found),
        }
    }

    /// The document of an API in the first format of which `check` thinks well.
    pub(super) fn document(
        &mut self,
        visible: &[Visible],
        id: &str,
        check: impl Fn(&[u8]) -> Result<(), Failure>,
    ) -> Result<Vec<u8>, Failure> {
        if !visible.iter().any(|api| api.id == id) {
            let ids: Vec<_> = visible.iter().map(|api| api.id.as_str()).collect();
            return Err(Failure::Machine(format!(
                "the portal shows no API `{id}` to this user, but {}; correct `portal-id`{}",
                ids.join(", "),
                ask(self.support)
            )));
        }
        let mut reasons = Vec::new();
        for (format, accept) in FORMATS {
            let answer = self.get(&format!("/apis/{id}"), "export=true", accept)?;
            let reason = match answer.status {
                200 => match check(&answer.body) {
                    Ok(()) => return Ok(answer.body),
                    Err(Failure::Refused(problems)) => {
                        let problem = problems.into_iter().find(|it| it.is_error());
                        problem.map_or_else(String::new, |it| it.message)
                    }
                    Err(other) => return Err(other),
                },
                status => format!("status {status}"),
            };
            reasons.push(format!("{format}: {reason}"));
        }
        Err(Failure::Machine(format!(
            "the portal gives no usable document of `{id}` ({}); save it in a browser and take it with `--from FILE`{}",
            reasons.join("; "),
            ask(self.support)
        )))
    }

    /// Asks for something of the user's, with a token that lasts; once more if it is refused all the same.
    fn get(&mut self, path: &str, query: &str, accept: &str) -> Result<Answer, Failure> {
        if self.token.ends_soon() {
            self.renew()?;
        }
        let mut answer = self.send(path, query, accept)?;
        if answer.status == 401 {
            self.token = sign_in(&self.http, &self.base, &self.login, self.support)?;
            answer = self.send(path, query, accept)?;
        }
        match answer.status {
            401 | 403 => Err(Failure::Machine(format!(
                "{} refuses this user (status {}){}",
                shown(&answer.url),
                answer.status,
                ask(self.support)
            ))),
            _ => Ok(answer),
        }
    }

    fn send(&self, path: &str, query: &str, accept: &str) -> Result<Answer, Failure> {
        let path = format!("/users/{}{path}", self.token.user);
        let url = below(&self.base, &path, query);
        let sent = self
            .http
            .get(&url, accept, Some(&self.token.authorization()));
        sent.map_err(Failure::Machine)
    }

    /// Gets another token by the one there is, or by signing in again where that is too old.
    fn renew(&mut self) -> Result<(), Failure> {
        let url = below(&self.base, "/identity", "");
        let answer = self
            .http
            .get(&url, "application/json", Some(&self.token.authorization()));
        let answer = answer.map_err(Failure::Machine)?;
        let renewed = answer.header("ocp-apim-sas-token").and_then(Token::parse);
        self.token = match renewed.filter(|token| answer.status == 200 && !token.ends_soon()) {
            Some(token) => token,
            None => sign_in(&self.http, &self.base, &self.login, self.support)?,
        };
        Ok(())
    }
}

/// Reads where the portal's API is from the settings of its page.
fn find_base(http: &Http, portal: &Url) -> Result<Url, Failure> {
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

fn sign_in(
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
fn ask(support: Option<&str>) -> String {
    support.map_or_else(String::new, |support| {
        format!("; if that should not be so, ask {support} for access of this user to the APIs")
    })
}

fn below(base: &Url, path: &str, query: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    let and = if query.is_empty() { "" } else { "&" };
    url.set_query(Some(&format!("{query}{and}api-version={API_VERSION}")));
    url
}

fn visible(api: &Value) -> Option<Visible> {
    let id = api.get("id").or_else(|| api.get("name"))?.as_str()?;
    let id = id.rsplit('/').next().filter(|id| !id.is_empty())?;
    let name = |from: &Value| {
        from.get("displayName")
            .or_else(|| from.get("name"))?
            .as_str()
            .map(str::to_owned)
    };
    let name = api.get("properties").and_then(name).or_else(|| name(api));
    Some(Visible {
        id: id.to_owned(),
        name: name.unwrap_or_default(),
    })
}

fn json(answer: &Answer) -> Result<Value, Failure> {
    if answer.status != 200 {
        let message = format!(
            "{} answers with status {}",
            shown(&answer.url),
            answer.status
        );
        return Err(Failure::Machine(message));
    }
    serde_json::from_slice(&answer.body).map_err(|_| odd(answer, "something that is no JSON"))
}

fn odd(answer: &Answer, what: &str) -> Failure {
    Failure::Machine(format!(
        "{} answers with {what}; the portal may have changed: save the documents in a browser and take them with \
         `--from FILE`",
        shown(&answer.url)
    ))
}
