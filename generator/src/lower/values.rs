//! Values that stand without a name of their own: scalars, lists, maps.

use super::merge::{Additional, Merged};
use super::schemas::{Hint, Lowered, Types};
use super::usage::Direction;
use super::view::Node;
use crate::ir::Type;

impl<'a> Types<'a> {
    pub(super) fn plain(&mut self, merged: Merged<'a>, hint: &Hint, direction: Direction) -> Type {
        if merged.tuple {
            self.fallback(hint, "its items have a schema each (prefixItems)");
            return Type::List(Box::new(Type::Json));
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
        _ => Type::I64,
    }
}
