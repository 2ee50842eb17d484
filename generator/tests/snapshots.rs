//! What is made of one smallest document a construct.
//!
//! Every document in `fixtures/` has a snapshot in `snapshots/` with the files made of it and what there was
//! to say. After a change on purpose, `INSTA_UPDATE=always cargo test -p portal-generator --test snapshots`
//! writes them anew; their diff wants reviewing as code does.

mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use portal_generator::diagnostics::Diagnostic;
use portal_generator::document::Document;
use portal_generator::manifest::Schemas;
use portal_generator::normalize::DocumentSet;
use portal_generator::{File, Output, manifest, portal_api};

/// A test a fixture.
macro_rules! snapshots {
    ($check:ident: $($name:ident,)*) => {
        $(#[test] fn $name() { $check(stringify!($name)); })*
    };
}

snapshots! { check:
    all_of_merges,
    all_of_narrows,
    all_of_one_nullable_reference,
    all_of_scalars,
    all_of_with_siblings,
    any_of,
    any_of_at_once,
    arrays,
    body_form,
    body_json,
    body_multipart,
    body_multipart_with_a_part_named_more,
    body_of_a_read,
    body_of_several_media_types,
    body_text_bytes_and_xml,
    deprecated,
    discriminator_default,
    discriminator_on_a_parent,
    discriminator_that_leaves_a_branch_out,
    discriminator_values,
    discriminator_with_mapping,
    discriminator_without_mapping,
    enum_of_integers,
    enum_of_odd_strings,
    enum_of_one_value,
    enum_of_other_values,
    enum_of_strings,
    formats,
    head,
    inline_twice,
    limits,
    list_of_schemas_without_type,
    maps,
    maps_beside_properties,
    not,
    null_as_a_branch,
    nullable_everywhere,
    numbers,
    object_without_properties,
    object_without_type,
    objects_inline,
    objects_nested,
    one_of_objects,
    one_of_scalars,
    one_of_with_shared_properties,
    operation_names,
    operations_called_as_what_we_use,
    parameters_by_content,
    parameters_in_cookie,
    parameters_in_header,
    parameters_in_path,
    parameters_in_query,
    parameters_of_a_path,
    parameters_of_every_type,
    parameters_reserved,
    parameters_with_examples,
    parameters_with_odd_names,
    parameters_with_one_value,
    path_templates,
    presence,
    property_names,
    read_only_and_write_only,
    read_only_optional,
    recursive,
    recursive_aliases,
    recursive_unions,
    ref_of_every_kind,
    ref_to_a_component_that_refers_on,
    ref_to_another_file,
    repairs,
    response_headers,
    responses_item_by_item,
    responses_by_status,
    responses_of_other_media_types,
    responses_several_successes,
    responses_that_disagree,
    responses_without_success,
    schema_names,
    schema_names_in_pointers,
    schemas_reached,
    union_with_null,
    unions_several,
    version_3_1,
    version_3_2,
    version_3_2_items,
}

// Where schemas are the point that no operation leads to.
snapshots! { check_all_schemas:
    defaults,
    ref_into_the_depth,
}

// Where the client itself is the point.
snapshots! { check_whole:
    descriptions,
    security,
    servers,
    tags,
    tuples,
    version_2_0,
}

#[test]
fn every_fixture_has_a_test() {
    let source = include_str!("snapshots.rs");
    let tested: BTreeSet<&str> = source
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .collect();
    for file in fixture::all() {
        assert!(tested.contains(stem(&file)), "`{file}` is in no list above");
    }
}

/// A portal beside the crates of their own: bundles, pages, exact decimals, the manifest's names.
#[test]
fn portal() {
    let manifest =
        manifest::parse(&fixture::source("portal/portal.yaml")).expect("the manifest is right");
    let documents = DocumentSet::new(fixture::document("portal/orders.yaml"));
    let mut output =
        portal_api(&manifest, &manifest.apis[0], &documents).expect("the document can be used");
    let outputs = BTreeMap::from([("orders".to_owned(), &output)]);
    let shared = portal_generator::portal(&manifest, &outputs);
    output.files.extend(shared);
    compare("portal", &rendered(&output, |_| true));
}

/// Compares what is made of a fixture with its snapshot, without what is the same for every document.
#[track_caller]
fn check(name: &str) {
    compare(name, &rendered(&generate(name), apart_from_the_crate));
}

/// Compares what is made of a fixture and all of its schemas with its snapshot, as [`check`] does.
#[track_caller]
fn check_all_schemas(name: &str) {
    let all = fixture::generate_with(document(name), Schemas::All);
    compare(name, &rendered(&usable(all), apart_from_the_crate));
}

/// Compares all files made of a fixture with its snapshot.
#[track_caller]
fn check_whole(name: &str) {
    compare(name, &rendered(&generate(name), |_| true));
}

/// Whether a file is more than what every document has.
fn apart_from_the_crate(file: &File) -> bool {
    says_something(file) && file.path != "Cargo.toml" && file.path != "src/lib.rs"
}

#[track_caller]
fn generate(name: &str) -> Output {
    usable(fixture::generate(document(name)))
}

#[track_caller]
fn document(name: &str) -> Document {
    let files = fixture::all();
    let file = files
        .iter()
        .find(|file| stem(file) == name)
        .expect("there is a fixture of this name");
    fixture::document(file)
}

#[track_caller]
fn usable(output: Result<Output, Vec<Diagnostic>>) -> Output {
    output.expect("something is made of every fixture")
}

/// What a manifest selects of a document.
#[test]
fn selected() {
    let manifest =
        manifest::parse(&fixture::source("portal/portal.yaml")).expect("the manifest is right");
    let documents = DocumentSet::new(fixture::document("portal/selected.yaml"));
    let output =
        portal_api(&manifest, &manifest.apis[1], &documents).expect("the document can be used");
    let summary = &output.summary;
    assert_eq!((summary.operations, summary.generated), (7, 3));
    assert_eq!((summary.unselected, summary.omitted.len()), (4, 0));
    compare("selected", &rendered(&output, |_| true));
}

#[track_caller]
fn compare(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What there was to say, and the files.
fn rendered(output: &Output, shown: impl Fn(&File) -> bool) -> String {
    let mut text = String::new();
    for found in &output.diagnostics {
        _ = writeln!(text, "{}[{}]: {found}", found.severity, found.rule);
    }
    for file in output.files.iter().filter(|file| shown(file)) {
        _ = write!(text, "\n=== {}\n{}", file.path, file.text);
    }
    text
}

/// Whether a file holds more than its header, its imports and an enum without errors.
fn says_something(file: &File) -> bool {
    match file.path.as_str() {
        "src/responses.rs" => file.text.contains("=>") || file.text.contains("headers!"),
        _ => file.text.contains("\npub ") || file.text.contains("\nimpl "),
    }
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}
