//! Reads Markdown with HTML.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::TagEnd;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag as Markdown};

use super::builder::{Builder, Container, Format, Origin};
use super::html::{self, Kind, Tag, Token};
use super::tree::{Block, Inline, Table};

/// Reads a description.
pub(super) fn parse(text: &str) -> Vec<Block> {
    let mut reader = Reader {
        text,
        builder: Builder::default(),
        closing_names: OnceCell::new(),
    };
    reader.markdown(text, 0);
    reader.builder.finish()
}

/// How deep the Markdown in HTML may hold HTML again.
const MAX_DEPTH: usize = 4;

/// Stands before a line that must not begin a block of HTML; the builder never sees it.
const NOT_A_BLOCK: char = '\u{1}';

struct Reader<'a> {
    text: &'a str,
    builder: Builder,
    closing_names: OnceCell<HashSet<String>>,
}

impl Reader<'_> {
    fn markdown(&mut self, source: &str, depth: usize) {
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        let mut html: Option<String> = None;
        let mut code: Option<(String, String)> = None;
        for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
            match event {
                Event::Start(Markdown::HtmlBlock) => html = Some(String::new()),
                Event::End(TagEnd::HtmlBlock) => {
                    let html = html.take().unwrap_or_default();
                    self.html_block(&html, depth);
                }
                Event::Start(Markdown::CodeBlock(kind)) => {
                    code = Some((language(&kind), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    let (language, text) = code.take().unwrap_or_default();
                    self.builder.block(Block::Code { language, text });
                }
                Event::Text(text) | Event::Html(text) => match (&mut code, &mut html) {
                    (Some((_, code)), _) => code.push_str(&text),
                    (None, Some(html)) => html.push_str(&text),
                    (None, None) => self.builder.text(text.trim_start_matches(NOT_A_BLOCK)),
                },
                Event::Start(tag) => self.start(tag),
                Event::End(tag) => self.end(tag),
                Event::InlineHtml(html) => self.inline_html(&html, source, range),
                Event::Code(code) => self.builder.push(Inline::Code(code.into_string())),
                Event::SoftBreak => self.builder.push(Inline::SoftBreak),
                Event::HardBreak => self.builder.push(Inline::HardBreak),
                Event::Rule => self.builder.block(Block::Rule),
                Event::TaskListMarker(is_checked) => {
                    self.builder.text(if is_checked { "☑ " } else { "☐ " });
                }
                Event::FootnoteReference(text)
                | Event::InlineMath(text)
                | Event::DisplayMath(text) => self.builder.text(&text),
            }
        }
    }

    fn start(&mut self, tag: Markdown<'_>) {
        let container = match tag {
            Markdown::Heading { .. } => return self.builder.begin_heading(),
            Markdown::BlockQuote(_) => Container::Quote,
            Markdown::List(start) => Container::List {
                start,
                items: Vec::new(),
            },
            Markdown::Item => Container::Item,
            Markdown::Table(alignments) => Container::Table(Table {
                alignments,
                rows: Vec::new(),
            }),
            Markdown::TableHead | Markdown::TableRow => Container::Row(Vec::new()),
            Markdown::TableCell => Container::Cell,
            Markdown::Emphasis => return self.open_format(Format::Emphasis),
            Markdown::Strong => return self.open_format(Format::Strong),
            Markdown::Strikethrough => return self.open_format(Format::Strikethrough),
            Markdown::Link {
                link_type,
                dest_url,
                ..
            } => return self.open_format(link(link_type, dest_url)),
            Markdown::Image { dest_url, .. } => {
                return self.open_format(Format::Image(dest_url.into_string()));
            }
            // What is left begins a paragraph or needs an option that is not set.
            _ => return self.builder.end_paragraph(),
        };
        self.builder.open_markdown(container);
    }

    fn end(&mut self, tag: TagEnd) {
        let is_kind: fn(&Format) -> bool = match tag {
            TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell => return self.builder.close_markdown(),
            TagEnd::Emphasis => |format| *format == Format::Emphasis,
            TagEnd::Strong => |format| *format == Format::Strong,
            TagEnd::Strikethrough => |format| *format == Format::Strikethrough,
            TagEnd::Link => |format| matches!(format, Format::Link(_) | Format::Bracketed),
            TagEnd::Image => |format| matches!(format, Format::Image(_)),
            TagEnd::Heading(_) => return self.builder.end_heading(),
            _ => return self.builder.end_paragraph(),
        };
        self.builder.close_format(Origin::Markdown, is_kind);
    }

    fn open_format(&mut self, format: Format) {
        self.builder.open_format(format, Origin::Markdown, 0);
    }

    /// Reads a block of HTML, in which the text between the tags is Markdown again.
    fn html_block(&mut self, html: &str, depth: usize) {
        let mut markdown = String::new();
        for token in html::tokens(html) {
            match token {
                Token::Text(text) => markdown.push_str(text),
                Token::Tag(tag) => {
                    let kind = self.kind(&tag);
                    if kind.is_block() {
                        self.markdown_in_html(&std::mem::take(&mut markdown), depth);
                        self.block_tag(&tag, kind);
                    } else {
                        markdown.push_str(&tag.as_markdown_takes_it(kind));
                    }
                }
                Token::Preformatted(text) => {
                    self.markdown_in_html(&std::mem::take(&mut markdown), depth);
                    self.builder.block(Block::Code {
                        language: String::new(),
                        text: html::plain_text(text),
                    });
                }
            }
        }
        self.markdown_in_html(&markdown, depth);
    }

    fn markdown_in_html(&mut self, text: &str, depth: usize) {
        let text = super::clean::without_common_indent(text.trim());
        if text.is_empty() {
            return;
        }
        if depth == MAX_DEPTH {
            self.builder.end_paragraph();
            return self.builder.text(&text);
        }
        if text.starts_with('<') {
            self.markdown(&format!("{NOT_A_BLOCK}{text}"), depth + 1);
        } else {
            self.markdown(&text, depth + 1);
        }
    }

    fn inline_html(&mut self, html: &str, source: &str, range: Range<usize>) {
        if html.starts_with("<!--") {
            return;
        }
        let Some(tag) = Tag::read(html) else {
            return self.builder.text(html);
        };
        let kind = self.kind(&tag);
        if self.builder.is_hidden() && !(kind == Kind::Hidden && tag.is_closing) {
            return;
        }
        let format = match kind {
            Kind::Text => return self.builder.text(html),
            Kind::Break => return self.builder.push(Inline::HardBreak),
            Kind::Transparent => return,
            Kind::Image => return self.image(&tag),
            Kind::Preformatted | Kind::Code => return self.code_tag(&tag, source, range),
            Kind::Hidden if tag.is_closing => return self.builder.close_hidden(),
            Kind::Hidden => Format::Hidden,
            Kind::Strong => Format::Strong,
            Kind::Emphasis => Format::Emphasis,
            Kind::Strikethrough => Format::Strikethrough,
            Kind::Superscript => Format::Superscript,
            Kind::Link => Format::Link(tag.attribute("href").unwrap_or_default()),
            Kind::Paragraph
            | Kind::Heading
            | Kind::List { .. }
            | Kind::Item
            | Kind::Quote
            | Kind::Table
            | Kind::Row
            | Kind::Cell
            | Kind::Rule => return self.block_tag(&tag, kind),
        };
        if tag.is_closing {
            let is_kind =
                |open: &Format| std::mem::discriminant(open) == std::mem::discriminant(&format);
            self.builder.close_format(Origin::Html, is_kind);
        } else {
            self.builder.open_format(format, Origin::Html, range.end);
        }
    }

    fn block_tag(&mut self, tag: &Tag<'_>, kind: Kind) {
        let container = match (kind, tag.is_closing) {
            (Kind::Heading, false) => return self.builder.begin_heading(),
            (Kind::Rule, _) => return self.builder.block(Block::Rule),
            (Kind::List { ordered }, false) => Container::List {
                start: ordered.then(|| list_start(tag)),
                items: Vec::new(),
            },
            (Kind::Item, false) => Container::Item,
            (Kind::Quote, false) => Container::Quote,
            (Kind::Table, false) => Container::Table(Table::default()),
            (Kind::Row, false) => Container::Row(Vec::new()),
            (Kind::Cell, false) => Container::Cell,
            (kind, true) => return self.close_block_tag(kind),
            (_, false) => return self.builder.end_paragraph(),
        };
        self.builder.open_html(container);
    }

    fn close_block_tag(&mut self, kind: Kind) {
        let is_kind: fn(&Container) -> bool = match kind {
            Kind::List { .. } => |open| matches!(open, Container::List { .. }),
            Kind::Item => |open| matches!(open, Container::Item),
            Kind::Quote => |open| matches!(open, Container::Quote),
            Kind::Table => |open| matches!(open, Container::Table(_)),
            Kind::Row => |open| matches!(open, Container::Row(_)),
            Kind::Cell => |open| matches!(open, Container::Cell),
            Kind::Heading => return self.builder.end_heading(),
            _ => return self.builder.end_paragraph(),
        };
        self.builder.close_html(is_kind);
    }

    /// Reads code between tags from the source, as Markdown has taken it apart.
    fn code_tag(&mut self, tag: &Tag<'_>, source: &str, range: Range<usize>) {
        if !tag.is_closing {
            return self
                .builder
                .open_format(Format::Code, Origin::Html, range.end);
        }
        let Some(code) = self
            .builder
            .code_start()
            .and_then(|start| source.get(start..range.start))
        else {
            return;
        };
        self.builder.close_code(html::plain_text(code));
    }

    fn image(&mut self, tag: &Tag<'_>) {
        let url = tag.attribute("src").unwrap_or_default();
        self.builder
            .open_format(Format::Image(url), Origin::Html, 0);
        self.builder.text(&tag.attribute("alt").unwrap_or_default());
        let is_image = |format: &Format| matches!(format, Format::Image(_));
        self.builder.close_format(Origin::Html, is_image);
    }

    fn kind(&self, tag: &Tag<'_>) -> Kind {
        tag.kind(|name| {
            let names = self
                .closing_names
                .get_or_init(|| html::closing_names(self.text).collect());
            names.contains(name)
        })
    }
}

fn link(link_type: LinkType, url: CowStr<'_>) -> Format {
    match link_type {
        LinkType::Email => Format::Link(format!("mailto:{url}")),
        LinkType::Autolink if !super::leads_anywhere(&url) => Format::Bracketed,
        _ => Format::Link(url.into_string()),
    }
}

fn list_start(tag: &Tag<'_>) -> u64 {
    let start = tag.attribute("start").and_then(|start| start.parse().ok());
    start.unwrap_or(1)
}

/// The language of a code block, if it is one that rustdoc cannot take for Rust.
fn language(kind: &CodeBlockKind<'_>) -> String {
    const KNOWN: [&str; 34] = [
        "bash",
        "c",
        "cpp",
        "csharp",
        "css",
        "csv",
        "curl",
        "diff",
        "go",
        "graphql",
        "html",
        "http",
        "ini",
        "java",
        "javascript",
        "js",
        "json",
        "jsonc",
        "kotlin",
        "markdown",
        "mermaid",
        "php",
        "powershell",
        "python",
        "ruby",
        "sh",
        "shell",
        "sql",
        "swift",
        "toml",
        "ts",
        "typescript",
        "xml",
        "yaml",
    ];
    let CodeBlockKind::Fenced(info) = kind else {
        return String::new();
    };
    let first = info.split(|character: char| !character.is_ascii_alphanumeric());
    let name = first
        .into_iter()
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if KNOWN.contains(&name.as_str()) {
        name
    } else {
        String::new()
    }
}
