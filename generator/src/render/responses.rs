//! What answers carry beside the usual body: declared errors, several kinds of success, headers.

use std::fmt::Write as _;

use super::header;
use super::text::{TypeText, code, framing, literal, vendor_doc};
use super::words::{Words, import_used};
use crate::ir::{Api, Content, HeaderStruct, ResponseEnum, Status};

/// Renders the module `responses`.
pub(super) fn module(api: &Api, command: &str) -> String {
    let text = TypeText {
        api,
        prefix: "types::",
    };
    let mut body = String::new();
    for item in &api.errors {
        body.push_str(&response_enum(&text, item, "errors"));
    }
    for item in &api.successes {
        body.push_str(&response_enum(&text, item, "successes"));
    }
    for item in &api.headers {
        body.push_str(&headers(&text, item));
    }
    let mut file = header(api, command);
    file.push_str("//! What answers carry beside the usual body.\n\n");
    let words = Words::of(&body);
    if words.has("BTreeMap") {
        file.push_str("use std::collections::BTreeMap;\n\n");
    }
    file.push_str(&import_used(
        &words,
        &[
            "ByteStream",
            "Bytes",
            "ServerSentEvent",
            "errors!",
            "headers!",
            "successes!",
        ],
    ));
    if words.has("types") {
        file.push_str("\nuse super::types;\n");
    }
    file.push_str(&body);
    file
}

fn response_enum(text: &TypeText<'_>, item: &ResponseEnum, form: &str) -> String {
    let mut out = format!(
        "\n{form}! {{\n    /// {}\n    pub enum {} {{\n",
        item.description, item.name
    );
    for variant in &item.variants {
        vendor_doc(
            &mut out,
            "        ",
            &variant.description,
            "As the document declares.",
        );
        let pattern = key(variant.status);
        let payload = match &variant.content {
            Content::Empty => String::new(),
            Content::Json(ty) => format!("({})", text.owned(ty)),
            Content::OptionalJson(ty) => format!("(optional {})", text.owned(ty)),
            Content::Text => "(text String)".to_owned(),
            Content::Stream if form == "successes" => "(stream ByteStream)".to_owned(),
            Content::Items(items) if form == "successes" => {
                format!("(items {} {})", framing(items.framing), text.item(items))
            }
            Content::Stream | Content::Items(_) | Content::Bytes | Content::Several(_) => {
                "(bytes Bytes)".to_owned()
            }
        };
        _ = writeln!(out, "        {pattern} => {}{payload},", variant.name);
    }
    match item.otherwise.as_str() {
        "" => out.push_str("    }\n}\n"),
        otherwise => _ = writeln!(out, "    }} else {otherwise}\n}}"),
    }
    out
}

fn headers(text: &TypeText<'_>, item: &HeaderStruct) -> String {
    let mut out = format!(
        "\nheaders! {{\n    /// {}\n    pub struct {} {{\n",
        item.description, item.name
    );
    for field in &item.fields {
        let otherwise = format!("The header {}.", code(&field.wire_name));
        vendor_doc(&mut out, "        ", &field.description, &otherwise);
        let presence = if field.required {
            "required"
        } else {
            "optional"
        };
        let (ty, wire) = (text.owned(&field.ty), literal(&field.wire_name));
        _ = writeln!(out, "        {}: {presence} {ty} {wire},", field.name);
    }
    out.push_str("    }\n}\n");
    out
}

/// A status as documents write it.
pub(crate) fn key(status: Status) -> String {
    match status {
        Status::Exact(code) => code.to_string(),
        Status::Range(class) => format!("{class}XX"),
        Status::Default => "default".to_owned(),
    }
}

/// A status as code.
pub(super) fn status(status: Status) -> String {
    match status {
        Status::Exact(code) => format!("Status::Exact({code})"),
        Status::Range(class) => format!("Status::Range({class})"),
        Status::Default => "Status::Default".to_owned(),
    }
}
