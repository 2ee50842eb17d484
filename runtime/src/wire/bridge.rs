//! The bridge to serde, behind the cargo feature `serde`.
//!
//! Everything passes through [`Json`], so that serde sees exactly what travels. Its data model knows
//! integers and doubles: a number with more digits than these hold is an error when it is written,
//! and the digits after the last one that counts (`5.00`) are lost on the way. Secrets are written in
//! clear, as they travel.

use super::json::Number;
use super::{
    Base64, DateTime, Decode, Duration, Encode, Json, LocalDateTime, Nullable, OffsetDateTime,
    Secret, Time,
};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser;
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// The key under which `serde_json` hands out a number's text when another crate of the program has
/// turned on its feature `arbitrary_precision`.
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// Writes a value with serde.
///
/// # Errors
/// When the serializer fails, or a number does not fit serde's data model.
pub fn serialize<T: Encode + ?Sized, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Json::of(value)
        .map_err(ser::Error::custom)?
        .serialize(serializer)
}

/// Reads a value with serde.
///
/// # Errors
/// When the deserializer fails, or the value does not fit the type.
pub fn deserialize<'de, T: Decode, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Json::deserialize(deserializer)?
        .read()
        .map_err(de::Error::custom)
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => items.serialize(serializer),
            Self::Object(entries) => entries.serialize(serializer),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.as_str();
        if let Ok(value) = text.parse() {
            return serializer.serialize_i64(value);
        }
        if let Ok(value) = text.parse() {
            return serializer.serialize_u64(value);
        }
        match self.as_f64() {
            Some(value) if same(text, &format!("{value:?}")) => serializer.serialize_f64(value),
            _ => Err(ser::Error::custom(format_args!(
                "{text} has more digits than a double; write it with `portal_runtime::wire::to_vec`"
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        Json::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        Json::deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f32<E: de::Error>(self, value: f32) -> Result<Json, E> {
        Json::of(&value).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        Json::of(&value).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, value)) = access.next_entry::<String, Json>()? {
            if key == NUMBER_KEY
                && let Some(text) = value.as_str()
            {
                return text.parse().map(Json::Number).map_err(de::Error::custom);
            }
            entries.insert(key, value);
        }
        Ok(Json::Object(entries))
    }
}

macro_rules! through_json {
    ($($ty:ty $(, $param:ident)?;)*) => { $(
        impl$(<$param: Encode>)? Serialize for $ty {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize(self, serializer)
            }
        }

        impl<'de $(, $param: Decode)?> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize(deserializer)
            }
        }
    )* };
}

through_json! {
    Base64;
    DateTime;
    Duration;
    LocalDateTime;
    Nullable<T>, T;
    OffsetDateTime;
    Secret;
    Time;
}

/// Returns true when two JSON numbers have the same value.
fn same(a: &str, b: &str) -> bool {
    significant(a) == significant(b)
}

/// The sign, the digits that count and the power of ten of the last of them.
fn significant(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{fraction}", whole.trim_start_matches('-'));
    let counting = digits.trim_end_matches('0');
    let zeros = (digits.len() - counting.len()) as i64 - fraction.len() as i64;
    let counting = counting.trim_start_matches('0').to_owned();
    let power = if counting.is_empty() {
        0
    } else {
        exponent.parse::<i64>().ok()? + zeros
    };
    Some((whole.starts_with('-'), counting, power))
}
