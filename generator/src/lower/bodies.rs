//! Request bodies, by media type.

use openapiv3::{MediaType, QueryStyle, ReferenceOr, RequestBody};

use super::Finding;
use super::behind::behind;
use super::merge::Merged;
use super::operations::{Named, Operations, Site};
use super::schemas::Hint;
use super::sequential;
use super::usage::Direction;
use super::view::Node;
use crate::ir::{self, FieldEncoding, Part, PartKind, Payload, Style, Type};
use crate::names::{self, Scope};

/// The kinds of bodies; of several media types of one kind with one schema, the first is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Json,
    Multipart,
    Form,
    Text,
    Bytes,
}

impl<'a> Operations<'a, '_> {
    /// The bodies of an operation: the preferred one first, the others with what tells them apart.
    pub(super) fn bodies(&mut self, site: &Site<'a>, named: &Named) -> Vec<(String, ir::Body)> {
        let Some(body) = self.request_body(site) else {
            return Vec::new();
        };
        let mut choices: Vec<(&'a str, &'a MediaType, Kind)> = body
            .content
            .iter()
            .map(|(name, media_type)| (name.as_str(), media_type, self.kind(name, media_type)))
            .collect();
        choices.sort_by_key(|(_, _, kind)| *kind);
        let mut taken: Vec<(Kind, Option<&'a ReferenceOr<openapiv3::Schema>>)> = Vec::new();
        let mut bodies = Vec::new();
        let at = format!("{}/requestBody", site.pointer());
        for (name, media_type, kind) in choices {
            let schema = media_type.schema.as_ref();
            // What says the same again is not offered twice: JSON under another name, XML beside JSON. Text and
            // bytes are the caller's own, so there the media type is the difference.
            let xml = kind == Kind::Text && essence(name).ends_with("xml");
            let same = taken.iter().any(|(other, known)| match kind {
                Kind::Json | Kind::Form | Kind::Multipart => *other == kind && *known == schema,
                Kind::Text => {
                    *other == Kind::Json && (xml || *known == schema) || xml && *other == kind
                }
                Kind::Bytes => false,
            });
            if same {
                let message =
                    format!("`{name}` is not offered beside another media type for the same value");
                self.findings
                    .push(Finding::note("media-type-not-offered", &at, message));
                continue;
            }
            let suffix = match taken.is_empty() {
                true => String::new(),
                false => suffix(kind, name, taken.iter().any(|(other, _)| *other == kind)),
            };
            taken.push((kind, schema));
            if sequential::cut(name).is_some() {
                let message =
                    format!("the items of `{name}` are the caller's to write: the body is bytes");
                self.findings
                    .push(Finding::note("items-not-generated", &at, message));
            }
            let payload = self.payload(kind, name, media_type, named, &suffix, &at);
            let required =
                body.required || (self.config.bodies_are_required() && writes(site.method));
            bodies.push((
                suffix,
                ir::Body {
                    name: "body".to_owned(),
                    required,
                    description: body.description.clone().unwrap_or_default(),
                    payload,
                    samples: self.body_samples(media_type),
                },
            ));
        }
        bodies
    }

    fn request_body(&self, site: &Site<'a>) -> Option<&'a RequestBody> {
        let body = site.operation.request_body.as_ref()?;
        let components = self.openapi.components.as_ref();
        behind(body, components.map(|all| &all.request_bodies))
    }

    fn kind(&self, media_type: &str, content: &MediaType) -> Kind {
        let essence = essence(media_type);
        if essence.starts_with("multipart/") {
            return Kind::Multipart;
        }
        if essence == "application/x-www-form-urlencoded" {
            // A text is the form as its caller has written it.
            let schema = content.schema.as_ref();
            let ty = schema.and_then(|schema| self.types.resolved(&[Node::of(schema)]).ty);
            return match ty {
                Some("string") => Kind::Text,
                _ => Kind::Form,
            };
        }
        // Lines, texts and events are the caller's to write, one after another.
        if sequential::cut(media_type).is_some() {
            return Kind::Bytes;
        }
        let binary = content
            .schema
            .as_ref()
            .is_some_and(|schema| self.is_binary(schema));
        if !binary && (is_json(media_type) || (essence == "*/*" && content.schema.is_some())) {
            return Kind::Json;
        }
        if !binary && is_text(media_type) {
            return Kind::Text;
        }
        Kind::Bytes
    }

    /// Whether a schema is a string of bytes.
    pub(super) fn is_binary(&self, schema: &'a ReferenceOr<openapiv3::Schema>) -> bool {
        let merged = self.types.resolved(&[Node::of(schema)]);
        merged.ty == Some("string") && merged.format == Some("binary")
    }

    fn payload(
        &mut self,
        kind: Kind,
        media_type: &'a str,
        content: &'a MediaType,
        named: &Named,
        suffix: &str,
        at: &str,
    ) -> Payload {
        let pointer = format!("{at}/content/{}/schema", super::schemas::escape(media_type));
        let part = match suffix {
            "" => "Body".to_owned(),
            suffix => format!("{suffix} Body"),
        };
        let hint = Hint::new(&named.type_name, &part, pointer);
        let media_type = match essence(media_type).as_str() {
            "*/*" | "application/*" if kind == Kind::Json => "application/json".to_owned(),
            "*/*" => "application/octet-stream".to_owned(),
            _ => media_type.to_owned(),
        };
        match kind {
            Kind::Json => Payload::Json {
                ty: self.body_type(content, &hint),
                media_type,
            },
            Kind::Form => Payload::Form {
                ty: match self.body_type(content, &hint) {
                    // A form cannot say null.
                    Type::Option(ty) => *ty,
                    ty => ty,
                },
                encodings: encodings(content),
            },
            Kind::Multipart => Payload::Multipart {
                parts: self.parts(content, &hint),
                type_name: self.claim_type(&names::with_word(&hint.parent, "Form")),
                media_type,
            },
            Kind::Text => Payload::Text { media_type },
            Kind::Bytes => Payload::Bytes { media_type },
        }
    }

    fn body_type(&mut self, content: &'a MediaType, hint: &Hint) -> Type {
        match &content.schema {
            Some(schema) => {
                let nodes = [Node::of(schema)];
                let lowered = self.types.lower(&nodes, hint, Direction::Request);
                match lowered.nullable {
                    true => Type::Option(Box::new(lowered.ty)),
                    false => lowered.ty,
                }
            }
            None => Type::Json,
        }
    }

    fn parts(&mut self, content: &'a MediaType, hint: &Hint) -> Vec<Part> {
        let Some(schema) = &content.schema else {
            return Vec::new();
        };
        let merged = self.types.resolved(&[Node::of(schema)]);
        let mut scope = Scope::with_reserved(&["more"]);
        let properties: Vec<_> = merged
            .properties
            .iter()
            .map(|(name, property)| {
                (
                    *name,
                    property.nodes.clone(),
                    merged.required.contains(name),
                )
            })
            .collect();
        properties
            .into_iter()
            .map(|(wire_name, nodes, required)| {
                let described = self.types.resolved(&nodes);
                let encoding = content.encoding.get(wire_name);
                if encoding.is_some_and(|encoding| !encoding.headers.is_empty()) {
                    let message =
                        format!("the headers of the part `{wire_name}` are left to the caller");
                    let note = Finding::note("part-headers-not-generated", &hint.pointer, message);
                    self.findings.push(note);
                }
                // Of several media types the caller knows which one a file is.
                let fixed = encoding
                    .and_then(|encoding| encoding.content_type.clone())
                    .filter(|media_type| !media_type.contains([',', '*']));
                let place = Hint::new(
                    &hint.parent,
                    wire_name,
                    format!(
                        "{}/properties/{}",
                        hint.pointer,
                        super::schemas::escape(wire_name)
                    ),
                );
                let description = described.description.to_owned();
                let (kind, repeated) = self.part_kind(&nodes, &described, fixed, &place);
                let sample = self.part_sample(&nodes, &kind, repeated);
                Part {
                    name: scope.claim(&names::value_name(wire_name), std::iter::empty()),
                    wire_name: wire_name.to_owned(),
                    required,
                    repeated,
                    kind,
                    description,
                    sample,
                }
            })
            .collect()
    }

    /// Objects travel as JSON, scalars as text, bytes as files, and a list as a part an item
    /// (OpenAPI 3.0.4, 4.7.15).
    fn part_kind(
        &mut self,
        nodes: &[Node<'a>],
        described: &Merged<'a>,
        fixed: Option<String>,
        place: &Hint,
    ) -> (PartKind, bool) {
        let is_file = |merged: &Merged<'_>| {
            merged.ty == Some("string") && matches!(merged.format, Some("binary" | "byte"))
        };
        if is_file(described) {
            return (PartKind::File(fixed), false);
        }
        // In another media type than JSON or plain text it is for the caller to write.
        let written = fixed
            .as_deref()
            .filter(|media_type| !is_json(media_type) && essence(media_type) != "text/plain");
        if written.is_some() {
            return (PartKind::File(fixed), described.ty == Some("array"));
        }
        if described.ty == Some("array") && !described.items.is_empty() {
            let items = described.items.clone();
            if is_file(&self.types.resolved(&items)) {
                return (PartKind::File(fixed), true);
            }
            let as_json = fixed.as_deref().is_some_and(is_json);
            if !as_json {
                let ty = self.types.lower(&items, place, Direction::Request).ty;
                let kind = if self.is_scalar(&ty) {
                    PartKind::Text(ty)
                } else {
                    PartKind::Json(ty)
                };
                return (kind, true);
            }
        }
        let ty = self.types.lower(nodes, place, Direction::Request).ty;
        let as_json = fixed.as_deref().is_some_and(is_json);
        match self.is_scalar(&ty) && !as_json {
            true => (PartKind::Text(ty), false),
            false => (PartKind::Json(ty), false),
        }
    }

    /// Whether a type is written as plain text where parameters are.
    fn is_scalar(&self, ty: &Type) -> bool {
        match ty {
            Type::Json | Type::List(_) | Type::Tuple(_) | Type::Map(_) => false,
            Type::Option(inner) | Type::Boxed(inner) => self.is_scalar(inner),
            Type::Named(index) => {
                self.types
                    .definition(*index)
                    .is_some_and(|definition| match &definition.kind {
                        ir::TypeKind::StringEnum(_) | ir::TypeKind::IntegerEnum(_) => true,
                        ir::TypeKind::Alias(target) => self.is_scalar(target),
                        ir::TypeKind::Struct(_) | ir::TypeKind::Union(_) => false,
                    })
            }
            _ => true,
        }
    }
}

/// What the further method for another media type is called after.
fn suffix(kind: Kind, media_type: &str, more: bool) -> String {
    if more {
        let essence = essence(media_type);
        let subtype = essence.rsplit('/').next().unwrap_or_default();
        let words = names::words(subtype.trim_end_matches("+json"));
        // A range such as `text/*` has no words.
        if !words.is_empty() {
            return words.join("_");
        }
    }
    match kind {
        Kind::Json => "json",
        Kind::Multipart => "multipart",
        Kind::Form => "form",
        Kind::Text => "text",
        Kind::Bytes => "bytes",
    }
    .to_owned()
}

fn writes(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH")
}

fn encodings(content: &MediaType) -> Vec<FieldEncoding> {
    content
        .encoding
        .iter()
        .filter_map(|(name, encoding)| {
            // Any of the three says that the field is written as a parameter (OpenAPI 3.1.1, 4.8.15.1.2).
            let as_parameter =
                encoding.style.is_some() || !encoding.explode || encoding.allow_reserved;
            as_parameter.then(|| FieldEncoding {
                name: name.clone(),
                style: match encoding.style {
                    None | Some(QueryStyle::Form) => Style::Form,
                    Some(QueryStyle::SpaceDelimited) => Style::SpaceDelimited,
                    Some(QueryStyle::PipeDelimited) => Style::PipeDelimited,
                    Some(QueryStyle::DeepObject) => Style::DeepObject,
                },
                explode: encoding.explode,
                reserved: encoding.allow_reserved,
            })
        })
        .collect()
}

/// A media type without its parameters, in lower case (RFC 9110, 8.3.1).
pub(super) fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a media type is JSON (RFC 6839, 3.1).
pub(super) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    let subtype = essence.split_once('/').map_or("", |(_, subtype)| subtype);
    subtype == "json" || subtype.ends_with("+json")
}

/// Whether a media type is text; XML is handed over as it stands.
pub(super) fn is_text(media_type: &str) -> bool {
    let essence = essence(media_type);
    let subtype = essence.split_once('/').map_or("", |(_, subtype)| subtype);
    essence.starts_with("text/")
        || subtype == "xml"
        || subtype.ends_with("+xml")
        || matches!(subtype, "yaml" | "x-yaml" | "javascript" | "graphql")
}
