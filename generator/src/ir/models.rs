//! The types of an API: models, enums, unions and aliases.

/// A type that is written down under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDef {
    /// The Rust name.
    pub name: String,
    /// The name in the document; empty for inline schemas.
    pub wire_name: String,
    /// Where its schema stands in the normalized document.
    pub pointer: String,
    /// The vendor's Markdown.
    pub description: String,
    /// Whether the document marks it deprecated.
    pub deprecated: bool,
    /// What it is.
    pub kind: TypeKind,
}

/// What a named type is.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// An object with known properties.
    Struct(Struct),
    /// Strings with known values.
    StringEnum(Enum<String>),
    /// Integers with known values.
    IntegerEnum(Enum<i64>),
    /// One of several types.
    Union(Union),
    /// Another name of a type.
    Alias(Type),
}

/// An object with known properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Struct {
    /// The properties, in document order.
    pub fields: Vec<Field>,
    /// The field for properties that are not declared, and the type of their values.
    pub additional: Option<(String, Type)>,
    /// Whether applications build it, so that a constructor is worth having.
    pub constructed: bool,
}

/// A property.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The field's name.
    pub name: String,
    /// The property's name.
    pub wire_name: String,
    /// The value's type, without `Option`.
    pub ty: Type,
    /// Whether it may be absent or null.
    pub presence: Presence,
    /// The vendor's Markdown.
    pub description: String,
    /// The server's default and the limits that the document sets, for the documentation.
    pub notes: Vec<String>,
    /// The only value there is: the variant that fills it in, with the wire value.
    pub tag: Option<Tag>,
    /// Whether the document marks it deprecated.
    pub deprecated: bool,
}

/// The one value of a property.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// The variant of the field's enum.
    pub variant: String,
    /// The value on the wire.
    pub wire_value: String,
}

/// Whether a property may be absent or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always there.
    Required,
    /// Always there, may be null.
    Nullable,
    /// May be absent.
    Optional,
    /// May be absent, may be null, and the difference may matter to the server.
    Patch,
}

/// An enum with known values and room for those to come.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum<V> {
    /// Variant names with their values.
    pub variants: Vec<(String, V)>,
    /// The variant that keeps an unknown value.
    pub otherwise: String,
}

/// One of several types.
#[derive(Clone, Debug, PartialEq)]
pub struct Union {
    /// The property that tells which; empty where the value's form does.
    pub discriminator: String,
    /// The variant for values that the discriminator selects no other for; empty where there is none.
    pub default: String,
    /// The alternatives.
    pub variants: Vec<UnionVariant>,
    /// The variant that keeps a value with an unknown tag (discriminated unions only).
    pub otherwise: String,
}

/// One alternative of a union.
#[derive(Clone, Debug, PartialEq)]
pub struct UnionVariant {
    /// The variant's name.
    pub name: String,
    /// What it holds.
    pub ty: Type,
    /// The discriminator's values that select it.
    pub tags: Vec<String>,
    /// The vendor's Markdown.
    pub description: String,
}

/// A type where a value stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `bool`
    Bool,
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `u32`
    U32,
    /// `u64`
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// An exact decimal.
    Decimal,
    /// `String`
    String,
    /// A string that must not be shown.
    Secret,
    /// A calendar date.
    Date,
    /// A date with a time and, mostly, an offset.
    DateTime,
    /// A time of day.
    Time,
    /// An ISO 8601 duration.
    Duration,
    /// A UUID.
    Uuid,
    /// Bytes written as Base64.
    Base64,
    /// Any JSON value.
    Json,
    /// A list.
    List(Box<Type>),
    /// A list with a type for each place, and no more places than that.
    Tuple(Vec<Type>),
    /// A map from strings.
    Map(Box<Type>),
    /// `Option`, for values that may be null inside lists and maps.
    Option(Box<Type>),
    /// A box, where a type contains itself.
    Boxed(Box<Type>),
    /// A type of this API, by its index in [`Api::types`](super::Api::types).
    Named(usize),
}
