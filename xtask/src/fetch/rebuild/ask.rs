//! Asking a portal for the parts of a document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::portal::{Session, path};
use super::super::staging::{self, Staging};
use super::schemas::schema_ids;
use super::{Parts, id, last, members, text};
use crate::failure::Failure;
use crate::terminal::Progress;

/// Asks for all that a document is made of. The API and the list of its operations are always asked for; what was fetched
/// while both were the same is not asked for again.
pub(crate) fn ask(
    session: &mut Session<'_>,
    api_id: &str,
    staging: &Staging,
    progress: &Progress,
) -> Result<Parts, Failure> {
    let api = session.json(&path(&["apis", api_id])?)?;
    let listed = session.pages(&path(&["apis", api_id, "operations"])?, "", "operations")?;
    let (listed, unseen) = (listed.entries, listed.unseen);
    if listed.is_empty() {
        let message = "the portal shows no operations of it to this user";
        return Err(Failure::Machine(message.to_owned()));
    }
    let answers = Value::Array(vec![api.clone(), listed.clone().into()]).to_string();
    let kept = staging.parts(api_id, answers.as_bytes());
    let mut operations = Vec::new();
    for (number, operation) in listed.iter().filter_map(id).enumerate() {
        progress.tell(|| format!("{api_id}: operation {} of {}", number + 1, listed.len()));
        let path = path(&["apis", api_id, "operations", operation])?;
        operations.push((operation.to_owned(), part(session, &kept, &path)?));
    }
    let ids: BTreeSet<_> = operations
        .iter()
        .flat_map(|(_, it)| schema_ids(it))
        .collect();
    let mut schemas = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        progress.tell(|| format!("{api_id}: schema {} of {}", number + 1, ids.len()));
        let path = path(&["apis", api_id, "schemas", id])?;
        schemas.push((id.clone(), part(session, &kept, &path)?));
    }
    Ok(Parts {
        version_set: version_set(session, members(&api))?,
        hosts: hosts(session, api_id)?,
        api,
        operations,
        unseen,
        schemas,
    })
}

/// An answer that was kept, or else is now.
fn part(
    session: &mut Session<'_>,
    kept: &staging::Parts<'_>,
    path: &str,
) -> Result<Value, Failure> {
    if let Some(answer) = kept.get(path) {
        return Ok(answer);
    }
    let answer = session.json(path)?;
    kept.keep(path, &answer);
    Ok(answer)
}

fn hosts(session: &mut Session<'_>, api: &str) -> Result<Vec<String>, Failure> {
    let answer = optional(session, &path(&["apis", api, "hostnames"])?)?;
    let hosts = answer
        .as_ref()
        .map_or(&[][..], |it| super::list(it, "value"));
    Ok(hosts
        .iter()
        .filter_map(|host| text(host, "value"))
        .map(str::to_owned)
        .collect())
}

fn version_set(session: &mut Session<'_>, api: &Value) -> Result<Option<Value>, Failure> {
    let is_there = api.get("apiVersionSet").is_some_and(Value::is_object);
    let set = text(api, "apiVersionSetId")
        .and_then(last)
        .filter(|_| !is_there);
    match set {
        Some(set) => optional(session, &path(&["apiVersionSets", set])?),
        None => Ok(None),
    }
}

/// What a document can do without.
fn optional(session: &mut Session<'_>, path: &str) -> Result<Option<Value>, Failure> {
    match session.json(path) {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if session.is_over() => Err(failure),
        Err(_) => Ok(None),
    }
}
