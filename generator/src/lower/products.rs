//! Several unions over one value, and unions whose branches may hold at once.

use super::merge::{Additional, Merged, UnionOf, is_condition, merge};
use super::objects::is_struct;
use super::schemas::Types;
use super::view::Node;

/// How many combinations of branches become variants; more would be read by nobody.
const MOST_COMBINATIONS: usize = 16;

/// Leaves out unions that another one implies: one that allows all branches of another, and more.
pub(super) fn without_implied<'a>(unions: Vec<UnionOf<'a>>) -> Vec<UnionOf<'a>> {
    let implies = |narrow: &UnionOf<'a>, wide: &UnionOf<'a>| {
        let mut branches = narrow.branches.iter().map(Node::of);
        branches.all(|branch| wide.branches.iter().any(|b| same(branch, Node::of(b))))
    };
    let mut left: Vec<UnionOf<'a>> = Vec::new();
    for union in unions {
        if let Some(narrow) = left.iter_mut().find(|other| implies(other, &union)) {
            narrow.discriminator = narrow.discriminator.or(union.discriminator);
            continue;
        }
        let mut union = union;
        left.retain(|wide| {
            let implied = implies(&union, wide);
            if implied {
                union.discriminator = union.discriminator.or(wide.discriminator);
            }
            !implied
        });
        left.push(union);
    }
    left
}

/// Whether two nodes say the same of a value's form.
fn same(one: Node<'_>, other: Node<'_>) -> bool {
    match (one, other) {
        (Node::Ref(one), Node::Ref(other)) => one == other,
        (Node::Item(one) | Node::Leaf(one), Node::Item(other) | Node::Leaf(other)) => {
            one.schema_kind == other.schema_kind
                && one.schema_data.nullable == other.schema_data.nullable
        }
        _ => false,
    }
}

impl<'a> Types<'a> {
    /// The combinations of one branch of each union that a value may have, as the places of the branches;
    /// `None` where there are too many, or where they are no objects.
    pub(super) fn combinations(
        &self,
        unions: &[UnionOf<'a>],
        shared: &[Node<'a>],
    ) -> Option<Vec<Vec<usize>>> {
        let mut combinations = vec![Vec::new()];
        for (union, at) in unions.iter().zip(1..) {
            let branches: Vec<Node<'a>> = union.branches.iter().map(Node::of).collect();
            let is_object = |node: &Node<'a>| is_struct(&self.resolved(&[*node]));
            if !branches.iter().all(is_object) {
                return None;
            }
            let longer = combinations.iter().flat_map(|combination: &Vec<usize>| {
                (0..branches.len()).map(|branch| [&combination[..], &[branch]].concat())
            });
            let possible = |combination: &Vec<usize>| {
                self.is_possible(&nodes(&unions[..at], combination, shared))
            };
            // Each union alone may have many branches that another one rules out.
            let longer: Vec<_> = longer.take(MOST_COMBINATIONS * MOST_COMBINATIONS).collect();
            combinations = longer.into_iter().filter(possible).collect();
            if combinations.len() > MOST_COMBINATIONS {
                return None;
            }
        }
        Some(combinations)
    }

    /// Whether an object can be all of the nodes: no required property may have to be two things at once.
    fn is_possible(&self, nodes: &[Node<'a>]) -> bool {
        let merged = self.resolved(nodes);
        let mut required = merged.properties.iter();
        !required.any(|(name, property)| {
            let nodes = || property.nodes.iter().map(|node| self.resolved(&[*node]));
            let values: Vec<Option<String>> = (property.nodes.iter())
                .map(|node| self.one_value(&[*node]))
                .collect();
            let constants: Vec<&String> = values.iter().flatten().collect();
            let types: Vec<&str> = nodes().filter_map(|merged| kind(&merged)).collect();
            let differ = constants.windows(2).any(|pair| pair[0] != pair[1])
                || types.windows(2).any(|pair| pair[0] != pair[1]);
            differ && merged.required.contains(*name)
        })
    }

    /// Branches of an `anyOf` that nothing tells apart may hold at once, and reading one of them would lose what
    /// the others know: they are one object with all their properties, if they agree on what these are.
    pub(super) fn at_once(&self, union: UnionOf<'a>, shared: &[Node<'a>]) -> Option<Merged<'a>> {
        if union.keyword != "anyOf" || union.discriminator.is_some() {
            return None;
        }
        let nodes: Vec<Node<'a>> = union.branches.iter().map(Node::of).collect();
        let nodes: Vec<Node<'a>> = nodes
            .into_iter()
            .filter(|node| !is_condition(*node))
            .collect();
        let branches: Vec<Merged<'a>> = nodes.iter().map(|node| self.resolved(&[*node])).collect();
        let plain = |branch: &Merged<'a>| {
            is_struct(branch)
                && !branch.properties.is_empty()
                && branch.broken.is_none()
                && self.real_unions(branch).is_empty()
                && !matches!(branch.additional, Additional::Of(_))
        };
        if branches.len() < 2 || !branches.iter().all(plain) || !agree(&branches) {
            return None;
        }
        let mut pairs = (branches.iter().enumerate())
            .flat_map(|(at, one)| branches[at + 1..].iter().map(move |other| (one, other)));
        if pairs.all(|(one, other)| told_apart(one, other)) {
            return None;
        }
        let own = merge(shared, self.components, &self.inside);
        let all: Vec<Node<'a>> = nodes.iter().chain(shared).copied().collect();
        let mut merged = merge(&all, self.components, &self.inside);
        merged.required.retain(|name| {
            own.required.contains(name) || branches.iter().all(|b| b.required.contains(name))
        });
        for (name, property) in &mut merged.properties {
            let first = branches
                .iter()
                .find_map(|branch| branch.properties.get(name));
            if let Some(first) = first.filter(|_| !own.properties.contains_key(name)) {
                property.nodes.clone_from(&first.nodes);
            }
        }
        let open = branches
            .iter()
            .any(|b| matches!(b.additional, Additional::Any));
        merged.additional = match (own.additional, open) {
            (Additional::Unsaid, true) => Additional::Any,
            (said, _) => said,
        };
        Some(merged)
    }
}

/// The nodes of a combination of branches, and what holds for all.
pub(super) fn nodes<'a>(
    unions: &[UnionOf<'a>],
    combination: &[usize],
    shared: &[Node<'a>],
) -> Vec<Node<'a>> {
    let branches = unions.iter().zip(combination);
    let branches = branches.filter_map(|(union, branch)| union.branches.get(*branch));
    let mut nodes: Vec<Node<'a>> = Vec::new();
    for node in branches.map(Node::of).chain(shared.iter().copied()) {
        if !nodes.iter().any(|other| same(*other, node)) {
            nodes.push(node);
        }
    }
    nodes
}

/// The kind of JSON value, where a schema says it.
fn kind<'a>(merged: &Merged<'a>) -> Option<&'a str> {
    match merged.ty? {
        "integer" => Some("number"),
        ty => Some(ty),
    }
}

/// Whether branches describe alike what they have in common.
fn agree(branches: &[Merged<'_>]) -> bool {
    branches.iter().enumerate().all(|(at, one)| {
        branches[at + 1..].iter().all(|other| {
            one.properties.iter().all(|(name, property)| {
                other.properties.get(name).is_none_or(|described| {
                    let pairs = property.nodes.iter().zip(&described.nodes);
                    property.nodes.len() == described.nodes.len()
                        && pairs.into_iter().all(|(one, other)| same(*one, *other))
                })
            })
        })
    })
}

/// Whether reading one of two branches loses nothing: one knows all that the other knows, or requires what the
/// other does not know.
fn told_apart(one: &Merged<'_>, other: &Merged<'_>) -> bool {
    let within = |inner: &Merged<'_>, outer: &Merged<'_>| {
        inner
            .properties
            .keys()
            .all(|name| outer.properties.contains_key(name))
    };
    let requires = |own: &Merged<'_>, other: &Merged<'_>| {
        let mut required = own
            .required
            .iter()
            .filter(|name| own.properties.contains_key(*name));
        required.any(|name| !other.properties.contains_key(name))
    };
    within(one, other) || within(other, one) || requires(one, other) || requires(other, one)
}
