//! Which operations and schemas of a document are generated.

use super::reader::Node;

/// Which operations of a document are generated: those that are included, without those that are excluded, as far
/// as a bundle may call them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// What is generated: whatever one of these names. Everything where it names nothing.
    pub include: Filter,
    /// What of that is not generated.
    pub exclude: Filter,
    /// The bundles of which one has to grant an operation. Where there is none, that is not asked.
    pub bundles: Vec<String>,
    /// Which component schemas are generated with them.
    pub schemas: Schemas,
}

/// Which component schemas are generated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schemas {
    /// Those that a generated operation or one of its callbacks leads to and, unless operations are selected, a webhook
    /// (OpenAPI 3.1). All of them where the document has no operations.
    #[default]
    Used,
    /// All of them.
    All,
}

const SCHEMAS: [(&str, Schemas); 2] = [("used", Schemas::Used), ("all", Schemas::All)];

impl Selection {
    /// Whether some operations may not be generated.
    pub(crate) fn names_operations(&self) -> bool {
        !(self.include.is_empty() && self.exclude.is_empty() && self.bundles.is_empty())
    }
}

/// Names operations in several ways; each of them is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Tags, as the document writes them.
    pub tags: Vec<String>,
    /// Patterns of paths: `*` stands for anything within a segment, `**` for any number of segments.
    pub paths: Vec<String>,
    /// Operations, by their `operationId` or, where they have none, as `GET /path`.
    pub operations: Vec<String>,
}

/// An operation, as far as it matters for whether it is selected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'d> {
    /// What the manifest calls it.
    pub(crate) key: &'d str,
    /// The HTTP method, in capitals.
    pub(crate) method: &'d str,
    /// The path template.
    pub(crate) path: &'d str,
    /// The tags.
    pub(crate) tags: &'d [String],
}

impl Filter {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether one of the ways names an operation.
    pub(crate) fn names(&self, operation: &Candidate<'_>) -> bool {
        self.entries().any(|entry| entry.names(operation))
    }

    /// All that is named, one by one.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let lists = [
            (Way::Tag, "tags", &self.tags),
            (Way::Path, "paths", &self.paths),
            (Way::Operation, "operations", &self.operations),
        ];
        lists.into_iter().flat_map(|(way, key, list)| {
            let texts = list.iter().enumerate();
            texts.map(move |(index, text)| Entry {
                way,
                key,
                index,
                text,
            })
        })
    }
}

/// One of the names in a [`Filter`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'f> {
    way: Way,
    /// The key of the list that it stands in, and where.
    pub(crate) key: &'static str,
    pub(crate) index: usize,
    pub(crate) text: &'f str,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Tag,
    Path,
    Operation,
}

impl Entry<'_> {
    /// Whether it names an operation.
    pub(crate) fn names(&self, operation: &Candidate<'_>) -> bool {
        match self.way {
            Way::Tag => operation.tags.iter().any(|tag| tag == self.text),
            Way::Path => path_matches(self.text, operation.path),
            Way::Operation => operation.key == self.text,
        }
    }
}

/// Reads the section.
pub(super) fn read(node: &Node<'_>) -> Selection {
    let selection = node.fields(|fields| Selection {
        include: fields.optional("include", filter).unwrap_or_default(),
        exclude: fields.optional("exclude", filter).unwrap_or_default(),
        bundles: fields
            .optional("bundles", |node| texts(node, "a bundle"))
            .unwrap_or_default(),
        schemas: fields
            .optional("schemas", |node| node.word(&SCHEMAS))
            .unwrap_or_default(),
    });
    node.check_not_empty("`include`, `exclude`, `bundles` or `schemas`");
    selection
}

fn filter(node: &Node<'_>) -> Filter {
    let filter = node.fields(|fields| Filter {
        tags: fields
            .optional("tags", |node| texts(node, "a tag"))
            .unwrap_or_default(),
        paths: fields.optional("paths", patterns).unwrap_or_default(),
        operations: fields
            .optional("operations", |node| texts(node, "an operation"))
            .unwrap_or_default(),
    });
    node.check_not_empty("`tags`, `paths` or `operations`");
    filter
}

fn texts(node: &Node<'_>, what: &str) -> Vec<String> {
    node.some_items(what).iter().map(Node::text).collect()
}

fn patterns(node: &Node<'_>) -> Vec<String> {
    let pattern = |item: &Node<'_>| {
        let text = item.text();
        if !text.is_empty() && !text.starts_with('/') {
            item.problem(
                "manifest-value",
                format!("`{text}` does not fit here"),
                "write a pattern that begins with `/`, such as `/v2/**`",
            );
        }
        text
    };
    node.some_items("a path").iter().map(pattern).collect()
}

/// Whether a pattern stands for a path: `*` for anything within a segment, `**` for any number of segments.
fn path_matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    wildcard(&pattern, &path, |part| *part == "**", segment_matches)
}

fn segment_matches(pattern: &&str, segment: &&str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let segment: Vec<char> = segment.chars().collect();
    wildcard(&pattern, &segment, |one| *one == '*', |a, b| a == b)
}

/// Matches a list against a pattern in which a star stands for any number of items. When items do not fit, only
/// the last star has to take one more, so that the time is at most the product of the lengths.
fn wildcard<P, T>(
    pattern: &[P],
    items: &[T],
    is_star: impl Fn(&P) -> bool,
    fits: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut at, mut item) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while let Some(current) = items.get(item) {
        match pattern.get(at) {
            Some(star) if is_star(star) => {
                last_star = Some((at, item));
                at += 1;
            }
            Some(part) if fits(part, current) => {
                at += 1;
                item += 1;
            }
            _ => {
                let Some((star, taken)) = last_star else {
                    return false;
                };
                last_star = Some((star, taken + 1));
                at = star + 1;
                item = taken + 1;
            }
        }
    }
    pattern.iter().skip(at).all(is_star)
}

#[cfg(test)]
mod tests {
    use super::path_matches;

    #[test]
    fn patterns_stand_for_paths() {
        let cases = [
            ("/v2/vouchers", "/v2/vouchers", true),
            ("/v2/vouchers", "/v2/vouchers/{id}", false),
            ("/v2/**", "/v2/vouchers/{id}/image", true),
            ("/v2/**", "/v2", true),
            ("/v2/**", "/v20/vouchers", false),
            ("/v2/*", "/v2/vouchers", true),
            ("/v2/*", "/v2/vouchers/{id}", false),
            ("/*/vouchers", "/v1/vouchers", true),
            ("/v*/vouchers", "/v1/vouchers", true),
            ("/v*/vouchers", "/w1/vouchers", false),
            ("/**/image", "/v1/vouchers/{id}/image", true),
            ("/**/image", "/image", true),
            ("/**/image", "/v1/images", false),
            ("/**", "/", true),
            ("/a*b*c", "/aXbYbZc", true),
            ("/a*b*c", "/aXbYbZ", false),
            ("/**/a/**/b", "/a/c/a/x/b", true),
            ("/**/a/**/b", "/b/a", false),
            ("/v1/{id}", "/v1/{id}", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(path_matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn hostile_patterns_end() {
        let pattern = format!("/{}", "*a".repeat(200));
        let path = format!("/{}b", "a".repeat(2000));
        assert!(!path_matches(&pattern, &path));
        let pattern = "/**/a".repeat(100);
        let path = format!("{}/b", "/a".repeat(1000));
        assert!(!path_matches(&pattern, &path));
    }
}
