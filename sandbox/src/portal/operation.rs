//! The operations of a document, with what their requests and answers are checked against.

use portal_generator::manifest::{self, Access};
use serde_json::Value;

use super::resources::Role;
use super::schema::{Checked, Direction, Schemas};
use super::template::Template;
use crate::error::StartError;

/// An operation.
pub(crate) struct Operation {
    /// The document's `operationId` or, where it has none, method and path.
    pub(crate) id: String,
    /// In capitals.
    pub(crate) method: String,
    pub(crate) template: Template,
    pub(crate) access: Access,
    /// The scopes that the document requires: one of these lists, all of it.
    pub(crate) scopes: Vec<Vec<String>>,
    /// Whether the document asks for a token or a key at all.
    pub(crate) is_open: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// The successes, in the order of the document.
    pub(crate) successes: Vec<Reply>,
    /// The answers to refusals, in the order of the document.
    pub(crate) refusals: Vec<Reply>,
    pub(crate) pagination: Option<manifest::Pagination>,
    pub(crate) role: Role,
}

/// A parameter.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    /// Between the items of a list in one value; `None` where each item comes with its own name.
    pub(crate) separator: Option<char>,
    pub(crate) checked: Checked,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

/// A request body.
pub(crate) struct Body {
    pub(crate) required: bool,
    /// The media types, without parameters.
    pub(crate) media_types: Vec<String>,
    /// The schema of the JSON among them.
    pub(crate) json: Option<Checked>,
}

/// An answer.
pub(crate) struct Reply {
    /// What the document calls it: `404`, `4XX`, `default`.
    pub(crate) name: String,
    pub(crate) status: u16,
    pub(crate) content: Option<Content>,
}

/// The first body of an answer.
pub(crate) struct Content {
    pub(crate) media_type: String,
    pub(crate) checked: Checked,
    pub(crate) examples: Vec<Value>,
}

/// Reads all operations of a document.
pub(super) fn all(
    tree: &Value,
    api: &manifest::Api,
    schemas: &Schemas,
) -> Result<Vec<Operation>, StartError> {
    let mut operations = Vec::new();
    let reader = Reader { tree, api, schemas };
    for (path, item) in members(tree.get("paths")) {
        for (method, operation) in members(Some(item)) {
            if operation.get("responses").is_none() {
                continue;
            }
            let id = operation.get("operationId").and_then(Value::as_str);
            let method = method.to_ascii_uppercase();
            let id = id.map_or_else(|| format!("{method} {path}"), str::to_owned);
            let read = reader.operation(&id, &method, path, item, operation);
            operations.push(read.map_err(|reason| StartError::Schema {
                api: api.id.clone(),
                operation: id,
                reason,
            })?);
        }
    }
    Ok(operations)
}

struct Reader<'a> {
    tree: &'a Value,
    api: &'a manifest::Api,
    schemas: &'a Schemas,
}

impl Reader<'_> {
    fn operation(
        &self,
        id: &str,
        method: &str,
        path: &str,
        item: &Value,
        operation: &Value,
    ) -> Result<Operation, String> {
        let rules = self.api.operations.get(id);
        let access = match method {
            "GET" | "HEAD" => Access::Read,
            _ => Access::Write,
        };
        let security = operation.get("security").or(self.tree.get("security"));
        let requirements = security.and_then(Value::as_array);
        let responses = self.responses(method, operation)?;
        let (successes, others): (Vec<_>, Vec<_>) =
            responses.into_iter().partition(|it| it.status < 300);
        Ok(Operation {
            id: id.to_owned(),
            method: method.to_owned(),
            template: Template::new(path),
            access: rules.and_then(|rules| rules.access).unwrap_or(access),
            scopes: requirements.map_or_else(Vec::new, |it| self.scopes(it)),
            is_open: requirements.is_none_or(|all| {
                all.iter()
                    .any(|one| one.as_object().is_none_or(serde_json::Map::is_empty))
            }),
            parameters: self.parameters(item, operation)?,
            body: self.body(operation)?,
            successes,
            refusals: others,
            pagination: self.pagination(rules),
            role: Role::Single,
        })
    }

    fn pagination(&self, rules: Option<&manifest::OperationRules>) -> Option<manifest::Pagination> {
        match rules.and_then(|rules| rules.pagination.as_ref()) {
            Some(manifest::OperationPagination::Off) => None,
            Some(manifest::OperationPagination::Own(own)) => Some(own.clone()),
            None => self.api.pagination.clone(),
        }
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..64 {
            let target = value.get("$ref").and_then(Value::as_str);
            let target = target.and_then(|text| self.tree.pointer(text.strip_prefix('#')?));
            match target {
                Some(next) => value = next,
                None => break,
            }
        }
        value
    }

    /// The scopes of those alternatives that ask for any.
    fn scopes(&self, requirements: &[Value]) -> Vec<Vec<String>> {
        let lists = requirements.iter().map(|requirement| {
            let schemes = members(Some(requirement)).flat_map(|(_, scopes)| scopes.as_array());
            let scopes = schemes.flatten().filter_map(Value::as_str);
            scopes.map(str::to_owned).collect::<Vec<_>>()
        });
        lists.filter(|scopes| !scopes.is_empty()).collect()
    }

    fn parameters(&self, item: &Value, operation: &Value) -> Result<Vec<Parameter>, String> {
        let mut found: Vec<Parameter> = Vec::new();
        // Those of the operation come last and replace those of the path.
        for list in [item.get("parameters"), operation.get("parameters")] {
            for parameter in list.and_then(Value::as_array).into_iter().flatten() {
                let Some(parameter) = self.parameter(self.resolve(parameter))? else {
                    continue;
                };
                found.retain(|it| it.name != parameter.name || it.place != parameter.place);
                found.push(parameter);
            }
        }
        Ok(found)
    }

    fn parameter(&self, parameter: &Value) -> Result<Option<Parameter>, String> {
        let text = |name: &str| parameter.get(name).and_then(Value::as_str);
        let flag = |name: &str| parameter.get(name).and_then(Value::as_bool);
        let place = match text("in") {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            Some("header") => Place::Header,
            Some("cookie") => Place::Cookie,
            _ => return Ok(None),
        };
        let (Some(name), Some(schema)) = (text("name"), parameter.get("schema")) else {
            return Ok(None);
        };
        let form = matches!(text("style"), None | Some("form")) && place == Place::Query;
        let separator = match text("style") {
            Some("spaceDelimited") => ' ',
            Some("pipeDelimited") => '|',
            _ => ',',
        };
        Ok(Some(Parameter {
            name: name.to_owned(),
            place,
            required: place == Place::Path || flag("required").unwrap_or(false),
            separator: (!flag("explode").unwrap_or(form)).then_some(separator),
            checked: self.schemas.checked(schema, Direction::Request)?,
        }))
    }

    fn body(&self, operation: &Value) -> Result<Option<Body>, String> {
        let Some(body) = operation.get("requestBody").map(|body| self.resolve(body)) else {
            return Ok(None);
        };
        let content = || members(body.get("content"));
        let json = content().find(|(media_type, _)| is_json(media_type));
        let schema = json.and_then(|(_, media)| media.get("schema"));
        Ok(Some(Body {
            required: body.get("required") == Some(&Value::Bool(true)),
            media_types: content().map(|(name, _)| essence(name)).collect(),
            json: schema
                .map(|schema| self.schemas.checked(schema, Direction::Request))
                .transpose()?,
        }))
    }

    fn responses(&self, method: &str, operation: &Value) -> Result<Vec<Reply>, String> {
        let mut replies = Vec::new();
        for (status, response) in members(operation.get("responses")) {
            let number = match status.as_str() {
                "2XX" if method == "POST" => 201,
                "default" => 400,
                range => range.replace("XX", "00").parse().unwrap_or(500),
            };
            replies.push(Reply {
                name: status.clone(),
                status: number,
                content: self.content(self.resolve(response))?,
            });
        }
        Ok(replies)
    }

    fn content(&self, response: &Value) -> Result<Option<Content>, String> {
        let mut media = members(response.get("content"));
        let Some((media_type, media)) = media.next() else {
            return Ok(None);
        };
        let any = Value::Object(serde_json::Map::new());
        let schema = media.get("schema").unwrap_or(&any);
        let several = members(media.get("examples"));
        let several = several.filter_map(|(_, it)| self.resolve(it).get("value"));
        let target = self.schemas.resolve(schema);
        let examples = media.get("example").into_iter().chain(several);
        let examples = examples.chain(target.get("example"));
        Ok(Some(Content {
            media_type: media_type.clone(),
            checked: self.schemas.checked(schema, Direction::Answer)?,
            examples: examples.cloned().collect(),
        }))
    }
}

impl Reply {
    /// The schema of the answer, where it is JSON.
    pub(crate) fn json(&self) -> Option<&Content> {
        self.content
            .as_ref()
            .filter(|content| is_json(&content.media_type))
    }
}

impl Operation {
    /// The answer to a refusal: that of the status itself, else of a range, else of all others.
    pub(crate) fn refusal(&self, status: u16) -> Option<&Reply> {
        let names = [
            status.to_string(),
            format!("{}XX", status / 100),
            "default".to_owned(),
        ];
        names.iter().find_map(|name| {
            let mut refusals = self.refusals.iter();
            refusals.find(|it| it.name == *name)
        })
    }

    /// The status of refused input: 422 where the document has that and not 400.
    pub(crate) fn status_of_invalid(&self) -> u16 {
        let has = |name: &str| self.refusals.iter().any(|it| it.name == name);
        match has("422") && !has("400") {
            true => 422,
            false => 400,
        }
    }
}

pub(super) fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence.ends_with("+json") || essence == "text/json"
}
