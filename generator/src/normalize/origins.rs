//! Which place in the vendor's files a place in the normalized document came from.

use std::collections::HashMap;

use crate::diagnostics::Place;
use crate::document::Document;
pub(crate) use crate::document::{Origin, origin};

/// Maps pointers of the normalized document to the vendor's own files.
///
/// Most pointers are the same in both. Where something moved, everything inside it moved along,
/// so only the tops of what moved are kept.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    files: Vec<Document>,
    moved: HashMap<String, Origin>,
}

impl Origins {
    pub(crate) fn new<'d>(
        files: impl IntoIterator<Item = &'d Document>,
        moved: HashMap<String, Origin>,
    ) -> Self {
        Self {
            files: files.into_iter().map(Document::without_tree).collect(),
            moved,
        }
    }

    /// Returns the place in the vendor's file that a pointer into the normalized document stands for,
    /// with line and column; the nearest thing above it where the file has nothing of that name.
    pub fn place(&self, pointer: &str) -> Place {
        let (file, pointer) = origin(&self.moved, pointer);
        match self.files.get(file) {
            Some(file) => file.place(&pointer),
            None => Place::pointer("", pointer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Source, parse};

    fn document(name: &str, text: &str) -> Document {
        parse(Source::new(name, text)).unwrap()
    }

    #[test]
    fn finds_what_moved_and_what_did_not() {
        let files = vec![
            document("a.yaml", "swagger: '2.0'\ndefinitions:\n  Pet:\n    x: 1\n"),
            document("b.yaml", "Owner:\n  name: y\n"),
        ];
        let came = |file, pointer: &str| Origin {
            file,
            pointer: pointer.to_owned(),
        };
        let moved = HashMap::from([
            ("/components/schemas".to_owned(), came(0, "/definitions")),
            ("/components/schemas/Owner".to_owned(), came(1, "/Owner")),
        ]);
        let origins = Origins::new(&files, moved);
        let place = |pointer: &str| origins.place(pointer).to_string();
        assert_eq!(
            place("/components/schemas/Pet/x"),
            "a.yaml:4:5#/definitions/Pet/x"
        );
        assert_eq!(
            place("/components/schemas/Owner/name"),
            "b.yaml:2:3#/Owner/name"
        );
        assert_eq!(place("/swagger"), "a.yaml:1:1#/swagger");
        assert_eq!(place("/swagger/none"), "a.yaml:1:1#/swagger");
    }
}
