//! The models of an API: plain structs and enums, each with the table that ties it to its JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::docs;
use super::header;
use super::layout::{WIDTH, wrapped};
use super::text::{TypeText, code, doc, import, literal, literals, vendor_doc, wire_names};
use crate::ir::{Api, Enum, Field, Presence, Struct, TypeDef, TypeKind, Union};

/// Renders the module `types`.
pub(super) fn module(api: &Api, command: &str) -> String {
    let text = TypeText { api, prefix: "" };
    let mut body = String::new();
    for definition in &api.types {
        body.push('\n');
        self::definition(&mut body, &text, definition);
        former_values(&mut body, api, &definition.name);
    }
    for (old, new) in &api.former.types {
        _ = writeln!(
            body,
            "\n/// The name that [`{new}`] had before.\n#[deprecated = \"its name is `{new}` now\"]\npub type {old} = {new};"
        );
    }
    let mut file = header(api, command);
    file.push_str("//! The models of the API.\n\n");
    file.push_str("// A property that the vendor says nothing of is its name and its type.\n#![allow(missing_docs)]\n\n");
    file.push_str(&imports(api));
    file.push_str(&body);
    file
}

/// What the definitions use: found in the types, since variants may be called like the runtime's types.
fn imports(api: &Api) -> String {
    let (mut wire, mut macros) = (BTreeSet::new(), BTreeSet::new());
    for definition in &api.types {
        match &definition.kind {
            TypeKind::Struct(body) => {
                macros.insert("model");
                for field in &body.fields {
                    wire_names(&field.ty, &mut wire);
                    if field.presence == Presence::Patch {
                        wire.insert("Nullable");
                    }
                }
                if let Some((_, ty)) = &body.additional {
                    wire.insert("BTreeMap");
                    wire_names(ty, &mut wire);
                }
            }
            TypeKind::StringEnum(_) => _ = macros.insert("string_enum"),
            TypeKind::IntegerEnum(_) => _ = macros.insert("integer_enum"),
            TypeKind::Union(union) => {
                macros.insert("union");
                union
                    .variants
                    .iter()
                    .for_each(|variant| wire_names(&variant.ty, &mut wire));
                if !union.otherwise.is_empty() {
                    wire.insert("Json");
                }
            }
            TypeKind::Alias(target) => wire_names(target, &mut wire),
        }
    }
    let maps = match wire.remove("BTreeMap") {
        true => "use std::collections::BTreeMap;\n\n",
        false => "",
    };
    let wire: Vec<&str> = wire.into_iter().collect();
    let macros: Vec<&str> = macros.into_iter().collect();
    format!(
        "{maps}{}{}",
        import("portal_runtime", &macros),
        import("portal_runtime::wire", &wire)
    )
}

fn definition(out: &mut String, text: &TypeText<'_>, definition: &TypeDef) {
    let name = &definition.name;
    match &definition.kind {
        TypeKind::Struct(body) => {
            head(out, "", definition);
            structure(out, text, name, body);
        }
        TypeKind::StringEnum(values) => {
            out.push_str("string_enum! {\n");
            head(out, "    ", definition);
            enumeration(out, name, values, |value| literal(value));
        }
        TypeKind::IntegerEnum(values) => {
            out.push_str("integer_enum! {\n");
            head(out, "    ", definition);
            enumeration(out, name, values, i64::to_string);
        }
        TypeKind::Union(union) => {
            head(out, "", definition);
            self::union(out, text, name, union);
        }
        TypeKind::Alias(target) => {
            head(out, "", definition);
            _ = writeln!(out, "pub type {name} = {};", text.owned(target));
        }
    }
}

/// What is said of a type before it.
fn head(out: &mut String, indent: &str, definition: &TypeDef) {
    let otherwise = match definition.wire_name.as_str() {
        "" => format!("Described at {}.", code(&definition.pointer)),
        name => format!("The schema {}.", code(name)),
    };
    vendor_doc(out, indent, &definition.description, &otherwise);
    if definition.deprecated {
        doc(out, indent, "\n**Deprecated** by its vendor.");
    }
    let alias = alias(&definition.wire_name);
    if !alias.is_empty() && alias != definition.name {
        _ = writeln!(out, "{indent}#[doc(alias = {})]", literal(&alias));
    }
}

/// Words as `#[doc(alias)]` takes them: without quotes, with no white space but the plain one, and none at the ends.
pub(super) fn alias(words: &str) -> String {
    let refused =
        |c: &char| matches!(c, '"' | '\'') || c.is_control() || (c.is_whitespace() && *c != ' ');
    let taken: String = words.chars().filter(|c| !refused(c)).collect();
    taken.trim().to_owned()
}

/// The ways to make a model.
pub(crate) struct Made<'a> {
    /// The properties that `new` asks for, where there is one.
    pub(crate) new: Option<Vec<&'a Field>>,
    /// Whether it has a default.
    pub(crate) default: bool,
}

impl<'a> Made<'a> {
    pub(crate) fn of(body: &'a Struct) -> Self {
        let required =
            |field: &&Field| matches!(field.presence, Presence::Required | Presence::Nullable);
        let given: Vec<&Field> = body.fields.iter().filter(required).collect();
        if given.is_empty() {
            return Self {
                new: None,
                default: true,
            };
        }
        let asked = given.into_iter().filter(|field| field.tag.is_none());
        let new = body.constructed.then(|| asked.collect::<Vec<_>>());
        Self {
            default: new.as_ref().is_some_and(Vec::is_empty),
            new,
        }
    }
}

fn structure(out: &mut String, text: &TypeText<'_>, name: &str, body: &Struct) {
    let made = Made::of(body);
    let derives = match made.default && made.new.is_none() {
        true => "Clone, Debug, Default, PartialEq",
        false => "Clone, Debug, PartialEq",
    };
    _ = writeln!(out, "#[derive({derives})]\npub struct {name} {{");
    for field in &body.fields {
        field_doc(out, field);
        let ty = text.field(&field.ty, field.presence);
        _ = writeln!(out, "    pub {}: {ty},", field.name);
    }
    if let Some((field, ty)) = &body.additional {
        _ = writeln!(
            out,
            "    /// Properties that the document does not declare, by name."
        );
        _ = writeln!(
            out,
            "    pub {field}: BTreeMap<String, {}>,",
            text.owned(ty)
        );
    }
    out.push_str("}\n");
    table(out, name, body);
    if let Some(asked) = &made.new {
        constructor(out, text, name, body, asked);
    }
}

/// What is known of a field beside its name and type; nothing where the vendor says nothing.
fn field_doc(out: &mut String, field: &Field) {
    let mut words = docs::rustdoc(&field.description).trim_end().to_owned();
    if words.trim().is_empty() {
        words.clear();
        if field.wire_name != field.name.trim_start_matches("r#") {
            words = format!("The property {}.", code(&field.wire_name));
        }
    }
    let tag = field.tag.as_ref();
    let tag = tag.map(|tag| format!("Always {}.", code(&literal(&tag.wire_value))));
    let notes = (!field.notes.is_empty()).then(|| field.notes.join(" "));
    let deprecated = field
        .deprecated
        .then(|| "**Deprecated** by its vendor.".to_owned());
    for paragraph in [tag, notes, deprecated].into_iter().flatten() {
        if !words.is_empty() {
            words.push_str("\n\n");
        }
        words.push_str(&paragraph);
    }
    doc(out, "    ", &words);
}

fn constructor(out: &mut String, text: &TypeText<'_>, name: &str, body: &Struct, asked: &[&Field]) {
    let arguments: Vec<String> = asked
        .iter()
        .map(|field| format!("{}: {}", field.name, text.field(&field.ty, field.presence)))
        .collect();
    let values: Vec<String> = body
        .fields
        .iter()
        .map(|field| match (&field.tag, field.presence) {
            (Some(tag), _) if tag.variant.is_empty() => {
                format!("{}: {}.to_owned()", field.name, literal(&tag.wire_value))
            }
            (Some(tag), _) => format!("{}: {}::{}", field.name, text.owned(&field.ty), tag.variant),
            (None, Presence::Required | Presence::Nullable) => field.name.clone(),
            (None, Presence::Optional) => format!("{}: None", field.name),
            (None, Presence::Patch) => format!("{}: Nullable::Absent", field.name),
        })
        .chain(
            body.additional
                .iter()
                .map(|(name, _)| format!("{name}: BTreeMap::new()")),
        )
        .collect();
    _ = writeln!(out, "\nimpl {name} {{");
    _ = writeln!(out, "    /// With what must be there; all else is absent.");
    _ = writeln!(out, "    pub fn new({}) -> Self {{", arguments.join(", "));
    let value = format!("        Self {{ {} }}", values.join(", "));
    if value.len() <= WIDTH {
        _ = writeln!(out, "{value}");
    } else {
        out.push_str("        Self {\n");
        wrapped(out, "            ", values);
        out.push_str("        }\n");
    }
    out.push_str("    }\n}\n");
    if asked.is_empty() {
        _ = writeln!(
            out,
            "\nimpl Default for {name} {{\n    fn default() -> Self {{\n        Self::new()\n    }}\n}}"
        );
    }
}

fn table(out: &mut String, name: &str, body: &Struct) {
    let entries = body.fields.iter().map(|field| {
        let word = match (&field.tag, field.presence) {
            (Some(_), _) => "tag",
            (None, Presence::Required) => "required",
            (None, Presence::Nullable) => "nullable",
            (None, Presence::Optional) => "optional",
            (None, Presence::Patch) => "patch",
        };
        let mut entry = format!("{}: {word}", field.name);
        // The compiler brings other letters of a name to their composed form.
        if field.wire_name != field.name || !field.name.is_ascii() {
            _ = write!(entry, " {}", literal(&field.wire_name));
        }
        if let Some(tag) = &field.tag {
            _ = write!(entry, " [{}]", literal(&tag.wire_value));
        }
        entry
    });
    let entries: Vec<String> = entries.collect();
    let rest = body
        .additional
        .as_ref()
        .map(|(field, _)| format!("..{field}"));
    tied(
        out,
        &format!("model! {{ {name}"),
        &entries,
        rest.as_deref(),
        "}",
    );
}

/// Writes what ties a type to its JSON: on one line where that fits.
fn tied(out: &mut String, open: &str, entries: &[String], rest: Option<&str>, close: &str) {
    let all: Vec<&str> = entries.iter().map(String::as_str).chain(rest).collect();
    let line = format!("{open} {{ {} {close} }}", all.join(", "));
    if line.len() <= WIDTH && !all.is_empty() {
        _ = writeln!(out, "{line}");
        return;
    }
    _ = writeln!(out, "{open} {{");
    wrapped(out, "    ", entries);
    if let Some(rest) = rest {
        _ = writeln!(out, "    {rest}");
    }
    _ = writeln!(out, "{close} }}");
}

fn enumeration<V>(out: &mut String, name: &str, values: &Enum<V>, literal: impl Fn(&V) -> String) {
    let entry = |(variant, value): &(String, V)| format!("{variant} = {}", literal(value));
    let entries: Vec<String> = values.variants.iter().map(entry).collect();
    let close = format!("}} else {}", values.otherwise);
    let line = format!("    pub enum {name} {{ {} {close}", entries.join(", "));
    if line.len() <= WIDTH && !entries.is_empty() {
        _ = writeln!(out, "{line}\n}}");
        return;
    }
    _ = writeln!(out, "    pub enum {name} {{");
    wrapped(out, "        ", entries);
    _ = writeln!(out, "    {close}\n}}");
}

/// The names that values of an enum had before. Enums have no second names of variants, but constants match like them.
fn former_values(out: &mut String, api: &Api, name: &str) {
    let former = api.former.variants.iter();
    let former: Vec<_> = former.filter(|(owner, ..)| owner == name).collect();
    if former.is_empty() {
        return;
    }
    _ = writeln!(out, "\n#[allow(non_upper_case_globals)]\nimpl {name} {{");
    for (_, old, new) in former {
        _ = writeln!(
            out,
            "    /// The name that [`{new}`](Self::{new}) had before.\n    \
             #[deprecated = \"its name is `{new}` now\"]\n    pub const {old}: Self = Self::{new};"
        );
    }
    out.push_str("}\n");
}

fn union(out: &mut String, text: &TypeText<'_>, name: &str, union: &Union) {
    _ = writeln!(
        out,
        "#[derive(Clone, Debug, PartialEq)]\npub enum {name} {{"
    );
    for variant in &union.variants {
        let otherwise = match variant.tags.is_empty() {
            true => format!("A value of the form {}.", code(&text.owned(&variant.ty))),
            false => {
                let tags: Vec<String> =
                    variant.tags.iter().map(|tag| code(&literal(tag))).collect();
                format!("{} is {}.", code(&union.discriminator), tags.join(" or "))
            }
        };
        vendor_doc(out, "    ", &variant.description, &otherwise);
        _ = writeln!(out, "    {}({}),", variant.name, text.owned(&variant.ty));
    }
    if !union.otherwise.is_empty() {
        out.push_str("    /// A value that the document does not tell apart, as it came.\n");
        _ = writeln!(out, "    {}(Json),", union.otherwise);
    }
    let by = match union.discriminator.as_str() {
        "" => String::new(),
        property => format!(" by {}", literal(property)),
    };
    let by = match union.default.as_str() {
        "" => by,
        default => format!("{by} or {default}"),
    };
    out.push_str("}\n");
    let entries = union.variants.iter().map(|variant| {
        let name = &variant.name;
        match union.discriminator.is_empty() {
            true => format!("{name}: {}", text.owned(&variant.ty)),
            false => format!("{name}: {}", literals(&variant.tags)),
        }
    });
    let entries: Vec<String> = entries.collect();
    let close = match union.otherwise.as_str() {
        "" => "}".to_owned(),
        otherwise => format!("}} else {otherwise}"),
    };
    tied(
        out,
        &format!("union! {{ {name}{by}"),
        &entries,
        None,
        &close,
    );
}
