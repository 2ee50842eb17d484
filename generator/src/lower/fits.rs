//! Whether an example fits its schema, so that it comes back from the generated types as it went in.

use serde_json::Value;

use super::merge::{Additional, merge};
use super::schemas::Types;
use super::usage::Direction;
use super::view::Node;

/// Examples that nest deeper are not looked at.
const DEEPEST: usize = 24;

impl<'a> Types<'a> {
    /// Whether a value is just what the schema describes. A value of a union is never said to be: that takes a
    /// validator.
    pub(super) fn fits(&self, nodes: &[Node<'a>], value: &Value, direction: Direction) -> bool {
        self.fits_at(nodes, value, direction, 0)
    }

    fn fits_at(&self, nodes: &[Node<'a>], value: &Value, way: Direction, depth: usize) -> bool {
        let merged = self.resolved(nodes);
        if depth > DEEPEST || !self.real_unions(&merged).is_empty() || merged.broken.is_some() {
            return false;
        }
        if !merged.enumeration.is_empty() && !merged.enumeration.contains(value) {
            return false;
        }
        let below = |nodes: &[Node<'a>], value| self.fits_at(nodes, value, way, depth + 1);
        match (merged.ty, value) {
            (_, Value::Null) => false,
            (Some("string"), Value::String(text)) => fits_format(merged.format, text),
            (Some("integer"), value) => value.as_i64().is_some_and(|it| it.abs() < 1 << 31),
            (Some("number"), Value::Number(_)) | (Some("boolean"), Value::Bool(_)) => true,
            (Some("array"), Value::Array(items)) => {
                let told = merged.told_items.is_some() || merged.items.is_empty();
                !told && !items.is_empty() && items.iter().all(|item| below(&merged.items, item))
            }
            (Some("object") | None, Value::Object(members)) if !merged.properties.is_empty() => {
                let all_known = members.iter().all(|(name, value)| {
                    let Some(property) = merged.properties.get(name.as_str()) else {
                        return false;
                    };
                    let own = merge(&property.nodes, self.components, &[]);
                    let hidden = match way {
                        Direction::Request => own.read_only,
                        _ => own.write_only,
                    };
                    !hidden && below(&property.nodes, value)
                });
                let present = |name: &&str| members.contains_key(*name);
                all_known && merged.required.iter().all(present)
            }
            (Some("object"), Value::Object(members)) => match merged.additional {
                Additional::Of(node) => members.values().all(|value| below(&[node], value)),
                Additional::None => members.is_empty(),
                Additional::Unsaid | Additional::Any => true,
            },
            _ => false,
        }
    }
}

/// Whether a text has the form that a format asks for, as far as types read it.
fn fits_format(format: Option<&str>, text: &str) -> bool {
    let is_like = |shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(byte, shape)| match shape {
                    b'0' => byte.is_ascii_digit(),
                    b'f' => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
                    other => byte == other,
                })
    };
    match format {
        Some("date") => is_like("0000-00-00"),
        Some("date-time") => is_like("0000-00-00T00:00:00Z"),
        Some("uuid" | "guid") => is_like("ffffffff-ffff-ffff-ffff-ffffffffffff"),
        Some("time" | "duration" | "byte" | "base64") => false,
        _ => true,
    }
}
