//! Builds the tree of a description from what opens and closes in it, in whatever order.
//!
//! Markdown is always balanced, HTML is not: a closing tag ends what it finds open and is ignored
//! otherwise, and what stays open ends with the Markdown around it. Table cells hold no blocks in
//! Markdown, so there the blocks of HTML become lines.

use super::tree::{Alignment, Block, Cell, Inline, Table};

/// What something was opened by, and so what closes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Markdown,
    Html,
}

/// How deep blocks and formats nest before what opens is ignored. No reader follows that far.
const MAX_DEPTH: usize = 24;

#[derive(Debug)]
pub(super) enum Container {
    Quote,
    List {
        start: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    Item,
    Table(Table),
    Row(Vec<Cell>),
    Cell,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Emphasis,
    Strong,
    Strikethrough,
    Code,
    Link(String),
    Image(String),
    Superscript,
    Hidden,
    /// An autolink that leads nowhere from here: `<tenant:id>`.
    Bracketed,
}

#[derive(Debug, Default)]
pub(super) struct Builder {
    blocks: Vec<Block>,
    containers: Vec<OpenContainer>,
    /// Whether each block of Markdown that is open became a container.
    markdown: Vec<bool>,
    inlines: Vec<Inline>,
    formats: Vec<OpenFormat>,
    is_heading: bool,
}

#[derive(Debug)]
struct OpenContainer {
    container: Container,
    origin: Origin,
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct OpenFormat {
    format: Format,
    origin: Origin,
    /// The inlines that were complete when it was opened.
    before: Vec<Inline>,
    /// Where its content begins in the source.
    content_start: usize,
}

/// Blocks.
impl Builder {
    /// Closes everything and returns the tree.
    pub(super) fn finish(mut self) -> Vec<Block> {
        self.end_paragraph();
        while !self.containers.is_empty() {
            self.close_last();
        }
        self.blocks
    }

    pub(super) fn open_markdown(&mut self, container: Container) {
        let last = self.containers.last().map(|open| &open.container);
        let has_place = match (&container, last) {
            (Container::Row(_), last) => matches!(last, Some(Container::Table(_))),
            (Container::Cell, last) => matches!(last, Some(Container::Row(_))),
            (_, Some(Container::Cell)) => false,
            _ => !self.is_deep(),
        };
        self.markdown.push(has_place);
        if has_place {
            self.open(container, Origin::Markdown);
        } else {
            self.flatten(&container);
        }
    }

    /// Closes the innermost block of Markdown with everything in it.
    pub(super) fn close_markdown(&mut self) {
        if self.markdown.pop() == Some(false) {
            return;
        }
        self.end_heading();
        while let Some(last) = self.containers.last() {
            let is_markdown = last.origin == Origin::Markdown;
            self.close_last();
            if is_markdown {
                return;
            }
        }
    }

    pub(super) fn open_html(&mut self, container: Container) {
        match &container {
            Container::Item => self.prepare_item(),
            Container::Row(_) => {
                self.close_html(|open| matches!(open, Container::Row(_)));
                if !self.has_html(|open| matches!(open, Container::Table(_))) {
                    return self.end_paragraph();
                }
            }
            Container::Cell => {
                self.close_html(|open| matches!(open, Container::Cell));
                if !self.has_html(|open| matches!(open, Container::Row(_))) {
                    if !self.has_html(|open| matches!(open, Container::Table(_))) {
                        return self.end_paragraph();
                    }
                    self.open(Container::Row(Vec::new()), Origin::Html);
                }
            }
            Container::Quote | Container::List { .. } | Container::Table(_) => {}
        }
        let is_in_table = matches!(container, Container::Row(_) | Container::Cell);
        if self.is_in_cell() || (self.is_deep() && !is_in_table) {
            return self.flatten(&container);
        }
        self.open(container, Origin::Html);
    }

    /// Closes the innermost container of a kind that HTML opened within the innermost block of
    /// Markdown, with everything in it, if there is one.
    pub(super) fn close_html(&mut self, is_kind: impl Fn(&Container) -> bool) {
        if !self.has_html(&is_kind) {
            return;
        }
        self.end_heading();
        while let Some(last) = self.containers.last() {
            let is_found = is_kind(&last.container);
            self.close_last();
            if is_found {
                return;
            }
        }
    }

    /// Ends the paragraph or heading, if one has begun; in a cell, the line.
    pub(super) fn end_paragraph(&mut self) {
        if self.is_in_cell() {
            return self.push(Inline::HardBreak);
        }
        while !self.formats.is_empty() {
            self.close_last_format();
        }
        let inlines = std::mem::take(&mut self.inlines);
        if inlines.iter().all(Inline::is_blank) {
            return;
        }
        if std::mem::take(&mut self.is_heading) {
            return self.add(super::paragraph::heading(inlines));
        }
        for block in super::paragraph::split(inlines) {
            self.add(block);
        }
    }

    /// Makes the next paragraph a heading.
    pub(super) fn begin_heading(&mut self) {
        self.end_paragraph();
        self.is_heading = !self.is_in_cell();
    }

    pub(super) fn end_heading(&mut self) {
        self.end_paragraph();
        self.is_heading = false;
    }

    /// Adds a block that is complete.
    pub(super) fn block(&mut self, block: Block) {
        if !self.is_in_cell() {
            self.end_heading();
            return self.add(block);
        }
        if let Block::Code { text, .. } = block {
            self.push(Inline::HardBreak);
            self.push(Inline::Code(text));
        }
    }

    fn is_in_cell(&self) -> bool {
        let last = self.containers.last();
        last.is_some_and(|last| matches!(last.container, Container::Cell))
    }

    fn open(&mut self, container: Container, origin: Origin) {
        self.end_heading();
        self.containers.push(OpenContainer {
            container,
            origin,
            blocks: Vec::new(),
        });
    }

    fn is_deep(&self) -> bool {
        self.containers.len() >= MAX_DEPTH
    }

    /// Shows where a container would begin that has no place here.
    fn flatten(&mut self, container: &Container) {
        self.end_paragraph();
        if matches!(container, Container::Item) {
            self.text("• ");
        }
    }

    /// Ends the item before, and begins a list if there is none.
    fn prepare_item(&mut self) {
        let last_of_list =
            self.containers
                .iter()
                .rev()
                .find_map(|open| match (&open.container, open.origin) {
                    (Container::Item, Origin::Html) => Some(true),
                    (Container::List { .. }, Origin::Html) => Some(false),
                    (_, Origin::Markdown) => Some(false),
                    _ => None,
                });
        if last_of_list == Some(true) {
            self.close_html(|open| matches!(open, Container::Item));
        }
        let last = self.containers.last().map(|open| &open.container);
        if !matches!(last, Some(Container::List { .. } | Container::Cell)) && !self.is_deep() {
            let list = Container::List {
                start: None,
                items: Vec::new(),
            };
            self.open(list, Origin::Html);
        }
    }

    fn has_html(&self, is_kind: impl Fn(&Container) -> bool) -> bool {
        let open = self.containers.iter().rev();
        let mut html = open.take_while(|open| open.origin == Origin::Html);
        html.any(|open| is_kind(&open.container))
    }

    fn close_last(&mut self) {
        if self.is_in_cell() {
            self.close_cell();
            return;
        }
        let Some(OpenContainer {
            container, blocks, ..
        }) = self.containers.pop()
        else {
            return;
        };
        match container {
            Container::Quote => self.add(Block::Quote(blocks)),
            Container::List { start, items } => self.add(Block::List { start, items }),
            Container::Item => self.add_item(blocks),
            Container::Row(cells) => self.add_row(cells),
            Container::Table(table) => self.add(Block::Table(table)),
            Container::Cell => {}
        }
    }

    fn close_cell(&mut self) {
        while !self.formats.is_empty() {
            self.close_last_format();
        }
        self.containers.pop();
        let cell = super::paragraph::cell(std::mem::take(&mut self.inlines));
        if let Some(Container::Row(cells)) = self.last_container() {
            cells.push(cell);
        }
    }

    fn add_item(&mut self, blocks: Vec<Block>) {
        match self.last_container() {
            _ if blocks.is_empty() => {}
            Some(Container::List { items, .. }) => items.push(blocks),
            _ => blocks.into_iter().for_each(|block| self.add(block)),
        }
    }

    fn add_row(&mut self, cells: Vec<Cell>) {
        if let Some(Container::Table(table)) = self.last_container()
            && !cells.is_empty()
        {
            table.rows.push(cells);
        }
    }

    fn last_container(&mut self) -> Option<&mut Container> {
        self.containers.last_mut().map(|open| &mut open.container)
    }

    /// Adds a block to the innermost container that takes one. What stands between the cells of
    /// a table goes in front of it, as it does in browsers.
    fn add(&mut self, block: Block) {
        if block.is_blank() {
            return;
        }
        for open in self.containers.iter_mut().rev() {
            match &mut open.container {
                Container::Table(_) | Container::Row(_) | Container::Cell => {}
                Container::List { items, .. } => return items.push(vec![block]),
                Container::Quote | Container::Item => return open.blocks.push(block),
            }
        }
        self.blocks.push(block);
    }
}

/// Text.
impl Builder {
    pub(super) fn text(&mut self, text: &str) {
        if let Some(Inline::Text(last)) = self.inlines.last_mut() {
            return last.push_str(text);
        }
        self.inlines.push(Inline::Text(text.to_owned()));
    }

    pub(super) fn push(&mut self, inline: Inline) {
        match inline {
            Inline::SoftBreak | Inline::HardBreak => self.inlines.push(inline),
            // What shows nothing must not come between the texts around it.
            blank if blank.is_blank() => self.text(" "),
            inline => self.inlines.push(inline),
        }
    }

    pub(super) fn open_format(&mut self, format: Format, origin: Origin, content_start: usize) {
        if self.formats.len() >= MAX_DEPTH && format != Format::Hidden {
            return;
        }
        self.formats.push(OpenFormat {
            format,
            origin,
            before: std::mem::take(&mut self.inlines),
            content_start,
        });
    }

    /// Closes the innermost format of a kind and everything opened in it. A closing tag does not
    /// reach beyond the Markdown around it.
    pub(super) fn close_format(&mut self, origin: Origin, is_kind: impl Fn(&Format) -> bool) {
        if self.find_format(origin, &is_kind).is_none() {
            return;
        }
        while let Some(last) = self.formats.last() {
            let is_found = last.origin == origin && is_kind(&last.format);
            self.close_last_format();
            if is_found {
                return;
            }
        }
    }

    /// Where the content of the code that HTML opened begins, if some is open.
    pub(super) fn code_start(&self) -> Option<usize> {
        let code = self.find_format(Origin::Html, &|format| *format == Format::Code)?;
        Some(code.content_start)
    }

    /// Closes the code that HTML opened, which reads as given.
    pub(super) fn close_code(&mut self, code: String) {
        while let Some(last) = self.formats.pop() {
            self.inlines = last.before;
            if last.format == Format::Code {
                return self.push(Inline::Code(code));
            }
        }
    }

    fn find_format(
        &self,
        origin: Origin,
        is_kind: &impl Fn(&Format) -> bool,
    ) -> Option<&OpenFormat> {
        let mut open = self.formats.iter().rev();
        match origin {
            Origin::Markdown => {
                open.find(|open| open.origin == Origin::Markdown && is_kind(&open.format))
            }
            Origin::Html => open
                .take_while(|open| open.origin == Origin::Html)
                .find(|open| is_kind(&open.format)),
        }
    }

    fn close_last_format(&mut self) {
        let Some(open) = self.formats.pop() else {
            return;
        };
        let content = std::mem::replace(&mut self.inlines, open.before);
        if self.is_within(&open.format) {
            return self.extend(content);
        }
        match open.format {
            Format::Emphasis => self.push(Inline::Emphasis(content)),
            Format::Strong => self.push(Inline::Strong(content)),
            Format::Strikethrough => self.push(Inline::Strikethrough(content)),
            Format::Link(url) | Format::Image(url) if super::leads_anywhere(&url) => {
                self.push(Inline::Link { url, text: content });
            }
            Format::Superscript => {
                if begins_with_number(&content) {
                    self.text("^");
                }
                self.extend(content);
            }
            Format::Bracketed => {
                self.text("<");
                self.extend(content);
                self.text(">");
            }
            // Hidden content that is not closed was not meant to be hidden.
            Format::Hidden | Format::Code | Format::Link(_) | Format::Image(_) => {
                self.extend(content);
            }
        }
    }

    /// Whether a format changes nothing where it stands.
    fn is_within(&self, format: &Format) -> bool {
        let is_link = |format: &Format| matches!(format, Format::Link(_) | Format::Image(_));
        let is_same = |outer: &Format| outer == format || (is_link(outer) && is_link(format));
        let is_in_heading = self.is_heading && *format == Format::Strong;
        is_in_heading || self.formats.iter().any(|open| is_same(&open.format))
    }

    /// Drops what was to be hidden.
    pub(super) fn close_hidden(&mut self) {
        while let Some(last) = self.formats.pop() {
            self.inlines = last.before;
            if last.format == Format::Hidden {
                return;
            }
        }
    }

    pub(super) fn is_hidden(&self) -> bool {
        let hidden = |format: &Format| *format == Format::Hidden;
        self.find_format(Origin::Html, &hidden).is_some()
    }

    fn extend(&mut self, inlines: Vec<Inline>) {
        for inline in inlines {
            match inline {
                Inline::Text(text) => self.text(&text),
                other => self.push(other),
            }
        }
    }
}

/// A column's alignment where none is given.
pub(super) fn alignment(table: &Table, column: usize) -> Alignment {
    let given = table.alignments.get(column).copied();
    given.unwrap_or(Alignment::None)
}

fn begins_with_number(inlines: &[Inline]) -> bool {
    let Some(Inline::Text(text)) = inlines.first() else {
        return false;
    };
    text.starts_with(|character: char| character.is_ascii_digit() || "+-".contains(character))
}
