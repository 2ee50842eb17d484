//! Reading and writing 10,000 events of a general ledger, 25 properties each, beside `serde_json`
//! with derives.
//!
//! `cargo bench -p portal-runtime --bench decode`
//!
//! serde is measured twice: with doubles and with texts for dates, which is the least it can do, and
//! with what this crate gives: exact amounts, and dates and times taken apart.

use divan::Bencher;
use divan::counter::BytesCount;
use portal_runtime::wire::{from_slice, to_vec};
use std::fmt::Write as _;

const EVENTS: usize = 10_000;

fn main() {
    divan::main();
}

#[divan::bench]
fn portal_runtime_decode(bencher: Bencher<'_, '_>) {
    let document = document();
    bencher
        .counter(BytesCount::of_str(&document))
        .bench_local(|| from_slice::<wire::Page>(document.as_bytes()).map_err(|e| e.to_string()));
}

#[divan::bench]
fn portal_runtime_json(bencher: Bencher<'_, '_>) {
    let document = document();
    bencher
        .counter(BytesCount::of_str(&document))
        .bench_local(|| from_slice::<portal_runtime::Json>(document.as_bytes()));
}

#[divan::bench]
fn serde_json_decode_doubles(bencher: Bencher<'_, '_>) {
    let document = document();
    bencher
        .counter(BytesCount::of_str(&document))
        .bench_local(|| serde_json::from_slice::<least::Page>(document.as_bytes()));
}

#[divan::bench]
fn serde_json_decode_exact(bencher: Bencher<'_, '_>) {
    let document = document();
    bencher
        .counter(BytesCount::of_str(&document))
        .bench_local(|| serde_json::from_slice::<exact::Page>(document.as_bytes()));
}

#[divan::bench]
fn serde_json_value(bencher: Bencher<'_, '_>) {
    let document = document();
    bencher
        .counter(BytesCount::of_str(&document))
        .bench_local(|| serde_json::from_slice::<serde_json::Value>(document.as_bytes()));
}

#[divan::bench]
fn portal_runtime_encode(bencher: Bencher<'_, '_>) {
    let document = document();
    let page = from_slice::<wire::Page>(document.as_bytes()).ok();
    bencher
        .counter(BytesCount::of_str(&document))
        .bench_local(|| to_vec(&page));
}

#[divan::bench]
fn serde_json_encode_doubles(bencher: Bencher<'_, '_>) {
    let document = document();
    let page = serde_json::from_slice::<least::Page>(document.as_bytes()).ok();
    bencher
        .counter(BytesCount::of_str(&document))
        .bench_local(|| serde_json::to_vec(&page));
}

/// A page as a server sends it: properties in order, `null` for what an event lacks.
fn document() -> String {
    let mut text = String::from(r#"{"currentPage":0,"pageCount":1,"pageSize":10000,"#);
    let _ = write!(text, r#""rowCount":{EVENTS},"results":["#);
    for number in 0..EVENTS {
        text.push_str(if number == 0 { "" } else { "," });
        event(&mut text, number);
    }
    text.push_str("]}");
    text
}

fn event(text: &mut String, number: usize) {
    let (cents, day) = (number * 7919 % 1_000_000, number % 28 + 1);
    let amount = format!("{}.{:02}", cents / 100, cents % 100);
    let optional = |name: &str| match number % 3 {
        0 => "null".to_owned(),
        _ => format!("\"{name}{}\"", number % 40),
    };
    let _ = write!(
        text,
        concat!(
            r#"{{"id":"6f1e2b3c-0000-4000-8000-{0:012x}","accountNumber":"{1}","#,
            r#""description":"Invoice {0}, päivän lounas","voucherDescription":"Invoice {0}","#,
            r#""credit":-{2},"debet":{2},"vatCode":{3},"vatPercentage":25.5,"#,
            r#""vatIncludedAmount":{2},"costCenter":{4},"costType":{5},"project":{6},"#,
            r#""projectType":null,"voucherId":"7a1e2b3c-0000-4000-8000-{0:012x}","#,
            r#""vatExcludedAmount":{2},"vatAmount":24.00,"voucherDate":"2021-11-{7:02}","#,
            r#""voucherNumber":"94-{0}-2021","category":"PurchaseInvoice","#,
            r#""invoiceNumber":"{0}","matchKey":null,"voucherState":"Accepted","#,
            r#""acceptedTimestamp":"2021-11-{7:02}T10:01:00.1234567+00:00","#,
            r#""referenceNumber":"553{0:07}","concern":66}}"#
        ),
        number,
        3000 + number % 500,
        amount,
        optional("VAT"),
        optional("cost-"),
        optional("type-"),
        optional("project-"),
        day,
    );
}

/// Declares the same structs for each side, with the types that differ.
macro_rules! structs {
    ($(#[$meta:meta])* $uuid:ty, $amount:ty, $date:ty, $date_time:ty) => {
        $(#[$meta])*
        pub(crate) struct Event {
            pub(crate) id: Option<$uuid>,
            pub(crate) account_number: Option<String>,
            pub(crate) description: Option<String>,
            pub(crate) voucher_description: Option<String>,
            pub(crate) credit: Option<$amount>,
            pub(crate) debet: Option<$amount>,
            pub(crate) vat_code: Option<String>,
            pub(crate) vat_percentage: Option<$amount>,
            pub(crate) vat_included_amount: Option<$amount>,
            pub(crate) cost_center: Option<String>,
            pub(crate) cost_type: Option<String>,
            pub(crate) project: Option<String>,
            pub(crate) project_type: Option<String>,
            pub(crate) voucher_id: Option<$uuid>,
            pub(crate) vat_excluded_amount: Option<$amount>,
            pub(crate) vat_amount: Option<$amount>,
            pub(crate) voucher_date: Option<$date>,
            pub(crate) voucher_number: Option<String>,
            pub(crate) category: Option<String>,
            pub(crate) invoice_number: Option<String>,
            pub(crate) match_key: Option<String>,
            pub(crate) voucher_state: Option<String>,
            pub(crate) accepted_timestamp: Option<$date_time>,
            pub(crate) reference_number: Option<String>,
            pub(crate) concern: Option<i32>,
        }

        $(#[$meta])*
        pub(crate) struct Page {
            pub(crate) current_page: Option<i32>,
            pub(crate) page_count: Option<i32>,
            pub(crate) page_size: Option<i32>,
            pub(crate) row_count: Option<i32>,
            pub(crate) results: Option<Vec<Event>>,
        }
    };
}

mod wire {
    use portal_runtime::{Date, DateTime, Decimal, Uuid, model};

    structs!(Uuid, Decimal, Date, DateTime);

    model! { Event {
        id: optional "id",
        account_number: optional "accountNumber",
        description: optional "description",
        voucher_description: optional "voucherDescription",
        credit: optional "credit",
        debet: optional "debet",
        vat_code: optional "vatCode",
        vat_percentage: optional "vatPercentage",
        vat_included_amount: optional "vatIncludedAmount",
        cost_center: optional "costCenter",
        cost_type: optional "costType",
        project: optional "project",
        project_type: optional "projectType",
        voucher_id: optional "voucherId",
        vat_excluded_amount: optional "vatExcludedAmount",
        vat_amount: optional "vatAmount",
        voucher_date: optional "voucherDate",
        voucher_number: optional "voucherNumber",
        category: optional "category",
        invoice_number: optional "invoiceNumber",
        match_key: optional "matchKey",
        voucher_state: optional "voucherState",
        accepted_timestamp: optional "acceptedTimestamp",
        reference_number: optional "referenceNumber",
        concern: optional "concern",
    } }

    model! { Page {
        current_page: optional "currentPage",
        page_count: optional "pageCount",
        page_size: optional "pageSize",
        row_count: optional "rowCount",
        results: optional "results",
    } }
}

mod least {
    structs!(
        #[derive(serde::Deserialize, serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        String,
        f64,
        String,
        String
    );
}

#[allow(dead_code, reason = "they are read and thrown away")]
mod exact {
    use serde::de::{Deserialize, Deserializer, Error};
    use std::borrow::Cow;

    structs!(
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        Text<portal_runtime::Uuid>, Amount, Text<portal_runtime::Date>, Text<portal_runtime::DateTime>
    );

    pub(crate) struct Amount(portal_runtime::Decimal);

    impl<'de> Deserialize<'de> for Amount {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let raw = <&serde_json::value::RawValue>::deserialize(deserializer)?;
            raw.get().parse().map(Self).map_err(D::Error::custom)
        }
    }

    pub(crate) struct Text<T>(T);

    impl<'de, T: std::str::FromStr<Err: std::fmt::Display>> Deserialize<'de> for Text<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = Cow::<str>::deserialize(deserializer)?;
            text.parse().map(Self).map_err(D::Error::custom)
        }
    }
}
