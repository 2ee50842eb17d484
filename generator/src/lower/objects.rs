//! Objects with properties of their own become structs.

use std::fmt::Write as _;

use serde_json::Value;

use super::enums;
use super::merge::{Additional, Merged, Property, merge};
use super::schemas::{Hint, Lowered, Types, Words, escape, words};
use super::usage::Direction;
use super::view::Node;
use crate::ir::{Field, Presence, Struct, Tag, Type};
use crate::names::{self, Scope};
use crate::words::is_spelled_out;

impl<'a> Types<'a> {
    pub(super) fn structure(
        &mut self,
        merged: Merged<'a>,
        hint: &Hint,
        direction: Direction,
    ) -> Struct {
        let mut scope = Scope::new();
        let names: Vec<(&'a str, String)> = merged
            .properties
            .keys()
            .map(|name| {
                (
                    *name,
                    scope.claim(&names::value_name(name), std::iter::empty()),
                )
            })
            .collect();
        let mut fields = Vec::new();
        for ((wire_name, name), property) in names.into_iter().zip(merged.properties.values()) {
            let required = merged.required.contains(wire_name);
            fields.push(self.field(name, wire_name, property, required, hint, direction));
        }
        let additional = match merged.additional {
            Additional::Unsaid | Additional::None => None,
            Additional::Any => Some(Type::Json),
            Additional::Of(node) => Some(self.values(node, hint, direction)),
        };
        let additional = additional.map(|ty| {
            let name = scope.claim("additional_properties", std::iter::empty());
            (name, ty)
        });
        Struct {
            fields,
            additional,
            constructed: direction != Direction::Response,
        }
    }

    fn field(
        &mut self,
        name: String,
        wire_name: &'a str,
        property: &Property<'a>,
        required: bool,
        hint: &Hint,
        direction: Direction,
    ) -> Field {
        let parent = match property.origin {
            Some(origin) => names::type_name(origin),
            None => hint.parent.clone(),
        };
        let base = match property.origin {
            Some(origin) => format!("/components/schemas/{}", escape(origin)),
            None => hint.pointer.clone(),
        };
        let pointer = format!("{base}/properties/{}", escape(wire_name));
        let place = Hint::new(&parent, wire_name, pointer);
        let constant = required
            .then(|| self.inline_constant(&property.nodes))
            .flatten();
        let lowered = match constant {
            Some(words) => Lowered {
                ty: Type::String,
                nullable: false,
                words,
            },
            None => self.lower(&property.nodes, &place, direction),
        };
        let words = &lowered.words;
        let required = required
            && !(words.read_only && direction != Direction::Response)
            && !(words.write_only && direction != Direction::Request);
        let presence = match (required, lowered.nullable) {
            (true, false) => Presence::Required,
            (true, true) => Presence::Nullable,
            (false, true) if direction != Direction::Response => Presence::Patch,
            (false, _) => Presence::Optional,
        };
        Field {
            tag: (presence == Presence::Required)
                .then(|| self.tag(wire_name, property, hint))
                .flatten(),
            name,
            wire_name: wire_name.to_owned(),
            presence,
            description: words.description.to_owned(),
            notes: notes(words, direction),
            deprecated: words.deprecated,
            ty: lowered.ty,
        }
    }

    /// The one value that a required property can have.
    fn tag(&self, wire_name: &str, property: &Property<'a>, hint: &Hint) -> Option<Tag> {
        if let Some(value) = self.one_value(&property.nodes) {
            let variant = match self.inline_constant(&property.nodes) {
                Some(_) => None,
                None => enums::strings(std::slice::from_ref(&value)).variants.pop(),
            };
            return Some(Tag {
                variant: variant.map(|(name, _)| name).unwrap_or_default(),
                wire_value: value,
            });
        }
        let component = self.inside.last()?;
        let own = hint.pointer == format!("/components/schemas/{}", escape(component));
        let value = self.usage.tag(component, wire_name).filter(|_| own)?;
        let merged = self.resolved(&property.nodes);
        match enums::of(&merged) {
            Some(enums::Values::Strings(values)) => {
                let known = enums::strings(&values);
                let (variant, _) = known.variants.into_iter().find(|(_, wire)| wire == value)?;
                Some(Tag {
                    variant,
                    wire_value: value.to_owned(),
                })
            }
            Some(_) => None,
            None => (merged.ty == Some("string") && merged.format.is_none()).then(|| Tag {
                variant: String::new(),
                wire_value: value.to_owned(),
            }),
        }
    }

    /// The words of an enum that stands inline and allows one string: such a property is a constant, and an
    /// enum of its own would say nothing more.
    fn inline_constant(&self, nodes: &[Node<'a>]) -> Option<Words<'a>> {
        let merged = merge(nodes, self.components, &self.inside);
        let inline = merged.only_ref.is_none() && !merged.nullable;
        let one =
            matches!(enums::of(&merged), Some(enums::Values::Strings(values)) if values.len() == 1);
        (inline && one && !merged.enumeration.contains(&Value::Null)).then(|| words(&merged))
    }

    /// The string that an enum of one value allows.
    pub(super) fn one_value(&self, nodes: &[Node<'a>]) -> Option<String> {
        match enums::of(&self.resolved(nodes))? {
            enums::Values::Strings(mut values) if values.len() == 1 => values.pop(),
            _ => None,
        }
    }
}

/// Whether the schema is an object with properties of its own, or closed to all.
pub(super) fn is_struct(merged: &Merged<'_>) -> bool {
    let object = merged.ty.is_none_or(|ty| ty == "object");
    let closed = merged.ty == Some("object") && matches!(merged.additional, Additional::None);
    object && (!merged.properties.is_empty() || closed)
}

fn notes(words: &Words<'_>, direction: Direction) -> Vec<String> {
    let mut notes = words.limits.clone();
    if let Some(default) = words.default.and_then(shown) {
        notes.push(format!("Default: {default}."));
    }
    if words.read_only && direction != Direction::Response {
        notes.push("Read-only: the server sets it; a request need not carry it.".to_owned());
    }
    if words.write_only && direction != Direction::Request {
        notes.push("Write-only: answers do not carry it.".to_owned());
    }
    notes
}

/// A JSON value for documentation, where it is short enough to help.
pub(crate) fn shown(value: &Value) -> Option<String> {
    let mut text = value.to_string();
    if text.contains(is_spelled_out) {
        text = spelled_out(&text);
    }
    let fits = text.len() <= 80 && !text.contains('`') && !value.is_null();
    fits.then(|| format!("`{text}`"))
}

/// The same JSON with escapes for what cannot be seen, all of which stands in strings and has four digits at most.
fn spelled_out(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match is_spelled_out(character) {
            true => _ = write!(text, "\\u{:04x}", u32::from(character)),
            false => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_seen() {
        let value = serde_json::json!("a\u{202e}b\u{7f}\n\u{2066}");
        let text = shown(&value).unwrap();
        assert_eq!(text, r#"`"a\u202eb\u007f\n\u2066"`"#);
        assert_eq!(
            serde_json::from_str::<Value>(text.trim_matches('`')).unwrap(),
            value
        );
    }
}
