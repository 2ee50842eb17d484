//! What the whole walk shares: the files, the findings, what moved, and the components being built.

use std::collections::{HashMap, HashSet, VecDeque};

use openapiv3::Components;
use serde_json::Value;

use super::at::At;
use super::findings::Findings;
use super::origins::Origin;
use super::resolve::Target;
use super::set::DocumentSet;
use super::version::Version;
use crate::diagnostics::{Place, Severity};
use crate::document::Document;

/// The kinds of component that OpenAPI 3.0 knows and a client has a use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Schema,
    Response,
    Parameter,
    RequestBody,
    Header,
    Example,
    Link,
}

impl Kind {
    /// Returns the name of the section of `components` that holds them.
    pub(crate) fn section(self) -> &'static str {
        match self {
            Self::Schema => "schemas",
            Self::Response => "responses",
            Self::Parameter => "parameters",
            Self::RequestBody => "requestBodies",
            Self::Header => "headers",
            Self::Example => "examples",
            Self::Link => "links",
        }
    }

    /// Returns what people call one of them.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Response => "response",
            Self::Parameter => "parameter",
            Self::RequestBody => "request body",
            Self::Header => "header",
            Self::Example => "example",
            Self::Link => "link",
        }
    }
}

/// The identity of a value in the vendor's files: where it lies in memory while they are only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address(usize);

impl Address {
    pub(crate) fn of(value: &Value) -> Self {
        Self(std::ptr::from_ref(value) as usize)
    }
}

/// A value that references lead to and that becomes a component.
pub(crate) struct Hoist<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) value: &'a Value,
    pub(crate) file: usize,
    pub(crate) pointer: String,
}

/// An operation that the document has and the typed one cannot hold.
#[derive(Clone, Debug)]
pub struct Lost {
    /// Where it stands in the vendor's file.
    pub place: Place,
    /// Why it is left out.
    pub reason: String,
}

/// Whether a format is one of the OpenAPI registry, of JSON Schema, or one that decides about the type here.
fn is_known_format(format: &str) -> bool {
    const KNOWN: [&str; 60] = [
        "base64",
        "base64url",
        "binary",
        "byte",
        "char",
        "commonmark",
        "currency",
        "date",
        "date-time",
        "date-time-local",
        "decimal",
        "decimal128",
        "double",
        "double-int",
        "duration",
        "email",
        "float",
        "guid",
        "hostname",
        "html",
        "http-date",
        "idn-email",
        "idn-hostname",
        "int16",
        "int32",
        "int64",
        "int8",
        "ipv4",
        "ipv6",
        "iri",
        "iri-reference",
        "json",
        "json-pointer",
        "media-range",
        "money",
        "password",
        "phone",
        "regex",
        "relative-json-pointer",
        "sf-binary",
        "sf-boolean",
        "sf-decimal",
        "sf-integer",
        "sf-string",
        "sf-token",
        "string",
        "text",
        "time",
        "time-local",
        "uint",
        "uint16",
        "uint32",
        "uint64",
        "uint8",
        "unsigned",
        "uri",
        "uri-reference",
        "uri-template",
        "url",
        "uuid",
    ];
    KNOWN.binary_search(&format).is_ok()
}

/// How many things may be brought in one inside the other; more of them have no end in sight.
const MOST_OPEN: usize = 16;

/// The state of one normalization.
pub(crate) struct Context<'a> {
    pub(crate) set: &'a DocumentSet,
    pub(crate) version: Version,
    /// Whether what is read travels as text, as parameters and headers do: `1` and `"1"` are one value there.
    pub(crate) is_text: bool,
    /// The numbers of the files, by their names and by the URIs that they give themselves.
    pub(crate) numbers: HashMap<&'a str, usize>,
    pub(crate) findings: Findings,
    pub(crate) moved: HashMap<String, Origin>,
    /// The names of what is, or will be, a component.
    pub(crate) names: HashMap<(Kind, Address), String>,
    pub(crate) claimed: HashSet<(Kind, String)>,
    /// The media types that Swagger 2.0 gives to operations without their own.
    pub(crate) produces: Vec<String>,
    pub(crate) consumes: Vec<String>,
    pub(crate) operation_ids: HashSet<String>,
    /// Operations that the document has and the typed one cannot hold.
    pub(crate) lost: Vec<Lost>,
    /// Security schemes that concern the connection and not its requests.
    pub(crate) transport_schemes: HashSet<String>,
    /// Why components could not be built, by kind and name.
    pub(crate) broken: HashMap<(Kind, String), String>,
    /// What references lead to and is being built in their place, from the outside in.
    pub(crate) open: Vec<Address>,
    /// What references lead to without being a component in the vendor's file.
    pub(crate) shared: HashSet<Address>,
    pub(crate) queue: VecDeque<Hoist<'a>>,
    pub(crate) components: Components,
    /// The formats that were told to be unknown.
    pub(crate) formats: HashSet<String>,
    /// The schemas that give themselves a URI, by it.
    pub(crate) embedded: Option<HashMap<String, Target<'a>>>,
    pub(crate) anchors: HashMap<usize, HashMap<&'a str, (&'a Value, String)>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(set: &'a DocumentSet, version: Version) -> Self {
        let mut numbers = HashMap::new();
        let all = std::iter::once(&set.main).chain(&set.others);
        for (number, file) in all.enumerate() {
            numbers.entry(file.name.as_str()).or_insert(number);
            let uris = ["$self", "$id"]
                .iter()
                .filter_map(|key| file.value.get(*key)?.as_str());
            for uri in uris {
                numbers.entry(uri.trim_end_matches('#')).or_insert(number);
            }
        }
        Self {
            set,
            version,
            is_text: false,
            numbers,
            findings: Findings::default(),
            moved: HashMap::new(),
            names: HashMap::new(),
            claimed: HashSet::new(),
            broken: HashMap::new(),
            produces: Vec::new(),
            consumes: Vec::new(),
            operation_ids: HashSet::new(),
            lost: Vec::new(),
            transport_schemes: HashSet::new(),
            open: Vec::new(),
            shared: HashSet::new(),
            queue: VecDeque::new(),
            components: Components::default(),
            formats: HashSet::new(),
            embedded: None,
            anchors: HashMap::new(),
        }
    }

    /// Builds what a reference leads to in the reference's own place, unless that has no end.
    ///
    /// Components refer to each other and may well go round in circles; what is brought in may not.
    pub(crate) fn bring_in<T>(
        &mut self,
        target: &Target<'a>,
        at: &At<'_>,
        build: impl FnOnce(&mut Self, &At<'_>) -> T,
    ) -> Option<T> {
        let address = Address::of(target.value);
        if self.open.contains(&address) || self.open.len() >= MOST_OPEN {
            self.error(
                at,
                "circular-reference",
                "the reference brings in what it is part of itself, and is left out",
                "write it out once",
            );
            return None;
        }
        self.open.push(address);
        let there = at.elsewhere(target.file, &target.pointer);
        self.moved(&there.at());
        let built = build(self, &there.at());
        self.open.pop();
        Some(built)
    }

    pub(crate) fn file(&self, number: usize) -> Option<&'a Document> {
        let set = self.set;
        match number {
            0 => Some(&set.main),
            _ => set.others.get(number - 1),
        }
    }

    /// Leaves an operation out that has no place in the typed document.
    pub(crate) fn lose(&mut self, at: &At<'_>, reason: impl Into<String>) {
        let pointer = at.from();
        let place = match self.file(at.file) {
            Some(file) => file.place(&pointer),
            None => Place::pointer("", pointer),
        };
        let reason = reason.into();
        self.lost.push(Lost { place, reason });
    }

    /// Reports something refused or left out.
    pub(crate) fn error(
        &mut self,
        at: &At<'_>,
        rule: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (message, help) = (message.into(), help.into());
        self.findings
            .add(Severity::Error, rule, at.file, at.from(), message, help);
    }

    /// Reports something mended.
    pub(crate) fn warn(
        &mut self,
        at: &At<'_>,
        rule: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if self.findings.counted(Severity::Warning, rule) {
            let (message, help) = (message.into(), help.into());
            self.findings
                .add(Severity::Warning, rule, at.file, at.from(), message, help);
        }
    }

    /// Reports something worth knowing; the first of a rule is told with its place, the rest are counted.
    pub(crate) fn note(&mut self, at: &At<'_>, rule: &'static str, message: impl Into<String>) {
        if self.findings.counted(Severity::Note, rule) {
            let message = message.into();
            self.findings.add(
                Severity::Note,
                rule,
                at.file,
                at.from(),
                message,
                String::new(),
            );
        }
    }

    /// Notes a format that says nothing of the type, once for all its uses.
    pub(crate) fn note_format(&mut self, format: &str, at: &At<'_>) {
        if !is_known_format(format) && self.formats.insert(format.to_owned()) {
            let message = format!("the format `{format}` is not known and changes nothing");
            self.note(at, "unknown-format", message);
        }
    }

    /// Returns the vendor's file and pointer that a pointer into the document being built stands for.
    pub(crate) fn origin(&self, normalized: &str) -> (usize, String) {
        super::origins::origin(&self.moved, normalized)
    }

    /// Records that this position of the document being built came from elsewhere.
    pub(crate) fn moved(&mut self, at: &At<'_>) {
        let (from, to) = (at.from(), at.to());
        let origin = Origin {
            file: at.file,
            pointer: from,
        };
        self.moved.insert(to, origin);
    }
}
