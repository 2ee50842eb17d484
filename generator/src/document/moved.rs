//! Where the parts of a tree were before they were moved or brought in.

use std::collections::HashMap;

use super::{Document, pointer};

/// A place in one of several files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) file: usize,
    pub(crate) pointer: String,
}

/// Returns the number of the file and the pointer in it that a pointer stands for, where everything inside of what
/// moved has moved along; the same pointer in the first file where nothing did.
pub(crate) fn origin(moved: &HashMap<String, Origin>, pointer: &str) -> (usize, String) {
    let mut top = pointer;
    loop {
        if let Some(origin) = moved.get(top) {
            let rest = &pointer[top.len()..];
            return (origin.file, format!("{}{rest}", origin.pointer));
        }
        if top.is_empty() {
            return (0, pointer.to_owned());
        }
        top = pointer::parent(top);
    }
}

/// What was changed in a document after it was read.
#[derive(Clone, Default)]
pub(crate) struct Patched {
    /// Where what moved or came from elsewhere was: file 0 is the document's own, the others are [`Self::files`].
    pub(crate) moved: HashMap<String, Origin>,
    /// The files that parts of the document came from, from number 1.
    pub(crate) files: Vec<Document>,
}

impl Patched {
    /// Says where a value and all inside it comes from now.
    pub(crate) fn bring(&mut self, pointer: &str, from: Origin) {
        self.forget(pointer);
        self.moved.insert(pointer.to_owned(), from);
    }

    /// Says the same of a copy of what stands elsewhere in the document.
    pub(crate) fn copy(&mut self, from: &str, to: &str) {
        let (file, pointer) = origin(&self.moved, from);
        let inside = self.moved.iter().filter_map(|(key, origin)| {
            let rest = key.strip_prefix(from)?;
            rest.starts_with('/')
                .then(|| (format!("{to}{rest}"), origin.clone()))
        });
        let inside: Vec<_> = inside.collect();
        self.bring(to, Origin { file, pointer });
        self.moved.extend(inside);
    }

    /// Forgets what is known of a value that is gone.
    pub(crate) fn forget(&mut self, pointer: &str) {
        self.moved.retain(|key, _| !is_or_is_inside(key, pointer));
    }

    /// Takes note that an item of a list with `length` items is gone: those behind it move up.
    pub(crate) fn close_gap(&mut self, list: &str, gone: usize, length: usize) {
        for number in gone..length.saturating_sub(1) {
            self.copy(
                &format!("{list}/{}", number + 1),
                &format!("{list}/{number}"),
            );
        }
        self.forget(&format!("{list}/{}", length.saturating_sub(1)));
    }
}

fn is_or_is_inside(key: &str, pointer: &str) -> bool {
    let rest = key.strip_prefix(pointer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_behind_a_gap_keep_their_origin() {
        let mut patched = Patched::default();
        let came = |pointer: &str| Origin {
            file: 1,
            pointer: pointer.to_owned(),
        };
        patched.bring("/list/2/name", came("/new"));
        patched.close_gap("/list", 0, 4);
        let origin = |pointer: &str| origin(&patched.moved, pointer);
        assert_eq!(origin("/list/0/x"), (0, "/list/1/x".to_owned()));
        assert_eq!(origin("/list/1/name/x"), (1, "/new/x".to_owned()));
        assert_eq!(origin("/list/1/other"), (0, "/list/2/other".to_owned()));
        assert_eq!(origin("/list/2"), (0, "/list/3".to_owned()));
        assert_eq!(origin("/lists/2"), (0, "/lists/2".to_owned()));
    }
}
