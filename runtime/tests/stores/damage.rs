//! Files that are not what was written: reported, and left as they are.

use portal_runtime::Secret;
use portal_runtime::store::{FileStore, Revision, TokenStore as _};
use std::fs;
use std::path::Path;

use crate::file::with_a_record;
use crate::key;

async fn assert_damaged(store: &FileStore, path: &Path, bytes: &[u8], revision: Revision) {
    fs::write(path, bytes).unwrap();
    let new = Secret::from("new");
    let errors = [
        store.load(&key("ann")).await.unwrap_err(),
        store.replace(&key("ann"), None, &new).await.unwrap_err(),
        store
            .replace(&key("ann"), Some(revision), &new)
            .await
            .unwrap_err(),
        store.remove(&key("ann"), revision).await.unwrap_err(),
    ];
    for error in errors {
        let what = String::from_utf8_lossy(bytes);
        assert!(error.is_damaged(), "{error}: {what}");
        let message = error.to_string();
        assert!(message.contains(&*path.to_string_lossy()), "{message}");
        assert!(
            !format!("{error:?}{error}").contains("hunter2"),
            "{message}"
        );
    }
    assert_eq!(fs::read(path).unwrap(), bytes);
}

#[tokio::test]
async fn a_file_that_was_cut_off_anywhere() {
    let (_home, store, path) = with_a_record("hunter2").await;
    let revision = store.load(&key("ann")).await.unwrap().unwrap().revision;
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        assert_damaged(&store, &path, &whole[..length], revision).await;
    }
    fs::write(&path, &whole).unwrap();
    assert!(store.load(&key("ann")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_file_with_a_byte_changed_anywhere() {
    let (_home, store, path) = with_a_record("hunter2").await;
    let revision = store.load(&key("ann")).await.unwrap().unwrap().revision;
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        for change in [1, 0x20, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            assert_damaged(&store, &path, &bytes, revision).await;
        }
    }
}

#[tokio::test]
async fn files_of_something_else() {
    let (_home, store, path) = with_a_record("hunter2").await;
    let revision = store.load(&key("ann")).await.unwrap().unwrap().revision;
    let whole = fs::read_to_string(&path).unwrap();
    let twice = format!("{whole}{whole}");
    let deep = format!("{}\n", "[".repeat(100_000));
    let foreign: [&[u8]; 8] = [
        b"\n",
        b"null\n",
        b"{}\n",
        b"refresh_token = hunter2\n",
        b"{\"version\":1,\"key\":\"hunter2\"}\n",
        b"\xff\xfe\n",
        twice.as_bytes(),
        deep.as_bytes(),
    ];
    for bytes in foreign {
        assert_damaged(&store, &path, bytes, revision).await;
    }
}

#[tokio::test]
async fn a_record_of_another_key() {
    let (_home, store, ann) = with_a_record("hunter2").await;
    let revision = store.load(&key("ann")).await.unwrap().unwrap().revision;
    let (_other, _, bob) = {
        let (home, store, _) = with_a_record("x").await;
        let value = Secret::from("hunter2");
        store.replace(&key("bob"), None, &value).await.unwrap();
        let files = fs::read_dir(store.folder()).unwrap();
        let mut paths = files.map(|entry| entry.unwrap().path());
        let path = paths.find(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with("bob") && name.ends_with(".json")
        });
        (home, store, path.unwrap())
    };
    assert_damaged(&store, &ann, &fs::read(bob).unwrap(), revision).await;
    let error = store.load(&key("ann")).await.unwrap_err();
    assert!(error.to_string().contains("another key"), "{error}");
}

#[tokio::test]
async fn a_format_to_come() {
    let (_home, store, path) = with_a_record("hunter2").await;
    let bytes = b"{\"version\":2,\"sealed\":\"hunter2\"}\n";
    assert_damaged(&store, &path, bytes, Revision(1)).await;
    let error = store.load(&key("ann")).await.unwrap_err().to_string();
    assert!(
        error.contains("format 2, and this program knows 1"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_too_large_to_read() {
    let (_home, store, path) = with_a_record("hunter2").await;
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let error = store.load(&key("ann")).await.unwrap_err();
    assert!(
        error.is_damaged() && error.to_string().contains("too large"),
        "{error}"
    );
    assert_eq!(fs::metadata(&path).unwrap().len(), 1 << 40);
}
