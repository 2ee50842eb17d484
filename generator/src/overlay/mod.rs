//! Changes to a document that stand in a file of their own, so that the vendor's stays as it was downloaded
//! (OpenAPI Overlay Specification, versions 1.0 and 1.1).
//!
//! [`Overlay::parse`] reads an overlay and [`apply`] changes a document. The specification lets an action pass that
//! selects nothing. Here it is an error, as is one that changes nothing: the vendor has mended the document, or
//! renamed the thing, and somebody must look.

mod apply;
mod parse;

#[cfg(test)]
mod tests;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::diagnostics::Diagnostic;
use crate::document::Document;
use crate::normalize;
pub use apply::apply;

/// An overlay, read and checked in itself.
#[derive(Clone, Debug)]
pub struct Overlay {
    document: Document,
    version: Version,
    /// The document that the overlay is made for, as a URI reference.
    extends: Option<String>,
    actions: Vec<Action>,
}

/// A feature set of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    V10,
    V11,
}

/// One change.
#[derive(Clone, Debug)]
struct Action {
    target: JsonPath,
    change: Change,
}

/// What is done to the values that an action selects.
#[derive(Clone, Debug)]
enum Change {
    /// They are merged with a value.
    Update(Value),
    /// They are merged with what stands elsewhere in the document.
    Copy(JsonPath),
    /// They are taken out of their mapping or list.
    Remove,
}

impl Overlay {
    /// The file's name as people know it.
    pub fn name(&self) -> &str {
        &self.document.name
    }

    /// The name of the file that the overlay says it is made for. A URL is no name: where a document was downloaded from
    /// is not known.
    pub fn extended_file(&self) -> Option<String> {
        normalize::file_of(self.extends.as_deref()?, self.name())
    }

    /// What is wrong where the overlay is made for a file that is not among those which it could change.
    pub(crate) fn is_for_another(&self, named: &str, than: &str) -> Diagnostic {
        Diagnostic::error(
            "overlay-extends",
            self.document.place("/extends"),
            format!("the overlay is made for `{named}`, not for {than}"),
            "correct `extends` or leave it out",
        )
    }

    /// The actions as they stand in the file.
    pub fn actions(&self) -> &[Value] {
        let actions = self.document.value.get("actions");
        actions.and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}
