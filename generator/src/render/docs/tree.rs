//! A description as a tree of what rustdoc can show.

pub(super) use pulldown_cmark::Alignment;

use super::clean::is_invisible;

#[derive(Debug)]
pub(super) enum Block {
    Paragraph(Vec<Inline>),
    Heading(Vec<Inline>),
    Code {
        language: String,
        text: String,
    },
    List {
        start: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    Quote(Vec<Block>),
    Table(Table),
    Rule,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) alignments: Vec<Alignment>,
    /// The head and the rows below it.
    pub(super) rows: Vec<Vec<Cell>>,
}

pub(super) type Cell = Vec<Inline>;

#[derive(Debug)]
pub(super) enum Inline {
    Text(String),
    Code(String),
    Emphasis(Vec<Inline>),
    Strong(Vec<Inline>),
    Strikethrough(Vec<Inline>),
    /// A link that leads somewhere from any page.
    Link {
        url: String,
        text: Vec<Inline>,
    },
    /// The end of a line in the source, which shows as a space.
    SoftBreak,
    /// The end of a line that is meant.
    HardBreak,
}

impl Block {
    /// Whether the block shows nothing.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::Paragraph(text) | Self::Heading(text) => text.iter().all(Inline::is_blank),
            Self::Code { text, .. } => is_blank(text),
            Self::List { items, .. } => items.is_empty(),
            Self::Quote(blocks) => blocks.is_empty(),
            Self::Table(table) => table.rows.is_empty(),
            Self::Rule => false,
        }
    }
}

impl Inline {
    /// Whether the inline shows nothing.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) | Self::Code(text) => is_blank(text),
            Self::Emphasis(text) | Self::Strong(text) | Self::Strikethrough(text) => {
                text.iter().all(Self::is_blank)
            }
            Self::Link { .. } => false,
            Self::SoftBreak | Self::HardBreak => true,
        }
    }
}

fn is_blank(text: &str) -> bool {
    let is_blank = |character: char| character.is_whitespace() || is_invisible(character);
    text.chars().all(is_blank)
}
