//! Values that fit a schema, for tests: the document's examples where they fit, else made up. The same schema gives
//! the same value.

use openapiv3::{ReferenceOr, Schema, SchemaKind, Type};
use serde_json::{Map, Value, json};

use super::enums;
use super::merge::{Additional, Merged, merge};
use super::schemas::Types;
use super::usage::{Direction, is_parent};
use super::view::{Node, View, discriminator};

/// Objects this deep hold only what they must.
const DEEP: usize = 3;
/// Nothing is made up below this depth.
const DEEPEST: usize = 24;
/// After so many values only what is required is made up.
const MANY: usize = 120;
/// A value that no enum of a document lists.
const UNLISTED: &str = "a value that nobody listed";

/// What a value is made up for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) direction: Direction,
    /// Whether what may be left out is there too.
    pub(super) whole: bool,
    /// A text where any will do.
    pub(super) text: &'static str,
}

/// A value in the making.
pub(super) struct Sampler<'t, 'a> {
    types: &'t Types<'a>,
    wanted: Wanted,
    /// The components that the value is inside of.
    inside: Vec<&'a str>,
    /// Components whose unions have been decided.
    decided: Vec<&'a str>,
    depth: usize,
    count: usize,
    /// Whether the next enum is to hold what it does not list; `None` once it does.
    unlisted: Option<bool>,
}

impl<'t, 'a> Sampler<'t, 'a> {
    pub(super) fn new(types: &'t Types<'a>, wanted: Wanted) -> Self {
        Self {
            types,
            wanted,
            inside: Vec::new(),
            decided: Vec::new(),
            depth: 0,
            count: 0,
            unlisted: Some(false),
        }
    }

    /// A value with one that its enum does not list; nothing where there is no such enum.
    pub(super) fn unlisted(mut self, nodes: &[Node<'a>]) -> Option<Value> {
        self.unlisted = Some(true);
        let value = self.value(nodes)?;
        self.unlisted.is_none().then_some(value)
    }

    /// A value; nothing where the schema allows none that could be found.
    pub(super) fn value(&mut self, nodes: &[Node<'a>]) -> Option<Value> {
        self.count += 1;
        if self.depth >= DEEPEST {
            return None;
        }
        let names = nodes.iter().filter_map(|node| match node {
            Node::Ref(name) => Some(*name),
            Node::Item(_) | Node::Leaf(_) => None,
        });
        let names: Vec<&'a str> = names.collect();
        let again = |name: &&str| self.inside.iter().filter(|it| *it == name).count() > 1;
        if names.iter().any(again) {
            return None;
        }
        let (inside, decided) = (self.inside.len(), self.decided.len());
        self.inside.extend(names);
        self.depth += 1;
        let value = match nodes {
            [Node::Ref(name)] => self.child(name).or_else(|| self.merged(nodes)),
            _ => self.merged(nodes),
        };
        self.depth -= 1;
        self.inside.truncate(inside);
        self.decided.truncate(decided);
        value
    }

    /// A parent that a discriminator tells apart is the first of its children.
    fn child(&mut self, name: &'a str) -> Option<Value> {
        if !is_parent(self.types.components, name) || self.decided.contains(&name) {
            return None;
        }
        let child = *self.types.usage.children.get(name)?.first()?;
        let Some(ReferenceOr::Item(schema)) = self.types.components.get(name) else {
            return None;
        };
        let found = discriminator(schema)?;
        let tag = self.types.tags(Some(found), &[Node::Ref(child)]).pop()?;
        self.decided.push(name);
        let value = self.value(&[Node::Ref(child)])?;
        Some(tagged(value, &found.property_name, tag.first()))
    }

    fn merged(&mut self, nodes: &[Node<'a>]) -> Option<Value> {
        let merged = self.resolved(nodes);
        let unions = self.types.real_unions(&merged);
        if !unions.is_empty() {
            return self.union(&merged);
        }
        if let Some(value) = self.enumerated(&merged) {
            return Some(value);
        }
        if !merged.properties.is_empty() {
            return self.object(&merged);
        }
        match merged.ty {
            Some("object") => self.object(&merged),
            Some("array") => self.array(&merged),
            None if !merged.items.is_empty() => self.array(&merged),
            None if !matches!(merged.additional, Additional::Unsaid) => self.object(&merged),
            Some("string") => Some(self.text(&merged)),
            Some("integer") => Some(number(&merged, true)),
            Some("number") => Some(number(
                &merged,
                matches!(merged.format, Some("int32" | "int64")),
            )),
            Some("boolean") => Some(Value::Bool(true)),
            Some(_) => Some(json!("wire")),
            None => Some(match merged.format {
                Some("int32" | "int64") => number(&merged, true),
                Some("float" | "double") => number(&merged, false),
                Some(_) => self.text(&merged),
                None => json!("wire"),
            }),
        }
    }

    /// What the nodes say, through references; unions that have been decided are left alone.
    fn resolved(&self, nodes: &[Node<'a>]) -> Merged<'a> {
        let components = self.types.components;
        let mut merged = merge(nodes, components, &self.decided);
        for _ in 0..DEEPEST {
            let Some(schema) = merged.only_ref.and_then(|name| components.get(name)) else {
                break;
            };
            merged = merge(&[Node::of(schema)], components, &self.decided);
        }
        merged
    }

    /// The first branch of each union that there is a value for, with what stands beside them.
    fn union(&mut self, merged: &Merged<'a>) -> Option<Value> {
        let unions = self.types.real_unions(merged);
        let depth = self.decided.len();
        self.decided.extend(merged.inherited.iter().copied());
        self.decided.extend(self.inside.iter().copied());
        let unlisted = self.unlisted;
        // A value that nobody listed could select another branch.
        self.unlisted = Some(false);
        let first = unions.first()?;
        let branches: Vec<Node<'a>> = first.branches.iter().map(Node::of).collect();
        let tags = self.types.tags(first.discriminator, &branches);
        let property = first.discriminator.map(|it| it.property_name.as_str());
        let mut found = None;
        for (branch, tags) in branches.iter().zip(&tags) {
            let mut nodes = vec![*branch];
            nodes.extend(
                unions
                    .iter()
                    .skip(1)
                    .filter_map(|it| it.branches.first())
                    .map(Node::of),
            );
            if !merged.properties.is_empty() || !merged.required.is_empty() {
                nodes.extend(merged.leaves.iter().copied());
            }
            let value = self.value(&nodes).filter(|value| !value.is_null());
            if let Some(value) = value {
                found = Some(match property {
                    Some(property) => tagged(value, property, tags.first()),
                    None => value,
                });
                break;
            }
        }
        if self.unlisted == Some(false) {
            self.unlisted = unlisted;
        }
        self.decided.truncate(depth);
        found
    }

    fn enumerated(&mut self, merged: &Merged<'a>) -> Option<Value> {
        let mut values = merged.enumeration.iter().filter(|value| !value.is_null());
        let first = values.next()?.clone();
        let open = match enums::of(merged)? {
            enums::Values::Strings(values) => values.len() > 1 && merged.format.is_none(),
            _ => false,
        };
        if open && self.unlisted == Some(true) {
            self.unlisted = None;
            return Some(json!(UNLISTED));
        }
        Some(first)
    }

    fn object(&mut self, merged: &Merged<'a>) -> Option<Value> {
        let mut object = Map::new();
        for (name, property) in &merged.properties {
            let own = merge(&property.nodes, self.types.components, &self.decided);
            let said = self.resolved(&property.nodes);
            let hidden = match self.wanted.direction {
                Direction::Request => own.read_only || said.read_only,
                Direction::Response | Direction::Both => own.write_only || said.write_only,
            };
            let required = merged.required.contains(name);
            let wanted = self.wanted.whole && self.depth <= DEEP && self.count < MANY;
            if hidden || !(required || wanted) {
                continue;
            }
            match self.value(&property.nodes) {
                Some(value) => _ = object.insert((*name).to_owned(), value),
                None if required => return None,
                None => {}
            }
        }
        if let Additional::Of(node) = merged.additional
            && merged.properties.is_empty()
            && self.wanted.whole
            && let Some(value) = self.value(&[node])
        {
            object.insert("key".to_owned(), value);
        }
        Some(Value::Object(object))
    }

    fn array(&mut self, merged: &Merged<'a>) -> Option<Value> {
        if let (Some((told, _)), [Node::Item(item)]) = (merged.told_items, &merged.items[..]) {
            let branches = View::of(item).any_of.iter().take(told);
            let items: Option<Vec<Value>> = branches
                .map(|branch| self.value(&[Node::of(branch)]))
                .collect();
            return items.map(Value::Array);
        }
        let least = limits(merged).fold(0, |least, it| least.max(it.items.0.unwrap_or(0)));
        let item = match merged.items.is_empty() {
            true => Some(json!("wire")),
            false => self.value(&merged.items),
        };
        match item {
            Some(item) => Some(Value::Array(vec![item; least.clamp(1, 20)])),
            None => (least == 0).then(|| json!([])),
        }
    }

    fn text(&self, merged: &Merged<'a>) -> Value {
        let fixed = match merged.format {
            Some("date") => "2026-01-31",
            Some("date-time") => "2026-01-31T12:30:00Z",
            Some("time") => "12:30:00Z",
            Some("duration") => "P1D",
            Some("uuid" | "guid") => "c0ffee00-0000-4000-8000-000000000000",
            Some("byte" | "base64") => "d2lyZQ==",
            Some("email" | "idn-email") => "wire@example.com",
            Some("uri" | "url" | "uri-reference" | "iri") => "https://example.com/wire",
            Some("hostname") => "example.com",
            Some("ipv4" | "ip") => "192.0.2.1",
            Some("ipv6") => "2001:db8::1",
            _ => "",
        };
        if !fixed.is_empty() {
            return json!(fixed);
        }
        let example = merged.example.and_then(Value::as_str);
        let (mut least, mut most, mut pattern) = (0, usize::MAX, None);
        for limit in limits(merged) {
            least = least.max(limit.length.0.unwrap_or(0));
            most = most.min(limit.length.1.unwrap_or(usize::MAX));
            pattern = pattern.or(limit.pattern);
        }
        let fits = |text: &&str| (least..=most).contains(&text.chars().count()) && !text.is_empty();
        if let Some(example) = example.filter(fits) {
            return json!(example);
        }
        if let Some(text) = pattern.and_then(super::patterns::text)
            && fits(&text.as_str())
        {
            return json!(text);
        }
        let text: String = self
            .wanted
            .text
            .chars()
            .cycle()
            .take(least.max(self.wanted.text.len()).min(most))
            .collect();
        json!(text)
    }
}

/// An object with its discriminator set.
fn tagged(mut value: Value, property: &str, tag: Option<&String>) -> Value {
    if let (Some(object), Some(tag)) = (value.as_object_mut(), tag) {
        object.insert(property.to_owned(), json!(tag));
    }
    value
}

/// The limits that one schema sets.
#[derive(Default)]
struct Limits<'a> {
    length: (Option<usize>, Option<usize>),
    items: (Option<usize>, Option<usize>),
    least: Option<f64>,
    most: Option<f64>,
    multiple: Option<f64>,
    pattern: Option<&'a str>,
}

/// The limits of all schemas that say something of a value.
fn limits<'a>(merged: &Merged<'a>) -> impl Iterator<Item = Limits<'a>> {
    let leaves = merged.leaves.iter().filter_map(|node| match node {
        Node::Item(schema) | Node::Leaf(schema) => Some(*schema),
        Node::Ref(_) => None,
    });
    leaves.map(limits_of).collect::<Vec<_>>().into_iter()
}

/// Bounds that are left out themselves are moved by one, which integers and most numbers can stand.
fn limits_of(schema: &Schema) -> Limits<'_> {
    let moved = |bound: Option<f64>, left_out: bool, by: f64| {
        bound.map(|bound| if left_out { bound + by } else { bound })
    };
    #[allow(
        clippy::cast_precision_loss,
        reason = "limits of samples need no more digits"
    )]
    let exact = |bound: Option<i64>| bound.map(|bound| bound as f64);
    match &schema.schema_kind {
        SchemaKind::Type(Type::String(it)) => Limits {
            length: (it.min_length, it.max_length),
            pattern: it.pattern.as_deref(),
            ..Limits::default()
        },
        SchemaKind::Type(Type::Integer(it)) => Limits {
            least: moved(exact(it.minimum), it.exclusive_minimum, 1.0),
            most: moved(exact(it.maximum), it.exclusive_maximum, -1.0),
            multiple: exact(it.multiple_of),
            ..Limits::default()
        },
        SchemaKind::Type(Type::Number(it)) => Limits {
            least: moved(it.minimum, it.exclusive_minimum, 1.0),
            most: moved(it.maximum, it.exclusive_maximum, -1.0),
            multiple: it.multiple_of,
            ..Limits::default()
        },
        SchemaKind::Type(Type::Array(it)) => Limits {
            items: (it.min_items, it.max_items),
            ..Limits::default()
        },
        SchemaKind::Any(it) => Limits {
            length: (it.min_length, it.max_length),
            items: (it.min_items, it.max_items),
            least: moved(it.minimum, it.exclusive_minimum == Some(true), 1.0),
            most: moved(it.maximum, it.exclusive_maximum == Some(true), -1.0),
            multiple: it.multiple_of,
            pattern: it.pattern.as_deref(),
        },
        _ => Limits::default(),
    }
}

fn number(merged: &Merged<'_>, whole: bool) -> Value {
    let (mut least, mut most, mut multiple) = (f64::MIN, f64::MAX, None);
    for limit in limits(merged) {
        least = least.max(limit.least.unwrap_or(f64::MIN));
        most = most.min(limit.most.unwrap_or(f64::MAX));
        multiple = multiple.or(limit.multiple);
    }
    let usual = if whole { 1.0 } else { 1.5 };
    let example = merged.example.and_then(Value::as_f64);
    let example = example.filter(|it| (least..=most).contains(it) && it.abs() < 2e9);
    let mut value = example.unwrap_or(usual).min(most).max(least);
    if let Some(step) = multiple.filter(|step| *step > 0.0) {
        value = (value / step).ceil() * step;
    }
    #[allow(
        clippy::cast_possible_truncation,
        reason = "no bound of 64 bits is passed"
    )]
    match value.fract() == 0.0 && value.abs() < 9e15 {
        true => json!(value as i64),
        false if whole => json!(value as i64),
        false => json!(value),
    }
}
