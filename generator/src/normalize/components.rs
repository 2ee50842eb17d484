//! The components of a document, and what references make into one.

use std::borrow::Cow;

use indexmap::IndexMap;
use openapiv3::ReferenceOr;
use serde_json::{Map, Value};

use super::at::{At, Step};
use super::context::{Address, Context, Hoist, Kind};
use super::media::{component_reference, example, header};
use super::parameters::parameter;
use super::resolve::{Target, is_only_reference, reference_of};
use super::responses::{link, response};
use super::version::Version;
use super::{bodies, schema, security, set};
use crate::document::pointer;

/// The sections whose members keep their names, with the places of Swagger 2.0.
const SECTIONS: [(Kind, Option<&str>); 7] = [
    (Kind::Schema, Some("/definitions")),
    (Kind::Response, Some("/responses")),
    (Kind::Parameter, Some("/parameters")),
    (Kind::RequestBody, None),
    (Kind::Header, None),
    (Kind::Example, None),
    (Kind::Link, None),
];

/// Returns where a document keeps its components of a kind; the whole section may be in another file.
fn section<'a>(
    cx: &mut Context<'a>,
    version: Version,
    kind: Kind,
    old: Option<&str>,
) -> Option<Target<'a>> {
    let pointer = match version {
        Version::V2 => old?.to_owned(),
        Version::V30 | Version::V31 => format!("/components/{}", kind.section()),
    };
    let target = cx.resolve(&format!("#{pointer}"), 0).ok()?;
    match target.value.get("$ref").and_then(Value::as_str) {
        Some(reference) => cx.resolve_fully(reference, target.file).ok(),
        None => Some(target),
    }
}

/// Notes the names of all components, and what references lead into the middle of something.
pub(crate) fn register(cx: &mut Context<'_>) {
    let version = cx.version;
    for (kind, old) in SECTIONS {
        let Some(section) = section(cx, version, kind, old) else {
            continue;
        };
        let Some(map) = section.value.as_object() else {
            continue;
        };
        for (name, value) in map {
            cx.claimed.insert((kind, name.clone()));
            cx.names.insert((kind, Address::of(value)), name.clone());
            refuse_odd_shape(cx, kind, name, value);
        }
        for (name, value) in map {
            if kind == Kind::Schema && !is_only_reference(value) {
                continue;
            }
            let target =
                reference_of(value).and_then(|reference| alias(cx, kind, reference, section.file));
            if let Some(target) = target {
                refuse_odd_shape(cx, kind, name, target.value);
                let address = Address::of(target.value);
                cx.names
                    .entry((kind, address))
                    .or_insert_with(|| name.clone());
            }
        }
    }
    share(cx);
}

/// Remembers a component that cannot be built, before anything refers to it.
fn refuse_odd_shape(cx: &mut Context<'_>, kind: Kind, name: &str, value: &Value) {
    if kind != Kind::Schema && kind != Kind::Example && !value.is_object() {
        let reason = format!("the {} `{name}` is no mapping", kind.noun());
        cx.broken.insert((kind, name.to_owned()), reason);
    }
}

/// Returns what a component that is nothing but a reference stands for.
fn alias<'a>(cx: &mut Context<'a>, kind: Kind, reference: &str, file: usize) -> Option<Target<'a>> {
    let mut target = cx.resolve(reference, file).ok()?;
    for _ in 0..64 {
        match reference_of(target.value) {
            Some(next) if kind != Kind::Schema || is_only_reference(target.value) => {
                target = cx.resolve(next, target.file).ok()?;
            }
            _ => return Some(target),
        }
    }
    None
}

/// Finds the values that references lead to although they are no components.
fn share(cx: &mut Context<'_>) {
    let set = cx.set;
    for number in 0..=set.others.len() {
        let Some(file) = cx.file(number) else {
            continue;
        };
        let mut references = Vec::new();
        set::collect(&file.value, &mut |reference| {
            if number != 0 || !is_plain(reference) {
                references.push(reference);
            }
        });
        for reference in references {
            let Ok(target) = cx.resolve(reference, number) else {
                continue;
            };
            let address = Address::of(target.value);
            if !cx.names.contains_key(&(Kind::Schema, address)) {
                cx.shared.insert(address);
            }
        }
    }
}

/// Returns whether a reference leads to a component of the main document, as nearly all do.
fn is_plain(reference: &str) -> bool {
    let slashes = |text: &str| text.bytes().filter(|byte| *byte == b'/').count();
    match reference.strip_prefix("#/components/") {
        Some(rest) => slashes(rest) == 1,
        None => reference
            .strip_prefix("#/definitions/")
            .is_some_and(|rest| slashes(rest) == 0),
    }
}

/// Builds the security schemes, which operations are checked against.
pub(crate) fn security_schemes<'a>(cx: &mut Context<'a>, root: &'a Map<String, Value>) {
    let section = match cx.version {
        Version::V2 => "/securityDefinitions",
        Version::V30 | Version::V31 => "/components/securitySchemes",
    };
    let owner = match cx.version {
        Version::V2 => root.get("securityDefinitions"),
        Version::V30 | Version::V31 => root
            .get("components")
            .and_then(|it| it.get("securitySchemes")),
    };
    let at = At::start(0, section, "/components/securitySchemes");
    let map = match owner {
        Some(Value::Object(map)) => map,
        None | Some(Value::Null) => return,
        Some(_) => {
            cx.warn(
                &at,
                "mapping-expected",
                "the security schemes are no mapping and are left out",
                "write a mapping of names to security schemes",
            );
            return;
        }
    };
    cx.moved(&at);
    for (name, value) in map {
        if name.starts_with("x-") {
            continue;
        }
        let here = at.key(name);
        let target = match reference_of(value) {
            None => Ok(value),
            Some(reference) => cx.resolve_fully(reference, 0).map(|target| target.value),
        };
        let scheme = match target {
            Ok(Value::Object(map)) => security::scheme(cx, name, map, &here),
            Ok(_) => {
                cx.warn(
                    &here,
                    "odd-security-scheme",
                    "the security scheme is no mapping and is left out, so requests do without it",
                    "write a mapping with `type`",
                );
                None
            }
            Err(broken) => {
                cx.broken(&here, broken);
                None
            }
        };
        match scheme {
            Some(scheme) => {
                let schemes = &mut cx.components.security_schemes;
                schemes.insert(name.clone(), ReferenceOr::Item(scheme));
            }
            None => {
                cx.transport_schemes.insert(name.clone());
            }
        }
    }
}

/// Builds the components that the document itself names.
pub(crate) fn components(cx: &mut Context<'_>) {
    let version = cx.version;
    for (kind, old) in SECTIONS {
        let Some(section) = section(cx, version, kind, old) else {
            continue;
        };
        let to = format!("/components/{}", kind.section());
        let at = At::start(section.file, &section.pointer, &to);
        let Some(map) = section.value.as_object() else {
            if !section.value.is_null() {
                cx.warn(
                    &at,
                    "mapping-expected",
                    "the components are no mapping and are left out",
                    "write a mapping of names to components",
                );
            }
            continue;
        };
        if section.pointer != to || section.file != 0 {
            cx.moved(&at);
        }
        // What stands for another comes last, when it is known whether the other could be built.
        let stands_for_another =
            |value: &Value| kind != Kind::Schema && reference_of(value).is_some();
        for last in [false, true] {
            for (name, value) in map {
                if stands_for_another(value) == last {
                    let own = own_name(kind, name);
                    let here = at.step(Step::Key(name), Step::Key(&own));
                    if own != name.as_str() {
                        cx.moved(&here);
                    }
                    component(cx, kind, name, value, &here);
                }
            }
        }
    }
}

/// What a component is called in the document being built.
fn own_name(kind: Kind, name: &str) -> Cow<'_, str> {
    match kind {
        Kind::Schema => schema::plain(name),
        _ => Cow::Borrowed(name),
    }
}

/// Builds what references have made into components, until nothing new comes of it.
pub(crate) fn hoisted(cx: &mut Context<'_>) {
    while let Some(hoist) = cx.queue.pop_front() {
        let Hoist {
            kind,
            name,
            value,
            file,
            pointer: from,
        } = hoist;
        let mut to = format!("/components/{}", kind.section());
        pointer::push(&mut to, &own_name(kind, &name));
        let at = At::start(file, &from, &to);
        cx.moved(&at);
        build(cx, kind, &name, value, &at);
    }
}

/// Builds a component of the document, which may stand for something elsewhere.
fn component<'a>(cx: &mut Context<'a>, kind: Kind, name: &str, value: &'a Value, at: &At<'_>) {
    let reference = match reference_of(value) {
        Some(reference) if kind != Kind::Schema || is_only_reference(value) => reference,
        _ => return build(cx, kind, name, value, at),
    };
    let target = match cx.resolve_fully(reference, at.file) {
        // What stands beside a reference on the way is settled where it stands.
        Ok(target) => alias(cx, kind, reference, at.file).unwrap_or(target),
        Err(broken) => {
            let reason = cx.broken(at, broken);
            return unresolved(cx, kind, name, reason);
        }
    };
    let own = cx.names.get(&(kind, Address::of(target.value))).cloned();
    if own.as_deref() == Some(name) {
        let there = at.elsewhere(target.file, &target.pointer);
        cx.moved(&there.at());
        return build(cx, kind, name, target.value, &there.at());
    }
    let broken = own
        .as_ref()
        .and_then(|own| cx.broken.get(&(kind, own.clone())).cloned());
    match (own, broken) {
        (Some(_), Some(reason)) => unresolved(cx, kind, name, reason),
        (Some(other), None) => same_as(cx, kind, name, &other),
        (None, _) => match cx.link(kind, reference, at) {
            Ok(other) => same_as(cx, kind, name, &other),
            Err(broken) => {
                let reason = cx.broken(at, broken);
                unresolved(cx, kind, name, reason);
            }
        },
    }
}

fn unresolved(cx: &mut Context<'_>, kind: Kind, name: &str, reason: String) {
    if kind == Kind::Schema {
        let schema = ReferenceOr::Item(schema::broken(reason.clone()));
        let name = own_name(kind, name).into_owned();
        cx.components.schemas.insert(name, schema);
    } else {
        cx.broken.insert((kind, name.to_owned()), reason);
    }
}

fn same_as(cx: &mut Context<'_>, kind: Kind, name: &str, other: &str) {
    fn insert<T>(
        section: &mut IndexMap<String, ReferenceOr<T>>,
        kind: Kind,
        name: &str,
        other: &str,
    ) {
        let other = component_reference(kind, &own_name(kind, other));
        section.insert(own_name(kind, name).into_owned(), other);
    }
    let components = &mut cx.components;
    match kind {
        Kind::Schema => insert(&mut components.schemas, kind, name, other),
        Kind::Response => insert(&mut components.responses, kind, name, other),
        Kind::Parameter => insert(&mut components.parameters, kind, name, other),
        Kind::RequestBody => insert(&mut components.request_bodies, kind, name, other),
        Kind::Header => insert(&mut components.headers, kind, name, other),
        // As in `build`.
        Kind::Example => {}
        Kind::Link => insert(&mut components.links, kind, name, other),
    }
}

fn build<'a>(cx: &mut Context<'a>, kind: Kind, name: &str, value: &'a Value, at: &At<'_>) {
    let name = own_name(kind, name).into_owned();
    if kind == Kind::Schema {
        let schema = schema::body(cx, value, at);
        cx.components.schemas.insert(name, schema);
        return;
    }
    if kind == Kind::Example {
        // Who refers to it has a copy of its own, so it is only read for what is wrong with it.
        example(cx, value, at);
        return;
    }
    let Some(map) = value.as_object() else {
        let message = format!("the {} is no mapping and is left out", kind.noun());
        cx.warn(at, "mapping-expected", message, "write a mapping");
        return;
    };
    match kind {
        Kind::Response => {
            let produces = cx.produces.clone();
            let response = response(cx, map, &produces, true, at);
            cx.components
                .responses
                .insert(name, ReferenceOr::Item(response));
        }
        Kind::Parameter => match parameter(cx, map, at) {
            Some(parameter) => {
                cx.components
                    .parameters
                    .insert(name, ReferenceOr::Item(parameter));
            }
            None => {
                let reason = format!("the parameter `{name}` cannot be read");
                cx.broken.insert((kind, name), reason);
            }
        },
        Kind::RequestBody => {
            let body = bodies::body(cx, map, at);
            cx.components
                .request_bodies
                .insert(name, ReferenceOr::Item(body));
        }
        Kind::Header => {
            let header = header(cx, map, at);
            cx.components
                .headers
                .insert(name, ReferenceOr::Item(header));
        }
        Kind::Link => {
            if let Some(link) = link(cx, map, at) {
                cx.components.links.insert(name, ReferenceOr::Item(link));
            }
        }
        Kind::Schema | Kind::Example => {}
    }
}
