//! An operation's requests and answers as its document has them, and the test of them.

use std::sync::{Arc, Mutex, PoisonError};

use super::request::Expected;
use super::{Answer, Failed, Place, Reading, Seen, Sent, Server, failures, same_json};

/// Sends a call of a client and reads its answer.
type Sending<C> = fn(&C) -> Reading;

/// An operation as its document has it, and how the client `C` calls it.
pub struct Wire<C> {
    connect: fn(&Place) -> C,
    pub(super) requests: Vec<(Expected, Sending<C>)>,
    pub(super) answers: Vec<Documented>,
    pub(super) errors: Vec<Documented>,
    pub(super) unlisted: Vec<Documented>,
}

/// An answer as the document has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Documented {
    pub(super) status: u16,
    /// The variant that it is read into, where there are several.
    pub(super) variant: &'static str,
    pub(super) media_type: &'static str,
    pub(super) body: &'static str,
}

impl Documented {
    pub(super) fn answer(&self) -> Answer {
        match self.media_type {
            "" => Answer::empty(self.status),
            media_type => Answer::bytes(self.status, media_type, self.body),
        }
    }
}

impl<C> Wire<C> {
    /// Begins with how a client is made.
    pub fn new(connect: fn(&Place) -> C) -> Self {
        Self {
            connect,
            requests: Vec::new(),
            answers: Vec::new(),
            errors: Vec::new(),
            unlisted: Vec::new(),
        }
    }

    /// A request: the line `METHOD /path?query`, the headers that must be there, the body, and the call that sends it.
    #[must_use]
    pub fn request(
        mut self,
        line: &'static str,
        headers: &'static [(&'static str, &'static str)],
        body: Sent,
        call: fn(&C) -> Reading,
    ) -> Self {
        let expected = Expected {
            line,
            headers,
            body,
        };
        self.requests.push((expected, call));
        self
    }

    /// An answer that is a success, with the variant where there are several. No media type: no body.
    #[must_use]
    pub fn answer(
        mut self,
        status: u16,
        variant: &'static str,
        media_type: &'static str,
        body: &'static str,
    ) -> Self {
        self.answers.push(Documented {
            status,
            variant,
            media_type,
            body,
        });
        self
    }

    /// An answer that is a declared error, with its variant among the operation's errors.
    #[must_use]
    pub fn error(
        mut self,
        status: u16,
        variant: &'static str,
        media_type: &'static str,
        body: &'static str,
    ) -> Self {
        self.errors.push(Documented {
            status,
            variant,
            media_type,
            body,
        });
        self
    }

    /// A success that holds a value that no enum of the document lists.
    #[must_use]
    pub fn unlisted(mut self, status: u16, media_type: &'static str, body: &'static str) -> Self {
        self.unlisted.push(Documented {
            status,
            variant: "",
            media_type,
            body,
        });
        self
    }

    /// Sends each request, compares it with what it should be, and reads each answer and each failure.
    ///
    /// With `WIRE_BASE_URL` the requests go to that server, which must not refuse them; failures are left out.
    ///
    /// # Panics
    /// When anything is not as the document has it.
    pub async fn run(self) {
        if let Some(place) = Place::elsewhere() {
            return self.run_elsewhere(&place).await;
        }
        let script = Script::default();
        let server = Server::of_api(script.responder());
        let place = Place::at(server.url());
        let client = (self.connect)(&place);
        for (expected, call) in &self.requests {
            for documented in &self.successes() {
                script.set(documented.answer());
                let outcome = call(&client).await;
                let Some(request) = server.take_request() else {
                    panic!("{}: nothing was sent: {outcome:?}", expected.line);
                };
                expected.check(&request);
                check_success(expected.line, documented, outcome);
            }
        }
        failures::check(&self, &client, &script).await;
    }

    /// What the server answers, where the document declares no success: whatever comes is handed over.
    pub(super) fn successes(&self) -> Vec<Documented> {
        match self.answers.is_empty() {
            true => vec![Documented {
                status: 200,
                variant: "",
                media_type: "text/plain",
                body: "wire",
            }],
            false => self.answers.clone(),
        }
    }

    async fn run_elsewhere(&self, place: &Place) {
        println!("the failures are left out: the server at WIRE_BASE_URL answers as it likes");
        let client = (self.connect)(place);
        for (expected, call) in &self.requests {
            match call(&client).await {
                Ok(_) => {}
                Err(failed) if blames_itself(&failed) => println!(
                    "{}: the mock takes the request, and its own answer does not fit the document: {}",
                    expected.line, failed.raw
                ),
                Err(failed) => assert!(
                    self.is_documented(&failed),
                    "{}: the server refuses it: {failed:?}",
                    expected.line
                ),
            }
        }
    }

    /// Whether an error is one that the document declares, and that does not blame the request. Where no success is
    /// declared, a mock has nothing but errors to answer with.
    fn is_documented(&self, failed: &Failed) -> bool {
        let blames = [400, 401, 403, 405, 406, 411, 415, 422];
        let status = failed.status;
        let status = status.filter(|it| self.answers.is_empty() || !blames.contains(it));
        let is_it =
            |error: &Documented| Some(error.status) == status && error.variant == failed.variant;
        failed.by_api && status.is_some() && self.errors.iter().any(is_it)
    }
}

/// Whether a mock complains of nothing but the example that it answers with, as Prism does where the document's
/// example does not fit the document's schema.
fn blames_itself(failed: &Failed) -> bool {
    let raw = &failed.raw;
    raw.contains("prism/errors#VIOLATIONS")
        && raw.contains("\"location\":[\"response\"")
        && !raw.contains("\"location\":[\"request\"")
}

/// Compares what an answer was read into with the answer.
pub(super) fn check_success(line: &str, documented: &Documented, outcome: Result<Seen, Failed>) {
    let body = documented.body;
    let status = documented.status;
    match outcome {
        Ok(Seen::Nothing) => assert_eq!(body, "", "{line}: nothing was read of the {status}"),
        Ok(Seen::Json(json)) => {
            let json = String::from_utf8_lossy(&json);
            assert!(
                same_json(&json, body),
                "{line}: the {status} was read as\n{json}\nin place of\n{body}"
            );
        }
        Ok(Seen::Bytes(bytes)) => {
            assert_eq!(
                String::from_utf8_lossy(&bytes),
                body,
                "{line}: the {status}"
            );
        }
        Ok(Seen::Items(count)) => assert_eq!(count, 1, "{line}: the items of the {status}"),
        Ok(Seen::Variant(variant)) => {
            assert_eq!(variant, documented.variant, "{line}: the {status}");
        }
        Err(failed) => panic!("{line}: the {status} with\n{body}\nwas not read: {failed:?}"),
    }
}

/// The next answer of the server, again and again until it is set anew.
#[derive(Clone, Default)]
pub(super) struct Script(Arc<Mutex<Option<Answer>>>);

impl Script {
    pub(super) fn set(&self, answer: Answer) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }

    fn responder(&self) -> impl FnMut(&super::Request) -> Answer + Send + 'static {
        let next = Arc::clone(&self.0);
        move |_| {
            let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
            let answer = next.take().unwrap_or_else(|| Answer::empty(599));
            *next = Some(answer.again());
            answer
        }
    }
}
