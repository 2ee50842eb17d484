//! Runs that are killed at every step and between any two bytes that they write: each is a process of its own, which ends
//! on the spot.

use std::collections::BTreeMap;
use std::env;
use std::process::{Command, exit};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// The number of the step at which this process ends.
const KILL_AT: &str = "JOURNAL_TEST_KILL_AT";
/// The folder whose files this process replaces or finishes to replace.
const IN: &str = "JOURNAL_TEST_IN";
/// What a process that was killed ends with.
const KILLED: i32 = 9;

static STEPS: AtomicUsize = AtomicUsize::new(0);

/// Counts a step, and ends the process if it is the one to be killed at.
pub(crate) fn step() {
    let number = STEPS.fetch_add(1, Ordering::SeqCst);
    let at = env::var(KILL_AT).ok().and_then(|at| at.parse().ok());
    if at == Some(number) {
        exit(KILLED);
    }
}

type Files = BTreeMap<String, String>;

fn files(all: &[(&str, &str)]) -> Files {
    let owned = |&(name, content): &(&str, &str)| (name.to_owned(), content.to_owned());
    all.iter().map(owned).collect()
}

/// One file stays, two are replaced, one comes.
fn old() -> Files {
    files(&[
        ("lock", "same"),
        ("shop/a.yaml", "old a"),
        ("shop/b.yaml", "old b"),
    ])
}

fn new() -> Files {
    let mut new = old();
    for (name, content) in [
        ("shop/a.yaml", "new a"),
        ("shop/b.yaml", "new b"),
        ("shop/parts/c.yaml", "c"),
    ] {
        new.insert(name.to_owned(), content.to_owned());
    }
    new
}

/// A folder of files, within one for cargo's.
struct Case {
    base: PathBuf,
}

impl Case {
    fn new(name: &str) -> Self {
        let base = env::temp_dir().join(format!("xtask-journal-{name}-{}", std::process::id()));
        let case = Self { base };
        case.reset();
        case
    }

    fn folder(&self) -> PathBuf {
        self.base.join("specs")
    }

    /// Puts the old files there, and nothing else.
    fn reset(&self) {
        if self.base.exists() {
            fs::remove_dir_all(&self.base).expect("it can be emptied");
        }
        for (name, content) in old() {
            self.write(&name, &content);
        }
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, content).expect("it can be written");
    }

    /// The files that a command would read.
    fn found(&self) -> Files {
        let mut found = Files::new();
        for name in new().keys() {
            if let Ok(content) = fs::read_to_string(self.folder().join(name)) {
                found.insert(name.clone(), content);
            }
        }
        found
    }

    /// Runs `child` below, which is killed at a step; whether it ended before that.
    fn run(&self, child: &str, kill_at: usize) -> bool {
        let program = env::current_exe().expect("this program has a path");
        let ended = Command::new(program)
            .args(["--exact", &format!("journal::tests::{child}"), "--ignored"])
            .env(KILL_AT, kill_at.to_string())
            .env(IN, self.folder())
            .env("CARGO_TARGET_DIR", self.base.join("target"))
            .output()
            .expect("it runs");
        let code = ended.status.code();
        let told = String::from_utf8_lossy(&ended.stdout);
        assert!(matches!(code, Some(0 | KILLED)), "{code:?}: {told}");
        code == Some(0)
    }

    /// Whether a run has come to the point from which the new files count.
    fn is_decided(&self) -> bool {
        self.folder().join(FOLDER).exists()
    }

    /// Nothing is there any more but the files.
    fn check_clean(&self, when: &str) {
        assert!(!self.is_decided(), "{when}");
        assert!(
            [old(), new()].contains(&self.found()),
            "{when}: {:?}",
            self.found()
        );
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.base);
    }
}

fn here() -> PathBuf {
    PathBuf::from(env::var_os(IN).expect("the test that starts this says where"))
}

#[test]
#[ignore = "a process that other tests start"]
fn replacing() {
    let files = new().into_iter();
    let files = files.map(|(name, content)| (PathBuf::from(name), content.into_bytes()));
    assert_eq!(
        replace(&here(), files.collect()).expect("it can be done"),
        3
    );
}

#[test]
#[ignore = "a process that other tests start"]
fn finishing() {
    finish(&here()).expect("it can be done");
}

#[test]
fn a_run_that_is_killed_at_any_step_leaves_the_old_files_or_the_new_ones() {
    let case = Case::new("replacing");
    let mut outcomes = Vec::new();
    for number in 0.. {
        case.reset();
        let ended = case.run("replacing", number);
        let when = format!("killed at step {number}");
        let is_decided = case.is_decided();
        if !is_decided {
            case.check_clean(&when);
        }
        case.run("finishing", usize::MAX);
        case.check_clean(&when);
        assert!(
            !is_decided || case.found() == new(),
            "{when}: {:?}",
            case.found()
        );
        outcomes.push((is_decided, case.found() == new()));
        if ended {
            break;
        }
    }
    let count = |wanted| outcomes.iter().filter(|it| **it == wanted).count();
    // Every few bytes are a step, so most come before anything is decided.
    assert!(count((false, false)) > 100, "before it is decided");
    assert!(count((true, true)) > 10, "half-way");
    assert!(count((false, true)) > 1, "in the end");
    assert_eq!(count((true, false)), 0);
}

#[test]
fn finishing_that_is_killed_at_any_step_is_finished_by_the_next() {
    let case = Case::new("finishing");
    let decided = (0..).find(|number| {
        case.reset();
        case.run("replacing", *number);
        case.is_decided()
    });
    let decided = decided.expect("some step decides");
    for number in 0.. {
        case.reset();
        case.run("replacing", decided + 3);
        assert!(case.is_decided() && case.found() != new());
        let ended = case.run("finishing", number);
        assert!(
            case.is_decided() || case.found() == new(),
            "killed at step {number}"
        );
        case.run("finishing", usize::MAX);
        case.check_clean(&format!("killed at step {number}"));
        assert_eq!(case.found(), new(), "killed at step {number}");
        if ended {
            assert!(number > 10);
            break;
        }
    }
}

/// A case whose run was killed when it had replaced one file.
fn half_way(name: &str) -> Case {
    let case = Case::new(name);
    let is_half_way = |number: &usize| {
        case.reset();
        case.run("replacing", *number);
        let found = case.found();
        case.is_decided() && found != old() && found != new()
    };
    (0..).find(is_half_way).expect("some step is half-way");
    case
}

#[test]
fn what_somebody_changed_meanwhile_is_left_alone() {
    let case = half_way("changed");
    case.write("shop/b.yaml", "mine");
    let before = case.found();
    let Err(Failure::Machine(message)) = apply(&case.folder()) else {
        panic!("it is refused");
    };
    assert!(
        message.contains("b.yaml has been changed since"),
        "{message}"
    );
    assert_eq!(case.found(), before);
    assert!(case.is_decided());

    // What was restored is as it was.
    case.write("shop/a.yaml", "old a");
    case.write("shop/b.yaml", "old b");
    case.run("finishing", usize::MAX);
    assert_eq!(case.found(), new());
}

#[test]
fn what_was_damaged_is_not_taken() {
    let case = half_way("damaged");
    let before = case.found();
    let journal = case.folder().join(FOLDER).join(JOURNAL);
    let text = fs::read_to_string(&journal).expect("it is there");
    let outside = text.replace("shop/a.yaml", "../a.yaml");
    assert_ne!(outside, text);
    for damaged in ["", "{}", &outside] {
        fs::write(&journal, damaged).expect("it can be written");
        assert!(
            matches!(apply(&case.folder()), Err(Failure::Machine(_))),
            "{damaged}"
        );
    }
    fs::write(&journal, &text).expect("it can be written");
    for number in 0..3 {
        case.write(&format!("{FOLDER}/{number}"), "other");
    }
    assert!(matches!(apply(&case.folder()), Err(Failure::Machine(_))));
    assert_eq!(case.found(), before);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_behind_a_link_that_leads_out() {
    let case = half_way("linked");
    let (shop, outside) = (case.folder().join("shop"), case.base.join("outside"));
    fs::rename(&shop, &outside).expect("it can be moved");
    std::os::unix::fs::symlink(&outside, &shop).expect("links can be made");
    let before = case.found();
    let Err(Failure::Machine(message)) = apply(&case.folder()) else {
        panic!("it is refused");
    };
    assert!(
        message.contains("a link on its way leads out of"),
        "{message}"
    );
    let new = vec![(PathBuf::from("shop/a.yaml"), b"other".to_vec())];
    assert!(replace(&case.folder(), new).is_err());
    assert_eq!(case.found(), before);

    // A link that stays within is none of our business.
    let within = case.folder().join("elsewhere");
    fs::remove_file(&shop).expect("it can be removed");
    fs::rename(&outside, &within).expect("it can be moved");
    std::os::unix::fs::symlink(&within, &shop).expect("links can be made");
    assert!(apply(&case.folder()).is_ok());
    assert_eq!(case.found(), super::tests::new());
}
