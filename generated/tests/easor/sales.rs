//! The sales API: a contact, a draft invoice for it, and the draft with line items.

use portal_apis::easor::bundles::SalesInvoicing;
use portal_apis::easor::sales::Sales;
use portal_apis::easor::sales::types::{ContactCreate, Invoice, InvoicingAddress, LineItem};
use portal_apis::runtime::wire::{Json, Nullable, date};

use crate::support::{Answer, ODD, ODD_ENCODED, Server, call, call_with_json, easor, money};

const INVOICE: &str = "3f2c0d4e-0000-4000-8000-000000000001";

fn sales(answers: impl IntoIterator<Item = Answer>) -> (Server, Sales<SalesInvoicing>) {
    let server = Server::answering(answers);
    let sales = easor(&server).sales();
    (server, sales)
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn a_contact_may_be_all_defaults() {
    let (server, sales) = sales([Answer::json(201, r#"{"contactId":20002}"#)]);
    let contact = ContactCreate::default();
    let created = sales.create_contact(ODD, &contact).await.unwrap();
    assert_eq!(
        created.contact_id.as_ref().and_then(Json::as_i64),
        Some(20002)
    );
    let target = format!("/fi/sales/v1/{ODD_ENCODED}/contacts");
    assert_eq!(
        server.only_call(),
        call_with_json("POST", &target, &[], "{}")
    );
}

#[tokio::test]
async fn a_contact_with_everything() {
    let answer = r#"{"contactId":"20002","name":"Cordelia Customer","creditLimit":100.00}"#;
    let (server, sales) = sales([Answer::json(200, answer)]);
    let contact = ContactCreate {
        organization_number: Some(10001),
        type_: text("Consumer"),
        number: text("0"),
        name: text("Cordelia Customer"),
        currency: text("EUR"),
        invoice_language: text("fi-FI"),
        default_receivable_account_number: text("1701"),
        invoicing_address: Some(InvoicingAddress {
            address1: text("Example Street 1"),
            country: text("FI"),
            postal_code: text("00100"),
            post_office: text("Helsinki"),
            additional_properties: [("address2".to_owned(), Json::Null)].into(),
        }),
        additional_properties: [
            ("zone".to_owned(), Json::from(3)),
            ("creditLimit".to_owned(), Json::from(money("100.00"))),
        ]
        .into(),
    };
    let created = sales.create_contact("10001", &contact).await.unwrap();
    assert_eq!(
        created.contact_id.as_ref().and_then(Json::as_str),
        Some("20002")
    );
    assert_eq!(
        created.additional_properties["creditLimit"].to_string(),
        "100.00"
    );
    let body = concat!(
        r#"{"organizationNumber":10001,"type":"Consumer","number":"0","name":"Cordelia Customer","currency":"EUR","#,
        r#""InvoiceLanguage":"fi-FI","defaultReceivableAccountNumber":"1701","#,
        r#""invoicingAddress":{"address1":"Example Street 1","country":"FI","postalCode":"00100","postOffice":"Helsinki","address2":null},"#,
        r#""creditLimit":100.00,"zone":3}"#,
    );
    assert_eq!(
        server.only_call(),
        call_with_json("POST", "/fi/sales/v1/10001/contacts", &[], body)
    );
}

/// There is no body, and some servers refuse a POST that does not say so.
#[tokio::test]
async fn a_draft_is_created_for_a_contact() {
    let (server, sales) = sales([Answer::json(201, "{}")]);
    sales.create_invoice(ODD, "20 002&x").await.unwrap();
    let target = format!("/fi/sales/v1/{ODD_ENCODED}/invoices?contactId=20%20002%26x");
    assert_eq!(
        server.only_call(),
        call("POST", &target, &[("content-length", "0")])
    );
}

#[tokio::test]
async fn an_invoice_may_be_empty() {
    let (server, sales) = sales([Answer::empty(204)]);
    let answer = sales.update_invoice(ODD, "x/y", &Invoice::default());
    assert_eq!(answer.await.unwrap().into_body(), None);
    let target = format!("/fi/sales/v1/{ODD_ENCODED}/invoices/x%2Fy");
    assert_eq!(
        server.only_call(),
        call_with_json("PUT", &target, &[], "{}")
    );
}

/// All properties that the document knows, in its order.
const KNOWN: &str = concat!(
    r#""id":"3f2c0d4e-0000-4000-8000-000000000001","rowVersion":"AAAAAAAAB9E=","organizationNumber":10001,"#,
    r#""number":0,"status":"Draft","type":"Normal","invoiceOrigin":"Integration","voucherNumber":"0","#,
    r#""voucherType":"39","date":"2024-03-15","dueDate":"2024-03-29","originalDueDate":null,"remarkTime":8,"#,
    r#""paymentTerm":14,"overdueInterest":10.5,"referenceNumber":"","createdDateUtc":"2024-03-15T08:30:45.1234567Z","#,
    r#""updatedDateUtc":"2024-03-15T08:30:46.7654321","approvedDate":null,"sentDate":null,"shipMode":"SelfDelivery","#,
);

#[tokio::test]
async fn an_invoice_with_everything() {
    let (server, sales) = sales([Answer::json(200, r#"{"rowVersion":"AAAAAAAAB9I="}"#)]);
    let invoice = Invoice {
        id: text(INVOICE),
        row_version: text("AAAAAAAAB9E="),
        organization_number: Some(10001),
        number: Some(0),
        status: text("Draft"),
        type_: text("Normal"),
        invoice_origin: text("Integration"),
        voucher_number: text("0"),
        voucher_type: text("39"),
        date: Some(date(2024, 3, 15)),
        due_date: Some(date(2024, 3, 29)),
        original_due_date: Nullable::Null,
        remark_time: Some(8),
        payment_term: Some(14),
        overdue_interest: Some(money("10.5")),
        reference_number: text(""),
        created_date_utc: Some("2024-03-15T08:30:45.1234567Z".parse().unwrap()),
        updated_date_utc: Some("2024-03-15T08:30:46.7654321".parse().unwrap()),
        approved_date: Nullable::Null,
        sent_date: Nullable::Null,
        ship_mode: text("SelfDelivery"),
        line_items: Some(vec![LineItem {
            type_: text("Product"),
            product_name: text("Bag of coffee"),
            quantity: Some(money("3.0000")),
            price_per_unit: Some(money("12.50000000000")),
            sales_account_number: Some(3000),
            tax_percent: Some(money("24.00")),
            additional_properties: [("unit".to_owned(), Json::from("kg"))].into(),
        }]),
        additional_properties: [("invoiceVersion".to_owned(), Json::from(7))].into(),
    };
    let call = sales.update_invoice("10001", INVOICE, &invoice);
    let answer = call.await.unwrap().into_body().unwrap();
    assert_eq!(
        answer.get("rowVersion").and_then(Json::as_str),
        Some("AAAAAAAAB9I=")
    );
    let body = [
        "{",
        KNOWN,
        r#""lineItems":[{"type":"Product","productName":"Bag of coffee","quantity":3.0000,"#,
        r#""pricePerUnit":12.50000000000,"salesAccountNumber":3000,"taxPercent":24.00,"unit":"kg"}],"#,
        r#""invoiceVersion":7}"#,
    ]
    .concat();
    let target = format!("/fi/sales/v1/10001/invoices/{INVOICE}");
    assert_eq!(
        server.only_call(),
        call_with_json("PUT", &target, &[], &body)
    );
}

/// The journey of the portal's page: what the document does not name travels along unchanged.
#[tokio::test]
async fn a_draft_that_is_read_changed_and_sent_back_loses_nothing() {
    let unknown = r#""invoiceVersion":3,"rows":[{"sum":10.10,"note":null}],"totals":{"exact":12345678901234567890.1234567890123}"#;
    let draft = format!("{{{KNOWN}\"lineItems\":[{{\"id\":1,\"quantity\":1.00}}],{unknown}}}");
    let (server, sales) = sales([Answer::json(201, draft), Answer::empty(204)]);

    let mut invoice = sales.create_invoice("10001", "20002").await.unwrap();
    assert_eq!(invoice.original_due_date, Nullable::Null);
    let created = invoice.created_date_utc.unwrap();
    assert_eq!(created.to_string(), "2024-03-15T08:30:45.1234567Z");
    assert!(invoice.updated_date_utc.unwrap().timestamp().is_none());
    invoice.line_items.get_or_insert_default().push(LineItem {
        type_: text("Product"),
        quantity: Some(money("3.0000")),
        ..LineItem::default()
    });
    sales
        .update_invoice("10001", INVOICE, &invoice)
        .await
        .unwrap();

    let sent = String::from_utf8(server.calls().remove(1).body).unwrap();
    let expected = format!(
        "{{{KNOWN}\"lineItems\":[{{\"quantity\":1.00,\"id\":1}},{{\"type\":\"Product\",\"quantity\":3.0000}}],{unknown}}}"
    );
    // Properties of objects that are not known come back by name, which changes their order only.
    let expected = expected.replace(
        r#"{"sum":10.10,"note":null}"#,
        r#"{"note":null,"sum":10.10}"#,
    );
    assert_eq!(sent, expected);
}
