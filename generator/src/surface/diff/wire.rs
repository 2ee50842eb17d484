//! What differs on the wire, for clients that are already there.

use std::collections::BTreeSet;

use super::super::{Item, Kind, Member, Operation, Role};
use super::pairs::Pairs;
use super::types::{Relation, Types, name_in_types};
use super::{Severity, WireChange, facts, security};

use Severity::{Breaking, Information, Warning};

/// What differs on the wire.
pub(super) fn changes(pairs: &Pairs<'_>, types: &Types<'_>) -> Vec<WireChange> {
    let mut changes = Vec::new();
    let is_operation = |item: &&&Item| item.kind == Kind::Operation;
    for item in pairs.removed.iter().filter(is_operation) {
        let told = Told::new(&mut changes, item, item);
        told.tell(Breaking, "operation-removed", "the operation is gone");
    }
    for item in pairs.added.iter().filter(is_operation) {
        let told = Told::new(&mut changes, item, item);
        told.tell(Information, "operation-added", "the operation is new");
    }
    for (old, new) in &pairs.both {
        let mut told = Told::new(&mut changes, old, new);
        match (&old.operation, &new.operation) {
            (Some(before), Some(after)) => {
                operation(&mut told, (old, before), (new, after), types);
                let (before, after) = (parameters(old, pairs), parameters(new, pairs));
                parameters_changed(&mut told, &before, &after, types);
            }
            _ => {
                told.operations = types.operations(old);
                schema(&mut told, old, new, types);
            }
        }
    }
    changes
}

/// Where something is told of.
pub(super) struct Told<'c> {
    changes: &'c mut Vec<WireChange>,
    place: String,
    operations: Vec<String>,
    pointer: String,
}

impl<'c> Told<'c> {
    fn new(changes: &'c mut Vec<WireChange>, old: &Item, new: &Item) -> Self {
        let place = match (old.key.as_str(), old.kind) {
            ("", _) => old.path.clone(),
            (key, Kind::Operation) => key.to_owned(),
            (key, _) => format!("schema {key}"),
        };
        Self {
            changes,
            place,
            operations: Vec::new(),
            pointer: new.pointer.clone(),
        }
    }

    fn tell(self, severity: Severity, rule: &'static str, message: impl Into<String>) {
        let mut this = self;
        this.also(severity, rule, message);
    }

    pub(super) fn also(
        &mut self,
        severity: Severity,
        rule: &'static str,
        message: impl Into<String>,
    ) {
        self.changes.push(WireChange {
            severity,
            rule,
            place: self.place.clone(),
            operations: self.operations.clone(),
            pointer: self.pointer.clone(),
            message: message.into(),
            causes: Vec::new(),
        });
    }
}

fn operation(
    told: &mut Told<'_>,
    (old, before): (&Item, &Operation),
    (new, after): (&Item, &Operation),
    types: &Types<'_>,
) {
    if old.key != new.key {
        let message = format!("the operation is `{}` now", new.key);
        told.also(Breaking, "operation-moved", message);
    }
    if before.id != after.id {
        let message = format!("its id is `{}`, not `{}`", after.id, before.id);
        told.also(Information, "operation-id-changed", message);
    }
    if new.deprecated && !old.deprecated {
        told.also(Information, "operation-deprecated", "it is deprecated");
    }
    if let Some((severity, message)) = security::severity(&before.security, &after.security) {
        told.also(severity, "security-changed", message);
    }
    let is_success = |status: &str| status.starts_with('2');
    for status in before
        .responses
        .iter()
        .filter(|it| !after.responses.contains(it))
    {
        let severity = if is_success(status) {
            Breaking
        } else {
            Information
        };
        let message = format!("the response {status} is gone");
        told.also(severity, "response-removed", message);
    }
    for status in after
        .responses
        .iter()
        .filter(|it| !before.responses.contains(it))
    {
        let severity = if is_success(status) {
            Warning
        } else {
            Information
        };
        let message = format!("the response {status} is new");
        told.also(severity, "response-added", message);
    }
    let relation = types.relation(&before.success, &after.success);
    let message = format!("answers with {}, not {}", after.success, before.success);
    facts::changes(told, "", (&old.facts, &new.facts), Way::BOTH);
    match relation {
        Relation::Same => {}
        Relation::Narrower => told.also(Information, "response-narrowed", message),
        Relation::Wider => told.also(Breaking, "response-widened", message),
        Relation::Other => told.also(Breaking, "response-type-changed", message),
    }
}

/// All that an operation sends, with whether it must be given.
fn parameters<'a>(item: &'a Item, pairs: &'a Pairs<'_>) -> Vec<(&'a Member, bool)> {
    let all = pairs.both.iter().flat_map(|(old, new)| [*old, *new]);
    let all = all.chain(pairs.removed.iter().chain(&pairs.added).copied());
    let name = item
        .operation
        .as_ref()
        .map_or("", |operation| &operation.call);
    let client = item.module();
    let module = client.rsplit_once("::").map_or("", |(module, _)| module);
    let mut calls =
        all.filter(|call| call.kind == Kind::Call && call.key == item.key && call.name() == name);
    let call = calls.find(|call| call.module() == module && has_side(call, item, pairs));
    let given = item.members.iter();
    let given = given.filter(|member| matches!(member.role, Role::Argument | Role::Constant));
    let optional = call.into_iter().flat_map(|call| &call.members);
    let optional = optional.filter(|member| !member.place.is_empty());
    given
        .map(|member| (member, true))
        .chain(optional.map(|member| (member, false)))
        .collect()
}

/// Whether two items come from the same side.
fn has_side(one: &Item, other: &Item, pairs: &Pairs<'_>) -> bool {
    let is_old = |item: &Item| {
        let mut removed = pairs.removed.iter();
        let mut both = pairs.both.iter();
        removed.any(|it| std::ptr::eq(*it, item)) || both.any(|it| std::ptr::eq(it.0, item))
    };
    is_old(one) == is_old(other)
}

fn parameters_changed(
    told: &mut Told<'_>,
    old: &[(&Member, bool)],
    new: &[(&Member, bool)],
    types: &Types<'_>,
) {
    let same = |one: &Member, other: &Member| {
        one.place == other.place && (one.wire == other.wire || one.place == "body")
    };
    let shown = |member: &Member| match member.place.as_str() {
        "body" => "the body".to_owned(),
        place => format!("the {place} parameter `{}`", member.wire),
    };
    for (member, _) in old {
        if !new.iter().any(|(other, _)| same(member, other)) {
            let severity = if member.place == "path" {
                Information
            } else {
                Warning
            };
            told.also(
                severity,
                "parameter-removed",
                format!("{} is gone", shown(member)),
            );
        }
    }
    for (member, required) in new {
        let Some((before, was_required)) = old.iter().find(|(other, _)| same(member, other)) else {
            let (severity, rule) = match (required, member.place.as_str()) {
                (true, "path") => (Information, "path-parameter-renamed"),
                (true, _) => (Breaking, "required-parameter-added"),
                (false, _) => (Information, "optional-parameter-added"),
            };
            told.also(severity, rule, format!("{} is new", shown(member)));
            continue;
        };
        match (was_required, required) {
            (false, true) => {
                let message = format!("{} must be given", shown(member));
                told.also(Breaking, "parameter-required", message);
            }
            (true, false) => {
                let message = format!("{} may be left out", shown(member));
                told.also(Information, "parameter-optional", message);
            }
            _ => {}
        }
        if before.wire != member.wire {
            let message = format!("the body is `{}`, not `{}`", member.wire, before.wire);
            told.also(Breaking, "media-type-changed", message);
        }
        let is_constant = |member: &Member| member.role == Role::Constant;
        if is_constant(before) && is_constant(member) {
            if before.ty != member.ty {
                let message = format!("{} is always {}", shown(member), member.ty);
                told.also(Breaking, "constant-changed", message);
            }
            continue;
        }
        let message = format!("{} is {}, not {}", shown(member), member.ty, before.ty);
        match types.relation(&before.ty, &member.ty) {
            Relation::Same => {}
            Relation::Wider => told.also(Information, "parameter-widened", message),
            Relation::Narrower => told.also(Breaking, "parameter-narrowed", message),
            Relation::Other => told.also(Breaking, "parameter-type-changed", message),
        }
        facts::changes(
            told,
            &shown(member),
            (&before.facts, &member.facts),
            Way::SENT,
        );
    }
}

fn schema(told: &mut Told<'_>, old: &Item, new: &Item, types: &Types<'_>) {
    if old.kind != new.kind {
        return;
    }
    let name = name_in_types(old).unwrap_or_default();
    let way = Way {
        sent: types.sent.contains(&name),
        received: types.received.contains(&name),
    };
    match old.kind {
        Kind::Model | Kind::Headers | Kind::Multipart => properties(told, old, new, types, way),
        Kind::Enum | Kind::Union => values(told, old, new, way),
        Kind::Regions => regions(told, old, new),
        _ => {}
    }
    let way = match old.kind {
        Kind::Client => Way::BOTH,
        _ => way,
    };
    facts::changes(told, "", (&old.facts, &new.facts), way);
}

/// Which way a type travels.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) sent: bool,
    pub(super) received: bool,
}

impl Way {
    const BOTH: Self = Self {
        sent: true,
        received: true,
    };
    const SENT: Self = Self {
        sent: true,
        received: false,
    };

    /// The worse of what a change means for requests and for answers.
    pub(super) fn worse(self, sent: Severity, received: Severity) -> Severity {
        let sent = if self.sent { sent } else { Information };
        let received = if self.received { received } else { Information };
        sent.max(received)
    }
}

/// What of a property changes that is not its type: whether it is always there, and whether it may be null.
fn presence(told: &mut Told<'_>, old: &Member, new: &Member, way: Way) {
    if old.place == new.place {
        return;
    }
    let always =
        |member: &Member| matches!(member.place.as_str(), "required" | "constant" | "nullable");
    let null = |member: &Member| matches!(member.place.as_str(), "nullable" | "patch");
    let certain = |member: &Member| always(member) && !null(member);
    // A request that left it out, or said null, is refused now.
    let sent = match (always(new) && !always(old)) || (null(old) && !null(new)) {
        true => Breaking,
        false => Information,
    };
    // Whoever relied on a value finds none now.
    let received = match (certain(old), certain(new)) {
        (true, false) => Breaking,
        (false, false) if always(old) && !always(new) || null(new) && !null(old) => Warning,
        _ => Information,
    };
    let (rule, what) = match (always(old), always(new)) {
        _ if certain(new) && !certain(old) => ("property-required", "is always there"),
        _ if certain(old) && null(new) && always(new) => ("property-optional", "may be null"),
        (true, false) => ("property-optional", "may be missing or null"),
        (false, true) => (
            "property-required",
            "is always there, though it may be null",
        ),
        _ if null(new) && !null(old) => ("presence-changed", "may be null"),
        _ if null(old) && !null(new) => ("presence-changed", "may not be null any more"),
        // What is constant is sent by itself.
        _ => {
            let message = format!("the property `{}` is {}", old.wire, new.place);
            return told.also(way.worse(Warning, Warning), "presence-changed", message);
        }
    };
    let message = format!("the property `{}` {what}", old.wire);
    told.also(way.worse(sent, received), rule, message);
}

fn properties(told: &mut Told<'_>, old: &Item, new: &Item, types: &Types<'_>, way: Way) {
    let fields = |item: &'_ Item| -> Vec<Member> {
        let fields = item.members(Role::Field);
        fields.filter(|it| !it.wire.is_empty()).cloned().collect()
    };
    let (before, after) = (fields(old), fields(new));
    let must = |member: &Member| matches!(member.place.as_str(), "required" | "constant");
    for field in &before {
        let Some(now) = after.iter().find(|now| now.wire == field.wire) else {
            let severity = match must(field) {
                true => way.worse(Warning, Breaking),
                false => way.worse(Warning, Warning),
            };
            let message = format!("the property `{}` is gone", field.wire);
            told.also(severity, "property-removed", message);
            continue;
        };
        presence(told, field, now, way);
        let message = format!(
            "the property `{}` is {}, not {}",
            field.wire, now.ty, field.ty
        );
        match types.relation(&field.ty, &now.ty) {
            Relation::Same => {}
            Relation::Wider => told.also(
                way.worse(Information, Breaking),
                "property-widened",
                message,
            ),
            Relation::Narrower => told.also(
                way.worse(Breaking, Information),
                "property-narrowed",
                message,
            ),
            Relation::Other => told.also(
                way.worse(Breaking, Breaking),
                "property-type-changed",
                message,
            ),
        }
        let subject = format!("the property `{}`", field.wire);
        facts::changes(told, &subject, (&field.facts, &now.facts), way);
    }
    for field in &after {
        if !before.iter().any(|old| old.wire == field.wire) {
            let (severity, rule) = match must(field) {
                true => (way.worse(Breaking, Information), "required-property-added"),
                false => (Information, "optional-property-added"),
            };
            told.also(
                severity,
                rule,
                format!("the property `{}` is new", field.wire),
            );
        }
    }
}

/// A region's gateway may have another address.
fn regions(told: &mut Told<'_>, old: &Item, new: &Item) {
    for region in &old.members {
        let now = new.members.iter().find(|now| now.wire == region.wire);
        let facts = now.map_or(&region.facts, |now| &now.facts);
        let subject = format!("the region `{}`", region.wire);
        facts::changes(told, &subject, (&region.facts, facts), Way::BOTH);
    }
}

fn values(told: &mut Told<'_>, old: &Item, new: &Item, way: Way) {
    let what = match old.kind {
        Kind::Enum => "value",
        _ => "form",
    };
    let named = |member: &Member| match member.wire.as_str() {
        "" => member.ty.clone(),
        wire => wire.to_owned(),
    };
    let all = |item: &Item| -> Vec<String> { item.members(Role::Variant).map(named).collect() };
    let (before, after) = (all(old), all(new));
    let (known, now): (BTreeSet<_>, BTreeSet<_>) =
        (before.iter().collect(), after.iter().collect());
    for value in before.iter().filter(|value| !now.contains(value)) {
        let message = format!("the {what} `{value}` is gone");
        told.also(way.worse(Breaking, Information), "value-removed", message);
    }
    for value in after.iter().filter(|value| !known.contains(value)) {
        let message = format!("the {what} `{value}` is new");
        told.also(way.worse(Information, Warning), "value-added", message);
    }
}
