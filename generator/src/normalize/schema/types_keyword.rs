//! The `type` keyword in all the shapes it comes in.

use serde_json::Value;

use super::super::at::At;
use super::super::context::{Context, Kind};
use super::super::version::Version;
use super::draft::Draft;
use super::types::{Basic, Meaning, meaning};

/// Reads `type`: a word, several words in one, or a list of words.
pub(super) fn read(draft: &mut Draft, cx: &mut Context<'_>, value: &Value, at: &At<'_>) {
    let mut anything = false;
    match value {
        Value::String(text) => anything = words(draft, cx, text, at),
        Value::Array(items) => {
            if items.is_empty() {
                cx.note(at, "empty-type", "`type` is empty and counts as missing");
            }
            for item in items {
                match item {
                    Value::String(text) => anything |= words(draft, cx, text, at),
                    // An unquoted null in YAML.
                    Value::Null => draft.null = true,
                    _ => wrong(cx, at, item),
                }
            }
        }
        other => wrong(cx, at, other),
    }
    let all = [
        Basic::String,
        Basic::Number,
        Basic::Boolean,
        Basic::Object,
        Basic::Array,
    ];
    if anything || all.iter().all(|basic| draft.types.contains(basic)) {
        // Every type is no restriction at all.
        draft.types.clear();
        draft.data.nullable |= std::mem::take(&mut draft.null);
    }
    if draft.types.contains(&Basic::Number) {
        draft.types.retain(|basic| *basic != Basic::Integer);
    }
}

/// Reads one text behind `type`, and returns whether it says any value.
fn words(draft: &mut Draft, cx: &mut Context<'_>, text: &str, at: &At<'_>) -> bool {
    if text.contains(['|', ',']) && meaning(text) == Meaning::Unknown {
        let message = format!("`type: {text}` lists several types in one text");
        cx.warn(at, "type-list-as-text", message, "write a list, or `anyOf`");
        let mut anything = false;
        for word in text.split(['|', ',']) {
            anything |= self::word(draft, cx, word.trim(), at);
        }
        anything
    } else {
        word(draft, cx, text, at)
    }
}

fn word(draft: &mut Draft, cx: &mut Context<'_>, word: &str, at: &At<'_>) -> bool {
    let mended = |cx: &mut Context<'_>, as_what: &str| {
        let message = format!("`type: {word}` is no type of OpenAPI, and is read as {as_what}");
        cx.warn(
            at,
            "unknown-type",
            message,
            "write the type as OpenAPI does",
        );
    };
    match meaning(word) {
        Meaning::Standard(basic) => add(draft, basic),
        Meaning::Null => draft.null = true,
        Meaning::Anything => {
            if word.is_empty() {
                cx.note(at, "empty-type", "`type` is empty and counts as missing");
            } else {
                mended(cx, "any value");
            }
            return true;
        }
        Meaning::Mended(basic, format) => {
            match format {
                // A word of the standard's own, there.
                Some(_) if word == "file" && cx.version == Version::V2 => {}
                Some(format) => mended(cx, &format!("{} with format {format}", basic.as_str())),
                None => mended(cx, basic.as_str()),
            }
            add(draft, basic);
            if draft.format.is_none() {
                draft.format = format.map(str::to_owned);
            }
        }
        Meaning::MendedNull => {
            mended(cx, "null");
            draft.null = true;
        }
        Meaning::Unknown => match cx.link(Kind::Schema, word, at) {
            Ok(name) => {
                mended(cx, "the schema of that name");
                draft.all_of.push(super::reference(&name));
            }
            Err(_) => {
                mended(cx, "any value");
                return true;
            }
        },
    }
    false
}

fn add(draft: &mut Draft, basic: Basic) {
    if !draft.types.contains(&basic) {
        draft.types.push(basic);
    }
}

fn wrong(cx: &mut Context<'_>, at: &At<'_>, value: &Value) {
    let message = format!("`type: {value}` is no type of OpenAPI and counts as missing");
    cx.warn(
        at,
        "unknown-type",
        message,
        "write the type as OpenAPI does",
    );
}
