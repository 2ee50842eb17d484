//! Runs that stop half-way: what is there then, and how they are gone on with.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use super::portal::{Other, command, fetch, portal};
use super::rebuilt;
use super::server::{Request, Server, ok, response};
use super::{DOCUMENT, OLD, workspace};
use crate::support::Folder;

/// A workspace with a second API.
fn two_apis(test: &str, server: &Server) -> Folder {
    let folder = workspace(test, &server.url());
    let manifest = folder.read("specs/shop/portal.yaml");
    let second = "  returns:\n    document: returns.yaml\n    portal-id: returns-id\nbundles:\n";
    folder
        .write(
            "specs/shop/portal.yaml",
            manifest.replace("bundles:\n", second),
        )
        .write("specs/shop/returns.yaml", OLD);
    folder
}

const LIST: &str = r#"{"value":[{"id":"orders-id"},{"id":"returns-id"}],"count":2}"#;

/// The second API's part of a portal.
fn second(request: &Request) -> Option<Vec<u8>> {
    match request.target.split('?').next()? {
        "/developer/users/u1/apis" => Some(ok(LIST)),
        "/developer/users/u1/apis/returns-id" => Some(ok(&DOCUMENT.replace("Orders", "Returns"))),
        _ => None,
    }
}

/// How often something was asked for.
fn times(server: &Server, part: &str) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|it| it.target.contains(part))
        .count()
}

/// Checks that a document is the old one or a whole new one, and that nothing else is there that anybody would read.
#[track_caller]
fn check_whole(folder: &Folder, new: &str, when: &str) -> bool {
    let files = folder.files("specs");
    let odd: Vec<_> = files
        .keys()
        .filter(|it| !it.ends_with(".tmp") && !it.starts_with("specs/.fetch"))
        .filter(|it| {
            !["orders.yaml", "portal.yaml", "specs.lock"]
                .iter()
                .any(|name| it.ends_with(name))
        })
        .collect();
    assert!(odd.is_empty(), "{when}: {odd:?}");
    let document = &files["specs/shop/orders.yaml"];
    assert!(document == OLD || document == new, "{when}: {document}");
    document == new
}

/// The staging, which must hold no secret.
#[track_caller]
fn staged(folder: &Folder) -> usize {
    let files = folder.files("target/fetch-staging");
    for (name, content) in &files {
        for secret in ["c2ln", "dev@example.com", "pass:", "ZGV2", "u1&"] {
            assert!(!content.contains(secret), "{name}: {content}");
        }
    }
    files.len()
}

#[test]
fn a_run_goes_on_where_it_stopped() {
    let is_down = Arc::new(AtomicUsize::new(1));
    let down = Arc::clone(&is_down);
    let server = portal(Box::new(move |request, _| {
        let is_second = request.target.contains("/apis/returns-id");
        match is_second && down.load(Ordering::SeqCst) == 1 {
            // The connection ends in the middle of the document.
            true => Some(ok(DOCUMENT)[..120].to_vec()),
            false => second(request),
        }
    }));
    let folder = two_apis("interrupted_goes_on", &server);
    let ended = fetch(&folder, &[]);
    assert_eq!(ended.code, 1);
    assert_eq!(
        ended.stdout,
        "shop/orders: specs/shop/orders.yaml has 1 operations; `cargo xtask codegen` takes it from here\n"
    );
    let told = "error: returns not fetched; once what is told above is mended, `cargo xtask fetch --portal shop` goes on from here\n";
    assert!(ended.stderr.ends_with(told), "{}", ended.stderr);
    assert_eq!(folder.read("specs/shop/returns.yaml"), OLD);
    assert!(staged(&folder) > 0);

    is_down.store(0, Ordering::SeqCst);
    let ended = fetch(&folder, &[]);
    let expected = "\
        shop/orders: specs/shop/orders.yaml was fetched by the run that stopped; --restart fetches it again\n\
        shop/returns: specs/shop/returns.yaml has 1 operations; `cargo xtask codegen` takes it from here\n";
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, expected),
        "{}",
        ended.stderr
    );
    assert_eq!(times(&server, "/apis/orders-id"), 1);
    assert_eq!(staged(&folder), 0, "the run is over");

    // The next one begins anew.
    assert_eq!(fetch(&folder, &[]).code, 0);
    assert_eq!(times(&server, "/apis/orders-id"), 2);
}

#[test]
fn a_run_is_gone_on_with_only_if_it_is_the_same() {
    let server = portal(Box::new(|request, _| {
        let is_second = request.target.contains("/apis/returns-id");
        match is_second {
            true => Some(response("500 Internal Server Error", "", "")),
            false => second(request),
        }
    }));
    let folder = two_apis("interrupted_stale", &server);
    let orders = || times(&server, "/apis/orders-id");
    assert_eq!((fetch(&folder, &[]).code, orders()), (1, 1));
    assert_eq!((fetch(&folder, &[]).code, orders()), (1, 1));
    assert_eq!((fetch(&folder, &["--restart"]).code, orders()), (1, 2));
    // Somebody else's document is in its place.
    folder.write("specs/shop/orders.yaml", OLD);
    assert_eq!((fetch(&folder, &[]).code, orders()), (1, 3));
    // What was kept is damaged.
    folder.write("target/fetch-staging/shop/done/orders", "x");
    assert_eq!((fetch(&folder, &[]).code, orders()), (1, 4));
    // Nobody knows when the run began.
    let files = folder.files("target/fetch-staging");
    let run = &files["target/fetch-staging/shop/run.json"];
    assert!(run.contains("began"), "{run}");
    folder.write(
        "target/fetch-staging/shop/run.json",
        run.replace("began", "begun"),
    );
    assert_eq!((fetch(&folder, &[]).code, orders()), (1, 5));
}

#[test]
fn a_portal_that_wants_to_be_left_alone_is() {
    let server = portal(Box::new(|request, _| {
        let is_first = request.target.contains("/apis/orders-id");
        match is_first {
            true => Some(response(
                "429 Too Many Requests",
                "Retry-After: 3600\r\n",
                "",
            )),
            false => second(request),
        }
    }));
    let folder = two_apis("interrupted_busy", &server);
    let ended = fetch(&folder, &[]);
    assert!(
        ended.stderr.contains("is asked too often (status 429); try again in 3600 seconds\nerror: orders, returns not fetched"),
        "{}",
        ended.stderr
    );
    assert_eq!(times(&server, "/apis/returns-id"), 0);
}

#[test]
fn a_rebuilt_document_goes_on_where_it_stopped() {
    let mut number = 0;
    // Each run gets one part further, and is cut off at the next.
    let cut = Arc::new(Mutex::new(0));
    let limit = Arc::clone(&cut);
    let server = portal(Box::new(move |request, _| {
        let is_part = ["/operations/", "/schemas/"]
            .iter()
            .any(|it| request.target.contains(it));
        let mut left = limit.lock().expect("nobody panics with it");
        match is_part {
            true if *left == 0 => Some(Vec::new()),
            true => {
                *left -= 1;
                rebuilt::all(request)
            }
            false => rebuilt::all(request),
        }
    }));
    let folder = workspace("interrupted_rebuilt", &server.url());
    let ended = loop {
        *cut.lock().expect("nobody panics with it") = 1;
        let ended = fetch(&folder, &[]);
        staged(&folder);
        number += 1;
        if ended.code == 0 || number > 10 {
            break ended;
        }
        assert_eq!(folder.read("specs/shop/orders.yaml"), OLD);
    };
    assert_eq!((ended.code, number), (0, 3), "{}", ended.stderr);
    // Each was answered once, and two were cut off once.
    assert_eq!(times(&server, "/operations/list-orders"), 1);
    assert_eq!(times(&server, "/operations/create"), 2);
    assert_eq!(times(&server, "/schemas/s1"), 2);

    let at_once = rebuilt::empty_portal();
    let other = workspace("interrupted_rebuilt_at_once", &at_once.url());
    assert_eq!(fetch(&other, &[]).code, 0);
    assert_eq!(
        other.read("specs/shop/orders.yaml"),
        folder.read("specs/shop/orders.yaml")
    );
}

#[test]
fn answers_that_end_anywhere_leave_one_document_or_the_other() {
    for (test, answer, step) in [
        ("interrupted_cut", (|_| None) as fn(&Request) -> _, 31),
        ("interrupted_cut_rebuilt", rebuilt::all, 173),
    ] {
        let server = portal(Box::new(move |request, _| answer(request)));
        let folder = workspace(test, &server.url());
        assert_eq!(fetch(&folder, &[]).code, 0);
        let new = folder.read("specs/shop/orders.yaml");
        let total = usize::MAX - server.left();
        assert!(total > 500);
        for end in (0..total).step_by(step) {
            folder.write("specs/shop/orders.yaml", OLD);
            server.set_left(end);
            let ended = fetch(&folder, &["--restart"]);
            assert_eq!(ended.code, 1, "after {end} bytes");
            assert!(!check_whole(&folder, &new, &format!("after {end} bytes")));
            staged(&folder);
        }
        server.set_left(usize::MAX);
        assert_eq!(fetch(&folder, &[]).code, 0);
        assert!(check_whole(&folder, &new, "in the end"));
    }
}

#[test]
fn a_run_that_is_killed_at_any_request_is_gone_on_with() {
    let (reached, at) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let stop = Arc::new(AtomicUsize::new(usize::MAX));
    let stop_at = Arc::clone(&stop);
    let seen = AtomicUsize::new(0);
    let other: Box<Other> = Box::new(move |request, _| {
        if request.target.starts_with("/config.json") {
            seen.store(0, Ordering::SeqCst);
        }
        if seen.fetch_add(1, Ordering::SeqCst) == stop_at.load(Ordering::SeqCst) {
            reached.send(()).expect("the test waits");
            wait.lock()
                .expect("nobody panics with it")
                .recv()
                .expect("the test says so");
        }
        rebuilt::all(request)
    });
    let server = portal(other);
    let folder = workspace("interrupted_killed", &server.url());
    // As many requests as there are.
    for number in 0..14 {
        folder.write("specs/shop/orders.yaml", OLD);
        stop.store(number, Ordering::SeqCst);
        let mut child = command(&folder, &["--restart"])
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        at.recv_timeout(Duration::from_secs(60))
            .expect("the request comes");
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        go_on.send(()).expect("the server waits");
        assert_eq!(folder.read("specs/shop/orders.yaml"), OLD);
        staged(&folder);
        stop.store(usize::MAX, Ordering::SeqCst);
        let before = server.requests().len();
        let ended = fetch(&folder, &[]);
        assert_eq!(ended.code, 0, "killed at {number}: {}", ended.stderr);
        // Parts that were answered are not asked for again.
        let again = server.requests().len() - before;
        assert_eq!(
            again,
            14 - number.saturating_sub(9).min(3),
            "killed at {number}"
        );
    }
}

#[test]
fn a_run_that_is_killed_while_it_writes_leaves_one_document_or_the_other() {
    let long = DOCUMENT.replace("Orders", &"Orders".repeat(20_000));
    let served = long.clone();
    let server = Server::start(move |_, _| ok(&served));
    let folder = workspace("interrupted_writing", &server.url());
    let url = format!("{}/orders.json", server.url());
    let run = || folder.command(&["fetch", "--api", "orders", "--from", &url]);
    let mut ended_early = 0;
    for number in 0..20 {
        folder.write("specs/shop/orders.yaml", OLD);
        let mut child = run().stdout(Stdio::null()).spawn().expect("it starts");
        thread::sleep(Duration::from_millis(number * 10));
        ended_early += usize::from(child.try_wait().expect("it runs or ended").is_none());
        child.kill().expect("it can be killed, or has ended");
        child.wait().expect("it ends");
        check_whole(&folder, &long, &format!("killed after {number}"));
    }
    assert!(ended_early > 0, "some were killed");
    let ended = folder.xtask(&["fetch", "--api", "orders", "--from", &url]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(check_whole(&folder, &long, "in the end"));
    assert_eq!(
        folder.xtask(&["codegen"]).code,
        0,
        "what is left over is no document"
    );
}
