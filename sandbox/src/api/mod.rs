//! The APIs behind the gateway: checked input, answers by schema, and a memory.

mod filters;
mod input;
mod items;
mod lists;
mod pages;
mod refusals;
mod stock;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::answers::Sampler;
use crate::collections::Memory;
use crate::message::{Answer, Request};
use crate::portal::{Api, Content, Operation, Reply, Role, is_json};
use crate::random::Random;

pub(crate) use input::{Input, Wrong};

/// What the APIs answer from.
pub(crate) struct Apis {
    pub(crate) seed: u64,
    /// How many items are there from the start, for each list.
    pub(crate) records: usize,
    pub(crate) sampler: Sampler,
    pub(crate) memory: Memory,
}

/// An answer, and why it is a refusal where it is one.
pub(crate) type Answered = (Answer, Option<String>);

/// A file that every reader opens, for answers that are bytes.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

impl Apis {
    /// Answers a request whose sender may send it. `approve` agrees to the device that shows a code, if there is one.
    pub(crate) fn answer(
        &self,
        api: &Api,
        operation: &Operation,
        path: BTreeMap<String, String>,
        request: &Request,
        approve: &dyn Fn(&str) -> bool,
    ) -> Answered {
        match input::read(request, operation, path, &api.schemas) {
            Ok(input) => self.accepted(api, operation, &input, approve),
            Err(wrong) => refused(api, operation, &wrong),
        }
    }

    fn accepted(
        &self,
        api: &Api,
        operation: &Operation,
        input: &Input,
        approve: &dyn Fn(&str) -> bool,
    ) -> Answered {
        match &operation.role {
            Role::List { collection, member } => {
                self.list(api, operation, input, *collection, member.as_deref())
            }
            Role::Create { collection } => self.create(api, operation, input, *collection),
            Role::Item {
                collection,
                parameter,
            } => self.item(api, operation, input, *collection, parameter),
            Role::Below {
                collection,
                parameter,
            } if !self.exists(api, input, *collection, parameter) => {
                let known = api.collections.get(*collection);
                let name = known.map_or("", |it| it.name.as_str());
                missing(api, operation, name, parameter)
            }
            Role::Device { member } if !input.body_text(member).is_some_and(|it| approve(&it)) => {
                refused(api, operation, &[no_device(member)])
            }
            Role::Below { .. } | Role::Device { .. } | Role::Single => {
                (self.single(api, operation, input), None)
            }
        }
    }

    /// An answer that depends on nothing that was sent before: an example, else made up.
    fn single(&self, api: &Api, operation: &Operation, input: &Input) -> Answer {
        let (status, content) = success(operation);
        let Some(content) = content else {
            return Answer::empty(status);
        };
        let schema = api.schemas.resolve(&content.checked.schema);
        if schema.get("format").and_then(Value::as_str) == Some("binary") || !is_text(content) {
            // Exports call every body JSON, which a file is not.
            let media_type = match is_json(&content.media_type) {
                true => "application/pdf",
                false => &content.media_type,
            };
            return Answer::bytes(status, media_type, PDF.to_vec());
        }
        let mut random = self.random(api, operation, input);
        let fitting = content.examples.iter().find(|it| content.checked.fits(it));
        let value = fitting.cloned().or_else(|| {
            self.sampler
                .sample(&api.schemas, schema, &operation.id, &mut random)
        });
        let value = value.unwrap_or(Value::Null);
        match (is_json(&content.media_type), &value) {
            (true, _) => Answer::json(status, &value),
            (false, Value::String(text)) => {
                Answer::bytes(status, &content.media_type, text.clone().into_bytes())
            }
            (false, other) => {
                let text = other.to_string().into_bytes();
                Answer::bytes(status, &content.media_type, text)
            }
        }
    }

    /// The generator for an operation and what its path and query say.
    fn random(&self, api: &Api, operation: &Operation, input: &Input) -> Random {
        let query: Vec<String> = input.query.values().map(Value::to_string).collect();
        let purpose = [api.id.as_str(), operation.id.as_str()].into_iter();
        let purpose = purpose.chain(input.path.values().map(String::as_str));
        Random::new(self.seed, purpose.chain(query.iter().map(String::as_str)))
    }
}

/// Status and body of the operation's success: the first that has a body, else the first. A document that declares
/// none gets what HTTP has for it.
fn success(operation: &Operation) -> (u16, Option<&Content>) {
    let with_body = |reply: &&Reply| reply.content.is_some();
    let mut successes = operation.successes.iter();
    let found = successes.find(with_body).or(operation.successes.first());
    match found {
        Some(reply) => (reply.status, reply.content.as_ref()),
        None => (204, None),
    }
}

fn is_text(content: &Content) -> bool {
    is_json(&content.media_type) || content.media_type.starts_with("text/")
}

fn refused(api: &Api, operation: &Operation, wrong: &[Wrong]) -> Answered {
    let why = refusals::told(wrong);
    (refusals::invalid(api, operation, wrong), Some(why))
}

fn no_device(member: &str) -> Wrong {
    Wrong {
        status: 400,
        place: format!("body/{member}"),
        what: "is shown by no device that waits".to_owned(),
        code: "exists",
    }
}

/// What is answered where there is no such item, with a body where the document has one for it.
fn missing(api: &Api, operation: &Operation, collection: &str, parameter: &str) -> Answered {
    let wrong = Wrong {
        status: 404,
        place: format!("path parameter {parameter}"),
        what: format!("names nothing in {collection}"),
        code: "not_found",
    };
    let why = format!("there is no such item in {collection} as {parameter} names");
    let answer = refusals::declared(api, operation, &[wrong]);
    (answer.unwrap_or_else(|| Answer::empty(404)), Some(why))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use hyper::body::Bytes;
    use hyper::header::HeaderMap;

    use super::*;
    use crate::portal::{Place, Portal};

    fn portal(name: &str) -> Portal {
        let specs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs"));
        Portal::read(specs.join(name)).unwrap()
    }

    /// A request that the operation's own schemas allow, made up.
    fn request(
        apis: &Apis,
        api: &Api,
        operation: &Operation,
    ) -> (Request, BTreeMap<String, String>) {
        let mut random = Random::new(apis.seed, [operation.id.as_str()]);
        let (mut path, mut query) = (BTreeMap::new(), Vec::new());
        for parameter in &operation.parameters {
            let schema = &parameter.checked.schema;
            let value = apis
                .sampler
                .sample(&api.schemas, schema, &parameter.name, &mut random);
            let value = match value.unwrap() {
                Value::String(text) => text,
                Value::Array(items) => items[0]
                    .as_str()
                    .map_or(items[0].to_string(), str::to_owned),
                other => other.to_string(),
            };
            match parameter.place {
                Place::Path => _ = path.insert(parameter.name.clone(), value),
                Place::Query if parameter.required => query.push((parameter.name.clone(), value)),
                _ => {}
            }
        }
        let body = operation.body.as_ref().and_then(|body| body.json.as_ref());
        let body = body.map(|body| {
            let value = apis
                .sampler
                .sample(&api.schemas, &body.schema, "body", &mut random);
            value.unwrap().to_string()
        });
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        let request = Request {
            method: operation.method.clone(),
            path: String::new(),
            query,
            headers,
            body: Bytes::from(body.unwrap_or_default()),
        };
        (request, path)
    }

    /// For every operation of every document, whatever the seed.
    #[test]
    fn answers_fit_their_schemas() {
        for name in ["easor", "easir"] {
            let portal = portal(name);
            for seed in 0..4 {
                let apis = Apis {
                    seed,
                    records: 3,
                    sampler: Sampler::default(),
                    memory: Memory::default(),
                };
                for api in &portal.apis {
                    for operation in &api.operations {
                        let (request, path) = request(&apis, api, operation);
                        let approve = |_: &str| true;
                        let (answer, refusal) =
                            apis.answer(api, operation, path, &request, &approve);
                        let said = || format!("{} {seed}: {refusal:?}", operation.id);
                        let item = matches!(operation.role, Role::Item { .. } | Role::Below { .. });
                        // What is made up names no item that is there, neither in the path nor in the query.
                        let dangles =
                            |why: &String| why.ends_with("names nothing that was created");
                        if refusal.as_ref().is_some_and(dangles) {
                            assert_eq!(operation.id, "createInvoice");
                            continue;
                        }
                        let status = answer.status;
                        assert!(status < 300 || item && status == 404, "{}", said());
                        let content = success(operation).1.filter(|_| status < 300);
                        let Some(value) = answer.value() else {
                            continue;
                        };
                        let wrong = content.map(|content| content.checked.faults(&value.plain()));
                        assert_eq!(wrong.unwrap_or_default(), [], "{}: {value}", said());
                    }
                }
            }
        }
    }

    /// What operations have to do with each other follows from their paths alone.
    #[test]
    fn operations_have_their_roles() {
        let portals = ["easor", "easir"].map(portal);
        let role = |id: &str| {
            let apis = portals.iter().flat_map(|it| &it.apis);
            let mut all = apis.flat_map(|api| {
                let operations = api.operations.iter();
                operations.map(move |it| (api, it))
            });
            let (api, operation) = all.find(|(_, it)| it.id == id).unwrap();
            let name = |index: usize| api.collections[index].name.as_str();
            match &operation.role {
                Role::Single => "single".to_owned(),
                Role::Device { member } => format!("device {member}"),
                Role::List { collection, .. } => format!("list {}", name(*collection)),
                Role::Create { collection } => format!("create {}", name(*collection)),
                Role::Item { collection, .. } => format!("item {}", name(*collection)),
                Role::Below { collection, .. } => format!("below {}", name(*collection)),
            }
        };
        for (id, expected) in [
            ("PublicGetVouchersV1", "list vouchers"),
            ("PublicGetVouchersV2", "list vouchers"),
            ("PublicAddCollectionOfVouchersV2", "create vouchers"),
            ("PublicAddCollectionOfAcceptedVouchersV1", "create vouchers"),
            ("PublicDeleteVoucherByIdV1", "item vouchers"),
            ("PublicGetVoucherImageV1", "below vouchers"),
            ("createInvoice", "create invoices"),
            ("updateInvoice", "item invoices"),
            ("listAccountingPeriods", "single"),
            ("listNotes", "list notes"),
            ("getNote", "item notes"),
            ("activateDevice", "device code"),
        ] {
            assert_eq!(role(id), expected, "{id}");
        }
    }
}
