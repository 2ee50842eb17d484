//! All operations of a portal against its bundles.

use serde_json::{Value, json};

use super::portal::Portal;
use crate::terminal::{BOLD, DIM, say};

/// Stands where a bundle grants an operation.
const MARK: &str = "x";

/// Prints a table for each portal.
pub(super) fn print(portals: &[Portal]) {
    for (index, portal) in portals.iter().enumerate() {
        if index > 0 {
            say!("");
        }
        let manifest = &portal.manifest;
        say!("{BOLD}{}{BOLD:#} ({})\n", manifest.title, manifest.portal);
        print_table(&table(portal));
        say!("");
        for bundle in &manifest.bundles {
            let scopes: Vec<String> = portal.scopes(bundle).into_iter().collect();
            let scopes = match scopes.as_slice() {
                [] => "those handed out with the credentials".to_owned(),
                scopes => scopes.join(" "),
            };
            say!("{BOLD}{}{BOLD:#}", bundle.name);
            say!("  grants         {}", portal.list(&portal.granted(bundle)));
            say!("  scopes         {scopes}");
            say!("  cargo feature  {}", bundle.feature);
        }
    }
}

fn table(portal: &Portal) -> Vec<Vec<String>> {
    let bundles = &portal.manifest.bundles;
    let granted: Vec<_> = bundles.iter().map(|one| portal.granted(one)).collect();
    let has_scopes = portal.operations().any(|one| !one.facts.scopes.is_empty());
    let mut heads = vec!["method", "path", "in Rust", "access"];
    heads.extend(has_scopes.then_some("scopes"));
    heads.extend(bundles.iter().map(|bundle| bundle.name.as_str()));
    let mut rows = vec![heads.into_iter().map(str::to_owned).collect()];
    for operation in portal.operations() {
        let facts = operation.facts;
        let mut row = vec![
            facts.method.clone(),
            facts.path.clone(),
            operation.rust(),
            operation.needs.access().to_owned(),
        ];
        if has_scopes {
            let alternatives = facts.scopes.iter().map(|all| all.join(" "));
            row.push(alternatives.collect::<Vec<_>>().join(" or "));
        }
        let is_granted = granted.iter().map(|all| all.contains(&operation.needs));
        row.extend(is_granted.map(|yes| if yes { MARK } else { "" }.to_owned()));
        rows.push(row);
    }
    rows
}

fn print_table(rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for (index, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        match index {
            0 => say!("{DIM}{}{DIM:#}", line.trim_end()),
            _ => say!("{}", line.trim_end()),
        }
    }
}

/// The same as JSON.
pub(super) fn as_json(portals: &[Portal]) -> Value {
    portals.iter().map(portal_as_json).collect()
}

fn portal_as_json(portal: &Portal) -> Value {
    let bundles = &portal.manifest.bundles;
    let operations = portal.operations().map(|operation| {
        let grants = bundles
            .iter()
            .filter(|bundle| portal.granted(bundle).contains(&operation.needs));
        let mut json = operation.as_json();
        json["scopes"] = json!(operation.facts.scopes);
        json["bundles"] = grants.map(|bundle| bundle.name.as_str()).collect();
        json
    });
    let facts = bundles.iter().map(|bundle| {
        json!({
            "name": bundle.name,
            "feature": bundle.feature,
            "permissions": portal.list_as_json(&portal.granted(bundle)),
            "scopes": portal.scopes(bundle),
        })
    });
    json!({
        "portal": portal.manifest.portal,
        "title": portal.manifest.title,
        "operations": operations.collect::<Vec<_>>(),
        "bundles": facts.collect::<Vec<_>>(),
    })
}
