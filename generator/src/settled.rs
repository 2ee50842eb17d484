//! A crate of its own whose files are still to be written down.

use std::borrow::Borrow;

use crate::diagnostics::{Diagnostic, Place};
use crate::lower::Config;
use crate::manifest::Selection;
use crate::normalize::DocumentSet;
use crate::render::{self, File};
use crate::{CrateOptions, Output, Summary, ir, surface};

/// A crate of which all is settled but its text.
///
/// The files of a large document are larger than the document. Whoever writes them to a disk needs one at a time.
#[derive(Debug)]
pub struct Settled {
    /// Everything that was refused, mended or worth knowing.
    pub diagnostics: Vec<Diagnostic>,
    /// What will be generated, in numbers.
    pub summary: Summary,
    api: ir::Api,
    options: CrateOptions,
}

/// Settles a crate of its own, from operations of one document and the schemas that they reach, without rendering it.
///
/// # Errors
///
/// Everything that keeps the document from being used, with places, and what in the selection names nothing.
pub fn settle_crate(
    documents: impl Borrow<DocumentSet> + Send,
    options: &CrateOptions,
    selection: &Selection,
) -> Result<Settled, Vec<Diagnostic>> {
    settle(documents, options, selection, false)
}

/// Settles a crate, with what the surface says beside types if `limits` are wanted.
pub(crate) fn settle(
    documents: impl Borrow<DocumentSet> + Send,
    options: &CrateOptions,
    selection: &Selection,
    limits: bool,
) -> Result<Settled, Vec<Diagnostic>> {
    let name = documents.borrow().main.name.clone();
    let config = Config {
        source: file_name(&name),
        portal: None,
        selection: Some(selection),
        limits,
    };
    let one = crate::generate(documents, &config)?;
    if !one.useless.is_empty() {
        let place = || Place::file(&name);
        let useless = one.useless.into_iter();
        return Err(useless.map(|it| it.diagnostic(place())).collect());
    }
    Ok(Settled {
        diagnostics: one.diagnostics,
        summary: one.summary,
        api: one.api,
        options: options.clone(),
    })
}

impl Settled {
    /// Renders one file after the other and hands each to `write`; the paths begin below the crate's folder.
    ///
    /// # Errors
    ///
    /// The first error of `write`; nothing is rendered after it.
    pub fn render<E>(&self, mut write: impl FnMut(File) -> Result<(), E>) -> Result<(), E> {
        render::standalone(&self.api, &self.options, &mut write)
    }

    /// Renders everything, and tells the surface.
    pub(crate) fn into_output(self) -> Output {
        let api = &self.api;
        let base_url = render::base_url(None, api);
        Output {
            files: render::collected(|mut write| {
                render::standalone(api, &self.options, &mut write)
            }),
            items: surface::api(api, "", &base_url),
            operations: crate::facts(api),
            diagnostics: self.diagnostics,
            summary: self.summary,
            version: self.api.version,
            title: self.api.title,
        }
    }
}

fn file_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Source, parse};

    const DOCUMENT: &str = "openapi: 3.0.3\ninfo: {title: Cats, version: '1'}\npaths:\n  /cats:\n    get:\n      tags: [cats]\n      operationId: listCats\n      responses: {'200': {description: All}}\n";

    fn set() -> DocumentSet {
        DocumentSet::new(parse(Source::new("cats.yaml", DOCUMENT)).unwrap())
    }

    fn options() -> CrateOptions {
        CrateOptions {
            name: "cats".to_owned(),
            command: "a test".to_owned(),
            runtime: "../runtime".to_owned(),
        }
    }

    #[test]
    fn files_one_by_one_are_those_that_come_together() {
        let settled = settle_crate(set(), &options(), &Selection::default()).unwrap();
        let mut files = Vec::new();
        let rendered: Result<(), ()> = settled.render(|file| {
            files.push(file);
            Ok(())
        });
        let together = crate::crate_from_document(set(), &options()).unwrap();
        assert_eq!(rendered, Ok(()));
        assert_eq!(files, together.files);
        assert_eq!(settled.summary, together.summary);
    }

    #[test]
    fn names_of_files_add_no_lines() {
        let name = "a\n[evil]\nb\u{202e}.yaml";
        let set = DocumentSet::new(parse(Source::new(name, DOCUMENT)).unwrap());
        let options = CrateOptions {
            command: format!("cargo xtask generate {name}"),
            ..options()
        };
        let made = crate::crate_from_document(set, &options).unwrap();
        for file in made.files {
            let evil = |line: &str| line.starts_with("[evil]") || line.contains('\u{202e}');
            assert!(!file.text.lines().any(evil), "{}", file.path);
        }
    }

    #[test]
    fn the_first_refusal_ends_the_rendering() {
        let settled = settle_crate(set(), &options(), &Selection::default()).unwrap();
        let mut paths = Vec::new();
        let rendered = settled.render(|file| {
            paths.push(file.path);
            if paths.len() == 2 {
                Err("full")
            } else {
                Ok(())
            }
        });
        assert_eq!(rendered, Err("full"));
        assert_eq!(paths, ["Cargo.toml", "src/lib.rs"]);
    }
}
