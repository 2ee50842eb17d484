//! Which component schemas requests and responses name.

use openapiv3::{
    Components, MediaType, OpenAPI, Operation, Parameter, ParameterSchemaOrContent, PathItem,
    ReferenceOr, Schema,
};

use super::behind::behind;
use super::usage::{Roots, walk};
use super::view::{Node, View, component_name};

/// Walks all operations and what they refer to.
pub(crate) fn collect<'a>(openapi: &'a OpenAPI, roots: &mut Roots<'a>) {
    let components = openapi.components.as_ref();
    for item in openapi.paths.paths.values() {
        let ReferenceOr::Item(item) = item else {
            continue;
        };
        path_item(item, components, roots);
    }
}

fn path_item<'a>(item: &'a PathItem, components: Option<&'a Components>, roots: &mut Roots<'a>) {
    for parameter in &item.parameters {
        self::parameter(parameter, components, roots);
    }
    for (_, operation) in item.iter() {
        self::operation(operation, components, roots);
    }
}

fn operation<'a>(
    operation: &'a Operation,
    components: Option<&'a Components>,
    roots: &mut Roots<'a>,
) {
    for parameter in &operation.parameters {
        self::parameter(parameter, components, roots);
    }
    let bodies = components.map(|all| &all.request_bodies);
    let body = operation.request_body.as_ref();
    let body = body.and_then(|body| behind(body, bodies));
    for media_type in body.into_iter().flat_map(|body| body.content.values()) {
        content(media_type, &mut roots.requests);
    }
    let responses = &operation.responses;
    for response in responses.responses.values().chain(&responses.default) {
        let response = behind(response, components.map(|all| &all.responses));
        for media_type in response
            .into_iter()
            .flat_map(|response| response.content.values())
        {
            content(media_type, &mut roots.responses);
        }
    }
}

fn parameter<'a>(
    parameter: &'a ReferenceOr<Parameter>,
    components: Option<&'a Components>,
    roots: &mut Roots<'a>,
) {
    let parameter = behind(parameter, components.map(|all| &all.parameters));
    match parameter.map(|parameter| &parameter.parameter_data_ref().format) {
        Some(ParameterSchemaOrContent::Schema(schema)) => self::schema(schema, &mut roots.requests),
        Some(ParameterSchemaOrContent::Content(all)) => {
            all.values()
                .for_each(|media_type| content(media_type, &mut roots.requests));
        }
        None => {}
    }
}

fn content<'a>(media_type: &'a MediaType, names: &mut Vec<&'a str>) {
    if let Some(found) = &media_type.schema {
        schema(found, names);
    }
}

fn schema<'a>(schema: &'a ReferenceOr<Schema>, names: &mut Vec<&'a str>) {
    match schema {
        ReferenceOr::Reference { reference } => names.push(component_name(reference)),
        ReferenceOr::Item(schema) => walk(schema, &mut |schema| {
            let view = View::of(schema);
            let lists = [view.all_of, view.one_of, view.any_of];
            let mut note = |node: Node<'a>| {
                if let Node::Ref(name) = node {
                    names.push(name);
                }
            };
            lists
                .into_iter()
                .flatten()
                .map(Node::of)
                .for_each(&mut note);
            view.items
                .map(Node::of_boxed)
                .into_iter()
                .for_each(&mut note);
            view.properties
                .into_iter()
                .flatten()
                .map(|(_, property)| Node::of_boxed(property))
                .for_each(&mut note);
            if let Some(openapiv3::AdditionalProperties::Schema(schema)) = view.additional {
                note(Node::of(schema));
            }
        }),
    }
}
