//! Unions: finding out which branch a value belongs to.

use super::error::{DecodeError, excerpt};
use super::object::frame;
use super::{Decode, Decoder, Fields, Kind, Shape};
use std::borrow::Cow;

/// Unions may hold unions this deep before a branch counts as one that takes anything.
const NESTED: u8 = 8;

/// The table of a union's branches.
#[derive(Debug)]
pub struct Union {
    /// The name of the type, for messages.
    pub name: &'static str,
    /// What a value of it takes in memory, in bytes.
    pub size: usize,
    /// The property that names the branch.
    pub discriminator: Option<&'static str>,
    /// The name of the branch for values that the discriminator selects no branch for (OpenAPI 3.2,
    /// `defaultMapping`).
    pub default: Option<&'static str>,
    /// The branches in the order of the description.
    pub branches: &'static [Branch],
    /// Whether a value that fits no branch is kept as JSON.
    pub open: bool,
}

impl Union {
    fn default(&self) -> Option<usize> {
        let name = self.default?;
        self.branches.iter().position(|branch| branch.name == name)
    }
}

/// A branch of a union.
#[derive(Debug)]
pub struct Branch {
    /// The name of the variant, for messages.
    pub name: &'static str,
    /// The values of the discriminator that select this branch.
    pub tags: &'static [&'static str],
    /// What the payload looks like.
    pub shape: fn() -> Shape,
}

impl Branch {
    /// Builds a branch from the constructor of its variant, which says what the payload is.
    pub const fn new<T: Decode, U>(
        name: &'static str,
        tags: &'static [&'static str],
        _variant: fn(T) -> U,
    ) -> Self {
        Self {
            name,
            tags,
            shape: || T::SHAPE,
        }
    }
}

/// How well an object fits a branch; the greatest is tried first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    tags: usize,
    known: usize,
}

/// The properties of an object, each with the text of its value.
type Properties<'a> = Vec<(Cow<'a, str>, &'a str)>;

/// The value of a discriminator, and the first and the last branch that it selects.
type Selected<'a> = (Cow<'a, str>, Option<usize>, Option<usize>);

/// Reads a branch of a union, or with one number more than there are the value as JSON.
type Read<'r> = dyn FnMut(usize, &mut Decoder<'_>) -> Result<(), DecodeError> + 'r;

impl<'a> Decoder<'a> {
    /// Reads a value of a union: `read` is called with the number of the branch to try, until one
    /// takes the value.
    ///
    /// The discriminator decides if it is there; what it selects no branch for falls to the default
    /// branch, if there is one. Without it, and between branches that it selects alike, branches drop
    /// out by the kind of the value, by their own tags and by the required properties that are
    /// missing; of the rest the one that knows the most properties is tried first, and the order of
    /// the description decides between equals. Enumerations take only values they know at first, and
    /// any in a second round.
    ///
    /// # Errors
    /// When the value fits no branch; the message says of each branch why.
    pub fn union(&mut self, union: &'static Union, read: &mut Read<'_>) -> Result<(), DecodeError> {
        // A payload passes through more hands than a model does.
        let level = self.take(frame(union.size * 2, 0))?;
        self.choose(union, read)?;
        self.close(level);
        Ok(())
    }

    fn choose(&mut self, union: &'static Union, read: &mut Read<'_>) -> Result<(), DecodeError> {
        if self.exhausted() {
            return Err(self.too_ambiguous());
        }
        let kind = self.peek()?;
        let start = self.offset();
        let branches = match self.discriminator(union, kind)? {
            Some((tag, first, last)) if first == last => {
                return self.discriminated(union, start, &tag, first, read);
            }
            Some((tag, ..)) => {
                let selected = |index: &usize| union.branches[*index].tags.contains(&&*tag);
                (0..union.branches.len()).filter(selected).collect()
            }
            None => {
                if let Some(branch) = union.default()
                    && self.falls_to(branch, start, read)?
                {
                    return Ok(());
                }
                (0..union.branches.len()).collect()
            }
        };
        let mut failures = Vec::new();
        let mut candidates = self.candidates(union, kind, branches, &mut failures)?;
        candidates.sort_by_key(|(_, fit)| std::cmp::Reverse(*fit));
        let rounds: &[bool] = if self.is_strict() {
            &[true]
        } else {
            &[true, false]
        };
        let dropped = failures.len();
        for strict in rounds {
            failures.truncate(dropped);
            for (branch, _) in &candidates {
                match self.again(start, *strict, |decoder| read(*branch, decoder)) {
                    Ok(()) => return Ok(()),
                    Err(error) if error.is_final() => return Err(error),
                    Err(error) => failures.push((*branch, error)),
                }
            }
        }
        let open = union.open && union.discriminator.is_none() && !self.is_strict();
        match open {
            true => self.again(start, false, |decoder| read(union.branches.len(), decoder)),
            false => Err(self.no_branch(union, start, failures)),
        }
    }

    /// Returns the value of the discriminator, and the first and the last branch that it selects.
    fn discriminator(
        &mut self,
        union: &'static Union,
        kind: Kind,
    ) -> Result<Option<Selected<'a>>, DecodeError> {
        let Some(name) = union.discriminator.filter(|_| kind == Kind::Object) else {
            return Ok(None);
        };
        let Some(tag) = self.tag(name)? else {
            return Ok(None);
        };
        let selected = |branch: &Branch| branch.tags.contains(&&*tag);
        let first = union.branches.iter().position(selected);
        let last = union.branches.iter().rposition(selected);
        Ok(Some((tag, first, last)))
    }

    /// Reads the branch for values that no other is selected by; returns whether it took the value.
    fn falls_to(
        &mut self,
        branch: usize,
        start: usize,
        read: &mut Read<'_>,
    ) -> Result<bool, DecodeError> {
        let strict = self.is_strict();
        match self.again(start, strict, |decoder| read(branch, decoder)) {
            Ok(()) => Ok(true),
            Err(error) if error.is_final() => Err(error),
            Err(_) => {
                self.rewind(start);
                Ok(false)
            }
        }
    }

    /// Looks for the discriminator in the object that comes next, without reading it.
    fn tag(&mut self, name: &str) -> Result<Option<Cow<'a, str>>, DecodeError> {
        let start = self.offset();
        let level = self.open(b'{', "an object", 0)?;
        let mut tag = None;
        if self.token() != b'}' {
            loop {
                let key = self.key()?;
                if key == name {
                    tag = self.tag_text()?;
                    break;
                }
                self.skip().map_err(|error| error.in_key(&key))?;
                if !self.more(b'}', "`,` or `}`")? {
                    break;
                }
            }
        }
        self.close(level);
        self.rewind(start);
        Ok(tag)
    }

    /// Reads the value of a discriminator, which may be a number or a boolean too.
    fn tag_text(&mut self) -> Result<Option<Cow<'a, str>>, DecodeError> {
        match self.peek()? {
            Kind::String => self.string("a string").map(Some),
            Kind::Number | Kind::Bool => self.raw().map(|text| Some(Cow::Borrowed(text))),
            Kind::Null | Kind::Array | Kind::Object => Ok(None),
        }
    }

    fn discriminated(
        &mut self,
        union: &'static Union,
        start: usize,
        tag: &str,
        listed: Option<usize>,
        read: &mut Read<'_>,
    ) -> Result<(), DecodeError> {
        let strict = self.is_strict();
        if listed.is_none()
            && let Some(branch) = union.default()
            && self.falls_to(branch, start, read)?
        {
            return Ok(());
        }
        match listed {
            Some(branch) => self.again(start, strict, |decoder| read(branch, decoder)),
            None if union.open && !strict => {
                self.again(start, strict, |decoder| read(union.branches.len(), decoder))
            }
            None => {
                let tags = union.branches.iter().flat_map(|branch| branch.tags);
                let expected = one_of(tags.map(|tag| format!("{tag:?}")));
                let error = DecodeError::new(expected, format!("string {}", excerpt(tag)), start);
                Err(error.in_key(union.discriminator.unwrap_or_default()))
            }
        }
    }

    /// Returns which of the branches may fit, and notes of the others why they cannot.
    fn candidates(
        &mut self,
        union: &'static Union,
        kind: Kind,
        branches: Vec<usize>,
        failures: &mut Vec<(usize, DecodeError)>,
    ) -> Result<Vec<(usize, Fit)>, DecodeError> {
        let start = self.offset();
        let properties = match kind {
            Kind::Object => self.look_ahead(start)?,
            _ => Vec::new(),
        };
        let mut candidates = Vec::new();
        for index in branches {
            match (union.branches[index].shape)().fit(kind, &properties, NESTED) {
                Ok(fit) => candidates.push((index, fit)),
                Err(expected) => {
                    let found = kind.name().to_owned();
                    failures.push((index, DecodeError::new(expected, found, start)));
                }
            }
        }
        Ok(candidates)
    }

    /// Returns the properties of the object that comes next, without reading it.
    fn look_ahead(&mut self, start: usize) -> Result<Properties<'a>, DecodeError> {
        let strict = self.is_strict();
        let mut properties = Vec::new();
        self.again(start, strict, |decoder| {
            decoder.entries(&mut |key, decoder| {
                let value = decoder.raw().map_err(|error| error.in_key(&key))?;
                properties.push((key, value));
                Ok(())
            })
        })?;
        self.rewind(start);
        Ok(properties)
    }

    #[cold]
    fn no_branch(
        &mut self,
        union: &'static Union,
        start: usize,
        mut failures: Vec<(usize, DecodeError)>,
    ) -> DecodeError {
        self.rewind(start);
        failures.sort_by_key(|(branch, _)| *branch);
        let name = |branch: usize| union.branches.get(branch).map_or(union.name, |it| it.name);
        let failures = failures
            .into_iter()
            .map(|(branch, error)| (name(branch), error))
            .collect();
        let error = DecodeError::no_branch(union.name, self.describe(), start, failures);
        match union.branches.iter().any(|branch| (branch.shape)().secret) {
            true => error.redacted(),
            false => error,
        }
    }
}

impl Shape {
    /// Returns how well a value fits, or what was expected instead.
    fn fit(&self, kind: Kind, properties: &Properties<'_>, depth: u8) -> Result<Fit, String> {
        if !self.takes(kind) {
            return Err(self.kinds());
        }
        match (self.fields, self.union) {
            (Some(fields), _) if kind == Kind::Object => fields.fit(properties),
            (_, Some(union)) if depth > 0 => {
                let fits = union.branches.iter();
                let fits = fits.filter_map(|it| (it.shape)().fit(kind, properties, depth - 1).ok());
                match fits.max() {
                    None if !union.open => Err(union.name.to_owned()),
                    fit => Ok(fit.unwrap_or(Fit { tags: 0, known: 0 })),
                }
            }
            _ => Ok(Fit { tags: 0, known: 0 }),
        }
    }

    fn kinds(&self) -> String {
        let kinds = Kind::ALL.into_iter().filter(|kind| self.takes(*kind));
        kinds.map(Kind::name).collect::<Vec<_>>().join(" or ")
    }
}

impl Fields {
    fn fit(&self, properties: &Properties<'_>) -> Result<Fit, String> {
        let find = |name: &str| properties.iter().rev().find(|(key, _)| key == name);
        let mut fit = Fit { tags: 0, known: 0 };
        let mut missing = Vec::new();
        for field in self.fields() {
            match find(field.name) {
                Some((_, value)) if !field.tags.is_empty() => {
                    let tag = Decoder::over(value).tag_text().ok().flatten();
                    match tag.is_some_and(|tag| field.tags.contains(&&*tag)) {
                        true => fit.tags += 1,
                        false => {
                            let tags = one_of(field.tags.iter().map(|tag| format!("{tag:?}")));
                            return Err(format!("`{}` {tags}", field.name));
                        }
                    }
                    fit.known += 1;
                }
                Some(_) => fit.known += 1,
                None if field.presence.is_required() => missing.push(field.name),
                None => {}
            }
        }
        match missing.is_empty() {
            true => Ok(fit),
            false => Err(format!("{} with `{}`", self.name(), missing.join("`, `"))),
        }
    }
}

/// Says which values there are, for a message.
pub(super) fn one_of(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    match values.as_slice() {
        [value] => value.clone(),
        values => format!("one of {}", values.join(", ")),
    }
}
