//! Where requests go unless the application says otherwise. Nothing leaves this machine: the
//! transport only takes notes.

use std::sync::{Arc, Mutex};

use portal_apis::easor::bundles::SalesInvoicing;
use portal_apis::easor::{Easor, Region};
use portal_apis::runtime::transport::BoxFuture;
use portal_apis::runtime::wire::date;
use portal_apis::runtime::{
    Builder, ByteStream, HeaderMap, StatusCode, Transport, TransportError, TransportRequest,
    TransportResponse,
};

/// Notes where requests go and answers with something that fits all of them.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Transport for Notes {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'static, Result<TransportResponse, TransportError>> {
        let body = match request.url.path().ends_with("/token") {
            true => r#"{"access_token":"token"}"#,
            false => "[]",
        };
        let address = format!("{} {}", request.method, request.url);
        self.0.lock().unwrap().push(address);
        Box::pin(async move {
            Ok(TransportResponse {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: ByteStream::from_bytes(body),
            })
        })
    }
}

async fn addresses(
    change: impl FnOnce(Builder<Easor<SalesInvoicing>>) -> Builder<Easor<SalesInvoicing>>,
) -> Vec<String> {
    let notes = Notes::default();
    let builder = Easor::<SalesInvoicing>::builder(Region::Fi)
        .credentials("id", "secret")
        .subscription_key("key")
        .scopes(["scope"])
        .transport(notes.clone());
    let easor = change(builder).build().unwrap();
    let day = date(2024, 1, 31);
    _ = easor
        .general_ledger()
        .account_balances_by_date("1", day, "1701")
        .await;
    _ = easor.organization().list_accounting_periods("1").await;
    _ = easor.sales().create_invoice("1", "2").await;
    notes.0.lock().unwrap().clone()
}

#[tokio::test]
async fn the_hosts_are_those_of_the_documents() {
    assert_eq!(
        addresses(|builder| builder).await,
        [
            "POST https://id.talenom.com/api/b2b/oauth2/v1.0/token",
            "GET https://apim.talenom.com/fi/general-ledger/v1/account-balances/1?date=2024-01-31&accountNumbers=1701",
            "GET https://apim.talenom.fi/organization/v2/accounting-periods/1",
            "POST https://apim.talenom.com/fi/sales/v1/1/invoices?contactId=2",
        ]
    );
}

#[tokio::test]
async fn every_host_can_be_set() {
    let changed = addresses(|builder| {
        builder
            .token_url("https://id.example/token")
            .gateway_url("https://gateway.example:8443/")
            .api_url("organization", "https://other.example/{region}/org;rev=3/")
    });
    assert_eq!(
        changed.await,
        [
            "POST https://id.example/token",
            "GET https://gateway.example:8443/fi/general-ledger/v1/account-balances/1?date=2024-01-31&accountNumbers=1701",
            "GET https://other.example/fi/org;rev=3/v2/accounting-periods/1",
            "POST https://gateway.example:8443/fi/sales/v1/1/invoices?contactId=2",
        ]
    );
}
