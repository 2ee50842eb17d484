//! Which values of a discriminator select a branch of a union (OpenAPI 3.1.1, "Discriminator Object").

use openapiv3::Discriminator;

use super::Finding;
use super::enums;
use super::schemas::{Hint, Types};
use super::view::{Node, component_name};
use crate::ir::UnionVariant;
use crate::normalize::vendors_name;

impl<'a> Types<'a> {
    /// The values that select each of the branches.
    pub(super) fn tags(
        &self,
        discriminator: Option<&'a Discriminator>,
        branches: &[Node<'a>],
    ) -> Vec<Vec<String>> {
        let Some(discriminator) = discriminator else {
            return vec![Vec::new(); branches.len()];
        };
        let allowed: Vec<Option<Vec<String>>> = branches
            .iter()
            .map(|node| self.allowed(discriminator, *node))
            .collect();
        let exclusive = |index: usize| {
            let others = || allowed.iter().enumerate().filter(|(at, _)| *at != index);
            let own = allowed[index].as_ref()?;
            let shared =
                |value| others().any(|(_, other)| other.iter().flatten().any(|o| o == value));
            (!own.iter().any(shared)).then(|| own.clone())
        };
        let branches = branches.iter().enumerate();
        branches
            .map(|(index, node)| match node {
                Node::Ref(name) => named(discriminator, name, allowed[index].as_deref())
                    .or_else(|| exclusive(index))
                    .unwrap_or_else(|| vec![spelled(name, allowed[index].as_deref())]),
                Node::Item(_) | Node::Leaf(_) => exclusive(index)
                    .or_else(|| allowed[index].clone().filter(|values| values.len() == 1))
                    .unwrap_or_default(),
            })
            .collect()
    }

    /// The values that a branch itself allows the discriminator, where it lists them.
    fn allowed(&self, discriminator: &Discriminator, node: Node<'a>) -> Option<Vec<String>> {
        let merged = self.resolved(&[node]);
        let property = merged
            .properties
            .get(discriminator.property_name.as_str())?;
        match enums::of(&self.resolved(&property.nodes))? {
            enums::Values::Strings(values) => Some(values),
            _ => None,
        }
    }

    /// Notes the values that select more than one branch.
    pub(super) fn note_shared_tags(&mut self, variants: &[UnionVariant], hint: &Hint) {
        for (index, variant) in variants.iter().enumerate() {
            for tag in &variant.tags {
                let also = variants[index + 1..].iter().find(|v| v.tags.contains(tag));
                let Some(also) = also else { continue };
                let (one, other) = (&variant.name, &also.name);
                self.findings.push(Finding {
                    severity: crate::diagnostics::Severity::Warning,
                    rule: "ambiguous-discriminator",
                    pointer: hint.pointer.clone(),
                    message: format!(
                        "the discriminator's value `{tag}` selects both {one} and {other}; what else is there decides"
                    ),
                    help: "give each branch a value of its own".to_owned(),
                });
            }
        }
    }

    /// The components that a discriminator maps values to although they are no branches.
    pub(super) fn mapped_outside(
        &mut self,
        discriminator: Option<&'a Discriminator>,
        branches: &[Node<'a>],
        hint: &Hint,
    ) -> Vec<Node<'a>> {
        let mut outside: Vec<Node<'a>> = Vec::new();
        let mapped = discriminator.iter().flat_map(|found| &found.mapping);
        let mapped = mapped.map(|(value, target)| (format!("`{value}`"), component_name(target)));
        let default = discriminator.and_then(default_mapping);
        for (value, name) in mapped.chain(default.map(|name| ("any other value".to_owned(), name)))
        {
            let is_it = |node: &Node<'a>| matches!(node, Node::Ref(other) if *other == name);
            let known = branches.iter().chain(&outside).any(is_it);
            let Some((name, _)) = self.components.get_key_value(name).filter(|_| !known) else {
                continue;
            };
            let message = format!(
                "the discriminator maps {value} to `{name}`, which is no branch; it is read as one"
            );
            self.findings.push(Finding {
                severity: crate::diagnostics::Severity::Warning,
                rule: "mapping-outside-union",
                pointer: hint.pointer.clone(),
                message,
                help: "add it to the branches, or take it out of the mapping".to_owned(),
            });
            outside.push(Node::Ref(name));
        }
        outside
    }
}

/// The component that values fall to which select no other (OpenAPI 3.2).
pub(super) fn default_mapping(discriminator: &Discriminator) -> Option<&str> {
    let target = discriminator.extensions.get("x-default-mapping")?;
    target.as_str().map(component_name)
}

/// The values that select a component: those mapped to it, its own name unless that is mapped elsewhere, and
/// the one that it allows. `allowed` are the values that it allows; none of these where it allows others only.
fn named(
    discriminator: &Discriminator,
    component: &str,
    allowed: Option<&[String]>,
) -> Option<Vec<String>> {
    let mapping = discriminator.mapping.iter();
    let mut values: Vec<String> = mapping
        .filter(|(_, target)| component_name(target) == component)
        .map(|(value, _)| value.clone())
        .collect();
    let own = vendors_name(component);
    let takes = |value: &str| allowed.is_none_or(|allowed| allowed.iter().any(|a| a == value));
    let by_name = takes(&own) && !discriminator.mapping.contains_key(own.as_ref());
    match allowed {
        Some([only]) if values.is_empty() => return Some(vec![only.clone()]),
        _ if by_name => values.push(own.into_owned()),
        _ => {}
    }
    (!values.is_empty()).then_some(values)
}

/// The name as the allowed values spell it, apart from case: nothing else could select the component.
fn spelled(component: &str, allowed: Option<&[String]>) -> String {
    let is_it = |value: &&String| value.eq_ignore_ascii_case(component);
    let found = allowed.unwrap_or_default().iter().find(is_it);
    found.map_or_else(|| component.to_owned(), String::clone)
}
