//! What the query parameters of lists do, and that amounts come back digit for digit.

mod support;

use portal_apis::easir::Easir;
use portal_apis::easir::bundles::Full;
use portal_apis::easir::crm::types::{ListTeamsSortBy, NoteCreate, SortDirection};
use portal_apis::easor::bundles::Accounting;
use portal_apis::easor::general_ledger::GeneralLedger;
use portal_apis::easor::general_ledger::types::VoucherCreateV2;
use portal_apis::runtime::wire::{Nullable, date};
use portal_sandbox::Sandbox;

use support::{easor, money, own, voucher};

const ORGANIZATION: &str = "10001";

/// A ledger with nothing in it, and vouchers on three days.
async fn ledger() -> (Sandbox, GeneralLedger<Accounting>) {
    let sandbox = Sandbox::builder().records(0).start().await.unwrap();
    let ledger = easor::<Accounting>(&sandbox, "Accounting").general_ledger();
    let dated = |day| VoucherCreateV2 {
        voucher_date: Nullable::Value(date(2024, 3, day)),
        ..voucher(&format!("Day {day}"))
    };
    let undated = voucher("Some day");
    let vouchers = [dated(1), dated(15), dated(31), undated];
    ledger
        .add_vouchers_v2(ORGANIZATION, &vouchers)
        .await
        .unwrap();
    (sandbox, ledger)
}

#[tokio::test]
async fn amounts_come_back_as_they_were_sent() {
    let (_sandbox, ledger) = ledger().await;
    let amounts = [
        "124.00",
        "-0.10",
        "7",
        "90071992547409.9300",
        "0.1234567890123456789",
    ];
    for amount in amounts {
        let mut sent = voucher("Exact");
        sent.postings[0].vat_included_amount = Nullable::Value(money(amount));
        sent.vat_included_amount = Nullable::Value(money(amount));
        let created = ledger.add_vouchers_v2(ORGANIZATION, &[sent]).await.unwrap();
        let id = created.into_body().unwrap()[0].voucher_id.unwrap();
        let page = ledger.vouchers_v2(ORGANIZATION).id(&[id.to_string()]);
        let page = page.include_postings(true).await.unwrap();
        let found = &page.results.as_ref().unwrap()[0];
        let posting = &found.postings.as_ref().unwrap()[0];
        let events = ledger.general_ledger_events(ORGANIZATION).items();
        let events = events.collect().await.unwrap();
        let event = events.iter().find(|it| it.voucher_id == Some(id)).unwrap();
        for read in [
            found.vat_included_amount,
            posting.vat_included_amount,
            event.vat_included_amount,
        ] {
            assert_eq!(read.unwrap().to_string(), amount);
        }
    }
}

#[tokio::test]
async fn vouchers_are_found_by_their_day_and_without_their_postings() {
    let (_sandbox, ledger) = ledger().await;
    let all = || ledger.vouchers_v2(ORGANIZATION);
    let march = |day| date(2024, 3, day);
    for (call, expected) in [
        (all(), vec!["Day 1", "Day 15", "Day 31", "Some day"]),
        (all().date_from(march(15)), vec!["Day 15", "Day 31"]),
        (all().date_to(march(15)), vec!["Day 1", "Day 15"]),
        (all().date_from(march(2)).date_to(march(30)), vec!["Day 15"]),
        (all().category(&["Memo".to_owned()]), vec![]),
    ] {
        let page = call.await.unwrap();
        let found = page.results.as_ref().unwrap();
        let names: Vec<_> = found
            .iter()
            .filter_map(|it| it.description.as_deref())
            .collect();
        assert_eq!(names, expected);
        assert_eq!(page.row_count, i32::try_from(expected.len()).ok());
        assert!(found.iter().all(|it| it.postings.is_none()));
    }
    let with = all().include_postings(true).await.unwrap();
    assert!(
        with.results
            .as_ref()
            .unwrap()
            .iter()
            .all(|it| it.postings.is_some())
    );
}

#[tokio::test]
async fn events_are_found_by_their_day_account_and_category() {
    let (_sandbox, ledger) = ledger().await;
    let mut other = voucher("Elsewhere");
    other.postings[0].account_number = Nullable::Value("1701".to_owned());
    other.category = "Memo".to_owned();
    ledger
        .add_vouchers_v2(ORGANIZATION, &[other])
        .await
        .unwrap();
    let all = || ledger.general_ledger_events(ORGANIZATION);
    for (call, expected) in [
        (all(), 5),
        (
            all().from_date(date(2024, 3, 2)).to_date(date(2024, 3, 31)),
            2,
        ),
        (all().account_numbers("1701"), 1),
        (all().account_numbers("1701,3000"), 5),
        (all().account_numbers("4000"), 0),
        (all().category("Memo"), 1),
    ] {
        assert_eq!(call.items().collect().await.unwrap().len(), expected);
    }
}

fn easir(sandbox: &Sandbox) -> Easir<Full> {
    let own = own(sandbox, "Full");
    Easir::<Full>::builder()
        .credentials(&own.client_id, &own.client_secret)
        .token_url(sandbox.token_url())
        .api_url("crm", sandbox.api_url("crm").unwrap())
        .build()
        .unwrap()
}

#[tokio::test]
async fn lists_are_searched_and_sorted() {
    let sandbox = Sandbox::builder().portal("easir").start().await.unwrap();
    let crm = easir(&sandbox).crm();
    let sorted = async |direction: SortDirection| {
        let teams = crm.list_teams().sort_by(&ListTeamsSortBy::Name);
        let teams = teams.sort_direction(&direction).items().collect();
        let teams = teams.await.unwrap().into_iter();
        teams.map(|it| it.name.unwrap()).collect::<Vec<_>>()
    };
    let rising = sorted(SortDirection::Asc).await;
    assert!(rising.is_sorted() && rising.len() == 25);
    let mut falling = sorted(SortDirection::Desc).await;
    falling.reverse();
    assert_eq!(falling, rising);
    let none = crm.list_teams().q("no team is called so").await.unwrap();
    assert!(none.data.is_empty());
}

#[tokio::test]
#[expect(deprecated, reason = "no other list is below an item and beside it")]
async fn a_note_of_a_case_is_among_all_notes() {
    let sandbox = Sandbox::builder()
        .portal("easir")
        .records(2)
        .start()
        .await
        .unwrap();
    let crm = easir(&sandbox).crm();
    let case = "8a3e41f0-3b5d-4e2c-9a51-0c1d2e3f4a5b".parse().unwrap();
    let note = NoteCreate::new("Called back".to_owned());
    crm.create_case_note(case, &note).await.unwrap();
    let own = crm.list_case_notes(case).await.unwrap();
    assert_eq!(own.data.len(), 3);
    assert!(own.data.iter().all(|it| it.case_id == Some(case)));
    let found = crm.list_notes().case_ids(&[case]).q("called BACK");
    let found = found.await.unwrap();
    assert_eq!(found.data.len(), 1);
    assert_eq!(found.data[0].case_id, Some(case));
}
