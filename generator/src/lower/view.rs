//! One way to look at a schema, however `openapiv3` happened to model it.

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, Discriminator, IntegerFormat, NumberFormat, ReferenceOr, Schema,
    SchemaKind, StringFormat, Type, VariantOrUnknownOrEmpty,
};
use serde_json::Value;

use crate::normalize::TUPLE;
use crate::words::is_spelled_out;

/// A schema, or the name of a component.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node<'a> {
    /// A reference to a component schema, by name.
    Ref(&'a str),
    /// A schema as it stands.
    Item(&'a Schema),
    /// A schema without its `allOf`, `oneOf` and `anyOf`, which are looked at elsewhere.
    Leaf(&'a Schema),
}

impl<'a> Node<'a> {
    /// The node behind a reference or an inline schema.
    pub(crate) fn of(schema: &'a ReferenceOr<Schema>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => Self::Ref(component_name(reference)),
            ReferenceOr::Item(schema) => Self::Item(schema),
        }
    }

    /// The same for the boxed form that properties and items have.
    pub(crate) fn of_boxed(schema: &'a ReferenceOr<Box<Schema>>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => Self::Ref(component_name(reference)),
            ReferenceOr::Item(schema) => Self::Item(schema),
        }
    }
}

/// The last segment of `#/components/<kind>/<name>`.
pub(crate) fn component_name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

/// The keywords of a schema, side by side.
#[derive(Debug, Default)]
pub(crate) struct View<'a> {
    pub(crate) ty: Option<&'a str>,
    pub(crate) format: Option<&'a str>,
    pub(crate) properties: Option<&'a IndexMap<String, ReferenceOr<Box<Schema>>>>,
    pub(crate) required: &'a [String],
    pub(crate) additional: Option<&'a AdditionalProperties>,
    pub(crate) items: Option<&'a ReferenceOr<Box<Schema>>>,
    /// How many items a list has, where that is fixed.
    pub(crate) exact_items: Option<usize>,
    pub(crate) one_of: &'a [ReferenceOr<Schema>],
    pub(crate) any_of: &'a [ReferenceOr<Schema>],
    pub(crate) all_of: &'a [ReferenceOr<Schema>],
    /// What the rest is read from, where it is asked for.
    kind: Option<&'a SchemaKind>,
}

impl<'a> View<'a> {
    /// Looks at a schema.
    pub(crate) fn of(schema: &'a Schema) -> Self {
        let kind = &schema.schema_kind;
        Self {
            kind: Some(kind),
            ..Self::of_kind(kind)
        }
    }

    fn of_kind(kind: &'a SchemaKind) -> Self {
        match kind {
            SchemaKind::Type(ty) => Self::of_type(ty),
            SchemaKind::OneOf { one_of } => Self {
                one_of,
                ..Self::default()
            },
            SchemaKind::AllOf { all_of } => Self {
                all_of,
                ..Self::default()
            },
            SchemaKind::AnyOf { any_of } => Self {
                any_of,
                ..Self::default()
            },
            SchemaKind::Not { .. } => Self::default(),
            SchemaKind::Any(any) => Self {
                ty: any.typ.as_deref(),
                format: any.format.as_deref(),
                properties: (!any.properties.is_empty()).then_some(&any.properties),
                required: &any.required,
                additional: any.additional_properties.as_ref(),
                items: any.items.as_ref(),
                exact_items: exactly(any.min_items, any.max_items),
                one_of: &any.one_of,
                any_of: &any.any_of,
                all_of: &any.all_of,
                ..Self::default()
            },
        }
    }

    fn of_type(ty: &'a Type) -> Self {
        match ty {
            Type::String(string) => Self {
                ty: Some("string"),
                format: string_format(&string.format),
                ..Self::default()
            },
            Type::Number(number) => Self {
                ty: Some("number"),
                format: match &number.format {
                    VariantOrUnknownOrEmpty::Item(NumberFormat::Float) => Some("float"),
                    VariantOrUnknownOrEmpty::Item(NumberFormat::Double) => Some("double"),
                    VariantOrUnknownOrEmpty::Unknown(format) => Some(format),
                    VariantOrUnknownOrEmpty::Empty => None,
                },
                ..Self::default()
            },
            Type::Integer(integer) => Self {
                ty: Some("integer"),
                format: match &integer.format {
                    VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32) => Some("int32"),
                    VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64) => Some("int64"),
                    VariantOrUnknownOrEmpty::Unknown(format) => Some(format),
                    VariantOrUnknownOrEmpty::Empty => None,
                },
                ..Self::default()
            },
            Type::Object(object) => Self {
                ty: Some("object"),
                properties: (!object.properties.is_empty()).then_some(&object.properties),
                required: &object.required,
                additional: object.additional_properties.as_ref(),
                ..Self::default()
            },
            Type::Array(array) => Self {
                ty: Some("array"),
                items: array.items.as_ref(),
                exact_items: exactly(array.min_items, array.max_items),
                ..Self::default()
            },
            Type::Boolean(_) => Self {
                ty: Some("boolean"),
                ..Self::default()
            },
        }
    }

    /// The values that are allowed; empty where any is.
    pub(crate) fn enumeration(&self) -> Vec<Value> {
        match self.kind {
            Some(SchemaKind::Any(any)) => any.enumeration.clone(),
            Some(SchemaKind::Type(Type::String(string))) => values(&string.enumeration),
            Some(SchemaKind::Type(Type::Number(number))) => values(&number.enumeration),
            Some(SchemaKind::Type(Type::Integer(integer))) => values(&integer.enumeration),
            _ => Vec::new(),
        }
    }

    /// Whether it lists the values that are allowed.
    pub(crate) fn is_enumerated(&self) -> bool {
        match self.kind {
            Some(SchemaKind::Any(any)) => !any.enumeration.is_empty(),
            Some(SchemaKind::Type(Type::String(string))) => !string.enumeration.is_empty(),
            Some(SchemaKind::Type(Type::Number(number))) => !number.enumeration.is_empty(),
            Some(SchemaKind::Type(Type::Integer(integer))) => !integer.enumeration.is_empty(),
            _ => false,
        }
    }

    /// The limits that it sets, in words.
    pub(crate) fn limits(&self) -> Vec<String> {
        self.kind.map_or_else(Vec::new, |kind| Limits::of(kind).0)
    }

    /// Whether the schema says nothing about the value's form.
    pub(crate) fn is_blank(&self) -> bool {
        self.ty.is_none()
            && self.format.is_none()
            && !self.is_enumerated()
            && self.properties.is_none()
            && self.additional.is_none()
            && self.items.is_none()
            && self.one_of.is_empty()
            && self.any_of.is_empty()
            && self.all_of.is_empty()
    }
}

fn exactly(min: Option<usize>, max: Option<usize>) -> Option<usize> {
    max.filter(|_| min == max)
}

/// How many items of a list are told one by one (`prefixItems`): so many branches of the choice in its `items`.
pub(crate) fn told_items(schema: &Schema) -> Option<usize> {
    let told = schema.schema_data.extensions.get(TUPLE)?.as_u64()?;
    usize::try_from(told).ok()
}

/// The discriminator of a schema.
pub(crate) fn discriminator(schema: &Schema) -> Option<&Discriminator> {
    schema.schema_data.discriminator.as_ref()
}

fn string_format(format: &VariantOrUnknownOrEmpty<StringFormat>) -> Option<&str> {
    match format {
        VariantOrUnknownOrEmpty::Item(StringFormat::Date) => Some("date"),
        VariantOrUnknownOrEmpty::Item(StringFormat::DateTime) => Some("date-time"),
        VariantOrUnknownOrEmpty::Item(StringFormat::Password) => Some("password"),
        VariantOrUnknownOrEmpty::Item(StringFormat::Byte) => Some("byte"),
        VariantOrUnknownOrEmpty::Item(StringFormat::Binary) => Some("binary"),
        VariantOrUnknownOrEmpty::Unknown(format) => Some(format),
        VariantOrUnknownOrEmpty::Empty => None,
    }
}

/// `openapiv3` keeps a null among enum values as `None`.
fn values<T: Clone + Into<Value>>(values: &[Option<T>]) -> Vec<Value> {
    values
        .iter()
        .map(|value| value.clone().map_or(Value::Null, Into::into))
        .collect()
}

/// The limits that a document sets, in words for the documentation.
#[derive(Default)]
struct Limits(Vec<String>);

impl Limits {
    fn of(kind: &SchemaKind) -> Self {
        let none = Self::default();
        match kind {
            SchemaKind::Any(any) => none
                .length("characters", any.min_length, any.max_length)
                .length("items", any.min_items, any.max_items)
                .range(
                    (any.minimum.as_ref(), any.exclusive_minimum == Some(true)),
                    (any.maximum.as_ref(), any.exclusive_maximum == Some(true)),
                )
                .pattern(any.pattern.as_deref()),
            SchemaKind::Type(Type::String(string)) => none
                .length("characters", string.min_length, string.max_length)
                .pattern(string.pattern.as_deref()),
            SchemaKind::Type(Type::Number(number)) => none.range(
                (number.minimum.as_ref(), number.exclusive_minimum),
                (number.maximum.as_ref(), number.exclusive_maximum),
            ),
            SchemaKind::Type(Type::Integer(integer)) => none.range(
                (integer.minimum.as_ref(), integer.exclusive_minimum),
                (integer.maximum.as_ref(), integer.exclusive_maximum),
            ),
            SchemaKind::Type(Type::Array(array)) => {
                none.length("items", array.min_items, array.max_items)
            }
            _ => none,
        }
    }

    fn length(mut self, unit: &str, min: Option<usize>, max: Option<usize>) -> Self {
        let min = min.filter(|min| *min > 0);
        let unit = match (min, max) {
            (Some(1), None) | (_, Some(1)) => unit.trim_end_matches('s'),
            _ => unit,
        };
        match (min, max) {
            (Some(min), Some(max)) if min == max => self.0.push(format!("Exactly {min} {unit}.")),
            (Some(min), Some(max)) => self.0.push(format!("{min} to {max} {unit}.")),
            (Some(min), None) => self.0.push(format!("At least {min} {unit}.")),
            (None, Some(max)) => self.0.push(format!("At most {max} {unit}.")),
            (None, None) => {}
        }
        self
    }

    /// Bounds, each with whether it is itself left out.
    fn range<T: std::fmt::Display>(
        mut self,
        (min, above): (Option<&T>, bool),
        (max, below): (Option<&T>, bool),
    ) -> Self {
        let text = match (min, max) {
            (Some(min), Some(max)) if !above && !below => format!("{min} to {max}."),
            (Some(min), Some(max)) => format!(
                "{} {min} and {} {max}.",
                if above { "More than" } else { "At least" },
                if below { "less than" } else { "at most" }
            ),
            (Some(min), None) if above => format!("More than {min}."),
            (Some(min), None) => format!("At least {min}."),
            (None, Some(max)) if below => format!("Less than {max}."),
            (None, Some(max)) => format!("At most {max}."),
            (None, None) => return self,
        };
        self.0.push(text);
        self
    }

    fn pattern(mut self, pattern: Option<&str>) -> Self {
        if let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) {
            // Backticks would end the code span early, as an empty line would; a pattern with one, or with anything else
            // that is not seen as it is, is left to the document.
            if !pattern.contains(|character| character == '`' || is_spelled_out(character)) {
                self.0.push(format!("Pattern `{pattern}`."));
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_shown_where_they_read_as_they_are() {
        let shown = |pattern| Limits::default().pattern(Some(pattern)).0;
        assert_eq!(shown("^[a-z]+$"), ["Pattern `^[a-z]+$`."]);
        for pattern in ["", "a`", "a\n\n~~~\nlet a = b;", "a\rb", "\u{202e}a"] {
            assert_eq!(shown(pattern), [""; 0], "{pattern:?}");
        }
    }
}
