//! The operations of the general ledger that have no body.

use portal_apis::easor::bundles::{Accounting, Reporting};
use portal_apis::easor::general_ledger::GeneralLedger;
use portal_apis::runtime::wire::{Uuid, date};
use portal_apis::runtime::{CallExt, Error};

use crate::support::{Answer, ODD, ODD_ENCODED, Server, call, easor};

const VOUCHER: &str = "c0ffee00-0000-4000-8000-00000000000A";

/// A server that gives one answer, and the ledger for a bundle that only reads.
fn ledger(answer: Answer) -> (Server, GeneralLedger<Reporting>) {
    let server = Server::answering([answer]);
    let ledger = easor(&server).general_ledger();
    (server, ledger)
}

fn list() -> Answer {
    Answer::json(200, "[]")
}

fn page() -> Answer {
    Answer::json(200, r#"{"rowCount":0,"results":[]}"#)
}

fn voucher() -> Uuid {
    VOUCHER.parse().unwrap()
}

#[tokio::test]
async fn account_balances_need_a_date_and_accounts() {
    let (server, ledger) = ledger(list());
    ledger
        .account_balances_by_date(ODD, date(2023, 11, 7), "1701,3000")
        .await
        .unwrap();
    let target = format!(
        "/fi/general-ledger/v1/account-balances/{ODD_ENCODED}?date=2023-11-07&accountNumbers=1701%2C3000"
    );
    assert_eq!(server.only_call(), call("GET", &target, &[]));
}

#[tokio::test]
async fn account_balances_with_everything() {
    let (server, ledger) = ledger(list());
    let call_ = ledger.account_balances_by_date("1234567-8", date(987, 1, 2), " 17&01+=ä");
    call_.accept_language("sv").await.unwrap();
    let target = "/fi/general-ledger/v1/account-balances/1234567-8\
                  ?date=0987-01-02&accountNumbers=%2017%2601%2B%3D%C3%A4";
    assert_eq!(
        server.only_call(),
        call("GET", target, &[("accept-language", "sv")])
    );
}

#[tokio::test]
async fn used_accounts_need_a_period() {
    let (server, ledger) = ledger(list());
    ledger
        .utilized_chart_of_accounts(ODD, date(2024, 1, 1), date(2024, 3, 31))
        .await
        .unwrap();
    let target = format!(
        "/fi/general-ledger/v1/chart-of-accounts/used-accounts/{ODD_ENCODED}\
         ?fromDate=2024-01-01&toDate=2024-03-31"
    );
    assert_eq!(server.only_call(), call("GET", &target, &[]));
}

#[tokio::test]
async fn used_accounts_with_everything() {
    let (server, ledger) = ledger(list());
    ledger
        .utilized_chart_of_accounts("10001", date(2024, 1, 1), date(2024, 3, 31))
        .accept_language("fi")
        .await
        .unwrap();
    let target = "/fi/general-ledger/v1/chart-of-accounts/used-accounts/10001\
                  ?fromDate=2024-01-01&toDate=2024-03-31";
    assert_eq!(
        server.only_call(),
        call("GET", target, &[("accept-language", "fi")])
    );
}

#[tokio::test]
async fn events_need_a_page_so_the_first_one_is_asked_for() {
    let (server, ledger) = ledger(page());
    ledger.general_ledger_events(ODD).await.unwrap();
    let target = format!(
        "/fi/general-ledger/v1/general-ledger-events/{ODD_ENCODED}?pageIndex=0&pageSize=1000"
    );
    assert_eq!(server.only_call(), call("GET", &target, &[]));
}

#[tokio::test]
async fn events_with_everything() {
    let (server, ledger) = ledger(page());
    ledger
        .general_ledger_events("10001")
        .page_index(2)
        .page_size(50)
        .from_date(date(2024, 1, 1))
        .to_date(date(2024, 12, 31))
        .account_numbers("1701,3000")
        .category("eSalesInvoice")
        .accept_language("en")
        .await
        .unwrap();
    let target = "/fi/general-ledger/v1/general-ledger-events/10001\
                  ?pageIndex=2&pageSize=50&fromDate=2024-01-01&toDate=2024-12-31\
                  &accountNumbers=1701%2C3000&category=eSalesInvoice";
    assert_eq!(
        server.only_call(),
        call("GET", target, &[("accept-language", "en")])
    );
}

#[tokio::test]
async fn vouchers_need_an_organization_only() {
    let (server, ledger) = ledger(list());
    ledger.vouchers(ODD).await.unwrap();
    let target = format!("/fi/general-ledger/v1/vouchers/{ODD_ENCODED}");
    assert_eq!(server.only_call(), call("GET", &target, &[]));
}

/// Both versions take the same ten parameters.
const ALL_FILTERS: &str = "id=c0ffee00-0000-4000-8000-000000000001&id=2%2C3\
                           &dateFrom=2024-01-01&dateTo=2024-03-31\
                           &category=ePurchaseInvoice&category=Memo\
                           &voucherState=Draft&voucherState=Accepted\
                           &pageIndex=3&pageSize=20&includePostings=true";

#[tokio::test]
async fn vouchers_with_everything() {
    let (server, ledger) = ledger(list());
    ledger
        .vouchers("10001")
        .id(&["c0ffee00-0000-4000-8000-000000000001", "2,3"])
        .date_from(date(2024, 1, 1))
        .date_to(date(2024, 3, 31))
        .category(&["ePurchaseInvoice", "Memo"])
        .voucher_state(&["Draft".to_owned(), "Accepted".to_owned()])
        .page_index(3)
        .page_size(20)
        .include_postings(true)
        .accept_language("fi")
        .await
        .unwrap();
    let target = format!("/fi/general-ledger/v1/vouchers/10001?{ALL_FILTERS}");
    assert_eq!(
        server.only_call(),
        call("GET", &target, &[("accept-language", "fi")])
    );
}

#[tokio::test]
async fn vouchers_v2_need_an_organization_only() {
    let (server, ledger) = ledger(page());
    ledger.vouchers_v2(ODD).await.unwrap();
    let target = format!("/fi/general-ledger/v2/vouchers/{ODD_ENCODED}");
    assert_eq!(server.only_call(), call("GET", &target, &[]));
}

#[tokio::test]
async fn vouchers_v2_with_everything() {
    let (server, ledger) = ledger(page());
    ledger
        .vouchers_v2("10001")
        .id(&["c0ffee00-0000-4000-8000-000000000001", "2,3"])
        .date_from(date(2024, 1, 1))
        .date_to(date(2024, 3, 31))
        .category(&["ePurchaseInvoice", "Memo"])
        .voucher_state(&["Draft", "Accepted"])
        .page_index(3)
        .page_size(20)
        .include_postings(true)
        .accept_language("fi")
        .await
        .unwrap();
    let target = format!("/fi/general-ledger/v2/vouchers/10001?{ALL_FILTERS}");
    assert_eq!(
        server.only_call(),
        call("GET", &target, &[("accept-language", "fi")])
    );
}

#[tokio::test]
async fn an_empty_list_is_no_filter() {
    let (server, ledger) = ledger(list());
    ledger
        .vouchers("1")
        .id(&[] as &[&str])
        .include_postings(false)
        .await
        .unwrap();
    assert_eq!(
        server.targets(),
        ["/fi/general-ledger/v1/vouchers/1?includePostings=false"]
    );
}

#[tokio::test]
async fn a_voucher_is_deleted_by_its_id() {
    let server = Server::answering([Answer::empty(204)]);
    let ledger = easor::<Accounting>(&server).general_ledger();
    ledger.delete_voucher_by_id(ODD, voucher()).await.unwrap();
    let target = format!(
        "/fi/general-ledger/v1/vouchers/{ODD_ENCODED}/c0ffee00-0000-4000-8000-00000000000a"
    );
    assert_eq!(server.only_call(), call("DELETE", &target, &[]));
}

#[tokio::test]
async fn an_image_is_asked_for_by_the_voucher() {
    let (server, ledger) = ledger(Answer::json(200, "%PDF-1.7"));
    ledger.voucher_image(ODD, voucher()).await.unwrap();
    let target = format!(
        "/fi/general-ledger/v1/vouchers/{ODD_ENCODED}/c0ffee00-0000-4000-8000-00000000000a/image"
    );
    assert_eq!(server.only_call(), call("GET", &target, &[]));
}

#[tokio::test]
async fn an_image_with_everything() {
    let (server, ledger) = ledger(Answer::json(200, "%PDF-1.7"));
    let image = ledger.voucher_image("10001", voucher());
    image.accept_language("fi").await.unwrap();
    let target = "/fi/general-ledger/v1/vouchers/10001/c0ffee00-0000-4000-8000-00000000000a/image";
    assert_eq!(
        server.only_call(),
        call("GET", target, &[("accept-language", "fi")])
    );
}

#[tokio::test]
async fn what_the_document_does_not_declare_can_be_sent_too() {
    let (server, ledger) = ledger(list());
    ledger
        .vouchers("1")
        .query("expand", "all of it")
        .header("traceparent", "00-1-2-01")
        .await
        .unwrap();
    let target = "/fi/general-ledger/v1/vouchers/1?expand=all%20of%20it";
    assert_eq!(
        server.only_call(),
        call("GET", target, &[("traceparent", "00-1-2-01")])
    );
}

#[tokio::test]
async fn what_would_be_another_request_is_not_sent() {
    let server = Server::answering([]);
    let ledger = easor::<Accounting>(&server).general_ledger();
    for organization in ["", ".", ".."] {
        let error = ledger.vouchers(organization).await.unwrap_err();
        assert!(
            matches!(error, Error::Request(_)),
            "{organization:?}: {error}"
        );
        let deletion = ledger.delete_voucher_by_id(organization, voucher());
        let error = deletion.await.unwrap_err();
        assert!(
            matches!(error, Error::Request(_)),
            "{organization:?}: {error}"
        );
        assert!(error.to_string().contains("another resource"), "{error}");
    }
    let injected = ledger
        .vouchers("1")
        .accept_language("fi\r\nX-Forwarded-For: 1");
    let error = injected.await.unwrap_err();
    assert!(error.to_string().contains("accept-language"), "{error}");
    assert!(server.calls().is_empty() && server.token_requests().is_empty());
}
