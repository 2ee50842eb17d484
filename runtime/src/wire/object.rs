//! Models: one table of properties each, and one function for all of them.

use super::error::DecodeError;
use super::{Decode, Decoder, Encode};
use std::borrow::Cow;

/// The table of a model's properties.
#[derive(Debug)]
pub struct Fields {
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
    /// What one level of this model may take from the stack while it is read, in bytes.
    frame: u32,
    /// Whether every name reads the same in JSON, without escapes.
    pub(super) plain: bool,
}

/// A property of a model.
#[derive(Debug)]
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether it may be left out, and what `null` means.
    pub presence: Presence,
    /// The values that select this model in a union; empty for all but discriminating properties.
    pub tags: &'static [&'static str],
}

/// Whether a property may be left out, and what `null` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always there; `null` only where the type takes it.
    Required,
    /// Always there; `None` is `null`.
    Nullable,
    /// `None` is left out; a `null` is read as `None`.
    Optional,
    /// Absent and `null` are told apart.
    Patch,
}

/// The words of tables, so that these need no macro for each.
#[doc(hidden)]
#[allow(non_upper_case_globals, missing_docs)]
impl Presence {
    pub const required: Self = Self::Required;
    pub const tag: Self = Self::Required;
    pub const nullable: Self = Self::Nullable;
    pub const optional: Self = Self::Optional;
    pub const patch: Self = Self::Patch;
}

impl Fields {
    /// Builds the table of the model `name`, a value of which takes `size` bytes in memory.
    pub const fn new(name: &'static str, size: usize, fields: &'static [Field]) -> Self {
        let mut plain = true;
        let mut index = 0;
        while index < fields.len() {
            let name = fields[index].name.as_bytes();
            let mut at = 0;
            while at < name.len() {
                plain &= name[at] >= 0x20 && name[at] != b'"' && name[at] != b'\\';
                at += 1;
            }
            index += 1;
        }
        Self {
            name,
            fields,
            frame: frame(size, fields.len()),
            plain,
        }
    }

    /// The name of the model.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The properties in the order of the table.
    pub const fn fields(&self) -> &'static [Field] {
        self.fields
    }

    /// Returns the place in the table of the property called `name`.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.find_from(name, 0)
    }

    /// Looks from `next` to the end and then from the start: documents mostly keep the order of
    /// the description, and leave some properties out.
    fn find_from(&self, name: &str, next: usize) -> Option<usize> {
        let (before, after) = self.fields.split_at(next.min(self.fields.len()));
        let is_it = |field: &Field| field.name == name;
        match after.iter().position(is_it) {
            Some(place) => Some(before.len() + place),
            None => before.iter().position(is_it),
        }
    }
}

/// Returns what reading a value of `size` bytes through so many slots takes from the stack at most.
pub(super) const fn frame(size: usize, slots: usize) -> u32 {
    // A debug build moves values a few times on their way up; a slot is two pointers and its place.
    let bytes = size.saturating_mul(8).saturating_add(slots * 64);
    if bytes > u32::MAX as usize {
        u32::MAX
    } else {
        bytes as u32
    }
}

impl Presence {
    pub(super) const fn is_required(self) -> bool {
        matches!(self, Self::Required | Self::Nullable)
    }
}

/// A place that a value is read into: any type that can be decoded.
pub trait Slot {
    /// Reads one value into the place; it replaces what was there.
    ///
    /// # Errors
    /// When the value does not fit.
    fn fill(&mut self, decoder: &mut Decoder<'_>) -> Result<(), DecodeError>;
}

impl<T: Decode> Slot for T {
    #[inline]
    fn fill(&mut self, decoder: &mut Decoder<'_>) -> Result<(), DecodeError> {
        self.decode_into(decoder)
    }
}

/// Properties that a model has no field for, to be read.
pub trait EntriesMut {
    /// Forgets all properties.
    fn clear(&mut self);

    /// Reads the value of the property `key`.
    ///
    /// # Errors
    /// When the value does not fit.
    fn fill(&mut self, key: Cow<'_, str>, decoder: &mut Decoder<'_>) -> Result<(), DecodeError>;
}

/// Properties that a model has no field for, to be written.
pub trait Entries {
    /// Calls `write` with each property.
    fn each(&self, write: &mut dyn FnMut(&str, &dyn Encode));
}

/// Properties met so far, one bit each.
struct Seen {
    few: u64,
    many: Vec<u64>,
}

impl Seen {
    #[inline]
    fn new(count: usize) -> Self {
        let words = if count > 64 { count.div_ceil(64) } else { 0 };
        Self {
            few: 0,
            many: vec![0; words],
        }
    }

    #[inline]
    fn insert(&mut self, index: usize) {
        match self.many.get_mut(index / 64) {
            Some(word) => *word |= 1 << (index % 64),
            None => self.few |= 1 << (index % 64),
        }
    }

    fn contains(&self, index: usize) -> bool {
        let word = self.many.get(index / 64).unwrap_or(&self.few);
        word >> (index % 64) & 1 == 1
    }
}

impl<'a> Decoder<'a> {
    /// Reads an object into the slots of a model, which stand in the order of its table.
    ///
    /// Keys are looked up by the expected next name first. Of a repeated key the last value counts.
    /// A key that the table lacks goes to `additional`, or is passed over.
    ///
    /// # Errors
    /// When something else comes next, a value does not fit, or required properties are missing.
    pub fn object(
        &mut self,
        fields: &'static Fields,
        slots: &mut [&mut dyn Slot],
        mut additional: Option<&mut dyn EntriesMut>,
    ) -> Result<(), DecodeError> {
        let start = self.offset();
        let repeated = self.take_repeated();
        let level = self.open(b'{', "an object", fields.frame)?;
        if repeated && let Some(map) = &mut additional {
            map.clear();
        }
        let mut seen = Seen::new(slots.len());
        let mut next = 0;
        if self.token() == b'}' {
            self.advance(1);
        } else {
            loop {
                match self.field(fields, next)? {
                    Ok(index) => {
                        if let Some(slot) = slots.get_mut(index) {
                            self.set_repeated(seen.contains(index));
                            slot.fill(self)
                                .map_err(|e| e.in_key(fields.fields[index].name))?;
                        }
                        seen.insert(index);
                        next = index + 1;
                    }
                    Err(key) => match &mut additional {
                        Some(map) => map.fill(key, self)?,
                        None => self.skip().map_err(|error| error.in_key(&key))?,
                    },
                }
                if !self.more(b'}', "`,` or `}`")? {
                    break;
                }
            }
        }
        self.set_repeated(false);
        self.close(level);
        if repeated {
            vacate(slots, &seen);
        }
        fields.check(&seen, start)
    }

    /// Reads a key and its colon; returns the place in the table, or the key if it is not there.
    #[inline]
    fn field(
        &mut self,
        fields: &'static Fields,
        next: usize,
    ) -> Result<Result<usize, Cow<'a, str>>, DecodeError> {
        if fields.plain
            && let Some(field) = fields.fields.get(next)
            && self.token() == b'"'
        {
            let name = field.name.as_bytes();
            let rest = self.rest().get(1..).unwrap_or_default();
            if rest.get(..name.len()) == Some(name) && rest.get(name.len()) == Some(&b'"') {
                self.advance(name.len() + 2);
                self.colon()?;
                return Ok(Ok(next));
            }
        }
        let key = self.key()?;
        Ok(fields.find_from(&key, next).ok_or(key))
    }
}

/// Empties the slots of properties that a repeated object lacks: the first one may have had them.
#[cold]
fn vacate(slots: &mut [&mut dyn Slot], seen: &Seen) {
    for (index, slot) in slots.iter_mut().enumerate() {
        if !seen.contains(index) {
            // Whatever does not take it is required, and its absence is reported.
            let _ = slot.fill(&mut Decoder::absent());
        }
    }
}

impl Fields {
    #[inline]
    fn check(&self, seen: &Seen, start: usize) -> Result<(), DecodeError> {
        let missing = |(index, field): &(usize, &Field)| {
            field.presence.is_required() && !seen.contains(*index)
        };
        let mut missing = self.fields.iter().enumerate().filter(missing).peekable();
        match missing.peek() {
            None => Ok(()),
            Some(_) => Err(self.incomplete(missing.map(|(_, field)| field.name), start)),
        }
    }

    #[cold]
    fn incomplete(&self, missing: impl Iterator<Item = &'static str>, start: usize) -> DecodeError {
        let names: Vec<&str> = missing.collect();
        let expected = format!("{} with `{}`", self.name, names.join("`, `"));
        DecodeError::new(expected, "an object without", start)
    }
}
