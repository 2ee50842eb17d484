//! What a sandbox remembers: for whom, how long, and that nothing depends on who asks first.

mod support;

use portal_apis::easor::bundles::{Accounting, Reporting};
use portal_sandbox::Sandbox;

use support::{easor, own, voucher};

const ORGANIZATION: &str = "10001";

async fn seeded(seed: u64) -> Sandbox {
    Sandbox::builder().seed(seed).start().await.unwrap()
}

/// All events of an organization, as text.
async fn events(sandbox: &Sandbox, organization: &str) -> String {
    let ledger = easor::<Reporting>(sandbox, "Reporting").general_ledger();
    let items = ledger.general_ledger_events(organization).items();
    format!("{:?}", items.collect().await.unwrap())
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answers_and_credentials() {
    let (one, same, other) = (seeded(1).await, seeded(1).await, seeded(2).await);
    assert_eq!(events(&one, "1").await, events(&same, "1").await);
    assert_ne!(events(&one, "1").await, events(&other, "1").await);
    assert_eq!(one.credentials(), same.credentials());
    assert_ne!(one.credentials(), other.credentials());
}

#[tokio::test]
async fn answers_do_not_depend_on_who_asks_first() {
    let (one, same) = (seeded(1).await, seeded(1).await);
    let (first, second) = (events(&one, "1").await, events(&one, "2").await);
    assert_ne!(first, second);
    assert_eq!(events(&same, "2").await, second);
    assert_eq!(events(&same, "1").await, first);
}

#[tokio::test]
async fn many_sandboxes_know_nothing_of_each_other() {
    let mut running = Vec::new();
    for number in 0..12_usize {
        running.push(tokio::spawn(async move {
            let sandbox = Sandbox::start().await.unwrap();
            let ledger = easor::<Accounting>(&sandbox, "Accounting").general_ledger();
            for _ in 0..number {
                let sent = [voucher("Here only")];
                ledger.add_vouchers_v2(ORGANIZATION, &sent).await.unwrap();
            }
            let page = ledger.vouchers_v2(ORGANIZATION).await.unwrap();
            (page.row_count, 25 + number, sandbox)
        }));
    }
    let mut urls = std::collections::BTreeSet::new();
    for task in running {
        let (rows, expected, sandbox) = task.await.unwrap();
        assert_eq!(rows, i32::try_from(expected).ok());
        urls.insert(sandbox.gateway_url().to_owned());
    }
    assert_eq!(urls.len(), 12);
}

#[tokio::test]
async fn nothing_is_lost_where_many_post_at_once() {
    let sandbox = Sandbox::builder().records(0).start().await.unwrap();
    let posting = (0..20).map(|number| {
        let ledger = easor::<Accounting>(&sandbox, "Accounting").general_ledger();
        tokio::spawn(async move {
            let sent = [voucher(&format!("Voucher {number}"))];
            let created = ledger.add_vouchers_v2(ORGANIZATION, &sent).await.unwrap();
            created.into_body().unwrap()[0].voucher_id.unwrap()
        })
    });
    let mut ids = std::collections::BTreeSet::new();
    for task in posting.collect::<Vec<_>>() {
        ids.insert(task.await.unwrap());
    }
    assert_eq!(ids.len(), 20);
    let ledger = easor::<Accounting>(&sandbox, "Accounting").general_ledger();
    let found = ledger.vouchers_v2(ORGANIZATION).items().page_size(7);
    let found = found.collect().await.unwrap();
    let found: std::collections::BTreeSet<_> = found.iter().filter_map(|it| it.id).collect();
    assert_eq!(found, ids);
}

#[tokio::test]
async fn a_reset_leaves_what_was_there_from_the_start() {
    let sandbox = Sandbox::start().await.unwrap();
    let ledger = easor::<Accounting>(&sandbox, "Accounting").general_ledger();
    let before = format!(
        "{:?}",
        ledger.vouchers(ORGANIZATION).await.unwrap().into_body()
    );
    let sent = [voucher("Gone soon")];
    ledger.add_vouchers_v2(ORGANIZATION, &sent).await.unwrap();
    sandbox.fault(&portal_sandbox::Fault::Reset, 100);
    sandbox.reset();
    assert!(sandbox.requests().is_empty());
    let after = format!(
        "{:?}",
        ledger.vouchers(ORGANIZATION).await.unwrap().into_body()
    );
    assert_eq!(after, before);
    // The token from before is still good: there was one request only.
    assert_eq!(sandbox.requests().len(), 1);
    assert_eq!(
        own(&sandbox, "Accounting").apis,
        ["general-ledger", "organization"]
    );
}

#[tokio::test]
async fn the_record_is_read_on_from_where_it_was_left() {
    let sandbox = Sandbox::start().await.unwrap();
    let ledger = easor::<Accounting>(&sandbox, "Accounting").general_ledger();
    ledger.vouchers(ORGANIZATION).await.unwrap();
    let seen = sandbox.requests();
    assert!(sandbox.requests_after(seen.len()).is_empty());
    ledger.vouchers("20002").await.unwrap();
    let new = sandbox.requests_after(seen.len());
    assert_eq!(new.len(), 1);
    assert_eq!(sandbox.requests(), [seen, new].concat());
    assert!(sandbox.requests_after(1000).is_empty());
}
