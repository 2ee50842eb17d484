//! Values that stand without a name of their own: scalars, lists, maps.

use super::merge::{Additional, Merged, merge};
use super::schemas::{Hint, Lowered, Types};
use super::usage::Direction;
use super::view::{Node, View};
use crate::ir::Type;

/// What the types of a tuple's items are named after. The runtime reads tuples of as many items as there are here.
const ORDINALS: [&str; 12] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
];

impl<'a> Types<'a> {
    pub(super) fn plain(&mut self, merged: Merged<'a>, hint: &Hint, direction: Direction) -> Type {
        if let Some(ty) = self.tuple(&merged, hint, direction) {
            return ty;
        }
        if merged.ty == Some("array") || (merged.ty.is_none() && !merged.items.is_empty()) {
            return self.list(&merged, hint, direction);
        }
        match merged.ty {
            Some("object") => self.map(&merged, hint, direction),
            Some("string") => string(merged.format),
            Some("integer") => integer(merged.format),
            Some("number") => match merged.format {
                Some("decimal" | "decimal128" | "currency" | "money") => Type::Decimal,
                Some("int32" | "int64") => integer(merged.format),
                _ => self.number(),
            },
            Some("boolean") => Type::Bool,
            Some(other) => {
                self.fallback(hint, &format!("`{other}` is no type"));
                Type::Json
            }
            None if !matches!(merged.additional, Additional::Unsaid) => {
                self.map(&merged, hint, direction)
            }
            None => match merged.format {
                Some("int32" | "int64") => integer(merged.format),
                Some("float" | "double") => self.number(),
                Some(format) => string(Some(format)),
                None => Type::Json,
            },
        }
    }

    fn list(&mut self, merged: &Merged<'a>, hint: &Hint, direction: Direction) -> Type {
        if merged.items.is_empty() {
            return Type::List(Box::new(Type::Json));
        }
        let item = self.lower(&merged.items, &hint.item(), direction);
        Type::List(Box::new(optional(item)))
    }

    /// A list whose items are told one by one is a tuple, if it has just these; else it may be shorter or
    /// longer, and is a list of all that an item may be.
    fn tuple(&mut self, merged: &Merged<'a>, hint: &Hint, direction: Direction) -> Option<Type> {
        let (told, exact) = merged.told_items?;
        let [Node::Item(item)] = merged.items[..] else {
            return None;
        };
        let branches = View::of(item).any_of;
        if !exact || told > ORDINALS.len() {
            let rest = branches.get(told..)?.first().map(Node::of);
            if !rest.is_some_and(|rest| merge(&[rest], self.components, &[]).is_anything()) {
                return None;
            }
            let reason =
                "its items have a schema each (prefixItems), and any value may follow them";
            self.fallback(hint, reason);
            return Some(Type::List(Box::new(Type::Json)));
        }
        let place = hint.item();
        let items = branches.iter().take(told).zip(ORDINALS).enumerate();
        let items = items.map(|(index, (branch, ordinal))| {
            let part = format!("{} {ordinal}", place.part);
            let pointer = format!("{}/anyOf/{index}", place.pointer);
            let place = Hint::new(&place.parent, &part, pointer);
            optional(self.lower(&[Node::of(branch)], &place, direction))
        });
        Some(Type::Tuple(items.collect()))
    }

    fn map(&mut self, merged: &Merged<'a>, hint: &Hint, direction: Direction) -> Type {
        let value = match merged.additional {
            Additional::Of(node) => self.values(node, hint, direction),
            Additional::Unsaid | Additional::Any | Additional::None => Type::Json,
        };
        Type::Map(Box::new(value))
    }

    pub(super) fn values(&mut self, node: Node<'a>, hint: &Hint, direction: Direction) -> Type {
        optional(self.lower(&[node], &hint.value(), direction))
    }

    pub(super) fn number(&self) -> Type {
        if self.decimal {
            Type::Decimal
        } else {
            Type::F64
        }
    }
}

fn optional(lowered: Lowered<'_>) -> Type {
    match lowered.nullable {
        true => Type::Option(Box::new(lowered.ty)),
        false => lowered.ty,
    }
}

fn string(format: Option<&str>) -> Type {
    match format {
        Some("date") => Type::Date,
        Some("date-time") => Type::DateTime,
        Some("time") => Type::Time,
        Some("duration") => Type::Duration,
        Some("uuid" | "guid") => Type::Uuid,
        Some("byte" | "base64") => Type::Base64,
        Some("password") => Type::Secret,
        _ => Type::String,
    }
}

fn integer(format: Option<&str>) -> Type {
    match format {
        Some("int32" | "int16" | "int8" | "uint8" | "uint16") => Type::I32,
        Some("uint32") => Type::U32,
        Some("uint64" | "uint" | "unsigned") => Type::U64,
        // More than 64 bits.
        Some("decimal") => Type::Decimal,
        _ => Type::I64,
    }
}
