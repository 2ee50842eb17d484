//! What a run has fetched so far, so that a run that stops half-way is gone on with.
//!
//! It lies in `target/fetch-staging/<portal>`, and goes when a run has fetched all that it was to. It holds answers of
//! the portal and names, never a login or a token. A run goes on with it if
//!
//! - it began less than a day ago,
//! - at the same portal and for the same user, and
//! - without `--restart`.
//!
//! An API counts as fetched as long as its document is the one that was put in place. Parts of a document that is rebuilt
//! are taken only while the portal lists the same operations; see [`Parts`].

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::{files, lock};

/// The seconds after which a run that stopped is not gone on with.
const STALE: u64 = 24 * 3600;
const RUN: &str = "run.json";

/// The staging of a portal.
pub(super) struct Staging {
    folder: PathBuf,
}

impl Staging {
    /// The staging of the run that stopped before at this portal and for this user, or an empty one.
    pub(super) fn open(
        target: &Path,
        portal: &str,
        who: &str,
        restart: bool,
    ) -> Result<Self, Failure> {
        let folder = target.join("fetch-staging").join(portal);
        let staging = Self { folder };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let who = lock::sha256(who.as_bytes());
        let run = staging.read(RUN).unwrap_or_default();
        let run: Value = serde_json::from_slice(&run).unwrap_or_default();
        let began = run.get("began").and_then(Value::as_u64);
        // A clock that was set back makes no run younger.
        let is_young = began
            .and_then(|began| now.checked_sub(began))
            .is_some_and(|age| age < STALE);
        let is_same = run.get("who").and_then(Value::as_str) == Some(&who);
        if restart || !is_young || !is_same {
            staging.clear()?;
            staging.keep(
                RUN,
                json!({ "began": now, "who": who }).to_string().as_bytes(),
            );
        }
        Ok(staging)
    }

    /// Whether the run put the document of an API in place that is there.
    pub(super) fn is_done(&self, api: &str, document: &Path) -> bool {
        let noted = self.read(&done(api));
        let found = fs::read(document).ok();
        noted
            .zip(found)
            .is_some_and(|(noted, found)| noted == lock::sha256(&found).as_bytes())
    }

    /// Notes that the document of an API is in place.
    pub(super) fn set_done(&self, api: &str, document: &Path) {
        if let Ok(bytes) = fs::read(document) {
            self.keep(&done(api), lock::sha256(&bytes).as_bytes());
        }
    }

    /// The parts of a document that were fetched while the portal gave these answers about the API.
    pub(super) fn parts(&self, api: &str, answers: &[u8]) -> Parts<'_> {
        Parts {
            staging: self,
            folder: format!("parts/{}/{}", short(api.as_bytes()), short(answers)),
        }
    }

    /// Removes everything: the run is over.
    pub(super) fn clear(&self) -> Result<(), Failure> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if self.folder.exists() => Err(Failure::io("remove", &self.folder, &error)),
            _ => Ok(()),
        }
    }

    /// What was kept under a name, if it is whole.
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let text = fs::read(self.folder.join(name)).ok()?;
        let (sum, content) = text.split_at_checked(64)?;
        (lock::sha256(content).as_bytes() == sum).then(|| content.to_vec())
    }

    /// Keeps something, with its sum in front. What cannot be kept is asked for again, which is no reason to stop.
    fn keep(&self, name: &str, content: &[u8]) {
        let whole = [lock::sha256(content).as_bytes(), content].concat();
        let _ = files::write(&self.folder.join(name), &whole);
    }
}

/// The parts of one document. Those of other answers are of no use and stay until the run is over.
pub(super) struct Parts<'s> {
    staging: &'s Staging,
    folder: String,
}

impl Parts<'_> {
    /// The answer of a path, if it was fetched.
    pub(super) fn get(&self, path: &str) -> Option<Value> {
        serde_json::from_slice(&self.staging.read(&self.file(path))?).ok()
    }

    /// Keeps the answer of a path.
    pub(super) fn keep(&self, path: &str, answer: &Value) {
        self.staging
            .keep(&self.file(path), answer.to_string().as_bytes());
    }

    fn file(&self, path: &str) -> String {
        format!("{}/{}", self.folder, short(path.as_bytes()))
    }
}

/// A file's name for something that may have any name.
fn short(bytes: &[u8]) -> String {
    let mut sum = lock::sha256(bytes);
    sum.truncate(32);
    sum
}

fn done(api: &str) -> String {
    format!("done/{api}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A staging in a folder of its own, with one document that is done.
    struct Case {
        target: PathBuf,
    }

    impl Case {
        fn new(name: &str) -> Self {
            let name = format!("fetch-staging-{name}-{}", std::process::id());
            let case = Self {
                target: std::env::temp_dir().join(name),
            };
            let staging = case.open("user", false);
            fs::write(case.document(), "document").expect("it can be written");
            staging.set_done("orders", &case.document());
            case
        }

        fn open(&self, who: &str, restart: bool) -> Staging {
            Staging::open(&self.target, "shop", who, restart).expect("it can be opened")
        }

        fn document(&self) -> PathBuf {
            self.target.join("document")
        }

        /// Whether a run of today goes on with one that began so many seconds after it.
        fn goes_on(&self, after: i64) -> bool {
            let staging = self.open("user", false);
            let run = staging.read(RUN).expect("it is there");
            let mut run: Value = serde_json::from_slice(&run).expect("it is JSON");
            let began = run["began"].as_i64().expect("it is a time");
            run["began"] = (began + after).into();
            staging.keep(RUN, run.to_string().as_bytes());
            self.open("user", false).is_done("orders", &self.document())
        }
    }

    impl Drop for Case {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.target);
        }
    }

    #[test]
    fn a_run_is_gone_on_with_for_a_day() {
        assert!(Case::new("now").goes_on(0));
        assert!(Case::new("hours").goes_on(-23 * 3600));
        assert!(!Case::new("days").goes_on(-24 * 3600));
        assert!(!Case::new("future").goes_on(3600));
    }

    #[test]
    fn a_run_of_another_user_is_not_gone_on_with() {
        let case = Case::new("user");
        assert!(case.open("user", false).is_done("orders", &case.document()));
        assert!(
            !case
                .open("other", false)
                .is_done("orders", &case.document())
        );
        assert!(!case.open("user", false).is_done("orders", &case.document()));
    }

    #[test]
    fn parts_are_those_of_the_same_answers_and_whole() {
        let case = Case::new("parts");
        let staging = case.open("user", false);
        let parts = staging.parts("orders", b"answers");
        parts.keep("/a", &json!({ "a": 1 }));
        assert_eq!(parts.get("/a"), Some(json!({ "a": 1 })));
        assert_eq!(parts.get("/b"), None);
        assert_eq!(staging.parts("orders", b"others").get("/a"), None);
        let file = staging.folder.join(parts.file("/a"));
        let whole = fs::read(&file).expect("it is there");
        for end in 0..whole.len() {
            fs::write(&file, &whole[..end]).expect("it can be written");
            assert_eq!(parts.get("/a"), None, "after {end} bytes");
        }
        assert!(!case.open("user", true).is_done("orders", &case.document()));
    }
}
