//! The guide: what it names exists, and what it walks through works.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::files::{below, read, root};

/// The blocks of a page in a language, in order.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = read(page);
    let opening = format!("```{language}\n");
    let parts = text.split(&opening).skip(1);
    let blocks: Vec<_> = parts
        .filter_map(|part| Some(part.split_once("```")?.0.to_owned()))
        .collect();
    assert!(!blocks.is_empty(), "{page} shows no {language}");
    blocks
}

fn xtask(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .expect("the command runs")
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = read("docs/src/SUMMARY.md");
    for page in below("docs/src", ".md") {
        let name = page.rsplit('/').next().unwrap_or_default();
        assert!(
            name == "SUMMARY.md" || summary.contains(&format!("]({name})")),
            "{name}"
        );
    }
}

#[test]
fn every_page_with_rust_is_compiled() {
    let compiled = read("sandbox/src/guide.rs");
    for page in below("docs/src", ".md") {
        let name = page.rsplit('/').next().unwrap_or_default();
        let has_rust = read(&page).contains("```rust");
        assert!(
            !has_rust || compiled.contains(&format!("\"{name}\"")),
            "{name}"
        );
    }
}

/// Each command of the pages is one that there is, with options that it has.
#[test]
fn the_commands_of_the_pages_exist() {
    let mut pages = below("docs", ".md");
    pages.extend(["README.md", "CONTRIBUTING.md", "specs/README.md"].map(str::to_owned));
    let mut lines = BTreeSet::new();
    for page in pages {
        for line in read(&page).lines() {
            let shown = line
                .strip_prefix("$ cargo xtask ")
                .map(|it| it.split('#').next().unwrap_or_default());
            lines.extend(shown.map(|it| it.trim().to_owned()));
        }
    }
    assert!(lines.len() > 10, "{lines:?}");
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((command, rest)) = words.split_first() else {
            continue;
        };
        // The sandbox is a program of its own.
        if *command == "sandbox" {
            continue;
        }
        let help = xtask(root(), &[command, "--help"]);
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(help.contains("Usage:"), "{line}");
        for option in rest.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(*option), "{line}: there is no {option}");
        }
    }
}

#[test]
fn the_portal_of_the_walk_is_generated() {
    let page = "docs/src/own-portal.md";
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own_portal");
    _ = fs::remove_dir_all(&folder);
    let specs = folder.join("specs/stockroom");
    for part in [&specs, &folder.join("xtask"), &folder.join("generated")] {
        fs::create_dir_all(part).expect("the folder can be made");
    }
    // By this file, commands know the workspace.
    fs::write(folder.join("xtask/Cargo.toml"), "").expect("it can be written");
    let [document, manifest] = &blocks(page, "yaml")[..] else {
        panic!("{page} shows a document and a manifest")
    };
    fs::write(specs.join("stock.yaml"), document).expect("it can be written");
    fs::write(specs.join("portal.yaml"), manifest).expect("it can be written");
    let first = xtask(&folder, &["codegen"]);
    let said = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(
        first.status.success() && !said.contains("warning"),
        "{said}"
    );
    assert!(xtask(&folder, &["codegen", "--check"]).status.success());

    // The names that the page's program uses.
    let written = below_text(&folder.join("generated/src/stockroom"));
    let program = blocks(page, "rust,ignore").concat();
    for name in [
        "Keeping",
        "Stockroom",
        "Article",
        "ArticleState",
        "add_article",
        "list_articles",
    ] {
        assert!(program.contains(name) && written.contains(name), "{name}");
    }
    let features = fs::read_to_string(folder.join("generated/Cargo.toml")).expect("it was written");
    for feature in ["stockroom-stock", "stockroom-keeping", "stockroom-counting"] {
        assert!(features.contains(&format!("\n{feature} = ")), "{feature}");
    }

    // The overlay of another page fits the same document.
    let overlay = &blocks("docs/src/overlays.md", "yaml")[0];
    fs::write(specs.join("stock.overlay.yaml"), overlay).expect("it can be written");
    let mended = xtask(&folder, &["codegen"]);
    assert!(
        mended.status.success(),
        "{}",
        String::from_utf8_lossy(&mended.stderr)
    );
    let written = below_text(&folder.join("generated/src/stockroom"));
    assert!(written.contains("Damaged") && !written.contains("add_article"));
}

fn below_text(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("it was written") {
        let path = entry.expect("it can be read").path();
        match path.is_dir() {
            true => text.push_str(&below_text(&path)),
            false => text.push_str(&fs::read_to_string(&path).expect("it is text")),
        }
    }
    text
}
