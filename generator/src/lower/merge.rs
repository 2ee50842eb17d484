//! `allOf` brought together: what several schemas say of the same value, as one.

use indexmap::{IndexMap, IndexSet};
use openapiv3::{AdditionalProperties, Discriminator, ReferenceOr, Schema};
use serde_json::Value;

use super::view::{Node, View, discriminator, told_items};

/// The schemas of a document's components, by name.
pub(crate) type Components = IndexMap<String, ReferenceOr<Schema>>;

/// What all the given schemas together say of a value.
#[derive(Debug, Default)]
pub(crate) struct Merged<'a> {
    pub(crate) ty: Option<&'a str>,
    pub(crate) format: Option<&'a str>,
    pub(crate) enumeration: Vec<Value>,
    pub(crate) properties: IndexMap<&'a str, Property<'a>>,
    pub(crate) required: IndexSet<&'a str>,
    pub(crate) additional: Additional<'a>,
    pub(crate) items: Vec<Node<'a>>,
    pub(crate) unions: Vec<UnionOf<'a>>,
    pub(crate) limits: Vec<String>,
    /// The only component that says anything, where there is just one.
    pub(crate) only_ref: Option<&'a str>,
    pub(crate) nullable: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    pub(crate) deprecated: bool,
    pub(crate) description: &'a str,
    pub(crate) title: &'a str,
    pub(crate) default: Option<&'a Value>,
    pub(crate) example: Option<&'a Value>,
    pub(crate) broken: Option<&'a str>,
    /// How many items of a list are told one by one, and whether it has just these.
    pub(crate) told_items: Option<(usize, bool)>,
    /// The schemas that say something, each without what is followed elsewhere.
    pub(crate) leaves: Vec<Node<'a>>,
    /// The components that were brought in.
    pub(crate) inherited: IndexSet<&'a str>,
}

impl Merged<'_> {
    /// Whether the schemas say nothing of a value's form.
    pub(crate) fn is_anything(&self) -> bool {
        self.only_ref.is_none()
            && self.leaves.is_empty()
            && self.unions.is_empty()
            && self.broken.is_none()
    }
}

/// A property as all the schemas describe it.
#[derive(Debug, Default)]
pub(crate) struct Property<'a> {
    /// A property may be described more than once; all of it holds.
    pub(crate) nodes: Vec<Node<'a>>,
    /// The component that declared it first, where that is not the schema itself.
    pub(crate) origin: Option<&'a str>,
}

/// What properties that are not declared may be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Additional<'a> {
    /// The schema says nothing.
    #[default]
    Unsaid,
    /// There are none.
    None,
    /// Anything.
    Any,
    /// Values of this schema.
    Of(Node<'a>),
}

/// A `oneOf` or `anyOf`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnionOf<'a> {
    /// `oneOf` or `anyOf`.
    pub(crate) keyword: &'static str,
    pub(crate) branches: &'a [ReferenceOr<Schema>],
    pub(crate) discriminator: Option<&'a Discriminator>,
}

/// Brings together what `nodes` say. Unions of the components in `inside` are not followed again: a child
/// that extends its parent is not a union of its parent's children.
pub(crate) fn merge<'a>(
    nodes: &[Node<'a>],
    components: &'a Components,
    inside: &[&'a str],
) -> Merged<'a> {
    merge_all(nodes, components, inside, true)
}

/// The same, but a lone reference is followed as well: for a component that stands for itself although it adds
/// nothing to another.
pub(crate) fn merge_through<'a>(
    nodes: &[Node<'a>],
    components: &'a Components,
    inside: &[&'a str],
) -> Merged<'a> {
    merge_all(nodes, components, inside, false)
}

fn merge_all<'a>(
    nodes: &[Node<'a>],
    components: &'a Components,
    inside: &[&'a str],
    keep_lone_ref: bool,
) -> Merged<'a> {
    let mut merge = Merge {
        components,
        inside,
        merged: Merged::default(),
        refs: Vec::new(),
        origin: None,
        own: false,
        inherited_description: "",
    };
    for node in nodes {
        merge.direct(*node, 0);
    }
    // One reference and nothing beside it (but words and `nullable`) is that component.
    let lone_ref = !merge.own && merge.refs.len() == 1 && merge.merged.unions.is_empty();
    if keep_lone_ref && lone_ref {
        merge.merged.only_ref = Some(merge.refs[0]);
        return merge.merged;
    }
    let refs = std::mem::take(&mut merge.refs);
    for name in refs {
        merge.component(name);
    }
    // An object that extends another is not what that one describes; a restricted scalar is.
    if merge.merged.description.is_empty() && merge.merged.properties.is_empty() {
        merge.merged.description = merge.inherited_description;
    }
    merge.merged
}

struct Merge<'a, 'b> {
    components: &'a Components,
    inside: &'b [&'a str],
    merged: Merged<'a>,
    refs: Vec<&'a str>,
    origin: Option<&'a str>,
    own: bool,
    inherited_description: &'a str,
}

impl<'a> Merge<'a, '_> {
    /// Takes what stands here, and notes references for later, so that own words come first.
    fn direct(&mut self, node: Node<'a>, depth: usize) {
        match node {
            Node::Ref(name) => {
                if !self.refs.contains(&name) {
                    self.refs.push(name);
                }
            }
            Node::Item(schema) => {
                let view = View::of(schema);
                self.words(
                    schema,
                    if depth == 0 {
                        Level::Outer
                    } else {
                        Level::Part
                    },
                );
                for part in view.all_of {
                    self.direct(Node::of(part), depth + 1);
                }
                self.unions(&view, schema, true);
                self.leaf(schema, view);
            }
            Node::Leaf(schema) => {
                self.words(
                    schema,
                    if depth == 0 {
                        Level::Outer
                    } else {
                        Level::Part
                    },
                );
                self.leaf(schema, View::of(schema));
            }
        }
    }

    /// Takes what a component says; a cycle of `allOf` says nothing new the second time.
    fn component(&mut self, name: &'a str) {
        if !self.merged.inherited.insert(name) {
            return;
        }
        match self.components.get(name) {
            Some(ReferenceOr::Reference { reference }) => {
                self.component(super::view::component_name(reference));
            }
            Some(ReferenceOr::Item(schema)) => {
                let outer = self.origin.replace(name);
                self.inherited(schema, self.inside.contains(&name));
                self.origin = outer;
            }
            None => {}
        }
    }

    fn inherited(&mut self, schema: &'a Schema, known: bool) {
        let view = View::of(schema);
        self.words(schema, Level::Inherited);
        for part in view.all_of {
            match Node::of(part) {
                Node::Ref(name) => self.component(name),
                Node::Item(schema) | Node::Leaf(schema) => self.inherited(schema, known),
            }
        }
        // A parent's discriminator tells its children apart; it makes no union of a child.
        if !known && discriminator(schema).is_none() {
            self.unions(&view, schema, false);
        }
        self.leaf(schema, view);
    }

    fn unions(&mut self, view: &View<'a>, schema: &'a Schema, own: bool) {
        for (keyword, branches) in [("oneOf", view.one_of), ("anyOf", view.any_of)] {
            if branches.is_empty() {
                continue;
            }
            self.own |= own;
            self.merged.unions.push(UnionOf {
                keyword,
                branches,
                discriminator: discriminator(schema),
            });
        }
    }

    fn leaf(&mut self, schema: &'a Schema, view: View<'a>) {
        let merged = &mut self.merged;
        if let Some(reason) = schema.schema_data.extensions.get("x-broken") {
            merged.broken = Some(reason.as_str().unwrap_or("it cannot be used"));
        }
        if let Some(told) = told_items(schema) {
            merged.told_items = Some((told, view.exact_items == Some(told)));
        }
        let says_something = view.ty.is_some()
            || view.format.is_some()
            || view.is_enumerated()
            || view.properties.is_some()
            || view.additional.is_some()
            || view.items.is_some()
            || !view.required.is_empty();
        if !says_something {
            merged.limits.extend(view.limits());
            return;
        }
        // `type: object` beside a reference adds nothing.
        self.own |= !(view.ty == Some("object")
            && view.properties.is_none()
            && view.required.is_empty()
            && !matches!(view.additional, Some(AdditionalProperties::Schema(_))));
        merged.leaves.push(Node::Leaf(schema));
        merged.ty = merged.ty.or(view.ty);
        merged.format = merged.format.or(view.format);
        merged.limits.extend(view.limits());
        merge_enumeration(&mut merged.enumeration, view.enumeration());
        for (name, declared) in view.properties.into_iter().flatten() {
            let origin = self.origin;
            let property = merged.properties.entry(name);
            let nodes = &mut property
                .or_insert_with(|| Property {
                    nodes: Vec::new(),
                    origin,
                })
                .nodes;
            let node = Node::of_boxed(declared);
            let same =
                |other: &Node<'_>| matches!((other, &node), (Node::Ref(a), Node::Ref(b)) if a == b);
            if !nodes.iter().any(same) {
                nodes.push(node);
            }
        }
        merged
            .required
            .extend(view.required.iter().map(String::as_str));
        if let Some(additional) = view.additional {
            merged.additional = match (merged.additional, additional) {
                (Additional::Unsaid | Additional::Any, AdditionalProperties::Any(false)) => {
                    Additional::None
                }
                (Additional::Unsaid, AdditionalProperties::Any(true)) => Additional::Any,
                (Additional::Unsaid | Additional::Any, AdditionalProperties::Schema(schema)) => {
                    Additional::Of(Node::of(schema))
                }
                (said, _) => said,
            };
        }
        merged.items.extend(view.items.map(Node::of_boxed));
    }

    /// The first words win: those of the outermost schema, then of its parts, then of what they refer to.
    fn words(&mut self, schema: &'a Schema, level: Level) {
        let data = &schema.schema_data;
        let merged = &mut self.merged;
        let description = match level {
            Level::Outer | Level::Part => &mut merged.description,
            Level::Inherited => &mut self.inherited_description,
        };
        if description.is_empty() {
            *description = data.description.as_deref().unwrap_or_default();
        }
        if level == Level::Outer && merged.title.is_empty() {
            merged.title = data.title.as_deref().unwrap_or_default();
        }
        merged.nullable |= level != Level::Inherited && data.nullable;
        merged.deprecated |= level == Level::Outer && data.deprecated;
        merged.read_only |= data.read_only;
        merged.write_only |= data.write_only;
        merged.default = merged.default.or(data.default.as_ref());
        merged.example = merged.example.or(data.example.as_ref());
    }
}

/// How far from the outermost schema something is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// By the schema itself.
    Outer,
    /// By a part of its `allOf`.
    Part,
    /// By a component that it refers to.
    Inherited,
}

/// Two lists of allowed values allow what stands in both.
fn merge_enumeration(merged: &mut Vec<Value>, other: Vec<Value>) {
    if other.is_empty() {
        return;
    }
    if merged.is_empty() {
        *merged = other;
        return;
    }
    let both: Vec<Value> = merged
        .iter()
        .filter(|value| other.contains(value))
        .cloned()
        .collect();
    if !both.is_empty() {
        *merged = both;
    }
}

/// Whether a branch of a union only adds conditions (`required: [a]`) and says nothing of the form.
pub(crate) fn is_condition(node: Node<'_>) -> bool {
    match node {
        Node::Ref(_) => false,
        Node::Item(schema) | Node::Leaf(schema) => {
            let view = View::of(schema);
            let bare_object = view.ty == Some("object")
                && view.properties.is_none()
                && view.additional.is_none()
                && view.all_of.is_empty()
                && view.one_of.is_empty()
                && view.any_of.is_empty();
            (view.is_blank() || bare_object) && !view.required.is_empty()
                || matches!(schema.schema_kind, openapiv3::SchemaKind::Not { .. })
        }
    }
}
