//! Tests of what operations send and read, a module a tag: data for `portal_runtime::testing`.

use std::fmt::Write as _;

use super::text::{TypeText, code, literal};
use super::{File, Target, Write, calls, docs, header};
use crate::ir::{
    Api, Body, Content, Group, Operation, Parameter, Part, PartKind, Payload, SampleAnswer,
    SampleBody, SampleRequest, SecurityKind, Type,
};
use crate::manifest::{self, Manifest};
use crate::names;
use crate::words::is_spelled_out;

/// What holds for tests of vendors' names and deprecated operations alike.
const ALLOWED: &str = "#![allow(clippy::all, deprecated, unreachable_pub, uncommon_codepoints, confusable_idents, mixed_script_confusables)]\n";

/// The tests of a crate of its own.
pub(super) fn standalone<E>(
    api: &Api,
    target: &Target<'_>,
    write: &mut impl Write<E>,
) -> Result<(), E> {
    if api.groups.is_empty() {
        return Ok(());
    }
    let mut main = header(api, target.command);
    _ = writeln!(
        main,
        "//! What each operation sends, and what it makes of answers.\n"
    );
    main.push_str("// The names are the vendor's own.\n");
    main.push_str(ALLOWED);
    modules(&mut main, api);
    let credentials: Vec<String> = api.security_schemes.iter().map(credential).collect();
    let names = api.security_schemes.iter().map(|scheme| &scheme.kind);
    let basic = names.clone().any(|kind| *kind == SecurityKind::Basic);
    let imports = if basic {
        "{PASSWORD, Place, USER}"
    } else {
        "Place"
    };
    _ = writeln!(
        main,
        "\nuse {path}::{client};
use portal_runtime::RetryPolicy;
use portal_runtime::testing::{imports};

fn connect(place: &Place) -> {client} {{
    let builder = {client}::builder().base_url(place.url.as_str()).retry(RetryPolicy::never());
    let client = builder{credentials}.build();
    client.unwrap_or_else(|error| panic!(\"{{error}}\"))
}}",
        path = target.example_path,
        client = api.client,
        credentials = credentials.concat(),
    );
    files(api, target, "tests/wire", "main.rs", main, write)
}

fn credential(scheme: &crate::ir::SecurityScheme) -> String {
    let name = literal(&scheme.name);
    match scheme.kind {
        SecurityKind::ApiKeyHeader(_)
        | SecurityKind::ApiKeyQuery(_)
        | SecurityKind::ApiKeyCookie(_) => format!(".api_key({name}, place.key.as_str())"),
        SecurityKind::Basic => format!(".basic({name}, USER, PASSWORD)"),
        SecurityKind::Bearer
        | SecurityKind::ClientCredentials { .. }
        | SecurityKind::Unsupported(_) => format!(".bearer({name}, place.token.as_str())"),
    }
}

/// The tests of an API of a portal.
pub(super) fn portal_api<E>(
    manifest: &Manifest,
    settings: &manifest::Api,
    api: &Api,
    target: &Target<'_>,
    write: &mut impl Write<E>,
) -> Result<(), E> {
    let mut main = header(api, target.command);
    _ = writeln!(main, "//! {}.", docs::first_line(&api.title));
    modules(&mut main, api);
    let region = match manifest.gateway.regions.first() {
        Some(region) => format!("Region::{}", names::variant_name(&region.id)),
        None => String::new(),
    };
    let import = if region.is_empty() { "" } else { ", Region" };
    let key = match manifest.gateway.subscription_key {
        Some(_) => ".subscription_key(place.key.as_str())",
        None => "",
    };
    let scopes = match manifest.identity_provider.scopes {
        true => ".scopes([\"wire\"])",
        false => "",
    };
    _ = writeln!(
        main,
        "
use portal_apis::{portal}::{{{portal_client}{import}}};
use portal_apis::{portal}::{module}::{client};
use portal_runtime::RetryPolicy;
use portal_runtime::testing::Place;

fn connect(place: &Place) -> {client}<super::Everything> {{
    let builder = {portal_client}::<super::Everything>::builder({region}).credentials(\"wire\", \"wire-secret\"){key}{scopes};
    let builder = builder.api_url({id}, place.url.as_str()).token_url(place.token_url.as_str());
    let portal = builder.retry(RetryPolicy::never()).build();
    portal.unwrap_or_else(|error| panic!(\"{{error}}\")).{module}()
}}",
        portal = manifest.module(),
        portal_client = manifest.client,
        module = settings.module,
        client = api.client,
        id = literal(&settings.id),
    );
    let folder = format!("tests/wire/{}/{}", manifest.module(), settings.module);
    files(api, target, &folder, "mod.rs", main, write)
}

/// What the tests of a portal's APIs share: a bundle that grants everything.
pub(super) fn portal(manifest: &Manifest, header: &str) -> File {
    let mut text = format!("{header}//! {}.\n\n", docs::first_line(&manifest.title));
    for api in &manifest.apis {
        _ = writeln!(text, "mod {};", api.module);
    }
    let grants = manifest.apis.iter().map(|api| {
        let path = format!("portal_apis::{}::access::{}", manifest.module(), api.module);
        format!("{path}::Read, {path}::Write")
    });
    let grants: Vec<String> = grants.collect();
    _ = writeln!(
        text,
        "
portal_runtime::bundle! {{
    /// Whatever there is.
    pub Everything {{
        scopes: [],
        grants: [{}],
    }}
}}",
        grants.join(", ")
    );
    File {
        path: format!("tests/wire/{}/mod.rs", manifest.module()),
        text,
    }
}

/// The root of the tests of all portals.
pub(super) fn root(manifests: &[&Manifest], command: &str) -> File {
    let mut text = format!("// @generated by `{command}`; changes are lost.\n\n");
    text.push_str("//! What each operation sends, and what it makes of answers.\n\n#![cfg(feature = \"full\")]\n");
    text.push_str("// The names are the vendors' own.\n");
    text.push_str("#![allow(\n    clippy::all,\n    deprecated,\n    unreachable_pub,\n    uncommon_codepoints,\n    confusable_idents,\n    mixed_script_confusables\n)]\n\n");
    for manifest in manifests {
        _ = writeln!(text, "#[rustfmt::skip]\nmod {};", manifest.module());
    }
    File {
        path: "tests/wire/main.rs".to_owned(),
        text,
    }
}

fn modules(out: &mut String, api: &Api) {
    out.push('\n');
    let mut names: Vec<&str> = api
        .groups
        .iter()
        .map(|group| group.module.as_str())
        .collect();
    names.sort_unstable();
    names
        .iter()
        .for_each(|name| _ = writeln!(out, "mod {name};"));
}

fn files<E>(
    api: &Api,
    target: &Target<'_>,
    folder: &str,
    name: &str,
    main: String,
    write: &mut impl Write<E>,
) -> Result<(), E> {
    write(File {
        path: format!("{folder}/{name}"),
        text: main,
    })?;
    for group in &api.groups {
        write(File {
            path: format!("{folder}/{}.rs", group.module),
            text: module(api, group, target),
        })?;
    }
    Ok(())
}

fn module(api: &Api, group: &Group, target: &Target<'_>) -> String {
    let tests = Tests {
        api,
        text: TypeText {
            api,
            prefix: "types::",
        },
        path: target.example_path,
    };
    let mut body = String::new();
    for operation in &group.operations {
        tests.test(&mut body, operation);
    }
    let mut out = header(api, target.command);
    let words = match group.tag.as_str() {
        "" => "Operations without a tag.".to_owned(),
        tag => format!("Operations tagged {}.", code(tag)),
    };
    _ = writeln!(out, "//! {words}");
    if body.contains("Wire::new") {
        out.push_str("\nuse portal_runtime::testing::{self as wire, Sent, Wire};\n");
    }
    out.push_str(&body);
    out
}

struct Tests<'a> {
    api: &'a Api,
    text: TypeText<'a>,
    /// The path of the API's module.
    path: &'a str,
}

impl Tests<'_> {
    fn test(&self, out: &mut String, operation: &Operation) {
        let exchange = &operation.exchange;
        if !exchange.untested.is_empty() {
            let extent = match exchange.requests.is_empty() {
                true => "is not tested",
                false => "is tested without its options",
            };
            let reason = exchange.untested.replace(['\n', '\r'], " ");
            _ = writeln!(out, "\n// `{}` {extent}: {reason}.", operation.name);
        }
        if exchange.requests.is_empty() {
            return;
        }
        _ = writeln!(out, "\n#[tokio::test]\nasync fn {}() {{", operation.name);
        for request in &exchange.requests {
            if let SampleBody::Json(_, json) | SampleBody::Form(_, json) = &request.body {
                _ = writeln!(
                    out,
                    "    const {}: &str = {};",
                    constant(request),
                    raw(json)
                );
            }
        }
        out.push_str("    Wire::new(super::connect)\n");
        for request in &exchange.requests {
            self.request(out, operation, request);
        }
        answers(out, "answer", &exchange.answers);
        answers(out, "error", &exchange.errors);
        for answer in &exchange.unlisted {
            let (status, media_type) = (answer.status, literal(&answer.media_type));
            _ = writeln!(
                out,
                "        .unlisted({status}, {media_type}, {})",
                raw(&answer.body)
            );
        }
        out.push_str("        .run()\n        .await;\n}\n");
    }

    fn request(&self, out: &mut String, operation: &Operation, request: &SampleRequest) {
        let headers = request.headers.iter();
        let headers: Vec<String> = headers
            .map(|(name, value)| format!("({}, {})", literal(name), raw(value)))
            .collect();
        let body = match &request.body {
            SampleBody::Nothing => "Sent::Nothing".to_owned(),
            SampleBody::Json(media_type, _) => {
                format!("Sent::Json({}, {})", literal(media_type), constant(request))
            }
            SampleBody::Form(pairs, _) => format!("Sent::Form({})", raw(pairs)),
            SampleBody::Bytes(media_type, text) => {
                format!("Sent::Bytes({}, {})", literal(media_type), raw(text))
            }
            SampleBody::Parts(media_type, parts) => {
                let parts = parts.iter();
                let parts = parts.map(|(name, text)| format!("({}, {})", literal(name), raw(text)));
                let parts: Vec<String> = parts.collect();
                format!(
                    "Sent::Parts({}, &[{}])",
                    literal(media_type),
                    parts.join(", ")
                )
            }
        };
        let reader = match &operation.success.content {
            Content::Empty => "none",
            Content::Json(_) => "json",
            Content::OptionalJson(_) => "optional_json",
            Content::Text => "text",
            Content::Stream => "stream",
            Content::Items(_) => "items",
            Content::Bytes => "bytes",
            Content::Several(_) => "several",
        };
        _ = writeln!(
            out,
            "        .request({}, &[{}], {body}, |client| {{\n            wire::{reader}({})\n        }})",
            raw(&request.line),
            headers.join(", "),
            self.call(operation, request),
        );
    }

    fn call(&self, operation: &Operation, request: &SampleRequest) -> String {
        let arguments = operation
            .arguments
            .iter()
            .filter(|it| it.constant.is_none());
        let mut arguments: Vec<String> = arguments.map(|it| self.argument(it)).collect();
        let body = operation.body.as_ref();
        let body = body.filter(|_| request.body != SampleBody::Nothing);
        let body = body.map(|body| (body, self.body(body, request)));
        if let Some((_, values)) = body.as_ref().filter(|(body, _)| body.required) {
            arguments.push(values.clone());
        }
        let mut call = format!("client.{}({})", operation.name, arguments.join(", "));
        for index in &request.options {
            if let Some(option) = operation.options.get(*index) {
                _ = write!(call, ".{}({})", option.name, self.argument(option));
            }
        }
        if let Some((body, values)) = body.filter(|(body, _)| !body.required) {
            _ = write!(call, ".{}({values})", body.name);
        }
        call
    }

    /// A value as an argument that is only read.
    fn argument(&self, parameter: &Parameter) -> String {
        let value = || format!("wire::value({})", raw(&parameter.sample));
        match self.api.plain(&parameter.ty) {
            Type::String => text_of(&parameter.sample),
            Type::List(item) if *self.api.plain(item) == Type::String => {
                format!("&wire::value::<Vec<String>>({})", raw(&parameter.sample))
            }
            Type::List(_) => format!("&wire::value::<Vec<_>>({})", raw(&parameter.sample)),
            _ if self.text.is_copy(&parameter.ty) => value(),
            _ => format!("&{}", value()),
        }
    }

    fn body(&self, body: &Body, request: &SampleRequest) -> String {
        let open = match calls::leaves_media_type_open(body) {
            true => ", \"application/octet-stream\"",
            false => "",
        };
        match (&body.payload, &request.body) {
            (
                Payload::Json { ty, .. } | Payload::Form { ty, .. },
                SampleBody::Json(_, json) | SampleBody::Form(_, json),
            ) => {
                let name = constant(request);
                match self.api.plain(ty) {
                    Type::String => text_of(json),
                    Type::List(_) => format!("&wire::value::<Vec<_>>({name})"),
                    _ => format!("&wire::value({name})"),
                }
            }
            (
                Payload::Multipart {
                    parts, type_name, ..
                },
                _,
            ) => self.form(type_name, parts, request),
            (_, SampleBody::Bytes(_, text)) => format!("{}{open}", literal(text)),
            _ => literal(""),
        }
    }

    fn form(&self, type_name: &str, parts: &[Part], request: &SampleRequest) -> String {
        let asked = parts.iter().filter(|part| part.required);
        let asked: Vec<String> = asked.map(part_value).collect();
        let form = format!("{}::{type_name}::new({})", self.path, asked.join(", "));
        let more: Vec<String> = parts
            .iter()
            .filter(|part| !part.required && request.whole)
            .map(|part| match part.repeated {
                true => format!("form.{} = {};", part.name, part_value(part)),
                false => format!("form.{} = Some({});", part.name, part_value(part)),
            })
            .collect();
        match more.is_empty() {
            true => form,
            false => format!("{{ let mut form = {form}; {} form }}", more.join(" ")),
        }
    }
}

fn part_value(part: &Part) -> String {
    let value = match part.kind {
        PartKind::File(_) => format!("portal_runtime::Part::new({})", text_of(&part.sample)),
        PartKind::Text(_) | PartKind::Json(_) => format!("wire::value({})", raw(&part.sample)),
    };
    match part.repeated {
        true => format!("vec![{value}]"),
        false => value,
    }
}

fn constant(request: &SampleRequest) -> &'static str {
    if request.whole { "WHOLE" } else { "LEAST" }
}

fn answers(out: &mut String, method: &str, answers: &[SampleAnswer]) {
    for answer in answers {
        _ = writeln!(
            out,
            "        .{method}({}, {}, {}, {})",
            answer.status,
            literal(&answer.variant),
            literal(&answer.media_type),
            raw(&answer.body)
        );
    }
}

/// The literal of a JSON string.
fn text_of(json: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(json) {
        Ok(serde_json::Value::String(text)) => raw(&text),
        _ => raw(json),
    }
}

/// A string literal, without escapes where there is something to escape and nothing invisible.
fn raw(text: &str) -> String {
    let is_plain = !text.contains(['"', '\\']);
    if is_plain || text.contains(is_spelled_out) {
        return literal(text);
    }
    let mut hashes = String::from("#");
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}
