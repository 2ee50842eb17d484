//! The operations of a document that is rebuilt.

use serde_json::{Map, Value, json};

use super::schemas::{Schemas, of_parameter};
use super::{Version, list, members, text};

/// The methods that a path of OpenAPI 3.0 has a place for.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

/// Adds an operation to the paths, or tells why there is no place for it in them.
pub(super) fn add(
    paths: &mut Map<String, Value>,
    id: &str,
    entity: &Value,
    schemas: &Schemas,
    version: &Version,
    lacks: &mut Vec<String>,
) -> Result<(), String> {
    let operation = members(entity);
    let method = text(operation, "method")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let template = Template::parse(text(operation, "urlTemplate").unwrap_or_default());
    let lost = |why: &str| {
        Err(format!(
            "`{id}` ({} {}): {why}",
            method.to_ascii_uppercase(),
            template.path
        ))
    };
    if !METHODS.contains(&method.as_str()) {
        return lost("OpenAPI has no place for its method");
    }
    if template.is_wildcard {
        return lost("its path ends anywhere");
    }
    let item = paths
        .entry(template.path.clone())
        .or_insert_with(|| json!({}));
    if item.get(&method).is_some() {
        return lost("another one has its method and path, and only the query tells them apart");
    }
    let mut note = |what: String| lacks.push(format!("{what} (`{id}`)"));
    item[&method] = value(id, operation, &template, schemas, version, &mut note);
    Ok(())
}

fn value(
    id: &str,
    operation: &Value,
    template: &Template,
    schemas: &Schemas,
    version: &Version,
    note: &mut dyn FnMut(String),
) -> Value {
    let mut found = Map::new();
    let title = text(operation, "displayName").or_else(|| text(operation, "name"));
    if let Some(title) = title {
        found.insert("summary".to_owned(), title.into());
    }
    if let Some(description) = text(operation, "description") {
        found.insert("description".to_owned(), description.into());
    }
    found.insert("operationId".to_owned(), id.into());
    let parameters = parameters(operation, template, schemas, version, note);
    if !parameters.is_empty() {
        found.insert("parameters".to_owned(), parameters.into());
    }
    let request = operation.get("request").unwrap_or(&Value::Null);
    let content = content(list(request, "representations"), schemas, note);
    if !content.is_empty() {
        let mut body = json!({ "content": content });
        if let Some(description) = text(request, "description") {
            body["description"] = description.into();
        }
        found.insert("requestBody".to_owned(), body);
    }
    found.insert(
        "responses".to_owned(),
        responses(operation, schemas, note).into(),
    );
    found.into()
}

/// The parameters of the template, then those of the request.
fn parameters(
    operation: &Value,
    template: &Template,
    schemas: &Schemas,
    version: &Version,
    note: &mut dyn FnMut(String),
) -> Vec<Value> {
    let declared = list(operation, "templateParameters");
    let of_template = |name: &str| {
        let is_it = |it: &&Value| text(it, "name") == Some(name);
        declared.iter().find(is_it).cloned()
    };
    let mut found: Vec<Value> = Vec::new();
    for name in &template.parameters {
        let contract = of_template(name).unwrap_or_else(|| {
            note(format!("the type of the path's parameter `{name}`"));
            json!({})
        });
        push(
            &mut found,
            parameter(&contract, name, "path", true, schemas, note),
        );
    }
    for (name, value) in &template.query {
        let contract = match value {
            QueryValue::Parameter(named) => of_template(named).unwrap_or_else(|| json!({})),
            QueryValue::Constant(value) => json!({ "values": [value] }),
        };
        push(
            &mut found,
            parameter(&contract, name, "query", true, schemas, note),
        );
    }
    let request = operation.get("request").unwrap_or(&Value::Null);
    for (place, list_name) in [("query", "queryParameters"), ("header", "headers")] {
        for contract in list(request, list_name) {
            let Some(name) = text(contract, "name") else {
                continue;
            };
            let is_required = contract.get("required") == Some(&Value::Bool(true));
            push(
                &mut found,
                parameter(contract, name, place, is_required, schemas, note),
            );
        }
    }
    if let Version::Parameter(place, name, value) = version {
        let contract = json!({ "values": [value] });
        push(
            &mut found,
            parameter(&contract, name, place, true, schemas, note),
        );
    }
    found
}

/// Adds a parameter, unless there is one of its place and name.
fn push(parameters: &mut Vec<Value>, parameter: Value) {
    let is_same = |it: &Value| it["in"] == parameter["in"] && it["name"] == parameter["name"];
    if !parameters.iter().any(is_same) {
        parameters.push(parameter);
    }
}

fn parameter(
    contract: &Value,
    name: &str,
    place: &str,
    is_required: bool,
    schemas: &Schemas,
    note: &mut dyn FnMut(String),
) -> Value {
    let mut found = json!({ "name": name, "in": place });
    if let Some(description) = text(contract, "description") {
        found["description"] = description.into();
    }
    if is_required {
        found["required"] = true.into();
    }
    found["schema"] = of_parameter(contract, schemas, note);
    found
}

/// The content of a body by media type.
fn content(
    representations: &[Value],
    schemas: &Schemas,
    note: &mut dyn FnMut(String),
) -> Map<String, Value> {
    let mut found = Map::new();
    for representation in representations {
        let Some(media_type) = text(representation, "contentType") else {
            continue;
        };
        let mut media = Map::new();
        if let Some(schema) = schema(representation, media_type, schemas, note) {
            media.insert("schema".to_owned(), schema);
        }
        let examples = examples(representation, media_type);
        if !examples.is_empty() {
            media.insert("examples".to_owned(), examples.into());
        }
        found.entry(media_type).or_insert(media.into());
    }
    found
}

fn schema(
    representation: &Value,
    media_type: &str,
    schemas: &Schemas,
    note: &mut dyn FnMut(String),
) -> Option<Value> {
    let form = list(representation, "formParameters");
    if FORMS.contains(&media_type) && !form.is_empty() {
        return Some(form_schema(form, schemas, note));
    }
    let found = schemas.reference(representation);
    if found.is_none() {
        let named =
            text(representation, "typeName").map_or_else(String::new, |it| format!(" `{it}`"));
        note(format!("the type{named} of a body of {media_type}"));
    }
    found
}

/// A form as an object with a property for each of its fields.
fn form_schema(form: &[Value], schemas: &Schemas, note: &mut dyn FnMut(String)) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in form {
        let Some(name) = text(field, "name") else {
            continue;
        };
        let mut schema = of_parameter(field, schemas, note);
        if let Some(description) =
            text(field, "description").filter(|_| schema.get("$ref").is_none())
        {
            schema["description"] = description.into();
        }
        properties.insert(name.to_owned(), schema);
        if field.get("required") == Some(&Value::Bool(true)) {
            required.push(name);
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

/// The examples of a body. They come as text; what is JSON by its media type is shown as such.
fn examples(representation: &Value, media_type: &str) -> Map<String, Value> {
    let is_json = media_type.contains("json");
    let shown = |value: &Value| match value {
        Value::String(text) if is_json => {
            serde_json::from_str(text).unwrap_or_else(|_| value.clone())
        }
        other => other.clone(),
    };
    let mut found = Map::new();
    if let Some(Value::Object(named)) = representation.get("examples") {
        for (name, example) in named {
            let Some(value) = example.get("value") else {
                continue;
            };
            let mut shown = json!({ "value": shown(value) });
            if let Some(description) = text(example, "description") {
                shown["description"] = description.into();
            }
            found.insert(name.clone(), shown);
        }
    }
    let sample = text(representation, "sample").or_else(|| text(representation, "generatedSample"));
    if let Some(sample) = sample.filter(|_| found.is_empty()) {
        found.insert(
            "default".to_owned(),
            json!({ "value": shown(&sample.into()) }),
        );
    }
    found
}

fn responses(
    operation: &Value,
    schemas: &Schemas,
    note: &mut dyn FnMut(String),
) -> Map<String, Value> {
    let mut found = Map::new();
    for response in list(operation, "responses") {
        let status = status(response);
        // OpenAPI requires a description, even of one that says nothing.
        let mut value = json!({ "description": text(response, "description").unwrap_or_default() });
        let mut headers = Map::new();
        for header in list(response, "headers") {
            let Some(name) = text(header, "name") else {
                continue;
            };
            let mut shown = json!({ "schema": of_parameter(header, schemas, note) });
            if let Some(description) = text(header, "description") {
                shown["description"] = description.into();
            }
            headers.insert(name.to_owned(), shown);
        }
        if !headers.is_empty() {
            value["headers"] = headers.into();
        }
        let content = content(list(response, "representations"), schemas, note);
        if !content.is_empty() {
            value["content"] = content.into();
        }
        found.entry(status).or_insert(value);
    }
    if found.is_empty() {
        note("its responses".to_owned());
        found.insert("default".to_owned(), json!({ "description": "" }));
    }
    found
}

/// The status of a response, as a key of OpenAPI.
fn status(response: &Value) -> String {
    let status = match response.get("statusCode") {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    match status {
        Some(status @ 100..=599) => status.to_string(),
        _ => "default".to_owned(),
    }
}

/// The template of an operation's URL: `/orders/{id}?expand={expand}`.
struct Template {
    path: String,
    /// The names in the path.
    parameters: Vec<String>,
    /// What the query must have.
    query: Vec<(String, QueryValue)>,
    /// Whether the path may go on (`/*`, `{*rest}`).
    is_wildcard: bool,
}

enum QueryValue {
    Parameter(String),
    Constant(String),
}

impl Template {
    fn parse(template: &str) -> Self {
        let (path, query) = template.split_once('?').unwrap_or((template, ""));
        let mut parameters = Vec::new();
        let mut rest = path;
        while let Some((_, behind)) = rest.split_once('{') {
            let Some((name, behind)) = behind.split_once('}') else {
                break;
            };
            parameters.push(name.to_owned());
            rest = behind;
        }
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let inner = value.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
            let value = match inner {
                Some(inner) => QueryValue::Parameter(inner.to_owned()),
                None => QueryValue::Constant(value.to_owned()),
            };
            (name.to_owned(), value)
        });
        Self {
            is_wildcard: path.ends_with("/*") || path.contains("{*"),
            parameters,
            query: query.collect(),
            path: format!("/{}", path.trim_start_matches('/')),
        }
    }
}
