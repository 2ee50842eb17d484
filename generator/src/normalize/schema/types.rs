//! The words that stand behind `type`, and what each of them says.

/// The types of OpenAPI 3.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Basic {
    String,
    Number,
    Integer,
    Boolean,
    Object,
    Array,
}

impl Basic {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
        }
    }
}

/// What one word behind `type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A type of the standard, as the standard writes it.
    Standard(Basic),
    /// Null, as in OpenAPI 3.1.
    Null,
    /// Nothing: any value.
    Anything,
    /// A type in other words, and the format that the word implies.
    Mended(Basic, Option<&'static str>),
    /// Null in other words.
    MendedNull,
    Unknown,
}

/// Returns what a word behind `type` says.
pub(crate) fn meaning(word: &str) -> Meaning {
    use Basic::{Array, Boolean, Integer, Number, Object, String};
    match word {
        "string" => return Meaning::Standard(String),
        "number" => return Meaning::Standard(Number),
        "integer" => return Meaning::Standard(Integer),
        "boolean" => return Meaning::Standard(Boolean),
        "object" => return Meaning::Standard(Object),
        "array" => return Meaning::Standard(Array),
        "null" => return Meaning::Null,
        "file" => return Meaning::Mended(String, Some("binary")),
        _ => {}
    }
    let (basic, format) = match word.trim().to_ascii_lowercase().as_str() {
        // A byte may be a small number or text in Base64; taking any value is right for both.
        "" | "byte" | "any" | "mixed" | "unknown" | "undefined" | "anytype" | "*" => {
            return Meaning::Anything;
        }
        "nil" | "none" | "void" | "null" => return Meaning::MendedNull,
        "string" | "str" | "text" | "char" | "varchar" | "enum" => (String, None),
        "integer" | "int" | "short" => (Integer, None),
        "int32" => (Integer, Some("int32")),
        "int64" | "long" | "bigint" => (Integer, Some("int64")),
        "number" | "numeric" => (Number, None),
        "float" => (Number, Some("float")),
        "double" => (Number, Some("double")),
        "decimal" | "money" => (Number, Some("decimal")),
        "boolean" | "bool" => (Boolean, None),
        "object" | "dict" | "map" | "hash" | "struct" => (Object, None),
        "array" | "list" => (Array, None),
        "date" => (String, Some("date")),
        "datetime" | "date-time" | "timestamp" => (String, Some("date-time")),
        "time" => (String, Some("time")),
        "uuid" | "guid" => (String, Some("uuid")),
        "uri" | "url" => (String, Some("uri")),
        "email" => (String, Some("email")),
        "password" => (String, Some("password")),
        "base64" => (String, Some("byte")),
        "binary" | "blob" => (String, Some("binary")),
        _ => return Meaning::Unknown,
    };
    Meaning::Mended(basic, format)
}

/// Returns the type that a format implies where no type is given.
pub(crate) fn type_of_format(format: &str) -> Option<Basic> {
    match format {
        "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" => {
            Some(Basic::Integer)
        }
        "float" | "double" | "decimal" => Some(Basic::Number),
        "date" | "date-time" | "time" | "duration" | "uuid" | "uri" | "email" | "byte"
        | "binary" | "password" | "hostname" | "ipv4" | "ipv6" | "uri-reference" | "regex" => {
            Some(Basic::String)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mends_other_words() {
        assert_eq!(meaning("integer"), Meaning::Standard(Basic::Integer));
        assert_eq!(meaning("String"), Meaning::Mended(Basic::String, None));
        assert_eq!(
            meaning("long"),
            Meaning::Mended(Basic::Integer, Some("int64"))
        );
        assert_eq!(
            meaning("file"),
            Meaning::Mended(Basic::String, Some("binary"))
        );
        assert_eq!(meaning("null"), Meaning::Null);
        assert_eq!(meaning(""), Meaning::Anything);
        assert_eq!(meaning("Pet"), Meaning::Unknown);
    }
}
