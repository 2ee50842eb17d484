//! What is said of an operation: the static that the runtime reads, and the documentation that people read.

use std::fmt::Write as _;

use super::docs;
use super::examples;
use super::layout::{chain, wrapped};
use super::operations::{Operations, or};
use super::text::{code, framing, literal, literals};
use crate::ir::{Access, Content, Framing, Operation, PageKind, Paging, Requirement, Status};

impl Operations<'_> {
    /// The statics that describe an operation.
    pub(super) fn descriptions(&self, operation: &Operation) -> String {
        let receiver = format!(
            "Operation::new(&API, {id}, {method}, {path}, {read})",
            id = literal(&operation.operation_id),
            method = literal(&operation.method),
            path = literal(&operation.path),
            read = reader(&operation.success.content),
        );
        // What most operations have needs no words: any 2xx, JSON, the client's own security.
        let mut calls = Vec::new();
        if !operation.success.statuses.is_empty() {
            calls.push(format!(
                ".success(&[{}])",
                statuses(&operation.success.statuses)
            ));
        }
        if !operation.accept.is_empty() {
            calls.push(format!(
                ".accept({})",
                literal(&operation.accept.join(", "))
            ));
        }
        calls.extend(self.mode(operation).map(str::to_owned));
        calls.extend(self.security(operation));
        if let Some(server) = operation.server.as_ref().filter(|_| !self.target.bundles) {
            calls.push(format!(".server(&{})", super::client::server_value(server)));
        }
        let mut out = format!(
            "\nstatic {constant}: Operation<{success}, {error}> =\n    {value};\n",
            constant = operation.constant,
            success = self.success(operation),
            error = operation.error,
            value = chain(&receiver, &calls, 4, 1),
        );
        if let Some(paging) = &operation.paging {
            out.push_str(&paging_static(operation, paging));
        }
        out
    }

    /// What is asked of a bundle, where the method does not say it.
    fn mode(&self, operation: &Operation) -> Option<&'static str> {
        let by_method = match operation.method.as_str() {
            "GET" | "HEAD" | "QUERY" => Access::Read,
            _ => Access::Write,
        };
        match operation.access {
            _ if !self.target.bundles || operation.access == by_method => None,
            Access::Read => Some(".mode(portal_runtime::Mode::Read)"),
            Access::Write => Some(".mode(portal_runtime::Mode::Write)"),
        }
    }

    /// A portal's credentials are the same for all operations, but for those that need none.
    fn security(&self, operation: &Operation) -> Option<String> {
        match operation.security.as_ref()? {
            none if none.is_empty() => Some(".security(&[])".to_owned()),
            _ if self.target.bundles => None,
            security if *security == self.api.security => Some(".security(SECURITY)".to_owned()),
            security => Some(format!(".security(&[{}])", requirements(security))),
        }
    }

    pub(super) fn documentation(&self, operation: &Operation) -> String {
        let mut words = or(docs::rustdoc(&operation.summary), "");
        let description = docs::rustdoc(&operation.description);
        if !description.trim().is_empty() && description.trim() != words.trim() {
            if !words.is_empty() {
                words.push_str("\n\n");
            }
            words.push_str(&description);
        }
        let wire = code(&format!("{} {}", operation.method, operation.path));
        match words.trim().is_empty() {
            true => words = format!("Sends {wire}."),
            false => _ = write!(words, "\n\nSends {wire}."),
        }
        if self.target.bundles {
            let sentence = self.target.granted.sentence(operation.access);
            _ = write!(words, "\n\n{sentence}");
        }
        words.push_str(&streaming(operation));
        let arguments: Vec<String> = operation
            .arguments
            .iter()
            .filter(|parameter| parameter.constant.is_none() && !parameter.description.is_empty())
            .map(|p| format!("* `{}`: {}", p.name, docs::first_line(&p.description)))
            .collect();
        if !arguments.is_empty() {
            _ = write!(words, "\n\n{}", arguments.join("\n"));
        }
        let error = &operation.error;
        let declared: Vec<&str> = operation
            .responses
            .iter()
            .filter(|(status, _)| !succeeds(operation, status))
            .map(|(status, _)| status.as_str())
            .collect();
        _ = write!(words, "\n\n# Errors\n\n");
        match declared.is_empty() {
            true => {
                _ = write!(
                    words,
                    "The document declares none; see [`portal_runtime::Error`]."
                )
            }
            false => {
                _ = write!(
                    words,
                    "[`{error}`] for what the document declares ({}); see [`portal_runtime::Error`] for the rest.",
                    declared.join(", ")
                )
            }
        }
        let example = examples::of(self.api, &self.text, operation, self.target);
        _ = write!(words, "\n\n# Example\n\n{example}");
        words
    }
}

/// What there is to say of an answer that comes item by item.
fn streaming(operation: &Operation) -> String {
    let Content::Items(items) = &operation.success.content else {
        return String::new();
    };
    let mut words = "\n\nThe answer is read item by item while it arrives.".to_owned();
    if matches!(items.framing, Framing::Events | Framing::TextEvents) {
        // No document can say so of a sentinel.
        words.push_str(
            " Where the server ends it with a text such as `[DONE]`, say so with [`until`](portal_runtime::ItemStream::until).",
        );
    }
    if operation.body.is_some() {
        words.push_str(
            " Where the server goes by the body rather than by what it is asked to send, as with a property \
             `stream`, set that as well.",
        );
    }
    words
}

/// Whether a response is what the operation gives when it worked.
fn succeeds(operation: &Operation, status: &str) -> bool {
    let declared = operation.success.statuses.iter();
    status.starts_with('2')
        || declared
            .filter(|declared| **declared != Status::Default)
            .any(|declared| super::responses::key(*declared) == status)
}

fn reader(content: &Content) -> String {
    match content {
        Content::Empty => "body::none".to_owned(),
        Content::Json(_) => "body::json".to_owned(),
        Content::OptionalJson(_) => "body::optional_json".to_owned(),
        Content::Text => "body::text".to_owned(),
        Content::Stream => "body::stream".to_owned(),
        Content::Items(items) => format!("body::{}", framing(items.framing)),
        Content::Bytes => "body::bytes".to_owned(),
        Content::Several(name) => format!("{name}::decode"),
    }
}

fn statuses(statuses: &[Status]) -> String {
    let all: Vec<String> = statuses
        .iter()
        .map(|status| super::responses::status(*status))
        .collect();
    all.join(", ")
}

/// Alternatives of requirements as code.
pub(super) fn requirements(alternatives: &[Vec<Requirement>]) -> String {
    let alternatives: Vec<String> = alternatives
        .iter()
        .map(|alternative| {
            let all: Vec<String> = alternative
                .iter()
                .map(|requirement| {
                    format!(
                        "Requirement {{ scheme: {}, scopes: &{} }}",
                        literal(&requirement.scheme),
                        literals(&requirement.scopes)
                    )
                })
                .collect();
            format!("&[{}]", all.join(", "))
        })
        .collect();
    alternatives.join(", ")
}

fn paging_static(operation: &Operation, paging: &Paging) -> String {
    let kind = match paging.kind {
        PageKind::PageNumber => "PageNumber",
        PageKind::RecordOffset => "RecordOffset",
    };
    let mut out = format!(
        "\nstatic {}_PAGING: Paging = Paging {{\n",
        operation.constant
    );
    let fields = [
        format!("index: {}", literal(&paging.index)),
        format!("size: {}", literal(&paging.size)),
        format!("kind: PageKind::{kind}"),
        format!("first: {}", paging.first),
        format!("default_size: {}", paging.default_size),
        format!("max: {:?}", paging.max_size),
    ];
    wrapped(&mut out, "    ", fields);
    out.push_str("};\n");
    out
}
