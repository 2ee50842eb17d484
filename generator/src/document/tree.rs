//! Any value of JSON or YAML as a tree.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A tree of YAML, whose aliases may repeat text; it ends where that is more than any document has.
pub(super) struct Tree {
    pub(super) value: Value,
    /// Whether a key occurs twice in a mapping.
    pub(super) repeats: bool,
}

/// The text that a tree of YAML may hold, in bytes: several times what the largest documents have.
const MAX_TEXT: usize = 128 * 1024 * 1024;

/// What is said of a tree that would hold more.
pub(super) const TOO_MUCH_TEXT: &str = "more text than any document has";

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (duplicates, room, levels) =
            (Cell::new(false), Cell::new(MAX_TEXT), Cell::new(usize::MAX));
        let seed = Seed {
            duplicates: &duplicates,
            room: &room,
            levels: &levels,
        };
        let value = seed.deserialize(deserializer)?;
        let repeats = duplicates.get();
        Ok(Self { value, repeats })
    }
}

/// Reads a value as `serde_json::Value` does, and remembers whether a key was in its mapping before.
#[derive(Clone, Copy)]
pub(super) struct Seed<'a> {
    /// Set when a key was.
    pub(super) duplicates: &'a Cell<bool>,
    /// The bytes of text that may still come.
    pub(super) room: &'a Cell<usize>,
    /// The mappings and lists that may still be opened within one another.
    pub(super) levels: &'a Cell<usize>,
}

impl Seed<'_> {
    fn take_room<E: Error>(self, text: &str) -> Result<(), E> {
        let left = self.room.get().checked_sub(text.len());
        self.room.set(left.ok_or_else(|| E::custom(TOO_MUCH_TEXT))?);
        Ok(())
    }

    fn open<E: Error>(self) -> Result<(), E> {
        let left = self.levels.get().checked_sub(1);
        self.levels
            .set(left.ok_or_else(|| E::custom("nested too deeply"))?);
        Ok(())
    }

    fn close(self) {
        self.levels.set(self.levels.get() + 1);
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = serde_json::Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        self.take_room(&value)?;
        Ok(Value::String(value))
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Value, E> {
        self.visit_string(String::from_utf8_lossy(value).into_owned())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.open()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        self.close();
        list.shrink_to_fit();
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.open()?;
        let mut read = Vec::new();
        while let Some(Key(key)) = members.next_key()? {
            self.take_room(&key)?;
            read.push((key, members.next_value_seed(self)?));
        }
        self.close();
        // Most mappings have one or two members. A map that grows has room for three at once and takes twice as much
        // memory, which is most of what the largest documents need.
        let mut map = Map::with_capacity(read.len());
        for (key, value) in read {
            if map.insert(key, value).is_some() {
                self.duplicates.set(true);
            }
        }
        Ok(Value::Object(map))
    }
}

/// A key as it is written; YAML has a word for null, which is a key like any other here.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = Option::<String>::deserialize(deserializer)?;
        Ok(Self(key.unwrap_or_else(|| "null".to_owned())))
    }
}
