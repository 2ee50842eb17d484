//! What a test of an operation sends and answers, written down from the document alone.

use super::Status;

/// The requests and answers of an operation's test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exchange {
    /// A request with what must be given and, where more may be, one with everything.
    pub requests: Vec<SampleRequest>,
    /// Successes, with the variant where there are several.
    pub answers: Vec<SampleAnswer>,
    /// Successes that hold a value that no enum lists.
    pub unlisted: Vec<SampleAnswer>,
    /// Declared errors.
    pub errors: Vec<SampleAnswer>,
    /// Why there is no test, or not of all of it; empty where there is.
    pub untested: String,
}

/// A request of a test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampleRequest {
    /// Whether everything is given that may be given.
    pub whole: bool,
    /// The optional parameters that are given, by their places among the operation's.
    pub options: Vec<usize>,
    /// The method, and the path with the query, as they are to be sent.
    pub line: String,
    /// Headers that are to be sent, by their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body that is to be sent.
    pub body: SampleBody,
}

/// The body of a request of a test.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SampleBody {
    /// None.
    #[default]
    Nothing,
    /// JSON under this media type.
    Json(String, String),
    /// The pairs of a form, encoded; and the value as JSON.
    Form(String, String),
    /// Text or bytes under this media type.
    Bytes(String, String),
    /// Parts by name, under this media type.
    Parts(String, Vec<(String, String)>),
}

/// An answer of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleAnswer {
    /// What it is declared under.
    pub declared: Status,
    /// The status that is answered.
    pub status: u16,
    /// The variant that it is read into, where there are several.
    pub variant: String,
    /// The media type; empty where there is no body.
    pub media_type: String,
    /// The body.
    pub body: String,
}
