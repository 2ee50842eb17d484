//! Schemas become types.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::merge::{Components, Merged, UnionOf, merge, merge_through};
use super::objects::is_struct;
use super::usage::{Direction, Usage};
use super::view::{Node, View};
use super::{Finding, enums};
use crate::ir::{Type, TypeDef, TypeKind};
use crate::names::{self, Scope};
use crate::normalize::vendors_name;

/// Names that generated type modules use themselves, so that no schema may take them.
const RESERVED: &[&str] = &[
    "Base64",
    "BTreeMap",
    "Box",
    "Date",
    "DateTime",
    "Debug",
    "Clone",
    "Copy",
    "Decimal",
    "Default",
    "Duration",
    "Err",
    "Json",
    "None",
    "Nullable",
    "Ok",
    "Option",
    "PartialEq",
    "Eq",
    "Hash",
    "Secret",
    "Self",
    "Some",
    "String",
    "Time",
    "Uuid",
    "Vec",
    "Send",
    "Sync",
    "Drop",
    "From",
    "Into",
];

/// What a type that is an object, a union or a single value is told apart by, should its name be taken.
const OBJECT: &str = "Object";
const CHOICE: &str = "Choice";
const VALUE: &str = "Value";

/// How deep schemas may stand in one another before a value falls back to JSON.
const MAX_DEPTH: usize = 48;

/// The types of an API while they are being made.
pub(crate) struct Types<'a> {
    pub(super) components: &'a Components,
    pub(super) usage: Usage<'a>,
    pub(super) decimal: bool,
    scope: Scope,
    definitions: Vec<Option<TypeDef>>,
    order: Vec<usize>,
    named: HashMap<(&'a str, Direction), usize>,
    /// Inline schemas that were lowered, by their addresses: an inherited property is one type.
    inline: HashMap<InlineKey, Type>,
    /// Inline schemas without a name that are being lowered.
    active: HashSet<InlineKey>,
    /// Components whose unions are being spread.
    pub(super) inside: Vec<&'a str>,
    depth: usize,
    pub(super) findings: Vec<Finding>,
    pub(super) json_fallbacks: usize,
}

/// The addresses of the schemas that make a type, and the way it travels.
type InlineKey = (Vec<usize>, Direction);

/// A lowered schema: its type and the words that belong to the place where it stands.
#[derive(Debug)]
pub(crate) struct Lowered<'a> {
    pub(crate) ty: Type,
    pub(crate) nullable: bool,
    pub(crate) words: Words<'a>,
}

/// What a schema says for people.
#[derive(Debug, Default)]
pub(crate) struct Words<'a> {
    pub(crate) description: &'a str,
    pub(crate) limits: Vec<String>,
    pub(crate) default: Option<&'a Value>,
    pub(crate) example: Option<&'a Value>,
    pub(crate) deprecated: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
}

/// Where a schema stands: what an inline type is named after, and its pointer.
#[derive(Clone, Debug)]
pub(crate) struct Hint {
    /// The name of the type that it belongs to.
    pub(crate) parent: String,
    /// What it is there.
    pub(crate) part: String,
    /// The JSON pointer in the normalized document.
    pub(crate) pointer: String,
}

impl Hint {
    pub(crate) fn new(parent: &str, part: &str, pointer: String) -> Self {
        Self {
            parent: parent.to_owned(),
            part: part.to_owned(),
            pointer,
        }
    }

    pub(super) fn name(&self) -> String {
        names::type_name(&format!("{} {}", self.parent, self.part))
    }

    pub(super) fn item(&self) -> Self {
        let words = names::words(&self.part);
        let part = match words.split_last() {
            Some((last, before)) => match names::singular(last) {
                Some(one) => [before, &[one]].concat().join(" "),
                None => format!("{} item", self.part),
            },
            None => "item".to_owned(),
        };
        Self::new(&self.parent, &part, format!("{}/items", self.pointer))
    }

    pub(super) fn value(&self) -> Self {
        let pointer = format!("{}/additionalProperties", self.pointer);
        Self::new(&self.parent, &format!("{} value", self.part), pointer)
    }
}

impl<'a> Types<'a> {
    pub(crate) fn new(components: &'a Components, usage: Usage<'a>, decimal: bool) -> Self {
        Self {
            components,
            usage,
            decimal,
            scope: Scope::with_reserved(RESERVED),
            definitions: Vec::new(),
            order: Vec::new(),
            named: HashMap::new(),
            inline: HashMap::new(),
            active: HashSet::new(),
            inside: Vec::new(),
            depth: 0,
            findings: Vec::new(),
            json_fallbacks: 0,
        }
    }

    /// Lowers every component but those that are left out. The names of all are claimed first, so that no inline type can
    /// take one, and no name moves when something begins or ends to lead to a schema.
    pub(crate) fn components(&mut self, left_out: &HashSet<&str>) {
        // Who is spelled as Rust would have it keeps the name, wherever the document puts the others.
        let all = self.components.keys().map(String::as_str);
        let (exact, others): (Vec<&'a str>, Vec<&'a str>) =
            all.partition(|name| names::type_name(name) == **name);
        let mut work = Vec::new();
        for name in exact.into_iter().chain(others) {
            for direction in self.usage.directions(name) {
                let own = self.component_type_name(name, direction);
                let word = match self.components.get(name) {
                    Some(schema) if !self.scope.is_free(&own) => {
                        self.kind_word(&merge(&[Node::of(schema)], self.components, &[]))
                    }
                    _ => "",
                };
                let index = self.reserve(&own, &[word]);
                if !left_out.contains(name) {
                    self.named.insert((name, direction), index);
                    work.push((name, direction, index));
                }
            }
        }
        work.sort_by_key(|(name, ..)| self.components.get_index_of(*name));
        for (name, direction, index) in work {
            self.component_definition(name, direction, index);
        }
    }

    /// The finished types in the order to write them, with indexes to match.
    pub(crate) fn finish(self) -> (Vec<TypeDef>, Vec<Finding>, usize) {
        let mut moved = vec![0; self.definitions.len()];
        for (to, from) in self.order.iter().enumerate() {
            moved[*from] = to;
        }
        let mut definitions = self.definitions;
        let types = self
            .order
            .iter()
            .filter_map(|index| definitions[*index].take())
            .map(|mut definition| {
                super::recursion::renumber(&mut definition, &moved);
                definition
            })
            .collect();
        (types, self.findings, self.json_fallbacks)
    }

    /// Where an index will be once the types are finished.
    pub(crate) fn final_indexes(&self) -> Vec<usize> {
        let mut moved = vec![0; self.definitions.len()];
        for (to, from) in self.order.iter().enumerate() {
            moved[*from] = to;
        }
        moved
    }

    /// The definition behind an index, once it is there.
    pub(crate) fn definition(&self, index: usize) -> Option<&TypeDef> {
        self.definitions.get(index)?.as_ref()
    }

    fn component_type_name(&self, name: &str, direction: Direction) -> String {
        let own = names::type_name(name);
        match direction {
            Direction::Request if self.usage.is_split(name) => names::with_word(&own, "Input"),
            _ => own,
        }
    }

    /// Takes a name, or else what it is called with the first of these words behind it that tells it apart.
    fn reserve(&mut self, name: &str, words: &[&str]) -> usize {
        let others = words.iter().map(|word| names::with_word(name, word));
        let name = self.scope.claim_capitalized(name, others);
        let index = self.definitions.len();
        self.definitions.push(Some(TypeDef {
            name,
            wire_name: String::new(),
            pointer: String::new(),
            description: String::new(),
            deprecated: false,
            kind: TypeKind::Alias(Type::Json),
        }));
        index
    }

    fn name_of(&self, index: usize) -> String {
        self.definition(index)
            .map(|definition| definition.name.clone())
            .unwrap_or_default()
    }

    fn component_definition(&mut self, name: &'a str, direction: Direction, index: usize) {
        self.order.push(index);
        let pointer = format!("/components/schemas/{}", escape(name));
        let type_name = self.name_of(index);
        let hint = Hint::new(&type_name, "", pointer);
        let node = match self.components.get(name) {
            Some(schema) => Node::of(schema),
            None => return,
        };
        self.inside.push(name);
        let merged = match node {
            // A discriminator tells it from what it extends, so its constant is its own.
            Node::Item(_) if self.usage.has_tag(name) => {
                merge_through(&[node], self.components, &self.inside)
            }
            _ => merge(&[node], self.components, &self.inside),
        };
        let words = words(&merged);
        let (description, deprecated) = (words.description.to_owned(), words.deprecated);
        let kind = self.component_kind(name, merged, &hint, direction);
        self.inside.pop();
        self.definitions[index] = Some(TypeDef {
            name: type_name,
            wire_name: vendors_name(name).into_owned(),
            pointer: hint.pointer,
            description,
            deprecated,
            kind,
        });
    }

    fn component_kind(
        &mut self,
        name: &'a str,
        merged: Merged<'a>,
        hint: &Hint,
        direction: Direction,
    ) -> TypeKind {
        if let Some(kind) = self.family(name, hint, direction) {
            return kind;
        }
        match merged.only_ref {
            Some(target) => TypeKind::Alias(self.component(target, direction).ty),
            None => match self.build(merged, hint, direction) {
                Built::Kind(kind) => kind,
                Built::Plain(ty) => TypeKind::Alias(ty),
            },
        }
    }

    /// The type of a component where it is referred to.
    pub(super) fn component(&mut self, name: &'a str, direction: Direction) -> Lowered<'a> {
        let direction = self.usage.effective(name, direction);
        let ty = match self.named.get(&(name, direction)) {
            Some(index) => Type::Named(*index),
            None => Type::Json,
        };
        Lowered {
            ty,
            nullable: self.is_nullable(name),
            words: Words::default(),
        }
    }

    /// The type of what all the nodes together say.
    pub(crate) fn lower(
        &mut self,
        nodes: &[Node<'a>],
        hint: &Hint,
        direction: Direction,
    ) -> Lowered<'a> {
        if let [Node::Ref(name)] = nodes {
            return self.component(name, direction);
        }
        let merged = merge(nodes, self.components, &self.inside);
        let mut words = words(&merged);
        let nullable = match nodes {
            [_, _, ..] => self.all_take_null(nodes),
            _ => {
                merged.nullable
                    || merged.enumeration.iter().any(Value::is_null)
                    || self.takes_null(&merged.unions)
            }
        };
        if let Some(name) = merged.only_ref {
            let target = self.component(name, direction);
            return Lowered {
                ty: target.ty,
                nullable: nullable || target.nullable,
                words,
            };
        }
        if self.depth >= MAX_DEPTH {
            self.fallback(hint, "schemas stand too deep in one another");
            return Lowered {
                ty: Type::Json,
                nullable,
                words,
            };
        }
        self.depth += 1;
        let ty = self.inline_type(nodes, merged, hint, direction);
        self.depth -= 1;
        if matches!(ty, Type::Named(_)) {
            words.limits.clear();
        }
        let nullable = nullable && ty != Type::Json;
        Lowered {
            ty,
            nullable,
            words,
        }
    }

    fn inline_type(
        &mut self,
        nodes: &[Node<'a>],
        merged: Merged<'a>,
        hint: &Hint,
        direction: Direction,
    ) -> Type {
        // Enums are the same whichever way they travel.
        let known = merged.broken.is_none()
            && self.real_unions(&merged).is_empty()
            && enums::of(&merged).is_some_and(|values| values.is_named());
        let direction = if known { Direction::Both } else { direction };
        let key = (nodes.iter().map(address).collect::<Vec<_>>(), direction);
        if let Some(ty) = self.inline.get(&key) {
            return ty.clone();
        }
        if !self.needs_name(&merged) {
            if !self.active.insert(key.clone()) {
                self.fallback(hint, "it contains itself without a name");
                return Type::Json;
            }
            let description = merged.description;
            let ty = match self.build(merged, hint, direction) {
                Built::Plain(ty) => ty,
                Built::Kind(kind) => self.define(hint, kind, description, direction),
            };
            self.active.remove(&key);
            if matches!(ty, Type::Named(_)) {
                self.inline.insert(key, ty.clone());
            }
            return ty;
        }
        // The same schema may have become a type that travels the other way.
        let others = [Direction::Both, Direction::Request, Direction::Response];
        let mut others = others.iter().filter(|other| **other != direction);
        let is_twin = others.any(|other| self.inline.contains_key(&(key.0.clone(), *other)));
        let word = if is_twin { direction.word() } else { "" };
        let words = [word, self.kind_word(&merged)];
        let index = self.reserve(&hint.name(), &words);
        self.order.push(index);
        self.inline.insert(key, Type::Named(index));
        let own = Hint::new(&self.name_of(index), "", hint.pointer.clone());
        let (description, deprecated) = (merged.description.to_owned(), merged.deprecated);
        let kind = match self.build(merged, &own, direction) {
            Built::Kind(kind) => kind,
            Built::Plain(ty) => TypeKind::Alias(ty),
        };
        if let Some(definition) = &mut self.definitions[index] {
            definition.pointer = hint.pointer.clone();
            definition.description = description;
            definition.deprecated = deprecated;
            definition.kind = kind;
        }
        Type::Named(index)
    }

    fn define(
        &mut self,
        hint: &Hint,
        kind: TypeKind,
        description: &str,
        direction: Direction,
    ) -> Type {
        let word = match &kind {
            TypeKind::Struct(_) => OBJECT,
            TypeKind::Union(_) => CHOICE,
            TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) | TypeKind::Alias(_) => VALUE,
        };
        let index = self.reserve(&hint.name(), &[word, direction.word()]);
        self.order.push(index);
        if let Some(definition) = &mut self.definitions[index] {
            definition.pointer = hint.pointer.clone();
            definition.description = description.to_owned();
            definition.kind = kind;
        }
        Type::Named(index)
    }

    /// What a type is, for names that another type has already.
    fn kind_word(&self, merged: &Merged<'a>) -> &'static str {
        if !self.real_unions(merged).is_empty() {
            return CHOICE;
        }
        match merged.ty {
            Some("array") => "List",
            _ if is_struct(merged) => OBJECT,
            Some("object") => "Map",
            _ => VALUE,
        }
    }

    /// Whether the type stands under a name of its own; unions find out only while they are built.
    fn needs_name(&self, merged: &Merged<'a>) -> bool {
        if merged.broken.is_some() || !self.real_unions(merged).is_empty() {
            return false;
        }
        enums::of(merged).is_some_and(|values| values.is_named()) || is_struct(merged)
    }

    fn build(&mut self, merged: Merged<'a>, hint: &Hint, direction: Direction) -> Built {
        if let Some(reason) = merged.broken {
            self.fallback(hint, reason);
            return Built::Plain(Type::Json);
        }
        if !self.real_unions(&merged).is_empty() {
            return self.union(merged, hint, direction);
        }
        if let Some(values) = enums::of(&merged) {
            return match values {
                enums::Values::Strings(values) => {
                    Built::Kind(TypeKind::StringEnum(enums::strings(&values)))
                }
                enums::Values::Integers(values) => {
                    Built::Kind(TypeKind::IntegerEnum(enums::integers(&values)))
                }
                enums::Values::Booleans => Built::Plain(Type::Bool),
                enums::Values::Numbers => Built::Plain(self.number()),
                enums::Values::Mixed => {
                    self.fallback(hint, "its enum mixes kinds of values");
                    Built::Plain(Type::Json)
                }
            };
        }
        if is_struct(&merged) {
            return Built::Kind(TypeKind::Struct(self.structure(merged, hint, direction)));
        }
        Built::Plain(self.plain(merged, hint, direction))
    }

    /// What the nodes say, through references.
    pub(super) fn resolved(&self, nodes: &[Node<'a>]) -> Merged<'a> {
        let mut merged = merge(nodes, self.components, &self.inside);
        for _ in 0..MAX_DEPTH {
            let Some(schema) = merged.only_ref.and_then(|name| self.components.get(name)) else {
                break;
            };
            merged = merge(&[Node::of(schema)], self.components, &self.inside);
        }
        merged
    }

    fn is_nullable(&self, name: &'a str) -> bool {
        self.node_takes_null(Node::Ref(name), &mut HashSet::new())
    }

    /// Whether all that describe a value take null, apart from those that say nothing of its form.
    fn all_take_null(&self, nodes: &[Node<'a>]) -> bool {
        let says_form = |node: &&Node<'a>| match node {
            Node::Ref(_) => true,
            Node::Item(schema) | Node::Leaf(schema) => {
                schema.schema_data.nullable || !View::of(schema).is_blank()
            }
        };
        let mut telling = nodes.iter().filter(says_form).peekable();
        let takes = |node: &Node<'a>| self.node_takes_null(*node, &mut HashSet::new());
        telling.peek().is_some() && telling.all(takes)
    }

    /// Whether a branch of a union takes null, and so the union.
    fn takes_null(&self, unions: &[UnionOf<'a>]) -> bool {
        let mut seen = HashSet::new();
        let mut branches = unions.iter().flat_map(|union| union.branches);
        branches.any(|branch| self.node_takes_null(Node::of(branch), &mut seen))
    }

    /// `seen` are the components that were asked already.
    fn node_takes_null(&self, node: Node<'a>, seen: &mut HashSet<&'a str>) -> bool {
        let schema = match node {
            Node::Item(schema) | Node::Leaf(schema) => schema,
            Node::Ref(name) if !seen.insert(name) => return false,
            Node::Ref(name) => match self.components.get(name).map(Node::of) {
                Some(Node::Item(schema) | Node::Leaf(schema)) => schema,
                Some(node) => return self.node_takes_null(node, seen),
                None => return false,
            },
        };
        let view = View::of(schema);
        let mut branches = view.one_of.iter().chain(view.any_of);
        schema.schema_data.nullable
            || view.enumeration().contains(&Value::Null)
            || branches.any(|branch| self.node_takes_null(Node::of(branch), seen))
    }

    /// Notes that a value stays JSON although the document says something of it.
    pub(super) fn fallback(&mut self, hint: &Hint, reason: &str) {
        self.json_fallbacks += 1;
        self.findings.push(Finding::json(&hint.pointer, reason));
    }
}

/// What a schema becomes before it has a name.
pub(super) enum Built {
    /// A type that stands under a name.
    Kind(TypeKind),
    /// A type that is written where it stands.
    Plain(Type),
}

pub(super) fn words<'a>(merged: &Merged<'a>) -> Words<'a> {
    Words {
        description: match merged.description {
            "" => merged.title,
            description => description,
        },
        limits: merged.limits.clone(),
        default: merged.default,
        example: merged.example,
        deprecated: merged.deprecated,
        read_only: merged.read_only,
        write_only: merged.write_only,
    }
}

/// The address of a node, by which an inline schema is known again.
fn address(node: &Node<'_>) -> usize {
    match node {
        Node::Ref(name) => name.as_ptr() as usize,
        Node::Item(schema) => std::ptr::from_ref(*schema) as usize,
        Node::Leaf(schema) => std::ptr::from_ref(*schema) as usize + 1,
    }
}

/// A JSON pointer's segment (RFC 6901, section 3).
pub(crate) fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}
