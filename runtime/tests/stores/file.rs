//! The store in a folder: what is refused, and what is left behind.

use portal_runtime::Secret;
use portal_runtime::store::{FileStore, TokenStore as _};
use std::fs;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::Poll;
use tempfile::TempDir;

use crate::{Bench, LONG, conformance::conformance, key};

fn bench() -> Bench {
    let home = tempfile::tempdir().unwrap();
    Bench {
        store: Arc::new(FileStore::open(home.path().join("a/b")).unwrap()),
        _keep: Box::new(home),
    }
}

conformance!(Some(bench()));

/// A store in a new folder with one record of Ann's, and the path of its file.
pub(crate) async fn with_a_record(value: &str) -> (TempDir, FileStore, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let store = FileStore::open(home.path().join("tokens")).unwrap();
    let value = Secret::from(value);
    store.replace(&key("ann"), None, &value).await.unwrap();
    let path = only_file(store.folder(), "json");
    (home, store, path)
}

/// The file in a folder whose name has an ending.
pub(crate) fn only_file(folder: &Path, ending: &str) -> PathBuf {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut found = files.filter(|path| path.extension().is_some_and(|found| found == ending));
    let path = found.next().unwrap();
    assert_eq!(found.next(), None);
    path
}

#[tokio::test]
async fn a_file_says_what_it_is() {
    let (_home, _store, path) = with_a_record("the \"secret\"").await;
    let text = fs::read_to_string(&path).unwrap();
    let start =
        r#"{"version":1,"key":"https%3A%2F%2Fid.example%2Ftoken client subject ann","revision":"#;
    assert!(text.starts_with(start), "{text}");
    assert!(
        text.contains(r#","value":"the \"secret\"","sha256":""#),
        "{text}"
    );
    assert!(text.ends_with("\"}\n"), "{text}");
    let name = path.file_name().unwrap().to_str().unwrap();
    assert_eq!(
        name,
        "ann-10f25005711927907cebb09bb8620f199b3f6998b73a5794e2303066cf0ecea9.json"
    );
}

#[tokio::test]
async fn a_record_too_large_to_be_read_is_not_written() {
    let (_home, store, _) = with_a_record("one").await;
    let record = store.load(&key("ann")).await.unwrap().unwrap();
    // The one as it is, the other by the escapes that it needs.
    for value in ["x".repeat((16 << 20) + 1), "\u{1}".repeat(3 << 20)] {
        let new = Secret::from(value);
        let error = store
            .replace(&key("ann"), Some(record.revision), &new)
            .await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains("larger than 16777216 bytes"), "{error}");
    }
    assert_eq!(store.load(&key("ann")).await.unwrap(), Some(record));
}

#[tokio::test]
async fn a_removed_record_leaves_no_secret() {
    let (_home, store, path) = with_a_record("hunter2").await;
    let record = store.load(&key("ann")).await.unwrap().unwrap();
    assert!(store.remove(&key("ann"), record.revision).await.unwrap());
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(r#""value":null"#), "{text}");
}

#[tokio::test]
async fn debug_shows_the_folder_alone() {
    let (_home, store, _) = with_a_record("hunter2").await;
    let folder = store.folder();
    assert_eq!(
        format!("{store:?}"),
        format!("FileStore {{ folder: {folder:?} }}")
    );
}

#[tokio::test]
async fn stores_on_one_folder_share_records_and_leases() {
    let (_home, store, _) = with_a_record("one").await;
    let other = FileStore::open(store.folder()).unwrap();
    let record = other.load(&key("ann")).await.unwrap().unwrap();
    let new = Secret::from("two");
    let revision = other
        .replace(&key("ann"), Some(record.revision), &new)
        .await;
    let loaded = store.load(&key("ann")).await.unwrap().unwrap();
    assert_eq!(Some(loaded.revision), revision.unwrap());
    let lease = store.lease(&key("ann"), LONG).await.unwrap().unwrap();
    assert!(other.lease(&key("ann"), LONG).await.unwrap().is_none());
    drop(lease);
    assert!(other.lease(&key("ann"), LONG).await.unwrap().is_some());
}

#[tokio::test]
async fn leftovers_of_a_crash_do_not_disturb() {
    let (_home, store, path) = with_a_record("one").await;
    let leftover = path.with_extension("json.tmp");
    fs::write(&leftover, "{\"version\":1,\"ke").unwrap();
    fs::write(path.with_extension("lease.tmp"), "").unwrap();
    let record = store.load(&key("ann")).await.unwrap().unwrap();
    assert_eq!(record.value.expose(), "one");
    let new = Secret::from("two");
    let revision = store
        .replace(&key("ann"), Some(record.revision), &new)
        .await;
    assert!(revision.unwrap().is_some());
    assert!(!leftover.exists());
    assert!(store.lease(&key("ann"), LONG).await.unwrap().is_some());
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_is_whole_or_not_done() {
    let (_home, store, _) = with_a_record("one").await;
    let new = Secret::from("two".repeat(10_000));
    for _ in 0..50 {
        let record = store.load(&key("ann")).await.unwrap().unwrap();
        let ann = key("ann");
        let mut write = store.replace(&ann, Some(record.revision), &new);
        let polled = poll_fn(|context| Poll::Ready(write.as_mut().poll(context))).await;
        drop(write);
        let after = store.load(&key("ann")).await.unwrap().unwrap();
        match after.revision == record.revision {
            true => assert!(polled.is_pending() && after.value == record.value),
            false => assert!(after.value == new),
        }
    }
    // Nobody holds the lock any more.
    crate::conformance::count(&store, &key("bob")).await;
    let record = store.load(&key("ann")).await.unwrap().unwrap();
    assert!(store.remove(&key("ann"), record.revision).await.is_ok());
}

#[test]
fn a_file_in_place_of_the_folder_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens");
    fs::write(&path, "mine").unwrap();
    let error = FileStore::open(&path).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("choose a folder for tokens alone"),
        "{error}"
    );
    let error = FileStore::open(path.join("below")).unwrap_err();
    assert!(
        error.to_string().contains(&*path.to_string_lossy()),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[tokio::test]
async fn a_folder_that_was_deleted_is_an_error() {
    let (_home, store, _) = with_a_record("one").await;
    fs::remove_dir_all(store.folder()).unwrap();
    assert_eq!(store.load(&key("ann")).await.unwrap(), None);
    let error = store
        .replace(&key("ann"), None, &Secret::from("hunter2"))
        .await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("was the folder deleted?"), "{error}");
}

#[tokio::test]
async fn a_folder_in_place_of_the_file_is_refused() {
    let (_home, store, path) = with_a_record("one").await;
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = store.load(&key("ann")).await.unwrap_err();
    assert!(
        error.to_string().contains("this is a folder; move it away"),
        "{error}"
    );
    let error = store.replace(&key("ann"), None, &Secret::from("x")).await;
    assert!(error.is_err());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[tokio::test]
    async fn what_is_made_is_the_users_alone() {
        let (_home, store, _) = with_a_record("one").await;
        let _lease = store.lease(&key("ann"), LONG).await.unwrap();
        assert_eq!(mode(store.folder()), 0o700);
        let mut endings = Vec::new();
        for entry in fs::read_dir(store.folder()).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{path:?}");
            endings.push(path.extension().unwrap().to_str().unwrap().to_owned());
        }
        endings.sort();
        assert_eq!(endings, ["json", "lease", "lock"]);
    }

    #[tokio::test]
    async fn what_others_may_touch_is_refused() {
        let (_home, store, path) = with_a_record("hunter2").await;
        let lock = only_file(store.folder(), "lock");
        for (path, loose) in [
            (&path, 0o640),
            (&path, 0o604),
            (&path, 0o620),
            (&lock, 0o666),
        ] {
            set_mode(path, loose);
            let error = store.replace(&key("ann"), None, &Secret::from("x")).await;
            let error = error.unwrap_err().to_string();
            assert!(
                error.contains(&format!("chmod 600 '{}'", path.display())),
                "{error}"
            );
            assert!(
                error.contains(&format!("{loose:o}")) && !error.contains("hunter2"),
                "{error}"
            );
            set_mode(path, 0o600);
        }
        let record = store.load(&key("ann")).await.unwrap().unwrap();
        assert_eq!(record.value.expose(), "hunter2");
        set_mode(store.folder(), 0o750);
        let error = FileStore::open(store.folder()).unwrap_err().to_string();
        assert!(
            error.contains(&format!("chmod 700 '{}'", store.folder().display())),
            "{error}"
        );
    }

    #[tokio::test]
    async fn links_are_not_followed() {
        let (home, store, path) = with_a_record("one").await;
        let elsewhere = home.path().join("elsewhere");
        fs::rename(&path, &elsewhere).unwrap();
        for target in [elsewhere.clone(), home.path().join("nowhere")] {
            symlink(&target, &path).unwrap();
            let load = store.load(&key("ann")).await.unwrap_err().to_string();
            let write = store.replace(&key("ann"), None, &Secret::from("x")).await;
            for error in [load, write.unwrap_err().to_string()] {
                assert!(error.contains("links are not followed"), "{error}");
            }
            fs::remove_file(&path).unwrap();
        }
        assert!(!home.path().join("nowhere").exists());
        assert!(fs::read_to_string(&elsewhere).unwrap().contains("one"));
    }

    #[tokio::test]
    async fn a_link_in_place_of_a_leftover_is_not_written_through() {
        let (home, store, path) = with_a_record("one").await;
        let other = home.path().join("other");
        fs::write(&other, "mine").unwrap();
        symlink(&other, path.with_extension("json.tmp")).unwrap();
        let record = store.load(&key("ann")).await.unwrap().unwrap();
        let new = Secret::from("two");
        let revision = store
            .replace(&key("ann"), Some(record.revision), &new)
            .await;
        assert!(revision.unwrap().is_some());
        assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
        assert!(path.symlink_metadata().unwrap().is_file());
    }

    #[tokio::test]
    async fn a_pipe_in_place_of_the_file_does_not_hang() {
        let (_home, store, path) = with_a_record("one").await;
        fs::remove_file(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let error = store.load(&key("ann")).await.unwrap_err().to_string();
        assert!(error.contains("not a file"), "{error}");
    }

    #[test]
    fn a_link_to_the_folder_is_resolved() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().join("real");
        FileStore::open(&real).unwrap();
        symlink(&real, home.path().join("link")).unwrap();
        let store = FileStore::open(home.path().join("link")).unwrap();
        assert_eq!(store.folder(), fs::canonicalize(&real).unwrap());
    }
}
