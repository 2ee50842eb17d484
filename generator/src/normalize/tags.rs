//! Discriminators whose values only the children of a base schema tell, as an extension of Swagger 2.0.

use std::collections::HashSet;

use openapiv3::{ReferenceOr, Schema, SchemaKind};

use super::context::Context;
use super::schema;
use crate::document::pointer;

/// The extensions by which a schema names the value that tells it from its siblings.
const VALUE_OF_CHILD: [&str; 2] = ["x-ms-discriminator-value", "x-discriminator-value"];

/// Puts the values that children name into the mapping of the discriminator above them.
pub(crate) fn map(cx: &mut Context<'_>) {
    let mut entries = Vec::new();
    for (name, schema) in &cx.components.schemas {
        let Some(schema) = schema.as_item() else {
            continue;
        };
        let extensions = &schema.schema_data.extensions;
        let value = VALUE_OF_CHILD
            .iter()
            .find_map(|key| extensions.get(*key)?.as_str());
        if let Some(value) = value
            && let Some(base) = base_with_discriminator(cx, name)
        {
            entries.push((base, value.to_owned(), schema::schema_pointer(name)));
        }
    }
    for (base, value, reference) in entries {
        let schema = cx.components.schemas.get_mut(&base);
        if let Some(ReferenceOr::Item(schema)) = schema
            && let Some(discriminator) = &mut schema.schema_data.discriminator
        {
            discriminator.mapping.entry(value).or_insert(reference);
        }
    }
}

/// Returns the nearest schema that this one extends, or is, which has a discriminator.
fn base_with_discriminator(cx: &Context<'_>, name: &str) -> Option<String> {
    let mut seen = HashSet::new();
    let mut next = vec![name.to_owned()];
    while let Some(name) = next.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Some(ReferenceOr::Item(schema)) = cx.components.schemas.get(&name) else {
            continue;
        };
        if schema.schema_data.discriminator.is_some() {
            return Some(name);
        }
        for reference in extended(schema) {
            let last = reference.rsplit('/').next().unwrap_or_default();
            next.push(pointer::unescape(last).into_owned());
        }
    }
    None
}

fn extended(schema: &Schema) -> impl Iterator<Item = &str> {
    let all_of = match &schema.schema_kind {
        SchemaKind::AllOf { all_of } => all_of.as_slice(),
        SchemaKind::Any(any) => &any.all_of,
        _ => &[],
    };
    all_of.iter().filter_map(|schema| match schema {
        ReferenceOr::Reference { reference } => Some(reference.as_str()),
        ReferenceOr::Item(_) => None,
    })
}
