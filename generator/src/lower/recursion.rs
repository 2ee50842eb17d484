//! Types that contain themselves: boxes where Rust needs them, and aliases that would never end; and what follows types
//! that were given other numbers.

use crate::ir::{self, Payload, Struct, Type, TypeDef, TypeKind};

/// Gives the types that a definition names their final indexes.
pub(crate) fn renumber(definition: &mut TypeDef, moved: &[usize]) {
    for_each_type(definition, &mut |ty| renumber_type(ty, moved));
}

/// The same for a type that stands elsewhere, such as in an operation.
pub(crate) fn renumber_type(ty: &mut Type, moved: &[usize]) {
    match ty {
        Type::Named(index) => *index = moved.get(*index).copied().unwrap_or(*index),
        Type::List(inner) | Type::Map(inner) | Type::Option(inner) | Type::Boxed(inner) => {
            renumber_type(inner, moved);
        }
        Type::Tuple(items) => items.iter_mut().for_each(|item| renumber_type(item, moved)),
        _ => {}
    }
}

/// The same for what an operation takes and gives.
pub(crate) fn renumber_operation(operation: &mut ir::Operation, moved: &[usize]) {
    for parameter in operation.arguments.iter_mut().chain(&mut operation.options) {
        renumber_type(&mut parameter.ty, moved);
    }
    match operation.body.as_mut().map(|body| &mut body.payload) {
        Some(Payload::Json { ty, .. } | Payload::Form { ty, .. }) => {
            renumber_type(ty, moved);
        }
        Some(Payload::Multipart { parts, .. }) => {
            for part in parts {
                if let ir::PartKind::Text(ty) | ir::PartKind::Json(ty) = &mut part.kind {
                    renumber_type(ty, moved);
                }
            }
        }
        _ => {}
    }
    renumber_content(&mut operation.success.content, moved);
    if let Some(paging) = &mut operation.paging {
        renumber_type(&mut paging.page, moved);
        renumber_type(&mut paging.item, moved);
        if let Some((_, _, ty)) = &mut paging.total {
            renumber_type(ty, moved);
        }
    }
}

/// The same for what an answer holds.
pub(crate) fn renumber_content(content: &mut ir::Content, moved: &[usize]) {
    match content {
        ir::Content::Json(ty)
        | ir::Content::OptionalJson(ty)
        | ir::Content::Items(ir::Items { item: ty, .. }) => renumber_type(ty, moved),
        ir::Content::Empty
        | ir::Content::Text
        | ir::Content::Stream
        | ir::Content::Bytes
        | ir::Content::Several(_) => {}
    }
}

/// Boxes every field and variant through which a type contains itself by value.
pub(crate) fn insert_boxes(types: &mut [TypeDef]) {
    let edges: Vec<Vec<usize>> = types.iter().map(by_value).collect();
    let groups = strongly_connected(&edges);
    for index in 0..types.len() {
        let group = groups[index];
        let cyclic = |target: usize| {
            groups[target] == group && (target != index || edges[index].contains(&index))
        };
        if matches!(types[index].kind, TypeKind::Alias(_)) {
            continue;
        }
        let mut definition = std::mem::replace(&mut types[index].kind, TypeKind::Alias(Type::Json));
        for ty in direct_types(&mut definition) {
            box_cyclic(ty, &cyclic);
        }
        types[index].kind = definition;
    }
}

/// Ends aliases that only lead back to themselves; returns the indexes of those that are nothing but JSON then.
///
/// A map of itself is an object whose properties nobody has named, and a struct may contain itself.
pub(crate) fn end_alias_cycles(types: &mut [TypeDef]) -> Vec<usize> {
    for start in 0..types.len() {
        if let TypeKind::Alias(Type::Map(value)) = &types[start].kind
            && leads_back(types, start)
        {
            types[start].kind = TypeKind::Struct(Struct {
                fields: Vec::new(),
                additional: Some(("additional_properties".to_owned(), (**value).clone())),
                constructed: true,
            });
        }
    }
    let mut ended = Vec::new();
    for start in 0..types.len() {
        if leads_back(types, start) {
            types[start].kind = TypeKind::Alias(Type::Json);
            ended.push(start);
        }
    }
    ended
}

fn leads_back(types: &[TypeDef], start: usize) -> bool {
    let mut seen = vec![false; types.len()];
    let mut work = vec![start];
    while let Some(index) = work.pop() {
        let TypeKind::Alias(target) = &types[index].kind else {
            continue;
        };
        let mut named = Vec::new();
        names_in(target, &mut named);
        for next in named {
            if next == start {
                return true;
            }
            if next < seen.len() && !std::mem::replace(&mut seen[next], true) {
                work.push(next);
            }
        }
    }
    false
}

fn names_in(ty: &Type, names: &mut Vec<usize>) {
    match ty {
        Type::Named(index) => names.push(*index),
        Type::List(inner) | Type::Map(inner) | Type::Option(inner) | Type::Boxed(inner) => {
            names_in(inner, names);
        }
        Type::Tuple(items) => items.iter().for_each(|item| names_in(item, names)),
        _ => {}
    }
}

fn box_cyclic(ty: &mut Type, cyclic: &dyn Fn(usize) -> bool) {
    match ty {
        Type::Named(index) if cyclic(*index) => *ty = Type::Boxed(Box::new(Type::Named(*index))),
        Type::Option(inner) => box_cyclic(inner, cyclic),
        Type::Tuple(items) => items.iter_mut().for_each(|item| box_cyclic(item, cyclic)),
        _ => {}
    }
}

/// The types that a definition holds by value: not behind a list, a map or a box.
fn by_value(definition: &TypeDef) -> Vec<usize> {
    fn value(ty: &Type, found: &mut Vec<usize>) {
        match ty {
            Type::Named(index) => found.push(*index),
            Type::Option(inner) => value(inner, found),
            Type::Tuple(items) => items.iter().for_each(|item| value(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    match &definition.kind {
        TypeKind::Struct(body) => body
            .fields
            .iter()
            .for_each(|field| value(&field.ty, &mut found)),
        TypeKind::Union(union) => union.variants.iter().for_each(|v| value(&v.ty, &mut found)),
        TypeKind::Alias(target) => value(target, &mut found),
        TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) => {}
    }
    found
}

fn direct_types(kind: &mut TypeKind) -> Vec<&mut Type> {
    match kind {
        TypeKind::Struct(body) => body.fields.iter_mut().map(|field| &mut field.ty).collect(),
        TypeKind::Union(union) => union.variants.iter_mut().map(|v| &mut v.ty).collect(),
        TypeKind::Alias(target) => vec![target],
        TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) => Vec::new(),
    }
}

fn for_each_type(definition: &mut TypeDef, change: &mut dyn FnMut(&mut Type)) {
    if let TypeKind::Struct(body) = &mut definition.kind
        && let Some((_, ty)) = &mut body.additional
    {
        change(ty);
    }
    for ty in direct_types(&mut definition.kind) {
        change(ty);
    }
}

/// The group of every node, two nodes sharing one exactly if each reaches the other (Tarjan's algorithm,
/// with a stack of its own since documents chain types as long as they like).
fn strongly_connected(edges: &[Vec<usize>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let count = edges.len();
    let (mut order, mut low) = (vec![NEW; count], vec![0; count]);
    let mut group = vec![NEW; count];
    let (mut next, mut groups) = (0, 0);
    let mut stack = Vec::new();
    for root in 0..count {
        if order[root] != NEW {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                order[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
            }
            match edges[node].get(edge) {
                Some(&target) => {
                    calls.push((node, edge + 1));
                    if order[target] == NEW {
                        calls.push((target, 0));
                    } else if group[target] == NEW {
                        low[node] = low[node].min(order[target]);
                    }
                }
                None => {
                    if low[node] == order[node] {
                        while let Some(member) = stack.pop() {
                            group[member] = groups;
                            if member == node {
                                break;
                            }
                        }
                        groups += 1;
                    }
                    if let Some((parent, _)) = calls.last() {
                        low[*parent] = low[*parent].min(low[node]);
                    }
                }
            }
        }
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_the_cycles() {
        // 0 -> 1 -> 2 -> 0, 3 -> 0, 4 -> 4, 5
        let edges = [vec![1], vec![2], vec![0], vec![0], vec![4], vec![]];
        let group = strongly_connected(&edges);
        assert_eq!(group[0], group[1]);
        assert_eq!(group[1], group[2]);
        assert_ne!(group[3], group[0]);
        assert_ne!(group[4], group[0]);
        assert_ne!(group[5], group[4]);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let edges: Vec<Vec<usize>> = (0..200_000).map(|n| vec![(n + 1) % 200_000]).collect();
        let group = strongly_connected(&edges);
        assert!(group.iter().all(|g| *g == group[0]));
    }
}
