//! YAML text to a tree.

use serde_json::Value;
use serde_yaml::Error;
use serde_yaml::budget::BudgetBreach;
use serde_yaml::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};

use super::index::Index;
use super::json::too_deep;
use super::tree::{TOO_MUCH_TEXT, Tree};
use super::{MAX_DEPTH, with_deep_stack};
use crate::diagnostics::{Diagnostic, Place};

/// The values that one document may repeat by alias, which is where alias bombs stop.
const MAX_REPLAYED: usize = 500_000;
/// More than the largest documents known have, by an order of magnitude.
const MAX_EVENTS: usize = 50_000_000;
/// How deep merge keys may bring in others: the reader copies what they hold once a level. Base mappings of base
/// mappings of base mappings stay far below it.
const MOST_MERGES: usize = 32;
/// The lines whose indentation is put right before the document counts as no YAML.
const MOST_MENDED_LINES: usize = 100;

/// A document that was read, and the text it was read from, which may have been mended.
pub(super) struct Read {
    pub(super) value: Value,
    pub(super) text: String,
    /// Whether a key occurs twice in a mapping.
    pub(super) repeats: bool,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Returns the tree, with a warning for what had to be mended to get it.
pub(super) fn parse(name: &str, text: String) -> Result<Read, Diagnostic> {
    refuse_deep_merges(name, &text)?;
    let (tree, mut diagnostics) = match read_leniently(name, &text) {
        Ok(read) => read,
        Err(error) => return mend_indentation(name, text, &error),
    };
    if tree.value.is_object() && text.contains('\t') {
        diagnostics.extend(tab_indentation(name, &text));
    }
    Ok(Read {
        value: tree.value,
        repeats: tree.repeats,
        text,
        diagnostics,
    })
}

fn refuse_deep_merges(name: &str, text: &str) -> Result<(), Diagnostic> {
    if !text.contains("<<") {
        return Ok(());
    }
    match Index::of_yaml(text).merges_deeper_than(text, MOST_MERGES) {
        Some((line, column)) => Err(alias_bomb(Place::file(name).at(line, column))),
        None => Ok(()),
    }
}

/// Reads a text; keys that occur twice and further documents are told, and cost nothing.
fn read_leniently(name: &str, text: &str) -> Result<(Tree, Vec<Diagnostic>), Box<Error>> {
    let error = match read(text, DuplicateKeyPolicy::Error) {
        Ok(tree) => return Ok((tree, Vec::new())),
        Err(error) => error,
    };
    match error.without_snippet() {
        Error::DuplicateMappingKey { .. } => {
            let value = read(text, DuplicateKeyPolicy::LastWins)?.value;
            // The reader itself takes out what is not used.
            let repeats = true;
            Ok((Tree { value, repeats }, Vec::new()))
        }
        Error::MultipleDocuments { .. } => first_of_several(name, text),
        _ => Err(Box::new(error)),
    }
}

/// Reads a text once more with the indentation put right that other readers of YAML let pass:
/// tabs, and quoted text that goes on too far to the left.
fn mend_indentation(name: &str, text: String, first: &Error) -> Result<Read, Diagnostic> {
    let original = failure(name, first);
    let mut mended = text;
    let mut error = None;
    for _ in 0..MOST_MENDED_LINES {
        let error_now = error.as_deref().unwrap_or(first);
        let Some(next) = mended_once(&mended, error_now) else {
            return Err(original);
        };
        mended = next;
        refuse_deep_merges(name, &mended)?;
        match read_leniently(name, &mended) {
            Ok((tree, mut diagnostics)) => {
                diagnostics.push(Diagnostic::warning(
                    "yaml-indentation",
                    original.place,
                    "the indentation is not YAML's",
                    "indent the line further, by spaces",
                ));
                return Ok(Read {
                    value: tree.value,
                    repeats: tree.repeats,
                    text: mended,
                    diagnostics,
                });
            }
            Err(next) => error = Some(next),
        }
    }
    Err(original)
}

/// Returns the text with the indentation put right that an error complains of.
fn mended_once(text: &str, error: &Error) -> Option<String> {
    let indented_by_tab = |line: &str| line.trim_start_matches(' ').starts_with('\t');
    if text.lines().any(indented_by_tab) {
        let lines = text.split('\n').map(|line| {
            let content = line.trim_start_matches(['\t', ' ']);
            let indentation = &line[..line.len() - content.len()];
            format!("{}{content}", indentation.replace('\t', "  "))
        });
        return Some(lines.collect::<Vec<_>>().join("\n"));
    }
    if !error.to_string().contains("multiline quoted scalar") {
        return None;
    }
    let number = usize::try_from(error.location()?.line())
        .ok()?
        .checked_sub(1)?;
    let mut lines: Vec<&str> = text.split('\n').collect();
    // The spaces at the start of a line inside quotes are no part of the text, so any number does.
    let before = lines.get(number.checked_sub(1)?)?;
    let indentation = before.len() - before.trim_start().len() + 2;
    let line = format!(
        "{}{}",
        " ".repeat(indentation),
        lines.get(number)?.trim_start()
    );
    if line.len() <= lines[number].len() {
        return None;
    }
    lines[number] = &line;
    Some(lines.join("\n"))
}

fn read(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<Tree, Error> {
    with_deep_stack(|| serde_yaml::from_str_with_options(text, options(duplicate_keys)))
        .map_err(|cause| Error::IOError { cause })?
}

fn options(duplicate_keys: DuplicateKeyPolicy) -> serde_yaml::Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            simple_key_max_lookahead: 16 * 1024,
            flow_nesting_limit: MAX_DEPTH,
            max_events: MAX_EVENTS,
            max_nodes: MAX_EVENTS,
            max_aliases: 1_000_000,
            max_anchors: 1_000_000,
            max_depth: MAX_DEPTH,
            max_documents: usize::MAX,
            max_total_scalar_bytes: usize::MAX,
            max_recorded_anchor_events: MAX_EVENTS,
            max_recorded_anchor_bytes: 512 * 1024 * 1024,
            max_merge_keys: 1_000_000,
            enforce_alias_anchor_ratio: false,
        },
        emit_comments: false,
        duplicate_keys: duplicate_keys,
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: MAX_REPLAYED },
        // `no` is Norway and `on` is a key; the words of YAML 1.1 are not booleans in OpenAPI.
        strict_booleans: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

/// Returns the first document of a file that holds several.
fn first_of_several(name: &str, text: &str) -> Result<(Tree, Vec<Diagnostic>), Box<Error>> {
    let documents: Vec<Tree> = with_deep_stack(|| {
        serde_yaml::from_multiple_with_options(text, options(DuplicateKeyPolicy::LastWins))
    })
    .map_err(|cause| Error::IOError { cause })??;
    let found = documents.len();
    let nothing = Tree {
        value: Value::Null,
        repeats: false,
    };
    let first = documents.into_iter().next().unwrap_or(nothing);
    let warning = Diagnostic::warning(
        "several-documents",
        Place::file(name).at(1, 1),
        format!("the file holds {found} YAML documents, and only the first is used"),
        "put each document into a file of its own",
    );
    Ok((first, vec![warning]))
}

/// Returns a note when a line is indented by a tab, which other readers of YAML refuse.
fn tab_indentation(name: &str, text: &str) -> Option<Diagnostic> {
    let indented = |line: &str| line.trim_start_matches(' ').starts_with('\t');
    let (number, _) = text
        .lines()
        .enumerate()
        .find(|(_, line)| indented(line) && !line.trim().is_empty())?;
    let line = u32::try_from(number + 1).unwrap_or(u32::MAX);
    Some(Diagnostic::note(
        "tab-indentation",
        Place::file(name).at(line, 1),
        "a tab takes part in the indentation",
        "indent YAML by spaces",
    ))
}

fn failure(name: &str, error: &Error) -> Diagnostic {
    let mut error = error.without_snippet();
    // What goes wrong while an alias is repeated is told together with where it was defined.
    while let Error::AliasError { error: inner, .. } = error {
        error = inner.without_snippet();
    }
    let (line, column) = error.location().map_or((1, 1), |location| {
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX).max(1);
        (narrow(location.line()), narrow(location.column()))
    });
    let place = Place::file(name).at(line, column);
    match error {
        Error::Budget {
            breach: BudgetBreach::Depth { .. },
            ..
        } => too_deep(name, (line, column)),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => alias_bomb(place),
        Error::Eof { .. } => Diagnostic::error(
            "truncated",
            place,
            "the YAML ends in the middle",
            "fetch the document again",
        ),
        _ if error.to_string().contains(TOO_MUCH_TEXT) => alias_bomb(place),
        _ if deep_flow(error) => too_deep(name, (line, column)),
        _ => Diagnostic::error("invalid-yaml", place, reason(error), "correct the file"),
    }
}

fn alias_bomb(place: Place) -> Diagnostic {
    Diagnostic::error(
        "alias-bomb",
        place,
        "the document's aliases repeat more than any document needs",
        "write shared parts as components and refer to them",
    )
}

fn deep_flow(error: &Error) -> bool {
    let said = error.to_string();
    said.contains("recursion limit") || said.contains("nesting limit")
}

/// Returns what the reader says, without the place that stands before it already.
fn reason(error: &Error) -> String {
    let said = error.to_string();
    let first = said.lines().next().unwrap_or_default();
    let bare = first.split(" at line ").next().unwrap_or(first);
    format!("this is not YAML: {bare}")
}
