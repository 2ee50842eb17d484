//! Operations: names, groups, and the parts that the other modules lower.

use std::collections::HashMap;

use indexmap::IndexMap;
use openapiv3::{OpenAPI, Operation, Parameter, PathItem, ReferenceOr};

use super::behind::behind;
use super::offers::Offer;
use super::parameters::Parameters;
use super::responses::Responses;
use super::schemas::{Types, escape};
use super::{Additional, Config, Finding, Lowered, Omission, recursion, security, server};
use crate::ir::{self, Access};
use crate::manifest;
use crate::names::{self, Scope};

/// Method names that clients have of their own.
const CLIENT_METHODS: &[&str] = &[
    "new", "builder", "call", "client", "clone", "erase", "narrow", "from", "into",
];

/// Names that the modules of operations use themselves.
const OPERATION_TYPES: &[&str] = &[
    "Api",
    "Box",
    "Bundle",
    "Call",
    "Client",
    "Grants",
    "Reads",
    "Writes",
    "Permission",
    "Mode",
    "Items",
    "ItemStream",
    "Operation",
    "Option",
    "Pages",
    "Read",
    "Response",
    "Self",
    "String",
    "Vec",
    "Write",
    "Some",
    "None",
    "Ok",
    "Err",
    "Json",
    "Bytes",
    "Body",
    "Date",
    "DateTime",
    "Time",
    "Duration",
    "Uuid",
    "Decimal",
    "Base64",
    "Secret",
    "ServerSentEvent",
    "Status",
    "Style",
    "API",
    "SECURITY",
    "BTreeMap",
    "ByteStream",
    "Form",
    "Part",
    "Paging",
    "PageKind",
    "Nullable",
    "Requirement",
];

/// The operations of an API while they are being lowered.
pub(super) struct Operations<'a, 'm> {
    pub(super) openapi: &'a OpenAPI,
    pub(super) config: &'m Config<'m>,
    pub(super) types: Types<'a>,
    method_names: Scope,
    type_names: Scope,
    groups: IndexMap<String, Vec<ir::Operation>>,
    responses: Responses,
    pub(super) findings: Vec<Finding>,
    omissions: Vec<Omission>,
    operation_keys: Vec<String>,
    declared: usize,
    /// Bodies of answers that were made up for tests, by component.
    pub(super) answer_samples: HashMap<&'a str, [String; 2]>,
}

/// What an operation is called, in all the places where it has a name.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) constant: String,
}

/// An operation where it stands in the document.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    pub(super) item: &'a PathItem,
    pub(super) operation: &'a Operation,
}

impl Site<'_> {
    /// Whether answers can have a body: those to HEAD have none, whatever is declared (RFC 9110, section 9.3.2).
    pub(super) fn is_answered_with_body(&self) -> bool {
        self.method != "HEAD"
    }

    pub(super) fn pointer(&self) -> String {
        let method = self.method.to_lowercase();
        format!("/paths/{}/{method}", escape(self.path))
    }

    /// What the manifest calls it.
    fn key(&self) -> String {
        let id = self.operation.operation_id.as_deref().unwrap_or_default();
        manifest::operation_key(id, self.method, self.path)
    }
}

impl<'a, 'm> Operations<'a, 'm> {
    pub(super) fn new(openapi: &'a OpenAPI, config: &'m Config<'m>, types: Types<'a>) -> Self {
        let mut type_names = Scope::with_reserved(OPERATION_TYPES);
        type_names.reserve(&[&config.client()]);
        Self {
            openapi,
            config,
            types,
            method_names: Scope::with_reserved(CLIENT_METHODS),
            type_names,
            groups: IndexMap::new(),
            responses: Responses::default(),
            findings: Vec::new(),
            omissions: Vec::new(),
            operation_keys: Vec::new(),
            declared: 0,
            answer_samples: HashMap::new(),
        }
    }

    /// Lowers every operation, in the order of paths and methods.
    pub(super) fn all(&mut self, additional: &'a [Additional]) {
        let openapi = self.openapi;
        for (path, item) in &openapi.paths.paths {
            let ReferenceOr::Item(item) = item else {
                continue;
            };
            for (method, operation) in item.iter() {
                self.one(path, upper(method), item, operation);
            }
            for extra in additional.iter().filter(|extra| extra.path == *path) {
                match &extra.operation {
                    Ok(operation) => self.one(path, &extra.method, item, operation),
                    Err(reason) => self.omit_unread(extra, reason),
                }
            }
        }
    }

    /// The finished API.
    pub(super) fn finish(mut self) -> Lowered {
        let moved = self.types.final_indexes();
        let mut operations: Vec<&mut ir::Operation> = self.groups.values_mut().flatten().collect();
        let client = self.config.client();
        let mut enums = self
            .responses
            .settle(&mut operations, &client, &mut self.type_names);
        for operation in operations {
            recursion::renumber_operation(operation, &moved);
        }
        for list in [&mut enums.errors, &mut enums.successes] {
            for variant in list.iter_mut().flat_map(|e| &mut e.variants) {
                recursion::renumber_content(&mut variant.content, &moved);
            }
        }
        for field in enums
            .headers
            .iter_mut()
            .flat_map(|headers| &mut headers.fields)
        {
            recursion::renumber_type(&mut field.ty, &moved);
        }
        let groups = group_modules(self.openapi, self.groups);
        let (types, type_findings, json_fallbacks) = self.types.finish();
        self.findings.extend(type_findings);
        let (security_schemes, security) = security::of(self.openapi, &mut self.findings);
        Lowered {
            api: ir::Api {
                security_schemes,
                security,
                groups,
                types,
                error: enums.shared,
                errors: enums.errors,
                successes: enums.successes,
                headers: enums.headers,
                ..ir::Api::default()
            },
            findings: self.findings,
            omissions: self.omissions,
            declared: self.declared,
            operation_keys: self.operation_keys,
            json_fallbacks,
            unselected: Vec::new(),
            unreached: 0,
            useless: Vec::new(),
        }
    }

    fn omit_unread(&mut self, extra: &Additional, reason: &str) {
        self.declared += 1;
        self.omissions.push(Omission {
            pointer: format!(
                "/paths/{}/{}",
                escape(&extra.path),
                extra.method.to_lowercase()
            ),
            reason: format!("it cannot be read: {reason}"),
            wanted: false,
        });
    }

    fn one(
        &mut self,
        path: &'a str,
        method: &'a str,
        item: &'a PathItem,
        operation: &'a Operation,
    ) {
        let site = Site {
            path,
            method,
            item,
            operation,
        };
        self.declared += 1;
        let id = operation.operation_id.as_deref().unwrap_or_default();
        self.operation_keys.push(site.key());
        if let Some((reason, wanted)) = self.reason_to_omit(&site) {
            self.omissions.push(Omission {
                pointer: site.pointer(),
                reason,
                wanted,
            });
            return;
        }
        self.note_what_has_no_code(&site);
        let named = self.name(&site, id);
        let parameters = self.parameters(&site, &named);
        let bodies = self.bodies(&site, &named);
        let (success, headers) = self.success(&site, &named, Offer::Whole);
        let base = self.assemble(&site, id, &named, parameters, success, headers);
        let items = self.offers_items_too(&site).then(|| {
            let named = self.beside(&named, "stream");
            let (success, headers) = self.success(&site, &named, Offer::Items);
            ir::Operation {
                name: named.name,
                type_name: named.type_name,
                constant: named.constant,
                accept: self.accept(&site, Offer::Items),
                success,
                headers,
                paging: None,
                ..base.clone()
            }
        });
        // Further media types, of the answer and of the body, are methods of their own, named after them.
        let mut operations = Vec::new();
        for base in std::iter::once(base).chain(items) {
            let mut bodies = bodies.iter();
            operations.push(ir::Operation {
                body: bodies.next().map(|(_, body)| body.clone()),
                ..base.clone()
            });
            for (suffix, body) in bodies {
                let named = Named {
                    name: base.name.clone(),
                    type_name: base.type_name.clone(),
                    constant: base.constant.clone(),
                };
                let named = self.beside(&named, suffix);
                operations.push(ir::Operation {
                    constant: named.constant,
                    name: named.name,
                    type_name: named.type_name,
                    body: Some(body.clone()),
                    ..base.clone()
                });
            }
        }
        let tag = operation.tags.first().cloned().unwrap_or_default();
        self.groups.entry(tag).or_default().extend(operations);
    }

    /// The names of another method for the same operation.
    fn beside(&mut self, named: &Named, suffix: &str) -> Named {
        let name = format!("{}_{suffix}", named.name);
        let name = self.method_names.claim(&name, std::iter::empty());
        let type_name = names::type_name(&name);
        let type_name = self.type_names.claim(&type_name, std::iter::empty());
        self.named(name, type_name)
    }

    /// The call of an operation and its description stand in one module, and both are values there.
    fn named(&mut self, name: String, type_name: String) -> Named {
        let constant = names::constant_name(&name);
        let other = format!("{constant}_OPERATION");
        Named {
            constant: self.type_names.claim(&constant, [other]),
            type_name,
            name,
        }
    }

    /// Callbacks are the server's requests, links are advice to people; neither is anything to call.
    fn note_what_has_no_code(&mut self, site: &Site<'a>) {
        let at = site.pointer();
        let callbacks: Vec<&str> = site
            .operation
            .callbacks
            .keys()
            .map(String::as_str)
            .collect();
        if !callbacks.is_empty() {
            let words = "callbacks are requests that the server sends, so clients have none";
            let message = format!("{words}: {}", callbacks.join(", "));
            let pointer = format!("{at}/callbacks");
            self.findings
                .push(Finding::note("callbacks-not-generated", &pointer, message));
        }
        let links = self.links(site);
        if !links.is_empty() {
            let message = format!("links of answers are not generated: {}", links.join(", "));
            let pointer = format!("{at}/responses");
            self.findings
                .push(Finding::note("links-not-generated", &pointer, message));
        }
    }

    fn reason_to_omit(&self, site: &Site<'_>) -> Option<(String, bool)> {
        if let Some(broken) = site.operation.extensions.get("x-broken") {
            let reason = broken.as_str().unwrap_or("it cannot be used");
            return Some((reason.to_owned(), false));
        }
        let (_, api) = self.config.portal?;
        api.omitted(&site.key())
            .map(|reason| (format!("left out by the manifest: {reason}"), true))
    }

    fn name(&mut self, site: &Site<'_>, id: &str) -> Named {
        let from_path = names::from_path(site.method, site.path);
        let rules = self.config.rules(&site.key());
        let own = rules.and_then(|rules| rules.name.clone());
        let usable = !id.is_empty() && !names::is_opaque_id(id) && !names::words(id).is_empty();
        let preferred = match own {
            Some(name) => name,
            None if usable => names::operation_words(id, &self.config.noise()),
            None => from_path.name.clone(),
        };
        let tag = site
            .operation
            .tags
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        let alternatives = [
            usable.then(|| id.to_owned()),
            (!tag.is_empty()).then(|| format!("{tag} {preferred}")),
            Some(format!("{preferred} {}", site.method.to_lowercase())),
            Some(from_path.name),
            Some(from_path.full_name),
        ];
        let alternatives = alternatives
            .into_iter()
            .flatten()
            .map(|n| names::function_name(&n));
        let name = self
            .method_names
            .claim(&names::function_name(&preferred), alternatives);
        let type_name = names::type_name(&name);
        let call = names::with_word(&type_name, "Call");
        let type_name = self.type_names.claim(&type_name, std::iter::once(call));
        self.named(name, type_name)
    }

    fn assemble(
        &mut self,
        site: &Site<'a>,
        id: &str,
        named: &Named,
        parameters: Parameters,
        success: ir::Success,
        headers: Option<String>,
    ) -> ir::Operation {
        let Parameters {
            mut arguments,
            mut options,
            path,
        } = parameters;
        let query: Vec<&str> = arguments
            .iter()
            .chain(&options)
            .filter(|parameter| parameter.location == ir::Location::Query)
            .map(|parameter| parameter.wire_name.as_str())
            .collect();
        let mut paging = self
            .config
            .portal
            .and_then(|(_, api)| api.pagination_of(&site.key(), &query))
            .and_then(|rule| self.paging(rule, site, &success));
        if let Some(paging) = &mut paging {
            // The pages are counted by whoever walks them.
            let paged =
                |p: &ir::Parameter| p.wire_name == paging.index || p.wire_name == paging.size;
            let (moved, kept): (Vec<_>, Vec<_>) = arguments.into_iter().partition(paged);
            paging.required = !moved.is_empty();
            arguments = kept;
            options.splice(0..0, moved);
        }
        let operation = site.operation;
        let (error, errors) = self.errors(site);
        ir::Operation {
            name: named.name.clone(),
            type_name: named.type_name.clone(),
            constant: named.constant.clone(),
            operation_id: id.to_owned(),
            method: site.method.to_owned(),
            path,
            pointer: site.pointer(),
            summary: operation
                .summary
                .clone()
                .or_else(|| site.item.summary.clone())
                .unwrap_or_default(),
            description: operation
                .description
                .clone()
                .or_else(|| site.item.description.clone())
                .unwrap_or_default(),
            deprecated: operation.deprecated,
            arguments,
            options,
            body: None,
            accept: self.accept(site, Offer::Whole),
            success,
            responses: self.response_words(site),
            error,
            headers,
            access: self.access(&site.key(), site.method),
            paging,
            security: operation
                .security
                .as_ref()
                .or(self.openapi.security.as_ref())
                .map(|all| security::requirements(all)),
            server: operation
                .servers
                .first()
                .or(site.item.servers.first())
                .map(server),
            exchange: ir::Exchange {
                errors,
                ..ir::Exchange::default()
            },
        }
    }

    fn access(&self, key: &str, method: &str) -> Access {
        let access = match self.config.portal {
            Some((_, api)) => api.access_of(key, method),
            None if matches!(method, "GET" | "HEAD") => manifest::Access::Read,
            None => manifest::Access::Write,
        };
        match access {
            manifest::Access::Read => Access::Read,
            manifest::Access::Write => Access::Write,
        }
    }

    /// Takes the errors that an operation declares, with answers for its test; its enum is known once all operations
    /// are.
    fn errors(&mut self, site: &Site<'a>) -> (String, Vec<ir::SampleAnswer>) {
        let (declared, answers) = self.declared_errors(site);
        (self.responses.note(declared), answers)
    }

    pub(super) fn shared_headers(
        &mut self,
        type_name: &str,
        fields: Vec<ir::HeaderField>,
    ) -> String {
        self.responses
            .headers(type_name, fields, &mut self.type_names)
    }

    pub(super) fn several_successes(
        &mut self,
        named: &Named,
        variants: Vec<ir::ResponseVariant>,
    ) -> String {
        let name = names::with_word(&named.type_name, "Success");
        let name = self.type_names.claim(&name, std::iter::empty());
        self.responses.success(name.clone(), &named.name, variants);
        name
    }

    /// The name of a type that belongs to an operation and is no schema's.
    pub(super) fn claim_type(&mut self, preferred: &str) -> String {
        self.type_names.claim(preferred, std::iter::empty())
    }

    /// A parameter behind a reference.
    pub(super) fn parameter_behind(
        &self,
        parameter: &'a ReferenceOr<Parameter>,
    ) -> Option<&'a Parameter> {
        let components = self.openapi.components.as_ref();
        behind(parameter, components.map(|all| &all.parameters))
    }
}

/// The methods that `openapiv3` knows, as they are sent.
fn upper(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "put" => "PUT",
        "post" => "POST",
        "delete" => "DELETE",
        "options" => "OPTIONS",
        "head" => "HEAD",
        "patch" => "PATCH",
        _ => "TRACE",
    }
}

fn group_modules(
    openapi: &OpenAPI,
    groups: IndexMap<String, Vec<ir::Operation>>,
) -> Vec<ir::Group> {
    let mut scope = Scope::for_files();
    scope.reserve(&["types", "responses", "mod", "lib", "main", "multipart"]);
    groups
        .into_iter()
        .map(|(tag, operations)| {
            let named = names::module_name(&tag);
            // Files have ASCII names, whatever the tag's language.
            let preferred = match !tag.is_empty() && named.is_ascii() {
                true => named,
                false => "operations".to_owned(),
            };
            // `self_` becomes `self_operations`.
            let other = format!("{}_operations", preferred.trim_end_matches('_'));
            let declared = openapi.tags.iter().find(|declared| declared.name == tag);
            ir::Group {
                module: scope.claim(&preferred, std::iter::once(other)),
                description: declared
                    .and_then(|declared| declared.description.clone())
                    .unwrap_or_default(),
                tag,
                operations,
            }
        })
        .collect()
}
