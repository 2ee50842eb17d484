//! Responses: what success gives, which errors are declared, and their headers.

use std::collections::HashMap;

use indexmap::IndexMap;
use openapiv3::{Header, MediaType, ParameterSchemaOrContent, ReferenceOr, Response, StatusCode};

use super::behind::behind;
use super::bodies::{essence, is_json, is_text};
use super::offers::Offer;
use super::operations::{Named, Operations, Site};
use super::schemas::{Hint, escape};
use super::sequential::cut;
use super::usage::Direction;
use super::view::Node;
use crate::ir::{
    self, Content, HeaderField, HeaderStruct, ResponseEnum, ResponseVariant, SampleAnswer, Status,
    Success, Type,
};
use crate::names::{self, Scope};

/// The responses that an operation declares as errors.
pub(super) type Declared = Vec<(Status, Content, String)>;

/// The enums and header structs of an API while its operations are lowered.
#[derive(Default)]
pub(super) struct Responses {
    declared: Vec<Declared>,
    successes: Vec<ResponseEnum>,
    headers: Vec<HeaderStruct>,
}

/// The enums and header structs of an API.
pub(super) struct Settled {
    pub(super) shared: String,
    pub(super) errors: Vec<ResponseEnum>,
    pub(super) successes: Vec<ResponseEnum>,
    pub(super) headers: Vec<HeaderStruct>,
}

impl<'a> Operations<'a, '_> {
    /// What an operation gives when it worked, and the headers that come with it.
    pub(super) fn success(
        &mut self,
        site: &Site<'a>,
        named: &Named,
        offer: Offer,
    ) -> (Success, Option<String>) {
        let declared = successes(site);
        let mut kinds: Vec<(Status, Content, String)> = Vec::new();
        let mut fields: Vec<HeaderField> = Vec::new();
        let (mut answers, mut unlisted) = (Vec::new(), Vec::new());
        for (status, response) in &declared {
            let Some(found) = self.response(response) else {
                continue;
            };
            let pointer = format!("{}/responses/{}", site.pointer(), status_key(*status));
            let part = match declared.len() {
                1 => "Response".to_owned(),
                _ => format!("{} Response", status_name(*status)),
            };
            let hint = Hint::new(&named.type_name, &part, pointer.clone());
            let chosen = self.chosen(found, offer);
            let content = match chosen.filter(|_| site.is_answered_with_body()) {
                Some((name, media_type)) => match cut(name) {
                    Some(cut) => self.items(cut, media_type, &in_content(&hint, name)),
                    None => self.content(name, media_type, &hint),
                },
                None => Content::Empty,
            };
            let (answer, odd) = self.sample_answers(*status, chosen, &content);
            answers.extend(answer);
            unlisted.extend(odd);
            kinds.push((*status, content, found.description.clone()));
            self.header_fields(found, &pointer, &mut fields);
        }
        let headers = (!fields.is_empty()).then(|| self.shared_headers(&named.type_name, fields));
        let statuses = kinds.iter().map(|(status, ..)| *status).collect();
        let content = self.one_content(kinds, named);
        let success = Success {
            content,
            statuses,
            answers,
            unlisted,
        };
        (success, headers)
    }

    /// One type for all successes: nothing or a body is a body that may be missing; only what is really
    /// different becomes an enum.
    fn one_content(&mut self, kinds: Vec<(Status, Content, String)>, named: &Named) -> Content {
        let mut bodies: Vec<&Content> = Vec::new();
        for (_, content, _) in &kinds {
            if *content != Content::Empty && !bodies.contains(&content) {
                bodies.push(content);
            }
        }
        let bare = kinds
            .iter()
            .any(|(_, content, _)| *content == Content::Empty);
        let only_default = matches!(kinds[..], [(Status::Default, ..)]);
        match bodies[..] {
            // Nothing is declared, so whatever comes is handed over.
            [] if kinds.is_empty() => Content::Bytes,
            [] => Content::Empty,
            [Content::Json(ty)] if bare || only_default => Content::OptionalJson(ty.clone()),
            [content] => content.clone(),
            _ => {
                let mut scope = Scope::with_reserved(&["Self"]);
                let variants = kinds
                    .iter()
                    .map(|(status, content, description)| ResponseVariant {
                        name: scope.claim(&status_name(*status), std::iter::empty()),
                        status: *status,
                        content: content.clone(),
                        description: description.clone(),
                    })
                    .collect();
                Content::Several(self.several_successes(named, variants))
            }
        }
    }

    /// The responses that are errors: what is declared and is no success.
    pub(super) fn declared_errors(&mut self, site: &Site<'a>) -> (Declared, Vec<SampleAnswer>) {
        let successes: Vec<Status> = successes(site).iter().map(|(status, _)| *status).collect();
        let mut declared = Vec::new();
        let mut answers = Vec::new();
        for (status, response) in all(site) {
            let also_error = status == Status::Default;
            if successes.contains(&status) && !also_error {
                continue;
            }
            let Some(found) = self.response(response) else {
                continue;
            };
            let id = site.operation.operation_id.as_deref().unwrap_or(site.path);
            let parent = names::type_name(id);
            let pointer = format!("{}/responses/{}", site.pointer(), status_key(status));
            let hint = Hint::new(&parent, &format!("{} Error", status_name(status)), pointer);
            // An error is read whole.
            let chosen = self.chosen(found, Offer::Whole);
            let content = match chosen.filter(|_| site.is_answered_with_body()) {
                Some((name, _)) if cut(name).is_some() => Content::Stream,
                Some((name, media_type)) => match self.content(name, media_type, &hint) {
                    Content::OptionalJson(ty) => Content::Json(ty),
                    content => content,
                },
                None => Content::Empty,
            };
            let fails = match status {
                Status::Exact(status) => status >= 400,
                Status::Range(class) => class >= 4,
                Status::Default => true,
            };
            if fails {
                let (answer, _) = self.sample_answers(status, chosen, &content);
                answers.extend(answer);
            }
            declared.push((status, content, found.description.clone()));
        }
        declared.sort_by_key(|(status, ..)| *status);
        (declared, answers)
    }

    /// The statuses of an operation and what they mean, for its documentation.
    pub(super) fn response_words(&self, site: &Site<'a>) -> Vec<(String, String)> {
        all(site)
            .into_iter()
            .map(|(status, response)| {
                let words = self
                    .response(response)
                    .map(|found| found.description.clone());
                (status_key(status), words.unwrap_or_default())
            })
            .collect()
    }

    /// The names of the links that an operation's answers declare.
    pub(super) fn links(&self, site: &Site<'a>) -> Vec<&'a str> {
        let found = all(site)
            .into_iter()
            .filter_map(|(_, response)| self.response(response));
        found
            .flat_map(|response| response.links.keys().map(String::as_str))
            .collect()
    }

    pub(super) fn response(&self, response: &'a ReferenceOr<Response>) -> Option<&'a Response> {
        let components = self.openapi.components.as_ref();
        behind(response, components.map(|all| &all.responses))
    }

    fn content(&mut self, media_type: &str, content: &'a MediaType, hint: &Hint) -> Content {
        let schema = content.schema.as_ref();
        if schema.is_some_and(|schema| self.is_binary(schema)) {
            return Content::Stream;
        }
        let anything = essence(media_type) == "*/*";
        match schema {
            Some(schema) if is_json(media_type) || anything => {
                let nodes = [Node::of(schema)];
                let hint = in_content(hint, media_type);
                let lowered = self.types.lower(&nodes, &hint, Direction::Response);
                match lowered.nullable && lowered.ty != Type::Json {
                    true => Content::OptionalJson(lowered.ty),
                    false => Content::Json(lowered.ty),
                }
            }
            None if is_json(media_type) => Content::OptionalJson(Type::Json),
            _ if is_text(media_type) => Content::Text,
            _ => Content::Stream,
        }
    }

    fn header_fields(
        &mut self,
        response: &'a Response,
        pointer: &str,
        fields: &mut Vec<HeaderField>,
    ) {
        let mut scope = Scope::new();
        for field in fields.iter() {
            scope.reserve(&[&field.name]);
        }
        for (name, header) in &response.headers {
            let known = fields
                .iter()
                .any(|field| field.wire_name.eq_ignore_ascii_case(name));
            // The body's media type is the runtime's business (OpenAPI 3.0.4, 4.7.17.1).
            if known || name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let Some(header) = self.header(header) else {
                continue;
            };
            let hint = Hint::new("", name, format!("{pointer}/headers/{}", escape(name)));
            fields.push(HeaderField {
                name: scope.claim(&names::value_name(name), std::iter::empty()),
                wire_name: name.clone(),
                required: header.required,
                ty: self.header_type(header, &hint),
                description: header.description.clone().unwrap_or_default(),
            });
        }
    }

    fn header(&self, header: &'a ReferenceOr<Header>) -> Option<&'a Header> {
        let components = self.openapi.components.as_ref();
        behind(header, components.map(|all| &all.headers))
    }

    /// Headers are text; what is more than a scalar stays text.
    fn header_type(&self, header: &'a Header, _hint: &Hint) -> Type {
        let ParameterSchemaOrContent::Schema(schema) = &header.format else {
            return Type::String;
        };
        let merged = self.types.resolved(&[Node::of(schema)]);
        match (merged.ty, merged.format) {
            (Some("integer"), Some("int32")) => Type::I32,
            (Some("integer"), _) => Type::I64,
            (Some("number"), _) => self.types.number(),
            (Some("boolean"), _) => Type::Bool,
            (Some("string"), Some("uuid")) => Type::Uuid,
            _ => Type::String,
        }
    }
}

impl Responses {
    /// Takes what an operation declares; the answer stands for it until [`Responses::settle`].
    pub(super) fn note(&mut self, declared: Declared) -> String {
        self.declared.push(declared);
        (self.declared.len() - 1).to_string()
    }

    pub(super) fn success(
        &mut self,
        name: String,
        operation: &str,
        variants: Vec<ResponseVariant>,
    ) {
        self.successes.push(ResponseEnum {
            name,
            description: format!("What `{operation}` gives, by status."),
            variants,
            otherwise: String::new(),
        });
    }

    /// The struct for declared headers; operations that declare the same ones share it.
    pub(super) fn headers(
        &mut self,
        type_name: &str,
        fields: Vec<HeaderField>,
        scope: &mut Scope,
    ) -> String {
        let same = |known: &&HeaderStruct| {
            let pairs = || known.fields.iter().zip(&fields);
            known.fields.len() == fields.len()
                && pairs().all(|(a, b)| {
                    a.wire_name == b.wire_name && a.ty == b.ty && a.required == b.required
                })
        };
        if let Some(known) = self.headers.iter().find(same) {
            return known.name.clone();
        }
        // Few headers give the struct its name, so that it does not depend on which operation came first.
        let preferred = match fields.len() {
            1 | 2 => fields
                .iter()
                .map(|field| names::type_name(&field.wire_name))
                .fold(String::new(), |joined, name| {
                    names::with_word(&joined, &name)
                }),
            _ => type_name.to_owned(),
        };
        let own = names::with_word(type_name, "Headers");
        let name = scope.claim(
            &names::with_word(&preferred, "Headers"),
            std::iter::once(own),
        );
        self.headers.push(HeaderStruct {
            name: name.clone(),
            description: "Headers that the document declares for answers.".to_owned(),
            fields,
        });
        name
    }

    /// Makes the enums of errors. All operations whose declarations agree share one: a status means the same
    /// in all of them. Where one disagrees, it has its own.
    pub(super) fn settle(
        self,
        operations: &mut [&mut ir::Operation],
        client: &str,
        scope: &mut Scope,
    ) -> Settled {
        let meanings = self.usual_meanings();
        // `ClientError` would read as the errors of 4xx alone.
        let preferred = match client {
            "Client" => "ServiceError".to_owned(),
            client => format!("{client}Error"),
        };
        let shared = scope.claim(&preferred, std::iter::empty());
        let description =
            format!("Errors that the operations of [`{client}`](super::{client}) declare.");
        let everything: Declared = meanings
            .iter()
            .map(|(status, (content, description))| (*status, content.clone(), description.clone()))
            .collect();
        let mut errors = vec![error_enum(shared.clone(), description, everything)];
        let mut own: HashMap<usize, String> = HashMap::new();
        for operation in operations {
            let Some(index) = operation.error.parse::<usize>().ok() else {
                continue;
            };
            let Some(declared) = self.declared.get(index) else {
                continue;
            };
            let agrees = declared.iter().all(|(status, content, _)| {
                meanings
                    .get(status)
                    .is_some_and(|(usual, _)| usual == content)
            });
            operation.error = match agrees {
                true => shared.clone(),
                false => own
                    .entry(index)
                    .or_insert_with(|| {
                        let preferred = names::with_word(&operation.type_name, "Error");
                        let name = scope.claim(&preferred, std::iter::empty());
                        let description = format!("Errors that `{}` declares.", operation.name);
                        errors.push(error_enum(name.clone(), description, declared.clone()));
                        name
                    })
                    .clone(),
            };
        }
        Settled {
            shared,
            errors,
            successes: self.successes,
            headers: self.headers,
        }
    }

    /// What most operations mean by each status; of equals, what came first.
    fn usual_meanings(&self) -> IndexMap<Status, (Content, String)> {
        let mut counts: IndexMap<Status, Vec<(Content, String, usize)>> = IndexMap::new();
        for (status, content, description) in self.declared.iter().flatten() {
            let known = counts.entry(*status).or_default();
            match known.iter_mut().find(|(other, ..)| other == content) {
                Some((_, _, count)) => *count += 1,
                None => known.push((content.clone(), description.clone(), 1)),
            }
        }
        let mut meanings: IndexMap<Status, (Content, String)> = counts
            .into_iter()
            .filter_map(|(status, meanings)| {
                let most = meanings.iter().map(|(_, _, count)| *count).max()?;
                let (content, description, _) =
                    meanings.into_iter().find(|(_, _, count)| *count == most)?;
                Some((status, (content, description)))
            })
            .collect();
        meanings.sort_keys();
        meanings
    }
}

/// The place of a response's schema.
fn in_content(hint: &Hint, media_type: &str) -> Hint {
    let pointer = format!("{}/content/{}/schema", hint.pointer, escape(media_type));
    Hint::new(&hint.parent, &hint.part, pointer)
}

fn error_enum(name: String, description: String, declared: Declared) -> ResponseEnum {
    let mut scope = Scope::with_reserved(&["Self"]);
    let variants = declared
        .into_iter()
        .map(|(status, content, description)| ResponseVariant {
            name: scope.claim(&status_name(status), std::iter::empty()),
            status,
            content,
            description,
        })
        .collect();
    ResponseEnum {
        name,
        description,
        variants,
        otherwise: scope.claim("Undeclared", std::iter::once("NotDeclared".to_owned())),
    }
}

/// Every declared response, by status, the default last.
pub(super) fn all<'a>(site: &Site<'a>) -> Vec<(Status, &'a ReferenceOr<Response>)> {
    let responses = &site.operation.responses;
    let mut all: Vec<(Status, &'a ReferenceOr<Response>)> = responses
        .responses
        .iter()
        .map(|(code, response)| (status(code), response))
        .collect();
    all.extend(
        responses
            .default
            .iter()
            .map(|response| (Status::Default, response)),
    );
    all.sort_by_key(|(status, _)| *status);
    all
}

/// The responses that mean success: 2xx; without any, what redirects; without that, the default.
pub(super) fn successes<'a>(site: &Site<'a>) -> Vec<(Status, &'a ReferenceOr<Response>)> {
    for class in [2, 3, 1] {
        let found: Vec<_> = all(site)
            .into_iter()
            .filter(|(status, _)| match status {
                Status::Exact(code) => code / 100 == class,
                Status::Range(range) => u16::from(*range) == class,
                Status::Default => false,
            })
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    let default = all(site)
        .into_iter()
        .filter(|(status, _)| *status == Status::Default);
    default.collect()
}

fn status(code: &StatusCode) -> Status {
    match code {
        StatusCode::Code(code) => Status::Exact(*code),
        StatusCode::Range(range) => Status::Range(u8::try_from(*range).unwrap_or(0)),
    }
}

/// The key of a response in the document.
fn status_key(status: Status) -> String {
    match status {
        Status::Exact(code) => code.to_string(),
        Status::Range(range) => format!("{range}XX"),
        Status::Default => "default".to_owned(),
    }
}

/// What a status is called: its reason phrase (RFC 9110, 15), its class, or the number.
fn status_name(status: Status) -> String {
    let code = match status {
        Status::Exact(code) => code,
        Status::Range(1) => return "Informational".to_owned(),
        Status::Range(2) => return "Success".to_owned(),
        Status::Range(3) => return "Redirection".to_owned(),
        Status::Range(4) => return "ClientError".to_owned(),
        Status::Range(5) => return "ServerError".to_owned(),
        Status::Range(other) => return format!("Status{other}xx"),
        Status::Default => return "Other".to_owned(),
    };
    let name = match code {
        100 => "Continue",
        101 => "SwitchingProtocols",
        200 => "Ok",
        201 => "Created",
        202 => "Accepted",
        203 => "NonAuthoritativeInformation",
        204 => "NoContent",
        205 => "ResetContent",
        206 => "PartialContent",
        207 => "MultiStatus",
        300 => "MultipleChoices",
        301 => "MovedPermanently",
        302 => "Found",
        303 => "SeeOther",
        304 => "NotModified",
        307 => "TemporaryRedirect",
        308 => "PermanentRedirect",
        400 => "BadRequest",
        401 => "Unauthorized",
        402 => "PaymentRequired",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        406 => "NotAcceptable",
        407 => "ProxyAuthenticationRequired",
        408 => "RequestTimeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "LengthRequired",
        412 => "PreconditionFailed",
        413 => "ContentTooLarge",
        414 => "UriTooLong",
        415 => "UnsupportedMediaType",
        416 => "RangeNotSatisfiable",
        417 => "ExpectationFailed",
        421 => "MisdirectedRequest",
        422 => "UnprocessableContent",
        423 => "Locked",
        424 => "FailedDependency",
        425 => "TooEarly",
        426 => "UpgradeRequired",
        428 => "PreconditionRequired",
        429 => "TooManyRequests",
        431 => "RequestHeaderFieldsTooLarge",
        451 => "UnavailableForLegalReasons",
        500 => "InternalServerError",
        501 => "NotImplemented",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        505 => "HttpVersionNotSupported",
        507 => "InsufficientStorage",
        508 => "LoopDetected",
        511 => "NetworkAuthenticationRequired",
        _ => return format!("Status{code}"),
    };
    name.to_owned()
}
