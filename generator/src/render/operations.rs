//! Operations: a static that describes each, a thin method that starts it, and a type for what may be added.

use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::calls::{self, set, set_body};
use super::code::Aside;
use super::docs;
use super::text::import;
use super::text::{TypeText, code};
use super::types::alias;
use super::words::{Words, import_used};
use super::{Target, header};
use crate::ir::{
    Access, Api, Body, Group, Location, Operation, Paging, Parameter, Payload, Presence,
};

/// What modules of operations import from the runtime where they use it.
const RUNTIME: &[&str] = &[
    "Body",
    "Bundle",
    "Bytes",
    "ByteStream",
    "Call",
    "ItemStream",
    "Operation",
    "Requirement",
    "ServerSentEvent",
    "Status",
    "Style",
    "FieldEncoding",
    "body::",
    "operation!",
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
        aside: Aside::default(),
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
pub(crate) fn has_type(operation: &Operation) -> bool {
    let optional_body = operation.body.as_ref().is_some_and(|body| !body.required);
    !operation.options.is_empty() || operation.paging.is_some() || optional_body
}

pub(super) struct Operations<'a> {
    pub(super) api: &'a Api,
    pub(super) target: &'a Target<'a>,
    pub(super) text: TypeText<'a>,
    aside: Aside,
}

impl Operations<'_> {
    fn imports(&self, body: &str) -> String {
        let words = Words::of(body);
        let mut imports = String::new();
        if words.has("BTreeMap") {
            imports.push_str("use std::collections::BTreeMap;\n\n");
        }
        imports.push_str(&import_used(&words, RUNTIME));
        imports.push_str(&import("portal_runtime::page", &words.used(PAGE)));
        let mut own: Vec<&str> = vec![
            &self.api.client,
            "types::",
            "Reads",
            "Writes",
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
        imports.push_str(&import("super", &words.used(&own)));
        imports
    }

    fn client_impl(&self, group: &Group) -> String {
        let client = format_ident!("{}", self.api.client);
        let methods = group.operations.iter().map(|operation| {
            let former = self.api.former.operations.iter();
            let former = former.filter(|(_, new)| *new == operation.name);
            let former = former.map(|(old, _)| self.former(operation, old));
            let method = self.method(operation);
            quote! { #method #(#former)* }
        });
        let docs = self.aside.keep(docs::rustdoc(&group.description));
        let block = match self.target.bundles {
            true => quote! { #docs impl<B: Bundle> #client<B> { #(#methods)* } },
            false => quote! { #docs impl #client { #(#methods)* } },
        };
        self.aside.format(block)
    }

    fn method(&self, operation: &Operation) -> TokenStream {
        let name = format_ident!("{}", operation.name);
        let docs = self.aside.keep(self.documentation(operation));
        let aliases = aliases(operation);
        let deprecated = self.deprecations(operation);
        let arguments = self.arguments(operation);
        let call = self.start(operation);
        let result = self.result(operation);
        let value = match has_type(operation) {
            true => quote! { #result(#call) },
            false => call,
        };
        let bound = self.bound(operation);
        quote! {
            #docs
            #aliases
            #deprecated
            pub fn #name(&self, #(#arguments),*) -> #result #bound {
                #value
            }
        }
    }

    /// What the vendor says of its operation and, where the compiler is asked for them, the note by which
    /// `cargo xtask scopes` finds the calls of it. An item has one deprecation at a time.
    fn deprecations(&self, operation: &Operation) -> TokenStream {
        let vendors = quote! { deprecated = "deprecated by its vendor" };
        match (self.scopes_note(operation), operation.deprecated) {
            (None, false) => quote! {},
            (None, true) => quote! { #[#vendors] },
            (Some(note), false) => quote! { #[cfg_attr(portal_scopes, deprecated(note = #note))] },
            (Some(note), true) => quote! {
                #[cfg_attr(not(portal_scopes), #vendors)]
                #[cfg_attr(portal_scopes, deprecated(note = #note))]
            },
        }
    }

    /// The method under a name that it had before.
    fn former(&self, operation: &Operation, old: &str) -> TokenStream {
        let (name, new) = (
            format_ident!("{}", old),
            format_ident!("{}", operation.name),
        );
        let words = self
            .aside
            .keep(format!("The name that [`{new}`](Self::{new}) had before."));
        let note = format!("its name is `{new}` now");
        let deprecated = match self.scopes_note(operation) {
            None => quote! { #[deprecated = #note] },
            Some(scopes) => quote! {
                #[cfg_attr(not(portal_scopes), deprecated = #note)]
                #[cfg_attr(portal_scopes, deprecated(note = #scopes))]
            },
        };
        let arguments = self.arguments(operation);
        let parameters = operation.arguments.iter().filter(|p| p.constant.is_none());
        let body = operation.body.as_ref().filter(|body| body.required);
        let open = body.filter(|body| calls::leaves_media_type_open(body));
        let given = parameters
            .map(|parameter| parameter.name.as_str())
            .chain(body.map(|body| body.name.as_str()))
            .chain(open.map(|_| "content_type"))
            .map(|name| format_ident!("{}", name));
        let result = self.result(operation);
        let bound = self.bound(operation);
        quote! {
            #words
            #deprecated
            pub fn #name(&self, #(#arguments),*) -> #result #bound {
                self.#new(#(#given),*)
            }
        }
    }

    /// What a method gives: the type of its call.
    fn result(&self, operation: &Operation) -> TokenStream {
        match has_type(operation) {
            true => {
                let ty = format_ident!("{}", operation.type_name);
                quote! { #ty }
            }
            false => self.call_type(operation),
        }
    }

    /// What a method asks of the client's bundle.
    fn bound(&self, operation: &Operation) -> Option<TokenStream> {
        self.target.bundles.then(|| match operation.access {
            Access::Read => quote! { where B: Reads },
            Access::Write => quote! { where B: Writes },
        })
    }

    fn scopes_note(&self, operation: &Operation) -> Option<String> {
        let Target { portal, id, .. } = self.target;
        let key = crate::operation_key(operation);
        (!portal.is_empty()).then(|| format!("portal-scopes {portal} {id} {key}"))
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
            if calls::leaves_media_type_open(body) {
                arguments.push(quote! { content_type: &str });
            }
        }
        arguments
    }

    fn body_type(&self, body: &Body) -> TokenStream {
        tokens(&self.text.payload(&body.payload))
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
            tokens(&self.success(operation)),
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

    pub(super) fn success(&self, operation: &Operation) -> String {
        self.text.success(&operation.success.content)
    }

    /// The type of a call and the setters for what may be given.
    fn call(&self, operation: &Operation) -> String {
        if !has_type(operation) {
            return String::new();
        }
        let headers = match &operation.headers {
            Some(headers) => format!(", {headers}"),
            None => String::new(),
        };
        let (name, method) = (&operation.type_name, &operation.name);
        let mut out = format!(
            "\noperation! {{\n    /// A call of [`{method}`]({client}::{method}): await it to send it.\n    \
             {name} => {success}, {error}{headers}\n}}\n",
            client = self.api.client,
            success = self.success(operation),
            error = operation.error,
        );
        let setters = operation
            .options
            .iter()
            .map(|parameter| self.setter(operation, parameter));
        let body = operation
            .body
            .as_ref()
            .filter(|body| !body.required)
            .map(|body| {
                let (name, ty, send) = (
                    format_ident!("{}", body.name),
                    self.body_type(body),
                    set_body(body),
                );
                let docs = self
                    .aside
                    .keep(or(docs::rustdoc(&body.description), "Sets the body."));
                let content_type =
                    calls::leaves_media_type_open(body).then(|| quote! { , content_type: &str });
                quote! {
                    #docs
                    pub fn #name(self, #name: #ty #content_type) -> Self { Self(self.0 #send) }
                }
            });
        let pages = operation
            .paging
            .as_ref()
            .map(|paging| self.pages(operation, paging));
        let ty = format_ident!("{}", operation.type_name);
        out.push_str(
            &self
                .aside
                .format(quote! { impl #ty { #(#setters)* #body #pages } }),
        );
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
        let docs = self.aside.keep(words);
        let former = self.api.former.options.iter();
        let former = former
            .filter(|(owner, _, new)| *owner == operation.type_name && *new == parameter.name);
        let former = former.map(|(_, old, new)| {
            let words = self
                .aside
                .keep(format!("The name that [`{new}`](Self::{new}) had before."));
            let note = format!("its name is `{new}` now");
            let old = format_ident!("{}", old);
            quote! {
                #words
                #[deprecated = #note]
                #[must_use]
                pub fn #old(self, #name: #ty) -> Self { self.#name(#name) }
            }
        });
        let deprecated = parameter
            .deprecated
            .then(|| quote! { #[deprecated = "deprecated by its vendor"] });
        quote! {
            #docs
            #deprecated
            pub fn #name(self, #name: #ty) -> Self { Self(self.0 #send) }
            #(#former)*
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
}

/// What the vendor calls an operation, so that a search finds the method by it: `operationId` and path.
fn aliases(operation: &Operation) -> Option<TokenStream> {
    let mut aliases: Vec<String> = Vec::new();
    for words in [&operation.operation_id, &operation.path] {
        let alias = alias(words);
        // The name itself is no alias for rustc, and each may be said once.
        if !alias.is_empty() && alias != operation.name && !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
    match aliases.as_slice() {
        [] => None,
        [alias] => Some(quote! { #[doc(alias = #alias)] }),
        _ => Some(quote! { #[doc(alias(#(#aliases),*))] }),
    }
}

pub(super) fn or(text: String, otherwise: &str) -> String {
    match text.trim().is_empty() {
        true => otherwise.to_owned(),
        false => text,
    }
}

/// Code that this crate wrote itself, as tokens.
#[allow(
    clippy::unreachable,
    reason = "what is written here does not depend on documents but for names and literals, which are escaped"
)]
pub(super) fn tokens(code: &str) -> TokenStream {
    match code.parse() {
        Ok(tokens) => tokens,
        Err(error) => unreachable!("generated code is lexically right: {code}: {error}"),
    }
}
