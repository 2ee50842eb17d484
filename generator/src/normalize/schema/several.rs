//! A schema of several types, which 3.0 writes as a choice of schemas.

use openapiv3::{ReferenceOr, Schema};
use serde_json::Value;

use super::super::at::At;
use super::super::context::Context;
use super::draft::Draft;
use super::enumeration::type_of;
use super::tuple::TUPLE;
use super::types::{Basic, type_of_format};

/// Splits a draft of several types into one schema for each, every one with the keywords that it obeys.
pub(super) fn split(
    cx: &mut Context<'_>,
    draft: &mut Draft,
    at: &At<'_>,
) -> Vec<ReferenceOr<Schema>> {
    let types = std::mem::take(&mut draft.types);
    let has_values = !draft.enumeration.is_empty();
    let mut schemas = Vec::with_capacity(types.len());
    for basic in types {
        let mut part = part(draft, basic);
        part.enumeration = draft
            .enumeration
            .iter()
            .filter(|value| belongs(value, basic))
            .cloned()
            .collect();
        // An enumeration without a value of this type leaves nothing of the type.
        if has_values && part.enumeration.is_empty() {
            continue;
        }
        schemas.push(ReferenceOr::Item(super::settle::settle(cx, part, at)));
    }
    draft.enumeration.clear();
    schemas
}

fn belongs(value: &Value, basic: Basic) -> bool {
    let found = type_of(value);
    found == Some(basic) || (basic == Basic::Number && found == Some(Basic::Integer))
}

/// Takes the keywords of one type out of a draft.
fn part(draft: &mut Draft, basic: Basic) -> Draft {
    let mut part = Draft {
        types: vec![basic],
        ..Draft::default()
    };
    let format_fits = draft
        .format
        .as_deref()
        .is_some_and(|format| match type_of_format(format) {
            Some(Basic::Integer | Basic::Number) => matches!(basic, Basic::Integer | Basic::Number),
            Some(other) => other == basic,
            None => basic == Basic::String,
        });
    if format_fits {
        part.format = draft.format.clone();
    }
    match basic {
        Basic::String => {
            part.pattern = draft.pattern.take();
            part.min_length = draft.min_length.take();
            part.max_length = draft.max_length.take();
        }
        Basic::Number | Basic::Integer => {
            part.minimum = draft.minimum.take();
            part.maximum = draft.maximum.take();
            part.exclusive_minimum = draft.exclusive_minimum;
            part.exclusive_maximum = draft.exclusive_maximum;
            part.multiple_of = draft.multiple_of.take();
        }
        Basic::Boolean => {}
        Basic::Object => {
            part.has_properties = draft.has_properties;
            part.properties = std::mem::take(&mut draft.properties);
            part.required = std::mem::take(&mut draft.required);
            part.additional_properties = draft.additional_properties.take();
            part.min_properties = draft.min_properties.take();
            part.max_properties = draft.max_properties.take();
        }
        Basic::Array => {
            part.items = draft.items.take();
            part.min_items = draft.min_items.take();
            part.max_items = draft.max_items.take();
            part.unique_items = draft.unique_items.take();
            if let Some(told) = draft.data.extensions.shift_remove(TUPLE) {
                part.data.extensions.insert(TUPLE.to_owned(), told);
            }
        }
    }
    part
}
