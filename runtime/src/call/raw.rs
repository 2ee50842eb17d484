//! The part of a call that does not depend on its types.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::{FieldEncoding, target};
use crate::api::Facts;
use crate::body::{Body, Outgoing};
use crate::client::{Answer, Base, Client, Plan, with_cookies};
use crate::error::{Error, RequestError};
use crate::json::{self, Loose};
use crate::percent::Encoding;
use crate::retry::RetryPolicy;
use crate::style::{Nested, Style, Writing};
use crate::transport::BoxFuture;
use crate::wire::{Encode, EncodeError, ParamValue, is_secret_name, to_vec};

/// The value of a parameter, or why there is none.
type Param = Result<ParamValue, EncodeError>;

/// The headers that say where a request goes and where it ends: one that disagrees with the
/// connection could reach another server, or be read as two (RFC 9112, section 11.2).
const FRAMING: [&str; 9] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

/// A request in the making.
#[derive(Clone)]
pub(crate) struct RawCall {
    pub(crate) client: Client,
    pub(crate) facts: &'static Facts,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Outgoing,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) idempotent: bool,
    /// Names and encoded values for the path template.
    path: Vec<(&'static str, String)>,
    query: String,
    cookies: String,
    /// The first thing that was wrong.
    problem: Option<String>,
}

impl RawCall {
    pub(super) fn new(client: Client, facts: &'static Facts) -> Self {
        let problem = client.core().refusal(facts);
        Self {
            client,
            facts,
            headers: HeaderMap::new(),
            body: Outgoing::Bytes(Bytes::new()),
            timeout: None,
            retry: None,
            idempotent: facts.idempotent,
            path: Vec::new(),
            query: String::new(),
            cookies: String::new(),
            problem,
        }
    }

    /// Sends the call and gives the answer, read as far as planned.
    pub(crate) fn send<'a>(
        self,
        plan: &'a (dyn Fn(u16) -> Plan + Send + Sync),
    ) -> BoxFuture<'a, Result<Answer, Error<()>>> {
        Box::pin(crate::client::send(self, plan))
    }

    /// The address, without what credentials add to it.
    pub(crate) fn url(&self, base: &Base) -> Result<Url, RequestError> {
        if let Some(problem) = &self.problem {
            return Err(self.error(problem.clone()));
        }
        target::build(base, self.facts.path, &self.path, &self.query)
            .map_err(|problem| self.error(problem))
    }

    /// All headers but the credentials.
    pub(crate) fn complete_headers(&self) -> Result<HeaderMap, RequestError> {
        let mut headers = self.headers.clone();
        if !self.facts.accept.is_empty() && !headers.contains_key(ACCEPT) {
            headers.insert(ACCEPT, HeaderValue::from_static(self.facts.accept));
        }
        if !self.cookies.is_empty() {
            let cookies = with_cookies(headers.get(COOKIE), &self.cookies)
                .ok_or_else(|| self.error("a cookie holds characters that no header may hold"))?;
            headers.insert(COOKIE, cookies);
        }
        Ok(headers)
    }

    pub(crate) fn error(&self, problem: impl Into<String>) -> RequestError {
        RequestError::new(self.facts.id, problem)
    }

    /// Keeps the first problem for when the call is awaited.
    pub(super) fn problem(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    pub(super) fn path(&mut self, name: &'static str, writing: Writing, value: Param) {
        let Some(value) = self.value(name, value) else {
            return;
        };
        match writing.place(name, &value) {
            Ok(Some(text)) if !text.is_empty() => self.path.push((name, text)),
            Ok(_) => self.problem(format!(
                "the path parameter `{name}` is empty, which would address another resource"
            )),
            Err(nested) => self.nested(name, &nested),
        }
    }

    pub(super) fn query(&mut self, name: &str, writing: Writing, value: Param) {
        let Some(value) = self.value(name, value) else {
            return;
        };
        // Room for a few parameters, so that the text does not grow one by one.
        if self.query.capacity() == 0 {
            self.query.reserve(96);
        }
        if let Err(nested) = writing.pairs(&mut self.query, "&", name, &value) {
            self.nested(name, &nested);
        }
    }

    pub(super) fn cookie(&mut self, name: &str, writing: Writing, value: Param) {
        let Some(value) = self.value(name, value) else {
            return;
        };
        if let Err(nested) = writing.pairs(&mut self.cookies, "; ", name, &value) {
            self.nested(name, &nested);
        }
    }

    pub(super) fn header(&mut self, name: &str, writing: Writing, value: Param) {
        let Some(value) = self.value(name, value) else {
            return;
        };
        let text = match writing.place(name, &value) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(nested) => return self.nested(name, &nested),
        };
        let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
            return self.problem(format!("`{name}` cannot be the name of a header"));
        };
        if FRAMING.contains(&header.as_str()) {
            return self.problem(format!(
                "the header `{name}` is for the connection to set; leave it out"
            ));
        }
        // The bytes beyond ASCII pass as UTF-8; line breaks do not.
        let Ok(mut value) = HeaderValue::from_bytes(text.as_bytes()) else {
            return self.problem(format!(
                "the header `{name}` holds a line break or another control character"
            ));
        };
        value.set_sensitive(header == COOKIE || is_secret_name(header.as_str()));
        self.headers.insert(header, value);
    }

    pub(super) fn body(&mut self, media_type: &str, body: Body) {
        match HeaderValue::from_str(media_type) {
            Ok(value) => {
                self.headers.insert(CONTENT_TYPE, value);
            }
            Err(_) => self.problem(format!("{media_type:?} cannot be a media type")),
        }
        self.body = body.0;
    }

    /// Sets a body of form fields, made of the members of a JSON object.
    pub(super) fn form(&mut self, json: &str, encodings: &[FieldEncoding]) {
        if !json.trim_start().starts_with('{') {
            self.problem("a form has the properties of an object, and the body is none".to_owned());
            return;
        }
        let mut form = String::new();
        for (name, value) in json::members(json.as_bytes()) {
            let encoding = encodings.iter().find(|encoding| encoding.name == name);
            let Some(value) = field(&value, encoding.is_some()) else {
                continue;
            };
            let writing = Writing {
                style: encoding.map_or(Style::Form, |encoding| encoding.style),
                explode: encoding.is_none_or(|encoding| encoding.explode),
                encoding: match encoding {
                    Some(FieldEncoding { reserved: true, .. }) => Encoding::Reserved,
                    _ => Encoding::Form,
                },
            };
            if let Err(nested) = writing.pairs(&mut form, "&", &name, &value) {
                self.nested(&name, &nested);
            }
        }
        self.body("application/x-www-form-urlencoded", form.into());
    }

    /// Writes a value as JSON; `None` where it is absent or cannot be written.
    pub(super) fn encoded(&mut self, name: &str, value: &(impl Encode + ?Sized)) -> Option<String> {
        if value.is_absent() {
            return None;
        }
        match to_vec(value).map(String::from_utf8) {
            Ok(Ok(json)) => return Some(json),
            Ok(Err(_)) => self.problem(format!("{name} is not UTF-8")),
            Err(error) => self.problem(format!("{name} cannot be written as JSON: {error}")),
        }
        None
    }

    /// The value of a query parameter that was set already, as it is written.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        let name = Encoding::Strict.encode(name);
        self.query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name.as_str())?.strip_prefix('='))
    }

    /// Sets a query parameter in place of any of the same name.
    pub(crate) fn replace_query(&mut self, name: &str, value: u64) {
        self.drop_query(name);
        if !self.query.is_empty() {
            self.query.push('&');
        }
        Encoding::Strict.push(&mut self.query, name);
        self.query.push_str(&format!("={value}"));
    }

    /// Takes a query parameter away.
    pub(super) fn drop_query(&mut self, name: &str) {
        let name = Encoding::Strict.encode(name);
        let stays = |pair: &&str| pair.split('=').next() != Some(name.as_str()) && !pair.is_empty();
        self.query = self
            .query
            .split('&')
            .filter(stays)
            .collect::<Vec<_>>()
            .join("&");
    }

    fn value(&mut self, name: &str, value: Param) -> Option<ParamValue> {
        value
            .map_err(|error| self.problem(format!("the parameter `{name}`: {error}")))
            .ok()
    }

    fn nested(&mut self, name: &str, Nested(member): &Nested) {
        self.problem(format!(
            "the member `{member}` of the parameter `{name}` is a list or an object, for which \
             OpenAPI defines no writing in this style"
        ));
    }
}

/// A form field: text without quotes, lists by element, and objects as JSON (the default of the
/// Encoding Object) unless a style is set for them. `null` is left out.
fn field(value: &Loose, styled: bool) -> Option<ParamValue> {
    let text = |value: &Loose| match value {
        Loose::Text(text) | Loose::Number(text) | Loose::Other(text) => text.clone(),
    };
    let raw = match value {
        Loose::Other(raw) => raw.as_str(),
        Loose::Text(_) | Loose::Number(_) => return Some(ParamValue::Scalar(text(value))),
    };
    match raw.as_bytes().first() {
        Some(b'n') => None,
        Some(b'[') => {
            let items = json::elements(raw);
            Some(ParamValue::List(
                items.iter().map(|item| text(&json::value(item))).collect(),
            ))
        }
        Some(b'{') if styled => {
            let members = json::members(raw.as_bytes());
            let member = |(name, value): (String, Loose)| Some((name, field(&value, true)?));
            Some(ParamValue::Object(
                members.into_iter().filter_map(member).collect(),
            ))
        }
        _ => Some(ParamValue::Scalar(raw.to_owned())),
    }
}

/// Values do not show, since they may be secret or personal.
impl fmt::Debug for RawCall {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Call")
            .field("operation", &self.facts.id)
            .field("method", &self.facts.method)
            .field("path", &self.facts.path)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}
