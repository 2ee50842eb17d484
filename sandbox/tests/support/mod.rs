//! What the tests share: clients of a sandbox.

// Each of the tests uses its own part.
#![allow(dead_code)]

use portal_apis::easor::general_ledger::types::{PostingCreateV2, VoucherCreateV2};
use portal_apis::easor::{Easor, Region};
use portal_apis::runtime::wire::{Decimal, Nullable};
use portal_apis::runtime::{Builder, Bundle, RetryPolicy};
use portal_sandbox::{Credentials, Sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) fn own<'a>(sandbox: &'a Sandbox, bundle: &str) -> &'a Credentials {
    sandbox.credentials_of(bundle).unwrap()
}

/// The settings of a client that repeats nothing.
pub(crate) fn builder<B: Bundle>(sandbox: &Sandbox, bundle: &str) -> Builder<Easor<B>> {
    let own = own(sandbox, bundle);
    Easor::<B>::builder(Region::Fi)
        .credentials(&own.client_id, &own.client_secret)
        .subscription_key(&own.subscription_key)
        .scopes(&own.scopes)
        .gateway_url(sandbox.gateway_url())
        .token_url(sandbox.token_url())
        .retry(RetryPolicy::never())
}

pub(crate) fn easor<B: Bundle>(sandbox: &Sandbox, bundle: &str) -> Easor<B> {
    builder(sandbox, bundle).build().unwrap()
}

pub(crate) fn money(digits: &str) -> Decimal {
    digits.parse().unwrap()
}

/// A voucher with one posting on account 3000.
pub(crate) fn voucher(description: &str) -> VoucherCreateV2 {
    let posting = PostingCreateV2 {
        account_number: Nullable::Value("3000".to_owned()),
        vat_included_amount: Nullable::Value(money("124.00")),
        ..PostingCreateV2::new(false)
    };
    VoucherCreateV2::new(
        "PurchaseInvoice".to_owned(),
        "Draft".to_owned(),
        description.to_owned(),
        vec![posting],
    )
}

/// An answer to a request that no generated client would send.
pub(crate) struct Raw {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Raw {
    /// The value of a header; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// Sends a request as it is.
pub(crate) async fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Raw {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, target) = rest.split_at(rest.find('/').unwrap());
    let mut text = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    Raw {
        status: status.parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: body.to_owned(),
    }
}
