//! Documents from URLs.

use std::process::Stdio;

use super::server::{Server, ok, response};
use super::{DOCUMENT, OLD, check_untouched, workspace};
use crate::support::{Ended, Folder};

fn fetch(folder: &Folder, url: &str) -> Ended {
    folder.xtask(&["fetch", "--api", "orders", "--from", url])
}

#[test]
fn a_document_comes_with_the_files_beside_it() {
    let server = Server::start(|_, request| match request.target.as_str() {
        "/a/main.json?key=secret" => ok(&DOCUMENT.replace(
            r#"{"description":"None."}"#,
            r#"{"$ref":"parts/answers.json#/None"}"#,
        )),
        "/a/parts/answers.json" => ok(r#"{"None":{"$ref":"../more.json#/None"}}"#),
        "/a/more.json" => ok(r#"{"None":{"description":"None."},"up":{"$ref":"../../up.json"}}"#),
        _ => response("404 Not Found", "", ""),
    });
    let folder = workspace("fetch_beside", "https://portal.example.com");
    let ended = fetch(&folder, &format!("{}/a/main.json?key=secret", server.url()));
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert!(
        folder
            .read("specs/shop/orders.yaml")
            .contains("parts/answers.json")
    );
    assert!(
        folder
            .read("specs/shop/parts/answers.json")
            .contains("more.json")
    );
    assert!(folder.read("specs/shop/more.json").contains("None."));
    let targets: Vec<_> = server.requests().into_iter().map(|it| it.target).collect();
    assert_eq!(
        targets,
        [
            "/a/main.json?key=secret",
            "/a/parts/answers.json",
            "/a/more.json"
        ]
    );
    assert!(
        server
            .requests()
            .iter()
            .all(|it| it.header("authorization").is_empty())
    );
}

#[test]
fn referenced_files_do_not_take_the_place_of_others() {
    let server = Server::start(|_, request| match request.target.as_str() {
        "/main.json" => ok(&DOCUMENT.replace(
            r#"{"description":"None."}"#,
            r##"{"$ref":"portal.yaml#/None"}"##,
        )),
        _ => ok(r#"{"None":{"description":"None."}}"#),
    });
    let folder = workspace("fetch_taken", "https://portal.example.com");
    let manifest = folder.read("specs/shop/portal.yaml");
    let ended = fetch(&folder, &format!("{}/main.json", server.url()));
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .stderr
            .contains("refers to `portal.yaml`, a name that another file"),
        "{}",
        ended.stderr
    );
    assert_eq!(folder.read("specs/shop/portal.yaml"), manifest);
    check_untouched(&folder);
}

#[test]
fn a_response_that_breaks_off_at_any_byte_leaves_the_old_document() {
    let whole = ok(DOCUMENT);
    let length = whole.len();
    let server = Server::start(move |number, _| whole[..number.min(length)].to_vec());
    let folder = workspace("fetch_broken_off", "https://portal.example.com");
    let url = format!("{}/orders.json", server.url());
    for end in 0..length {
        let ended = fetch(&folder, &url);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (1, ""),
            "after {end} bytes: {}",
            ended.stderr
        );
        assert_eq!(
            folder.read("specs/shop/orders.yaml"),
            OLD,
            "after {end} bytes"
        );
    }
    check_untouched(&folder);
    assert_eq!(fetch(&folder, &url).code, 0, "the next one is whole");
    assert_eq!(folder.read("specs/shop/orders.yaml"), DOCUMENT);
}

#[test]
fn a_page_in_place_of_a_document_is_refused() {
    let server = Server::start(|_, _| {
        response(
            "200 OK",
            "Content-Type: text/html\r\n",
            "<html>Sign in</html>",
        )
    });
    let folder = workspace("fetch_page", "https://portal.example.com");
    let ended = fetch(&folder, &format!("{}/orders.json?sig=secret", server.url()));
    let expected = format!(
        "error: {}/orders.json is no document: the file is XML or HTML; fetch or save it again, or look at it in a browser\n",
        server.url()
    );
    assert_eq!((ended.code, ended.stderr), (1, expected));
    check_untouched(&folder);
}

#[test]
fn servers_that_ask_for_less_haste_are_asked_again_when_they_say() {
    let server = Server::start(|number, _| match number {
        0 | 1 => response("429 Too Many Requests", "Retry-After: 0\r\n", ""),
        2 => response("503 Service Unavailable", "Retry-After: 0\r\n", ""),
        _ => ok(DOCUMENT),
    });
    let folder = workspace("fetch_haste", "https://portal.example.com");
    let ended = fetch(&folder, &format!("{}/orders.json", server.url()));
    assert_eq!(
        (ended.code, server.requests().len()),
        (0, 4),
        "{}",
        ended.stderr
    );

    let server =
        Server::start(|_, _| response("429 Too Many Requests", "Retry-After: 86400\r\n", ""));
    let folder = workspace("fetch_haste_long", "https://portal.example.com");
    let ended = fetch(&folder, &format!("{}/orders.json", server.url()));
    assert!(
        ended
            .stderr
            .contains("is asked too often (status 429); try again in 86400 seconds"),
        "{}",
        ended.stderr
    );
    assert_eq!((ended.code, server.requests().len()), (1, 1));
    check_untouched(&folder);

    let server = Server::start(|_, _| response("429 Too Many Requests", "Retry-After: 0\r\n", ""));
    assert_eq!(fetch(&folder, &server.url()).code, 1);
    assert_eq!(server.requests().len(), 5, "patience ends");
}

#[test]
fn only_https_and_this_machine_are_asked() {
    let folder = workspace("fetch_https", "https://portal.example.com");
    let cases = [
        (
            "http://example.com/orders.json?sig=secret",
            "error: http://example.com/orders.json is not https\n",
        ),
        (
            "https://me:secret@example.com/x.json",
            "error: a URL with a user in it is not fetched; leave the user out\n",
        ),
    ];
    for (url, expected) in cases {
        let ended = fetch(&folder, url);
        assert_eq!((ended.code, ended.stderr.as_str()), (2, expected));
    }
    let server = Server::start(|_, _| {
        response(
            "302 Found",
            "Location: http://example.com/x?sig=secret\r\n",
            "",
        )
    });
    let ended = fetch(&folder, &server.url());
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (1, "error: http://example.com/x is not https\n")
    );
    check_untouched(&folder);
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let other = Server::start(|_, _| ok(DOCUMENT));
    let location = format!("Location: {}/moved.json\r\n", other.url());
    let server = Server::start(move |_, _| response("301 Moved Permanently", &location, ""));
    let folder = workspace("fetch_redirected", "https://portal.example.com");
    let ended = fetch(&folder, &format!("{}/orders.json", server.url()));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(folder.read("specs/shop/orders.yaml"), DOCUMENT);

    let server = Server::start(|_, _| response("302 Found", "Location: /again\r\n", ""));
    let ended = fetch(&folder, &server.url());
    assert!(
        ended.stderr.contains("redirects again and again"),
        "{}",
        ended.stderr
    );
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn of_two_runs_at_once_one_wins_whole() {
    let longer = DOCUMENT.replace("Orders", &"Orders".repeat(20_000));
    let documents = [DOCUMENT.to_owned(), longer];
    let served = documents.clone();
    let server = Server::start(move |_, request| match request.target.as_str() {
        "/short" => ok(&served[0]),
        _ => ok(&served[1]),
    });
    let folder = workspace("fetch_two_runs", "https://portal.example.com");
    for _ in 0..10 {
        let start = |path: &str| {
            let url = format!("{}{path}", server.url());
            let mut command = folder.command(&["fetch", "--api", "orders", "--from", &url]);
            command.stdout(Stdio::null()).spawn().expect("it starts")
        };
        let (mut one, mut two) = (start("/short"), start("/long"));
        assert!(one.wait().expect("it ends").success());
        assert!(two.wait().expect("it ends").success());
        let document = folder.read("specs/shop/orders.yaml");
        assert!(documents.contains(&document), "neither of both");
    }
    let files = folder.files("specs");
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    let expected = [
        "specs/shop/orders.yaml",
        "specs/shop/portal.yaml",
        "specs/specs.lock",
    ];
    assert_eq!(names, expected, "nothing is left over");
}

#[test]
fn any_part_of_a_document_goes_to_a_file_of_its_own() {
    let server = Server::start(|_, _| ok(r#"{"Money":{"type":"string"}}"#));
    let folder = workspace("fetch_out", "https://portal.example.com");
    let url = format!("{}/money.json", server.url());
    let ended = folder.xtask(&["fetch", "--from", &url, "--out", "parts/money.json"]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, "parts/money.json is written\n"),
        "{}",
        ended.stderr
    );
    assert_eq!(
        folder.read("parts/money.json"),
        r#"{"Money":{"type":"string"}}"#
    );
    check_untouched(&folder);
}
