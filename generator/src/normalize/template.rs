//! The variables of a path and the parameters that fill them.

use openapiv3::{Parameter, ParameterData, ParameterSchemaOrContent, PathStyle, ReferenceOr};

use super::at::At;
use super::context::Context;
use super::parameters::{Location, Parameters};
use super::schema;

/// A variable of a path's template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// It stands behind the question mark that some gateways write into paths.
    pub(crate) in_query: bool,
}

/// Returns the variables of a path, each once.
pub(crate) fn variables(path: &str) -> Vec<Variable> {
    let mut found: Vec<Variable> = Vec::new();
    let question_mark = path.find('?').unwrap_or(path.len());
    let mut at = 0;
    while let Some(open) = path[at..].find('{').map(|open| at + open) {
        let Some(close) = path[open..].find('}').map(|close| open + close) else {
            break;
        };
        // `{a{b}` names `b`.
        let start = path[open..close]
            .rfind('{')
            .map_or(open, |inner| open + inner)
            + 1;
        let name = &path[start..close];
        if !name.is_empty() && !found.iter().any(|there| there.name == name) {
            found.push(Variable {
                name: name.to_owned(),
                in_query: start > question_mark,
            });
        }
        at = close + 1;
    }
    found
}

/// Mends the parameters that a path and its operations share: what is nearly a variable takes its name,
/// what is none has no place in the path.
pub(crate) fn reconcile_shared(
    cx: &mut Context<'_>,
    variables: &[Variable],
    parameters: &mut Parameters<'_>,
    at: &At<'_>,
) {
    let missing = missing(variables, &parameters.keys);
    rename_and_drop(cx, variables, missing, parameters, false, at);
}

/// Mends an operation's parameters until every variable of the path is filled and nothing else goes into it.
pub(crate) fn reconcile(
    cx: &mut Context<'_>,
    variables: &[Variable],
    parameters: &mut Parameters<'_>,
    shared: &[(String, Location)],
    at: &At<'_>,
) {
    let mut there = parameters.keys.clone();
    there.extend_from_slice(shared);
    let missing = missing(variables, &there);
    let missing = rename_and_drop(cx, variables, missing, parameters, true, at);
    for name in missing {
        let query = parameters
            .keys
            .iter()
            .position(|key| key.0 == name && key.1 == Location::Query);
        let moved = query.and_then(|index| into_path(cx, parameters, index));
        let message = match moved {
            Some(()) => format!("`{name}` is a variable of the path, not of the query"),
            None => {
                declare(parameters, &name);
                format!("the path's variable `{name}` is not declared, and is read as text")
            }
        };
        cx.warn(
            at,
            "undeclared-path-parameter",
            message,
            format!("declare a parameter `{name}` with `in: path`"),
        );
    }
}

fn missing(variables: &[Variable], keys: &[(String, Location)]) -> Vec<String> {
    let declared = |variable: &&Variable| {
        keys.iter().any(|(name, location)| {
            *name == variable.name
                && (*location == Location::Path
                    || (variable.in_query && *location == Location::Query))
        })
    };
    let missing = variables.iter().filter(|variable| !declared(variable));
    missing.map(|variable| variable.name.clone()).collect()
}

/// Renames parameters that are nearly a variable and drops those that are none; returns the variables still missing.
fn rename_and_drop(
    cx: &mut Context<'_>,
    variables: &[Variable],
    mut missing: Vec<String>,
    parameters: &mut Parameters<'_>,
    alone_is_enough: bool,
    at: &At<'_>,
) -> Vec<String> {
    let is_stray = |key: &(String, Location)| {
        key.1 == Location::Path && !variables.iter().any(|variable| variable.name == key.0)
    };
    let strays = parameters.keys.iter().filter(|key| is_stray(key)).count();
    let mut index = 0;
    while index < parameters.keys.len() {
        if !is_stray(&parameters.keys[index]) {
            index += 1;
            continue;
        }
        let name = parameters.keys[index].0.clone();
        let alone = alone_is_enough && strays == 1 && missing.len() == 1;
        let meant = missing
            .iter()
            .position(|variable| alone || letters(variable) == letters(&name));
        if let Some(position) = meant {
            let variable = missing.remove(position);
            let message = format!("the path calls the parameter `{name}` by the name `{variable}`");
            cx.warn(
                at,
                "renamed-path-parameter",
                message,
                "use the same name in both",
            );
            rename(cx, parameters, index, &variable);
            index += 1;
        } else {
            let message =
                format!("the path has no variable `{name}`, so the parameter is left out");
            cx.warn(
                at,
                "stray-path-parameter",
                message,
                "put it into the path, or remove the parameter",
            );
            parameters.keys.remove(index);
            parameters.plain.remove(index);
        }
    }
    missing
}

/// Returns what two spellings of the same name have in common.
fn letters(name: &str) -> String {
    let plain = name.split(':').next().unwrap_or(name);
    plain
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn rename(cx: &Context<'_>, parameters: &mut Parameters<'_>, index: usize, name: &str) {
    let Some(mut parameter) = own(cx, &parameters.plain[index]) else {
        return;
    };
    data_mut(&mut parameter).name = name.to_owned();
    parameters.plain[index] = ReferenceOr::Item(parameter);
    parameters.keys[index].0 = name.to_owned();
}

/// Moves a parameter from the query into the path.
fn into_path(cx: &Context<'_>, parameters: &mut Parameters<'_>, index: usize) -> Option<()> {
    let mut parameter = own(cx, &parameters.plain[index])?;
    let data = data_mut(&mut parameter);
    data.required = true;
    data.explode = None;
    let parameter_data = data.clone();
    parameters.plain[index] = ReferenceOr::Item(Parameter::Path {
        parameter_data,
        style: PathStyle::Simple,
    });
    parameters.keys[index].1 = Location::Path;
    Some(())
}

/// Returns a parameter that may be changed: a copy where others share it.
fn own(cx: &Context<'_>, parameter: &ReferenceOr<Parameter>) -> Option<Parameter> {
    match parameter {
        ReferenceOr::Item(parameter) => Some(parameter.clone()),
        ReferenceOr::Reference { reference } => {
            let name = reference.rsplit('/').next()?;
            let name = crate::document::pointer::unescape(name);
            cx.components
                .parameters
                .get(name.as_ref())?
                .as_item()
                .cloned()
        }
    }
}

fn data_mut(parameter: &mut Parameter) -> &mut ParameterData {
    match parameter {
        Parameter::Query { parameter_data, .. }
        | Parameter::Header { parameter_data, .. }
        | Parameter::Path { parameter_data, .. }
        | Parameter::Cookie { parameter_data, .. } => parameter_data,
    }
}

fn declare(parameters: &mut Parameters<'_>, name: &str) {
    let parameter_data = ParameterData {
        name: name.to_owned(),
        description: None,
        required: true,
        deprecated: None,
        format: ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema::text())),
        example: None,
        examples: indexmap::IndexMap::new(),
        explode: None,
        extensions: indexmap::IndexMap::new(),
    };
    parameters.plain.push(ReferenceOr::Item(Parameter::Path {
        parameter_data,
        style: PathStyle::Simple,
    }));
    parameters.keys.push((name.to_owned(), Location::Path));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> Vec<(String, bool)> {
        let found = variables(path).into_iter();
        found
            .map(|variable| (variable.name, variable.in_query))
            .collect()
    }

    #[test]
    fn finds_the_variables_of_a_path() {
        assert_eq!(
            names("/a/{b}/c/{d}"),
            [("b".into(), false), ("d".into(), false)]
        );
        assert_eq!(
            names("/a/{b}?c={c}&b={b}"),
            [("b".into(), false), ("c".into(), true)]
        );
        assert_eq!(names("/a/{b"), []);
        assert_eq!(names("/a/{}/{{b}}"), [("b".into(), false)]);
        assert_eq!(names("/{ä}.json"), [("ä".into(), false)]);
    }

    #[test]
    fn spellings_of_a_name_have_their_letters_in_common() {
        assert_eq!(letters("userId"), letters("user_id"));
        assert_eq!(letters("id:guid"), letters("id"));
        assert_eq!(letters("path*"), letters("path"));
        assert_ne!(letters("id"), letters("uid"));
    }
}
