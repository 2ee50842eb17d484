//! A sandbox from the inside: the way of a request through all layers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::api::Apis;
use crate::clock::Clock;
use crate::faults::{FAULT_HEADER, Fault, Faults};
use crate::gateway::Gateway;
use crate::identity::{Claims, Decision, Identity, Worthless};
use crate::message::{Answer, Request};
use crate::portal::{Api, IDENTITY, Operation, Portal};
use crate::record::{Layer, Recorded, Verdict};

/// Everything that answers.
pub(crate) struct World {
    pub(crate) portal: Portal,
    pub(crate) identity: Identity,
    pub(crate) gateway: Gateway,
    pub(crate) apis: Apis,
    pub(crate) faults: Faults,
    pub(crate) clock: Clock,
    pub(crate) base: String,
    pub(crate) record: Mutex<Vec<Recorded>>,
}

/// What goes back.
pub(crate) enum Reply {
    Whole(Answer),
    /// The head, and half of the body.
    Truncated(Answer),
    /// Nothing.
    Reset,
}

/// An operation that a request is for.
struct Target<'a> {
    api: &'a Api,
    operation: &'a Operation,
    path: BTreeMap<String, String>,
}

/// A refusal with its layer.
type Refused = (Layer, Answer, String);

impl World {
    /// Answers a request; the wait comes before the answer.
    pub(crate) fn answer(&self, request: &Request) -> (Duration, Reply) {
        let mut entry = Recorded {
            method: request.method.clone(),
            path: request.path.clone(),
            operation: None,
            bundle: None,
            scopes: Vec::new(),
            status: None,
            verdict: Verdict::Answered,
            fault: None,
        };
        let (wait, reply) = self.handle(request, &mut entry);
        if let Reply::Whole(answer) | Reply::Truncated(answer) = &reply {
            entry.status = Some(answer.status);
        }
        self.recorded().push(entry);
        (wait, reply)
    }

    pub(crate) fn recorded(&self) -> std::sync::MutexGuard<'_, Vec<Recorded>> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, request: &Request, entry: &mut Recorded) -> (Duration, Reply) {
        let now = Duration::ZERO;
        if request.path.starts_with(IDENTITY)
            && let Some((answer, outcome)) = self.identity.answer(request, &self.clock)
        {
            let place = "identity provider".to_owned();
            entry.operation = Some((place, outcome.operation.to_owned()));
            entry.bundle = outcome.bundle;
            entry.scopes = outcome.scopes;
            if let Some(why) = outcome.refused {
                entry.verdict = Verdict::Refused(Layer::IdentityProvider, why);
            }
            return (now, Reply::Whole(answer));
        }
        let fault = match self.fault(request) {
            Ok(fault) => fault,
            Err(why) => {
                let answer = Answer::bytes(400, "text/plain; charset=utf-8", why.clone().into());
                entry.verdict = Verdict::Refused(Layer::Gateway, why);
                return (now, Reply::Whole(answer));
            }
        };
        entry.fault = fault.as_ref().map(Fault::to_string);
        if let Some(reply) = fault.as_ref().and_then(replacing) {
            entry.verdict = Verdict::Faulty;
            return (now, reply);
        }
        let (answer, target) = match self.pass(request, entry) {
            Ok((answer, target)) => (answer, Some(target)),
            Err((layer, answer, why)) => {
                entry.verdict = Verdict::Refused(layer, why);
                (answer, None)
            }
        };
        spoiled(answer, fault, target.as_ref())
    }

    /// The fault that the request asks for, or that waits for it.
    fn fault(&self, request: &Request) -> Result<Option<Fault>, String> {
        match request.header(FAULT_HEADER) {
            Some(name) => name
                .parse()
                .map(Some)
                .map_err(|error: crate::UnknownFault| error.to_string()),
            None => Ok(self.faults.next()),
        }
    }

    /// The way through gateway, token check and API.
    fn pass<'a>(
        &'a self,
        request: &Request,
        entry: &mut Recorded,
    ) -> Result<(Answer, Target<'a>), Refused> {
        let gateway = |(answer, why)| (Layer::Gateway, answer, why);
        let target = self
            .route(request)
            .ok_or_else(|| gateway(Gateway::not_found()))?;
        let operation = (target.api.id.clone(), target.operation.id.clone());
        entry.operation = Some(operation);
        let realm = format!("{}{}", self.base, target.api.base);
        let admitted = {
            let now = self.clock.now();
            self.gateway.admit(request, &target.api.id, &realm, now)
        };
        entry.bundle = admitted.map_err(gateway)?.map(str::to_owned);
        if !target.operation.is_open {
            let claims = self.token(request)?;
            entry.bundle = Some(claims.bundle.clone());
            entry.scopes.clone_from(&claims.scopes);
            self.authorize(&claims, &target)?;
        }
        let Target {
            api,
            operation,
            path,
        } = &target;
        let (answer, refusal) = {
            let approve = |code: &str| self.identity.decide(code, Decision::Approved);
            let path = path.clone();
            self.apis.answer(api, operation, path, request, &approve)
        };
        if let Some(why) = refusal {
            entry.verdict = Verdict::Refused(Layer::Api, why);
        }
        Ok((answer, target))
    }

    /// The operation with the most exact template that matches.
    fn route(&self, request: &Request) -> Option<Target<'_>> {
        let mut found: Option<Target<'_>> = None;
        for api in &self.portal.apis {
            for base in self.bases(api) {
                let Some(rest) = request.path.strip_prefix(base.as_str()) else {
                    continue;
                };
                if !rest.is_empty() && !rest.starts_with('/') {
                    continue;
                }
                let operations = api.operations.iter();
                for operation in operations.filter(|it| it.method == request.method) {
                    let Some(path) = operation.template.matches(rest) else {
                        continue;
                    };
                    let exact = |it: &Target<'_>| it.operation.template.fixed();
                    let better = found.as_ref().map(exact);
                    if better.is_none_or(|best| operation.template.fixed() > best) {
                        found = Some(Target {
                            api,
                            operation,
                            path,
                        });
                    }
                }
            }
        }
        found
    }

    /// The paths of an API, one for each region.
    fn bases(&self, api: &Api) -> Vec<String> {
        let regions = self.portal.manifest.gateway.regions.iter();
        match api.base.contains("{region}") {
            true => regions
                .map(|region| api.base.replace("{region}", &region.id))
                .collect(),
            false => vec![api.base.clone()],
        }
    }

    /// RFC 6750.
    fn token(&self, request: &Request) -> Result<Claims, Refused> {
        let refused = |challenge: &str, why: &str| {
            let answer = Answer::empty(401).header("www-authenticate", challenge);
            (Layer::Token, answer, why.to_owned())
        };
        let header = request.header("authorization").unwrap_or_default();
        let token = header
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            return Err(refused("Bearer", "there is no bearer token"));
        };
        let verified = self.identity.verify(token.trim(), self.clock.now());
        verified.map_err(|worthless| match worthless {
            Worthless::Expired => refused(
                r#"Bearer error="invalid_token", error_description="The access token expired""#,
                "the token has expired",
            ),
            Worthless::Garbage => refused(
                r#"Bearer error="invalid_token", error_description="The access token is none of this identity provider's""#,
                "the token is none of the sandbox's",
            ),
        })
    }

    /// Whether the token's scopes are enough: the document's own or, where no bundle has any, those made up.
    fn authorize(&self, claims: &Claims, target: &Target<'_>) -> Result<(), Refused> {
        let Target { api, operation, .. } = target;
        let (alternatives, needed) = if self.portal.makes_scopes_up() {
            let scope = self.portal.made_up_scope(&api.id, operation.access);
            (vec![vec![scope.clone()]], scope)
        } else {
            let each = operation.scopes.iter().map(|all| all.join(" "));
            (operation.scopes.clone(), each.collect::<Vec<_>>().join(" "))
        };
        let has = |all: &Vec<String>| all.iter().all(|scope| claims.scopes.contains(scope));
        if alternatives.is_empty() || alternatives.iter().any(has) {
            return Ok(());
        }
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{needed}\"");
        let answer = Answer::empty(403).header("www-authenticate", challenge);
        Err((
            Layer::Token,
            answer,
            format!("the token lacks the scope {needed}"),
        ))
    }
}

/// What takes the place of an answer that is never made.
fn replacing(fault: &Fault) -> Option<Reply> {
    match fault {
        Fault::Reset => Some(Reply::Reset),
        // What is answered with 204 was done.
        Fault::NoContent => None,
        other => other.instead().map(Reply::Whole),
    }
}

fn spoiled(answer: Answer, fault: Option<Fault>, target: Option<&Target<'_>>) -> (Duration, Reply) {
    match fault {
        None => (Duration::ZERO, Reply::Whole(answer)),
        Some(Fault::Latency(wait)) => (wait, Reply::Whole(answer)),
        Some(Fault::Truncate) => (Duration::ZERO, Reply::Truncated(answer)),
        Some(fault) => {
            let answer = fault.instead().unwrap_or_else(|| match target {
                Some(target) => {
                    let replies = target.operation.successes.iter();
                    let mut content = replies.filter_map(|reply| reply.json());
                    let schema = content.next().map(|it| &it.checked.schema);
                    let schemas = &target.api.schemas;
                    fault.spoil(answer, schemas, schema.unwrap_or(&Value::Null))
                }
                None => answer,
            });
            (Duration::ZERO, Reply::Whole(answer))
        }
    }
}
