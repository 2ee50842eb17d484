//! A first look at a portal: gets a token, reads, writes, and is refused by each layer, showing what is sent and
//! answered.
//!
//! Without anything in the environment it starts a sandbox. With `EASOR_CLIENT_ID` and the others it talks to
//! whatever they name: the portal, or a sandbox that runs elsewhere. There it only reads, unless `--write` is given.

use std::env;
use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;

use portal_apis::easor::bundles::{Accounting, SalesInvoicing};
use portal_apis::easor::general_ledger::types::{PostingCreateV2, VoucherCreateV2};
use portal_apis::easor::sales::types::{ContactCreate, LineItem};
use portal_apis::easor::{Easor, Region};
use portal_apis::runtime::transport::BoxFuture;
use portal_apis::runtime::wire::{Encode, Json, Nullable, date, to_vec};
use portal_apis::runtime::{
    Builder, Bundle, Middleware, Next, RetryPolicy, TransportError, TransportRequest,
    TransportResponse,
};
use portal_sandbox::Sandbox;

/// Prints requests as they are sent, secrets masked, and how they are answered.
struct Shown;

impl Middleware for Shown {
    fn handle<'a>(
        &'a self,
        request: TransportRequest,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            println!("  > {} {}", request.method, request.url);
            for (name, value) in &request.headers {
                let shown = match value.is_sensitive() {
                    true => "****",
                    false => value.to_str().unwrap_or("(no text)"),
                };
                println!("  > {name}: {shown}");
            }
            let answer = next.run(request).await;
            match &answer {
                Ok(answer) => println!("  < {}", answer.status),
                Err(error) => println!("  < {error}"),
            }
            answer
        })
    }
}

/// Where the program runs.
struct Place {
    /// The sandbox, where it is in this process.
    sandbox: Option<Sandbox>,
    organization: String,
    writes: bool,
}

impl Place {
    async fn find() -> Result<Self, Box<dyn Error>> {
        let sandbox = match env::var_os("EASOR_CLIENT_ID") {
            Some(_) => None,
            None => Some(Sandbox::start().await?),
        };
        Ok(Self {
            writes: sandbox.is_some() || env::args().any(|it| it == "--write"),
            organization: env::var("EASOR_ORGANIZATION").unwrap_or_else(|_| "10001".to_owned()),
            sandbox,
        })
    }

    /// The settings of a client, from the sandbox or from the environment.
    fn client<B: Bundle>(&self, bundle: &str) -> Result<Builder<Easor<B>>, Box<dyn Error>> {
        let builder = Easor::<B>::builder(Region::Fi)
            .middleware(Shown)
            .retry(RetryPolicy::never());
        let Some(sandbox) = &self.sandbox else {
            return Ok(builder.credentials_from_env()?);
        };
        let own = sandbox.credentials_of(bundle).ok_or("no such bundle")?;
        let environment = sandbox.environment(own);
        let named = |name: &str| {
            let found = environment.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        };
        Ok(builder.credentials_from(named)?)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let place = Place::find().await?;
    read(&place).await?;
    match place.writes {
        true => write(&place).await?,
        false => title("Nothing is written without --write"),
    }
    refusals(&place).await?;
    if let Some(sandbox) = &place.sandbox {
        title("What the sandbox saw");
        for request in sandbox.requests() {
            println!("  {request}");
        }
    }
    Ok(())
}

async fn read(place: &Place) -> Result<(), Box<dyn Error>> {
    let ledger = place
        .client::<Accounting>("Accounting")?
        .build()?
        .general_ledger();
    title("Account balances; the client gets a token first");
    let balances = ledger
        .account_balances_by_date(&place.organization, date(2024, 3, 15), "1701,3000")
        .await?;
    show("answered", &*balances);
    title("Events of the ledger, page by page");
    let events = ledger.general_ledger_events(&place.organization);
    let events = events.items().page_size(10).collect().await?;
    println!("  {} events", events.len());
    Ok(())
}

async fn write(place: &Place) -> Result<(), Box<dyn Error>> {
    let organization = place.organization.as_str();
    title("A voucher");
    let ledger = place
        .client::<Accounting>("Accounting")?
        .build()?
        .general_ledger();
    let posting = PostingCreateV2 {
        account_number: Nullable::Value("3000".to_owned()),
        vat_included_amount: Nullable::Value("124.00".parse()?),
        ..PostingCreateV2::new(false)
    };
    let voucher = VoucherCreateV2::new(
        "Memo".to_owned(),
        "Draft".to_owned(),
        "A voucher of the demonstration".to_owned(),
        vec![posting],
    );
    show("sent", &voucher);
    let created = ledger.add_vouchers_v2(organization, &[voucher]).await?;
    if let Some(created) = created.into_body() {
        show("answered", &created);
    }

    title("An invoice: contact, draft, line item");
    let sales = place
        .client::<SalesInvoicing>("SalesInvoicing")?
        .build()?
        .sales();
    let contact = ContactCreate {
        organization_number: organization.parse().ok(),
        type_: Some("Consumer".to_owned()),
        name: Some("Cordelia Customer".to_owned()),
        ..ContactCreate::default()
    };
    let contact = sales.create_contact(organization, &contact).await?;
    show("answered", &*contact);
    let id = match &contact.contact_id {
        Some(Json::String(id)) => id.clone(),
        Some(other) => other.to_string(),
        None => return Err("the contact has no id".into()),
    };
    let draft = sales.create_invoice(organization, &id).await?;
    let mut invoice = (*draft).clone();
    invoice.line_items = Some(vec![LineItem {
        type_: Some("Product".to_owned()),
        product_name: Some("Bag of coffee".to_owned()),
        quantity: Some("3.0000".parse()?),
        price_per_unit: Some("12.50".parse()?),
        sales_account_number: Some(3000),
        ..LineItem::default()
    }]);
    let id = invoice.id.clone().ok_or("the draft has no id")?;
    show("sent", &invoice);
    let answered = sales.update_invoice(organization, &id, &invoice).await?;
    if let Some(answered) = answered.into_body() {
        show("answered", &answered);
    }
    Ok(())
}

/// One request for each layer that it does not get past.
async fn refusals(place: &Place) -> Result<(), Box<dyn Error>> {
    let organization = place.organization.as_str();
    title("Refused by the identity provider: a wrong secret");
    let client = place.client::<Accounting>("Accounting")?;
    let client = client.credentials("nobody", "wrong").build()?;
    refused(
        client
            .general_ledger()
            .vouchers(organization)
            .await
            .map(drop),
    );

    title("Refused by the gateway: a wrong subscription key");
    let client = place.client::<Accounting>("Accounting")?;
    let client = client.subscription_key("wrong").build()?;
    refused(
        client
            .general_ledger()
            .vouchers(organization)
            .await
            .map(drop),
    );

    if let Some(sandbox) = &place.sandbox {
        title("Refused by the token check: a scope that is not there");
        let client = place.client::<Accounting>("Accounting")?;
        let client = client.scopes(["easor.organization.read"]).build()?;
        refused(
            client
                .general_ledger()
                .vouchers(organization)
                .await
                .map(drop),
        );
        let last = sandbox.requests().pop();
        println!("  {}", last.ok_or("nothing was recorded")?);
    }

    title("Refused by the API: a page size that the document does not allow");
    let client = place.client::<Accounting>("Accounting")?.build()?;
    let events = client.general_ledger().general_ledger_events(organization);
    refused(events.page_index(-1).page_size(10).await.map(drop));
    Ok(())
}

fn title(text: &str) {
    println!("\n{text}");
}

fn show<T: Encode + ?Sized>(what: &str, value: &T) {
    match to_vec(value) {
        Ok(bytes) => println!("  {what} {}", String::from_utf8_lossy(&bytes)),
        Err(error) => println!("  {what} {error}"),
    }
}

fn refused<E: Display>(result: Result<(), E>) {
    match result {
        Ok(()) => println!("  it was not refused"),
        Err(error) => println!("  {error}"),
    }
}
