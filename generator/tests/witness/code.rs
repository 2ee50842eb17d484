//! A crate that uses every public item as an application does: a function a use, on a line of its own.

use std::fmt::Write as _;

use portal_generator::surface::diff::{
    Narrowing, behind_reference_use, former_member_use, former_use, is_literal, literal_use,
    member_use, narrowings,
};
use portal_generator::surface::{Item, Kind, Member, Role};

const HEAD: &str = "\
#![allow(deprecated, dead_code, unused_variables, unused_imports, unreachable_patterns, unreachable_code)]
use std::collections::BTreeMap;
use apis::runtime::page::{Items, Pages};
use apis::runtime::wire::{Base64, Date, DateTime, Decimal, Duration, Encode, Json, Nullable, Secret, Time, Uuid};
use apis::runtime::{Body, Bundle, ByteStream, Bytes, Grants, ItemStream, Part, Response, ServerSentEvent, Undeclared};
use apis::runtime::Error as CallError;
";

/// The code, and the use that each of its lines shows.
pub(crate) struct Witness {
    pub(crate) text: String,
    pub(crate) uses: Vec<(usize, String)>,
}

/// Writes the crate. `module` is the path of the API's module; uses that `left_out` names are not written.
pub(crate) fn write(items: &[Item], module: &str, left_out: &dyn Fn(&str) -> bool) -> Witness {
    let mut text = HEAD.to_owned();
    _ = writeln!(text, "use apis::{module}::*;");
    let mut line = text.lines().count();
    let mut uses = Vec::new();
    let narrowings = narrowings(items).into_iter();
    let narrowings = narrowings.map(|it| (it.used(), narrowed(&it)));
    for (name, code) in items.iter().flat_map(functions).chain(narrowings) {
        if left_out(&name) {
            continue;
        }
        line += 1;
        _ = writeln!(text, "{code}");
        uses.push((line, name));
    }
    Witness {
        text: numbered(&text),
        uses,
    }
}

/// Gives every function a name of its own.
fn numbered(text: &str) -> String {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(number, line)| line.replacen("fn USE", &format!("fn u{number}"), 1));
    lines.map(|line| line + "\n").collect()
}

fn functions(item: &Item) -> Vec<(String, String)> {
    let mut all = vec![match &item.operation {
        Some(_) => (format!("{}()", item.path), call(item)),
        None => (item.path.clone(), named(item)),
    }];
    for name in &item.formerly {
        let before = Item {
            path: format!("{}::{name}", item.module()),
            ..item.clone()
        };
        let code = match &item.operation {
            Some(_) => call(&before),
            None => named(&before),
        };
        all.push((former_use(item, name), code));
    }
    for member in &item.members {
        all.extend(member_use(item, member).and_then(|name| Some((name, used(item, member)?))));
        if let Some(name) = behind_reference_use(item, member) {
            let (path, value) = (&item.path, &member.name);
            let code = format!(
                "fn USE(v: &apis::{path}) -> bool {{ match v {{ apis::{path}::{value} => true, _ => false }} }}"
            );
            all.push((name, code));
        }
        for name in &member.formerly {
            let before = Member {
                name: name.clone(),
                ..member.clone()
            };
            let name = former_member_use(item, member, name);
            all.extend(name.and_then(|name| Some((name, used(item, &before)?))));
        }
    }
    if is_literal(item) {
        all.push((literal_use(item), literal(item)));
    }
    all
}

/// A client that is narrowed to a lesser bundle.
fn narrowed(narrowing: &Narrowing<'_>) -> String {
    let (client, from) = (&narrowing.client.path, &narrowing.from.path);
    let to = &narrowing.to.path;
    format!(
        "fn USE(c: &apis::{client}<apis::{from}>) -> apis::{client}<apis::{to}> {{ c.narrow::<apis::{to}>() }}"
    )
}

/// A function that uses a member; `None` where it has no use of its own.
fn used(item: &Item, member: &Member) -> Option<String> {
    let path = format!("apis::{}", item.path);
    let (field, ty) = (&member.name, &member.ty);
    let code = match member.role {
        Role::Field if item.kind == Kind::Alias => {
            format!("fn USE(v: {path}) -> {ty} {{ v }}")
        }
        Role::Field => format!("fn USE(v: &{path}) -> &{ty} {{ &v.{field} }}"),
        Role::Variant if ty.is_empty() && item.kind == Kind::Enum => {
            format!(
                "fn USE(v: {path}) -> {path} {{ match v {{ {path}::{field} => {path}::{field}, v => v }} }}"
            )
        }
        Role::Variant if ty.is_empty() => {
            format!(
                "fn USE(v: &{path}) -> bool {{ match v {{ {path}::{field} => true, _ => false }} }}"
            )
        }
        Role::Variant => format!(
            "fn USE(v: &{path}) -> bool {{ match v {{ {path}::{field}(x) => {{ let _: &{ty} = x; true }} _ => false }} }}"
        ),
        Role::Function => {
            let (asked, given) = arguments(&split(ty));
            format!("fn USE({asked}) -> {path} {{ {path}::{field}({given}) }}")
        }
        Role::Trait if ty.is_empty() => format!("fn USE() -> {path} {{ {field}::default() }}"),
        Role::Trait => {
            let portal = item.path.split("::").next().unwrap_or_default();
            format!(
                "fn USE() {{ fn g<B: {field}<apis::{portal}::access::{ty}>>() {{}} g::<{path}>() }}"
            )
        }
        Role::Method if item.kind == Kind::Client => {
            let portal = item.path.split("::").next().unwrap_or_default();
            format!("fn USE<B: Bundle>(c: &{path}<B>) -> apis::{portal}::{ty}<B> {{ c.{field}() }}")
        }
        Role::Method if member.place.is_empty() => {
            format!("fn USE(c: {path}) -> {ty} {{ c.{field}() }}")
        }
        Role::Method => {
            let (asked, given) = arguments(&split(ty));
            format!("fn USE(c: {path}, {asked}) -> {path} {{ c.{field}({given}) }}")
        }
        Role::Argument | Role::Constant => return None,
    };
    Some(code)
}

fn named(item: &Item) -> String {
    let path = &item.path;
    match item.kind {
        Kind::Client => format!("fn USE<B>(_: &apis::{path}<B>) {{}}"),
        _ => format!("fn USE(_: &apis::{path}) {{}}"),
    }
}

/// The call with all arguments, awaited.
fn call(item: &Item) -> String {
    let Some(operation) = &item.operation else {
        return String::new();
    };
    let types: Vec<&str> = item
        .members(Role::Argument)
        .map(|member| member.ty.as_str())
        .collect();
    let (asked, given) = arguments(&types);
    let client = item.module();
    let module = client.rsplit_once("::").map_or("", |(module, _)| module);
    let access = match operation.access.as_str() {
        "read" => "Read",
        _ => "Write",
    };
    let headers = match operation.headers.as_str() {
        "" => "()",
        headers => headers,
    };
    format!(
        "async fn USE(c: &apis::{client}<impl Grants<apis::{module}::{access}>>, {asked}) -> \
         Result<Response<{success}, {headers}>, CallError<{error}>> {{ c.{name}({given}).await }}",
        success = operation.success,
        error = operation.error,
        name = item.name(),
    )
}

/// A struct made of another one.
fn literal(item: &Item) -> String {
    let path = format!("apis::{}", item.path);
    let fields: Vec<_> = item.members(Role::Field).collect();
    let types: Vec<&str> = fields.iter().map(|field| field.ty.as_str()).collect();
    let (asked, _) = arguments(&types);
    let given = fields
        .iter()
        .enumerate()
        .map(|(place, field)| format!("{}: a{place}", field.name));
    let given: Vec<String> = given.collect();
    format!(
        "fn USE(base: {path}, {asked}) -> {path} {{ {path} {{ {}, ..base }} }}",
        given.join(", ")
    )
}

/// Parameters of these types, and their names.
fn arguments(types: &[&str]) -> (String, String) {
    let asked = types.iter().enumerate();
    let asked: Vec<String> = asked.map(|(place, ty)| format!("a{place}: {ty}")).collect();
    let given: Vec<String> = (0..types.len()).map(|place| format!("a{place}")).collect();
    (asked.join(", "), given.join(", "))
}

/// The types of a list.
fn split(types: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0, 0);
    let mut all = Vec::new();
    for (place, character) in types.char_indices() {
        match character {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                all.push(types[start..place].trim());
                start = place + 1;
            }
            _ => {}
        }
    }
    let last = types[start..].trim();
    all.extend((!last.is_empty()).then_some(last));
    all
}
