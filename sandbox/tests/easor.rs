//! The generated clients of Easor against the sandbox: every operation, and what the sandbox remembers.

mod support;

use portal_apis::easor::bundles::{Accounting, Reporting, SalesInvoicing};
use portal_apis::easor::general_ledger::types::{
    PostingCreate, PostingCreateAccepted, VoucherCreate, VoucherCreateAccepted,
};
use portal_apis::easor::sales::types::{ContactCreate, LineItem};
use portal_apis::runtime::Error;
use portal_apis::runtime::wire::{Json, date};
use portal_sandbox::{Layer, Sandbox, Verdict};

use support::{easor, money, voucher};

const ORGANIZATION: &str = "10001";

#[tokio::test]
async fn accounts_are_read() {
    let sandbox = Sandbox::start().await.unwrap();
    let ledger = easor::<Reporting>(&sandbox, "Reporting").general_ledger();
    let day = date(2024, 3, 15);
    let balances = ledger
        .account_balances_by_date(ORGANIZATION, day, "1701,3000")
        .await
        .unwrap();
    let accounts = balances.iter().map(|it| it.account.as_deref());
    assert_eq!(accounts.collect::<Vec<_>>(), [Some("1701"), Some("3000")]);
    let used = ledger
        .utilized_chart_of_accounts(ORGANIZATION, day, day)
        .await
        .unwrap();
    assert_eq!(used.len(), 25);
}

#[tokio::test]
async fn a_posted_voucher_is_found_among_vouchers_and_events() {
    let sandbox = Sandbox::start().await.unwrap();
    let ledger = easor::<Accounting>(&sandbox, "Accounting").general_ledger();
    let created = ledger
        .add_vouchers_v2(ORGANIZATION, &[voucher("Coffee for the sandbox")])
        .await
        .unwrap()
        .into_body()
        .unwrap();
    let [created] = created.as_slice() else {
        panic!("{created:?}")
    };
    let id = created.voucher_id.unwrap();

    let page = ledger
        .vouchers_v2(ORGANIZATION)
        .id(&[id.to_string()])
        .include_postings(true)
        .await
        .unwrap();
    assert_eq!(page.row_count, Some(1));
    let found = &page.results.as_ref().unwrap()[0];
    assert_eq!(found.description.as_deref(), Some("Coffee for the sandbox"));
    assert_eq!(found.category.as_deref(), Some("PurchaseInvoice"));
    let posting = &found.postings.as_ref().unwrap()[0];
    assert_eq!(posting.account_number.as_deref(), Some("3000"));

    // The first version shows the same vouchers.
    let all = ledger.vouchers(ORGANIZATION).page_size(100).await.unwrap();
    assert_eq!(all.iter().filter(|it| it.id == Some(id)).count(), 1);

    let events = ledger
        .general_ledger_events(ORGANIZATION)
        .items()
        .page_size(10)
        .collect()
        .await
        .unwrap();
    let own: Vec<_> = events
        .iter()
        .filter(|it| it.voucher_id == Some(id))
        .collect();
    let [event] = own.as_slice() else {
        panic!("{own:?}")
    };
    assert_eq!(event.account_number.as_deref(), Some("3000"));
    assert_eq!(
        event.voucher_description.as_deref(),
        Some("Coffee for the sandbox")
    );

    let image = ledger.voucher_image(ORGANIZATION, id).await.unwrap();
    let image = image.into_body().bytes().await.unwrap();
    assert!(image.starts_with(b"%PDF"));
    ledger.delete_voucher_by_id(ORGANIZATION, id).await.unwrap();
    let page = ledger
        .vouchers_v2(ORGANIZATION)
        .id(&[id.to_string()])
        .await
        .unwrap();
    assert_eq!(page.row_count, Some(0));
    let again = ledger.delete_voucher_by_id(ORGANIZATION, id).await;
    assert_eq!(again.unwrap_err().status().unwrap().as_u16(), 404);
    assert!(ledger.voucher_image(ORGANIZATION, id).await.is_err());
}

#[tokio::test]
async fn the_other_ways_to_add_vouchers() {
    let sandbox = Sandbox::start().await.unwrap();
    let ledger = easor::<Accounting>(&sandbox, "Accounting").general_ledger();
    let first = VoucherCreate::new(
        "Memo".to_owned(),
        "Draft".to_owned(),
        "First version".to_owned(),
        vec![PostingCreate::new(false)],
    );
    ledger.add_vouchers(ORGANIZATION, &[first]).await.unwrap();
    let accepted = VoucherCreateAccepted::new(
        "Memo".to_owned(),
        date(2024, 3, 15),
        "Accepted".to_owned(),
        vec![PostingCreateAccepted::new("1701".to_owned(), money("1.5"))],
        "Sam".to_owned(),
    );
    let created = ledger
        .add_accepted_vouchers(ORGANIZATION, &[accepted])
        .await
        .unwrap()
        .into_body()
        .unwrap();
    assert_eq!(created.len(), 1);
    let all = ledger
        .vouchers_v2(ORGANIZATION)
        .items()
        .page_size(4)
        .collect()
        .await
        .unwrap();
    let category = |text: &str| {
        let found = all
            .iter()
            .find(|it| it.description.as_deref() == Some(text));
        found.unwrap().category.as_deref()
    };
    assert_eq!(all.len(), 27);
    // It was sent as `categoryCID`.
    assert_eq!(category("First version"), Some("Memo"));
    assert_eq!(category("Accepted"), Some("Memo"));
    // Another organization has vouchers of its own.
    let others = ledger.vouchers_v2("20002").items().collect().await.unwrap();
    assert_eq!(others.len(), 25);
    sandbox.reset();
    let again = ledger.vouchers_v2(ORGANIZATION).await.unwrap();
    assert_eq!(again.row_count, Some(25));
}

#[tokio::test]
async fn the_journey_from_a_contact_to_an_invoice() {
    let sandbox = Sandbox::start().await.unwrap();
    let sales = easor::<SalesInvoicing>(&sandbox, "SalesInvoicing").sales();
    let contact = ContactCreate {
        organization_number: Some(10001),
        name: Some("Cordelia Customer".to_owned()),
        ..ContactCreate::default()
    };
    let contact = sales.create_contact(ORGANIZATION, &contact).await.unwrap();
    let id = contact.contact_id.as_ref().and_then(Json::as_str).unwrap();
    assert_eq!(
        contact.additional_properties["name"].as_str(),
        Some("Cordelia Customer")
    );
    let draft = sales.create_invoice(ORGANIZATION, id).await.unwrap();
    let invoice_id = draft.id.clone().unwrap();
    let mut invoice = draft.clone();
    invoice.line_items = Some(vec![LineItem {
        product_name: Some("Bag of coffee".to_owned()),
        quantity: Some(money("3.0000")),
        price_per_unit: Some(money("12.50000000000")),
        ..LineItem::default()
    }]);
    let put = sales.update_invoice(ORGANIZATION, &invoice_id, &invoice);
    let answered = put.await.unwrap().into_body().unwrap();
    let text = answered.to_string();
    assert!(text.contains("Bag of coffee"), "{text}");
    assert!(text.contains(&invoice_id), "{text}");
    // Digit for digit.
    assert!(text.contains(r#""quantity":3.0000}"#), "{text}");
    assert!(text.contains(r#""pricePerUnit":12.50000000000,"#), "{text}");

    // The draft's version is no longer current.
    let stale = sales
        .update_invoice(ORGANIZATION, &invoice_id, &draft)
        .await;
    assert_eq!(stale.unwrap_err().status().unwrap().as_u16(), 409);
    let nobody = sales.create_invoice(ORGANIZATION, "nobody").await;
    assert_eq!(nobody.unwrap_err().status().unwrap().as_u16(), 400);
    let nothing = sales.update_invoice(ORGANIZATION, "nothing", &draft).await;
    assert_eq!(nothing.unwrap_err().status().unwrap().as_u16(), 404);
}

#[tokio::test]
async fn accounting_periods_have_no_known_shape() {
    let sandbox = Sandbox::start().await.unwrap();
    let organization = easor::<Accounting>(&sandbox, "Accounting").organization();
    organization
        .list_accounting_periods(ORGANIZATION)
        .page_index(0)
        .await
        .unwrap();
    let requests = sandbox.requests();
    assert_eq!(
        requests.last().unwrap().to_string(),
        "200 GET /organization/v2/accounting-periods/10001  organization: listAccountingPeriods  [Accounting]"
    );
}

#[tokio::test]
async fn what_the_document_does_not_allow_is_refused_with_its_place() {
    let sandbox = Sandbox::start().await.unwrap();
    let ledger = easor::<Accounting>(&sandbox, "Accounting").general_ledger();
    let long = voucher(&"x".repeat(101));
    let error = ledger.add_vouchers_v2(ORGANIZATION, &[voucher("Good"), long]);
    let error = error.await.unwrap_err();
    let Error::Api(refusal) = &error else {
        panic!("{error}")
    };
    assert_eq!(refusal.status.as_u16(), 400);
    let text = error.to_string();
    assert!(text.contains("body/1/description"), "{text}");
    let last = sandbox.requests().pop().unwrap();
    assert!(matches!(last.verdict, Verdict::Refused(Layer::Api, _)));
    // Nothing of it was done.
    let page = ledger.vouchers_v2(ORGANIZATION).await.unwrap();
    assert_eq!(page.row_count, Some(25));
}
