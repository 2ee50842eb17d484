//! How parameters are written: every style of OpenAPI 3.0 (section "Style Values"), and the tab
//! delimiter of Swagger 2.0.

use crate::percent::Encoding;
use crate::wire::ParamValue;

/// How a parameter's value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `blue,black,brown`, in paths and headers.
    Simple,
    /// `.blue,black,brown`, in paths.
    Label,
    /// `;color=blue,black,brown`, in paths.
    Matrix,
    /// `color=blue&color=black`, in queries, cookies and forms.
    Form,
    /// `color=blue%20black`, in queries and forms.
    SpaceDelimited,
    /// `color=blue%7Cblack`, in queries and forms.
    PipeDelimited,
    /// `color=blue%09black`, in queries: Swagger 2.0's `tsv`.
    TabDelimited,
    /// `color%5BR%5D=100`, in queries and forms.
    DeepObject,
}

/// A style with what else decides how a value is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing {
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) encoding: Encoding,
}

impl Writing {
    /// Writes a value that stands in one place, as in a path or a header. Returns `None` where
    /// there is nothing to send.
    ///
    /// # Errors
    /// When the value is nested deeper than the styles can say.
    pub(crate) fn place(self, name: &str, value: &ParamValue) -> Result<Option<String>, Nested> {
        let (prefix, separator) = match (self.style, self.explode) {
            (Style::Label, false) => (".", ","),
            (Style::Label, true) => (".", "."),
            (Style::Matrix, true) => (";", ";"),
            (Style::Matrix, false) => (";", ","),
            _ => ("", ","),
        };
        let matrix = self.style == Style::Matrix;
        let mut text = String::from(prefix);
        match value {
            ParamValue::Absent => return Ok(None),
            ParamValue::List(items) if items.is_empty() => return Ok(None),
            ParamValue::Object(members) if members.is_empty() => return Ok(None),
            ParamValue::Object(members) => {
                if matrix && !self.explode {
                    self.push_name(&mut text, name);
                }
                self.push_members(&mut text, members, separator)?;
            }
            ParamValue::List(items) if matrix && self.explode => {
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index > 0 { ";" } else { "" });
                    self.push_named(&mut text, name, item);
                }
            }
            ParamValue::List(items) => {
                if matrix {
                    self.push_name(&mut text, name);
                }
                self.push_items(&mut text, items, separator);
            }
            ParamValue::Scalar(item) if matrix => self.push_named(&mut text, name, item),
            ParamValue::Scalar(item) => self.encoding.push(&mut text, item),
        }
        Ok(Some(text))
    }

    /// Appends a value to a query, a form or a cookie: `name=value` pairs joined by `separator`.
    ///
    /// # Errors
    /// When the value is nested deeper than the style can say.
    pub(crate) fn pairs(
        self,
        text: &mut String,
        separator: &str,
        name: &str,
        value: &ParamValue,
    ) -> Result<(), Nested> {
        let mut pairs = Pairs {
            text,
            separator,
            encoding: self.encoding,
        };
        match value {
            ParamValue::Absent => {}
            ParamValue::Scalar(item) => pairs.add(name, item),
            ParamValue::List(items) if items.is_empty() => {}
            ParamValue::List(items) => match self.delimiter() {
                Some(delimiter) => {
                    pairs.add_joined(name, items.iter().map(String::as_str), delimiter)
                }
                None if self.style == Style::DeepObject => {
                    items
                        .iter()
                        .for_each(|item| pairs.add(&format!("{name}[]"), item));
                }
                None => items.iter().for_each(|item| pairs.add(name, item)),
            },
            ParamValue::Object(members) if self.style == Style::DeepObject => {
                for (key, value) in members {
                    pairs.add_deep(&format!("{name}[{key}]"), value);
                }
            }
            ParamValue::Object(members) => {
                let flat = flat(members)?;
                match self.delimiter() {
                    _ if flat.is_empty() => {}
                    Some(delimiter) => {
                        let words = flat.iter().flat_map(|(key, value)| [*key, *value]);
                        pairs.add_joined(name, words, delimiter);
                    }
                    None => flat.iter().for_each(|(key, value)| pairs.add(key, value)),
                }
            }
        }
        Ok(())
    }

    /// What stands between the items of one pair; `None` where every item has its own.
    fn delimiter(self) -> Option<&'static str> {
        let spaces = if self.encoding == Encoding::Form {
            "+"
        } else {
            "%20"
        };
        match self.style {
            _ if self.explode => None,
            Style::SpaceDelimited => Some(spaces),
            Style::PipeDelimited => Some("%7C"),
            Style::TabDelimited => Some("%09"),
            Style::DeepObject => None,
            Style::Form | Style::Simple | Style::Label | Style::Matrix => Some(","),
        }
    }

    fn push_name(self, text: &mut String, name: &str) {
        self.encoding.push(text, name);
        text.push('=');
    }

    /// `name=value`, or just `name` for an empty value (RFC 6570, section 3.2.7).
    fn push_named(self, text: &mut String, name: &str, value: &str) {
        self.encoding.push(text, name);
        if !value.is_empty() {
            text.push('=');
            self.encoding.push(text, value);
        }
    }

    fn push_items(self, text: &mut String, items: &[String], separator: &str) {
        for (index, item) in items.iter().enumerate() {
            text.push_str(if index > 0 { separator } else { "" });
            self.encoding.push(text, item);
        }
    }

    fn push_members(
        self,
        text: &mut String,
        members: &[(String, ParamValue)],
        separator: &str,
    ) -> Result<(), Nested> {
        let between = if self.explode { "=" } else { separator };
        for (index, (key, value)) in flat(members)?.iter().enumerate() {
            text.push_str(if index > 0 { separator } else { "" });
            self.encoding.push(text, key);
            text.push_str(between);
            self.encoding.push(text, value);
        }
        Ok(())
    }
}

/// A list or an object inside an object, for which OpenAPI defines no writing; the member's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nested(pub(crate) String);

/// The members of an object that have a value, which must be scalar.
fn flat(members: &[(String, ParamValue)]) -> Result<Vec<(&str, &str)>, Nested> {
    let mut flat = Vec::with_capacity(members.len());
    for (key, value) in members {
        match value {
            ParamValue::Absent => {}
            ParamValue::Scalar(value) => flat.push((key.as_str(), value.as_str())),
            ParamValue::List(_) | ParamValue::Object(_) => return Err(Nested(key.clone())),
        }
    }
    Ok(flat)
}

/// Appends pairs to a query, a form or a cookie.
struct Pairs<'a> {
    text: &'a mut String,
    separator: &'a str,
    encoding: Encoding,
}

impl Pairs<'_> {
    fn add(&mut self, name: &str, value: &str) {
        self.add_joined(name, [value].into_iter(), "");
    }

    fn add_joined<'v>(
        &mut self,
        name: &str,
        items: impl Iterator<Item = &'v str>,
        delimiter: &str,
    ) {
        if !self.text.is_empty() {
            self.text.push_str(self.separator);
        }
        match self.encoding {
            // A name is never exempt: `allowReserved` speaks of values.
            Encoding::Reserved => Encoding::Strict.push(self.text, name),
            other => other.push(self.text, name),
        }
        self.text.push('=');
        for (index, item) in items.enumerate() {
            self.text.push_str(if index > 0 { delimiter } else { "" });
            self.encoding.push(self.text, item);
        }
    }

    /// Nested values are undefined in OpenAPI; servers that take deep objects mostly read brackets.
    fn add_deep(&mut self, name: &str, value: &ParamValue) {
        match value {
            ParamValue::Absent => {}
            ParamValue::Scalar(value) => self.add(name, value),
            ParamValue::List(items) => {
                items
                    .iter()
                    .for_each(|item| self.add(&format!("{name}[]"), item));
            }
            ParamValue::Object(members) => {
                for (key, value) in members {
                    self.add_deep(&format!("{name}[{key}]"), value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
