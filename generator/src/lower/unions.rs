//! `oneOf`, `anyOf`, and parents that a discriminator tells apart into their children.

use openapiv3::{Discriminator, ReferenceOr};
use serde_json::Value;

use super::enums;
use super::merge::{Additional, Merged, UnionOf, is_condition, merge};
use super::products::{nodes, without_implied};
use super::schemas::{Built, Hint, Types, escape};
use super::tags::default_mapping;
use super::usage::{Direction, is_parent};
use super::view::{Node, discriminator};
use crate::ir::{Type, TypeKind, Union, UnionVariant};
use crate::names::{self, Scope};

/// A branch of a union, or a combination of branches.
struct Branch<'a> {
    /// What all holds for it.
    nodes: Vec<Node<'a>>,
    label: String,
    tags: Vec<String>,
    pointer: String,
}

impl<'a> Types<'a> {
    /// The unions that say something of the value's form.
    pub(super) fn real_unions(&self, merged: &Merged<'a>) -> Vec<UnionOf<'a>> {
        let scalar = merged.ty.is_some_and(|ty| ty != "object" && ty != "array");
        merged
            .unions
            .iter()
            .filter(|union| {
                let nodes = || union.branches.iter().map(Node::of);
                let conditions = nodes().all(is_condition);
                let restates = scalar && nodes().all(|node| self.adds_nothing(node));
                !conditions && !restates
            })
            .copied()
            .collect()
    }

    /// Whether a branch beside a scalar `type` only restates or restricts it.
    fn adds_nothing(&self, node: Node<'a>) -> bool {
        let merged = merge(&[node], self.components, &[]);
        merged.only_ref.is_none() && merged.ty.is_none() && merged.properties.is_empty()
    }

    pub(super) fn union(&mut self, merged: Merged<'a>, hint: &Hint, direction: Direction) -> Built {
        let unions = without_implied(self.real_unions(&merged));
        // What stands beside the union holds for every branch of it.
        let says_nothing = merged.properties.is_empty()
            && merged.required.is_empty()
            && !matches!(merged.additional, Additional::Of(_));
        let shared = match says_nothing {
            true => Vec::new(),
            false => merged.leaves.clone(),
        };
        let depth = self.inside.len();
        self.inside.extend(merged.inherited.iter().copied());
        let built = match unions[..] {
            [union] => match self.at_once(union, &shared) {
                Some(object) => {
                    Built::Kind(TypeKind::Struct(self.structure(object, hint, direction)))
                }
                None => self.spread(union, &shared, hint, direction),
            },
            _ => self.product(&unions, &shared, hint, direction),
        };
        self.inside.truncate(depth);
        built
    }

    fn spread(
        &mut self,
        union: UnionOf<'a>,
        shared: &[Node<'a>],
        hint: &Hint,
        direction: Direction,
    ) -> Built {
        let mut nodes: Vec<Node<'a>> = union.branches.iter().map(Node::of).collect();
        nodes.extend(self.mapped_outside(union.discriminator, &nodes, hint));
        let tags = self.tags(union.discriminator, &nodes);
        let mut branches = Vec::new();
        for (position, (node, tags)) in nodes.into_iter().zip(tags).enumerate() {
            if is_condition(node) && shared.is_empty() || self.is_null(node) {
                continue;
            }
            let mut nodes = vec![node];
            nodes.extend(shared.iter().filter(|_| self.adds_to(shared, node)));
            branches.push(Branch {
                label: self.label(node, &tags, &hint.parent),
                pointer: format!("{}/{}/{position}", hint.pointer, union.keyword),
                nodes,
                tags,
            });
        }
        self.variants(branches, union.discriminator, hint, direction)
    }

    /// Several unions over one value: a variant for each combination of their branches that can be.
    fn product(
        &mut self,
        unions: &[UnionOf<'a>],
        shared: &[Node<'a>],
        hint: &Hint,
        direction: Direction,
    ) -> Built {
        let reason = match self.combinations(unions, shared) {
            None => "it combines several `oneOf` or `anyOf` that are no objects, or too many",
            Some(combinations) if combinations.is_empty() => {
                "it combines several `oneOf` or `anyOf` that exclude one another"
            }
            Some(combinations) => {
                return self.combined(unions, combinations, shared, hint, direction);
            }
        };
        self.fallback(hint, reason);
        Built::Plain(Type::Json)
    }

    fn combined(
        &mut self,
        unions: &[UnionOf<'a>],
        combinations: Vec<Vec<usize>>,
        shared: &[Node<'a>],
        hint: &Hint,
        direction: Direction,
    ) -> Built {
        let discriminated = unions
            .iter()
            .position(|union| union.discriminator.is_some());
        let mut branches = Vec::new();
        for combination in combinations {
            let parts = nodes(unions, &combination, &[]);
            let tags = discriminated.and_then(|at| {
                let union = unions.get(at)?;
                let nodes: Vec<Node<'a>> = union.branches.iter().map(Node::of).collect();
                let tags = self.tags(union.discriminator, &nodes);
                tags.into_iter().nth(*combination.get(at)?)
            });
            let labels = parts
                .iter()
                .map(|node| self.label(*node, &[], &hint.parent));
            let steps = unions.iter().zip(&combination);
            let steps = steps.map(|(union, branch)| format!("/{}/{branch}", union.keyword));
            branches.push(Branch {
                label: labels.collect(),
                // One place can be shown: that of the first.
                pointer: format!("{}{}", hint.pointer, steps.take(1).collect::<String>()),
                nodes: nodes(unions, &combination, shared),
                tags: tags.unwrap_or_default(),
            });
        }
        let discriminator = discriminated.and_then(|at| unions.get(at)?.discriminator);
        self.variants(branches, discriminator, hint, direction)
    }

    /// Whether what stands beside a union says more of a branch than the branch itself.
    fn adds_to(&self, shared: &[Node<'a>], node: Node<'a>) -> bool {
        let beside = merge(shared, self.components, &self.inside);
        if !beside.properties.is_empty() || matches!(beside.additional, Additional::Of(_)) {
            return true;
        }
        let branch = self.resolved(&[node]);
        let mut required = beside.required.iter();
        is_condition(node)
            || required
                .any(|name| branch.properties.contains_key(name) && !branch.required.contains(name))
    }

    fn variants(
        &mut self,
        branches: Vec<Branch<'a>>,
        discriminator: Option<&'a Discriminator>,
        hint: &Hint,
        direction: Direction,
    ) -> Built {
        let mut scope = Scope::with_reserved(&["Self"]);
        let mut labels = Scope::new();
        let mut variants: Vec<UnionVariant> = Vec::new();
        let parent = format!("{} {}", hint.parent, hint.part);
        for branch in branches {
            let Branch {
                nodes,
                label,
                tags,
                pointer,
            } = branch;
            // What stands inline is named after its variant.
            let part = labels.claim(&label, self.alternatives(&nodes, &label));
            let lowered = self.lower(&nodes, &Hint::new(&parent, &part, pointer), direction);
            if let Some(variant) = variants.iter_mut().find(|v| v.ty == lowered.ty) {
                let new = tags.into_iter().filter(|tag| !variant.tags.contains(tag));
                variant.tags.extend(new.collect::<Vec<_>>());
                continue;
            }
            let alternatives = self.alternatives(&nodes, &label);
            variants.push(UnionVariant {
                name: scope.claim(&label, alternatives),
                ty: lowered.ty,
                tags,
                description: lowered.words.description.to_owned(),
            });
        }
        self.absorb(&mut variants);
        self.note_shared_tags(&variants, hint);
        match variants.len() {
            0 => Built::Plain(Type::Json),
            1 => Built::Plain(variants.remove(0).ty),
            _ if variants.iter().any(|variant| variant.ty == Type::Json) => {
                // One branch takes anything, so the value may be anything.
                self.fallback(hint, "one of its branches takes any value");
                Built::Plain(Type::Json)
            }
            _ => {
                let default = discriminator.and_then(default_mapping);
                let default = default
                    .and_then(|target| named(&variants, &self.component(target, direction).ty));
                let union = finish(discriminator, variants, default, &mut scope);
                Built::Kind(TypeKind::Union(union))
            }
        }
    }

    /// Whether a branch takes nothing but null, which an `Option` around the union takes.
    fn is_null(&self, node: Node<'a>) -> bool {
        let merged = self.resolved(&[node]);
        merged.ty.is_none() && matches!(merged.enumeration[..], [Value::Null])
    }

    /// Open enums take every string, and wider numbers every narrower one that they hold exactly.
    fn absorb(&self, variants: &mut Vec<UnionVariant>) {
        let is_enum = |ty: &Type| match ty {
            Type::Named(index) => self
                .definition(*index)
                .is_some_and(|definition| matches!(definition.kind, TypeKind::StringEnum(_))),
            _ => false,
        };
        if variants
            .iter()
            .filter(|variant| is_enum(&variant.ty))
            .count()
            == 1
        {
            variants.retain(|variant| variant.ty != Type::String);
        }
        // An exact decimal is every integer too. A double is not: it comes after the integers, which keep their
        // digits, and of those the widest is enough.
        let integer = |ty: &Type| matches!(ty, Type::I32 | Type::I64 | Type::U32 | Type::U64);
        if variants.iter().any(|variant| variant.ty == Type::Decimal) {
            variants.retain(|variant| !integer(&variant.ty));
        }
        if variants.iter().any(|variant| variant.ty == Type::I64) {
            variants.retain(|variant| !matches!(variant.ty, Type::I32 | Type::U32));
        }
        if variants.iter().any(|variant| integer(&variant.ty)) {
            variants.sort_by_key(|variant| variant.ty == Type::F64);
        }
    }

    /// What a branch is called: its component, its tag, its title, or its kind.
    fn label(&self, node: Node<'a>, tags: &[String], parent: &str) -> String {
        let merged = match node {
            Node::Ref(name) => return without_prefix(&names::type_name(name), parent),
            Node::Item(_) | Node::Leaf(_) => merge(&[node], self.components, &self.inside),
        };
        if let Some(name) = merged.only_ref {
            return without_prefix(&names::type_name(name), parent);
        }
        if let [tag, ..] = tags {
            return names::variant_name(tag);
        }
        // A title of a few words is a name; a longer one is prose.
        if !merged.title.is_empty() && names::words(merged.title).len() <= 4 {
            return without_prefix(&names::type_name(merged.title), parent);
        }
        if let Some(tag) = self.own_tag(&merged) {
            return names::variant_name(&tag);
        }
        kind_label(&merged)
    }

    /// The value of the first required property that has only one.
    fn own_tag(&self, merged: &Merged<'a>) -> Option<String> {
        merged
            .properties
            .iter()
            .filter(|(name, _)| merged.required.contains(**name))
            .find_map(|(_, property)| self.one_value(&property.nodes))
    }

    /// Other names of a branch, should the first be taken.
    fn alternatives(&self, nodes: &[Node<'a>], label: &str) -> Vec<String> {
        let merged = self.resolved(nodes);
        let mut names = Vec::new();
        match enums::of(&merged) {
            Some(enums::Values::Strings(_)) => names.push(names::with_word(label, "String")),
            Some(enums::Values::Integers(_)) => names.push(names::with_word(label, "Integer")),
            _ => {}
        }
        if let Some(format) = merged.format {
            names.push(names::variant_name(format));
        }
        if let Some(item) = merged.items.first() {
            names.push(names::with_word(&self.label(*item, &[], ""), "List"));
        }
        names.extend(
            merged
                .required
                .iter()
                .chain(merged.properties.keys())
                .take(8)
                .map(|property| {
                    names::with_word(label, &format!("With{}", names::type_name(property)))
                }),
        );
        names
    }

    /// A component that a discriminator tells apart into the components that extend it.
    pub(super) fn family(
        &mut self,
        name: &'a str,
        hint: &Hint,
        direction: Direction,
    ) -> Option<TypeKind> {
        if !is_parent(self.components, name) {
            return None;
        }
        let children = self.usage.children.get(name)?.clone();
        let ReferenceOr::Item(schema) = self.components.get(name)? else {
            return None;
        };
        let found = discriminator(schema)?;
        let mut scope = Scope::with_reserved(&["Self"]);
        let mut variants = Vec::new();
        let nodes = children.iter().copied().chain([name]).map(Node::Ref);
        let mut tags = self.tags(Some(found), &nodes.collect::<Vec<_>>());
        let own_tags = tags.pop().unwrap_or_default();
        for (child, tags) in children.into_iter().zip(tags) {
            let label = without_prefix(&names::type_name(child), &hint.parent);
            variants.push(UnionVariant {
                name: scope.claim(&label, std::iter::once(names::type_name(child))),
                ty: self.component(child, direction).ty,
                tags,
                description: String::new(),
            });
        }
        let base = Hint::new(
            &hint.parent,
            "Base",
            format!("/components/schemas/{}", escape(name)),
        );
        // The parent itself, without its children: what all of them share.
        let own = std::iter::once(Node::Leaf(schema));
        let parts = super::view::View::of(schema).all_of.iter().map(Node::of);
        let lowered = self.lower(&own.chain(parts).collect::<Vec<_>>(), &base, direction);
        if matches!(lowered.ty, Type::Named(_)) {
            variants.push(UnionVariant {
                name: scope.claim("Base", std::iter::empty()),
                ty: lowered.ty.clone(),
                tags: own_tags,
                description: String::new(),
            });
        }
        self.note_shared_tags(&variants, hint);
        let default = default_mapping(found).and_then(|target| {
            let ty = match target == name {
                true => lowered.ty,
                false => self.component(target, direction).ty,
            };
            named(&variants, &ty)
        });
        Some(TypeKind::Union(finish(
            Some(found),
            variants,
            default,
            &mut scope,
        )))
    }
}

/// The name of the variant that holds a type.
fn named(variants: &[UnionVariant], ty: &Type) -> Option<String> {
    let variant = variants.iter().find(|variant| variant.ty == *ty)?;
    Some(variant.name.clone())
}

fn finish(
    discriminator: Option<&Discriminator>,
    variants: Vec<UnionVariant>,
    default: Option<String>,
    scope: &mut Scope,
) -> Union {
    let tagged = variants.iter().any(|variant| !variant.tags.is_empty());
    let others = ["UnknownValue", "UndeclaredValue"].map(str::to_owned);
    match discriminator.filter(|_| tagged) {
        Some(found) => Union {
            discriminator: found.property_name.clone(),
            default: default.unwrap_or_default(),
            variants,
            otherwise: scope.claim("Unknown", others),
        },
        None => Union {
            discriminator: String::new(),
            default: String::new(),
            variants,
            otherwise: String::new(),
        },
    }
}

/// `DiskSourceBlank` in the union `DiskSource` is `Blank`.
fn without_prefix(name: &str, prefix: &str) -> String {
    match name.strip_prefix(prefix) {
        Some(rest) if !prefix.is_empty() && rest.starts_with(char::is_uppercase) => rest.to_owned(),
        _ => name.to_owned(),
    }
}

fn kind_label(merged: &Merged<'_>) -> String {
    let label = match (merged.ty, merged.format) {
        (Some("string"), Some(format @ ("date" | "date-time" | "time" | "duration" | "uuid"))) => {
            return names::variant_name(format);
        }
        _ if enums::of(merged).is_some_and(|values| values.is_named()) => "Known",
        (Some("string"), _) => "String",
        (Some("integer"), _) => "Integer",
        (Some("number"), _) => "Number",
        (Some("boolean"), _) => "Boolean",
        (Some("array"), _) => "List",
        _ if !merged.properties.is_empty() => "Object",
        (Some("object"), _) => "Map",
        _ if !merged.items.is_empty() => "List",
        _ => "Other",
    };
    label.to_owned()
}
