//! Writes text within a paragraph, a heading or a cell, escaped so that it reads as it is.
//!
//! The result is one line in which [`FIXED_SPACE`] stands for spaces at which a line must not
//! break and [`LINE_BREAK`] for the breaks that are meant.

use super::clean::is_invisible;
use super::tree::Inline;
use super::url;

/// A space in code.
pub(super) const FIXED_SPACE: char = '\u{1}';

/// The end of a line that is meant.
pub(super) const LINE_BREAK: char = '\u{2}';

/// What text is written into.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    pub(super) is_cell: bool,
    pub(super) is_heading: bool,
    pub(super) is_link: bool,
}

/// The inlines as one line of Markdown, with a space in front or behind if they have one.
pub(super) fn write(inlines: &[Inline], context: Context) -> String {
    let mut writer = Writer {
        line: String::new(),
        context,
        closed: None,
    };
    writer.inlines(inlines);
    writer.line
}

/// The inlines as a line of their own.
pub(super) fn write_line(inlines: &[Inline], context: Context) -> String {
    let line = write(inlines, context);
    line.trim_matches([' ', LINE_BREAK]).to_owned()
}

struct Writer {
    line: String,
    context: Context,
    /// The last character in the format that ends where the line does.
    closed: Option<char>,
}

impl Writer {
    fn inlines(&mut self, inlines: &[Inline]) {
        let mut rest = inlines;
        while let Some(inline) = rest.first() {
            // What is escaped depends on what follows, so lines of text are written together.
            let is_text = |inline: &&Inline| self.is_text(inline);
            let length = rest.iter().take_while(is_text).count();
            match (inline, length) {
                (Inline::Text(text), 1) => self.text(text),
                (_, 0) => self.inline(inline),
                _ => self.text(&plain_text(&rest[..length])),
            }
            rest = &rest[length.max(1)..];
        }
    }

    fn is_text(&self, inline: &Inline) -> bool {
        match inline {
            Inline::Text(_) | Inline::SoftBreak => true,
            Inline::HardBreak => self.context.is_cell || self.context.is_heading,
            _ => false,
        }
    }

    fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) => self.text(text),
            Inline::Code(code) => self.code(code),
            Inline::SoftBreak => self.space(),
            Inline::HardBreak => self.line_break(),
            Inline::Emphasis(text) => self.format("*", text),
            Inline::Strong(text) => self.format("**", text),
            Inline::Strikethrough(text) => self.format("~~", text),
            Inline::Link { url, text } => self.link(url, text),
        }
    }

    /// Writes text in a format. A delimiter counts only where it touches the text it formats, so
    /// blanks are put outside, and one is added where words and symbols meet it on both sides.
    fn format(&mut self, delimiter: &str, text: &[Inline]) {
        let inner = write(text, self.context);
        let trimmed = inner.trim_matches([' ', LINE_BREAK]);
        let (Some(first), Some(last)) = (trimmed.chars().next(), trimmed.chars().next_back())
        else {
            return self.space();
        };
        if inner.starts_with([' ', LINE_BREAK]) {
            self.space();
        }
        let before = self.line.chars().next_back();
        let is_apart =
            before.is_none_or(|before| is_blank(before) || before.is_ascii_punctuation());
        if self.closed.is_some() || !(is_apart || first.is_alphanumeric()) {
            self.space();
        }
        self.closed = None;
        self.line.push_str(delimiter);
        self.line.push_str(trimmed);
        self.line.push_str(delimiter);
        self.closed = Some(last);
        if inner.ends_with([' ', LINE_BREAK]) {
            self.space();
        }
    }

    fn link(&mut self, target: &str, text: &[Inline]) {
        let mut context = self.context;
        context.is_link = true;
        let label = write(text, context);
        let label = label.trim_matches([' ', LINE_BREAK]);
        if label.is_empty() || is_address(target, text) {
            return self.url(target, address_of(target));
        }
        self.begin('[');
        if self.line.ends_with('!') {
            // An exclamation mark would make it an image.
            self.line.pop();
            self.line.push_str("\\!");
        }
        let target = url::in_parentheses(target);
        self.line.push_str(&format!("[{label}]({target})"));
    }

    /// Writes an address, as link if it leads anywhere.
    fn url(&mut self, target: &str, address: &str) {
        if !url::is_linkable(target) {
            return self.code(address);
        }
        self.begin('<');
        self.line.push_str(&format!("<{address}>"));
    }

    fn code(&mut self, code: &str) {
        let code: Vec<&str> = code.split_whitespace().collect();
        let code = code.join(" ").replace(is_invisible, "");
        if code.is_empty() {
            return self.space();
        }
        self.begin('`');
        if self.line.ends_with('`') {
            self.line.push(' ');
        }
        let fence = "`".repeat(longest_run(&code, '`') + 1);
        let pad = if code.starts_with('`') || code.ends_with('`') {
            " "
        } else {
            ""
        };
        let mut span = format!("{fence}{pad}{code}{pad}{fence}");
        if self.context.is_cell {
            span = span.replace('|', "\\|");
        }
        self.line
            .push_str(&span.replace(' ', &FIXED_SPACE.to_string()));
    }

    fn text(&mut self, text: &str) {
        if self.context.is_link || !text.contains("://") {
            return self.escaped(text);
        }
        for part in url::split(text) {
            match part {
                url::Part::Text(text) => self.escaped(text),
                url::Part::Url(url) => self.url(url, url),
            }
        }
    }

    fn escaped(&mut self, text: &str) {
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            if is_invisible(character) {
                continue;
            }
            if character.is_whitespace() {
                self.space();
                continue;
            }
            self.begin(character);
            if self.needs_escape(character, rest.as_str()) {
                self.line.push('\\');
            }
            self.line.push(character);
        }
    }

    /// Whether a character would be taken for Markdown. Those that count at the beginning of a
    /// line only are escaped when the line is known.
    fn needs_escape(&self, character: char, rest: &str) -> bool {
        let next = rest.chars().next();
        match character {
            '`' | '*' | '[' | '~' => true,
            ']' => self.context.is_link,
            '^' => self.context.is_link && self.line.trim_start().is_empty(),
            '|' => self.context.is_cell,
            '\\' => !next.is_some_and(char::is_alphanumeric),
            '_' => {
                let before = self.line.trim_end_matches('_').chars().next_back();
                let after = rest.trim_start_matches('_').chars().next();
                !(before.is_some_and(char::is_alphanumeric)
                    && after.is_some_and(char::is_alphanumeric))
            }
            // At the end of the text, what follows is not known.
            '<' if rest.trim_start().is_empty() => true,
            '<' => next.is_some_and(|next| next.is_ascii_alphabetic() || "/!?".contains(next)),
            '&' => is_entity(rest),
            // Two dashes before a word are an option, and not meant to become one long dash.
            '-' => {
                rest.starts_with('-') && {
                    let after = rest.trim_start_matches('-').chars().next();
                    after.is_some_and(char::is_alphanumeric)
                }
            }
            _ => false,
        }
    }

    fn space(&mut self) {
        if !self.line.ends_with([' ', LINE_BREAK]) {
            self.line.push(' ');
        }
        self.closed = None;
    }

    fn line_break(&mut self) {
        let length = self.line.trim_end_matches(' ').len();
        self.line.truncate(length);
        if !self.line.ends_with(LINE_BREAK) {
            self.line.push(LINE_BREAK);
        }
        self.closed = None;
    }

    /// Sets what follows apart from a format that has just ended and would go on otherwise.
    fn begin(&mut self, next: char) {
        let Some(last) = self.closed.take() else {
            return;
        };
        let continues = matches!(next, '*' | '~' | '_');
        let is_apart = next.is_ascii_punctuation() || last.is_alphanumeric();
        if continues || !is_apart {
            self.line.push(' ');
        }
    }
}

/// Whether the text of a link is the address it leads to, or nothing.
pub(super) fn is_address(target: &str, text: &[Inline]) -> bool {
    let text = plain_text(text);
    text.trim().is_empty() || text.trim() == address_of(target)
}

fn address_of(target: &str) -> &str {
    target.strip_prefix("mailto:").unwrap_or(target)
}

/// The text of inlines without any format.
pub(super) fn plain_text(inlines: &[Inline]) -> String {
    let mut plain = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => plain.push_str(text),
            Inline::Emphasis(text)
            | Inline::Strong(text)
            | Inline::Strikethrough(text)
            | Inline::Link { text, .. } => plain.push_str(&plain_text(text)),
            Inline::SoftBreak | Inline::HardBreak => plain.push(' '),
        }
    }
    plain
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | LINE_BREAK)
}

/// Whether a text after `&` would make an entity of it.
pub(super) fn is_entity(text: &str) -> bool {
    let text = text.strip_prefix('#').unwrap_or(text);
    let length = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    length > 0 && text[length..].starts_with(';')
}

fn longest_run(text: &str, character: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for found in text.chars() {
        run = if found == character { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
