//! The public items of generated code as data: what an application can name, call, build and match.
//!
//! It comes from the IR, not from the rendered text, and goes into `specs/specs.lock`. [`diff`] compares two of
//! them, as Rust and as what travels.

mod collect;
pub mod diff;
mod facts;
mod former;
mod lock;
mod portal;

use std::fmt::Write as _;

use crate::ir::Facts;

pub(crate) use collect::api;
pub(crate) use former::names as former_names;
pub use lock::{Document, Lock, LockedApi, LockedPortal};
pub use portal::portal;

/// A public item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Its path within the generated crate: `easor::sales::types::Invoice`. An operation stands below its client:
    /// `easor::sales::Sales::create_invoice`.
    pub path: String,
    /// What the document calls it: method and path of an operation, the name of a schema; may be empty.
    pub key: String,
    /// Where it stands in the normalized document, as a JSON pointer; may be empty.
    pub pointer: String,
    /// Whether its vendor marks it deprecated.
    pub deprecated: bool,
    /// Names it had before, under which it is still there, deprecated.
    pub formerly: Vec<String>,
    /// What travels with it, or where requests go: see [`Facts`].
    pub facts: Facts,
    /// What operations have beside members.
    pub operation: Option<Operation>,
    /// What belongs to it.
    pub members: Vec<Member>,
}

/// What a public item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The client of a portal or an API.
    #[default]
    Client,
    /// A method of a client.
    Operation,
    /// The type of an operation's call, to which optional parameters are added.
    Call,
    /// A struct of properties.
    Model,
    /// An enum of values.
    Enum,
    /// An enum of types.
    Union,
    /// Another name of a type.
    Alias,
    /// An enum of declared errors.
    Errors,
    /// An enum of several kinds of success.
    Successes,
    /// A struct of response headers.
    Headers,
    /// A struct of the parts of a multipart body.
    Multipart,
    /// What an operation asks of a bundle.
    Access,
    /// A bundle of accesses.
    Bundle,
    /// The regions of a portal.
    Regions,
}

/// What an operation is, beside its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operation {
    /// The document's `operationId`; may be empty.
    pub id: String,
    /// The type of what it gives.
    pub success: String,
    /// Its error enum.
    pub error: String,
    /// The struct of its response headers; may be empty.
    pub headers: String,
    /// The type of its call where it has one of its own; otherwise empty.
    pub call: String,
    /// `read` or `write`.
    pub access: String,
    /// The statuses that the document declares.
    pub responses: Vec<String>,
    /// What it requires: one of these lists, all of it. An entry is a security scheme and the scopes asked of it.
    pub security: Vec<Vec<String>>,
}

/// What belongs to an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// What it is.
    pub role: Role,
    /// The Rust name.
    pub name: String,
    /// The Rust type, with the API's own types as `types::Name`; empty where there is none.
    pub ty: String,
    /// The name or value on the wire; empty where it does not travel.
    pub wire: String,
    /// Where a parameter travels (`path`, `query`, `header`, `cookie`, `body`), or whether a property is there
    /// (`required`, `nullable`, `optional`, `patch`, `constant`); otherwise empty.
    pub place: String,
    /// Names it had before, under which it is still there, deprecated.
    pub formerly: Vec<String>,
    /// What the document says of it beside its type: see [`Facts`].
    pub facts: Facts,
}

/// What a member is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A value that a method asks for.
    #[default]
    Argument,
    /// A value that is always sent, without being asked for.
    Constant,
    /// A method that adds an optional value, or walks pages.
    Method,
    /// A field.
    Field,
    /// A variant.
    Variant,
    /// A function without a receiver, such as `new`; its type is the list of its arguments' types.
    Function,
    /// A trait.
    Trait,
}

macro_rules! words {
    ($type:ident { $($variant:ident: $word:literal),* $(,)? }) => {
        impl $type {
            /// The word for it in the lock.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            fn of(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! { Kind {
    Client: "client", Operation: "operation", Call: "call", Model: "model", Enum: "enum", Union: "union",
    Alias: "alias", Errors: "errors", Successes: "successes", Headers: "headers", Multipart: "multipart",
    Access: "access", Bundle: "bundle", Regions: "regions",
} }

words! { Role {
    Argument: "argument", Constant: "constant", Method: "method", Field: "field", Variant: "variant",
    Function: "function", Trait: "trait",
} }

impl Item {
    /// The members of a role, in order.
    pub fn members(&self, role: Role) -> impl Iterator<Item = &Member> {
        self.members
            .iter()
            .filter(move |member| member.role == role)
    }

    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or(&self.path)
    }

    /// Its path without the last part.
    pub fn module(&self) -> &str {
        self.path.rsplit_once("::").map_or("", |(module, _)| module)
    }

    /// One line of Rust that says what it is.
    pub fn signature(&self) -> String {
        match (&self.operation, self.kind) {
            (Some(operation), _) => self.method(operation),
            (None, Kind::Alias) => {
                let target = self.members.first().map_or("", |member| &member.ty);
                format!("type {} = {target}", self.name())
            }
            (None, Kind::Model | Kind::Headers | Kind::Multipart | Kind::Client | Kind::Call) => {
                format!("struct {}", self.name())
            }
            (None, _) => format!("enum {}", self.name()),
        }
    }

    fn method(&self, operation: &Operation) -> String {
        let mut text = format!("fn {}(&self", self.name());
        for argument in self.members(Role::Argument) {
            _ = write!(text, ", {}: {}", argument.name, argument.ty);
        }
        _ = write!(text, ") -> {}", operation.result());
        text
    }
}

impl Operation {
    /// What awaiting its call gives.
    pub fn result(&self) -> String {
        let success = match self.headers.as_str() {
            "" => self.success.clone(),
            headers => format!("Response<{}, {headers}>", self.success),
        };
        format!("Result<{success}, {}>", self.error)
    }

    /// The scopes that it may need, sorted.
    pub fn scopes(&self) -> Vec<&str> {
        let entries = self.security.iter().flatten();
        let mut scopes: Vec<&str> = entries.flat_map(|entry| entry.split(' ').skip(1)).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }
}

impl Member {
    fn new(role: Role, name: &str, ty: impl Into<String>) -> Self {
        Self {
            role,
            name: name.to_owned(),
            ty: ty.into(),
            ..Self::default()
        }
    }

    fn wire(mut self, wire: &str, place: &str) -> Self {
        wire.clone_into(&mut self.wire);
        place.clone_into(&mut self.place);
        self
    }
}
