//! Schemas that are made of themselves, and tags that only the children of a base schema know.

use std::collections::HashMap;

use openapiv3::{AnySchema, ReferenceOr, Schema, SchemaKind};

use super::context::Context;
use super::schema;
use crate::diagnostics::Severity;
use crate::document::pointer;

/// What holds a schema together that refers to others without a property or a list between.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Through {
    /// `allOf`: it has all that the other has.
    All,
    /// `oneOf` and `anyOf`: it is the other, or something else.
    Choice,
}

/// Breaks every circle in which a schema is all of itself, or a choice of itself: neither has any value of its own.
///
/// A choice whose branches extend it is no such circle, and left to the next stage.
pub(crate) fn break_up(cx: &mut Context<'_>) {
    for through in [Through::All, Through::Choice] {
        for (from, to) in closing_edges(cx, through) {
            let (rule, message) = match through {
                Through::All => ("circular-composition", "the schema extends itself"),
                Through::Choice => ("circular-choice", "the schema is a choice of itself"),
            };
            let mut place = String::from("/components/schemas");
            pointer::push(&mut place, &from);
            let (file, place) = cx.origin(&place);
            let message = format!("{message}, by way of `{to}`; that part is left out");
            let help = "remove it from the list".to_owned();
            cx.findings
                .add(Severity::Error, rule, file, place, message, help);
            if let Some(schema) = cx.components.schemas.get_mut(&from) {
                cut(schema, &schema::schema_pointer(&to), through);
            }
        }
    }
}

/// Returns the edges that close a circle, as names of components.
fn closing_edges(cx: &Context<'_>, through: Through) -> Vec<(String, String)> {
    let schemas = &cx.components.schemas;
    let mut edges: Vec<Vec<usize>> = Vec::with_capacity(schemas.len());
    let numbers: HashMap<String, usize> = schemas
        .keys()
        .enumerate()
        .map(|(number, name)| (schema::schema_pointer(name), number))
        .collect();
    for schema in schemas.values() {
        let mut targets = Vec::new();
        collect(schema, through, &mut |reference| {
            if let Some(number) = numbers.get(reference) {
                targets.push(*number);
            }
        });
        edges.push(targets);
    }
    let name = |number: usize| {
        schemas
            .get_index(number)
            .map(|(name, _)| name.clone())
            .unwrap_or_default()
    };
    let closing = depth_first(&edges);
    closing
        .into_iter()
        .map(|(from, to)| (name(from), name(to)))
        .collect()
}

/// Returns the edges that lead back to where a walk along the edges is already.
fn depth_first(edges: &[Vec<usize>]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut states = vec![State::New; edges.len()];
    let mut closing = Vec::new();
    for start in 0..edges.len() {
        if states[start] != State::New {
            continue;
        }
        states[start] = State::Open;
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            match edges[node].get(*next) {
                None => {
                    states[node] = State::Done;
                    path.pop();
                }
                Some(&target) => {
                    *next += 1;
                    match states[target] {
                        State::New => {
                            states[target] = State::Open;
                            path.push((target, 0));
                        }
                        State::Open => closing.push((node, target)),
                        State::Done => {}
                    }
                }
            }
        }
    }
    closing
}

/// Calls `each` for what a schema refers to through compositions alone.
fn collect(schema: &ReferenceOr<Schema>, through: Through, each: &mut impl FnMut(&str)) {
    match schema {
        ReferenceOr::Reference { reference } => each(reference),
        ReferenceOr::Item(schema) => {
            for branch in branches(&schema.schema_kind, through).into_iter().flatten() {
                collect(branch, through, each);
            }
        }
    }
}

fn branches(kind: &SchemaKind, through: Through) -> [&[ReferenceOr<Schema>]; 2] {
    match (kind, through) {
        (SchemaKind::AllOf { all_of }, Through::All) => [all_of, &[]],
        (SchemaKind::OneOf { one_of }, Through::Choice) => [one_of, &[]],
        (SchemaKind::AnyOf { any_of }, Through::Choice) => [any_of, &[]],
        (SchemaKind::Any(any), Through::All) => [&any.all_of, &[]],
        (SchemaKind::Any(any), Through::Choice) => [&any.one_of, &any.any_of],
        _ => [&[], &[]],
    }
}

/// Takes a reference out of the compositions of a schema.
fn cut(schema: &mut ReferenceOr<Schema>, reference: &str, through: Through) {
    let ReferenceOr::Item(item) = schema else {
        *schema = ReferenceOr::Item(schema::broken(format!(
            "`{reference}` leads back to itself"
        )));
        return;
    };
    let prune = |list: &mut Vec<ReferenceOr<Schema>>| {
        list.retain(|branch| !matches!(branch, ReferenceOr::Reference { reference: there } if there == reference));
        for branch in list.iter_mut() {
            if matches!(branch, ReferenceOr::Item(_)) {
                cut(branch, reference, through);
            }
        }
        list.is_empty()
    };
    let empty = match (&mut item.schema_kind, through) {
        (SchemaKind::AllOf { all_of }, Through::All) => prune(all_of),
        (SchemaKind::OneOf { one_of }, Through::Choice) => prune(one_of),
        (SchemaKind::AnyOf { any_of }, Through::Choice) => prune(any_of),
        (SchemaKind::Any(any), Through::All) => {
            prune(&mut any.all_of);
            false
        }
        (SchemaKind::Any(any), Through::Choice) => {
            prune(&mut any.one_of);
            prune(&mut any.any_of);
            false
        }
        _ => false,
    };
    if empty {
        item.schema_kind = SchemaKind::Any(AnySchema::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_edges_that_close_a_circle() {
        let edges = vec![vec![1, 2], vec![2], vec![0, 3], vec![3], vec![]];
        assert_eq!(depth_first(&edges), [(2, 0), (3, 3)]);
    }
}
