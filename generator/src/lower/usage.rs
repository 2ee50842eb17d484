//! Who uses a component: requests, responses, or both; and which unions it belongs to.
//!
//! A property that is required but read-only must not be asked of the caller, and one that is required but
//! write-only must not be expected of the server. Where a component with such a property travels both ways,
//! it becomes two types.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use openapiv3::{AdditionalProperties, OpenAPI, ReferenceOr, Schema};

use super::merge::Components;
use super::view::{Node, View, component_name, discriminator};
use crate::normalize::vendors_name;

/// The way a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// Both ways, or not known.
    Both,
    /// To the server.
    Request,
    /// From the server.
    Response,
}

impl Direction {
    /// What tells the name of a type that travels this way from the same type that travels the other way.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Both => "",
            Self::Request => "Input",
            Self::Response => "Output",
        }
    }
}

/// Components by the parent that they extend with `allOf`, directly or over others.
pub(crate) type Families<'a> = IndexMap<&'a str, Vec<&'a str>>;

/// What was found out about every component.
#[derive(Debug, Default)]
pub(crate) struct Usage<'a> {
    requested: HashSet<&'a str>,
    responded: HashSet<&'a str>,
    split: HashSet<&'a str>,
    /// The components that extend others.
    pub(crate) children: Families<'a>,
    /// Per component: the discriminator's property and the values that select the component.
    tags: HashMap<&'a str, Vec<(&'a str, String)>>,
}

impl<'a> Usage<'a> {
    /// Walks the document once.
    pub(crate) fn of(openapi: &'a OpenAPI, components: &'a Components) -> Self {
        let graph = Graph::of(components);
        let mut roots = Roots::default();
        super::roots::collect(openapi, &mut roots);
        let mut usage = Self {
            requested: graph.reach(roots.requests),
            responded: graph.reach(roots.responses),
            children: children_of(components),
            ..Self::default()
        };
        usage.tags = tags(components, &usage.children);
        usage.split = graph
            .asymmetric()
            .into_iter()
            .filter(|name| usage.requested.contains(name) && usage.responded.contains(name))
            .collect();
        usage
    }

    /// The directions in which a component becomes a type.
    pub(crate) fn directions(&self, name: &str) -> Vec<Direction> {
        match self.is_split(name) {
            true => vec![Direction::Response, Direction::Request],
            false => vec![self.effective(name, Direction::Both)],
        }
    }

    /// The direction of the type that stands for a component in a place.
    pub(crate) fn effective(&self, name: &str, place: Direction) -> Direction {
        if self.is_split(name) {
            return match place {
                Direction::Request => Direction::Request,
                Direction::Both | Direction::Response => Direction::Response,
            };
        }
        match (self.requested.contains(name), self.responded.contains(name)) {
            (true, false) => Direction::Request,
            (false, true) => Direction::Response,
            _ => Direction::Both,
        }
    }

    /// Whether a component is two types.
    pub(crate) fn is_split(&self, name: &str) -> bool {
        self.split.contains(name)
    }

    /// The value of a discriminator that selects a component, if there is just one.
    pub(crate) fn tag(&self, component: &str, property: &str) -> Option<&str> {
        let tags = self.tags.get(component)?;
        let mut matching = tags.iter().filter(|(name, _)| *name == property);
        let (_, value) = matching.next()?;
        matching
            .all(|(_, other)| other == value)
            .then_some(value.as_str())
    }

    /// Whether a discriminator names a component.
    pub(crate) fn has_tag(&self, component: &str) -> bool {
        self.tags.contains_key(component)
    }
}

/// The component schemas that requests and responses name directly.
#[derive(Debug, Default)]
pub(crate) struct Roots<'a> {
    pub(crate) requests: Vec<&'a str>,
    pub(crate) responses: Vec<&'a str>,
}

/// What a component refers to.
#[derive(Debug, Default)]
struct Facts<'a> {
    refs: Vec<&'a str>,
    parents: Vec<&'a str>,
    /// It has a required property that is read-only or write-only.
    asymmetric: bool,
}

struct Graph<'a> {
    facts: IndexMap<&'a str, Facts<'a>>,
}

impl<'a> Graph<'a> {
    fn of(components: &'a Components) -> Self {
        let mut facts: IndexMap<&'a str, Facts<'a>> = IndexMap::new();
        for (name, schema) in components {
            let mut own = Facts::default();
            match schema {
                ReferenceOr::Reference { reference } => own.refs.push(component_name(reference)),
                ReferenceOr::Item(schema) => {
                    walk(schema, &mut |schema| own.note(schema, components));
                    own.parents = parents(schema);
                }
            }
            facts.insert(name, own);
        }
        // A parent with a discriminator stands for its children wherever it is named.
        let families: Vec<(&'a str, &'a str)> = facts
            .iter()
            .flat_map(|(name, own)| own.parents.iter().map(|parent| (*parent, *name)))
            .filter(|(parent, _)| is_parent(components, parent))
            .collect();
        for (parent, child) in families {
            if let Some(own) = facts.get_mut(parent) {
                own.refs.push(child);
            }
        }
        Self { facts }
    }

    fn reach(&self, roots: Vec<&'a str>) -> HashSet<&'a str> {
        let mut reached = HashSet::new();
        let mut work = roots;
        while let Some(name) = work.pop() {
            if reached.insert(name) {
                work.extend(self.facts.get(name).into_iter().flat_map(|own| &own.refs));
            }
        }
        reached
    }

    /// The components that are asymmetric or contain one that is.
    fn asymmetric(&self) -> HashSet<&'a str> {
        let mut users: HashMap<&'a str, Vec<&'a str>> = HashMap::new();
        for (name, own) in &self.facts {
            for target in &own.refs {
                users.entry(target).or_default().push(name);
            }
        }
        let mut found = HashSet::new();
        let mut work: Vec<&'a str> = self
            .facts
            .iter()
            .filter(|(_, own)| own.asymmetric)
            .map(|(name, _)| *name)
            .collect();
        while let Some(name) = work.pop() {
            if found.insert(name) {
                work.extend(users.get(name).into_iter().flatten());
            }
        }
        found
    }
}

impl<'a> Facts<'a> {
    fn note(&mut self, schema: &'a Schema, components: &'a Components) {
        let view = View::of(schema);
        for node in children(&view) {
            if let Node::Ref(name) = node {
                self.refs.push(name);
            }
        }
        let required = |name: &str| view.required.iter().any(|required| required == name);
        self.asymmetric |= view
            .properties
            .into_iter()
            .flatten()
            .filter(|(name, _)| required(name))
            .any(|(_, property)| one_way(Node::of_boxed(property), components));
    }
}

fn one_way(node: Node<'_>, components: &Components) -> bool {
    let schema = match node {
        Node::Item(schema) | Node::Leaf(schema) => Some(schema),
        Node::Ref(name) => components.get(name).and_then(ReferenceOr::as_item),
    };
    schema.is_some_and(|schema| schema.schema_data.read_only || schema.schema_data.write_only)
}

/// The components that a schema extends.
fn parents(schema: &Schema) -> Vec<&str> {
    let view = View::of(schema);
    view.all_of
        .iter()
        .filter_map(|part| match Node::of(part) {
            Node::Ref(name) => Some(name),
            Node::Item(_) | Node::Leaf(_) => None,
        })
        .collect()
}

/// The components that extend others.
pub(crate) fn children_of(components: &Components) -> Families<'_> {
    let mut families = Families::new();
    for (name, schema) in components {
        let parents = schema.as_item().map(parents).unwrap_or_default();
        for parent in parents {
            families.entry(parent).or_default().push(name);
        }
    }
    close(&mut families);
    families
}

/// Makes grandchildren children too.
fn close(families: &mut Families<'_>) {
    let direct = families.clone();
    for (parent, children) in families {
        let mut seen: HashSet<&str> = children.iter().copied().collect();
        seen.insert(parent);
        let mut next = 0;
        while next < children.len() {
            let child = children[next];
            for grandchild in direct.get(child).into_iter().flatten() {
                if seen.insert(grandchild) {
                    children.push(grandchild);
                }
            }
            next += 1;
        }
    }
}

/// Whether a component is told apart into its children by a discriminator of its own.
pub(crate) fn is_parent(components: &Components, name: &str) -> bool {
    let Some(ReferenceOr::Item(schema)) = components.get(name) else {
        return false;
    };
    let view = View::of(schema);
    discriminator(schema).is_some() && view.one_of.is_empty() && view.any_of.is_empty()
}

/// The schemas that stand directly in a schema.
fn children<'a>(view: &View<'a>) -> Vec<Node<'a>> {
    let mut nodes: Vec<Node<'a>> = Vec::new();
    nodes.extend(
        view.properties
            .into_iter()
            .flatten()
            .map(|(_, p)| Node::of_boxed(p)),
    );
    nodes.extend(view.items.map(Node::of_boxed));
    if let Some(AdditionalProperties::Schema(schema)) = view.additional {
        nodes.push(Node::of(schema));
    }
    for list in [view.all_of, view.one_of, view.any_of] {
        nodes.extend(list.iter().map(Node::of));
    }
    nodes
}

/// Visits a schema and all inline schemas in it, without recursion: documents nest as deep as they like.
pub(crate) fn walk<'a>(schema: &'a Schema, visit: &mut dyn FnMut(&'a Schema)) {
    let mut work = vec![schema];
    while let Some(schema) = work.pop() {
        visit(schema);
        for node in children(&View::of(schema)) {
            if let Node::Item(schema) | Node::Leaf(schema) = node {
                work.push(schema);
            }
        }
    }
}

/// The discriminator values by component, from every discriminator of the document.
fn tags<'a>(
    components: &'a Components,
    children_of: &Families<'a>,
) -> HashMap<&'a str, Vec<(&'a str, String)>> {
    let mut tags: HashMap<&'a str, Vec<(&'a str, String)>> = HashMap::new();
    for (name, schema) in components {
        let ReferenceOr::Item(schema) = schema else {
            continue;
        };
        let mut note = |schema: &'a Schema, branches: Vec<&'a str>| {
            let Some(found) = discriminator(schema) else {
                return;
            };
            for branch in branches {
                for value in mapped(found, branch) {
                    let property = found.property_name.as_str();
                    tags.entry(branch).or_default().push((property, value));
                }
            }
        };
        walk(schema, &mut |schema| {
            let view = View::of(schema);
            let branches = view.one_of.iter().chain(view.any_of);
            let refs = branches.filter_map(|branch| match Node::of(branch) {
                Node::Ref(name) => Some(name),
                Node::Item(_) | Node::Leaf(_) => None,
            });
            note(schema, refs.collect());
        });
        if is_parent(components, name) {
            let children = children_of.get(name.as_str()).cloned().unwrap_or_default();
            // The parent stands for itself as well.
            note(
                schema,
                std::iter::once(name.as_str()).chain(children).collect(),
            );
        }
    }
    tags
}

/// The values of a discriminator that select a component: those mapped to it, else its name
/// (OpenAPI 3.0.4, 4.7.25.1).
fn mapped(discriminator: &openapiv3::Discriminator, component: &str) -> Vec<String> {
    let values: Vec<String> = discriminator
        .mapping
        .iter()
        .filter(|(_, target)| component_name(target) == component)
        .map(|(value, _)| value.clone())
        .collect();
    match values.is_empty() {
        true => vec![vendors_name(component).into_owned()],
        false => values,
    }
}
