//! Documents that nobody can use, wholly or in part, and what is said of them: where, what, what to do.

use portal_generator::diagnostics::{Diagnostic, Severity};
use portal_generator::document::{self, Source};
use portal_generator::manifest::{self, Manifest, Schemas, Selection};
use portal_generator::normalize::DocumentSet;
use portal_generator::{CrateOptions, Output, crate_from_selection, portal_api};

/// What a YAML document must begin with to be one; the next line is its third.
const HEAD: &str = "openapi: 3.0.4\ninfo: {title: Test, version: '1'}\n";

mod manifests;
mod misshapen;
mod no_document;
mod references;
mod unreadable_text;

/// Checks that nothing is made of a file, and what is said of it.
#[track_caller]
fn refused(name: &str, content: impl AsRef<[u8]>, expected: &str) {
    match read(name, content, &[]) {
        Ok(output) => panic!(
            "something was made of it, with\n{}",
            lines(&output.diagnostics)
        ),
        Err(problems) => assert_eq!(lines(&problems), expected),
    }
}

/// Checks what is said of the rest of a document, of which something is made all the same.
#[track_caller]
fn mended(rest: &str, expected: &str) {
    mended_with(rest, &[], expected);
}

/// Checks what is said of the rest of a document with other files beside it.
#[track_caller]
fn mended_with(rest: &str, others: &[(&str, &str)], expected: &str) {
    match read("api.yaml", format!("{HEAD}{rest}"), others) {
        Ok(output) => assert_eq!(lines(&output.diagnostics), expected),
        Err(problems) => panic!("nothing was made of it:\n{}", lines(&problems)),
    }
}

fn read(
    name: &str,
    content: impl AsRef<[u8]>,
    others: &[(&str, &str)],
) -> Result<Output, Vec<Diagnostic>> {
    let options = CrateOptions {
        name: "example".to_owned(),
        command: "cargo xtask generate".to_owned(),
        runtime: "../runtime".to_owned(),
    };
    // What is wrong with schemas is told of all of them.
    let all = Selection {
        schemas: Schemas::All,
        ..Selection::default()
    };
    crate_from_selection(&set(name, content, others)?, &options, &all)
}

fn parsed(manifest: &Manifest, name: &str, content: &str) -> Output {
    let documents = set(name, content, &[]).expect("the document can be read");
    portal_api(manifest, &manifest.apis[0], &documents).expect("the document can be used")
}

fn set(
    name: &str,
    content: impl AsRef<[u8]>,
    others: &[(&str, &str)],
) -> Result<DocumentSet, Vec<Diagnostic>> {
    let document =
        document::parse(Source::new(name, content.as_ref())).map_err(|problem| vec![problem])?;
    DocumentSet::new(document).load(|wanted| {
        let found = others.iter().find(|(name, _)| *name == wanted);
        found
            .map(|(_, text)| text.as_bytes().to_vec())
            .ok_or("there is no such file".to_owned())
    })
}

/// What is said, a line each. Whatever it is, it has a place, and a remedy where something was refused.
#[track_caller]
fn lines(found: &[Diagnostic]) -> String {
    for problem in found {
        assert!(
            problem.place.line.is_some() && problem.place.column.is_some(),
            "without a place: {problem}"
        );
        assert!(
            problem.severity == Severity::Note || !problem.help.is_empty(),
            "without a remedy: {problem}"
        );
    }
    let lines: Vec<String> = found
        .iter()
        .map(|problem| format!("{}: {problem}", problem.severity))
        .collect();
    lines.join("\n")
}
