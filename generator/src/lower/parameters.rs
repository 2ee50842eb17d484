//! Parameters: where they travel, how they are written, and whether they must be given.

use openapiv3::{
    Parameter, ParameterData, ParameterSchemaOrContent, PathStyle, QueryStyle, ReferenceOr,
};

use super::Finding;
use super::objects::shown;
use super::operations::{Named, Operations, Site};
use super::schemas::Hint;
use super::usage::Direction;
use super::view::Node;
use crate::ir::{self, Location, Style, Type};
use crate::names::{self, Scope};

/// Names of a call that its optional parameters must not take.
const CALL_METHODS: &[&str] = &[
    "into_future",
    "items",
    "pages",
    "send",
    "header",
    "timeout",
    "body",
    "clone",
    "into",
    "from",
    "self",
];

/// The parameters of an operation.
pub(super) struct Parameters {
    /// Those that must be given: path, then the others in document order.
    pub(super) arguments: Vec<ir::Parameter>,
    /// Those that may be given.
    pub(super) options: Vec<ir::Parameter>,
    /// The path template, without what belongs into the query.
    pub(super) path: String,
}

impl<'a> Operations<'a, '_> {
    pub(super) fn parameters(&mut self, site: &Site<'a>, named: &Named) -> Parameters {
        let template = Template::of(site.path);
        let mut scope = Scope::with_reserved(CALL_METHODS);
        let mut all = Vec::new();
        for (parameter, pointer) in self.effective(site) {
            if self.is_left_to_the_client(parameter, &pointer) {
                continue;
            }
            let lowered = self.parameter(parameter, &template, named, &pointer, &mut scope);
            all.push((is_required(parameter), lowered));
        }
        // A query that is written into the template is sent as it stands there.
        for (name, value) in &template.fixed_query {
            all.push((true, constant_query(name, value)));
        }
        let (mut required, optional): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(required, _)| *required);
        required.sort_by_key(|(_, parameter)| match parameter.location {
            Location::Path => template.position(&parameter.wire_name),
            _ => usize::MAX,
        });
        Parameters {
            arguments: required
                .into_iter()
                .map(|(_, parameter)| parameter)
                .collect(),
            options: optional
                .into_iter()
                .map(|(_, parameter)| parameter)
                .collect(),
            path: template.path,
        }
    }

    /// The operation's parameters and those of its path that it does not override (OpenAPI 3.0.4, 4.7.9.1).
    fn effective(&self, site: &Site<'a>) -> Vec<(&'a Parameter, String)> {
        let at = site.pointer();
        let item_at = at.rsplit_once('/').map_or("", |(item, _)| item).to_owned();
        let own = site.operation.parameters.iter().enumerate();
        let own = own.map(|(index, parameter)| (parameter, format!("{at}/parameters/{index}")));
        let shared = site.item.parameters.iter().enumerate();
        let shared =
            shared.map(|(index, parameter)| (parameter, format!("{item_at}/parameters/{index}")));
        let mut all: Vec<(&'a Parameter, String)> = Vec::new();
        for (parameter, pointer) in own.chain(shared) {
            if let Some(parameter) = self.parameter_behind(parameter) {
                let known = all.iter().any(|(other, _)| key(other) == key(parameter));
                if !known {
                    all.push((parameter, pointer));
                }
            }
        }
        all
    }

    /// Headers that the runtime sets itself (OpenAPI 3.0.4, 4.7.12.1), and the portal's subscription key.
    fn is_left_to_the_client(&mut self, parameter: &Parameter, pointer: &str) -> bool {
        let name = &parameter.parameter_data_ref().name;
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let key = self
            .config
            .portal
            .and_then(|(manifest, _)| manifest.gateway.subscription_key.as_ref());
        let ours = match parameter {
            Parameter::Header { .. } => {
                is("accept")
                    || is("content-type")
                    || is("authorization")
                    || key.is_some_and(|key| is(&key.header))
            }
            Parameter::Query { .. } => key.and_then(|key| key.query.as_deref()).is_some_and(is),
            Parameter::Path { .. } | Parameter::Cookie { .. } => false,
        };
        if ours {
            let message = format!("`{name}` is no parameter here: the client sets it");
            self.findings
                .push(Finding::note("parameter-set-by-client", pointer, message));
        }
        ours
    }

    fn parameter(
        &mut self,
        parameter: &'a Parameter,
        template: &Template,
        named: &Named,
        pointer: &str,
        scope: &mut Scope,
    ) -> ir::Parameter {
        let data = parameter.parameter_data_ref();
        let (mut location, mut style, mut explode, reserved) = placement(parameter);
        let mut wire_name = data.name.clone();
        if location == Location::Path
            && let Some(query) = template.query_name(&wire_name)
        {
            (location, style, explode) = (Location::Query, Style::Form, true);
            wire_name = query.to_owned();
        }
        let (node, json) = content(data);
        let hint = Hint::new(&named.type_name, &data.name, format!("{pointer}/schema"));
        let nodes: Vec<Node<'a>> = node.into_iter().collect();
        let constant = is_required(parameter)
            .then(|| self.types.one_value(&nodes))
            .flatten()
            .filter(|_| !json);
        let lowered = match nodes.is_empty() || constant.is_some() {
            true => None,
            false => Some(self.types.lower(&nodes, &hint, Direction::Request)),
        };
        let words = lowered.as_ref().map(|lowered| &lowered.words);
        let other = format!("{} {}", location_word(location), data.name);
        let alternatives = std::iter::once(names::value_name(&other));
        ir::Parameter {
            name: scope.claim(&names::value_name(&data.name), alternatives),
            location,
            style,
            explode,
            reserved,
            json,
            constant,
            description: match &data.description {
                Some(description) => description.clone(),
                None => words.map_or("", |words| words.description).to_owned(),
            },
            default: words.and_then(|words| words.default).and_then(shown),
            example: words.and_then(|words| words.example).and_then(plain_text),
            deprecated: data.deprecated.unwrap_or(false),
            ty: lowered.map_or(Type::String, |lowered| lowered.ty),
            sample: self.parameter_sample(data, &nodes, location),
            wire_name,
        }
    }
}

/// What identifies a parameter: its location and its name, which for headers has no case.
fn key(parameter: &Parameter) -> (Location, String) {
    let (location, ..) = placement(parameter);
    let name = &parameter.parameter_data_ref().name;
    match location {
        Location::Header => (location, name.to_lowercase()),
        _ => (location, name.clone()),
    }
}

fn is_required(parameter: &Parameter) -> bool {
    matches!(parameter, Parameter::Path { .. }) || parameter.parameter_data_ref().required
}

fn placement(parameter: &Parameter) -> (Location, Style, bool, bool) {
    let data = parameter.parameter_data_ref();
    let tabs = data
        .extensions
        .get("x-style")
        .and_then(|style| style.as_str())
        == Some("tabDelimited");
    match parameter {
        Parameter::Query {
            style,
            allow_reserved,
            ..
        } => {
            let style = match style {
                _ if tabs => Style::TabDelimited,
                QueryStyle::Form => Style::Form,
                QueryStyle::SpaceDelimited => Style::SpaceDelimited,
                QueryStyle::PipeDelimited => Style::PipeDelimited,
                QueryStyle::DeepObject => Style::DeepObject,
            };
            // Only `form` spreads by default (4.7.12.2); `deepObject` has no other way.
            let explode = data
                .explode
                .unwrap_or(matches!(style, Style::Form | Style::DeepObject));
            (Location::Query, style, explode, *allow_reserved)
        }
        Parameter::Header { .. } => {
            let style = if tabs {
                Style::TabDelimited
            } else {
                Style::Simple
            };
            (
                Location::Header,
                style,
                data.explode.unwrap_or(false),
                false,
            )
        }
        Parameter::Path { style, .. } => {
            let style = match style {
                _ if tabs => Style::TabDelimited,
                PathStyle::Simple => Style::Simple,
                PathStyle::Label => Style::Label,
                PathStyle::Matrix => Style::Matrix,
            };
            (Location::Path, style, data.explode.unwrap_or(false), false)
        }
        Parameter::Cookie { .. } => (
            Location::Cookie,
            Style::Form,
            data.explode.unwrap_or(true),
            false,
        ),
    }
}

/// The schema of a parameter, and whether its value travels as JSON text.
fn content(data: &ParameterData) -> (Option<Node<'_>>, bool) {
    match &data.format {
        ParameterSchemaOrContent::Schema(schema) => (Some(Node::of(schema)), false),
        ParameterSchemaOrContent::Content(content) => match content.first() {
            Some((media_type, found)) => {
                let json = super::bodies::is_json(media_type);
                // Another media type is text that the caller writes.
                let schema = found.schema.as_ref().filter(|_| json);
                (schema.map(|schema: &ReferenceOr<_>| Node::of(schema)), json)
            }
            None => (None, false),
        },
    }
}

fn location_word(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    }
}

fn plain_text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn constant_query(name: &str, value: &str) -> ir::Parameter {
    ir::Parameter {
        name: names::value_name(name),
        wire_name: name.to_owned(),
        location: Location::Query,
        style: Style::Form,
        explode: true,
        reserved: false,
        json: false,
        ty: Type::String,
        constant: Some(value.to_owned()),
        description: String::new(),
        default: None,
        example: None,
        deprecated: false,
        sample: String::new(),
    }
}

/// A path template. Some vendors write a query into it, `/items?api={api}&kind=a`, or a fragment.
struct Template {
    path: String,
    fixed_query: Vec<(String, String)>,
    /// Query names by the path parameter that fills them.
    filled_query: Vec<(String, String)>,
}

impl Template {
    fn of(path: &str) -> Self {
        let path = path.split('#').next().unwrap_or(path);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (mut fixed_query, mut filled_query) = (Vec::new(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match value
                .strip_prefix('{')
                .and_then(|value| value.strip_suffix('}'))
            {
                Some(parameter) => filled_query.push((parameter.to_owned(), name.to_owned())),
                None => fixed_query.push((name.to_owned(), value.to_owned())),
            }
        }
        Self {
            path: path.to_owned(),
            fixed_query,
            filled_query,
        }
    }

    /// The query name that a path parameter fills.
    fn query_name(&self, parameter: &str) -> Option<&str> {
        let filled = self.filled_query.iter().find(|(name, _)| name == parameter);
        filled.map(|(_, query)| query.as_str())
    }

    fn position(&self, parameter: &str) -> usize {
        self.path
            .find(&format!("{{{parameter}}}"))
            .unwrap_or(usize::MAX)
    }
}
