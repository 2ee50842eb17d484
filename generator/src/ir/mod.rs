//! The intermediate representation: one API in Rust's terms.
//!
//! Everything that a user of the generated code could notice is settled here: names, optionality, boxing,
//! unions, how a value travels. It knows neither OpenAPI nor tokens, so lowering can be tested without
//! rendering and rendering decides nothing.

mod exchange;
mod models;

use std::collections::BTreeMap;

pub use exchange::{Exchange, SampleAnswer, SampleBody, SampleRequest};
pub use models::{
    Enum, Field, Presence, Struct, Tag, Type, TypeDef, TypeKind, Union, UnionVariant,
};

/// One API: what its document describes, ready to be written down.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Api {
    /// The document's file name, as the header of generated files shows it.
    pub source: String,
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// `info.description`, the vendor's Markdown.
    pub description: String,
    /// The client's type name, such as `GeneralLedger`.
    pub client: String,
    /// The servers of the document, the first being the default.
    pub servers: Vec<Server>,
    /// The security schemes that the operations name.
    pub security_schemes: Vec<SecurityScheme>,
    /// What operations require that say nothing themselves, as alternatives.
    pub security: Vec<Vec<Requirement>>,
    /// The name of the enum of declared errors that most operations share.
    pub error: String,
    /// Operations by tag, in document order.
    pub groups: Vec<Group>,
    /// Models, enums, unions and aliases, in the order they are written.
    pub types: Vec<TypeDef>,
    /// The enums of declared error responses.
    pub errors: Vec<ResponseEnum>,
    /// The enums of operations with several kinds of success.
    pub successes: Vec<ResponseEnum>,
    /// The structs of declared response headers.
    pub headers: Vec<HeaderStruct>,
    /// What the document says of values that their types do not.
    pub limits: Limits,
    /// Names that items had before, which code goes on using.
    pub former: Former,
}

/// What is said of something beside its type, by the keyword of OpenAPI, such as `maxLength`; `items.maxLength` of the
/// items of a list, `values.maxLength` of the values of a map. Values are JSON, texts without quotes.
pub type Facts = BTreeMap<String, String>;

/// What the document says of values that their types do not: limits, defaults, formats, by where types and operations
/// stand in the normalized document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of types themselves.
    pub own: BTreeMap<String, Facts>,
    /// Of the properties of types, by name, and of what operations are given, by place and name: `query page`,
    /// `body application/json`.
    pub members: BTreeMap<String, Vec<(String, Facts)>>,
}

/// Names that items had before: the old name and the one it has now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Former {
    /// Of types.
    pub types: Vec<(String, String)>,
    /// Of operations.
    pub operations: Vec<(String, String)>,
    /// Of types beside the models: error enums, header structs, the types of calls.
    pub others: Vec<(String, String)>,
    /// Of the variants of enums, below the enum's name.
    pub variants: Vec<(String, String, String)>,
    /// Of the optional parameters of calls, below the name of the call's type.
    pub options: Vec<(String, String, String)>,
}

/// A server of the document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Server {
    /// The URL, with `{variables}`.
    pub url: String,
    /// The vendor's words on it.
    pub description: String,
    /// The variables of the URL.
    pub variables: Vec<ServerVariable>,
}

/// A variable in a server's URL.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServerVariable {
    /// As the URL names it.
    pub name: String,
    /// The value where none is given.
    pub default: String,
    /// The allowed values; empty for any.
    pub allowed: Vec<String>,
}

/// How a client proves who it is.
#[derive(Clone, Debug, PartialEq)]
pub struct SecurityScheme {
    /// The name under which operations ask for it.
    pub name: String,
    /// The vendor's words on it.
    pub description: String,
    /// What is sent, and where.
    pub kind: SecurityKind,
}

/// What a security scheme sends.
#[derive(Clone, Debug, PartialEq)]
pub enum SecurityKind {
    /// A key in the header of this name.
    ApiKeyHeader(String),
    /// A key in the query parameter of this name.
    ApiKeyQuery(String),
    /// A key in the cookie of this name.
    ApiKeyCookie(String),
    /// HTTP Basic.
    Basic,
    /// A bearer token that the application supplies.
    Bearer,
    /// A bearer token fetched with client credentials from this URL.
    ClientCredentials {
        /// The token endpoint.
        token_url: String,
        /// The scopes that the document knows.
        scopes: Vec<String>,
    },
    /// Something that clients do not speak, in the document's words.
    Unsupported(String),
}

/// A scheme that an operation requires, with the scopes it asks of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// The scheme's name.
    pub scheme: String,
    /// The scopes asked for.
    pub scopes: Vec<String>,
}

/// The operations of one tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// The tag; empty where operations have none.
    pub tag: String,
    /// The module they stand in.
    pub module: String,
    /// The vendor's words on the tag.
    pub description: String,
    /// The operations, in document order.
    pub operations: Vec<Operation>,
}

/// What an operation does to the data, for least privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only reads.
    Read,
    /// May change something.
    Write,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The method's name.
    pub name: String,
    /// The type of the call before it is sent.
    pub type_name: String,
    /// The name of the static that describes it.
    pub constant: String,
    /// The document's `operationId`; empty where it has none.
    pub operation_id: String,
    /// The HTTP method, upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Where the operation stands in the normalized document.
    pub pointer: String,
    /// One line of the vendor's.
    pub summary: String,
    /// The vendor's Markdown.
    pub description: String,
    /// Whether the document marks it deprecated.
    pub deprecated: bool,
    /// Values that must be given, in the order of the method's arguments.
    pub arguments: Vec<Parameter>,
    /// Values that may be given, chained.
    pub options: Vec<Parameter>,
    /// What is sent as body.
    pub body: Option<Body>,
    /// What comes back when it worked.
    pub success: Success,
    /// The responses declared, in words: status and description.
    pub responses: Vec<(String, String)>,
    /// The error enum, by name.
    pub error: String,
    /// The declared response headers' struct, by name.
    pub headers: Option<String>,
    /// Whether it reads or writes.
    pub access: Access,
    /// How its pages are asked for.
    pub paging: Option<Paging>,
    /// Alternatives of requirements, its own or the document's; `None` where neither says anything.
    pub security: Option<Vec<Vec<Requirement>>>,
    /// The media types that are understood.
    pub accept: Vec<String>,
    /// A server of its own.
    pub server: Option<Server>,
    /// What its test sends and answers.
    pub exchange: Exchange,
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In the `Cookie` header.
    Cookie,
}

/// How a parameter's value is written (OpenAPI 3.0.4, 4.7.12.2 "Style Values").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `simple`.
    Simple,
    /// `label`.
    Label,
    /// `matrix`.
    Matrix,
    /// `form`.
    Form,
    /// `spaceDelimited`.
    SpaceDelimited,
    /// `pipeDelimited`.
    PipeDelimited,
    /// Swagger 2.0's `tsv`.
    TabDelimited,
    /// `deepObject`.
    DeepObject,
}

/// A parameter of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The argument's name.
    pub name: String,
    /// The name on the wire.
    pub wire_name: String,
    /// Where it travels.
    pub location: Location,
    /// How it is written.
    pub style: Style,
    /// Whether arrays and objects are spread.
    pub explode: bool,
    /// Whether reserved characters stay as they are.
    pub reserved: bool,
    /// Whether its value travels as JSON text (a `content` parameter).
    pub json: bool,
    /// The value's type.
    pub ty: Type,
    /// The only value there is, sent without asking.
    pub constant: Option<String>,
    /// The vendor's Markdown.
    pub description: String,
    /// The server's default, for the documentation.
    pub default: Option<String>,
    /// An example, as the document gives it.
    pub example: Option<String>,
    /// Whether the document marks it deprecated.
    pub deprecated: bool,
    /// A value for its test, as JSON; empty where none could be made up.
    pub sample: String,
}

/// The request body of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// The argument's name.
    pub name: String,
    /// Whether it must be given.
    pub required: bool,
    /// The vendor's words on it.
    pub description: String,
    /// What is sent.
    pub payload: Payload,
    /// Values for its test, as JSON: with what is required, and with all there is. Empty where none could be made up.
    pub samples: [String; 2],
}

/// A body by how it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// JSON, under this media type.
    Json {
        /// The media type.
        media_type: String,
        /// The value's type.
        ty: Type,
    },
    /// `application/x-www-form-urlencoded`.
    Form {
        /// The fields, as a model.
        ty: Type,
        /// Fields written otherwise than `form` with explode.
        encodings: Vec<FieldEncoding>,
    },
    /// `multipart/form-data` and other multipart types; the caller adds the parts.
    Multipart {
        /// The media type.
        media_type: String,
        /// The parts that the document knows.
        parts: Vec<Part>,
        /// The type that carries them.
        type_name: String,
    },
    /// Text (XML included).
    Text {
        /// The media type.
        media_type: String,
    },
    /// Bytes, which may be streamed.
    Bytes {
        /// The media type.
        media_type: String,
    },
}

impl Payload {
    /// The media type that it travels under.
    pub fn media_type(&self) -> &str {
        match self {
            Self::Json { media_type, .. }
            | Self::Multipart { media_type, .. }
            | Self::Text { media_type }
            | Self::Bytes { media_type } => media_type,
            Self::Form { .. } => "application/x-www-form-urlencoded",
        }
    }
}

/// How one field of a form is written.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldEncoding {
    /// The field's wire name.
    pub name: String,
    /// Its style.
    pub style: Style,
    /// Whether it is spread.
    pub explode: bool,
    /// Whether reserved characters stay as they are.
    pub reserved: bool,
}

/// A part of a multipart body.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The Rust name.
    pub name: String,
    /// The name on the wire.
    pub wire_name: String,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it may be given more than once.
    pub repeated: bool,
    /// What it holds.
    pub kind: PartKind,
    /// The vendor's Markdown.
    pub description: String,
    /// A value for its test, as JSON; empty where none could be made up.
    pub sample: String,
}

/// What a part of a multipart body holds.
#[derive(Clone, Debug, PartialEq)]
pub enum PartKind {
    /// A file or other bytes; its media type where the document fixes one.
    File(Option<String>),
    /// Plain text made of a scalar.
    Text(Type),
    /// JSON.
    Json(Type),
}

/// What an operation gives when it worked.
#[derive(Clone, Debug, PartialEq)]
pub struct Success {
    /// What the body is.
    pub content: Content,
    /// The statuses that the document declares for it; empty for any 2xx.
    pub statuses: Vec<Status>,
    /// Answers for its test, which end up in its [`Exchange`].
    pub answers: Vec<SampleAnswer>,
    /// The same, with a value that no enum lists.
    pub unlisted: Vec<SampleAnswer>,
}

/// What a response carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Nothing.
    Empty,
    /// JSON of this type.
    Json(Type),
    /// JSON of this type, or nothing.
    OptionalJson(Type),
    /// Text (XML included).
    Text,
    /// Bytes, streamed.
    Stream,
    /// Items, one by one while they arrive.
    Items(Items),
    /// Whatever comes, where the document declares no success.
    Bytes,
    /// One of several, by status: the enum's name.
    Several(String),
}

/// The items of a sequential media type.
#[derive(Clone, Debug, PartialEq)]
pub struct Items {
    /// How they are told apart and read.
    pub framing: Framing,
    /// The type of an item, or of the data of an event.
    pub item: Type,
    /// Whether the type is that of an event's data alone.
    pub in_event: bool,
}

/// How the items of a body are told apart and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// JSON Lines: a JSON value a line.
    JsonLines,
    /// JSON text sequences (RFC 7464).
    JsonSequence,
    /// Server-sent events whose data are JSON.
    Events,
    /// Server-sent events whose data are text.
    TextEvents,
}

/// A status, as responses are declared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// This one.
    Exact(u16),
    /// `4XX`: all of a class.
    Range(u8),
    /// Whatever is not declared otherwise.
    Default,
}

/// An enum over responses: the declared errors of operations, or several kinds of success.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseEnum {
    /// The type's name.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// The responses, by status.
    pub variants: Vec<ResponseVariant>,
    /// The variant for what is not declared (errors only).
    pub otherwise: String,
}

/// One response of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseVariant {
    /// The variant's name.
    pub name: String,
    /// When it applies.
    pub status: Status,
    /// What it carries.
    pub content: Content,
    /// The vendor's words on it.
    pub description: String,
}

/// The headers that a response declares.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderStruct {
    /// The type's name.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// The headers.
    pub fields: Vec<HeaderField>,
}

/// A declared response header.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderField {
    /// The field's name.
    pub name: String,
    /// The header's name.
    pub wire_name: String,
    /// Whether it is always there.
    pub required: bool,
    /// Its type.
    pub ty: Type,
    /// The vendor's Markdown.
    pub description: String,
}

/// How pages of a collection are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Paging {
    /// The query parameter for the page.
    pub index: String,
    /// The query parameter for the size.
    pub size: String,
    /// What the index counts.
    pub kind: PageKind,
    /// The first index.
    pub first: i64,
    /// The size asked for where the caller names none.
    pub default_size: i64,
    /// The largest size that the document allows.
    pub max_size: Option<i64>,
    /// Whether the document requires the two parameters.
    pub required: bool,
    /// The page's type.
    pub page: Type,
    /// The item's type.
    pub item: Type,
    /// The field that holds the items, with its presence; `None` where the page is the bare array.
    pub items: Option<(String, Presence)>,
    /// The field that counts all items, with its presence and type.
    pub total: Option<(String, Presence, Type)>,
}

/// What a page index counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// Pages.
    PageNumber,
    /// Records before the page.
    RecordOffset,
}

impl Api {
    /// The definition behind a named type, with aliases followed.
    pub fn resolve<'a>(&'a self, ty: &'a Type) -> Option<&'a TypeDef> {
        let mut ty = ty;
        loop {
            match ty {
                Type::Boxed(inner) => ty = inner,
                Type::Named(index) => {
                    let definition = self.types.get(*index)?;
                    match &definition.kind {
                        TypeKind::Alias(target @ (Type::Named(_) | Type::Boxed(_))) => ty = target,
                        _ => return Some(definition),
                    }
                }
                _ => return None,
            }
        }
    }

    /// The type with aliases and boxes taken away at the top.
    pub fn plain<'a>(&'a self, ty: &'a Type) -> &'a Type {
        let mut ty = ty;
        loop {
            match ty {
                Type::Boxed(inner) => ty = inner,
                Type::Named(index) => match self.types.get(*index).map(|d| &d.kind) {
                    Some(TypeKind::Alias(target)) => ty = target,
                    _ => return ty,
                },
                _ => return ty,
            }
        }
    }

    /// All operations, over the groups.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.groups.iter().flat_map(|group| &group.operations)
    }
}
