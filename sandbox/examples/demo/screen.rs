//! What the demonstration shows, without a secret in it.

use std::fmt::{Display, Write as _};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portal_apis::runtime::wire::{Json, from_slice};

/// Where the demonstration is shown. Copies show in the same place.
#[derive(Clone)]
pub(crate) struct Screen(Arc<Mutex<Inner>>);

struct Inner {
    out: Box<dyn Write + Send>,
    /// Texts that never show.
    secrets: Vec<String>,
    sections: usize,
    /// The title of a section in which nothing was shown yet.
    title: Option<String>,
    brief: bool,
}

/// Members of bodies whose values never show.
const SECRET: [&str; 6] = [
    "access_token",
    "client_secret",
    "device_code",
    "id_token",
    "password",
    "refresh_token",
];

/// How much of a body is shown: elements of an array, members of an object, characters of a text and lines in all.
const ELEMENTS: usize = 2;
const MEMBERS: usize = 10;
const CHARACTERS: usize = 72;
const LINES: usize = 32;

impl Screen {
    pub(crate) fn new(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            out: Box::new(out),
            secrets: Vec::new(),
            sections: 0,
            title: None,
            brief: false,
        })))
    }

    /// Keeps a text from being shown from now on.
    pub(crate) fn hide(&self, secret: &str) {
        if !secret.is_empty() {
            self.inner().secrets.push(secret.to_owned());
        }
    }

    /// Begins a section, with the next thing that is shown.
    pub(crate) fn section(&self, title: &str) {
        self.inner().title = Some(title.to_owned());
    }

    /// Begins a section before the one whose turn it is, and gives the title of that.
    pub(crate) fn interlude(&self, title: &str) -> Option<String> {
        let mut inner = self.inner();
        let next = inner.title.take();
        inner.begin(title);
        next
    }

    /// Shows requests and answers in a line each, or in full again.
    pub(crate) fn be_brief(&self, brief: bool) {
        self.inner().brief = brief;
    }

    /// Returns true when requests and answers are shown in a line each.
    pub(crate) fn is_brief(&self) -> bool {
        self.inner().brief
    }

    /// Shows a line.
    pub(crate) fn line(&self, line: impl Display) {
        let mut inner = self.inner();
        if let Some(title) = inner.title.take() {
            inner.begin(&title);
        }
        inner.write(&line.to_string());
    }

    /// Shows a body: JSON with a member a line, anything else as it is, and only the beginning of what is long.
    pub(crate) fn body(&self, bytes: &[u8], content_type: &str) {
        let text = match from_slice::<Json>(bytes) {
            _ if bytes.is_empty() => return,
            Ok(json) => pretty(&json),
            Err(_) if content_type.starts_with("application/x-www-form-urlencoded") => form(bytes),
            Err(_) => short(&String::from_utf8_lossy(bytes)),
        };
        let count = text.lines().count();
        for line in text.lines().take(LINES) {
            self.line(format_args!("      {line}"));
        }
        if count > LINES {
            self.line(format_args!("      … {} lines more", count - LINES));
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn begin(&mut self, title: &str) {
        self.sections += 1;
        let head = format!("\n── {}. {title} ", self.sections);
        let rest = 80_usize.saturating_sub(head.chars().count());
        self.write(&format!("{head}{}\n", "─".repeat(rest)));
    }

    /// The only way to the screen.
    fn write(&mut self, text: &str) {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret, "****");
        }
        // A reader who has seen enough is no reason to stop.
        _ = writeln!(self.out, "{text}");
    }
}

/// A form, one parameter a line.
fn form(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let parameters = text
        .split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some((name, _)) if SECRET.contains(&name) => format!("{name}=****"),
            _ => short(parameter),
        });
    parameters.collect::<Vec<_>>().join("\n")
}

fn pretty(json: &Json) -> String {
    let mut text = String::new();
    write_json(&mut text, json, 0);
    text
}

fn write_json(text: &mut String, json: &Json, depth: usize) {
    let indent = "  ".repeat(depth + 1);
    let (open, close, shown, more) = match json {
        Json::Array(items) if !items.is_empty() => {
            let each = items.iter().take(ELEMENTS).map(|item| {
                let mut own = String::new();
                write_json(&mut own, item, depth + 1);
                own
            });
            let more = items.len().saturating_sub(ELEMENTS);
            ('[', ']', each.collect::<Vec<_>>(), more)
        }
        Json::Object(members) if !members.is_empty() => {
            // Null says nothing that is worth a line here, and lists say more than the rest.
            let mut told: Vec<_> = members.iter().filter(|it| !it.1.is_null()).collect();
            told.sort_by_key(|(_, value)| value.as_array().is_none_or(|it| it.is_empty()));
            let each = told.into_iter().take(MEMBERS).map(|(name, value)| {
                let mut own = format!("{name:?}: ");
                match SECRET.contains(&name.as_str()) {
                    true => own.push_str("\"****\""),
                    false => write_json(&mut own, value, depth + 1),
                }
                own
            });
            let shown: Vec<_> = each.collect();
            let more = members.len() - shown.len();
            ('{', '}', shown, more)
        }
        Json::String(long) => return text.push_str(&short(&format!("{long:?}"))),
        // With every digit.
        other => return text.push_str(&other.to_string()),
    };
    text.push(open);
    let last = shown.len().saturating_sub(1);
    for (index, part) in shown.iter().enumerate() {
        let comma = if index < last || more > 0 { "," } else { "" };
        _ = write!(text, "\n{indent}{part}{comma}");
    }
    if more > 0 {
        _ = write!(text, "\n{indent}… {more} more");
    }
    _ = write!(text, "\n{}{close}", "  ".repeat(depth));
}

fn short(text: &str) -> String {
    match text.chars().count() > CHARACTERS {
        true => text.chars().take(CHARACTERS).chain(['…']).collect(),
        false => text.to_owned(),
    }
}
