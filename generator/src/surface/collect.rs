//! The items of one API, from its IR.

use super::{Item, Kind, Member, Operation, Role, facts};
use crate::ir::{
    self, Api, Body, Enum, HeaderStruct, Location, Parameter, Part, Payload, Presence,
    ResponseEnum, Struct, TypeDef, TypeKind, Union,
};
use crate::render::{self, TypeText};

/// The items of an API, below the path of its module; that path is empty in a crate of its own. `base_url` is where its
/// requests go by themselves.
pub(crate) fn api(api: &Api, module: &str, base_url: &str) -> Vec<Item> {
    let text = TypeText {
        api,
        prefix: "types::",
    };
    let collector = Collector { api, text, module };
    let mut items = vec![Item {
        facts: facts::client(api, base_url),
        ..collector.item(Kind::Client, &api.client, Vec::new())
    }];
    for operation in api.operations() {
        items.push(collector.operation(operation));
        items.extend(collector.call(operation));
    }
    items.extend(api.types.iter().map(|definition| collector.ty(definition)));
    let errors = api.errors.iter();
    items.extend(errors.map(|item| collector.responses(item, Kind::Errors)));
    let successes = api.successes.iter();
    items.extend(successes.map(|item| collector.responses(item, Kind::Successes)));
    items.extend(api.headers.iter().map(|item| collector.headers(item)));
    for operation in api.operations() {
        if let Some(Body {
            payload: Payload::Multipart {
                parts, type_name, ..
            },
            ..
        }) = &operation.body
        {
            let item = collector.multipart(type_name, parts);
            if !items.contains(&item) {
                items.push(item);
            }
        }
    }
    items
}

struct Collector<'a> {
    api: &'a Api,
    text: TypeText<'a>,
    module: &'a str,
}

impl Collector<'_> {
    fn path(&self, below: &str) -> String {
        match self.module {
            "" => below.to_owned(),
            module => format!("{module}::{below}"),
        }
    }

    fn item(&self, kind: Kind, below: &str, members: Vec<Member>) -> Item {
        Item {
            kind,
            path: self.path(below),
            members,
            ..Item::default()
        }
    }

    fn operation(&self, operation: &ir::Operation) -> Item {
        let mut members: Vec<Member> = operation
            .arguments
            .iter()
            .map(|parameter| match &parameter.constant {
                Some(value) => self.parameter(Role::Constant, parameter, format!("{value:?}")),
                None => {
                    let ty = self.text.argument(&parameter.ty);
                    self.parameter(Role::Argument, parameter, ty)
                }
            })
            .collect();
        if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
            members.extend(self.body(Role::Argument, body));
        }
        self.limit(&operation.pointer, &mut members);
        let none = Vec::new();
        let security = operation.security.as_ref().unwrap_or(&none).iter();
        let security = security.map(|all| all.iter().map(requirement).collect());
        let call = match render::has_type(operation) {
            true => operation.type_name.clone(),
            false => String::new(),
        };
        Item {
            key: format!("{} {}", operation.method, operation.path),
            pointer: operation.pointer.clone(),
            deprecated: operation.deprecated,
            facts: facts::operation(operation),
            operation: Some(Operation {
                id: operation.operation_id.clone(),
                success: self.text.success(&operation.success.content),
                error: operation.error.clone(),
                headers: operation.headers.clone().unwrap_or_default(),
                call,
                access: access(operation.access).to_owned(),
                responses: operation.responses.iter().map(|it| it.0.clone()).collect(),
                security: security.collect(),
            }),
            ..self.item(
                Kind::Operation,
                &format!("{}::{}", self.api.client, operation.name),
                members,
            )
        }
    }

    /// The type of a call, with what may be added to it.
    fn call(&self, operation: &ir::Operation) -> Option<Item> {
        if !render::has_type(operation) {
            return None;
        }
        let mut members: Vec<Member> = operation
            .options
            .iter()
            .map(|parameter| {
                let ty = self.text.argument(&parameter.ty);
                self.parameter(Role::Method, parameter, ty)
            })
            .collect();
        if let Some(body) = operation.body.as_ref().filter(|body| !body.required) {
            members.extend(self.body(Role::Method, body));
        }
        self.limit(&operation.pointer, &mut members);
        if let Some(paging) = &operation.paging {
            let (page, item) = (self.text.owned(&paging.page), self.text.owned(&paging.item));
            for (name, ty) in [("items", "Items"), ("pages", "Pages")] {
                let ty = format!("{ty}<{page}, {item}, {}>", operation.error);
                members.push(Member::new(Role::Method, name, ty));
            }
        }
        Some(Item {
            key: format!("{} {}", operation.method, operation.path),
            pointer: operation.pointer.clone(),
            ..self.item(Kind::Call, &operation.type_name, members)
        })
    }

    fn parameter(&self, role: Role, parameter: &Parameter, ty: String) -> Member {
        let place = location(parameter.location);
        Member {
            facts: facts::parameter(parameter),
            ..Member::new(role, &parameter.name, ty).wire(&parameter.wire_name, place)
        }
    }

    /// Adds what the document says of members beside their types.
    fn limit(&self, pointer: &str, members: &mut [Member]) {
        let told = self.api.limits.members.get(pointer);
        for (name, facts) in told.into_iter().flatten() {
            let is_meant = |member: &&mut Member| match member.place.as_str() {
                "path" | "query" | "header" | "cookie" | "body" => {
                    let own = name.strip_prefix(&member.place);
                    own.and_then(|own| own.strip_prefix(' ')) == Some(member.wire.as_str())
                }
                _ => !member.wire.is_empty() && member.wire == *name,
            };
            if let Some(member) = members.iter_mut().find(is_meant) {
                let facts = facts.iter();
                let facts = facts.map(|(name, value)| (name.clone(), value.clone()));
                member.facts.extend(facts);
            }
        }
    }

    /// The body, and the media type where the document leaves it open.
    fn body(&self, role: Role, body: &Body) -> Vec<Member> {
        let ty = self.text.payload(&body.payload);
        let media_type = body.payload.media_type();
        let mut member = Member::new(role, &body.name, ty).wire(media_type, "body");
        if let Payload::Form { encodings, .. } = &body.payload {
            member.facts = facts::encodings(encodings);
        }
        match (media_type.contains('*'), role) {
            (false, _) => vec![member],
            (true, Role::Argument) => {
                let open = Member::new(role, "content_type", "&str");
                vec![member, open.wire("Content-Type", "header")]
            }
            (true, _) => {
                let ty = format!("{}, &str", member.ty);
                vec![Member { ty, ..member }]
            }
        }
    }

    fn ty(&self, definition: &TypeDef) -> Item {
        let (kind, members) = match &definition.kind {
            TypeKind::Struct(body) => {
                let mut fields = self.fields(body);
                self.limit(&definition.pointer, &mut fields);
                (Kind::Model, fields)
            }
            TypeKind::StringEnum(values) => (Kind::Enum, values_of(values, "String")),
            TypeKind::IntegerEnum(values) => (Kind::Enum, values_of(values, "i64")),
            TypeKind::Union(union) => (Kind::Union, self.branches(union)),
            TypeKind::Alias(target) => {
                let target = Member::new(Role::Field, "", self.text.owned(target));
                (Kind::Alias, vec![target])
            }
        };
        let facts = self.api.limits.own.get(&definition.pointer);
        Item {
            key: definition.wire_name.clone(),
            pointer: definition.pointer.clone(),
            deprecated: definition.deprecated,
            facts: facts.cloned().unwrap_or_default(),
            ..self.item(kind, &format!("types::{}", definition.name), members)
        }
    }

    fn fields(&self, body: &Struct) -> Vec<Member> {
        let fields = body.fields.iter().map(|field| {
            let ty = self.text.field(&field.ty, field.presence);
            let place = match (&field.tag, field.presence) {
                (Some(_), Presence::Required) => "constant",
                (_, presence) => presence_word(presence),
            };
            Member::new(Role::Field, &field.name, ty).wire(&field.wire_name, place)
        });
        let mut members: Vec<Member> = fields.collect();
        if let Some((name, ty)) = &body.additional {
            let ty = format!("BTreeMap<String, {}>", self.text.owned(ty));
            members.push(Member::new(Role::Field, name, ty));
        }
        let made = render::Made::of(body);
        if let Some(asked) = &made.new {
            let types = asked.iter();
            let types = types.map(|field| self.text.field(&field.ty, field.presence));
            let types: Vec<String> = types.collect();
            members.push(Member::new(Role::Function, "new", types.join(", ")));
        }
        if made.default {
            members.push(Member::new(Role::Trait, "Default", ""));
        }
        members
    }

    fn branches(&self, union: &Union) -> Vec<Member> {
        let branches = union.variants.iter().map(|variant| {
            let ty = self.text.owned(&variant.ty);
            Member::new(Role::Variant, &variant.name, ty).wire(&variant.tags.join(" | "), "")
        });
        let mut members: Vec<Member> = branches.collect();
        if !union.otherwise.is_empty() {
            members.push(Member::new(Role::Variant, &union.otherwise, "Json"));
        }
        members
    }

    fn responses(&self, item: &ResponseEnum, kind: Kind) -> Item {
        let streams = kind == Kind::Successes;
        let variants = item.variants.iter().map(|variant| {
            let ty = self.text.response(&variant.content, streams);
            Member::new(Role::Variant, &variant.name, ty).wire(&render::key(variant.status), "")
        });
        let mut members: Vec<Member> = variants.collect();
        if !item.otherwise.is_empty() {
            members.push(Member::new(Role::Variant, &item.otherwise, "Undeclared"));
        }
        self.item(kind, &item.name, members)
    }

    fn headers(&self, item: &HeaderStruct) -> Item {
        let fields = item.fields.iter().map(|field| {
            let (presence, place) = match field.required {
                true => (Presence::Required, "required"),
                false => (Presence::Optional, "optional"),
            };
            let ty = self.text.field(&field.ty, presence);
            Member::new(Role::Field, &field.name, ty).wire(&field.wire_name, place)
        });
        self.item(Kind::Headers, &item.name, fields.collect())
    }

    fn multipart(&self, name: &str, parts: &[Part]) -> Item {
        let fields = parts.iter().map(|part| {
            let place = if part.required {
                "required"
            } else {
                "optional"
            };
            Member::new(Role::Field, &part.name, render::part(&self.text, part))
                .wire(&part.wire_name, place)
        });
        let mut members: Vec<Member> = fields.collect();
        members.push(Member::new(Role::Field, "more", "Vec<(String, Part)>"));
        let asked = parts.iter().filter(|part| part.required);
        let asked: Vec<String> = asked.map(|part| render::part(&self.text, part)).collect();
        members.push(Member::new(Role::Function, "new", asked.join(", ")));
        self.item(Kind::Multipart, name, members)
    }
}

fn values_of<V: ToString>(values: &Enum<V>, kept: &str) -> Vec<Member> {
    let known = values
        .variants
        .iter()
        .map(|(name, value)| Member::new(Role::Variant, name, "").wire(&value.to_string(), ""));
    let mut members: Vec<Member> = known.collect();
    members.push(Member::new(Role::Variant, &values.otherwise, kept));
    members
}

fn requirement(requirement: &ir::Requirement) -> String {
    let words = std::iter::once(&requirement.scheme).chain(&requirement.scopes);
    let words: Vec<&str> = words.map(String::as_str).collect();
    words.join(" ")
}

pub(super) const fn access(access: ir::Access) -> &'static str {
    match access {
        ir::Access::Read => "read",
        ir::Access::Write => "write",
    }
}

const fn location(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    }
}

const fn presence_word(presence: Presence) -> &'static str {
    match presence {
        Presence::Required => "required",
        Presence::Nullable => "nullable",
        Presence::Optional => "optional",
        Presence::Patch => "patch",
    }
}
