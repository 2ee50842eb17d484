//! Where each value stands in the text: one flat list, built by a second pass when somebody asks.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;
use serde_yaml::granit_parser::{self, Event, Parser, ScalarStyle};

use super::pointer;

/// Every value of a document in the order of the text, children right behind their parent.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    nodes: Vec<Node>,
    /// The offset at which each line begins.
    lines: Vec<u32>,
    ascii: bool,
}

#[derive(Clone, Debug)]
struct Node {
    /// The hash of the key, or the number of a list's item.
    key: u64,
    /// Where the key begins; the value where there is no key.
    at: u32,
    /// Where the value begins and ends.
    start: u32,
    end: u32,
    /// The node behind the last one inside this.
    next: u32,
    kind: Kind,
}

/// A value whose key stands in its mapping once more, where it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Overridden {
    /// The JSON pointer that both values have.
    pub(super) pointer: String,
    node: usize,
    /// Line and column of the key whose value is not used.
    pub(super) place: (u32, u32),
    /// Line and column of the key whose value is.
    pub(super) used: (u32, u32),
}

impl Overridden {
    /// The number of the value that is not used.
    pub(super) fn node(&self) -> usize {
        self.node
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A scalar without quotes.
    Plain,
    /// Any other scalar.
    Text,
    List,
    Map,
    /// The same as the node of this number.
    Alias(u32),
}

impl Index {
    /// Returns the index of JSON that a parser has accepted; of anything else, what could be found.
    pub(super) fn of_json(text: &str) -> Self {
        let mut builder = Builder::new(text);
        JsonScanner { text, at: 0 }.scan(&mut builder);
        builder.finish()
    }

    /// Returns the index of YAML that a parser has accepted; of anything else, what could be found.
    pub(super) fn of_yaml(text: &str) -> Self {
        let mut builder = Builder::new(text);
        scan_yaml(text, &mut builder);
        builder.finish()
    }

    /// Returns line and column of a pointer's key, or of the item itself in a list.
    pub(super) fn locate(&self, text: &str, pointer: &str) -> Option<(u32, u32)> {
        let node = self.nodes.get(self.find(pointer)?)?;
        Some(self.line_and_column(text, node.at))
    }

    /// Returns an unquoted scalar as it is written.
    pub(super) fn scalar_text<'t>(&self, text: &'t str, pointer: &str) -> Option<&'t str> {
        let node = self.nodes.get(self.resolved(self.find(pointer)?))?;
        if node.kind != Kind::Plain {
            return None;
        }
        Some(text.get(node.start as usize..node.end as usize)?.trim())
    }

    /// Returns every value whose key stands in its mapping once more further down, in the order of the text.
    ///
    /// `value` is the tree that was read of the text, which knows the names of the keys.
    pub(super) fn overridden(&self, text: &str, value: &Value) -> Vec<Overridden> {
        let mut found = Vec::new();
        self.overridden_below(text, value, 0, &mut String::new(), &mut found);
        found
    }

    fn overridden_below(
        &self,
        text: &str,
        value: &Value,
        node: usize,
        path: &mut String,
        found: &mut Vec<Overridden>,
    ) {
        let length = path.len();
        match (value, self.nodes.get(node).map(|node| node.kind)) {
            (Value::Object(map), Some(Kind::Map)) => {
                let names: HashMap<u64, &String> = map.keys().map(|key| (hash(key), key)).collect();
                let last: HashMap<u64, usize> = self
                    .children(node)
                    .map(|child| (self.nodes[child].key, child))
                    .collect();
                for child in self.children(node) {
                    let key = self.nodes[child].key;
                    let (Some(name), Some(used)) = (names.get(&key), last.get(&key)) else {
                        continue;
                    };
                    pointer::push(path, name);
                    if *used != child {
                        found.push(Overridden {
                            pointer: path.clone(),
                            node: child,
                            place: self.line_and_column(text, self.nodes[child].at),
                            used: self.line_and_column(text, self.nodes[*used].at),
                        });
                    } else if let Some(value) = map.get(*name) {
                        self.overridden_below(text, value, child, path, found);
                    }
                    path.truncate(length);
                }
            }
            (Value::Array(items), Some(Kind::List)) => {
                for (number, (child, item)) in self.children(node).zip(items).enumerate() {
                    pointer::push(path, &number.to_string());
                    self.overridden_below(text, item, child, path, found);
                    path.truncate(length);
                }
            }
            _ => {}
        }
    }

    /// Returns the values of a mapping that stand `levels` below it, with places.
    pub(super) fn below(&self, text: &str, node: usize, levels: usize) -> Vec<(usize, (u32, u32))> {
        let node = self.resolved(node);
        let children = self.children(node);
        match levels {
            0 => Vec::new(),
            1 => children
                .map(|child| (child, self.line_and_column(text, self.nodes[child].at)))
                .collect(),
            _ => children
                .flat_map(|child| self.below(text, child, levels - 1))
                .collect(),
        }
    }

    /// Returns which of some names is the key of a value.
    pub(super) fn key_among<'n>(&self, node: usize, names: &[&'n str]) -> Option<&'n str> {
        let key = self.nodes.get(node)?.key;
        names.iter().find(|name| hash(name) == key).copied()
    }

    /// Returns the place of the first merge key (`<<`) that brings in others more than `most` deep.
    pub(super) fn merges_deeper_than(&self, text: &str, most: usize) -> Option<(u32, u32)> {
        let merge_key = hash("<<");
        let is_merge = |node: usize| self.nodes[node].key == merge_key;
        let mut depths = vec![0_usize; self.nodes.len()];
        let mut open: Vec<usize> = Vec::new();
        for number in 0..=self.nodes.len() {
            while let Some(inner) = open.pop_if(|last| self.nodes[*last].next as usize <= number) {
                let depth = depths[inner] + usize::from(is_merge(inner));
                if depth > most {
                    return Some(self.line_and_column(text, self.nodes[inner].at));
                }
                if let Some(outer) = open.last() {
                    depths[*outer] = depths[*outer].max(depth);
                }
            }
            let Some(node) = self.nodes.get(number) else {
                break;
            };
            // What an alias stands for comes before it, so its depth is known.
            if let Kind::Alias(target) = node.kind {
                depths[number] = depths[target as usize];
            }
            open.push(number);
        }
        None
    }

    fn find(&self, pointer: &str) -> Option<usize> {
        let mut node = 0;
        for segment in pointer::segments(pointer) {
            node = self.child(self.resolved(node), &segment, 0)?;
        }
        (node < self.nodes.len()).then_some(node)
    }

    fn child(&self, node: usize, segment: &str, merges: usize) -> Option<usize> {
        let wanted = match self.nodes.get(node)?.kind {
            Kind::Map => hash(segment),
            Kind::List => segment.parse().ok()?,
            Kind::Plain | Kind::Text | Kind::Alias(_) => return None,
        };
        let last = self
            .children(node)
            .filter(|child| self.nodes[*child].key == wanted)
            .last();
        last.or_else(|| self.merged_child(node, segment, merges))
    }

    /// Looks a key up in what a YAML merge key brings in.
    fn merged_child(&self, node: usize, segment: &str, merges: usize) -> Option<usize> {
        if merges > 16 || self.nodes.get(node)?.kind != Kind::Map {
            return None;
        }
        let merge_key = hash("<<");
        let merge = self
            .children(node)
            .find(|child| self.nodes[*child].key == merge_key)?;
        let merge = self.resolved(merge);
        match self.nodes.get(merge)?.kind {
            Kind::List => self
                .children(merge)
                .find_map(|child| self.child(self.resolved(child), segment, merges + 1)),
            _ => self.child(merge, segment, merges + 1),
        }
    }

    fn children(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes.get(node).map_or(0, |node| node.next as usize);
        let mut next = node + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.nodes[child].next as usize;
                child
            })
        })
    }

    fn resolved(&self, node: usize) -> usize {
        match self.nodes.get(node).map(|node| node.kind) {
            Some(Kind::Alias(target)) => target as usize,
            _ => node,
        }
    }

    fn line_and_column(&self, text: &str, offset: u32) -> (u32, u32) {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let column = if self.ascii {
            (offset - start) as usize
        } else {
            let before = text.get(start as usize..offset as usize);
            before.map_or(0, |before| before.chars().count())
        };
        (narrow(line), narrow(column + 1))
    }
}

/// Keeps the mappings and lists that are open while the text is read.
struct Builder {
    index: Index,
    open: Vec<Open>,
}

struct Open {
    node: u32,
    items: u64,
    key: Option<(u64, u32)>,
}

impl Builder {
    fn new(text: &str) -> Self {
        let mut lines = vec![0];
        lines.extend(text.match_indices('\n').map(|(at, _)| narrow(at + 1)));
        Self {
            index: Index {
                nodes: Vec::new(),
                lines,
                ascii: text.is_ascii(),
            },
            open: Vec::new(),
        }
    }

    /// Returns whether the next scalar is a mapping's key.
    fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| {
            open.key.is_none() && self.index.nodes[open.node as usize].kind == Kind::Map
        })
    }

    fn key(&mut self, key: &str, at: u32) {
        if let Some(open) = self.open.last_mut() {
            open.key = Some((hash(key), at));
        }
    }

    fn value(&mut self, kind: Kind, start: u32, end: u32) -> u32 {
        let number = narrow(self.index.nodes.len());
        let (key, at) = match self.open.last_mut() {
            None => (0, start),
            Some(open) => match open.key.take() {
                Some(key) => key,
                None => {
                    open.items += 1;
                    (open.items - 1, start)
                }
            },
        };
        self.index.nodes.push(Node {
            key,
            at,
            start,
            end,
            next: number + 1,
            kind,
        });
        number
    }

    fn open(&mut self, kind: Kind, start: u32) -> u32 {
        let node = self.value(kind, start, start);
        self.open.push(Open {
            node,
            items: 0,
            key: None,
        });
        node
    }

    fn close(&mut self, end: u32) {
        if let Some(open) = self.open.pop() {
            let next = narrow(self.index.nodes.len());
            let node = &mut self.index.nodes[open.node as usize];
            node.next = next;
            node.end = end;
        }
    }

    /// Closes what truncated text left open.
    fn finish(mut self) -> Index {
        while !self.open.is_empty() {
            self.close(u32::MAX);
        }
        self.index
    }
}

/// Walks over JSON without building anything and without recursion.
struct JsonScanner<'t> {
    text: &'t str,
    at: usize,
}

impl JsonScanner<'_> {
    fn scan(&mut self, builder: &mut Builder) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            let start = narrow(self.at);
            match byte {
                b'{' => {
                    builder.open(Kind::Map, start);
                    self.at += 1;
                }
                b'[' => {
                    builder.open(Kind::List, start);
                    self.at += 1;
                }
                b'}' | b']' => {
                    self.at += 1;
                    builder.close(narrow(self.at));
                }
                b'"' => self.string(builder, start),
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => self.at += 1,
                _ => {
                    let rest = &bytes[self.at..];
                    let stop = |byte: &u8| b" \t\r\n,:]}".contains(byte);
                    self.at += rest.iter().position(stop).unwrap_or(rest.len()).max(1);
                    builder.value(Kind::Plain, start, narrow(self.at));
                }
            }
        }
    }

    fn string(&mut self, builder: &mut Builder, start: u32) {
        let bytes = self.text.as_bytes();
        let open = self.at;
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
        self.at = self.at.min(bytes.len());
        if !builder.expects_key() {
            builder.value(Kind::Text, start, narrow(self.at));
            return;
        }
        let quoted = self.text.get(open..self.at).unwrap_or_default();
        let plain = quoted.trim_matches('"');
        if quoted.contains('\\') {
            let key: String = serde_json::from_str(quoted).unwrap_or_else(|_| plain.to_owned());
            builder.key(&key, start);
        } else {
            builder.key(plain, start);
        }
    }
}

fn scan_yaml(text: &str, builder: &mut Builder) {
    let options = granit_parser::options! {
        emit_comments: false,
        simple_key_max_lookahead: 16 * 1024,
        flow_nesting_limit: super::MAX_DEPTH,
        block_nesting_limit: super::MAX_DEPTH + 1,
    };
    let mut anchors = HashMap::new();
    // A mapping or list used as a key is read over: nothing in OpenAPI has one.
    let mut inside_key = 0_usize;
    for event in Parser::new_from_str_with_options(text, options) {
        let Ok((event, span)) = event else { return };
        let Some(range) = span.byte_range() else {
            return;
        };
        let (start, end) = (narrow(range.start), narrow(range.end));
        if inside_key > 0 {
            match event {
                Event::SequenceStart(..) | Event::MappingStart(..) => inside_key += 1,
                Event::SequenceEnd | Event::MappingEnd => inside_key -= 1,
                _ => {}
            }
            continue;
        }
        match event {
            Event::DocumentEnd => return,
            Event::Scalar(value, style, anchor, _) => {
                if builder.expects_key() {
                    builder.key(&value, start);
                    continue;
                }
                let kind = match style {
                    ScalarStyle::Plain => Kind::Plain,
                    _ => Kind::Text,
                };
                anchors.insert(anchor, builder.value(kind, start, end));
            }
            Event::Alias(anchor) => {
                if builder.expects_key() {
                    builder.key("", start);
                    continue;
                }
                let kind = anchors
                    .get(&anchor)
                    .map_or(Kind::Text, |node| Kind::Alias(*node));
                builder.value(kind, start, end);
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if builder.expects_key() => {
                builder.key("", start);
                inside_key = 1;
            }
            Event::SequenceStart(_, anchor, _) => {
                anchors.insert(anchor, builder.open(Kind::List, start));
            }
            Event::MappingStart(_, anchor, _) => {
                anchors.insert(anchor, builder.open(Kind::Map, start));
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(end),
            _ => {}
        }
    }
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_merges_of_merges() {
        let text = "a: &a {x: 1}\nb: &b\n  <<: *a\nc: &c {y: {<<: [*a, *b]}}\nd: *c\n";
        let index = Index::of_yaml(text);
        assert_eq!(index.merges_deeper_than(text, 0), Some((3, 3)));
        assert_eq!(index.merges_deeper_than(text, 1), Some((4, 12)));
        assert_eq!(index.merges_deeper_than(text, 2), None);
    }

    #[test]
    fn finds_keys_and_items_in_json() {
        let text = "{\n  \"paths\": {\"/a\\u002fb\": [1.50, \"x\"]},\n  \"ä\": 1\n}";
        let index = Index::of_json(text);
        assert_eq!(index.locate(text, ""), Some((1, 1)));
        assert_eq!(index.locate(text, "/paths"), Some((2, 3)));
        assert_eq!(index.locate(text, "/paths/~1a~1b/1"), Some((2, 33)));
        assert_eq!(index.locate(text, "/ä"), Some((3, 3)));
        assert_eq!(index.locate(text, "/nothing"), None);
        assert_eq!(index.scalar_text(text, "/paths/~1a~1b/0"), Some("1.50"));
        assert_eq!(index.scalar_text(text, "/paths/~1a~1b/1"), None);
    }

    #[test]
    fn finds_keys_items_aliases_and_merges_in_yaml() {
        let text = "info:\n  version: 1.10\nbase: &base\n  a: 1\nmore:\n  <<: *base\n  b: [x, 'y']\nsame: *base\n";
        let index = Index::of_yaml(text);
        assert_eq!(index.locate(text, "/info/version"), Some((2, 3)));
        assert_eq!(index.scalar_text(text, "/info/version"), Some("1.10"));
        assert_eq!(index.locate(text, "/more/a"), Some((4, 3)));
        assert_eq!(index.locate(text, "/more/b/1"), Some((7, 10)));
        assert_eq!(index.scalar_text(text, "/more/b/1"), None);
        assert_eq!(index.locate(text, "/same/a"), Some((4, 3)));
        assert_eq!(index.locate(text, "/same"), Some((8, 1)));
    }

    #[test]
    fn notices_keys_that_occur_twice() {
        let places = |index: Index, text, value| -> Vec<_> {
            let found = index.overridden(text, &value).into_iter();
            found
                .map(|twice| (twice.pointer, twice.place, twice.used))
                .collect()
        };
        let json = "{\"a\": {\"b\": 1, \"b\": 2}}";
        assert_eq!(
            places(
                Index::of_json(json),
                json,
                serde_json::json!({"a": {"b": 2}})
            ),
            [("/a/b".to_owned(), (1, 8), (1, 16))]
        );
        let yaml = "a: 1\nb: 2\na: 3\n'1': x\n1: y\n";
        assert_eq!(
            places(
                Index::of_yaml(yaml),
                yaml,
                serde_json::json!({"a": 3, "b": 2, "1": "y"})
            ),
            [
                ("/a".to_owned(), (1, 1), (3, 1)),
                ("/1".to_owned(), (4, 1), (5, 1))
            ]
        );
    }

    #[test]
    fn survives_truncated_text() {
        let text = "{\"a\": [1, {\"b";
        assert_eq!(Index::of_json(text).locate(text, "/a/0"), Some((1, 8)));
        let text = "a:\n  - [1, {b";
        assert_eq!(Index::of_yaml(text).locate(text, "/a"), Some((1, 1)));
    }
}
