//! Links between the pages of the documentation lead somewhere.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::files::{below, read, root};

fn pages() -> Vec<String> {
    let mut pages = below("docs", ".md");
    for page in [
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "README.md",
        "SECURITY.md",
        "generator/README.md",
        "runtime/README.md",
        "specs/README.md",
    ] {
        pages.push(page.to_owned());
    }
    pages
}

fn parse(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}

/// A page with what it includes, as mdBook puts it in.
fn whole(page: &str) -> String {
    let mut text = String::new();
    for line in read(page).lines() {
        let included = line
            .strip_prefix("{{#include ")
            .and_then(|it| it.strip_suffix("}}"));
        match included {
            Some(path) => text.push_str(&read(
                &beside(page, path).expect("it lies in the workspace"),
            )),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

/// The path in the workspace of what a page calls so; nothing where it lies outside.
fn beside(page: &str, link: &str) -> Option<String> {
    let mut path = PathBuf::new();
    for part in Path::new(page).parent()?.join(link).components() {
        match part {
            Component::ParentDir => path.pop().then_some(())?,
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    Some(path.to_string_lossy().replace('\\', "/"))
}

/// What headings are called in links, as GitHub and mdBook make it.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in parse(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let words = heading.take().unwrap_or_default().to_lowercase();
                let kept = words
                    .chars()
                    .filter(|it| it.is_alphanumeric() || " -_".contains(*it));
                anchors.insert(kept.map(|it| if it == ' ' { '-' } else { it }).collect());
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            _ => {}
        }
    }
    anchors
}

/// Why a link of a page leads nowhere.
fn problem(page: &str, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link
        .split_once('#')
        .map_or((link, None), |(path, it)| (path, Some(it)));
    let target = if path.is_empty() {
        Some(page.to_owned())
    } else {
        beside(page, path)
    };
    let Some(target) = target.filter(|target| root().join(target).exists()) else {
        return Some(format!("{page}: {link} leads nowhere"));
    };
    let anchor = anchor?;
    let known = target.ends_with(".md") && anchors(&whole(&target)).contains(anchor);
    (!known).then(|| format!("{page}: {target} has no heading #{anchor}"))
}

#[test]
fn every_link_leads_somewhere() {
    let mut problems = Vec::new();
    let mut links = 0;
    for page in pages() {
        // What is included stands in a page of its own folder, and is looked at there.
        for event in parse(&read(&page)) {
            if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event {
                links += 1;
                problems.extend(problem(&page, &dest_url));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(links > 40, "only {links} links were found");
}

/// The built guide has nothing beside its own pages, so what these include must not lead out of it either.
#[test]
fn links_of_the_guide_stay_in_the_guide() {
    let mut problems = Vec::new();
    for page in below("docs/src", ".md") {
        let text = whole(&page);
        for event in parse(&text) {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            else {
                continue;
            };
            problems.extend(problem(&page, &dest_url));
            let path = dest_url.split('#').next().unwrap_or_default();
            let target = beside(&page, path).unwrap_or_default();
            if !dest_url.contains("://") && !path.is_empty() && !target.starts_with("docs/src/") {
                problems.push(format!("{page}: {dest_url} leads out of the guide"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn links_that_lead_nowhere_are_found() {
    assert!(problem("README.md", "docs/errors.md").is_none());
    assert!(problem("README.md", "docs/nothing.md").is_some());
    assert!(problem("README.md", "docs/errors.md#layers").is_none());
    assert!(problem("README.md", "docs/errors.md#nothing").is_some());
    assert!(problem("docs/src/errors.md", "#layers").is_none());
    assert!(problem("README.md", "../../outside.md").is_some());
}
