//! Multipart bodies: a struct a body, with a field a part.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::header;
use super::text::{TypeText, literal, vendor_doc};
use super::words::{Words, import_used};
use crate::ir::{Api, Part, PartKind, Payload};

/// Renders the module `multipart`, if any operation has such a body.
pub(super) fn module(api: &Api, command: &str) -> Option<String> {
    let text = TypeText {
        api,
        prefix: "types::",
    };
    let mut body = String::new();
    let mut written = BTreeSet::new();
    for operation in api.operations() {
        let payload = operation.body.as_ref().map(|body| &body.payload);
        if let Some(Payload::Multipart {
            media_type,
            parts,
            type_name,
        }) = payload
        {
            // Methods for several media types of the answer send the same body.
            if !written.insert(type_name) {
                continue;
            }
            let start = match media_type.as_str() {
                "multipart/form-data" => "Form::new()".to_owned(),
                other => format!("Form::with_media_type({})", literal(other)),
            };
            form(&mut body, &text, &operation.name, type_name, parts, &start);
        }
    }
    if body.is_empty() {
        return None;
    }
    let mut file = header(api, command);
    file.push_str("//! Multipart bodies.\n\n");
    let words = Words::of(&body);
    if words.has("BTreeMap") {
        file.push_str("use std::collections::BTreeMap;\n\n");
    }
    file.push_str(&import_used(&words, &["Form", "Part"]));
    if body.contains("types::") {
        file.push_str("\nuse super::types;\n");
    }
    file.push_str(&body);
    Some(file)
}

fn form(
    out: &mut String,
    text: &TypeText<'_>,
    operation: &str,
    name: &str,
    parts: &[Part],
    start: &str,
) {
    _ = writeln!(
        out,
        "\n/// The parts that `{operation}` sends.\n#[derive(Debug)]\npub struct {name} {{"
    );
    for part in parts {
        let otherwise = format!("The part {}.", super::text::code(&part.wire_name));
        vendor_doc(out, "    ", &part.description, &otherwise);
        _ = writeln!(out, "    pub {}: {},", part.name, field(text, part));
    }
    out.push_str("    /// Parts that the document does not declare.\n    pub more: Vec<(String, Part)>,\n}\n");
    let asked: Vec<String> = parts
        .iter()
        .filter(|part| part.required)
        .map(|part| format!("{}: {}", part.name, field(text, part)))
        .collect();
    _ = writeln!(
        out,
        "\nimpl {name} {{\n    /// With the parts that must be there."
    );
    _ = writeln!(
        out,
        "    pub fn new({}) -> Self {{\n        Self {{",
        asked.join(", ")
    );
    for part in parts {
        let value = match (part.required, part.repeated) {
            (true, _) => part.name.clone(),
            (false, true) => format!("{}: Vec::new()", part.name),
            (false, false) => format!("{}: None", part.name),
        };
        _ = writeln!(out, "            {value},");
    }
    out.push_str("            more: Vec::new(),\n        }\n    }\n\n");
    _ = writeln!(
        out,
        "    pub(super) fn into_form(self) -> Form {{\n        let mut form = {start};"
    );
    for part in parts {
        push(out, part);
    }
    out.push_str("        for (name, part) in self.more {\n            form = form.part(name, part);\n        }\n");
    out.push_str("        form\n    }\n}\n");
}

/// The type of a part's field.
pub(crate) fn field(text: &TypeText<'_>, part: &Part) -> String {
    let ty = match &part.kind {
        PartKind::File(_) => "Part".to_owned(),
        PartKind::Text(ty) | PartKind::Json(ty) => text.owned(ty),
    };
    match (part.repeated, part.required) {
        (true, _) => format!("Vec<{ty}>"),
        (false, true) => ty,
        (false, false) => format!("Option<{ty}>"),
    }
}

fn push(out: &mut String, part: &Part) {
    let wire = literal(&part.wire_name);
    let field = format!("self.{}", part.name);
    let add = |value: &str| match &part.kind {
        PartKind::File(None) => format!("form = form.part({wire}, {value});"),
        PartKind::File(Some(media_type)) => {
            format!(
                "form = form.part({wire}, {value}.or_content_type({}));",
                literal(media_type)
            )
        }
        PartKind::Text(_) => format!("form = form.text({wire}, &{value});"),
        PartKind::Json(_) => format!("form = form.json({wire}, &{value});"),
    };
    match (part.repeated, part.required) {
        (true, _) => {
            _ = writeln!(
                out,
                "        for item in {field} {{\n            {}\n        }}",
                add("item")
            );
        }
        (false, true) => _ = writeln!(out, "        {}", add(&field)),
        (false, false) => {
            _ = writeln!(
                out,
                "        if let Some(item) = {field} {{\n            {}\n        }}",
                add("item")
            );
        }
    }
}
