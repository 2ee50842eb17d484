//! The operations that add vouchers: their bodies, byte by byte.

use portal_apis::easor::bundles::Accounting;
use portal_apis::easor::general_ledger::GeneralLedger;
use portal_apis::easor::general_ledger::types::{
    PostingCreate, PostingCreateAccepted, PostingCreateV2, VoucherCreate, VoucherCreateAccepted,
    VoucherCreateV2, VoucherDetailCreate, VoucherDetailDimensionCreateRow,
    VoucherDetailOtherRowCreate, VoucherDetailPaymentCreate, VoucherDetailRowCreate,
};
use portal_apis::runtime::wire::{Date, Decimal, Nullable, date};

use crate::support::{Answer, ODD, ODD_ENCODED, Server, call_with_json, easor, money as digits};

fn ledger(answer: Answer) -> (Server, GeneralLedger<Accounting>) {
    let server = Server::answering([answer]);
    let ledger = easor(&server).general_ledger();
    (server, ledger)
}

fn text(text: &str) -> Nullable<String> {
    Nullable::Value(text.to_owned())
}

fn money(text: &str) -> Nullable<Decimal> {
    Nullable::Value(digits(text))
}

fn day(month: i8, day: i8) -> Nullable<Date> {
    Nullable::Value(date(2024, month, day))
}

/// All 56 properties, with the values of the document's example.
fn detail() -> VoucherDetailCreate {
    VoucherDetailCreate {
        rows: Nullable::Value(vec![VoucherDetailRowCreate {
            description: text("Dark roast, ground"),
            vat_included_amount: money("45.60"),
            vat_amount: money("5.60"),
            vat_percentage: money("14"),
        }]),
        others: Nullable::Value(vec![
            VoucherDetailOtherRowCreate {
                key: text("Kitchen"),
                value: "Floor 2".to_owned(),
            },
            VoucherDetailOtherRowCreate::new(String::new()),
        ]),
        payments: Nullable::Value(vec![VoucherDetailPaymentCreate {
            payment_date: day(3, 22),
            amount: money("45.60"),
        }]),
        dimensions: Nullable::Value(vec![VoucherDetailDimensionCreateRow {
            total_amount: money("45.60"),
            dimension_percentage: Nullable::Null,
            cost_center: text("C10"),
            cost_type: text("T1"),
            project: text("P20"),
            project_type: text("PT2"),
        }]),
        sender: text("Harbour Coffee Oy"),
        receiver: text("Example Customer Oy"),
        invoice_date: day(3, 15),
        due_date: day(3, 29),
        delivery_date: day(3, 14),
        delivery_period_start: day(2, 1),
        delivery_period_end: day(2, 29),
        seller_detail: text("\"Seller's contact: desk 4\""),
        vat_included_amount: money("45.6"),
        vat_amount: money("5.6"),
        creator_name: text("Sam Sample"),
        payment_date: day(3, 16),
        payment_message: text("Order 4711"),
        original_payment_currency_code: text("SEK"),
        original_payment_vat_included_amount: money("518.5"),
        cost_type: text("refreshments"),
        vat_included_amount_general_vat: money("12.55"),
        vat_included_amount_lower1_vat: money("22.8"),
        vat_included_amount_lower2_vat: money("5.5"),
        vat_included_amount_zero_vat: money("3"),
        vat_included_amount_reverse_vat: money("1"),
        vat_included_amount_margin: money("2"),
        vat_excluded_amount: money("40"),
        vat_excluded_amount_general_vat: money("10"),
        vat_excluded_amount_lower1_vat: money("20"),
        vat_excluded_amount_lower2_vat: money("5"),
        vat_excluded_amount_zero_vat: money("3"),
        vat_excluded_amount_reverse_vat: money("1"),
        vat_excluded_amount_margin: money("2"),
        vat_amount_general_vat: money("2.55"),
        vat_amount_lower1_vat: money("2.8"),
        vat_amount_lower2_vat: money("0.5"),
        vat_amount_zero_vat: money("0.05"),
        vat_amount_reverse_vat: money("0.25"),
        vat_amount_margin: money("0.15"),
        payment_card_number_last_digits: text("0000"),
        payment_transaction_type: text("CREDIT"),
        sender_business_id: text("0123456-7"),
        sender_vat_id: text("FI01234567"),
        sender_street_address: text("Quay Road 3 B 4"),
        sender_postal_code: text("20100"),
        sender_postal_city: text("Turku"),
        sender_bank_account_number: text("FI2112345600000785"),
        receiver_business_id: text("0123456-7"),
        receiver_vat_id: text("FI01234567"),
        receiver_street_address: text("Mill Lane 8"),
        receiver_postal_code: text("33100"),
        receiver_postal_city: text("Tampere"),
        receiver_bank_account_number: text("FI2112345600000785"),
        delivery_street_address: text("Gate 2, Mill Lane 8"),
        delivery_postal_code: text("33100"),
        delivery_postal_city: text("Tampere"),
    }
}

const DETAIL: &str = concat!(
    r#"{"rows":[{"description":"Dark roast, ground","vatIncludedAmount":45.60,"vatAmount":5.60,"vatPercentage":14}],"#,
    r#""others":[{"key":"Kitchen","value":"Floor 2"},{"value":""}],"#,
    r#""payments":[{"paymentDate":"2024-03-22","amount":45.60}],"#,
    r#""dimensions":[{"totalAmount":45.60,"dimensionPercentage":null,"costCenter":"C10","costType":"T1","project":"P20","projectType":"PT2"}],"#,
    r#""sender":"Harbour Coffee Oy","receiver":"Example Customer Oy","#,
    r#""invoiceDate":"2024-03-15","dueDate":"2024-03-29","deliveryDate":"2024-03-14","#,
    r#""deliveryPeriodStart":"2024-02-01","deliveryPeriodEnd":"2024-02-29","#,
    r#""sellerDetail":"\"Seller's contact: desk 4\"","vatIncludedAmount":45.6,"vatAmount":5.6,"#,
    r#""creatorName":"Sam Sample","paymentDate":"2024-03-16","paymentMessage":"Order 4711","#,
    r#""originalPaymentCurrencyCode":"SEK","originalPaymentVatIncludedAmount":518.5,"costType":"refreshments","#,
    r#""vatIncludedAmountGeneralVat":12.55,"vatIncludedAmountLower1Vat":22.8,"vatIncludedAmountLower2Vat":5.5,"#,
    r#""vatIncludedAmountZeroVat":3,"vatIncludedAmountReverseVat":1,"vatIncludedAmountMargin":2,"#,
    r#""vatExcludedAmount":40,"vatExcludedAmountGeneralVat":10,"vatExcludedAmountLower1Vat":20,"#,
    r#""vatExcludedAmountLower2Vat":5,"vatExcludedAmountZeroVat":3,"vatExcludedAmountReverseVat":1,"vatExcludedAmountMargin":2,"#,
    r#""vatAmountGeneralVat":2.55,"vatAmountLower1Vat":2.8,"vatAmountLower2Vat":0.5,"vatAmountZeroVat":0.05,"#,
    r#""vatAmountReverseVat":0.25,"vatAmountMargin":0.15,"#,
    r#""paymentCardNumberLastDigits":"0000","paymentTransactionType":"CREDIT","#,
    r#""senderBusinessId":"0123456-7","senderVatId":"FI01234567","senderStreetAddress":"Quay Road 3 B 4","#,
    r#""senderPostalCode":"20100","senderPostalCity":"Turku","senderBankAccountNumber":"FI2112345600000785","#,
    r#""receiverBusinessId":"0123456-7","receiverVatId":"FI01234567","receiverStreetAddress":"Mill Lane 8","#,
    r#""receiverPostalCode":"33100","receiverPostalCity":"Tampere","receiverBankAccountNumber":"FI2112345600000785","#,
    r#""deliveryStreetAddress":"Gate 2, Mill Lane 8","deliveryPostalCode":"33100","deliveryPostalCity":"Tampere"}"#,
);

/// Postings of the first and the second version are the same on the wire.
const POSTING: &str = concat!(
    r#"{"id":null,"accountNumber":"7700","vatPercentage":null,"isReadOnly":false,"#,
    r#""description":"Dark roast 1 kg ","vatIncludedAmount":12345678901234567890.1234,"matchKey":null,"#,
    r#""costCenter":"C10","costType":"T1","project":"P20","projectType":"PT2"}"#,
);

#[tokio::test]
async fn vouchers_need_category_state_description_and_postings() {
    let (server, ledger) = ledger(Answer::empty(201));
    let voucher = VoucherCreate::new(
        "Receipts".to_owned(),
        "Draft".to_owned(),
        "Harbour Coffee Oy".to_owned(),
        vec![PostingCreate::new(true)],
    );
    ledger.add_vouchers(ODD, &[voucher]).await.unwrap();
    let target = format!("/fi/general-ledger/v1/vouchers/{ODD_ENCODED}");
    let body = r#"[{"categoryCID":"Receipts","voucherStateCID":"Draft","description":"Harbour Coffee Oy","postings":[{"isReadOnly":true}]}]"#;
    assert_eq!(
        server.only_call(),
        call_with_json("POST", &target, &[], body)
    );
}

#[tokio::test]
async fn vouchers_with_everything() {
    let (server, ledger) = ledger(Answer::empty(201));
    let posting = PostingCreate {
        id: Nullable::Null,
        account_number: text("7700"),
        vat_percentage: Nullable::Null,
        is_read_only: false,
        description: text("Dark roast 1 kg "),
        vat_included_amount: money("12345678901234567890.1234"),
        match_key: Nullable::Null,
        cost_center: text("C10"),
        cost_type: text("T1"),
        project: text("P20"),
        project_type: text("PT2"),
    };
    let voucher = VoucherCreate {
        id: Nullable::Value("C0FFEE00-0000-4000-8000-000000000001".parse().unwrap()),
        try_accept: Some(true),
        generate_missing_dimension_values: Some(false),
        deny_creation_of_ledger_items: Some(false),
        category_cid: "Receipts".to_owned(),
        voucher_state_cid: "Draft".to_owned(),
        voucher_number: Nullable::Null,
        voucher_date: day(3, 15),
        invoice_number: text("HC-2024-0042"),
        reference_number: text("1232"),
        description: "Harbour \"Coffee\" Oy\n\u{1} ä€😀 \\ /".to_owned(),
        customer_comment: Nullable::Null,
        customer_comment_to_accounting: text("Coffee for the kitchen on floor 2"),
        accounting_comment: Nullable::Null,
        vat_included_amount: money("5.0000"),
        vat_amount: money("-0.60"),
        postings: vec![posting.clone(), posting],
        acceptor: text("sam.sample@example.com"),
        prevent_vat_peeling: Some(false),
        prevent_voucher_automation: Some(true),
        voucher_image_base64_str: text("JVBERi0xLjc="),
        voucher_detail: Nullable::Value(detail()),
    };
    let call = ledger.add_vouchers("10001", &[voucher.clone(), voucher]);
    call.accept_language("fi").await.unwrap();
    let voucher = [
        r#"{"id":"c0ffee00-0000-4000-8000-000000000001","tryAccept":true,"#,
        r#""generateMissingDimensionValues":false,"denyCreationOfLedgerItems":false,"#,
        r#""categoryCID":"Receipts","voucherStateCID":"Draft","voucherNumber":null,"voucherDate":"2024-03-15","#,
        r#""invoiceNumber":"HC-2024-0042","referenceNumber":"1232","#,
        r#""description":"Harbour \"Coffee\" Oy\n\u0001 ä€😀 \\ /","#,
        r#""customerComment":null,"customerCommentToAccounting":"Coffee for the kitchen on floor 2","#,
        r#""accountingComment":null,"vatIncludedAmount":5.0000,"vatAmount":-0.60,"#,
        &format!(r#""postings":[{POSTING},{POSTING}],"#),
        r#""acceptor":"sam.sample@example.com","preventVatPeeling":false,"preventVoucherAutomation":true,"#,
        r#""voucherImageBase64Str":"JVBERi0xLjc=","#,
        &format!(r#""voucherDetail":{DETAIL}}}"#),
    ]
    .concat();
    let expected = call_with_json(
        "POST",
        "/fi/general-ledger/v1/vouchers/10001",
        &[("accept-language", "fi")],
        &format!("[{voucher},{voucher}]"),
    );
    assert_eq!(server.only_call(), expected);
}

#[tokio::test]
async fn accepted_vouchers_need_a_date_and_an_acceptor_too() {
    let (server, ledger) = ledger(Answer::empty(204));
    let voucher = VoucherCreateAccepted::new(
        "Receipts".to_owned(),
        date(2024, 3, 15),
        "Coffee".to_owned(),
        vec![
            PostingCreateAccepted::new("7700".to_owned(), digits("45.60")),
            PostingCreateAccepted::new("1910".to_owned(), digits("-45.60")),
        ],
        "Expense Robot".to_owned(),
    );
    let call = ledger.add_accepted_vouchers(ODD, &[voucher]);
    assert_eq!(call.await.unwrap().into_body(), None);
    let target = format!("/fi/general-ledger/v1/vouchers/accepted/{ODD_ENCODED}");
    let body = concat!(
        r#"[{"category":"Receipts","voucherDate":"2024-03-15","description":"Coffee","#,
        r#""postings":[{"accountNumber":"7700","vatIncludedAmount":45.60},{"accountNumber":"1910","vatIncludedAmount":-45.60}],"#,
        r#""acceptor":"Expense Robot"}]"#,
    );
    assert_eq!(
        server.only_call(),
        call_with_json("POST", &target, &[], body)
    );
}

#[tokio::test]
async fn accepted_vouchers_with_everything() {
    let answer = r#"[{"voucherId":"0b6f6f0e-5d4c-4a2b-9a51-3c1d2e4f5a6b"}]"#;
    let (server, ledger) = ledger(Answer::json(200, answer));
    let posting = PostingCreateAccepted {
        account_number: "7700".to_owned(),
        vat_percentage: Nullable::Null,
        description: text("Dark roast 1 kg "),
        vat_included_amount: digits("45.6"),
        match_key: Nullable::Null,
        cost_center: text("C10"),
        cost_type: text("T1"),
        project: text("P20"),
        project_type: text("PT2"),
    };
    let voucher = VoucherCreateAccepted {
        category: "Receipts".to_owned(),
        voucher_number: Nullable::Null,
        voucher_date: date(2024, 3, 15),
        invoice_number: text("HC-2024-0042"),
        reference_number: text("1232"),
        description: "Harbour Coffee Oy".to_owned(),
        customer_comment: Nullable::Null,
        postings: vec![posting],
        acceptor: "sam.sample@example.com".to_owned(),
        voucher_image_base64_str: Nullable::Null,
    };
    let call = ledger.add_accepted_vouchers("10001", &[voucher]);
    let created = call.accept_language("sv").await.unwrap();
    let id = created.as_ref().and_then(|all| all[0].voucher_id).unwrap();
    assert_eq!(id.to_string(), "0b6f6f0e-5d4c-4a2b-9a51-3c1d2e4f5a6b");
    let body = concat!(
        r#"[{"category":"Receipts","voucherNumber":null,"voucherDate":"2024-03-15","invoiceNumber":"HC-2024-0042","#,
        r#""referenceNumber":"1232","description":"Harbour Coffee Oy","customerComment":null,"#,
        r#""postings":[{"accountNumber":"7700","vatPercentage":null,"description":"Dark roast 1 kg ","#,
        r#""vatIncludedAmount":45.6,"matchKey":null,"costCenter":"C10","costType":"T1","project":"P20","projectType":"PT2"}],"#,
        r#""acceptor":"sam.sample@example.com","voucherImageBase64Str":null}]"#,
    );
    let expected = call_with_json(
        "POST",
        "/fi/general-ledger/v1/vouchers/accepted/10001",
        &[("accept-language", "sv")],
        body,
    );
    assert_eq!(server.only_call(), expected);
}

#[tokio::test]
async fn vouchers_v2_need_category_state_description_and_postings() {
    let (server, ledger) = ledger(Answer::empty(204));
    let voucher = VoucherCreateV2::new(
        "Memo".to_owned(),
        "Draft".to_owned(),
        "Coffee".to_owned(),
        vec![PostingCreateV2::new(false)],
    );
    let created = ledger.add_vouchers_v2(ODD, &[voucher]).await.unwrap();
    assert_eq!(created.into_body(), None);
    let target = format!("/fi/general-ledger/v2/vouchers/{ODD_ENCODED}");
    let body = r#"[{"category":"Memo","voucherState":"Draft","description":"Coffee","postings":[{"isReadOnly":false}]}]"#;
    assert_eq!(
        server.only_call(),
        call_with_json("POST", &target, &[], body)
    );
}

#[tokio::test]
async fn vouchers_v2_with_everything() {
    let (server, ledger) = ledger(Answer::empty(204));
    let posting = PostingCreateV2 {
        id: Nullable::Null,
        account_number: text("7700"),
        vat_percentage: Nullable::Null,
        is_read_only: false,
        description: text("Dark roast 1 kg "),
        vat_included_amount: money("12345678901234567890.1234"),
        match_key: Nullable::Null,
        cost_center: text("C10"),
        cost_type: text("T1"),
        project: text("P20"),
        project_type: text("PT2"),
    };
    let voucher = VoucherCreateV2 {
        id: Nullable::Null,
        try_accept: Some(false),
        category: "Receipts".to_owned(),
        voucher_state: "Draft".to_owned(),
        voucher_number: Nullable::Null,
        voucher_date: day(3, 15),
        invoice_number: text("HC-2024-0042"),
        reference_number: text("1232"),
        description: "Harbour Coffee Oy".to_owned(),
        customer_comment: Nullable::Null,
        customer_comment_to_accounting: text("Coffee for the kitchen on floor 2"),
        accounting_comment: Nullable::Null,
        vat_included_amount: money("45.6"),
        vat_amount: money("5.6"),
        postings: vec![posting],
        acceptor: text("System integration"),
        prevent_vat_peeling: Some(false),
        voucher_image_base64_str: Nullable::Null,
        voucher_detail: Nullable::Value(detail()),
    };
    let call = ledger.add_vouchers_v2("10001", &[voucher]);
    call.accept_language("fi").await.unwrap();
    let body = [
        r#"[{"id":null,"tryAccept":false,"category":"Receipts","voucherState":"Draft","voucherNumber":null,"#,
        r#""voucherDate":"2024-03-15","invoiceNumber":"HC-2024-0042","referenceNumber":"1232","#,
        r#""description":"Harbour Coffee Oy","customerComment":null,"#,
        r#""customerCommentToAccounting":"Coffee for the kitchen on floor 2","accountingComment":null,"#,
        r#""vatIncludedAmount":45.6,"vatAmount":5.6,"#,
        &format!(r#""postings":[{POSTING}],"#),
        r#""acceptor":"System integration","preventVatPeeling":false,"voucherImageBase64Str":null,"#,
        &format!(r#""voucherDetail":{DETAIL}}}]"#),
    ]
    .concat();
    let expected = call_with_json(
        "POST",
        "/fi/general-ledger/v2/vouchers/10001",
        &[("accept-language", "fi")],
        &body,
    );
    assert_eq!(server.only_call(), expected);
}

#[tokio::test]
async fn absent_null_and_value_are_three_things() {
    let (server, ledger) = ledger(Answer::empty(204));
    let leave = VoucherCreateV2::new(
        "Memo".to_owned(),
        "Draft".to_owned(),
        "x".to_owned(),
        Vec::new(),
    );
    let clear = VoucherCreateV2 {
        voucher_date: Nullable::Null,
        voucher_detail: Nullable::Null,
        ..leave.clone()
    };
    let set = VoucherCreateV2 {
        voucher_date: day(2, 29),
        voucher_detail: Nullable::Value(VoucherDetailCreate {
            rows: Nullable::Null,
            others: Nullable::Value(Vec::new()),
            ..VoucherDetailCreate::default()
        }),
        ..leave.clone()
    };
    let call = ledger.add_vouchers_v2("1", &[leave, clear, set]);
    call.await.unwrap();
    let fixed = r#""category":"Memo","voucherState":"Draft""#;
    let expected = [
        format!(r#"[{{{fixed},"description":"x","postings":[]}},"#),
        format!(
            r#"{{{fixed},"voucherDate":null,"description":"x","postings":[],"voucherDetail":null}},"#
        ),
        format!(r#"{{{fixed},"voucherDate":"2024-02-29","description":"x","postings":[],"#),
        r#""voucherDetail":{"rows":null,"others":[]}}]"#.to_owned(),
    ]
    .concat();
    let sent = server.calls().remove(0).body;
    assert_eq!(String::from_utf8(sent).unwrap(), expected);
}

#[tokio::test]
async fn no_vouchers_are_an_empty_list() {
    let (server, ledger) = ledger(Answer::empty(204));
    ledger.add_vouchers_v2("1", &[]).await.unwrap();
    let target = "/fi/general-ledger/v2/vouchers/1";
    assert_eq!(
        server.only_call(),
        call_with_json("POST", target, &[], "[]")
    );
}
