//! JSON text to a tree, with nesting bounded and duplicate keys noticed.

use std::cell::Cell;

use serde::de::DeserializeSeed as _;
use serde_json::Value;

use super::MAX_DEPTH;
use super::tree::Seed;
use crate::diagnostics::{Diagnostic, Place};

/// The rule under which too deep nesting is refused.
pub(super) const TOO_DEEP: &str = "too-deep";

/// Returns the tree, and whether a key occurs twice in a mapping.
pub(super) fn parse(name: &str, text: &str) -> Result<(Value, bool), Diagnostic> {
    // JSON repeats nothing, so there is always room.
    let (duplicates, room, levels) = (
        Cell::new(false),
        Cell::new(usize::MAX),
        Cell::new(MAX_DEPTH),
    );
    let seed = Seed {
        duplicates: &duplicates,
        room: &room,
        levels: &levels,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.disable_recursion_limit();
    let value = seed
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        // Nesting beyond the limit comes first, wherever else something is wrong.
        .map_err(|error| deep_nesting(name, text).unwrap_or_else(|| failure(name, text, &error)))?;
    Ok((value, duplicates.get()))
}

/// Finds where a text nests beyond the limit, be it JSON or not.
fn deep_nesting(name: &str, text: &str) -> Option<Diagnostic> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(too_deep(name, line_and_column(text, offset)));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Returns the diagnostic for nesting beyond the limit.
pub(super) fn too_deep(name: &str, (line, column): (u32, u32)) -> Diagnostic {
    Diagnostic::error(
        TOO_DEEP,
        Place::file(name).at(line, column),
        format!("the document is nested deeper than {MAX_DEPTH} levels"),
        "move inner schemas to components and refer to them",
    )
}

fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(1, |l| l.chars().count() + 1);
    let narrow = |count| u32::try_from(count).unwrap_or(u32::MAX);
    (narrow(line), narrow(column))
}

fn failure(name: &str, text: &str, error: &serde_json::Error) -> Diagnostic {
    let narrow = |count| u32::try_from(count).unwrap_or(u32::MAX);
    let place = Place::file(name).at(narrow(error.line()), narrow(error.column().max(1)));
    if error.is_eof() {
        return Diagnostic::error(
            "truncated",
            place,
            "the JSON ends in the middle",
            "fetch the document again; an interrupted download leaves such a file",
        );
    }
    let said = error.to_string();
    let reason = said.split(" at line ").next().unwrap_or(&said);
    let message = match after_the_value(text, error) {
        true => "something follows the end of the JSON document".to_owned(),
        false => format!("this is not JSON: {reason}"),
    };
    Diagnostic::error("invalid-json", place, message, "correct the file")
}

fn after_the_value(_text: &str, error: &serde_json::Error) -> bool {
    error.to_string().starts_with("trailing characters")
}
