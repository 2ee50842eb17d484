//! The API of a developer portal, as its own pages use it.
//!
//! It is not documented; the requests are those of the page that the portal serves
//! (github.com/Azure/api-management-developer-portal).

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::http::{self, Answer, Http, shown};
use super::login::Login;
use super::rebuild;
use super::signin::{ask, below, find_base, odd, sign_in};
use super::staging::Staging;
use super::token::Token;
use crate::failure::Failure;
use crate::terminal::{Progress, hint};

/// The entries that are asked for at a time.
const PAGE: usize = 50;
/// The pages of a list after which a portal counts as endless.
const MOST_PAGES: usize = 200;
/// The APIs that a message names.
const MOST_NAMED: usize = 20;

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
    /// Empty where it has none.
    pub(super) version: String,
}

/// What a list of the portal has.
pub(super) struct Listed {
    /// Those that have an id, each once.
    pub(super) entries: Vec<Value>,
    /// How many more there are that the portal counts or lists without an id.
    pub(super) unseen: usize,
}

/// A document that the portal gave.
pub(super) struct Document {
    pub(super) bytes: Vec<u8>,
    /// The address that it came from.
    pub(super) origin: String,
    /// The operations that one that was rebuilt has no place for.
    pub(super) lost: Vec<String>,
    /// What else one that was rebuilt lacks.
    pub(super) lacks: Vec<String>,
}

/// A user who has signed in.
pub(super) struct Session<'p> {
    http: Http,
    base: Url,
    login: Login,
    token: Token,
    support: Option<&'p str>,
    /// Whether a new token seemed to be old already: then this machine's clock is wrong, and only the portal knows.
    is_clock_off: bool,
    /// Whether the portal cannot be reached any more, or wants to be left alone.
    is_over: bool,
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
            is_clock_off: false,
            is_over: false,
        })
    }

    /// The portal and its user, as something to compare.
    pub(super) fn who(&self) -> String {
        format!("{} {}", shown(&self.base), self.token.user)
    }

    /// Whether there is no use in asking for anything else.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The APIs that the portal shows to the user.
    pub(super) fn apis(&mut self) -> Result<Vec<Visible>, Failure> {
        let listed = self.pages("/apis", "&skipWorkspaces=true", "APIs")?;
        let found: Vec<_> = listed.entries.iter().filter_map(visible).collect();
        match found.is_empty() {
            true => Err(Failure::Machine(format!(
                "the portal shows no APIs to this user: access has most likely not been granted yet{}",
                ask(self.support)
            ))),
            false => Ok(found),
        }
    }

    /// The document of an API in the first format of which `check` thinks well, or else rebuilt from what the portal
    /// shows of its operations.
    pub(super) fn document(
        &mut self,
        visible: &[Visible],
        id: &str,
        staging: &Staging,
        progress: &Progress,
        check: impl Fn(&[u8]) -> Result<(), Failure>,
    ) -> Result<Document, Failure> {
        if !visible.iter().any(|api| api.id == id) {
            return Err(self.not_visible(visible, id));
        }
        let path = path(&["apis", id])?;
        let origin = shown(&below(&self.base, &path, ""));
        let mut reasons = Vec::new();
        for (format, accept) in FORMATS {
            let answer = self.get(&path, "export=true", accept)?;
            let reason = match answer.status {
                200 => match reason(check(&answer.body))? {
                    None => {
                        return Ok(Document {
                            bytes: answer.body,
                            origin,
                            lost: Vec::new(),
                            lacks: Vec::new(),
                        });
                    }
                    Some(reason) => reason,
                },
                status => format!("status {status}"),
            };
            reasons.push(format!("{format}: {reason}"));
        }
        let rebuilt =
            rebuild::ask(self, id, staging, progress).map(|parts| rebuild::rebuild(&parts));
        let reason = match rebuilt {
            Ok(rebuilt) => {
                let bytes = format!("{:#}\n", rebuilt.document).into_bytes();
                match reason(check(&bytes))? {
                    None => {
                        return Ok(Document {
                            bytes,
                            origin: format!("{origin}/operations"),
                            lost: rebuilt.lost,
                            lacks: rebuilt.lacks,
                        });
                    }
                    Some(reason) => reason,
                }
            }
            Err(Failure::Machine(reason)) if !self.is_over => {
                // Whom to ask is said at the end.
                let end = ask(self.support);
                reason.strip_suffix(&end).unwrap_or(&reason).to_owned()
            }
            Err(other) => return Err(other),
        };
        Err(Failure::Machine(format!(
            "the portal gives no usable document of `{id}` ({}; rebuilt from its operations: {reason}); save it in a \
             browser and take it with `--from FILE`{}",
            reasons.join("; "),
            ask(self.support)
        )))
    }

    fn not_visible(&self, visible: &[Visible], id: &str) -> Failure {
        let ids: Vec<_> = visible.iter().map(|api| api.id.as_str()).collect();
        let (named, more) = ids.split_at(ids.len().min(MOST_NAMED));
        let more = match more.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Failure::Machine(format!(
            "the portal shows no API `{id}` to this user, but {}{more}; correct `portal-id`{}",
            named.join(", "),
            ask(self.support)
        ))
    }

    /// The entries of a list that have an id, page by page. Where the next page is, this command knows: a portal's
    /// `nextLink` may lead anywhere.
    pub(super) fn pages(&mut self, path: &str, query: &str, what: &str) -> Result<Listed, Failure> {
        let mut found = Vec::new();
        let mut known = BTreeSet::new();
        let mut skip = 0;
        let mut nameless = 0;
        for _ in 0..MOST_PAGES {
            let answer = self.get(path, &format!("$top={PAGE}&$skip={skip}{query}"), JSON)?;
            let mut page = json(&answer)?;
            let Some(Value::Array(entries)) = page.get_mut("value").map(Value::take) else {
                return Err(odd(&answer, &format!("no list of {what}")));
            };
            skip += entries.len();
            let before = found.len();
            for entry in entries {
                match rebuild::id(&entry) {
                    Some(id) if known.insert(id.to_owned()) => found.push(entry),
                    Some(_) => {}
                    None => nameless += 1,
                }
            }
            let count = page.get("count").and_then(Value::as_u64);
            let count = count.and_then(|count| usize::try_from(count).ok());
            let is_last = match count {
                Some(count) => skip >= count,
                None => page.get("nextLink").is_none_or(Value::is_null),
            };
            if !is_last && found.len() == before {
                let of = count.map_or_else(String::new, |count| format!(" of {count}"));
                hint(&format!(
                    "{} shows {}{of} {what}, and then no more",
                    shown(&answer.url),
                    found.len()
                ));
            }
            if is_last || found.len() == before {
                let uncounted = count.map_or(0, |count| count.saturating_sub(found.len()));
                return Ok(Listed {
                    entries: found,
                    unseen: uncounted.max(nameless),
                });
            }
        }
        let url = shown(&below(&self.base, path, ""));
        let most = PAGE * MOST_PAGES;
        Err(Failure::Machine(format!(
            "{url} lists {what} without end, over {most} of them; this is no list to go by"
        )))
    }

    /// Something of the user's, as JSON.
    pub(super) fn json(&mut self, path: &str) -> Result<Value, Failure> {
        json(&self.get(path, "", JSON)?)
    }

    /// Asks for something of the user's, with a token that lasts; once more if it is refused all the same.
    fn get(&mut self, path: &str, query: &str, accept: &str) -> Result<Answer, Failure> {
        let answer = self.try_get(path, query, accept);
        // An answer of whatever kind would be here.
        self.is_over |= answer.is_err();
        let answer = answer?;
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

    fn try_get(&mut self, path: &str, query: &str, accept: &str) -> Result<Answer, Failure> {
        if self.token.ends_soon() && !self.is_clock_off {
            self.renew()?;
            self.is_clock_off = self.token.ends_soon();
        }
        let answer = self.send(path, query, accept)?;
        if answer.status != 401 {
            return Ok(answer);
        }
        self.token = sign_in(&self.http, &self.base, &self.login, self.support)?;
        self.send(path, query, accept)
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
        let answer = self.http.get(&url, JSON, Some(&self.token.authorization()));
        let answer = answer.map_err(Failure::Machine)?;
        let renewed = answer.header("ocp-apim-sas-token").and_then(Token::parse);
        self.token = match renewed.filter(|token| answer.status == 200 && !token.ends_soon()) {
            Some(token) => token,
            None => sign_in(&self.http, &self.base, &self.login, self.support)?,
        };
        Ok(())
    }
}

const JSON: &str = "application/json";

/// A path of names that a portal may have chosen: none of them leads elsewhere.
pub(super) fn path(names: &[&str]) -> Result<String, Failure> {
    let mut path = String::new();
    for name in names {
        if matches!(*name, "" | "." | "..") {
            return Err(Failure::Machine(format!(
                "`{name}` is no id that a portal has; it is not asked for"
            )));
        }
        path.push('/');
        for byte in name.bytes() {
            match byte.is_ascii_alphanumeric() || b"-._~;=".contains(&byte) {
                true => path.push(char::from(byte)),
                false => path.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    Ok(path)
}

/// What is wrong with a document, if something is.
fn reason(checked: Result<(), Failure>) -> Result<Option<String>, Failure> {
    match checked {
        Ok(()) => Ok(None),
        Err(Failure::Refused(problems)) => {
            let problem = problems.into_iter().find(|it| it.is_error());
            Ok(Some(problem.map_or_else(String::new, |it| it.message)))
        }
        Err(other) => Err(other),
    }
}

fn visible(api: &Value) -> Option<Visible> {
    let id = rebuild::id(api)?;
    let members = rebuild::members(api);
    let text = |name| members.get(name).and_then(Value::as_str);
    let name = text("displayName").or_else(|| text("name"));
    Some(Visible {
        id: printable(id),
        name: printable(name.unwrap_or_default()),
        version: printable(text("apiVersion").unwrap_or_default()),
    })
}

/// A text without what would move about a terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).collect()
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
