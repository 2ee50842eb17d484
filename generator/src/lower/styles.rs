//! How tests expect values to be written (OpenAPI 3.0.4, 4.7.12.2 "Style Values", and RFC 6570): on its own, so that
//! a test compares what the runtime writes with something else.

use serde_json::Value;

use crate::ir::{FieldEncoding, Location, Parameter, Style};

/// Everything but unreserved characters is encoded (RFC 3986, section 2.3).
pub(super) fn strict(text: &str) -> String {
    encoded(text, |byte| matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

fn form(text: &str) -> String {
    let words = text.split(' ');
    let words = words.map(|word| encoded(word, |byte| matches!(byte, b'*' | b'-' | b'.' | b'_')));
    words.collect::<Vec<_>>().join("+")
}

fn reserved(text: &str) -> String {
    encoded(text, |byte| b"-._~:/?@!$'()*,;=".contains(&byte))
}

/// The literal parts of a path template, which may hold what paths may hold (RFC 3986, section 3.3).
pub(super) fn literal(text: &str) -> String {
    encoded(text, |byte| b"-._~:/@!$&'()*+,;=%".contains(&byte))
}

fn encoded(text: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte.is_ascii_alphanumeric() || stays(byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(word) => Some(word.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The words of a value: one, those of a list, or the names and values of an object in turn.
enum Words {
    One(String),
    List(Vec<String>),
    Object(Vec<(String, String)>),
}

impl Words {
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Array(items) if items.is_empty() => return None,
            Value::Array(items) => Self::List(items.iter().map(scalar).collect::<Option<_>>()?),
            Value::Object(members) if members.is_empty() => return None,
            Value::Object(members) => {
                let pair = |(name, value): (&String, &Value)| Some((name.clone(), scalar(value)?));
                Self::Object(members.iter().map(pair).collect::<Option<_>>()?)
            }
            other => Self::One(scalar(other)?),
        })
    }
}

/// A value in a path or a header; nothing for what the styles cannot say.
pub(super) fn placed(parameter: &Parameter, value: &Value) -> Option<String> {
    let encode = match parameter.location {
        Location::Header => str::to_owned,
        _ => strict,
    };
    if parameter.json {
        return Some(encode(&value.to_string()));
    }
    let name = strict(&parameter.wire_name);
    let (prefix, between) = match (parameter.style, parameter.explode) {
        (Style::Label, true) => (".", "."),
        (Style::Label, false) => (".", ","),
        (Style::Matrix, true) => (";", ";"),
        (Style::Matrix, false) => (";", ","),
        _ => ("", ","),
    };
    let matrix = parameter.style == Style::Matrix;
    let named = |text: String| match matrix {
        true => format!("{name}={text}"),
        false => text,
    };
    let text = match Words::of(value)? {
        Words::One(text) if text.is_empty() => return None,
        Words::One(text) => named(encode(&text)),
        Words::List(items) if matrix && parameter.explode => {
            let items = items.iter().map(|item| named(encode(item)));
            items.collect::<Vec<_>>().join(between)
        }
        Words::List(items) => {
            let items = items.iter().map(|item| encode(item));
            named(items.collect::<Vec<_>>().join(between))
        }
        Words::Object(members) => {
            let equals = if parameter.explode { "=" } else { between };
            let members = members.iter();
            let members =
                members.map(|(name, value)| format!("{}{equals}{}", encode(name), encode(value)));
            let members = members.collect::<Vec<_>>().join(between);
            match parameter.explode {
                true => members,
                false => named(members),
            }
        }
    };
    Some(format!("{prefix}{text}"))
}

/// The pairs of a value in a query or a cookie; nothing for what the styles cannot say.
pub(super) fn pairs(parameter: &Parameter, value: &Value) -> Option<Vec<String>> {
    let encode = if parameter.reserved { reserved } else { strict };
    if parameter.json {
        let text = strict(&value.to_string());
        return Some(vec![format!("{}={text}", strict(&parameter.wire_name))]);
    }
    let writing = Writing {
        style: parameter.style,
        explode: parameter.explode,
        name: strict,
        value: encode,
        space: "%20",
    };
    writing.pairs(&parameter.wire_name, value)
}

/// The pairs of a form's field; nothing for what cannot be said.
pub(super) fn field(name: &str, value: &Value, own: Option<&FieldEncoding>) -> Option<Vec<String>> {
    let is_reserved = own.is_some_and(|own| own.reserved);
    let writing = Writing {
        style: own.map_or(Style::Form, |own| own.style),
        explode: own.is_none_or(|own| own.explode),
        name: if is_reserved { strict } else { form },
        value: if is_reserved { reserved } else { form },
        space: if is_reserved { "%20" } else { "+" },
    };
    // Without an encoding, an object is JSON (OpenAPI 3.0.4, 4.7.15).
    if own.is_none() && value.is_object() {
        return Some(vec![format!("{}={}", form(name), form(&value.to_string()))]);
    }
    writing.pairs(name, value)
}

struct Writing {
    style: Style,
    explode: bool,
    name: fn(&str) -> String,
    value: fn(&str) -> String,
    space: &'static str,
}

impl Writing {
    fn pairs(&self, name: &str, value: &Value) -> Option<Vec<String>> {
        let pair =
            |name: &str, value: &str| format!("{}={}", (self.name)(name), (self.value)(value));
        let between = match self.style {
            Style::SpaceDelimited => self.space,
            Style::PipeDelimited => "%7C",
            Style::TabDelimited => "%09",
            _ => ",",
        };
        let joined = |words: &[String]| {
            let words: Vec<String> = words.iter().map(|word| (self.value)(word)).collect();
            vec![format!("{}={}", (self.name)(name), words.join(between))]
        };
        let deep = self.style == Style::DeepObject;
        Some(match Words::of(value)? {
            Words::One(text) => vec![pair(name, &text)],
            // A list is no deep object.
            Words::List(_) if deep => return None,
            Words::List(items) if self.explode => items.iter().map(|it| pair(name, it)).collect(),
            Words::List(items) => joined(&items),
            Words::Object(members) if deep => {
                let members = members.iter();
                members
                    .map(|(key, value)| pair(&format!("{name}[{key}]"), value))
                    .collect()
            }
            Words::Object(members) if self.explode => members
                .iter()
                .map(|(key, value)| pair(key, value))
                .collect(),
            Words::Object(members) => {
                let words = members.into_iter().flat_map(|(key, value)| [key, value]);
                joined(&words.collect::<Vec<_>>())
            }
        })
    }
}

/// Whether a header of this name can be sent: a token (RFC 9110, section 5.6.2) that says nothing of the connection.
pub(super) fn is_header(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let framing = [
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
    let own = framing.iter().any(|it| name.eq_ignore_ascii_case(it));
    !name.is_empty() && name.bytes().all(is_token) && !own
}
