//! A document with the files that it refers to.

use std::collections::BTreeSet;

use portal_generator::document::{self, Source};
use portal_generator::normalize;

use super::Fetched;
use crate::failure::Failure;

/// The files that one document may be made of.
const MOST_FILES: usize = 500;
/// The name that references are resolved against; no reference leads to it.
const MAIN: &str = "\0";

/// Reads a document, and the files beside it or below that it refers to. What stands elsewhere stays away: it would be
/// written outside the document's folder. `read` gets the name of each file, empty for the document itself, and gives
/// its bytes and what people call it.
pub(super) fn gather(
    mut read: impl FnMut(&str) -> Result<(Vec<u8>, String), Failure>,
) -> Result<Fetched, Failure> {
    let mut known = BTreeSet::new();
    let mut open = vec![String::new()];
    let mut fetched = Fetched::new();
    while let Some(name) = open.pop() {
        let (bytes, shown) = read(&name)?;
        let base = if name.is_empty() { MAIN } else { &name };
        let document = document::parse_fragment(Source::new(base, bytes.as_slice()));
        let document = document.map_err(|problem| {
            let help = "fetch or save it again, or look at it in a browser";
            Failure::Machine(format!(
                "{shown} is no document: {}; {help}",
                problem.message
            ))
        })?;
        for other in normalize::references(&document) {
            if !other.starts_with("..") && !other.starts_with('/') && known.insert(other.clone()) {
                open.push(other);
            }
        }
        if known.len() > MOST_FILES {
            let message = format!("{shown} is part of more than {MOST_FILES} files");
            return Err(Failure::Machine(message));
        }
        fetched.push((name, bytes));
    }
    // What is referred to is written first.
    fetched.reverse();
    Ok(fetched)
}
