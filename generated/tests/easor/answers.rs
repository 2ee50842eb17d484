//! What the general ledger answers: the documents' examples, and what servers make of them.

use std::sync::mpsc;

use portal_apis::easor::bundles::{Accounting, Reporting};
use portal_apis::easor::general_ledger::GeneralLedger;
use portal_apis::easor::general_ledger::types::{
    AccountBalancesOut, GeneralLedgerEventOut, UsedAccountsOut, VoucherReadOut,
};
use portal_apis::runtime::wire::{DateTime, date, from_slice, to_vec};
use portal_apis::runtime::{Bundle, Error, Response, StatusCode, TransportErrorKind};

use crate::support::{Answer, Server, easor, money};

const ID: &str = "c0ffee00-0000-4000-8000-000000000001";

fn ledger<B: Bundle>(answer: Answer) -> (Server, GeneralLedger<B>) {
    let server = Server::answering([answer]);
    let ledger = easor(&server).general_ledger();
    (server, ledger)
}

async fn balances(
    body: &str,
) -> Result<
    Response<Vec<AccountBalancesOut>>,
    Error<portal_apis::easor::general_ledger::GeneralLedgerError>,
> {
    let (_server, ledger) = ledger::<Reporting>(Answer::json(200, body));
    ledger
        .account_balances_by_date("1", date(2024, 3, 31), "1701")
        .await
}

/// The document's example, with texts in place of the word "string" where that is no instance.
const EVENT: &str = concat!(
    r#"{"id":"c0ffee00-0000-4000-8000-000000000001","accountNumber":"7700","description":"Invoice 20240117","#,
    r#""voucherDescription":"Invoice 20240117","credit":-40,"debet":40,"vatCode":"string","vatPercentage":14,"#,
    r#""vatIncludedAmount":45.6,"costCenter":"C10","costType":"T1","project":"P20","projectType":"PT2","#,
    r#""voucherId":"c0ffee00-0000-4000-8000-000000000002","vatExcludedAmount":40,"vatAmount":5.6,"#,
    r#""voucherDate":"2024-03-15","voucherNumber":"21-7-2024","category":"Recurrent","invoiceNumber":"20240117","#,
    r#""matchKey":"string","voucherState":"Accepted","acceptedTimestamp":"2024-03-15T08:30:45.1234567+00:00","#,
    r#""referenceNumber":"1232","concern":12}"#,
);

const VOUCHER: &str = concat!(
    r#"{"id":"c0ffee00-0000-4000-8000-000000000001","category":"Recurrent","voucherDate":"2024-03-15","#,
    r#""description":"Invoice 20240117","voucherState":"Draft","voucherNumber":"21-7-2024","invoiceNumber":"20240117","#,
    r#""referenceNumber":"1232","vatIncludedAmount":45.6,"vatExcludedAmount":40,"vatAmount":5.6,"#,
    r#""correctionForVoucherId":"c0ffee00-0000-4000-8000-000000000003","origin":"string","concern":12,"#,
    r#""customerComment":"string","createdDateUtc":"2024-03-15T08:30:45.1234567","updatedDateUtc":"2024-03-15T08:30:45Z","#,
    r#""approvedDateUtc":"2024-03-15T10:30:45+02:00","lockedDateUtc":"2024-03-15T08:30:45.000Z","#,
    r#""deletedDateUtc":"2024-03-15 08:30:45","#,
    r#""postings":[{"id":"c0ffee00-0000-4000-8000-000000000004","generatedPosting":true,"accountNumber":"7700","#,
    r#""vatPercentage":25.5,"description":"Dark roast 1 kg ","vatIncludedAmount":45.6,"vatExcludedAmount":40.00,"#,
    r#""vatAmount":5.60,"matchKey":"S1","costCenter":"C10","costType":"T1","project":"P20","projectType":"PT2","#,
    r#""rowVersion":"AAAAAAAAB9E="}],"rowVersion":"AAAAAAAAB9I="}"#,
);

#[tokio::test]
async fn balances_as_in_the_example() {
    let answer = balances(r#"[{"account":"string","saldo":0}]"#)
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        answer.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    let expected = AccountBalancesOut {
        account: Some("string".to_owned()),
        saldo: Some(money("0")),
    };
    assert_eq!(answer.into_body(), [expected]);
}

#[tokio::test]
async fn money_keeps_its_digits() {
    let sums = "5.0000 12345678901234567890.1234 -0.05 0.00 1e2 9007199254740993.25 1234567.1";
    for sum in sums.split(' ') {
        let answer = balances(&format!(r#"[{{"saldo":{sum}}}]"#)).await.unwrap();
        let expected = if sum == "1e2" { "100" } else { sum };
        assert_eq!(answer[0].saldo.unwrap().to_string(), expected);
        let written = String::from_utf8(to_vec(&*answer).unwrap()).unwrap();
        assert_eq!(written, format!(r#"[{{"saldo":{expected}}}]"#));
    }
}

#[tokio::test]
async fn money_is_never_rounded_quietly() {
    let error = balances(r#"[{"saldo":1},{"saldo":0.12345678901234567890123456789012}]"#)
        .await
        .unwrap_err();
    let Error::Decode(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.problem.path(), "$[1].saldo");
}

#[tokio::test]
async fn null_is_taken_where_it_is_not_declared_and_absence_where_it_is() {
    let answer = balances(r#"[{"account":null,"saldo":null},{}]"#)
        .await
        .unwrap();
    assert_eq!(*answer, vec![AccountBalancesOut::default(); 2]);

    let (_server, ledger) = ledger::<Reporting>(Answer::json(
        200,
        r#"{"currentPage":null,"rowCount":null,"results":[{"id":null,"voucherId":null,"credit":null,"concern":null}]}"#,
    ));
    let page = ledger.general_ledger_events("1").await.unwrap();
    assert_eq!(
        (page.current_page, page.page_count, page.row_count),
        (None, None, None)
    );
    assert_eq!(page.results, Some(vec![GeneralLedgerEventOut::default()]));
}

#[tokio::test]
async fn fields_that_nobody_declared_are_passed_over() {
    let body =
        r#"[{"new":{"a":[1,{"b":null}]},"account":"1701","saldo":1.5,"Account":"x","zz":1e999}]"#;
    let answer = balances(body).await.unwrap();
    assert_eq!(answer[0].account.as_deref(), Some("1701"));
    assert_eq!(answer[0].saldo, Some(money("1.5")));
}

#[tokio::test]
async fn used_accounts_as_in_the_example() {
    let body = r#"[{"number":"7700","name":"Office supplies"}]"#;
    let (_server, ledger) = ledger::<Reporting>(Answer::json(200, body));
    let answer = ledger
        .utilized_chart_of_accounts("1", date(2024, 1, 1), date(2024, 3, 31))
        .await
        .unwrap();
    let expected = UsedAccountsOut {
        number: Some("7700".to_owned()),
        name: Some("Office supplies".to_owned()),
    };
    assert_eq!(*answer, [expected]);
}

#[tokio::test]
async fn events_as_in_the_example() {
    let body = format!(
        r#"{{"currentPage":0,"pageCount":1,"pageSize":1000,"rowCount":1,"results":[{EVENT}]}}"#
    );
    let (_server, ledger) = ledger::<Reporting>(Answer::json(200, body.clone()));
    let page = ledger.general_ledger_events("1").await.unwrap();
    assert_eq!(page.current_page, Some(0));
    assert_eq!((page.page_count, page.page_size), (Some(1), Some(1000)));
    let event = &page.results.as_ref().unwrap()[0];
    assert_eq!(event.id.unwrap().to_string(), ID);
    assert_eq!(event.credit, Some(money("-40")));
    assert_eq!(event.vat_included_amount, Some(money("45.6")));
    assert_eq!(event.voucher_date, Some(date(2024, 3, 15)));
    assert_eq!(event.concern, Some(12));
    let accepted = event.accepted_timestamp.unwrap();
    assert_eq!(accepted.to_string(), "2024-03-15T08:30:45.1234567+00:00");
    let instant = accepted.timestamp().unwrap();
    assert_eq!(instant.as_nanosecond(), 1_710_491_445_123_456_700);
    assert_eq!(to_vec(&*page).unwrap(), body.as_bytes());
}

#[tokio::test]
async fn vouchers_as_in_the_example() {
    let (_server, ledger) = ledger::<Reporting>(Answer::json(200, format!("[{VOUCHER}]")));
    let vouchers = ledger.vouchers("1").include_postings(true).await.unwrap();
    let voucher = &vouchers[0];
    assert_eq!(voucher.id.unwrap().to_string(), ID);
    assert_eq!(
        voucher.row_version.as_deref(),
        Some(&[0, 0, 0, 0, 0, 0, 7, 0xd2][..])
    );
    let posting = &voucher.postings.as_ref().unwrap()[0];
    assert_eq!(posting.generated_posting, Some(true));
    assert_eq!(posting.vat_excluded_amount.unwrap().to_string(), "40.00");
    assert_eq!(posting.description.as_deref(), Some("Dark roast 1 kg "));
    // All 36 values come back as they were sent.
    assert_eq!(
        String::from_utf8(to_vec(voucher).unwrap()).unwrap(),
        VOUCHER
    );
}

#[tokio::test]
async fn vouchers_v2_as_in_the_example() {
    let body = format!(
        r#"{{"currentPage":0,"pageCount":0,"pageSize":0,"rowCount":0,"results":[{VOUCHER}]}}"#
    );
    let (_server, ledger) = ledger::<Reporting>(Answer::json(200, body));
    let page = ledger.vouchers_v2("1").await.unwrap();
    let expected: VoucherReadOut = from_slice(VOUCHER.as_bytes()).unwrap();
    assert_eq!(page.results, Some(vec![expected]));
}

#[tokio::test]
async fn times_keep_their_precision_and_tell_whether_there_is_an_offset() {
    let voucher: VoucherReadOut = from_slice(VOUCHER.as_bytes()).unwrap();
    let created = voucher.created_date_utc.unwrap();
    assert!(matches!(created, DateTime::Local(_)) && created.timestamp().is_none());
    assert_eq!(created.civil().subsec_nanosecond(), 123_456_700);
    let updated = voucher.updated_date_utc.unwrap();
    let approved = voucher.approved_date_utc.unwrap();
    assert_ne!(updated, approved);
    assert_eq!(updated.timestamp(), approved.timestamp());
    let locked = voucher.locked_date_utc.unwrap();
    assert_eq!(locked.to_string(), "2024-03-15T08:30:45.000Z");
    assert!(matches!(voucher.deleted_date_utc, Some(DateTime::Local(_))));
}

/// The document's example says "string" where a UUID belongs.
#[tokio::test]
async fn a_value_that_does_not_fit_is_named_by_its_path() {
    let results = r#"[{"accountNumber":"7700"},{"id":"string"}]"#;
    let body = format!(r#"{{"results":{results}}}"#);
    let (_server, ledger) = ledger::<Reporting>(Answer::json(200, body));
    let error = ledger.general_ledger_events("1").await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::OK));
    let Error::Decode(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.operation, "PublicGetGeneralLedgerEventsV1");
    assert_eq!(error.problem.path(), "$.results[1].id");
    let text = error.to_string();
    assert!(text.contains("$.results[1].id: expected a UUID"), "{text}");
}

#[tokio::test]
async fn an_answer_that_is_no_json_says_so() {
    for body in ["", "<html>", r#"[{"saldo":1}"#, r#"{"account":"1"}"#, "[]]"] {
        let error = balances(body).await.unwrap_err();
        assert!(matches!(error, Error::Decode(_)), "{body}: {error}");
    }
}

#[tokio::test]
async fn two_kinds_of_success_are_told_apart() {
    let body = format!(r#"[{{"voucherId":"{ID}"}},{{}}]"#);
    for (answer, count) in [
        (Answer::json(200, body), Some(2)),
        (Answer::json(200, "[]"), Some(0)),
        (Answer::empty(204), None),
    ] {
        let (_server, ledger) = ledger::<Accounting>(answer);
        let created = ledger.add_vouchers_v2("1", &[]).await.unwrap();
        assert_eq!(created.as_ref().map(Vec::len), count);
    }
}

#[tokio::test]
async fn the_first_version_answers_nothing() {
    let ignored = Answer::bytes(201, "text/plain", "created");
    for answer in [Answer::empty(201), Answer::empty(204), ignored] {
        let (_server, ledger) = ledger::<Accounting>(answer);
        ledger.add_vouchers("1", &[]).await.unwrap();
    }
}

#[tokio::test]
async fn a_success_that_is_not_declared_is_not_taken_for_one() {
    let (_server, ledger) = ledger::<Accounting>(Answer::json(202, r#"{"job":1}"#));
    let error = ledger.add_vouchers_v2("1", &[]).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::ACCEPTED));
    let Error::UndeclaredSuccess(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.raw.bytes(), r#"{"job":1}"#);
    assert!(
        error.to_string().contains("look before repeating"),
        "{error}"
    );
}

/// The document declares no success at all for it, so any will do.
#[tokio::test]
async fn a_deletion_may_answer_with_a_body_or_without() {
    for (answer, body) in [
        (Answer::empty(200), ""),
        (
            Answer::json(200, r#"{"deleted":true}"#),
            r#"{"deleted":true}"#,
        ),
        (Answer::empty(204), ""),
        (Answer::empty(202), ""),
    ] {
        let (_server, ledger) = ledger::<Accounting>(answer);
        let deleted = ledger.delete_voucher_by_id("1", ID.parse().unwrap());
        assert_eq!(deleted.await.unwrap().into_body(), body);
    }
}

#[tokio::test]
async fn an_image_is_bytes_whatever_its_media_type_says() {
    let pdf = b"%PDF-1.7\n\xE2\xE3\xCF\xD3\r\n\0\xFF%%EOF";
    for media_type in ["application/json; charset=utf-8", "application/pdf"] {
        let (_server, ledger) = ledger::<Reporting>(Answer::bytes(200, media_type, pdf));
        let image = ledger
            .voucher_image("1", ID.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(image.headers()["content-type"], media_type);
        let image = image.into_body();
        assert_eq!(image.length(), Some(pdf.len() as u64));
        assert_eq!(image.bytes().await.unwrap().as_ref(), pdf);
    }
}

/// The server sends the rest only after the client has seen the beginning.
#[tokio::test]
async fn an_image_arrives_piece_by_piece() {
    let (go_on, signal) = mpsc::channel();
    let answer = Answer::json(200, "%PDF-1.7 begins").hold_back(signal, " and ends");
    let (_server, ledger) = ledger::<Reporting>(answer);
    let image = ledger
        .voucher_image("1", ID.parse().unwrap())
        .await
        .unwrap();
    let mut image = image.into_body();
    let first = image.try_next().await.unwrap().unwrap();
    assert_eq!(first, "%PDF-1.7 begins");
    go_on.send(()).unwrap();
    assert_eq!(image.bytes().await.unwrap(), " and ends");
}

#[tokio::test]
async fn an_image_that_breaks_off_is_an_error() {
    let (go_on, signal) = mpsc::channel::<()>();
    drop(go_on);
    let answer = Answer::json(200, "%PDF").hold_back(signal, "never sent");
    let (server, ledger) = ledger::<Reporting>(answer);
    let image = ledger
        .voucher_image("1", ID.parse().unwrap())
        .await
        .unwrap();
    drop(server);
    let error = image.into_body().bytes().await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::ResponseBody);
}
