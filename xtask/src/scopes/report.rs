//! What an application calls and needs, for people and as JSON.

use std::collections::BTreeSet;

use portal_generator::manifest::Bundle;
use serde_json::{Value, json};

use super::calls::Place;
use super::needs::Needs;
use crate::terminal::{BOLD, DIM, say};

/// Prints a section for each portal.
pub(super) fn print(all: &[Needs<'_>]) {
    if all.is_empty() {
        say!("nothing is called and no bundle is named");
    }
    for (index, needs) in all.iter().enumerate() {
        if index > 0 {
            say!("");
        }
        print_one(needs);
    }
}

fn print_one(needs: &Needs<'_>) {
    let (portal, manifest) = (needs.portal, &needs.portal.manifest);
    say!("{BOLD}{}{BOLD:#} ({})", manifest.title, manifest.portal);
    heading("calls");
    for (operation, places) in &needs.calls {
        let access = operation.needs.access();
        say!("  {access:5}  {}", operation.rust());
        print_places(places);
    }
    heading("needs");
    say!("  {}", or_nothing(&portal.list(&needs.needed)));
    if !needs.needed.is_empty() {
        heading("smallest bundle");
        print_smallest(needs);
    }
    if !needs.named.is_empty() {
        heading("bundles that it names");
    }
    for (name, places) in &needs.named {
        let Some(bundle) = portal.bundle(name) else {
            continue;
        };
        say!("  {name}: {}", judged(needs, bundle));
        print_places(places);
    }
    if let Some(own) = needs.own() {
        let features = own.features.join(", ");
        heading(&format!("a bundle of its own (cargo features: {features})"));
        for line in own.definition.lines() {
            say!("  {line}");
        }
    }
}

fn heading(words: &str) {
    say!("\n{BOLD}{words}{BOLD:#}");
}

fn print_smallest(needs: &Needs<'_>) {
    let portal = needs.portal;
    if let Some(bundle) = needs.smallest() {
        let scopes: Vec<String> = portal.scopes(bundle).into_iter().collect();
        say!("  {}: {}", bundle.name, judged(needs, bundle));
        say!(
            "         scopes: {}",
            match scopes.as_slice() {
                [] => "those handed out with the credentials".to_owned(),
                scopes => scopes.join(" "),
            }
        );
        say!("         cargo feature: {}", bundle.feature);
        return;
    }
    say!("  none does");
    for bundle in &portal.manifest.bundles {
        say!("  {}: {}", bundle.name, judged(needs, bundle));
    }
}

/// What a bundle grants too much and too little.
fn judged(needs: &Needs<'_>, bundle: &Bundle) -> String {
    let portal = needs.portal;
    let (excess, missing) = (needs.excess(bundle), needs.missing(bundle));
    let words = [("lacks", missing), ("grants without need", excess)];
    let words = words.iter().filter(|(_, list)| !list.is_empty());
    let words: Vec<_> = words
        .map(|(what, list)| format!("{what}: {}", portal.list(list)))
        .collect();
    match words.as_slice() {
        [] => "grants exactly what is needed".to_owned(),
        words => words.join("; "),
    }
}

fn print_places(places: &BTreeSet<Place>) {
    for Place { file, line, column } in places {
        say!("         {DIM}{file}:{line}:{column}{DIM:#}");
    }
}

fn or_nothing(text: &str) -> &str {
    match text {
        "" => "nothing",
        text => text,
    }
}

/// The same as JSON.
pub(super) fn as_json(all: &[Needs<'_>]) -> Value {
    all.iter().map(one_as_json).collect()
}

fn one_as_json(needs: &Needs<'_>) -> Value {
    let portal = needs.portal;
    let list = |permissions: &BTreeSet<_>| portal.list_as_json(permissions);
    let calls = needs.calls.iter().map(|(operation, places)| {
        let mut json = operation.as_json();
        json["places"] = places_as_json(places);
        json
    });
    let smallest = needs.smallest().map(|bundle| {
        json!({
            "name": bundle.name,
            "feature": bundle.feature,
            "scopes": portal.scopes(bundle),
            "excess": list(&needs.excess(bundle)),
        })
    });
    let judged = |bundle: &Bundle| {
        json!({
            "name": bundle.name,
            "excess": list(&needs.excess(bundle)),
            "missing": list(&needs.missing(bundle)),
        })
    };
    let named = needs.named.iter().filter_map(|(name, places)| {
        let mut json = judged(portal.bundle(name)?);
        json["places"] = places_as_json(places);
        Some(json)
    });
    let own = needs.own().map(|own| {
        json!({
            "name": own.name,
            "scopes": own.scopes,
            "features": own.features,
            "definition": own.definition,
        })
    });
    json!({
        "portal": portal.manifest.portal,
        "calls": calls.collect::<Vec<_>>(),
        "needed": list(&needs.needed),
        "smallest": smallest,
        "bundles": portal.manifest.bundles.iter().map(judged).collect::<Vec<_>>(),
        "named": named.collect::<Vec<_>>(),
        "own": own,
    })
}

fn places_as_json(places: &BTreeSet<Place>) -> Value {
    let one =
        |place: &Place| json!({ "file": place.file, "line": place.line, "column": place.column });
    places.iter().map(one).collect()
}
