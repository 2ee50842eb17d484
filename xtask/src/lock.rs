//! `specs/specs.lock`: what was generated last, and from what.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use portal_generator::document::Source;
use portal_generator::manifest::Manifest;
use portal_generator::surface::{Document, Lock, LockedApi, LockedPortal};
use sha2::{Digest, Sha256};

use crate::codegen::{Generated, SPECS};
use crate::failure::Failure;
use crate::workspace;

/// The lock's name in the folder of specs.
pub(crate) const FILE: &str = "specs.lock";

/// The lock on disk; an empty one where there is none.
pub(crate) fn read(root: &Path) -> Result<Lock, Failure> {
    read_in(root, Path::new(SPECS))
}

/// The lock in a folder of specs; an empty one where there is none.
pub(crate) fn read_in(root: &Path, specs: &Path) -> Result<Lock, Failure> {
    let path = root.join(specs).join(FILE);
    if !path.is_file() {
        return Ok(Lock::default());
    }
    let bytes = fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
    parse(&workspace::with_slashes(&specs.join(FILE)), bytes)
}

/// Reads a lock from its bytes.
pub(crate) fn parse(name: &str, bytes: Vec<u8>) -> Result<Lock, Failure> {
    let lock = Lock::parse(&Source::new(name, bytes));
    lock.map_err(Failure::Refused)
}

/// The lock of what was generated. Files whose content is that of the lock before keep their date and origin, so
/// that the same input gives the same lock.
pub(crate) fn of(
    root: &Path,
    manifests: &[(PathBuf, Manifest)],
    generated: &[Generated],
    before: &Lock,
) -> Result<Lock, Failure> {
    let files = Files {
        root,
        known: known(before),
    };
    let mut portals = BTreeMap::new();
    for portal in generated {
        let manifest = manifests.iter().find(|it| it.1.portal == portal.portal);
        let Some((folder, manifest)) = manifest else {
            continue;
        };
        let mut apis = BTreeMap::new();
        for api in &portal.apis {
            let documents = api.documents.iter().map(|name| files.document(name));
            let feature = manifest.api(&api.id).map(|api| api.feature.clone());
            let locked = LockedApi {
                version: api.output.version.clone(),
                feature: feature.unwrap_or_default(),
                documents: documents.collect::<Result<_, _>>()?,
                items: api.output.items.clone(),
            };
            apis.insert(api.id.clone(), locked);
        }
        let file = workspace::with_slashes(&folder.join("portal.yaml"));
        let locked = LockedPortal {
            manifest: files.document(&file)?,
            items: portal.items.clone(),
            apis,
        };
        portals.insert(portal.portal.clone(), locked);
    }
    let mut lock = Lock {
        generator: env!("CARGO_PKG_VERSION").to_owned(),
        portals,
        ..Lock::default()
    };
    lock.fetched = not_yet_generated(root, &lock, before);
    Ok(lock)
}

/// What was fetched before for portals that a lock is not of.
fn not_yet_generated(root: &Path, lock: &Lock, before: &Lock) -> Vec<Document> {
    let generated: BTreeSet<_> = documents(lock).map(|it| it.file.as_str()).collect();
    let waits =
        |it: &&Document| !generated.contains(it.file.as_str()) && root.join(&it.file).is_file();
    before.fetched.iter().filter(waits).cloned().collect()
}

/// The files that the code of a lock was generated from.
fn documents(lock: &Lock) -> impl Iterator<Item = &Document> {
    lock.portals.values().flat_map(|portal| {
        let apis = portal.apis.values().flat_map(|api| &api.documents);
        apis.chain([&portal.manifest])
    })
}

/// What a lock says of files, by their names and content.
pub(crate) type Known<'a> = BTreeMap<(&'a str, &'a str), &'a Document>;

fn known(lock: &Lock) -> Known<'_> {
    let documents = documents(lock).chain(&lock.fetched);
    documents
        .map(|it| ((it.file.as_str(), it.sha256.as_str()), it))
        .collect()
}

/// The text of a lock that notes where files came from, by their names and the sums of their content; `None` if it says
/// so already. What code was generated from stays as it is: of new content, `codegen` takes the note over.
pub(crate) fn with_origin(
    mut lock: Lock,
    files: &[(String, String)],
    origin: &str,
) -> Option<String> {
    let before = lock.to_text();
    for (file, sha256) in files {
        lock.fetched.retain(|it| it.file != *file);
        let apis = lock
            .portals
            .values_mut()
            .flat_map(|it| it.apis.values_mut());
        let documents = apis.flat_map(|api| &mut api.documents);
        let mut is_known = false;
        for known in documents.filter(|it| it.file == *file && it.sha256 == *sha256) {
            known.origin = origin.to_owned();
            is_known = true;
        }
        if !is_known {
            lock.fetched.push(Document {
                file: file.clone(),
                sha256: sha256.clone(),
                date: today(),
                origin: origin.to_owned(),
            });
        }
    }
    lock.fetched.sort_by(|a, b| a.file.cmp(&b.file));
    let text = lock.to_text();
    (text != before).then_some(text)
}

fn digest(root: &Path, name: &str) -> Result<String, Failure> {
    let path = root.join(name);
    let bytes = fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
    Ok(sha256(&bytes))
}

/// The SHA-256 of bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Files that code is generated from.
pub(crate) struct Files<'a> {
    pub(crate) root: &'a Path,
    /// What was known of them before.
    pub(crate) known: Known<'a>,
}

impl Files<'_> {
    /// What the lock says of a file.
    pub(crate) fn document(&self, name: &str) -> Result<Document, Failure> {
        let sha256 = digest(self.root, name)?;
        let (date, origin) = match self.known.get(&(name, sha256.as_str())) {
            Some(before) => (before.date.clone(), before.origin.clone()),
            None => (today(), String::new()),
        };
        Ok(Document {
            file: name.to_owned(),
            sha256,
            date,
            origin,
        })
    }
}

/// The day of today in UTC, or the one that `SOURCE_DATE_EPOCH` names (<https://reproducible-builds.org/specs>).
pub(crate) fn today() -> String {
    let told = env::var("SOURCE_DATE_EPOCH").ok();
    let told = told.and_then(|seconds| seconds.parse::<u64>().ok());
    let seconds = told.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.unwrap_or_default().as_secs()
    });
    date(seconds / 86_400)
}

/// A day, counted from 1970-01-01, as `YYYY-MM-DD` (the Gregorian calendar, counted in eras of 400 years that begin
/// in March).
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(59), "1970-03-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(11_017), "2000-03-01");
        assert_eq!(date(20_453), "2025-12-31");
        assert_eq!(date(20_454), "2026-01-01");
    }
}
