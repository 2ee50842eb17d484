//! Answers that are wrong on purpose.

use std::collections::VecDeque;
use std::fmt;
use std::io::Write;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::gateway;
use crate::json::{Json, Members};
use crate::message::Answer;
use crate::portal::Schemas;

/// The request header that asks for a fault.
pub const FAULT_HEADER: &str = "x-sandbox-fault";

/// What is wrong with an answer.
///
/// The header `X-Sandbox-Fault` asks for one by its name: `latency=250` (milliseconds), `reset`, `truncate`,
/// `rate-limit=7` (seconds), `bad-gateway`, `unknown-enum`, `extra-field`, `null-required`, `no-offset`,
/// `long-decimal`, `no-content`, `gzip`. Those that change a value leave an answer as it is in which no value is of
/// that kind, and mark it with the header `X-Sandbox-Fault: not-applied`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The answer comes late.
    Latency(Duration),
    /// The connection ends without an answer.
    Reset,
    /// The connection ends in the middle of the body.
    Truncate,
    /// 429 with `Retry-After`, in the gateway's words.
    RateLimit(Duration),
    /// 502 with a page in HTML.
    BadGateway,
    /// An enum has a value that the document does not know.
    UnknownEnum,
    /// An object has a field that the document does not know.
    ExtraField,
    /// A field is null that must not be: a required one, or one that is not nullable.
    NullRequired,
    /// A date-time lacks its offset from UTC.
    NoOffset,
    /// A number has thirty digits.
    LongDecimal,
    /// 204 instead of the answer.
    NoContent,
    /// The body is compressed, whether the client asked for it or not.
    Gzip,
}

/// Most JSON libraries would round it.
const LONG_DECIMAL: &str = "12345678901234567890.1234567891";

/// The faults that wait for the next calls.
#[derive(Default)]
pub(crate) struct Faults(Mutex<VecDeque<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: &Fault, calls: usize) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend(std::iter::repeat_n(fault.clone(), calls));
    }

    pub(crate) fn next(&self) -> Option<Fault> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop_front()
    }

    pub(crate) fn forget(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

impl Fault {
    /// The answer that comes instead of the operation's, where the fault is one of those.
    pub(crate) fn instead(&self) -> Option<Answer> {
        match self {
            Self::RateLimit(wait) => {
                let seconds = wait.as_secs();
                let words = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
                Some(gateway::spoken(429, &words).header("retry-after", seconds.to_string()))
            }
            Self::BadGateway => {
                let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
                Some(Answer::bytes(502, "text/html; charset=utf-8", page.into()))
            }
            Self::NoContent => Some(Answer::empty(204)),
            _ => None,
        }
    }

    /// Spoils an answer; `schema` is that of its body.
    pub(crate) fn spoil(&self, mut answer: Answer, schemas: &Schemas, schema: &Value) -> Answer {
        if *self == Self::Gzip {
            return compressed(answer);
        }
        let spoiled = answer.value().and_then(|mut value| {
            let done = self.spoil_value(&mut value, schemas, schema, 0);
            done.then(|| value.to_string())
        });
        match spoiled {
            Some(text) => {
                answer.body = text.into_bytes();
                answer
            }
            None if matches!(self, Self::Latency(_) | Self::Reset | Self::Truncate) => answer,
            None => answer.header(FAULT_HEADER, "not-applied"),
        }
    }

    /// Spoils the first value of the fault's kind.
    fn spoil_value(
        &self,
        value: &mut Json,
        schemas: &Schemas,
        schema: &Value,
        depth: usize,
    ) -> bool {
        let schema = schemas.resolve(schema);
        if depth > 64 {
            return false;
        }
        let is = |keyword: &str, wanted: &str| {
            schema.get(keyword).and_then(Value::as_str) == Some(wanted)
        };
        match (self, &mut *value) {
            (Self::ExtraField, Json::Object(members)) => {
                members.insert("sandboxExtra".to_owned(), Json::from("unknown"));
                return true;
            }
            (Self::NullRequired, Json::Object(members)) => {
                if let Some(name) = not_nullable(schemas, schema, members) {
                    members.insert(name, Json::Null);
                    return true;
                }
            }
            (Self::UnknownEnum, Json::String(text)) if schema.get("enum").is_some() => {
                "sandbox-unknown".clone_into(text);
                return true;
            }
            (Self::NoOffset, Json::String(text)) if is("format", "date-time") => {
                "2024-03-15T08:30:45".clone_into(text);
                return true;
            }
            (Self::LongDecimal, Json::Number(digits)) if is("type", "number") => {
                LONG_DECIMAL.clone_into(digits);
                return true;
            }
            _ => {}
        }
        let depth = depth + 1;
        match value {
            Json::Array(items) => {
                let item = schema.get("items");
                let mut items = items.iter_mut();
                item.is_some_and(|item| items.any(|it| self.spoil_value(it, schemas, item, depth)))
            }
            Json::Object(members) => members.iter_mut().any(|(name, value)| {
                let property = schema.get("properties").and_then(|it| it.get(name));
                property.is_some_and(|it| self.spoil_value(value, schemas, it, depth))
            }),
            _ => false,
        }
    }
}

/// A required property that must not be null or, where there is none, any that must not.
fn not_nullable(schemas: &Schemas, schema: &Value, members: &Members) -> Option<String> {
    let properties = schema.get("properties")?;
    let required = schema.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    let mut names = required.chain(members.keys().map(String::as_str));
    let found = names.find(|name| {
        let Some(property) = properties.get(*name) else {
            return false;
        };
        let typed = schemas.resolve(property);
        let nullable = [property, typed].map(|it| it.get("nullable") == Some(&Value::Bool(true)));
        members.contains_key(*name) && typed.get("type").is_some() && nullable == [false; 2]
    });
    found.map(str::to_owned)
}

fn compressed(mut answer: Answer) -> Answer {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(&answer.body);
    match written.and_then(|()| encoder.finish()) {
        Ok(body) => {
            answer.body = body;
            answer.header("content-encoding", "gzip")
        }
        // Memory does not fail to be written to.
        Err(_) => answer,
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Latency(time) => return write!(out, "latency={}", time.as_millis()),
            Self::RateLimit(time) => return write!(out, "rate-limit={}", time.as_secs()),
            Self::Reset => "reset",
            Self::Truncate => "truncate",
            Self::BadGateway => "bad-gateway",
            Self::UnknownEnum => "unknown-enum",
            Self::ExtraField => "extra-field",
            Self::NullRequired => "null-required",
            Self::NoOffset => "no-offset",
            Self::LongDecimal => "long-decimal",
            Self::NoContent => "no-content",
            Self::Gzip => "gzip",
        };
        out.write_str(name)
    }
}

/// A text that names no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault(String);

impl fmt::Display for UnknownFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "there is no fault {:?}; there are latency=250, reset, truncate, rate-limit=7, bad-gateway, unknown-enum, \
             extra-field, null-required, no-offset, long-decimal, no-content and gzip",
            self.0
        )
    }
}

impl std::error::Error for UnknownFault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownFault(text.to_owned());
        let (name, figure) = match text.trim().split_once('=') {
            Some((name, figure)) => (name, Some(figure.parse::<u64>().map_err(|_| unknown())?)),
            None => (text.trim(), None),
        };
        Ok(match (name, figure) {
            ("latency", time) => Self::Latency(Duration::from_millis(time.unwrap_or(250))),
            ("rate-limit", time) => Self::RateLimit(Duration::from_secs(time.unwrap_or(1))),
            ("reset", None) => Self::Reset,
            ("truncate", None) => Self::Truncate,
            ("bad-gateway", None) => Self::BadGateway,
            ("unknown-enum", None) => Self::UnknownEnum,
            ("extra-field", None) => Self::ExtraField,
            ("null-required", None) => Self::NullRequired,
            ("no-offset", None) => Self::NoOffset,
            ("long-decimal", None) => Self::LongDecimal,
            ("no-content", None) => Self::NoContent,
            ("gzip", None) => Self::Gzip,
            _ => return Err(unknown()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_written() {
        for name in [
            "latency=7",
            "rate-limit=7",
            "reset",
            "truncate",
            "bad-gateway",
            "unknown-enum",
            "extra-field",
            "null-required",
            "no-offset",
            "long-decimal",
            "no-content",
            "gzip",
        ] {
            assert_eq!(name.parse::<Fault>().unwrap().to_string(), name);
        }
        assert!("reset=1".parse::<Fault>().is_err() && "".parse::<Fault>().is_err());
    }
}
