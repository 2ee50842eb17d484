//! `cargo xtask diff` and `cargo xtask release-notes` as a person runs them.

use std::process::Command;

use crate::support::{Folder, MANIFEST, ORDERS};

/// A workspace with one portal, generated and committed.
fn workspace(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.write("specs/shop/portal.yaml", MANIFEST);
    folder.write("specs/shop/orders.yaml", ORDERS);
    folder.write("Cargo.toml", "[workspace.package]\nversion = \"0.3.1\"\n");
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    folder
}

/// Commits all that is in a folder.
fn commit(folder: &Folder) {
    let author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "specs"],
        &["commit", "--quiet", "--message=All", "--no-gpg-sign"],
    ] {
        let status = Command::new("git")
            .args(author)
            .args(arguments)
            .current_dir(folder.path(""))
            .status();
        assert!(status.expect("git runs").success());
    }
}

/// Renames the property `total`, and asks for a scope.
fn change(folder: &Folder) {
    let text = ORDERS.replace("total:", "sum:").replace(
        "      parameters:",
        "      security: [{ oauth: [orders.read] }]\n      parameters:",
    );
    let text = format!(
        "{text}  securitySchemes:\n    oauth:\n      type: oauth2\n      flows: {{ clientCredentials: {{ tokenUrl: \
         \"https://id.example.com/token\", scopes: {{ orders.read: Reads }} }} }}\n"
    );
    folder.write("specs/shop/orders.yaml", text);
}

#[test]
fn what_is_committed_is_compared_with_what_specs_give() {
    let folder = workspace("diff_head");
    commit(&folder);
    let ended = folder.xtask(&["diff"]);
    let nothing = "nothing changed, neither on the wire nor in Rust\n";
    assert_eq!((ended.code, ended.stdout.as_str()), (0, nothing));

    change(&folder);
    // The lock on disk follows the documents; that of the last commit is what was.
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    let ended = folder.xtask(&["diff"]);
    let expected = "\
specs/shop/orders.yaml: changed
On the wire
  breaking GET /v1/orders/{id}: requires oauth orders.read, not nothing [security-changed]
  warning schema Order: the property `total` is gone [property-removed]
      operations: GET /v1/orders/{id}
  information schema Order: the property `sum` is new [optional-property-added]
      operations: GET /v1/orders/{id}
  information shop::orders::Orders: what `oauth` sends is new: `a bearer token from https://id.example.com/token` [security-scheme-changed]
In Rust
  major shop::orders::types::Order.total [field-removed]
      - total: Option<Decimal>
      operations: GET /v1/orders/{id}
      instead: the property is gone: take the field out
      because of: the document specs/shop/orders.yaml
  minor shop::bundles::Reader [scopes-added]
      + orders.read
      scopes: orders.read
      instead: have the operator grant orders.read; its tokens ask for it
  minor shop::orders::Orders::get_order [scopes-added]
      + orders.read
      operations: GET /v1/orders/{id}
      scopes: orders.read
      instead: have the operator grant orders.read; tokens without are refused when the call is made
  minor shop::orders::types::Order.sum [field-added]
      + sum: Option<Decimal>
      operations: GET /v1/orders/{id}
      instead: nothing, unless a struct is made without `new`, `Default` or `..`
wire: 1 breaking, 1 warnings, 2 for information; Rust: 1 major, 3 minor, 0 patch
major
";
    assert_eq!(ended.stdout, expected);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let ended = folder.xtask(&["diff", "--deny", "breaking"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (1, ""));
    assert_eq!(
        folder.xtask(&["diff", "HEAD", "specs"]).stdout,
        ended.stdout
    );
}

#[test]
fn locks_folders_and_documents_are_compared() {
    let folder = workspace("diff_sides");
    folder.write("before.lock", folder.read("specs/specs.lock"));
    folder.write("before.yaml", ORDERS);
    change(&folder);
    let json = |arguments: &[&str]| {
        let ended = folder.xtask(&[&["diff", "--format", "json"], arguments].concat());
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
        serde_json::from_str::<serde_json::Value>(&ended.stdout).expect("it is JSON")
    };
    let locks = json(&["before.lock", "specs"]);
    assert_eq!(locks["class"], "major");
    assert_eq!(locks["breaking"], true);
    let field = &locks["rust"][0];
    assert_eq!(field["rule"], "field-removed");
    assert_eq!(field["path"], "shop::orders::types::Order");
    assert_eq!(field["causes"][0], "the document specs/shop/orders.yaml");
    assert_eq!(locks["facts_compared"], true);
    let stops = [
        "shop::orders::types::Order.total",
        "shop::orders::types::Order { .. }",
    ];
    assert_eq!(field["stops"], serde_json::json!(stops));

    // A lock of before facts were kept.
    let earlier = folder.read("before.lock").replacen("lock: 2", "lock: 1", 1);
    folder.write("earlier.lock", earlier);
    assert_eq!(json(&["earlier.lock", "specs"])["facts_compared"], false);

    let documents = json(&["before.yaml", "specs/shop/orders.yaml"]);
    assert_eq!(documents["rust"][0]["path"], "types::Order");
    let nothing = json(&["before.yaml", "before.yaml"]);
    assert_eq!(nothing["class"], "patch");

    let ended = folder.xtask(&["diff", "nowhere"]);
    let expected =
        "error: `nowhere` is no file, no folder and no revision with a specs/specs.lock\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (2, expected));
    folder.write("broken.lock", "lock: 99\n");
    let ended = folder.xtask(&["diff", "broken.lock"]);
    let expected = "broken.lock: the lock has a form that is not known here; use the generator that wrote it, or a \
                    later one\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (1, expected));
}

#[test]
fn markdown_is_a_list() {
    let folder = workspace("diff_markdown");
    folder.write("before.lock", folder.read("specs/specs.lock"));
    change(&folder);
    let ended = folder.xtask(&["diff", "before.lock", "--format", "markdown"]);
    let expected = "- `shop::orders::types::Order.total`: removed, was `total: Option<Decimal>`. The property is gone: \
                    take the field out. (`GET /v1/orders/{id}`)\n";
    assert!(ended.stdout.contains(expected), "{}", ended.stdout);
}

#[test]
fn the_lock_is_checked_and_keeps_its_dates() {
    let folder = workspace("diff_lock");
    let lock = folder.read("specs/specs.lock");
    let dated = lock.replace("date: \"", "origin: \"https://example.com/\", date: \"1");
    folder.write("specs/specs.lock", &dated);
    // Dates and origins are told, not made: they stay as long as the content does.
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    let kept = folder.read("specs/specs.lock");
    assert_eq!(kept.matches("date: \"12").count(), 2, "{kept}");
    assert_eq!(kept.matches("https://example.com/").count(), 2, "{kept}");

    folder.write(
        "specs/specs.lock",
        kept.replace("Option<Decimal>", "Option<f64>"),
    );
    let ended = folder.xtask(&["codegen", "--check"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.stdout.starts_with("specs/specs.lock: changed\n"),
        "{}",
        ended.stdout
    );
    let expected = "error: 1 file is not what specs/ gives; run `cargo xtask codegen`\n";
    assert_eq!(ended.stderr, expected);
}

#[test]
fn notes_of_a_release_are_written_once() {
    let folder = workspace("release_notes");
    folder.write("before.lock", folder.read("specs/specs.lock"));
    folder.write(
        "CHANGELOG.md",
        "# Changelog\n\n## Unreleased\n\n## 0.3.1 - 2026-01-01\n",
    );
    let ended = folder.xtask(&["release-notes", "before.lock"]);
    let nothing = "nothing changed, neither on the wire nor in Rust\n";
    assert_eq!((ended.code, ended.stdout.as_str()), (0, nothing));

    change(&folder);
    let ended = folder.xtask(&["release-notes", "before.lock"]);
    assert!(
        ended.stdout.starts_with("## 0.4.0 - 20"),
        "{}",
        ended.stdout
    );
    let removed = "### Removed\n\n- **Breaking:** `shop::orders::types::Order.total`: removed";
    assert!(ended.stdout.contains(removed), "{}", ended.stdout);
    let before = folder.read("CHANGELOG.md");

    let ended = folder.xtask(&["release-notes", "before.lock", "--write"]);
    let expected = "CHANGELOG.md has an entry for 0.4.0; set `version` in Cargo.toml to it\n";
    assert_eq!((ended.code, ended.stdout.as_str()), (0, expected));
    let after = folder.read("CHANGELOG.md");
    assert!(after.len() > before.len());
    let (unreleased, released) = (after.find("## Unreleased"), after.find("## 0.3.1"));
    let entry = after.find("## 0.4.0");
    assert!(unreleased < entry && entry < released, "{after}");

    let ended = folder.xtask(&["release-notes", "before.lock", "--write"]);
    assert_eq!(ended.code, 2);
    assert_eq!(folder.read("CHANGELOG.md"), after);
}

#[test]
fn names_once_given_stay() {
    let folder = workspace("diff_names");
    folder.write("before.lock", folder.read("specs/specs.lock"));
    let renamed = ORDERS
        .replace("GetOrder", "FetchOrder")
        .replace("schemas/Order", "schemas/Purchase")
        .replace("    Order:", "    Purchase:");
    folder.write("specs/shop/orders.yaml", renamed);
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    let generated = folder.files("generated");
    let types = &generated["generated/src/shop/orders/types.rs"];
    let alias = "#[deprecated = \"its name is `Purchase` now\"]\npub type Order = Purchase;\n";
    assert!(types.contains(alias), "{types}");
    let is_there = |text: &String| text.contains("        self.fetch_order(id)\n");
    assert!(generated.values().any(is_there));

    // What the lock says of names is an input: the second run gives the same.
    assert_eq!(folder.xtask(&["codegen", "--check"]).code, 0);
    let lock = folder.read("specs/specs.lock");
    assert!(lock.contains("formerly: Order\n"), "{lock}");
    let ended = folder.xtask(&["diff", "before.lock", "--deny", "breaking"]);
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert!(ended.stdout.ends_with("\nminor\n"), "{}", ended.stdout);

    // Taken out of the lock, a name is gone for good.
    folder.write("middle.lock", &lock);
    let lines = lock.lines().filter(|line| !line.contains("formerly:"));
    let lines: String = lines.map(|line| format!("{line}\n")).collect();
    folder.write("specs/specs.lock", lines);
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    let ended = folder.xtask(&["diff", "middle.lock"]);
    assert!(
        ended.stdout.contains(
            "  major shop::orders::types::Purchase [former-name-removed]\n      - Order\n      + \
             shop::orders::types::Purchase\n"
        ),
        "{}",
        ended.stdout
    );
}

/// The type goes although the schema is still there; nothing changes for clients on the wire.
#[test]
fn a_schema_that_nothing_uses_any_more_is_told() {
    let folder = Folder::new("diff_unused");
    let used =
        format!("{ORDERS}    Old: {{ type: object, properties: {{ id: {{ type: string }} }} }}\n");
    let manifest = |select: &str| {
        let document = format!("document: orders.yaml\n{select}");
        MANIFEST.replace("document: orders.yaml\n", &document)
    };
    folder.write("specs/shop/orders.yaml", used);
    folder.write(
        "specs/shop/portal.yaml",
        manifest("    select: { schemas: all }\n"),
    );
    folder.write("Cargo.toml", "[workspace.package]\nversion = \"0.3.1\"\n");
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    commit(&folder);
    assert!(
        folder
            .read("generated/src/shop/orders/types.rs")
            .contains("struct Old")
    );

    folder.write("specs/shop/portal.yaml", manifest(""));
    let ended = folder.xtask(&["diff"]);
    let expected = "\
specs/shop/portal.yaml: changed
In Rust
  major shop::orders::types::Old [item-removed]
      - struct Old
      instead: nothing uses the type any more: take it out; where the document still has it, `schemas: all` under `select` in the manifest keeps it
      because of: the manifest specs/shop/portal.yaml
wire: 0 breaking, 0 warnings, 0 for information; Rust: 1 major, 0 minor, 0 patch
major
";
    assert_eq!((ended.code, ended.stdout.as_str()), (0, expected));
    assert_eq!(folder.xtask(&["codegen"]).code, 0);
    assert!(
        !folder
            .read("generated/src/shop/orders/types.rs")
            .contains("struct Old")
    );
}

#[test]
fn whether_a_property_must_be_sent_and_may_be_null_are_two_things() {
    let folder = Folder::new("whether_a_property_must_be_sent_and_may_be_null_are_two_things");
    let document = |required: &str, nullable: bool| {
        format!(
            "openapi: 3.0.3
info: {{ title: Shop, version: '1' }}
servers: [{{ url: 'https://shop.example' }}]
paths:
  /orders:
    post:
      operationId: order
      requestBody:
        required: true
        content:
          application/json:
            schema: {{ $ref: '#/components/schemas/Order' }}
      responses:
        '204': {{ description: Done }}
components:
  schemas:
    Order:
      type: object
      required: [{required}]
      properties:
        a: {{ type: string }}
        note: {{ type: string, nullable: {nullable} }}
"
        )
    };
    let told = |old: (&str, bool), new: (&str, bool)| {
        folder.write("old.yaml", document(old.0, old.1));
        folder.write("new.yaml", document(new.0, new.1));
        let ended = folder.xtask(&["diff", "old.yaml", "new.yaml"]);
        let lines = ended.stdout.lines().map(str::trim);
        let property = lines.filter(|it| it.contains("the property `note`"));
        property.map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    let may_be_missing = told(("a, note", true), ("a", true));
    assert!(
        may_be_missing.starts_with("information"),
        "{may_be_missing}"
    );
    for (old, new, expected) in [
        (
            ("a", true),
            ("a, note", true),
            "is always there, though it may be null [property-required]",
        ),
        (
            ("a, note", true),
            ("a, note", false),
            "is always there [property-required]",
        ),
        (
            ("a", true),
            ("a", false),
            "may not be null any more [presence-changed]",
        ),
        (
            ("a", false),
            ("a, note", false),
            "is always there [property-required]",
        ),
    ] {
        let line = told(old, new);
        assert!(
            line.starts_with("breaking") && line.ends_with(expected),
            "{old:?} {new:?}: {line}"
        );
    }
}
