//! Documents from disk, with the files they refer to.

use std::fs;
use std::path::{Component, Path};

use portal_generator::diagnostics::{Diagnostic, Place};
use portal_generator::document::{self, Source};
use portal_generator::normalize::DocumentSet;
use portal_generator::overlay::Overlay;

use crate::codegen::SPECS;
use crate::failure::{Failure, reason};
use crate::{journal, workspace};

/// Reads a document and everything it refers to. Files are shown under their paths as seen from
/// `base`, and referred ones must lie in `within`, which is the document's own folder if nothing
/// is said.
pub(crate) fn load(
    base: &Path,
    path: &Path,
    within: Option<&Path>,
) -> Result<DocumentSet, Failure> {
    load_overlaid(base, path, within, &[])
}

/// [`load`], with the changes that overlays make to the document, or to the file that they extend, before its references
/// are followed.
pub(crate) fn load_overlaid(
    base: &Path,
    path: &Path,
    within: Option<&Path>,
    overlays: &[Overlay],
) -> Result<DocumentSet, Failure> {
    let whole = base.join(path);
    // Only this project's: a journal that came with somebody else's documents says what to write as well.
    let specs = workspace::root()?.join(SPECS);
    if workspace::absolute(&whole)?.starts_with(workspace::absolute(&specs)?) {
        journal::finish(&specs)?;
    }
    let source = read(base, path)?;
    let main = document::parse(source).map_err(|problem| Failure::Refused(vec![problem]))?;
    let mut set = DocumentSet::new(main);
    if let Some(folder) = within {
        set = set.within(workspace::with_slashes(folder));
    }
    let read = |name: &str| fs::read(base.join(name)).map_err(|error| reason(&error));
    set.load_overlaid(overlays, read).map_err(Failure::Refused)
}

/// Reads one file, shown under its path as seen from `base`.
pub(crate) fn read(base: &Path, path: &Path) -> Result<Source, Failure> {
    let name = workspace::with_slashes(path);
    match fs::read(base.join(path)) {
        Ok(bytes) => Ok(Source::new(name, bytes)),
        Err(error) => {
            let problem = Diagnostic::error(
                "unreadable",
                Place::file(name),
                format!("cannot be read: {}", reason(&error)),
                "check the path",
            );
            Err(Failure::Refused(vec![problem]))
        }
    }
}

/// Whether a path leads from a folder into those in it and nowhere else.
pub(crate) fn leads_down(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::CurDir | Component::Normal(_)))
}
