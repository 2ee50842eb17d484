//! Where the walk is: in the vendor's file and in the document being built.

use crate::document::pointer;

/// One position of the walk, linked to the one above it, so that walking costs no allocation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'p> {
    parent: Option<&'p At<'p>>,
    from: Step<'p>,
    to: Step<'p>,
    /// The number of the vendor's file.
    pub(crate) file: usize,
}

/// How a position is reached from the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    /// The same position.
    Here,
    Key(&'p str),
    Index(usize),
    /// Several steps at once, as a JSON pointer.
    Path(&'p str),
}

impl<'p> At<'p> {
    /// Returns where a walk begins: a pointer in a file, and one in the document being built.
    pub(crate) fn start(file: usize, from: &'p str, to: &'p str) -> Self {
        Self {
            parent: None,
            from: Step::Path(from),
            to: Step::Path(to),
            file,
        }
    }

    pub(crate) fn key(&'p self, key: &'p str) -> Self {
        self.step(Step::Key(key), Step::Key(key))
    }

    pub(crate) fn index(&'p self, index: usize) -> Self {
        self.step(Step::Index(index), Step::Index(index))
    }

    /// Returns a position that is reached differently in the document being built.
    pub(crate) fn step(&'p self, from: Step<'p>, to: Step<'p>) -> Self {
        Self {
            parent: Some(self),
            from,
            to,
            file: self.file,
        }
    }

    /// Returns the position that a reference leads to, seen as being here in the document being built.
    pub(crate) fn elsewhere(&'p self, file: usize, from: &'p str) -> Elsewhere<'p> {
        Elsewhere {
            file,
            from,
            to: self.to(),
        }
    }

    /// Returns the JSON pointer into the vendor's file.
    pub(crate) fn from(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, |at| at.from);
        text
    }

    /// Returns the JSON pointer into the document being built.
    pub(crate) fn to(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, |at| at.to);
        text
    }

    fn write(&self, text: &mut String, side: fn(&At<'p>) -> Step<'p>) {
        if let Some(parent) = self.parent {
            parent.write(text, side);
        }
        match side(self) {
            Step::Here => {}
            Step::Key(key) => pointer::push(text, key),
            Step::Index(index) => {
                text.push('/');
                text.push_str(&index.to_string());
            }
            Step::Path(path) => text.push_str(path),
        }
    }
}

/// What [`At::elsewhere`] returns: owns the pointer that the new start borrows.
pub(crate) struct Elsewhere<'p> {
    file: usize,
    from: &'p str,
    to: String,
}

impl Elsewhere<'_> {
    pub(crate) fn at(&self) -> At<'_> {
        At::start(self.file, self.from, &self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_both_sides() {
        let root = At::start(0, "", "");
        let definitions = root.step(Step::Key("definitions"), Step::Path("/components/schemas"));
        let pet = definitions.key("a/b");
        let item = pet.index(3);
        assert_eq!(item.from(), "/definitions/a~1b/3");
        assert_eq!(item.to(), "/components/schemas/a~1b/3");
        let there = item.elsewhere(2, "/Pet");
        assert_eq!(there.at().key("x").from(), "/Pet/x");
        assert_eq!(there.at().key("x").to(), "/components/schemas/a~1b/3/x");
    }
}
