//! What the test of an operation sends and answers.

use std::mem::take;

use openapiv3::{MediaType, ParameterData};
use serde_json::Value;

use super::Config;
use super::operations::Operations;
use super::samples::{Sampler, Wanted};
use super::sequential::cut;
use super::styles;
use super::usage::Direction;
use super::view::Node;
use crate::ir::{
    self, Content, Exchange, Framing, Location, Parameter, PartKind, Payload, Requirement,
    SampleAnswer, SampleBody, SampleRequest, SecurityKind, Status,
};

/// A text with characters that have to be encoded.
const ODD: &str = "wire & co";
const PLAIN: &str = "wire";
/// What the runtime's tests prove themselves with.
const BEARER: &str = "Bearer wire-token";
const BASIC: &str = "Basic d2lyZTpwYXNz";
const KEY: &str = "wire-key";

impl<'a> Operations<'a, '_> {
    /// A value for a parameter: its own example where it fits, else one of its schema.
    pub(super) fn parameter_sample(
        &self,
        data: &'a ParameterData,
        nodes: &[Node<'a>],
        location: Location,
    ) -> String {
        let text = match location {
            Location::Path | Location::Query => ODD,
            Location::Header | Location::Cookie => PLAIN,
        };
        if nodes.is_empty() {
            return Value::from(PLAIN).to_string();
        }
        let several = data
            .examples
            .values()
            .find_map(|it| it.as_item()?.value.as_ref());
        let example = data.example.as_ref().or(several);
        let fits = |value: &&Value| self.types.fits(nodes, value, Direction::Request);
        if let Some(example) = example
            .filter(fits)
            .filter(|value| !is_unsafe(value, location))
        {
            return example.to_string();
        }
        let value = self.made_up(nodes, Direction::Request, true, text);
        match value.filter(|value| !is_unsafe(value, location)) {
            Some(value) => value.to_string(),
            None => String::new(),
        }
    }

    /// Values for a body: with what is required, and with all there is.
    pub(super) fn body_samples(&self, content: &'a MediaType) -> [String; 2] {
        let Some(schema) = &content.schema else {
            let any = Value::from(PLAIN).to_string();
            return [any.clone(), any];
        };
        let nodes = [Node::of(schema)];
        let text = |value: Option<Value>| value.map(|it| it.to_string()).unwrap_or_default();
        let least = self.made_up(&nodes, Direction::Request, false, PLAIN);
        let example = example(content);
        let fits = |value: &&Value| self.types.fits(&nodes, value, Direction::Request);
        let whole = match example.filter(fits) {
            Some(example) => Some(example.clone()),
            None => self.made_up(&nodes, Direction::Request, true, PLAIN),
        };
        [text(least), text(whole)]
    }

    /// A value for a part of a multipart body.
    pub(super) fn part_sample(
        &self,
        nodes: &[Node<'a>],
        kind: &PartKind,
        repeated: bool,
    ) -> String {
        if matches!(kind, PartKind::File(_)) {
            return Value::from(PLAIN).to_string();
        }
        let nodes = match repeated {
            true => self.types.resolved(nodes).items,
            false => nodes.to_vec(),
        };
        let value = self.made_up(&nodes, Direction::Request, true, PLAIN);
        value.map(|value| value.to_string()).unwrap_or_default()
    }

    fn made_up(
        &self,
        nodes: &[Node<'a>],
        direction: Direction,
        whole: bool,
        text: &'static str,
    ) -> Option<Value> {
        let wanted = Wanted {
            direction,
            whole,
            text,
        };
        Sampler::new(&self.types, wanted).value(nodes)
    }

    /// An answer with this content, and one with a value that no enum lists, where there can be.
    pub(super) fn sample_answers(
        &mut self,
        declared: Status,
        chosen: Option<(&'a str, &'a MediaType)>,
        content: &Content,
    ) -> (Option<SampleAnswer>, Option<SampleAnswer>) {
        let answer = |media_type: &str, body: String| SampleAnswer {
            declared,
            status: 0,
            variant: String::new(),
            media_type: media_type.to_owned(),
            body,
        };
        let Some((name, media)) = chosen.filter(|_| *content != Content::Empty) else {
            return (Some(answer("", String::new())), None);
        };
        let media_type = match name {
            "*/*" | "application/*" if is_json(content) => "application/json",
            other if other.contains('*') || !other.contains('/') => "application/octet-stream",
            other => other,
        };
        match content {
            Content::Json(_) | Content::OptionalJson(_) => {
                let Some(schema) = &media.schema else {
                    return (Some(answer(media_type, "\"wire\"".to_owned())), None);
                };
                let [body, unlisted] = self.answer_bodies(media, Node::of(schema));
                let given = |body: String| (!body.is_empty()).then(|| answer(media_type, body));
                (given(body), given(unlisted))
            }
            Content::Text | Content::Stream | Content::Bytes => {
                (Some(answer(media_type, PLAIN.to_owned())), None)
            }
            Content::Items(items) => {
                let body = self.items_body(name, media, items);
                (body.map(|body| answer(media_type, body)), None)
            }
            Content::Empty | Content::Several(_) => (None, None),
        }
    }

    /// A body of an answer, and one with a value that no enum lists. Those of components are made once.
    fn answer_bodies(&mut self, media: &'a MediaType, node: Node<'a>) -> [String; 2] {
        let text = |value: Option<Value>| value.map(|it| it.to_string()).unwrap_or_default();
        let fits = |value: &&Value| self.types.fits(&[node], value, Direction::Response);
        let example = example(media).filter(fits).map(Value::to_string);
        let known = match node {
            Node::Ref(name) => self.answer_samples.get(name),
            Node::Item(_) | Node::Leaf(_) => None,
        };
        let [made_up, unlisted] = known.cloned().unwrap_or_else(|| {
            let wanted = Wanted {
                direction: Direction::Response,
                whole: true,
                text: PLAIN,
            };
            [
                text(Sampler::new(&self.types, wanted).value(&[node])),
                text(Sampler::new(&self.types, wanted).unlisted(&[node])),
            ]
        });
        if let Node::Ref(name) = node {
            let made = [made_up.clone(), unlisted.clone()];
            self.answer_samples.insert(name, made);
        }
        [example.unwrap_or(made_up), unlisted]
    }

    /// One item as it arrives.
    fn items_body(&self, name: &str, media: &'a MediaType, items: &ir::Items) -> Option<String> {
        let schema = media.schema.as_ref()?;
        let item = || {
            let by_item = media.extensions.get("x-item-schema") == Some(&Value::Bool(true));
            let nodes = self.item_nodes(cut(name)?, schema, by_item).0;
            self.made_up(&nodes, Direction::Response, true, PLAIN)
        };
        match (items.framing, items.in_event) {
            (Framing::JsonLines, _) => Some(format!("{}\n", item()?)),
            (Framing::JsonSequence, _) => Some(format!("\u{1e}{}\n", item()?)),
            (Framing::TextEvents, true) => Some(format!("data: {PLAIN}\n\n")),
            (Framing::TextEvents, false) | (Framing::Events, _) => None,
        }
    }
}

/// What is sent in a place must not be taken for something else on the way.
fn is_unsafe(value: &Value, location: Location) -> bool {
    let is_bad = |text: &str| match location {
        Location::Path => text.is_empty() || matches!(text, "." | ".."),
        Location::Header | Location::Cookie => {
            text.is_empty()
                || text.trim() != text
                || !text.bytes().all(|b| (b' '..=b'~').contains(&b))
        }
        Location::Query => text.is_empty(),
    };
    match value {
        Value::String(text) => is_bad(text),
        Value::Array(items) => items.iter().any(|item| is_unsafe(item, location)),
        Value::Object(members) => members.values().any(|item| is_unsafe(item, location)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_json(content: &Content) -> bool {
    matches!(content, Content::Json(_) | Content::OptionalJson(_))
}

/// The first example of a media type.
fn example(content: &MediaType) -> Option<&Value> {
    let several = content
        .examples
        .values()
        .find_map(|it| it.as_item()?.value.as_ref());
    content.example.as_ref().or(several)
}

/// Settles the tests of an API once its enums, its servers and its security are known.
pub(super) fn settle(api: &mut ir::Api, config: &Config<'_>) {
    let (errors, successes) = (api.errors.clone(), api.successes.clone());
    let schemes = api.security_schemes.clone();
    let key = config
        .portal
        .and_then(|(manifest, _)| manifest.gateway.subscription_key.as_ref());
    for operation in api
        .groups
        .iter_mut()
        .flat_map(|group| &mut group.operations)
    {
        let proofs = match config.portal {
            Some(_) => portal_proofs(operation, key.map(|key| key.header.as_str())),
            None => proofs(operation, &schemes),
        };
        let mut exchange = take(&mut operation.exchange);
        let success = match &operation.success.content {
            Content::Several(name) => successes.iter().find(|item| item.name == *name),
            _ => None,
        };
        // The bodies move, since those of all operations together are much of what a large document takes.
        let own = &mut operation.success;
        exchange.answers = with_statuses(take(&mut own.answers), success, &[200, 300]);
        let unlisted = take(&mut own.unlisted);
        exchange.unlisted = match success {
            None => with_statuses(unlisted, None, &[200, 300]),
            Some(_) => Vec::new(),
        };
        let declared = errors.iter().find(|item| item.name == operation.error);
        exchange.errors = with_statuses(exchange.errors, declared, &[400, 500]);
        // Without a declared success, the test has an answer of its own.
        let nothing = exchange.answers.is_empty() && !own.statuses.is_empty();
        requests(operation, proofs, &mut exchange);
        if exchange.untested.is_empty() && nothing {
            exchange.untested = "no answer could be made up".to_owned();
        }
        if nothing {
            exchange.requests.clear();
        }
        operation.exchange = exchange;
    }
}

/// Gives each answer a status that leads to its declaration, and the variant that it is read into.
fn with_statuses(
    answers: Vec<SampleAnswer>,
    item: Option<&ir::ResponseEnum>,
    classes: &[u16],
) -> Vec<SampleAnswer> {
    let declared: Vec<Status> = answers.iter().map(|answer| answer.declared).collect();
    let exact = |status: u16| declared.contains(&Status::Exact(status));
    let mut settled = Vec::with_capacity(answers.len());
    for answer in answers {
        let candidates: Vec<u16> = match answer.declared {
            Status::Exact(status) => vec![status],
            Status::Range(class) => (0..52).map(|it| u16::from(class) * 100 + it).collect(),
            Status::Default => classes
                .iter()
                .flat_map(|class| (0..52).map(move |it| class + it))
                .collect(),
        };
        let leads_here = |status: &u16| {
            let is_own = answer.declared == Status::Exact(*status) || !exact(*status);
            let variant = item.map(|item| variant(item, *status));
            *status >= 200
                && is_own
                && variant
                    .is_none_or(|found| found.is_some_and(|found| found.status == answer.declared))
        };
        let Some(status) = candidates.into_iter().find(leads_here) else {
            continue;
        };
        let variant = item.and_then(|item| variant(item, status));
        let mut answer = SampleAnswer {
            status,
            variant: variant.map(|found| found.name.clone()).unwrap_or_default(),
            ..answer
        };
        // These have no body, whatever is declared (RFC 9110, section 15).
        if matches!(status, 204 | 205 | 304) {
            answer.media_type.clear();
            answer.body.clear();
        }
        settled.push(answer);
    }
    settled
}

/// The variant that a status is read into: the more telling wins.
fn variant(item: &ir::ResponseEnum, status: u16) -> Option<&ir::ResponseVariant> {
    let class = u8::try_from(status / 100).unwrap_or(0);
    let order = [Status::Exact(status), Status::Range(class), Status::Default];
    let mut found = order
        .iter()
        .filter_map(|it| item.variants.iter().find(|v| v.status == *it));
    found.next()
}

/// What a request is proven with: headers, query pairs and cookies.
#[derive(Clone, Default)]
struct Proofs {
    headers: Vec<(String, String)>,
    query: Vec<String>,
    cookies: Vec<String>,
    /// Why there can be no request.
    missing: String,
}

fn portal_proofs(operation: &ir::Operation, key: Option<&str>) -> Proofs {
    let mut proofs = Proofs::default();
    let open = |all: &Vec<Vec<Requirement>>| all.iter().all(Vec::is_empty);
    if !operation.security.as_ref().is_some_and(open) {
        proofs
            .headers
            .push(("authorization".to_owned(), BEARER.to_owned()));
    }
    proofs
        .headers
        .extend(key.map(|key| (key.to_lowercase(), KEY.to_owned())));
    proofs
}

/// The first alternative that needs no key in the query, then any, and going without last.
fn proofs(operation: &ir::Operation, schemes: &[ir::SecurityScheme]) -> Proofs {
    let kind = |name: &str| schemes.iter().find(|it| it.name == name).map(|it| &it.kind);
    let Some(alternatives) = &operation.security else {
        return proven(schemes.iter().map(|scheme| &scheme.kind));
    };
    let usable = alternatives.iter().filter_map(|all| {
        let kinds = all.iter().map(|one| kind(&one.scheme));
        kinds.collect::<Option<Vec<&SecurityKind>>>()
    });
    let in_query = |kind: &&SecurityKind| matches!(kind, SecurityKind::ApiKeyQuery(_));
    let rank = |kinds: &Vec<&SecurityKind>| (kinds.is_empty(), kinds.iter().any(in_query));
    match usable.min_by_key(rank) {
        Some(kinds) => proven(kinds.into_iter()),
        None if alternatives.is_empty() => Proofs::default(),
        None => Proofs {
            missing: "its security scheme is not declared".to_owned(),
            ..Proofs::default()
        },
    }
}

fn proven<'k>(kinds: impl Iterator<Item = &'k SecurityKind>) -> Proofs {
    let mut proofs = Proofs::default();
    for kind in kinds {
        let header = match kind {
            SecurityKind::ApiKeyHeader(name) => (name.to_lowercase(), KEY),
            SecurityKind::ApiKeyQuery(name) => {
                proofs.query.push(format!("{}={KEY}", styles::strict(name)));
                continue;
            }
            SecurityKind::ApiKeyCookie(name) => {
                proofs
                    .cookies
                    .push(format!("{}={KEY}", styles::strict(name)));
                continue;
            }
            SecurityKind::Basic => ("authorization".to_owned(), BASIC),
            SecurityKind::Bearer
            | SecurityKind::ClientCredentials { .. }
            | SecurityKind::Unsupported(_) => ("authorization".to_owned(), BEARER),
        };
        // What is there already stays.
        if !proofs.headers.iter().any(|(name, _)| *name == header.0) {
            proofs.headers.push((header.0, header.1.to_owned()));
        }
    }
    proofs
}

/// The request with what must be given and, where more may be, the one with everything.
fn requests(operation: &ir::Operation, proofs: Proofs, exchange: &mut Exchange) {
    if !proofs.missing.is_empty() {
        exchange.untested = proofs.missing;
        return;
    }
    for whole in [false, true] {
        match request(operation, &proofs, whole) {
            Ok(request) => {
                let same = exchange.requests.first().is_some_and(|least| {
                    least.line == request.line
                        && least.headers == request.headers
                        && least.body == request.body
                });
                if !same {
                    exchange.requests.push(request);
                }
            }
            Err(reason) => {
                exchange.untested = reason;
                return;
            }
        }
    }
}

fn request(
    operation: &ir::Operation,
    proofs: &Proofs,
    whole: bool,
) -> Result<SampleRequest, String> {
    let mut path = operation.path.clone();
    let mut query: Vec<String> = Vec::new();
    let mut cookies: Vec<String> = Vec::new();
    let mut headers: Vec<(String, String)> = Vec::new();
    let accept = match operation.accept.join(", ") {
        accept if accept.is_empty() => "*/*".to_owned(),
        accept => accept,
    };
    headers.push(("accept".to_owned(), accept));
    let paging = operation
        .paging
        .as_ref()
        .filter(|paging| paging.required && !whole);
    if let Some(paging) = paging {
        query.push(format!(
            "{}={}",
            styles::strict(&paging.index),
            paging.first
        ));
        query.push(format!(
            "{}={}",
            styles::strict(&paging.size),
            paging.default_size
        ));
    }
    let mut filled: Vec<(String, String)> = Vec::new();
    let mut options = Vec::new();
    let given = operation.arguments.iter().map(|it| (None, it));
    let more = operation.options.iter().enumerate().filter(|_| whole);
    for (option, parameter) in given.chain(more.map(|(at, it)| (Some(at), it))) {
        let written = written(parameter);
        let Some(written) = written else {
            match option {
                Some(_) => continue,
                None => {
                    return Err(format!(
                        "no value for `{}` could be made up",
                        parameter.wire_name
                    ));
                }
            }
        };
        options.extend(option);
        match parameter.location {
            Location::Path => filled.push((parameter.wire_name.clone(), written.concat())),
            Location::Query => query.extend(written),
            Location::Cookie => cookies.extend(written),
            Location::Header => {
                headers.push((parameter.wire_name.to_lowercase(), written.concat()))
            }
        }
    }
    path = fill(&path, &filled);
    for (name, value) in &proofs.headers {
        if !headers.iter().any(|(known, _)| known == name) {
            headers.push((name.clone(), value.clone()));
        }
    }
    query.extend(proofs.query.iter().cloned());
    cookies.extend(proofs.cookies.iter().cloned());
    if !cookies.is_empty() {
        headers.retain(|(name, _)| name != "cookie");
        headers.push(("cookie".to_owned(), cookies.join("; ")));
    }
    let question = if query.is_empty() { "" } else { "?" };
    let body = operation
        .body
        .as_ref()
        .filter(|body| body.required || whole);
    Ok(SampleRequest {
        whole,
        options,
        line: format!("{} {path}{question}{}", operation.method, query.join("&")),
        headers,
        body: match body {
            Some(body) => sample_body(body, whole)?,
            None => SampleBody::Nothing,
        },
    })
}

/// A parameter as it is to be written, in one piece or as pairs.
fn written(parameter: &Parameter) -> Option<Vec<String>> {
    let value = match &parameter.constant {
        Some(constant) => Value::from(constant.as_str()),
        None => serde_json::from_str(&parameter.sample).ok()?,
    };
    match parameter.location {
        Location::Header if !styles::is_header(&parameter.wire_name) => None,
        Location::Path | Location::Header => Some(vec![styles::placed(parameter, &value)?]),
        Location::Query | Location::Cookie => styles::pairs(parameter, &value),
    }
}

/// A path template with its values.
fn fill(template: &str, values: &[(String, String)]) -> String {
    let mut path = String::new();
    let mut rest = template;
    if !rest.starts_with('/') {
        path.push('/');
    }
    while let Some((literal, after)) = rest.split_once('{') {
        path.push_str(&styles::literal(literal));
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| known == name);
        path.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    path.push_str(&styles::literal(rest));
    path
}

fn sample_body(body: &ir::Body, whole: bool) -> Result<SampleBody, String> {
    let sample = &body.samples[usize::from(whole)];
    let nothing = || "no body could be made up".to_owned();
    Ok(match &body.payload {
        Payload::Json { .. } | Payload::Form { .. } if sample.is_empty() => return Err(nothing()),
        Payload::Json { media_type, .. } => SampleBody::Json(media_type.clone(), sample.clone()),
        Payload::Form { encodings, .. } => {
            let value: Value = serde_json::from_str(sample).map_err(|_| nothing())?;
            let members = value.as_object().ok_or_else(nothing)?;
            let mut pairs = Vec::new();
            for (name, value) in members {
                let own = encodings.iter().find(|it| it.name == *name);
                let written = styles::field(name, value, own);
                let reason = || format!("no writing is defined for the field `{name}`");
                pairs.extend(written.ok_or_else(reason)?);
            }
            SampleBody::Form(pairs.join("&"), sample.clone())
        }
        Payload::Multipart {
            media_type, parts, ..
        } => {
            let mut sent = Vec::new();
            for part in parts.iter().filter(|part| part.required || whole) {
                if part.sample.is_empty() {
                    return Err(format!("no part `{}` could be made up", part.wire_name));
                }
                let value: Value = serde_json::from_str(&part.sample).map_err(|_| nothing())?;
                let text = match (&part.kind, value) {
                    (PartKind::File(_) | PartKind::Text(_), Value::String(text)) => text,
                    (_, value) => value.to_string(),
                };
                sent.push((part.wire_name.clone(), text));
            }
            SampleBody::Parts(media_type.clone(), sent)
        }
        Payload::Text { media_type } | Payload::Bytes { media_type } => {
            let media_type = match media_type.contains('*') {
                true => "application/octet-stream",
                false => media_type,
            };
            SampleBody::Bytes(media_type.to_owned(), PLAIN.to_owned())
        }
    })
}
