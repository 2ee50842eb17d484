//! The examples, run against a sandbox as an integrator would run them.

// Each example is a program, with all of its modules.
#![allow(clippy::duplicate_mod)]

mod support;

#[allow(dead_code)]
#[path = "../examples/demo/main.rs"]
mod demo;
#[allow(dead_code)]
#[path = "../examples/easir_login.rs"]
mod easir_login;
#[allow(dead_code)]
#[path = "../examples/reporting_export/main.rs"]
mod reporting_export;
#[allow(dead_code)]
#[path = "../examples/voucher_import/main.rs"]
mod voucher_import;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Parser;
use portal_sandbox::{Fault, Recorded, Sandbox};
use serde_json::value::RawValue;

use support::{ask, own};

const POST: &str = "PublicAddCollectionOfVouchersV2";
const SAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/examples/voucher_import/vouchers.csv"
);

type Variables = BTreeMap<String, String>;

fn variables(sandbox: &Sandbox, bundle: &str) -> Variables {
    let own = own(sandbox, bundle);
    sandbox.environment(own).into_iter().collect()
}

/// Requests of one operation.
fn asked(sandbox: &Sandbox, operation: &str) -> Vec<Recorded> {
    let is = |request: &Recorded| {
        let called = request.operation.as_ref();
        called.is_some_and(|(_, name)| name == operation)
    };
    sandbox.requests().into_iter().filter(is).collect()
}

async fn token(sandbox: &Sandbox, bundle: &str) -> String {
    let own = own(sandbox, bundle);
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={}",
        own.client_id,
        own.client_secret,
        own.scopes.join("+")
    );
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = ask("POST", &sandbox.token_url(), &headers, &form).await;
    let token: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    token["access_token"].as_str().unwrap().to_owned()
}

/// A body as the sandbox sends it, got without the client.
async fn get(sandbox: &Sandbox, bundle: &str, path: &str) -> String {
    let own = own(sandbox, bundle);
    let bearer = format!("Bearer {}", token(sandbox, bundle).await);
    let headers = [
        ("authorization", bearer.as_str()),
        ("ocp-apim-subscription-key", own.subscription_key.as_str()),
    ];
    let url = format!("{}/fi/general-ledger{path}", sandbox.gateway_url());
    let answer = ask("GET", &url, &headers, "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// Values as their JSON texts, so that no digit of theirs is touched.
type Texts<'a> = BTreeMap<String, &'a RawValue>;

/// What a cell shows of a JSON text.
fn cell(texts: &Texts<'_>, name: &str) -> String {
    match texts.get(name).map(|it| it.get()) {
        None | Some("null") => String::new(),
        Some(text) if text.starts_with('"') => serde_json::from_str(text).unwrap(),
        Some(number) => number.to_owned(),
    }
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let records = reader.records().map(|record| record.unwrap());
    let text = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    records.map(text).collect()
}

async fn export(sandbox: &Sandbox, out: &Path, page_size: &str) -> Result<String, String> {
    let out = out.to_str().unwrap();
    let options = reporting_export::Options::parse_from([
        "reporting_export",
        "--from=2024-01-01",
        "--to=2024-03-31",
        "--out",
        out,
        "--page-size",
        page_size,
    ]);
    let mut said = Vec::new();
    let variables = variables(sandbox, "Reporting");
    let done = reporting_export::run(options, variables, &mut said).await;
    done.map_err(|error| error.to_string())?;
    Ok(String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn the_export_has_every_digit_of_every_page() {
    let sandbox = Sandbox::builder().records(60).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Amounts of vouchers are among the events.
    import(&sandbox, Path::new(SAMPLE), folder.path())
        .await
        .unwrap();
    let path = folder.path().join("q1.csv");
    let said = export(&sandbox, &path, "7").await.unwrap();
    assert!(said.contains("q1.csv: 30 events"), "{said}");
    assert!(said.contains("q1-balances.csv: 60 accounts"), "{said}");
    assert_eq!(asked(&sandbox, "PublicGetGeneralLedgerEventsV1").len(), 5);

    let body = get(
        &sandbox,
        "Reporting",
        "/v1/general-ledger-events/10001?fromDate=2024-01-01&toDate=2024-03-31&pageIndex=0&pageSize=1000",
    )
    .await;
    let page: Texts<'_> = serde_json::from_str(&body).unwrap();
    let events: Vec<Texts<'_>> = serde_json::from_str(page["results"].get()).unwrap();
    let expected: Vec<Vec<String>> = events
        .iter()
        .map(|event| {
            let names = [
                "voucherDate",
                "voucherNumber",
                "accountNumber",
                "debet",
                "credit",
                "vatIncludedAmount",
                "description",
                "voucherDescription",
                "category",
                "voucherState",
                "costCenter",
                "costType",
                "project",
                "voucherId",
                "id",
            ];
            names.map(|name| cell(event, name)).to_vec()
        })
        .collect();
    let exported = rows(&path);
    assert_eq!(exported.len(), 30);
    assert_eq!(exported, expected);
    let amounts: Vec<&str> = exported.iter().map(|row| row[5].as_str()).collect();
    for amount in ["45.6", "-1200.3"] {
        let padded = format!("{amount}0");
        assert!(
            amounts.iter().any(|it| *it == amount || *it == padded),
            "{amount}"
        );
    }

    let exported = rows(&folder.path().join("q1-balances.csv"));
    let numbers: Vec<&str> = exported.iter().map(|row| row[0].as_str()).collect();
    for (column, day) in [(2, "2023-12-31"), (3, "2024-03-31")] {
        let accounts = numbers.join(",");
        let path = format!("/v1/account-balances/10001?date={day}&accountNumbers={accounts}");
        let body = get(&sandbox, "Reporting", &path).await;
        let balances: Vec<Texts<'_>> = serde_json::from_str(&body).unwrap();
        let expected: Vec<String> = balances.iter().map(|it| cell(it, "saldo")).collect();
        let shown: Vec<String> = exported.iter().map(|row| row[column].clone()).collect();
        assert_eq!(shown, expected);
        assert!(shown.iter().all(|it| !it.is_empty()), "{shown:?}");
    }
    // Files in the making are gone.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[tokio::test]
async fn an_export_that_fails_leaves_the_files_as_they_were() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("q1.csv");
    fs::write(&path, "of yesterday").unwrap();
    // The second page holds a number with more digits than there can be.
    sandbox.fault(&Fault::Latency(Duration::ZERO), 1);
    sandbox.fault(&Fault::LongDecimal, 1);
    let error = export(&sandbox, &path, "7").await.unwrap_err();
    assert!(error.contains("results[0]"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "of yesterday");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Imports a file, with the journal in a folder.
async fn import(sandbox: &Sandbox, file: &Path, folder: &Path) -> Result<String, String> {
    import_with(sandbox, file, folder, &[]).await
}

async fn import_with(
    sandbox: &Sandbox,
    file: &Path,
    folder: &Path,
    more: &[&str],
) -> Result<String, String> {
    let journal = folder.join("journal");
    let (file, journal) = (file.to_str().unwrap(), journal.to_str().unwrap());
    let arguments = ["voucher_import", file, "--journal", journal];
    let options = voucher_import::Options::parse_from(arguments.iter().chain(more));
    let mut said = Vec::new();
    let variables = variables(sandbox, "Accounting");
    let done = voucher_import::run(options, variables, &mut said).await;
    done.map_err(|error| error.to_string())?;
    Ok(String::from_utf8(said).unwrap())
}

/// How often each voucher of the sample is in the ledger.
async fn posted(sandbox: &Sandbox) -> [usize; 3] {
    let body = get(
        sandbox,
        "Accounting",
        "/v2/vouchers/10001?pageIndex=0&pageSize=100&includePostings=true",
    )
    .await;
    let page: serde_json::Value = serde_json::from_str(&body).unwrap();
    let vouchers = page["results"].as_array().unwrap();
    ["2024-1", "2024-2", "2024-3"].map(|number| {
        let is = |voucher: &&serde_json::Value| voucher["voucherNumber"] == number;
        vouchers.iter().filter(is).count()
    })
}

#[tokio::test]
async fn an_import_that_is_run_twice_posts_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let first = import(&sandbox, Path::new(SAMPLE), folder.path())
        .await
        .unwrap();
    assert_eq!(first.matches(", posted\n").count(), 3, "{first}");
    let second = import(&sandbox, Path::new(SAMPLE), folder.path())
        .await
        .unwrap();
    assert_eq!(first.replace(", posted\n", ", posted before\n"), second);
    assert_eq!(asked(&sandbox, POST).len(), 3);
    assert_eq!(posted(&sandbox).await, [1, 1, 1]);
    // What is printed is what the ledger calls it.
    let (_, id) = first.lines().next().unwrap().split_once(": ").unwrap();
    let (id, _) = id.split_once(',').unwrap();
    let path = format!("/v2/vouchers/10001?id={id}");
    assert!(get(&sandbox, "Accounting", &path).await.contains("2024-1"));
}

#[tokio::test]
async fn a_failure_in_between_neither_loses_nor_doubles_a_voucher() {
    for (fault, unknown, found) in [
        // Not carried out, though the client cannot know.
        (Fault::Reset, true, false),
        (Fault::BadGateway, true, false),
        // Carried out, and then the answer was cut off.
        (Fault::Truncate, true, true),
        // Certainly not carried out.
        (Fault::RateLimit(Duration::from_secs(3600)), false, false),
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        sandbox.fault(&Fault::Latency(Duration::ZERO), 1);
        sandbox.fault(&fault, 1);
        let error = import(&sandbox, Path::new(SAMPLE), folder.path())
            .await
            .unwrap_err();
        let said = match unknown {
            true => "it is not known whether voucher 2024-2 was posted",
            false => "voucher 2024-2 was not posted",
        };
        assert!(error.starts_with(said), "{fault}: {error}");
        let carried_out = usize::from(found);
        assert_eq!(posted(&sandbox).await, [1, carried_out, 0], "{fault}");
        let again = import(&sandbox, Path::new(SAMPLE), folder.path())
            .await
            .unwrap();
        assert_eq!(again.contains("found in the ledger"), found, "{again}");
        assert_eq!(posted(&sandbox).await, [1, 1, 1], "{fault}");
    }
}

#[tokio::test]
async fn an_answer_without_an_id_is_looked_up() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    sandbox.fault(&Fault::NoContent, 1);
    let said = import(&sandbox, Path::new(SAMPLE), folder.path())
        .await
        .unwrap();
    assert_eq!(said.matches(", posted\n").count(), 3, "{said}");
    assert_eq!(posted(&sandbox).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_journal_that_a_crash_cut_short_is_good() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    import(&sandbox, Path::new(SAMPLE), folder.path())
        .await
        .unwrap();
    let journal = folder.path().join("journal");
    let whole = fs::read(&journal).unwrap();
    // The header is written before anything is sent.
    let header = whole.iter().position(|it| *it == b'\n').unwrap() + 1;
    let places = whole.iter().enumerate().skip(header);
    let cuts = places.filter(|(at, byte)| **byte == b'\n' || at % 40 == 0);
    for cut in cuts.map(|(at, _)| at) {
        let kept = &whole[..cut];
        fs::write(&journal, kept).unwrap();
        let before = asked(&sandbox, POST).len();
        import(&sandbox, Path::new(SAMPLE), folder.path())
            .await
            .unwrap();
        // What was announced is looked up; only what was not can be sent.
        let mut lines: Vec<&str> = std::str::from_utf8(kept).unwrap().split('\n').collect();
        lines.pop();
        let announced = lines.iter().filter(|it| it.starts_with("sending "));
        let sent = asked(&sandbox, POST).len() - before;
        assert_eq!(sent, 3 - announced.count(), "cut at {cut}");
    }
}

#[tokio::test]
async fn what_was_changed_after_it_was_posted_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    import(&sandbox, Path::new(SAMPLE), folder.path())
        .await
        .unwrap();
    let changed = fs::read_to_string(SAMPLE)
        .unwrap()
        .replace("310.00", "311.00");
    let file = folder.path().join("changed.csv");
    fs::write(&file, changed).unwrap();
    let error = import(&sandbox, &file, folder.path()).await.unwrap_err();
    assert!(
        error.contains("voucher 2024-3 was sent with other content"),
        "{error}"
    );
    assert_eq!(asked(&sandbox, POST).len(), 3);
    // Nor is the journal good for another organization.
    let error = import_with(&sandbox, &file, folder.path(), &["--organization", "20002"]);
    let error = error.await.unwrap_err();
    assert!(error.contains("this is the journal of"), "{error}");
}

const HEADER: &str = "voucher,date,description,account,debit,credit,text\n";

#[tokio::test]
async fn wrong_files_are_refused_by_line_before_anything_is_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.csv");
    let good = "1,2024-03-15,Coffee,7700,1.00,,\n1,2024-03-15,Coffee,1910,,1.00,\n";
    for (rows, told) in [
        // Not 0.30000000000000004 against 0.3, but a cent.
        (
            "1,2024-03-15,A,7700,0.10,,\n1,2024-03-15,A,7700,0.20,,\n1,2024-03-15,A,1910,,0.31,\n",
            "line 2: voucher 1 has 0.01 too much in credit",
        ),
        (
            "1,2024-03-15,A,7700,0,,\n",
            "line 2: voucher 1 has one posting",
        ),
        (
            "1,2024-03-15,A,7700,\"1,50\",,\n",
            "line 2: \"1,50\" is not an amount",
        ),
        (
            "1,2024-03-15,A,7700,1.505,,\n",
            "line 2: \"1.505\" is not an amount",
        ),
        (
            "1,2024-03-15,A,7700,-1,,\n",
            "line 2: \"-1\" is not an amount",
        ),
        (
            "1,2024-03-15,A,7700,1e3,,\n",
            "line 2: \"1e3\" is not an amount",
        ),
        (
            "1,2024-03-15,A,7700,1_0,,\n",
            "line 2: \"1_0\" is not an amount",
        ),
        (
            "1,2024-03-15,A,7700,1234567890123456,,\n",
            "is not an amount",
        ),
        (
            "1,2024-03-15,A,7700,1,1,\n",
            "line 2: both `debit` and `credit`",
        ),
        (
            "1,2024-03-15,A,7700,,,\n",
            "line 2: neither `debit` nor `credit`",
        ),
        (
            "1,15.3.2024,A,7700,1,,\n",
            "line 2: \"15.3.2024\" is not a date",
        ),
        (
            "1,20240315,A,7700,1,,\n",
            "line 2: \"20240315\" is not a date",
        ),
        (
            "1,2024-02-30,A,7700,1,,\n",
            "line 2: \"2024-02-30\" is not a date",
        ),
        (",2024-03-15,A,7700,1,,\n", "line 2: `voucher` is empty"),
        ("1,2024-03-15,,7700,1,,\n", "line 2: `description` is empty"),
        ("1,2024-03-15,A,,1,,\n", "line 2: `account` is empty"),
        ("1,2024-03-15\n", "line 2: `description` is empty"),
        ("", "line 1: there are no postings"),
        // The rows before it are good, and lines are those of the file: one is empty, and one cell has two.
        (
            "1,2024-03-15,Coffee,7700,1.00,,\"two\nlines\"\n\r\n1,2024-03-16,Coffee,1910,,1.00,\n",
            "line 5: voucher 1 has the date 2024-03-15 on line 2",
        ),
        (
            "1,2024-03-15,A,7700,1.00,,\n1,2024-03-15,B,1910,,1.00,\n",
            "line 3: voucher 1 has another description on line 2",
        ),
    ] {
        fs::write(&file, format!("{HEADER}{rows}")).unwrap();
        let error = import(&sandbox, &file, folder.path()).await.unwrap_err();
        assert!(error.contains(told), "{rows}: {error}");
        assert!(error.contains("nothing was sent"), "{error}");
    }
    let long = format!("{HEADER}1,2024-03-15,{},7700,1,,\n", "ä".repeat(101));
    let bytes = [HEADER.as_bytes(), b"1,2024-03-15,\xe4,1,1,,\n"].concat();
    for (content, told) in [
        (
            long.into_bytes(),
            "line 2: `description` has 101 characters",
        ),
        (bytes, "line 2: not UTF-8"),
        (
            b"voucher,date\n".to_vec(),
            "line 1: there is no column `description`",
        ),
        (
            b"voucher,date,vat\n".to_vec(),
            "line 1: unknown column \"vat\"",
        ),
        (Vec::new(), "line 1: there is no column `voucher`"),
    ] {
        fs::write(&file, content).unwrap();
        let error = import(&sandbox, &file, folder.path()).await.unwrap_err();
        assert!(error.contains(told), "{error}");
    }
    assert_eq!(sandbox.requests(), []);

    // What spreadsheets put before the first line does not matter; a dry run sends nothing.
    fs::write(&file, format!("\u{feff}{HEADER}{good}")).unwrap();
    let said = import_with(&sandbox, &file, folder.path(), &["--dry-run"]).await;
    assert_eq!(
        said.unwrap(),
        "1 of 2024-03-15: would be posted, 2 postings\n"
    );
    assert_eq!(sandbox.requests(), []);
    assert!(!folder.path().join("journal").exists());
}

#[tokio::test]
async fn every_wrong_line_is_told_at_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.csv");
    fs::write(
        &file,
        format!("{HEADER},x,A,7700,,,\n1,2024-03-15,A,7700,z,,\n"),
    )
    .unwrap();
    let error = import(&sandbox, &file, folder.path()).await.unwrap_err();
    let lines: Vec<&str> = error.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "  line 2: `voucher` is empty",
            "  line 2: \"x\" is not a date such as 2024-03-15",
            "  line 2: neither `debit` nor `credit` has an amount",
            "  line 3: \"z\" is not an amount such as 1234.50: no sign, no separator of thousands, a point, two decimals at most",
        ]
    );
}

#[tokio::test]
async fn a_second_login_asks_for_no_code() {
    let sandbox = Sandbox::builder()
        .portal("easir")
        .device_interval(Duration::from_secs(1))
        .approve_devices_after(1)
        .start()
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    let variables = variables(&sandbox, "Full");
    let run = async || {
        let tokens = tokens.to_str().unwrap();
        let arguments = ["easir_login", "--user", "ann", "--tokens", tokens];
        let options = easir_login::Options::parse_from(arguments);
        let mut said = Vec::new();
        easir_login::run(options, variables.clone(), &mut said)
            .await
            .unwrap();
        String::from_utf8(said).unwrap()
    };
    // Codes are asked for at the token endpoint as well.
    let asked = || asked(&sandbox, "token").len();
    let first = run().await;
    assert!(first.contains("enter the code"), "{first}");
    assert!(first.contains("You are "), "{first}");
    assert_eq!(asked(), 2);
    let second = run().await;
    assert!(second.starts_with("No login is needed"), "{second}");
    assert_eq!(asked(), 2);
    // The access token has run out, and is renewed.
    sandbox.advance(Duration::from_secs(7200));
    let third = run().await;
    assert!(third.starts_with("No login is needed"), "{third}");
    assert_eq!(asked(), 3);
}

#[tokio::test]
async fn without_credentials_the_examples_start_a_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let sample = folder.path().join("vouchers.csv");
    fs::copy(SAMPLE, &sample).unwrap();
    // Twice, since a sandbox that was just started knows of no earlier import.
    for _ in 0..2 {
        let options = ["voucher_import", sample.to_str().unwrap()];
        let options = voucher_import::Options::parse_from(options);
        let mut said = Vec::new();
        let done = voucher_import::run(options, Variables::new(), &mut said).await;
        done.unwrap();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said.matches(", posted\n").count(), 3, "{said}");
    }
    // What such a sandbox was told is of no use later.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let options = easir_login::Options::parse_from(["easir_login"]);
    let mut said = Vec::new();
    let done = easir_login::run(options, Variables::new(), &mut said).await;
    done.unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.contains("A second time:\nNo login is needed"),
        "{said}"
    );
}

/// Where the demonstration is shown in tests.
#[derive(Clone, Default)]
struct Shown(Arc<Mutex<Vec<u8>>>);

impl io::Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn demonstrate(arguments: &[&str], variables: Variables) -> String {
    let options = demo::Options::parse_from([&["demo"], arguments].concat());
    let shown = Shown::default();
    let screen = demo::screen::Screen::new(shown.clone());
    demo::run(options, variables, screen).await.unwrap();
    let bytes = shown.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

/// What every demonstration shows, and what none may show.
async fn assert_shown(text: &str, sandbox: &Sandbox) {
    for told in [
        "client_secret=****",
        "\"access_token\": \"****\"",
        "ocp-apim-subscription-key: ****",
        "1. The client gets a token by itself",
        "2. Account balances",
        "= 25 events",
        "refused as invalid_client",
        "the gateway answered 401",
        "pageIndex: -1 is less than the minimum",
        "error[E0277]",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    // All tokens begin like this, whoever they are for.
    let token = token(sandbox, "Accounting").await;
    assert!(!text.contains(&token[..8]), "{text}");
    for own in sandbox.credentials() {
        assert!(!text.contains(&own.client_secret), "{text}");
        assert!(!text.contains(&own.subscription_key), "{text}");
    }
}

#[tokio::test]
async fn the_demonstration_shows_everything_but_secrets() {
    let text = demonstrate(&[], Variables::new()).await;
    // The same seed makes up the same credentials.
    let sandbox = Sandbox::start().await.unwrap();
    assert_shown(&text, &sandbox).await;
    for told in [
        "\"vatIncludedAmount\": -124.00",
        "= voucher ",
        "\"quantity\": 3.0000",
        "= invoice ",
        "the API answered 403",
        "refused by the token check: the token lacks the scope",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[tokio::test]
async fn elsewhere_the_demonstration_only_reads_unless_told() {
    let sandbox = Sandbox::start().await.unwrap();
    let text = demonstrate(&[], variables(&sandbox, "Accounting")).await;
    assert!(
        text.contains("Nothing is written without --write"),
        "{text}"
    );
    let writes = |sandbox: &Sandbox| {
        let requests = sandbox.requests().into_iter();
        let calls = requests.filter(|it| !it.path.contains("/token") && it.method != "GET");
        calls.filter_map(|it| it.status).collect::<Vec<_>>()
    };
    assert!(writes(&sandbox).is_empty());
    assert_shown(&text, &sandbox).await;

    // These credentials are for the ledger, their key included; what they do not allow is shown and is no failure.
    let text = demonstrate(&["--write"], variables(&sandbox, "Accounting")).await;
    assert!(text.contains("= voucher "), "{text}");
    assert_eq!(writes(&sandbox), [200, 401]);
    assert_shown(&text, &sandbox).await;
}
