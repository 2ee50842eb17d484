//! Operations: a static that describes each, a thin method that starts it, and a type for what may be added.

use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs;
use super::examples;
use super::text::{TypeText, code, import, import_used, literal, literals, used};
use super::types::alias;
use super::{Target, format, header};
use crate::ir::{
    Access, Api, Body, Content, Group, Location, Operation, PageKind, Paging, Parameter, Payload,
    Presence, Requirement, Status, Style,
};

/// What modules of operations import from the runtime where they use it.
const RUNTIME: &[&str] = &[
    "Body",
    "Bundle",
    "Bytes",
    "ByteStream",
    "Call",
    "Grants",
    "Operation",
    "Requirement",
    "Status",
    "Style",
    "FieldEncoding",
    "body",
    "operation",
];
const PAGE: &[&str] = &["Items", "PageKind", "Pages", "Paging"];

/// Renders the module of a tag's operations.
pub(super) fn module(api: &Api, group: &Group, target: &Target<'_>) -> String {
    let writer = Operations {
        api,
        target,
        text: TypeText {
            api,
            prefix: "types::",
        },
    };
    let mut body = writer.client_impl(group);
    for operation in &group.operations {
        body.push_str(&writer.call(operation));
    }
    for operation in &group.operations {
        body.push_str(&writer.descriptions(operation));
    }
    let mut file = header(api, target.command);
    let words = match group.tag.as_str() {
        "" => "Operations without a tag.".to_owned(),
        tag => format!("Operations tagged {}.", code(tag)),
    };
    _ = writeln!(file, "//! {words}\n");
    file.push_str(&writer.imports(&body));
    file.push_str(&body);
    file
}

/// Whether a module has public types of its own.
pub(super) fn has_types(group: &Group) -> bool {
    group.operations.iter().any(has_type)
}

/// Whether the call has a type of its own: where something may be added to it.
fn has_type(operation: &Operation) -> bool {
    let optional_body = operation.body.as_ref().is_some_and(|body| !body.required);
    !operation.options.is_empty() || operation.paging.is_some() || optional_body
}

struct Operations<'a> {
    api: &'a Api,
    target: &'a Target<'a>,
    text: TypeText<'a>,
}

impl Operations<'_> {
    fn imports(&self, body: &str) -> String {
        let mut imports = String::new();
        if !used(body, &["BTreeMap"]).is_empty() {
            imports.push_str("use std::collections::BTreeMap;\n\n");
        }
        imports.push_str(&import_used(body, RUNTIME));
        imports.push_str(&import("portal_runtime::page", &used(body, PAGE)));
        let mut own: Vec<&str> = vec![
            &self.api.client,
            "types",
            "Read",
            "Write",
            "API",
            "SECURITY",
        ];
        let responses = [&self.api.errors, &self.api.successes];
        own.extend(
            responses
                .into_iter()
                .flatten()
                .map(|item| item.name.as_str()),
        );
        own.extend(self.api.headers.iter().map(|item| item.name.as_str()));
        let groups = self
            .api
            .operations()
            .filter_map(|operation| match &operation.body {
                Some(Body {
                    payload: Payload::Multipart { type_name, .. },
                    ..
                }) => Some(type_name.as_str()),
                _ => None,
            });
        own.extend(groups);
        imports.push('\n');
        imports.push_str(&import("super", &used(body, &own)));
        imports
    }

    fn client_impl(&self, group: &Group) -> String {
        let client = format_ident!("{}", self.api.client);
        let methods = group
            .operations
            .iter()
            .map(|operation| self.method(operation));
        let docs = doc_attributes(&docs::rustdoc(&group.description));
        let block = match self.target.bundles {
            true => quote! { #docs impl<B: Bundle> #client<B> { #(#methods)* } },
            false => quote! { #docs impl #client { #(#methods)* } },
        };
        format(block)
    }

    fn method(&self, operation: &Operation) -> TokenStream {
        let name = format_ident!("{}", operation.name);
        let docs = doc_attributes(&self.documentation(operation));
        let alias = match operation.operation_id.as_str() {
            "" => quote! {},
            id => {
                let id = alias(id);
                // An alias that is the name itself is refused.
                let other = id.trim_matches('"') != operation.name && id != "\"\"";
                let id = tokens(&id);
                if other {
                    quote! { #[doc(alias = #id)] }
                } else {
                    quote! {}
                }
            }
        };
        let deprecated = operation
            .deprecated
            .then(|| quote! { #[deprecated = "deprecated by its vendor"] });
        let arguments = self.arguments(operation);
        let call = self.start(operation);
        let (result, value) = match has_type(operation) {
            true => {
                let ty = format_ident!("{}", operation.type_name);
                (quote! { #ty }, quote! { #ty(#call) })
            }
            false => {
                let ty = self.call_type(operation);
                (quote! { #ty }, call)
            }
        };
        let bound = self.target.bundles.then(|| match operation.access {
            Access::Read => quote! { where B: Grants<Read> },
            Access::Write => quote! { where B: Grants<Write> },
        });
        quote! {
            #docs
            #alias
            #deprecated
            pub fn #name(&self, #(#arguments),*) -> #result #bound {
                #value
            }
        }
    }

    fn arguments(&self, operation: &Operation) -> Vec<TokenStream> {
        let parameters = operation.arguments.iter().filter(|p| p.constant.is_none());
        let mut arguments: Vec<TokenStream> = parameters
            .map(|parameter| {
                let name = format_ident!("{}", parameter.name);
                let ty = tokens(&self.text.argument(&parameter.ty));
                quote! { #name: #ty }
            })
            .collect();
        if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
            let name = format_ident!("{}", body.name);
            let ty = self.body_type(body);
            arguments.push(quote! { #name: #ty });
        }
        arguments
    }

    fn body_type(&self, body: &Body) -> TokenStream {
        tokens(&match &body.payload {
            Payload::Json { ty, .. } | Payload::Form { ty, .. } => self.text.body(ty),
            Payload::Multipart { type_name, .. } => type_name.clone(),
            Payload::Text { .. } => "impl Into<String>".to_owned(),
            Payload::Bytes { .. } => "impl Into<Body>".to_owned(),
        })
    }

    /// The call with all that must be given.
    fn start(&self, operation: &Operation) -> TokenStream {
        let constant = format_ident!("{}", operation.constant);
        let setters = operation
            .arguments
            .iter()
            .map(|parameter| match &parameter.constant {
                Some(value) => set(parameter, &quote! { #value }),
                None => {
                    let name = format_ident!("{}", parameter.name);
                    set(parameter, &quote! { #name })
                }
            });
        let body = operation.body.as_ref().filter(|body| body.required);
        let body = body.map(set_body);
        // The document requires the page's parameters, so there are some even where the caller names none.
        let paged = operation
            .paging
            .as_ref()
            .filter(|paging| paging.required)
            .map(|_| {
                let paging = format_ident!("{}_PAGING", operation.constant);
                quote! { .paged(&#paging) }
            });
        quote! { self.call(&#constant) #(#setters)* #paged #body }
    }

    fn call_type(&self, operation: &Operation) -> TokenStream {
        let (success, error) = (
            self.success(operation),
            format_ident!("{}", operation.error),
        );
        match &operation.headers {
            Some(headers) => {
                let headers = format_ident!("{}", headers);
                quote! { Call<#success, #error, #headers> }
            }
            None => quote! { Call<#success, #error> },
        }
    }

    fn success(&self, operation: &Operation) -> TokenStream {
        tokens(&match &operation.success.content {
            Content::Empty => "()".to_owned(),
            Content::Json(ty) => self.text.owned(ty),
            Content::OptionalJson(ty) => format!("Option<{}>", self.text.owned(ty)),
            Content::Text => "String".to_owned(),
            Content::Stream => "ByteStream".to_owned(),
            Content::Bytes => "Bytes".to_owned(),
            Content::Several(name) => name.clone(),
        })
    }

    /// The type of a call and the setters for what may be given.
    fn call(&self, operation: &Operation) -> String {
        if !has_type(operation) {
            return String::new();
        }
        let success = self.success(operation);
        let headers = match &operation.headers {
            Some(headers) => format!(", {headers}"),
            None => String::new(),
        };
        let (name, method) = (&operation.type_name, &operation.name);
        let mut out = format!(
            "\noperation! {{\n    /// A call of [`{method}`]({client}::{method}): await it to send it.\n    \
             {name} => {success}, {error}{headers}\n}}\n",
            client = self.api.client,
            success = super::spaced(&success),
            error = operation.error,
        );
        let setters = operation
            .options
            .iter()
            .map(|parameter| self.setter(operation, parameter));
        let body = operation.body.as_ref().filter(|body| !body.required).map(|body| {
            let (name, ty, send) = (format_ident!("{}", body.name), self.body_type(body), set_body(body));
            let docs = doc_attributes(&or(docs::rustdoc(&body.description), "Sets the body."));
            quote! { #docs #[must_use] pub fn #name(self, #name: #ty) -> Self { Self(self.0 #send) } }
        });
        let pages = operation
            .paging
            .as_ref()
            .map(|paging| self.pages(operation, paging));
        let ty = format_ident!("{}", operation.type_name);
        out.push_str(&format(quote! { impl #ty { #(#setters)* #body #pages } }));
        out
    }

    fn setter(&self, operation: &Operation, parameter: &Parameter) -> TokenStream {
        let name = format_ident!("{}", parameter.name);
        let ty = tokens(&self.text.argument(&parameter.ty));
        let wire_name = &parameter.wire_name;
        let counts_pages = operation.paging.as_ref().is_some_and(|paging| {
            parameter.location == Location::Query
                && (paging.index == *wire_name || paging.size == *wire_name)
        });
        let send = match counts_pages {
            true => quote! { .set_query(#wire_name, #name) },
            false => set(parameter, &quote! { #name }),
        };
        let mut words = or(
            docs::rustdoc(&parameter.description),
            &format!("Sets {}.", code(&parameter.wire_name)),
        );
        if let Some(default) = &parameter.default {
            _ = write!(words, "\n\nThe server's default: {default}.");
        }
        let docs = doc_attributes(&words);
        let deprecated = parameter
            .deprecated
            .then(|| quote! { #[deprecated = "deprecated by its vendor"] });
        quote! {
            #docs
            #deprecated
            #[must_use]
            pub fn #name(self, #name: #ty) -> Self { Self(self.0 #send) }
        }
    }

    fn pages(&self, operation: &Operation, paging: &Paging) -> TokenStream {
        let constant = format_ident!("{}_PAGING", operation.constant);
        let (page, item) = (
            tokens(&self.text.owned(&paging.page)),
            tokens(&self.text.owned(&paging.item)),
        );
        let error = format_ident!("{}", operation.error);
        let items = match &paging.items {
            None => quote! { |page| page },
            Some((field, presence)) => {
                let field = format_ident!("{}", field);
                match presence {
                    Presence::Required => quote! { |page| page.#field },
                    Presence::Nullable | Presence::Optional => {
                        quote! { |page| page.#field.unwrap_or_default() }
                    }
                    Presence::Patch => {
                        quote! { |page| page.#field.into_option().unwrap_or_default() }
                    }
                }
            }
        };
        let total = match &paging.total {
            None => quote! {},
            Some((field, presence, _)) => {
                let field = format_ident!("{}", field);
                let count = match presence {
                    Presence::Required => quote! { Some(i64::from(page.#field)) },
                    Presence::Nullable | Presence::Optional => {
                        quote! { page.#field.map(i64::from) }
                    }
                    Presence::Patch => quote! { page.#field.value().copied().map(i64::from) },
                };
                quote! { .row_count(|page| #count) }
            }
        };
        quote! {
            #[doc = " All items of all pages, one after another. Pages are asked for as they are needed."]
            pub fn items(self) -> Items<#page, #item, #error> {
                Items::new(self.0, &#constant, #items) #total
            }

            #[doc = " All pages, one after another."]
            pub fn pages(self) -> Pages<#page, #item, #error> {
                Pages::new(self.0, &#constant, #items) #total
            }
        }
    }

    /// The statics that describe an operation.
    fn descriptions(&self, operation: &Operation) -> String {
        let mut out = format!(
            "\nstatic {constant}: Operation<{success}, {error}> = Operation::new(\n    &API,\n    {id},\n    \
             {method},\n    {path},\n    {read},\n)",
            constant = operation.constant,
            success = super::spaced(&self.success(operation)),
            error = operation.error,
            id = literal(&operation.operation_id),
            method = literal(&operation.method),
            path = literal(&operation.path),
            read = reader(&operation.success.content),
        );
        // What most operations have needs no words: any 2xx, JSON, the client's own security.
        if !operation.success.statuses.is_empty() {
            _ = write!(
                out,
                "\n.success(&[{}])",
                statuses(&operation.success.statuses)
            );
        }
        if !operation.accept.is_empty() {
            _ = write!(out, "\n.accept({})", literal(&operation.accept.join(", ")));
        }
        out.push_str(&self.security(operation));
        if let Some(server) = operation.server.as_ref().filter(|_| !self.target.bundles) {
            _ = write!(
                out,
                "\n.server({})",
                literal(&super::client::default_url(server))
            );
        }
        out.push_str(";\n");
        if let Some(paging) = &operation.paging {
            out.push_str(&paging_static(operation, paging));
        }
        out
    }

    /// A portal's credentials are the same for all operations, but for those that need none.
    fn security(&self, operation: &Operation) -> String {
        match &operation.security {
            None => String::new(),
            Some(none) if none.is_empty() => "\n.security(&[])".to_owned(),
            Some(_) if self.target.bundles => String::new(),
            Some(security) if *security == self.api.security => "\n.security(SECURITY)".to_owned(),
            Some(security) => format!("\n.security(&[{}])", requirements(security)),
        }
    }

    fn documentation(&self, operation: &Operation) -> String {
        let mut words = or(docs::rustdoc(&operation.summary), "");
        let description = docs::rustdoc(&operation.description);
        if !description.trim().is_empty() && description.trim() != words.trim() {
            if !words.is_empty() {
                words.push_str("\n\n");
            }
            words.push_str(&description);
        }
        let wire = code(&format!("{} {}", operation.method, operation.path));
        match words.trim().is_empty() {
            true => words = format!("Sends {wire}."),
            false => _ = write!(words, "\n\nSends {wire}."),
        }
        let arguments: Vec<String> = operation
            .arguments
            .iter()
            .filter(|parameter| parameter.constant.is_none() && !parameter.description.is_empty())
            .map(|p| format!("* `{}`: {}", p.name, docs::first_line(&p.description)))
            .collect();
        if !arguments.is_empty() {
            _ = write!(words, "\n\n{}", arguments.join("\n"));
        }
        let error = &operation.error;
        let declared: Vec<&str> = operation
            .responses
            .iter()
            .filter(|(status, _)| !status.starts_with('2'))
            .map(|(status, _)| status.as_str())
            .collect();
        _ = write!(words, "\n\n# Errors\n\n");
        match declared.is_empty() {
            true => {
                _ = write!(
                    words,
                    "The document declares none; see [`portal_runtime::Error`]."
                )
            }
            false => {
                _ = write!(
                    words,
                    "[`{error}`] for what the document declares ({}); see [`portal_runtime::Error`] for the rest.",
                    declared.join(", ")
                )
            }
        }
        let example = examples::of(self.api, &self.text, operation, self.target);
        _ = write!(words, "\n\n# Example\n\n{example}");
        words
    }
}

fn or(text: String, otherwise: &str) -> String {
    match text.trim().is_empty() {
        true => otherwise.to_owned(),
        false => text,
    }
}

/// The call's setter for a parameter.
fn set(parameter: &Parameter, value: &TokenStream) -> TokenStream {
    let name = &parameter.wire_name;
    if parameter.json {
        return match parameter.location {
            Location::Path => quote! { .path_json(#name, &#value) },
            Location::Query => quote! { .query_json(#name, &#value) },
            Location::Header => quote! { .header_json(#name, &#value) },
            Location::Cookie => quote! { .cookie_json(#name, &#value) },
        };
    }
    let style = style(parameter.style);
    let explode = parameter.explode;
    match (parameter.location, parameter.style, explode) {
        (Location::Path, Style::Simple, false) => quote! { .path(#name, #value) },
        (Location::Path, ..) => quote! { .path_styled(#name, #style, #explode, #value) },
        (Location::Query, ..) if parameter.reserved => {
            quote! { .query_reserved(#name, #style, #explode, #value) }
        }
        (Location::Query, Style::Form, true) => quote! { .query(#name, #value) },
        (Location::Query, ..) => quote! { .query_styled(#name, #style, #explode, #value) },
        (Location::Header, _, false) => quote! { .header(#name, #value) },
        (Location::Header, ..) => quote! { .header_styled(#name, #explode, #value) },
        (Location::Cookie, _, true) => quote! { .cookie(#name, #value) },
        (Location::Cookie, ..) => quote! { .cookie_styled(#name, #explode, #value) },
    }
}

fn set_body(body: &Body) -> TokenStream {
    let name = format_ident!("{}", body.name);
    match &body.payload {
        Payload::Json { media_type, .. } if media_type == "application/json" => {
            quote! { .json(#name) }
        }
        Payload::Json { media_type, .. } => quote! { .json_as(#media_type, #name) },
        Payload::Form { encodings, .. } => {
            let encodings = encodings.iter().map(|encoding| {
                let (name, style, explode) =
                    (&encoding.name, style(encoding.style), encoding.explode);
                quote! {
                    FieldEncoding { name: #name, style: #style, explode: #explode, reserved: false }
                }
            });
            quote! { .form(#name, &[#(#encodings),*]) }
        }
        Payload::Multipart { .. } => quote! { .multipart(#name.into_form()) },
        Payload::Text { media_type } => quote! { .text(#media_type, #name) },
        Payload::Bytes { media_type } => quote! { .bytes(#media_type, #name) },
    }
}

fn style(style: Style) -> TokenStream {
    let name = match style {
        Style::Simple => "Simple",
        Style::Label => "Label",
        Style::Matrix => "Matrix",
        Style::Form => "Form",
        Style::SpaceDelimited => "SpaceDelimited",
        Style::PipeDelimited => "PipeDelimited",
        Style::TabDelimited => "TabDelimited",
        Style::DeepObject => "DeepObject",
    };
    let name = format_ident!("{name}");
    quote! { Style::#name }
}

fn reader(content: &Content) -> String {
    match content {
        Content::Empty => "body::none".to_owned(),
        Content::Json(_) => "body::json".to_owned(),
        Content::OptionalJson(_) => "body::optional_json".to_owned(),
        Content::Text => "body::text".to_owned(),
        Content::Stream => "body::stream".to_owned(),
        Content::Bytes => "body::bytes".to_owned(),
        Content::Several(name) => format!("{name}::decode"),
    }
}

fn statuses(statuses: &[Status]) -> String {
    let all: Vec<String> = statuses
        .iter()
        .map(|status| super::responses::status(*status))
        .collect();
    all.join(", ")
}

/// Alternatives of requirements as code.
pub(super) fn requirements(alternatives: &[Vec<Requirement>]) -> String {
    let alternatives: Vec<String> = alternatives
        .iter()
        .map(|alternative| {
            let all: Vec<String> = alternative
                .iter()
                .map(|requirement| {
                    format!(
                        "Requirement {{ scheme: {}, scopes: &{} }}",
                        literal(&requirement.scheme),
                        literals(&requirement.scopes)
                    )
                })
                .collect();
            format!("&[{}]", all.join(", "))
        })
        .collect();
    alternatives.join(", ")
}

fn paging_static(operation: &Operation, paging: &Paging) -> String {
    let kind = match paging.kind {
        PageKind::PageNumber => "PageNumber",
        PageKind::RecordOffset => "RecordOffset",
    };
    format!(
        "\nstatic {}_PAGING: Paging = Paging {{\n    index: {},\n    size: {},\n    kind: PageKind::{kind},\n    \
         first: {},\n    default_size: {},\n    max: {:?},\n}};\n",
        operation.constant,
        literal(&paging.index),
        literal(&paging.size),
        paging.first,
        paging.default_size,
        paging.max_size,
    )
}

/// Documentation as attributes, which the formatter writes as `///`.
pub(super) fn doc_attributes(markdown: &str) -> TokenStream {
    let lines = markdown.lines().map(|line| match line.is_empty() {
        true => String::new(),
        false => format!(" {line}"),
    });
    quote! { #(#[doc = #lines])* }
}

/// Code that this crate wrote itself, as tokens.
pub(super) fn tokens(code: &str) -> TokenStream {
    match code.parse() {
        Ok(tokens) => tokens,
        Err(error) => unreachable!("generated code is lexically right: {code}: {error}"),
    }
}
