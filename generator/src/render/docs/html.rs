//! As much HTML as descriptions use.

use std::borrow::Cow;
use std::collections::HashSet;

/// What a tag does to the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Begins or ends a paragraph.
    Paragraph,
    Heading,
    List {
        ordered: bool,
    },
    Item,
    Quote,
    Preformatted,
    Table,
    Row,
    Cell,
    Rule,
    Break,
    Strong,
    Emphasis,
    Strikethrough,
    Code,
    Link,
    Image,
    Superscript,
    /// Holds what no reader sees, such as a script.
    Hidden,
    /// Says nothing that Markdown could.
    Transparent,
    /// Is not HTML but a placeholder such as `<token>`, and part of the text.
    Text,
}

impl Kind {
    /// Whether paragraphs end here.
    pub(super) fn is_block(self) -> bool {
        match self {
            Self::Paragraph
            | Self::Heading
            | Self::List { .. }
            | Self::Item
            | Self::Quote
            | Self::Preformatted
            | Self::Table
            | Self::Row
            | Self::Cell
            | Self::Rule => true,
            Self::Break
            | Self::Strong
            | Self::Emphasis
            | Self::Strikethrough
            | Self::Code
            | Self::Link
            | Self::Image
            | Self::Superscript
            | Self::Hidden
            | Self::Transparent
            | Self::Text => false,
        }
    }
}

/// A tag and where it ends in the text it was read from.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    pub(super) source: &'a str,
    pub(super) name: String,
    pub(super) is_closing: bool,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads the tag that a text begins with.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let inner = text.strip_prefix('<')?;
        let is_closing = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        let is_in_name = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let name_length = inner.find(|c| !is_in_name(c)).unwrap_or(inner.len());
        let (name, rest) = inner.split_at(name_length);
        if !name.starts_with(|character: char| character.is_ascii_alphabetic()) {
            return None;
        }
        if !rest.starts_with(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/') {
            return None;
        }
        let end = end_of_tag(rest)?;
        Some(Self {
            source: &text[..text.len() - rest.len() + end + 1],
            name: name.to_ascii_lowercase(),
            is_closing,
            attributes: rest[..end].trim(),
        })
    }

    /// What the tag does. Names that are words as well (`<code>`, `<address>`) count as HTML only
    /// where they have attributes or are closed, which `is_closed` knows by name.
    pub(super) fn kind(&self, is_closed: impl Fn(&str) -> bool) -> Kind {
        let Some((kind, is_certain)) = kind_of(&self.name) else {
            return Kind::Text;
        };
        let is_html = is_certain
            || self.is_closing
            || self.attributes.contains('=')
            || self.attributes.ends_with('/')
            || is_closed(&self.name);
        if is_html { kind } else { Kind::Text }
    }

    /// The tag's source, or the bare tag if it has attributes that only JSX knows and Markdown
    /// would not take for a tag.
    pub(super) fn as_markdown_takes_it(&self, kind: Kind) -> Cow<'a, str> {
        if kind != Kind::Text && self.attributes.contains('{') {
            format!("<{}>", self.name).into()
        } else {
            self.source.into()
        }
    }

    /// The value of an attribute, with its entities decoded.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            let (before, after) = rest.split_once('=')?;
            let found = before.split_ascii_whitespace().next_back()?;
            let after = after.trim_start();
            let (value, after) = match after.chars().next()? {
                quote @ ('"' | '\'') => after[1..].split_once(quote)?,
                _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
            };
            if found.eq_ignore_ascii_case(name) {
                return Some(decoded(value));
            }
            rest = after;
        }
    }
}

/// A part of the source of an HTML block.
#[derive(Debug)]
pub(super) enum Token<'a> {
    Text(&'a str),
    Tag(Tag<'a>),
    /// What is between `<pre>` and `</pre>`.
    Preformatted(&'a str),
}

/// Splits the source of an HTML block into tags and the text between them, without comments,
/// scripts and styles.
pub(super) fn tokens(html: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut unclosed = Unclosed::default();
    let mut text_start = 0;
    let mut position = 0;
    while let Some(offset) = html[position..].find(['<', '`']) {
        let start = position + offset;
        let rest = &html[start..];
        let (length, token) = match next_token(rest, &mut unclosed) {
            Next::Text(length) => {
                position = start + length;
                continue;
            }
            Next::Nothing(length) => (length, None),
            Next::Token(length, token) => (length, Some(token)),
        };
        tokens.push(Token::Text(&html[text_start..start]));
        tokens.extend(token);
        position = start + length;
        text_start = position;
    }
    tokens.push(Token::Text(&html[text_start..]));
    tokens
}

/// What comes next in a text, and how long it is.
enum Next<'a> {
    Text(usize),
    Nothing(usize),
    Token(usize, Token<'a>),
}

/// What has no end in the rest of a text, so that nobody looks for it at each beginning again.
#[derive(Debug, Default)]
struct Unclosed {
    comment: bool,
    elements: HashSet<String>,
    ticks: Ticks,
}

/// The backticks of the line that is being read.
#[derive(Debug, Default)]
struct Ticks {
    /// How much of the text is left where the line ends; nothing before the first line.
    line_end: Option<usize>,
    /// How much of the text is left where a run of backticks begins, and the longest run from there to the line's
    /// end; the first run of the line comes last.
    runs: Vec<(usize, usize)>,
}

impl Ticks {
    fn of_line(text: &str) -> Self {
        let line = text.split('\n').next().unwrap_or(text);
        let mut runs = Vec::new();
        let mut longest = 0;
        let mut end = line.len();
        while let Some(last) = line[..end].rfind('`') {
            let before = line[..last].trim_end_matches('`').len();
            longest = longest.max(last + 1 - before);
            runs.push((text.len() - before, longest));
            end = before;
        }
        Self {
            line_end: Some(text.len() - line.len()),
            runs,
        }
    }

    /// The longest run of backticks that begins after `left` is all that is left of the text.
    fn longest_after(&mut self, left: usize) -> usize {
        while self.runs.last().is_some_and(|(begin, _)| *begin > left) {
            self.runs.pop();
        }
        self.runs.last().map_or(0, |(_, longest)| *longest)
    }
}

impl Unclosed {
    /// The length of what is left out for the comment that a text begins with. One that does not end hides nothing.
    fn comment_length(&mut self, text: &str) -> usize {
        const OPEN: &str = "<!--";
        let inner = text.strip_prefix(OPEN).filter(|_| !self.comment);
        let end = inner.and_then(|inner| inner.find("-->"));
        self.comment = end.is_none();
        end.map_or(OPEN.len(), |end| OPEN.len() + end + "-->".len())
    }

    /// The length of the code span that a text begins with, or of its backticks if it does not end on the same line.
    fn code_span_length(&mut self, text: &str) -> usize {
        if self.ticks.line_end.is_none_or(|end| text.len() <= end) {
            self.ticks = Ticks::of_line(text);
        }
        let inner = text.trim_start_matches('`');
        let ticks = text.len() - inner.len();
        if self.ticks.longest_after(inner.len()) < ticks {
            return ticks;
        }
        let end = inner.find(&text[..ticks]);
        end.map_or(ticks, |end| ticks + end + ticks)
    }

    fn split_at_closing<'a>(&mut self, text: &'a str, name: &str) -> Option<(&'a str, usize)> {
        if self.elements.contains(name) {
            return None;
        }
        let split = split_at_closing(text, name);
        if split.is_none() {
            self.elements.insert(name.to_owned());
        }
        split
    }
}

fn next_token<'a>(text: &'a str, unclosed: &mut Unclosed) -> Next<'a> {
    if text.starts_with('`') {
        return Next::Text(unclosed.code_span_length(text));
    }
    if text.starts_with("<!--") {
        return Next::Nothing(unclosed.comment_length(text));
    }
    let Some(tag) = Tag::read(text) else {
        return Next::Text(1);
    };
    let length = tag.source.len();
    if tag.is_closing {
        return Next::Token(length, Token::Tag(tag));
    }
    match kind_of(&tag.name) {
        Some((Kind::Preformatted, _)) => {
            let content = &text[length..];
            let (content, close) = split_at_closing(content, &tag.name).unwrap_or((content, 0));
            let length = length + content.len() + close;
            Next::Token(length, Token::Preformatted(content))
        }
        Some((Kind::Hidden, _)) => match unclosed.split_at_closing(&text[length..], &tag.name) {
            Some((content, close)) => Next::Nothing(length + content.len() + close),
            None => Next::Token(length, Token::Tag(tag)),
        },
        _ => Next::Token(length, Token::Tag(tag)),
    }
}

/// The text without its tags and with its entities decoded.
pub(super) fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let tag = Tag::read(rest).filter(|tag| kind_of(&tag.name).is_some());
        let length = match &tag {
            Some(tag) if tag.name == "br" => {
                text.push('\n');
                tag.source.len()
            }
            Some(tag) => tag.source.len(),
            None => {
                text.push('<');
                1
            }
        };
        rest = &rest[length..];
    }
    text.push_str(rest);
    decoded(&text)
}

/// The names of all closing tags in a text.
pub(super) fn closing_names(text: &str) -> impl Iterator<Item = String> {
    text.split("</").skip(1).map(|after| {
        let name = after.chars().take_while(char::is_ascii_alphanumeric);
        name.collect::<String>().to_ascii_lowercase()
    })
}

/// The kind of an element, and whether its name alone shows that it is one. Those that are not
/// certain are words a placeholder may consist of.
fn kind_of(name: &str) -> Option<(Kind, bool)> {
    let certain = match name {
        "p" | "div" | "center" | "dl" | "dd" => Kind::Paragraph,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" => Kind::Heading,
        "ul" => Kind::List { ordered: false },
        "ol" => Kind::List { ordered: true },
        "li" => Kind::Item,
        "blockquote" => Kind::Quote,
        "pre" => Kind::Preformatted,
        "tr" => Kind::Row,
        "td" | "th" => Kind::Cell,
        "hr" => Kind::Rule,
        "br" => Kind::Break,
        "b" | "strong" => Kind::Strong,
        "i" | "em" => Kind::Emphasis,
        "sup" => Kind::Superscript,
        "u" | "span" | "font" | "small" | "big" | "sub" | "wbr" | "tbody" | "thead" | "tfoot"
        | "colgroup" | "nobr" => Kind::Transparent,
        _ => return uncertain_kind_of(name).map(|kind| (kind, false)),
    };
    Some((certain, true))
}

fn uncertain_kind_of(name: &str) -> Option<Kind> {
    Some(match name {
        "address" | "article" | "aside" | "body" | "details" | "figure" | "footer" | "form"
        | "header" | "html" | "main" | "nav" | "section" => Kind::Paragraph,
        "caption" | "figcaption" | "legend" | "summary" | "title" => Kind::Heading,
        "menu" => Kind::List { ordered: false },
        "table" => Kind::Table,
        "code" | "kbd" | "samp" | "tt" => Kind::Code,
        "cite" | "dfn" | "var" => Kind::Emphasis,
        "del" | "s" | "strike" => Kind::Strikethrough,
        "a" => Kind::Link,
        "img" => Kind::Image,
        "script" | "style" => Kind::Hidden,
        "abbr" | "acronym" | "area" | "audio" | "base" | "bdi" | "bdo" | "button" | "canvas"
        | "col" | "data" | "datalist" | "dialog" | "embed" | "fieldset" | "head" | "hgroup"
        | "iframe" | "input" | "ins" | "label" | "link" | "map" | "mark" | "meta" | "meter"
        | "noscript" | "object" | "optgroup" | "option" | "output" | "param" | "picture"
        | "progress" | "q" | "ruby" | "select" | "source" | "svg" | "template" | "textarea"
        | "time" | "track" | "video" => Kind::Transparent,
        _ => return None,
    })
}

/// Where a tag ends: at the first `>` that is not quoted.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (position, character) in text.char_indices() {
        match (quote, character) {
            (None, '>') => return Some(position),
            (None, '<') => return None,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

/// The text before a closing tag, and the length of that tag.
fn split_at_closing<'a>(text: &'a str, name: &str) -> Option<(&'a str, usize)> {
    let mut position = 0;
    while let Some(offset) = text[position..].find("</") {
        let start = position + offset;
        if let Some(tag) = Tag::read(&text[start..])
            && tag.name == name
        {
            return Some((&text[..start], tag.source.len()));
        }
        position = start + 2;
    }
    None
}

fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = rest.bytes().take(12).position(|byte| byte == b';');
        let character = entity.and_then(|end| entity_character(&rest[1..end]));
        match (entity, character) {
            (Some(end), Some(character)) => {
                decoded.push(character);
                rest = &rest[end + 1..];
            }
            _ => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

fn entity_character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_with_their_attributes() {
        let tag = Tag::read(r#"<A class=x HREF="https://x.fi/?a=1&amp;b=2>">text"#).expect("a tag");
        assert_eq!(tag.name, "a");
        let href = tag.attribute("href");
        assert_eq!(href.as_deref(), Some("https://x.fi/?a=1&b=2>"));
        assert_eq!(tag.attribute("class").as_deref(), Some("x"));
        assert_eq!(tag.attribute("id"), None);
        for text in ["< b>", "<b", "<1>", "<a@b.fi>", "<b <i>"] {
            assert!(Tag::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn placeholders_are_text() {
        let kind = |text| Tag::read(text).expect(text).kind(|_| false);
        assert_eq!(kind("<token>"), Kind::Text);
        assert_eq!(kind("<code>"), Kind::Text);
        assert_eq!(kind("<p>"), Kind::Paragraph);
        assert_eq!(kind("<a href='x'>"), Kind::Link);
        let closed = Tag::read("<code>").expect("a tag");
        assert_eq!(closed.kind(|name| name == "code"), Kind::Code);
    }

    /// What [`Unclosed::code_span_length`] has to find, looked for anew at every beginning.
    fn length_of_code_span(text: &str) -> usize {
        let line = text.split('\n').next().unwrap_or(text);
        let ticks = line.bytes().take_while(|byte| *byte == b'`').count();
        let end = line[ticks..].find(&line[..ticks]);
        end.map_or(ticks, |end| ticks + end + ticks)
    }

    #[test]
    fn code_spans_end_at_as_many_backticks_on_the_same_line() {
        for number in 0..3_usize.pow(9) {
            let digit = |place: u32| b"`a\n"[number / 3_usize.pow(place) % 3] as char;
            let text: String = (0..9).map(digit).collect();
            let mut unclosed = Unclosed::default();
            let mut position = 0;
            while let Some(offset) = text[position..].find('`') {
                let rest = &text[position + offset..];
                let length = unclosed.code_span_length(rest);
                assert_eq!(length, length_of_code_span(rest), "{text:?} at {rest:?}");
                position += offset + length;
            }
        }
    }

    /// Each of these would take minutes if the whole line were looked through at every backtick.
    #[test]
    fn long_lines_are_looked_through_once() {
        let spans = "`a` ".repeat(250_000);
        let ever_fewer: String = (1..1_500).rev().map(|n| "`".repeat(n) + "a").collect();
        for text in [&spans, &ever_fewer] {
            assert_eq!(tokens(text).len(), 1);
        }
    }

    #[test]
    fn tags_in_code_are_text() {
        let tokens = tokens("<p>`<p>`<!-- x --></p>");
        let tags = tokens.iter().filter(|token| matches!(token, Token::Tag(_)));
        assert_eq!(tags.count(), 2);
    }

    #[test]
    fn an_end_that_is_missing_is_looked_for_once() {
        let mut unclosed = Unclosed::default();
        let comment = "<!-- x -->";
        assert_eq!(unclosed.comment_length(comment), comment.len());
        assert_eq!(unclosed.comment_length("<!-- x"), 4);
        // What the first look did not find in all of the text is in no part of it.
        assert_eq!(unclosed.comment_length(comment), 4);
        let script = "x</script>y";
        let found = unclosed.split_at_closing(script, "script");
        assert_eq!(found, Some(("x", "</script>".len())));
        assert_eq!(unclosed.split_at_closing("x</style>", "script"), None);
        assert_eq!(unclosed.split_at_closing(script, "script"), None);
        assert!(unclosed.split_at_closing("x</style>", "style").is_some());
    }

    #[test]
    fn plain_text_has_no_tags() {
        assert_eq!(
            plain_text("a <b>b</b><br/>&lt;c&gt; <d>&#x41;&bad;"),
            "a b\n<c> <d>A&bad;"
        );
    }
}
