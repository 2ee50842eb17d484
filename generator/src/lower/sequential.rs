//! Responses of sequential media types: what their items are (OpenAPI 3.2, "Sequential Media Types").

use openapiv3::{MediaType, ReferenceOr};
use serde_json::Value;

use super::Finding;
use super::bodies::essence;
use super::operations::Operations;
use super::schemas::{Hint, Types};
use super::usage::Direction;
use super::view::Node;
use crate::ir::{Content, Framing, Items, Type};

/// Unions of events nest this deep; deeper ones are data.
const MOST_UNIONS: usize = 8;

/// The fields of a server-sent event (HTML, section 9.2.6).
const EVENT_FIELDS: [&str; 4] = ["event", "data", "id", "retry"];

/// How a sequential media type is cut into items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Lines,
    Sequence,
    Events,
}

/// The sequential media types whose items can be told apart. `multipart/mixed` is another, whose parts are left to
/// the caller.
pub(super) fn cut(media_type: &str) -> Option<Cut> {
    let essence = essence(media_type);
    let subtype = essence.split_once('/').map_or("", |(_, subtype)| subtype);
    match subtype {
        "event-stream" => Some(Cut::Events),
        // JSON Lines has many names, the last one from Spring.
        "jsonl" | "x-jsonl" | "jsonlines" | "x-jsonlines" | "json-lines" | "x-json-lines"
        | "ndjson" | "x-ndjson" | "ldjson" | "x-ldjson" | "stream+json" => Some(Cut::Lines),
        "json-seq" => Some(Cut::Sequence),
        other if other.ends_with("+json-seq") => Some(Cut::Sequence),
        _ => None,
    }
}

/// What a schema says of the fields of events.
#[derive(Default)]
struct Fields<'a> {
    /// What stands under `data`, once for each branch of a union.
    data: Vec<Vec<Node<'a>>>,
    /// The fields beside the data are no plain ones, or there are several kinds of events.
    particular: bool,
}

impl<'a> Operations<'a, '_> {
    /// The items of a response; bytes where nothing is known of them.
    pub(super) fn items(&mut self, cut: Cut, content: &'a MediaType, hint: &Hint) -> Content {
        let Some(schema) = content.schema.as_ref().filter(|s| !self.is_binary(s)) else {
            return Content::Stream;
        };
        let by_item = content.extensions.get("x-item-schema") == Some(&Value::Bool(true));
        let (nodes, of_items) = self.item_nodes(cut, schema, by_item);
        let hint = match of_items {
            true => hint.item(),
            false => {
                let part = format!("{} Item", hint.part);
                Hint::new(&hint.parent, &part, hint.pointer.clone())
            }
        };
        let framing = match cut {
            Cut::Lines => Framing::JsonLines,
            Cut::Sequence => Framing::JsonSequence,
            Cut::Events => return Content::Items(self.events(&nodes, by_item, &hint)),
        };
        let item = self.item_type(&nodes, &hint);
        Content::Items(Items {
            framing,
            item,
            in_event: false,
        })
    }

    /// The schemas of an item, and whether they are those of an array's items. A `schema` describes the content as a whole, as if it were an array; in documents before
    /// OpenAPI 3.2, which had no word for an item, it mostly describes just one.
    pub(super) fn item_nodes(
        &self,
        cut: Cut,
        schema: &'a ReferenceOr<openapiv3::Schema>,
        by_item: bool,
    ) -> (Vec<Node<'a>>, bool) {
        let whole = vec![Node::of(schema)];
        let merged = self.types.resolved(&whole);
        let is_array = merged.ty == Some("array") && !merged.items.is_empty();
        // An array may well be the data of one event.
        let of_items = match cut {
            Cut::Lines | Cut::Sequence => is_array,
            Cut::Events => is_array && (by_item || is_event(&self.types, &merged.items)),
        };
        match of_items {
            true => (merged.items, true),
            false => (whole, false),
        }
    }

    /// Events: as objects of their fields where that is what the schema describes, else by their data.
    fn events(&mut self, nodes: &[Node<'a>], by_item: bool, hint: &Hint) -> Items {
        let mut fields = Fields::default();
        let described = read_fields(&self.types, nodes, &mut fields, 0) && !fields.data.is_empty();
        if !described && by_item {
            let message = "an item of an event stream has the fields `event`, `data`, `id` and `retry`; this \
                           schema has others and is read as that of the data";
            let note = Finding::note("item-schema-of-data", &hint.pointer, message.to_owned());
            self.findings.push(note);
        }
        let is_text =
            |types: &Types<'a>, nodes: &[Node<'a>]| types.resolved(nodes).ty == Some("string");
        let (nodes, in_event) = match &fields.data[..] {
            _ if !described => (nodes.to_vec(), true),
            [data] if !fields.particular => (data.clone(), true),
            _ => (nodes.to_vec(), false),
        };
        // A text that holds JSON is read as what it holds.
        let held = held(&self.types, &nodes).filter(|_| in_event);
        let text = match in_event {
            true => held.is_none() && is_text(&self.types, &nodes),
            false => fields.data.iter().all(|data| is_text(&self.types, data)),
        };
        Items {
            framing: match text {
                true => Framing::TextEvents,
                false => Framing::Events,
            },
            item: match held {
                Some(held) => self.item_type(&[held], hint),
                None => self.item_type(&nodes, hint),
            },
            in_event,
        }
    }

    fn item_type(&mut self, nodes: &[Node<'a>], hint: &Hint) -> Type {
        let lowered = self.types.lower(nodes, hint, Direction::Response);
        match lowered.nullable && lowered.ty != Type::Json {
            true => Type::Option(Box::new(lowered.ty)),
            false => lowered.ty,
        }
    }
}

/// The schema of what a text holds (`contentSchema`).
fn held<'a>(types: &Types<'a>, nodes: &[Node<'a>]) -> Option<Node<'a>> {
    types.resolved(nodes).leaves.iter().find_map(|leaf| {
        let (Node::Item(schema) | Node::Leaf(schema)) = leaf else {
            return None;
        };
        let name = schema.schema_data.extensions.get("x-content-schema")?;
        name.as_str().map(Node::Ref)
    })
}

/// Whether a schema describes an event by its fields.
fn is_event<'a>(types: &Types<'a>, nodes: &[Node<'a>]) -> bool {
    let mut fields = Fields::default();
    read_fields(types, nodes, &mut fields, 0) && !fields.data.is_empty()
}

/// Takes the fields of an event out of a schema; false where it describes anything else.
fn read_fields<'a>(
    types: &Types<'a>,
    nodes: &[Node<'a>],
    fields: &mut Fields<'a>,
    depth: usize,
) -> bool {
    let merged = types.resolved(nodes);
    let known = merged
        .properties
        .keys()
        .all(|name| EVENT_FIELDS.contains(name));
    let says = !merged.properties.is_empty() || !merged.unions.is_empty();
    if depth > MOST_UNIONS || !known || !says || !matches!(merged.ty, None | Some("object")) {
        return false;
    }
    for (name, property) in &merged.properties {
        if *name == "data" {
            fields.data.push(property.nodes.clone());
            continue;
        }
        let field = types.resolved(&property.nodes);
        let plain = match *name {
            "retry" => field.ty == Some("integer"),
            _ => field.ty == Some("string") && field.enumeration.is_empty(),
        };
        fields.particular |= !plain || field.format.is_some_and(|_| *name != "retry");
    }
    fields.particular |= !merged.unions.is_empty();
    let mut branches = merged.unions.iter().flat_map(|union| union.branches);
    branches.all(|branch| read_fields(types, &[Node::of(branch)], fields, depth + 1))
}
