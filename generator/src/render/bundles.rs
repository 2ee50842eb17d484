//! What operations ask of a bundle, and the bundles that the portal's operator grants.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::docs;
use super::text::{doc, literal, literals, vendor_doc};
use crate::Output;
use crate::ir::Access;
use crate::manifest::{self, Manifest};

/// The bundles that grant an access, by name, and where their types are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Granted {
    module: String,
    read: Vec<String>,
    write: Vec<String>,
}

impl Granted {
    pub(super) fn of(manifest: &Manifest, api: &str, module: String) -> Self {
        let names = |wanted: manifest::Access| {
            let grants = |bundle: &&manifest::Bundle| {
                bundle.access.get(api).is_some_and(|level| *level >= wanted)
            };
            let granting = manifest.bundles.iter().filter(grants);
            granting.map(|bundle| bundle.name.clone()).collect()
        };
        Self {
            read: names(manifest::Access::Read),
            write: names(manifest::Access::Write),
            module,
        }
    }

    fn names(&self, access: Access) -> &[String] {
        match access {
            Access::Read => &self.read,
            Access::Write => &self.write,
        }
    }

    /// Which bundles grant an access, as a sentence of documentation.
    pub(super) fn sentence(&self, access: Access) -> String {
        let links: Vec<String> = self
            .names(access)
            .iter()
            .map(|name| format!("[`{name}`]({}::{name})", self.module))
            .collect();
        match links.as_slice() {
            [] => "No bundle of the portal grants it.".to_owned(),
            [one] => format!("Granted by the bundle {one}."),
            several => format!("Granted by the bundles {}.", several.join(", ")),
        }
    }
}

/// Renders the module of accesses. They are there whatever features are on, so that bundles can name them.
pub(super) fn access(
    manifest: &Manifest,
    outputs: &BTreeMap<String, &Output>,
    header: &str,
) -> String {
    let mut out = header.to_owned();
    out.push_str(
        "//! What operations ask of a bundle, API by API.\n//!\n\
         //! These types are there whatever features are on, so that bundles can name them.\n",
    );
    for api in &manifest.apis {
        let title = outputs
            .get(&api.id)
            .map_or(api.client.as_str(), |output| &output.title);
        let granted = Granted::of(manifest, &api.id, "super::super::bundles".to_owned());
        let words = docs::first_line(title);
        _ = write!(
            out,
            "\n/// {}.\npub mod {} {{\n    use portal_runtime::{{Access, Grants, Permission}};\n",
            words.trim_end_matches('.'),
            api.module
        );
        for access in [Access::Read, Access::Write] {
            one(&mut out, &api.id, title, &granted, access);
        }
        out.push_str("}\n");
    }
    out
}

/// An access as a type, and the trait by which operations ask for it: the compiler's message can then name the
/// bundles that have it.
fn one(out: &mut String, id: &str, title: &str, granted: &Granted, access: Access) {
    let (name, plural, function, doing, does) = match access {
        Access::Read => ("Read", "Reads", "read", "Reading from", "read from"),
        Access::Write => ("Write", "Writes", "write", "Writing to", "write to"),
    };
    let words = docs::first_line(title);
    let words = words.trim_end_matches('.');
    out.push('\n');
    doc(
        out,
        "    ",
        &format!("{doing} {words}.\n\n{}", granted.sentence(access)),
    );
    let title = plain(title);
    let message = format!("the bundle `{{Self}}` does not {does} {title}");
    let label = format!("this needs a bundle that may {does} {title}");
    let have = match granted.names(access) {
        [] => "no bundle of the portal does".to_owned(),
        names => format!("bundles that do: `{}`", names.join("`, `")),
    };
    let remedy =
        "build the client with such a bundle, if the portal's operator has granted it to you";
    _ = write!(
        out,
        "    #[derive(Clone, Copy, Debug)]
    pub enum {name} {{}}

    impl Access for {name} {{
        const PERMISSION: Permission = Permission::{function}({id});
    }}

    /// Asks for [`{name}`]. Every bundle that grants it has this by itself.
    #[diagnostic::on_unimplemented(
        message = {message},
        label = {label},
        note = {have},
        note = {remedy}
    )]
    pub trait {plural}: Grants<{name}> {{}}

    #[diagnostic::do_not_recommend]
    impl<B: Grants<{name}>> {plural} for B {{}}
",
        id = literal(id),
        message = literal(&message),
        label = literal(&label),
        have = literal(&have),
        remedy = literal(remedy),
    );
}

/// A title within a message of the compiler, where braces stand for something.
fn plain(title: &str) -> String {
    let words: Vec<&str> = title.split_whitespace().collect();
    words.join(" ").replace('{', "(").replace('}', ")")
}

/// Renders the module of bundles.
pub(super) fn bundles(
    manifest: &Manifest,
    outputs: &BTreeMap<String, &Output>,
    header: &str,
) -> String {
    let mut out = header.to_owned();
    out.push_str("//! Bundles: what the portal's operator grants together, as types.\n\n");
    let granted: BTreeSet<&str> = manifest
        .bundles
        .iter()
        .flat_map(|bundle| bundle.access.keys().map(String::as_str))
        .collect();
    let apis = manifest.apis.iter();
    let apis = apis.filter(|api| granted.contains(api.id.as_str()));
    let modules: Vec<&str> = apis.map(|api| api.module.as_str()).collect();
    out.push_str(&super::text::import("super::access", &modules));
    out.push_str("use portal_runtime::{BundleFacts, bundle};\n");
    out.push_str(
        "\n/// All bundles of the portal, for choosing one at run time.\npub const ALL: &[BundleFacts] = &[\n",
    );
    for bundle in &manifest.bundles {
        _ = writeln!(out, "    BundleFacts::of::<{}>(),", bundle.name);
    }
    out.push_str("];\n");
    for bundle in &manifest.bundles {
        out.push_str(&one_bundle(manifest, outputs, bundle));
    }
    out
}

fn one_bundle(
    manifest: &Manifest,
    outputs: &BTreeMap<String, &Output>,
    bundle: &manifest::Bundle,
) -> String {
    let mut out = "\nbundle! {\n".to_owned();
    let indent = "    ";
    vendor_doc(
        &mut out,
        indent,
        &bundle.description,
        "A bundle of the portal.",
    );
    out.push_str("    ///\n");
    let mut grants = Vec::new();
    for (id, access) in &bundle.access {
        let Some(api) = manifest.api(id) else {
            continue;
        };
        grants.push(format!("{}::Read", api.module));
        let words = match access {
            manifest::Access::Read => "read",
            manifest::Access::Write => {
                grants.push(format!("{}::Write", api.module));
                "read and write"
            }
        };
        _ = writeln!(out, "    /// * `{id}`: {words}");
    }
    let scopes: Vec<String> = scopes(outputs, bundle).into_iter().collect();
    if !scopes.is_empty() {
        _ = writeln!(out, "    ///\n    /// Scopes: `{}`.", scopes.join("`, `"));
    }
    _ = write!(
        out,
        "    ///\n    /// Cargo feature: `{}`, which brings these APIs.
    #[cfg_attr(portal_scopes, deprecated(note = {}))]
    pub {} {{
        scopes: {},
        grants: [{}],
    }}
}}
",
        bundle.feature,
        literal(&format!(
            "portal-bundle {} {}",
            manifest.portal, bundle.name
        )),
        bundle.name,
        literals(&scopes),
        grants.join(", "),
    );
    out
}

/// What tokens of a bundle ask for: the scopes of the manifest, and those that the documents require of the
/// operations it grants. Of alternatives, one whose scopes are asked for anyway is enough; where there is none,
/// it is the first.
pub(crate) fn scopes(
    outputs: &BTreeMap<String, &Output>,
    bundle: &manifest::Bundle,
) -> BTreeSet<String> {
    let mut scopes: BTreeSet<String> = bundle.scopes.iter().cloned().collect();
    let granted = bundle.access.iter().filter_map(|(id, level)| {
        let operations = outputs.get(id)?.operations.iter();
        Some(operations.filter(|operation| match operation.access {
            Access::Read => true,
            Access::Write => *level == manifest::Access::Write,
        }))
    });
    let operations: Vec<_> = granted.flatten().collect();
    // What leaves no choice comes first, so that alternatives find it there.
    let mut ordered: Vec<_> = operations.iter().map(|o| &o.scopes).collect();
    ordered.sort_by_key(|alternatives| alternatives.len() > 1);
    for alternatives in ordered {
        let is_met = |wanted: &Vec<String>| wanted.iter().all(|scope| scopes.contains(scope));
        if !alternatives.iter().any(is_met) {
            scopes.extend(alternatives.first().into_iter().flatten().cloned());
        }
    }
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OperationFacts;

    /// An operation that requires one of these lists of scopes.
    fn operation(access: Access, scopes: &[&[&str]]) -> OperationFacts {
        let words = |list: &&[&str]| list.iter().map(|scope| (*scope).to_owned()).collect();
        OperationFacts {
            id: String::new(),
            method: String::new(),
            path: String::new(),
            name: String::new(),
            access,
            scopes: scopes.iter().map(words).collect(),
        }
    }

    fn asked(level: manifest::Access, operations: Vec<OperationFacts>) -> Vec<String> {
        let output = Output {
            operations,
            ..Output::default()
        };
        let bundle = manifest::Bundle {
            name: "Clerks".to_owned(),
            feature: "shop-clerks".to_owned(),
            description: String::new(),
            access: BTreeMap::from([("orders".to_owned(), level)]),
            scopes: vec!["own".to_owned()],
        };
        let outputs = BTreeMap::from([("orders".to_owned(), &output)]);
        scopes(&outputs, &bundle).into_iter().collect()
    }

    #[test]
    fn a_bundle_asks_for_what_the_operations_it_grants_require() {
        let operations = vec![
            operation(Access::Read, &[&["read", "list"]]),
            operation(Access::Write, &[&["write"]]),
            operation(Access::Read, &[]),
        ];
        let reading = asked(manifest::Access::Read, operations.clone());
        assert_eq!(reading, ["list", "own", "read"]);
        let writing = asked(manifest::Access::Write, operations);
        assert_eq!(writing, ["list", "own", "read", "write"]);
    }

    #[test]
    fn one_alternative_is_enough_and_the_one_at_hand_is_best() {
        let operations = vec![
            operation(Access::Read, &[&["admin"], &["read"]]),
            operation(Access::Read, &[&["read"]]),
            operation(Access::Read, &[&["a", "b"], &["c"]]),
        ];
        let asked = asked(manifest::Access::Read, operations);
        assert_eq!(asked, ["a", "b", "own", "read"]);
    }
}
