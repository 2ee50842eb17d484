//! An example a call, which compiles as a documentation test.

use super::Target;
use super::text::{TypeText, literal};
use crate::ir::{Access, Api, Content, Operation, Parameter, Payload, Type, TypeKind};

/// The example of an operation as Markdown. What has no short literal is an argument of the hidden function
/// around it, so that the visible lines stay those that a user would write.
pub(super) fn of(
    api: &Api,
    text: &TypeText<'_>,
    operation: &Operation,
    target: &Target<'_>,
) -> String {
    let mut example = Example {
        api,
        text,
        path: target.example_path,
        given: Vec::new(),
    };
    let mut arguments: Vec<String> = Vec::new();
    for parameter in operation.arguments.iter().filter(|p| p.constant.is_none()) {
        arguments.push(example.argument(parameter));
    }
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        arguments.push(match &body.payload {
            Payload::Json { ty, .. } | Payload::Form { ty, .. } => {
                example.borrowed(&body.name, &text.body(ty))
            }
            Payload::Multipart { type_name, .. } => {
                example.given(&body.name, &format!("{}::{type_name}", target.example_path))
            }
            Payload::Text { .. } | Payload::Bytes { .. } => "\"…\"".to_owned(),
        });
        if super::calls::leaves_media_type_open(body) {
            arguments.push("\"application/octet-stream\"".to_owned());
        }
    }
    let client = target.example_client;
    let bound = match (target.bundles, operation.access) {
        (false, _) => String::new(),
        (true, Access::Read) => example.bundle("Read"),
        (true, Access::Write) => example.bundle("Write"),
    };
    let given: Vec<String> = example
        .given
        .iter()
        .map(|(name, ty)| format!(", {name}: {ty}"))
        .collect();
    let call = format!(
        "{client}.{}({}).await?",
        operation.name,
        arguments.join(", ")
    );
    let line = match operation.success.content {
        Content::Empty => format!("{call};"),
        Content::Items(_) => format!(
            "let mut items = {call};\nwhile let Some(item) = items.try_next().await? {{\n    println!(\"{{item:?}}\");\n}}"
        ),
        _ => format!("let answer = {call};"),
    };
    let deprecated = if operation.deprecated {
        "# #[allow(deprecated)]\n"
    } else {
        ""
    };
    format!(
        "```no_run\n{deprecated}# async fn example({client}: {path}::{ty}{bound}{given}) \
         -> Result<(), Box<dyn std::error::Error>> {{\n{line}\n# Ok(())\n# }}\n```",
        path = target.example_path,
        ty = api.client,
        given = given.concat(),
    )
}

struct Example<'a> {
    api: &'a Api,
    text: &'a TypeText<'a>,
    path: &'a str,
    given: Vec<(String, String)>,
}

impl Example<'_> {
    fn bundle(&self, access: &str) -> String {
        format!("<impl portal_runtime::Grants<{}::{access}>>", self.path)
    }

    fn argument(&mut self, parameter: &Parameter) -> String {
        let example = parameter.example.as_deref();
        match self.api.plain(&parameter.ty) {
            Type::String => literal(example.filter(|text| text.len() <= 40).unwrap_or("…")),
            Type::Bool => "true".to_owned(),
            Type::I32 | Type::I64 | Type::U32 | Type::U64 => {
                let given = example
                    .and_then(|text| text.parse::<i32>().ok())
                    .filter(|n| *n >= 0);
                given.unwrap_or(1).to_string()
            }
            Type::Date => "\"2026-01-31\".parse()?".to_owned(),
            Type::Uuid => "\"c0ffee00-0000-4000-8000-000000000000\".parse()?".to_owned(),
            Type::List(item) if *self.api.plain(item) == Type::String => "&[\"…\"]".to_owned(),
            Type::Named(index) => match self.api.types.get(*index).map(|d| (&d.name, &d.kind)) {
                Some((name, TypeKind::StringEnum(values))) if !values.variants.is_empty() => {
                    let variant = &values.variants[0].0;
                    format!("&{}::types::{name}::{variant}", self.path)
                }
                _ => self.borrowed(&parameter.name, &self.text.argument(&parameter.ty)),
            },
            _ => self.borrowed(&parameter.name, &self.text.argument(&parameter.ty)),
        }
    }

    /// A value that the reader has already.
    fn borrowed(&mut self, name: &str, ty: &str) -> String {
        let qualified = self.qualified(ty);
        self.given(name, &qualified)
    }

    fn given(&mut self, name: &str, ty: &str) -> String {
        self.given.push((name.to_owned(), ty.to_owned()));
        name.to_owned()
    }

    /// The type with the paths that a reader outside the module needs.
    fn qualified(&self, ty: &str) -> String {
        let mut out = String::new();
        let mut word = String::new();
        for character in ty.chars().chain(std::iter::once('\0')) {
            if character == '_' || character.is_alphanumeric() {
                word.push(character);
                continue;
            }
            let is_path = out.ends_with("::");
            match word.as_str() {
                "types" if !is_path => out.push_str(&format!("{}::types", self.path)),
                "BTreeMap" => out.push_str("std::collections::BTreeMap"),
                wire if super::text::WIRE_TYPES.contains(&wire) && !is_path => {
                    out.push_str(&format!("portal_runtime::wire::{wire}"));
                }
                _ => out.push_str(&word),
            }
            word.clear();
            if character != '\0' {
                out.push(character);
            }
        }
        out
    }
}
