//! Selections of operations.

use super::{MANIFEST, parse_text};
use crate::manifest::*;

/// The manifest with a selection of the operations of `price-list`.
fn with_selection(selection: &str) -> String {
    MANIFEST.replace(
        "    numbers: float\n",
        &format!("    numbers: float\n    select: {selection}\n"),
    )
}

#[test]
fn a_selection_is_read() {
    let text = with_selection(
        "{ include: { tags: [Prices], paths: [/v2/**] }, exclude: { operations: [GET /v2/a] }, bundles: [Reader] }",
    );
    let manifest = parse_text(&text).expect("the manifest is right");
    let list = |text: &str| vec![text.to_owned()];
    assert_eq!(
        manifest.apis[1].select,
        Some(Selection {
            include: Filter {
                tags: list("Prices"),
                paths: list("/v2/**"),
                operations: Vec::new(),
            },
            exclude: Filter {
                operations: list("GET /v2/a"),
                ..Filter::default()
            },
            bundles: list("Reader"),
            schemas: Schemas::Used,
        })
    );
    assert_eq!(manifest.apis[0].select, None);
    let manifest = parse_text(&with_selection("{ schemas: all }")).expect("the manifest is right");
    let all = Selection {
        schemas: Schemas::All,
        ..Selection::default()
    };
    assert_eq!(manifest.apis[1].select, Some(all));
}

#[test]
fn a_selection_says_something() {
    let at = "portal.yaml:39:5#/apis/price-list/select";
    let inner = |column: usize, rest: &str| {
        format!("portal.yaml:39:{column}#/apis/price-list/select/{rest}")
    };
    for (selection, expected) in [
        (
            "{}",
            format!("{at}: `select` is empty; add `include`, `exclude`, `bundles` or `schemas`"),
        ),
        (
            "{ include: {} }",
            inner(
                15,
                "include: `include` is empty; add `tags`, `paths` or `operations`",
            ),
        ),
        (
            "{ include: { tags: [] } }",
            inner(26, "include/tags: `tags` is empty; add a tag"),
        ),
        (
            "{ exclude: { paths: [v2] } }",
            inner(
                34,
                "exclude/paths/0: `v2` does not fit here; write a pattern that begins with `/`, such as `/v2/**`",
            ),
        ),
        (
            "{ bundles: [Readers] }",
            inner(
                25,
                "bundles/0: there is no bundle `Readers`; did you mean `Reader`?",
            ),
        ),
        (
            "{ schemas: everything }",
            inner(
                15,
                "schemas: `everything` is not a value of `schemas`; use `used` or `all`",
            ),
        ),
        (
            "{ include: { tag: [a] } }",
            inner(26, "include/tag: unknown key `tag`; did you mean `tags`?"),
        ),
    ] {
        let problems = parse_text(&with_selection(selection)).expect_err("refused");
        assert_eq!(problems, expected, "{selection}");
    }
}
