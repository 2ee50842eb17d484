//! Several processes on one folder: this binary runs itself, in roles.

use portal_runtime::Secret;
use portal_runtime::store::{FileStore, TokenStore as _};
use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::conformance::count;
use crate::file::with_a_record;
use crate::{LONG, key};

const ROLE: &str = "STORE_TEST_ROLE";
const FOLDER: &str = "STORE_TEST_FOLDER";
const EACH: usize = 25;

/// What a child does. It is started by the tests below, and nothing without them.
#[tokio::test]
#[ignore = "a role that other tests start"]
async fn child() {
    let Ok(role) = env::var(ROLE) else { return };
    let store = FileStore::open(env::var_os(FOLDER).unwrap());
    match role.as_str() {
        "count" => {
            let store = store.unwrap();
            for _ in 0..EACH {
                count(&store, &key("ann")).await;
            }
        }
        "write" => write_for_ever(&store.unwrap()).await,
        "lease" => {
            let _lease = store
                .unwrap()
                .lease(&key("ann"), LONG)
                .await
                .unwrap()
                .unwrap();
            say("held");
            std::future::pending::<()>().await;
        }
        "refused" => refused(&store.unwrap()).await,
        role => panic!("no role {role}"),
    }
}

/// Says each number before and after it is written.
async fn write_for_ever(store: &FileStore) {
    let mut old = store.load(&key("ann")).await.unwrap().unwrap();
    loop {
        let number: u64 = number_in(old.value.expose()) + 1;
        say(&format!("try {number}"));
        old.value = Secret::from(value(number));
        let revision = store
            .replace(&key("ann"), Some(old.revision), &old.value)
            .await;
        old.revision = revision.unwrap().unwrap();
        say(&format!("done {number}"));
    }
}

/// Writing fails, and what was there can be read.
async fn refused(store: &FileStore) {
    let old = store.load(&key("ann")).await.unwrap().unwrap();
    let new = Secret::from("hunter2".repeat(100_000));
    let error = store.replace(&key("ann"), Some(old.revision), &new).await;
    let error = error.unwrap_err();
    assert!(!error.is_damaged());
    assert_eq!(store.load(&key("ann")).await.unwrap().unwrap(), old);
    say(&format!("error {error}"));
}

fn say(line: &str) {
    // In one go, past what libtest does to `print!`.
    std::io::stdout()
        .write_all(format!("\n> {line}\n").as_bytes())
        .unwrap();
}

/// A number and so much after it that writing takes a while.
fn value(number: u64) -> String {
    format!("{number} {}", "x".repeat(200_000 + (number % 7) as usize))
}

fn number_in(value: &str) -> u64 {
    value.split(' ').next().unwrap().parse().unwrap()
}

/// Ends when dropped.
struct Process(Child);

impl Process {
    fn new(mut command: Command, role: &str, folder: &Path) -> Self {
        let child = command
            .args(["--exact", "children::child", "--ignored", "--nocapture"])
            .env(ROLE, role)
            .env(FOLDER, folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        Self(child.unwrap())
    }

    fn start(role: &str, folder: &Path) -> Self {
        Self::new(Command::new(env::current_exe().unwrap()), role, folder)
    }

    /// What the child says, until it ends.
    fn lines(&mut self) -> impl Iterator<Item = String> + use<> {
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        lines.filter_map(|line| Some(line.unwrap().strip_prefix("> ")?.to_owned()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_count_lose_nothing() {
    let (_home, store, _) = with_a_record("0").await;
    let start = |_| Process::start("count", store.folder());
    let children: Vec<Process> = (0..4).map(start).collect();
    for _ in 0..EACH {
        count(&store, &key("ann")).await;
    }
    for mut child in children {
        assert_eq!(child.lines().next(), None);
        assert!(child.0.wait().unwrap().success());
    }
    let record = store.load(&key("ann")).await.unwrap().unwrap();
    assert_eq!(record.value.expose(), (5 * EACH).to_string());
}

#[tokio::test]
async fn a_process_killed_while_it_writes_leaves_the_old_record_or_the_new() {
    let (_home, store, _) = with_a_record(&value(0)).await;
    let (mut interrupted, mut last) = (0, 0);
    for _ in 0..60 {
        let mut child = Process::start("write", store.folder());
        let mut lines = child.lines();
        assert_eq!(lines.next(), Some(format!("try {}", last + 1)));
        std::thread::sleep(Duration::from_micros(fastrand::u64(0..8_000)));
        // SIGKILL where there are signals.
        child.0.kill().unwrap();
        child.0.wait().unwrap();
        let (mut tried, mut done) = (last + 1, last);
        for line in lines {
            match line.split_once(' ') {
                Some(("try", number)) => tried = number.parse().unwrap(),
                Some(("done", number)) => done = number.parse().unwrap(),
                _ => panic!("{line}"),
            }
        }
        let record = store.load(&key("ann")).await.unwrap().unwrap();
        last = number_in(record.value.expose());
        assert!(record.value.expose() == value(last));
        assert!((done..=tried).contains(&last), "{done} {last} {tried}");
        interrupted += usize::from(tried != done);
    }
    assert!(interrupted > 0, "no write was interrupted");
}

#[tokio::test]
async fn a_lease_of_a_process_that_is_gone_is_free() {
    let (_home, store, _) = with_a_record("0").await;
    for _ in 0..5 {
        let mut child = Process::start("lease", store.folder());
        assert_eq!(child.lines().next().as_deref(), Some("held"));
        assert!(store.lease(&key("ann"), LONG).await.unwrap().is_none());
        drop(child);
        let lease = store.lease(&key("ann"), LONG).await.unwrap();
        lease.unwrap().release().await;
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    use std::os::unix::process::CommandExt as _;

    /// Runs the role that is refused, and returns what it said.
    fn refusal(command: Command, folder: &Path) -> String {
        let mut child = Process::new(command, "refused", folder);
        let lines: Vec<String> = child.lines().collect();
        assert!(child.0.wait().unwrap().success());
        let [line] = &lines[..] else {
            panic!("{lines:?}")
        };
        assert!(!line.contains("hunter2"), "{line}");
        line.clone()
    }

    #[tokio::test]
    async fn a_disk_without_room_leaves_the_old_record() {
        let (_home, store, path) = with_a_record("old").await;
        let mut command = Command::new("sh");
        // A file may not grow beyond this; without the signal, writing fails as on a full disk.
        let limited = "ulimit -f 100 && trap '' XFSZ && exec \"$0\" \"$@\"";
        command
            .arg("-c")
            .arg(limited)
            .arg(env::current_exe().unwrap());
        let line = refusal(command, store.folder());
        assert!(
            line.contains("cannot write the file") && line.contains("make room"),
            "{line}"
        );
        let record = store.load(&key("ann")).await.unwrap().unwrap();
        assert_eq!(record.value.expose(), "old");
        assert!(!path.with_extension("json.tmp").exists());
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_can_be_read() {
        let (home, store, path) = with_a_record("old").await;
        let binary = home.path().join("binary");
        // By another process: a program cannot be run while it is open for writing, and children of
        // other tests would have it open.
        let mut copy = Command::new("cp");
        copy.arg(env::current_exe().unwrap()).arg(&binary);
        assert!(copy.status().unwrap().success());
        let mut command = Command::new(&binary);
        // Permissions are nothing to the superuser, so the child is somebody else then.
        if fs::metadata(home.path()).unwrap().uid() == 0 {
            command.uid(65_534).gid(65_534).current_dir("/");
            for entry in fs::read_dir(store.folder()).unwrap() {
                chown(entry.unwrap().path(), Some(65_534), None).unwrap();
            }
            for path in [home.path(), store.folder(), &binary] {
                chown(path, Some(65_534), None).unwrap();
            }
        }
        fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o500)).unwrap();
        let line = refusal(command, store.folder());
        fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(
            line.contains("let the user that runs this program own it"),
            "{line}"
        );
        assert!(line.contains(&*store.folder().to_string_lossy()), "{line}");
        assert!(fs::read_to_string(&path).unwrap().contains("old"));
    }
}
