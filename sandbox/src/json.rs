//! JSON as it travels: numbers keep the digits that they were written with.
//!
//! `serde_json::Value` reads `124.00` as a binary fraction and gives `124.0` back. What a client posts is read as
//! [`Json`] instead; [`Json::plain`] is for checks against schemas, which need no more than the value.

use std::fmt;

use indexmap::IndexMap;
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// The number as it is written.
    Number(String),
    String(String),
    Array(Vec<Json>),
    Object(Members),
}

/// The members of an object, in their order.
pub(crate) type Members = IndexMap<String, Json>;

impl Json {
    /// Reads a text as it is, and as the value that schemas know.
    pub(crate) fn read(text: &[u8]) -> Result<(Self, Value), serde_json::Error> {
        // Comes first: it refuses what nests too deep.
        let plain: Value = serde_json::from_slice(text)?;
        Ok((Self::exact(serde_json::from_slice(text)?)?, plain))
    }

    fn exact(raw: &RawValue) -> Result<Self, serde_json::Error> {
        let text = raw.get();
        Ok(match text.bytes().next() {
            Some(b'{') => {
                let members: IndexMap<String, &RawValue> = serde_json::from_str(text)?;
                let members = members.into_iter();
                let members = members.map(|(name, value)| Ok((name, Self::exact(value)?)));
                Self::Object(members.collect::<Result<_, serde_json::Error>>()?)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                Self::Array(
                    items
                        .into_iter()
                        .map(Self::exact)
                        .collect::<Result<_, _>>()?,
                )
            }
            Some(b'-' | b'0'..=b'9') => Self::Number(text.to_owned()),
            _ => Self::from(serde_json::from_str::<Value>(text)?),
        })
    }

    /// The value, numbers as `serde_json` has them.
    pub(crate) fn plain(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            // A number was read as one before.
            Self::Number(digits) => serde_json::from_str(digits).unwrap_or(Value::Null),
            Self::String(text) => Value::from(text.as_str()),
            Self::Array(items) => items.iter().map(Self::plain).collect(),
            Self::Object(members) => {
                let members = members.iter();
                Value::Object(
                    members
                        .map(|(name, it)| (name.clone(), it.plain()))
                        .collect(),
                )
            }
        }
    }

    /// The member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    pub(crate) fn as_object(&self) -> Option<&Members> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn as_object_mut(&mut self) -> Option<&mut Members> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::String(text),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                let members = members.into_iter();
                Self::Object(members.map(|(name, it)| (name, Self::from(it))).collect())
            }
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl FromIterator<Json> for Json {
    fn from_iter<T: IntoIterator<Item = Json>>(items: T) -> Self {
        Self::Array(items.into_iter().collect())
    }
}

/// The text without spaces.
impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| Value::from(text).to_string();
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Number(digits) => out.write_str(digits),
            Self::String(text) => out.write_str(&quoted(text)),
            Self::Array(items) => {
                out.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(out, "{comma}{item}")?;
                }
                out.write_str("]")
            }
            Self::Object(members) => {
                out.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(out, "{comma}{}:{value}", quoted(name))?;
                }
                out.write_str("}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let text = r#"{"b":[124.00,-0.10,1E2,12345678901234567890.1234567891,7],"a":{"ä\"":null}}"#;
        let (exact, plain) = Json::read(text.as_bytes()).unwrap();
        assert_eq!(exact.to_string(), text);
        assert_eq!(exact.plain(), plain);
        assert_eq!(plain["b"][0], 124.0);
    }

    #[test]
    fn the_last_of_two_members_counts() {
        let (exact, plain) = Json::read(br#"{"a":1.0,"a":2.0}"#).unwrap();
        assert_eq!(exact.to_string(), r#"{"a":2.0}"#);
        assert_eq!(exact.plain(), plain);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = "[".repeat(100_000);
        for text in ["", "{", "01", "1 2", "\"\u{1}\"", "1e999", deep.as_str()] {
            assert!(Json::read(text.as_bytes()).is_err(), "{text:.9}");
        }
    }
}
