//! A first look at a portal: gets a token, reads, writes, and is refused by each layer, showing what is sent and what
//! is answered, without the secrets.
//!
//! In a sandbox, which it starts itself:
//!
//! ```console
//! $ cargo xtask demo
//! ```
//!
//! For real, with what Easor's integration support gave you, or against a sandbox that runs elsewhere. There it only
//! reads, unless `--write` is given:
//!
//! ```console
//! $ export EASOR_CLIENT_ID=… EASOR_CLIENT_SECRET=… EASOR_SUBSCRIPTION_KEY=… EASOR_SCOPE=…
//! $ cargo xtask demo --organization 1234567-8
//! ```

pub(crate) mod screen;
mod shown;

#[path = "../common/mod.rs"]
mod common;

use std::fmt::Display;
use std::process::ExitCode;

use clap::Parser;
use portal_apis::easor::bundles::{Accounting, SalesInvoicing};
use portal_apis::easor::general_ledger::GeneralLedger;
use portal_apis::easor::general_ledger::types::{PostingCreateV2, VoucherCreateV2};
use portal_apis::easor::sales::types::{ContactCreate, LineItem};
use portal_apis::easor::{Easor, Region};
use portal_apis::runtime::wire::{Json, Nullable, date};
use portal_apis::runtime::{Builder, Bundle, RetryPolicy};
use portal_sandbox::Sandbox;

use common::{Failure, Place, Variables};
use screen::Screen;
use shown::Shown;

/// Reads, writes and is refused, and shows what is sent and answered.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The number of the organization.
    #[arg(long, default_value = "10001")]
    organization: String,
    /// Writes to the portal that the environment names. A sandbox that was started here is always written to.
    #[arg(long)]
    write: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let screen = Screen::new(std::io::stdout());
    common::ended(run(options, common::variables(), screen).await)
}

pub(crate) async fn run(
    options: Options,
    variables: Variables,
    screen: Screen,
) -> Result<(), Failure> {
    let place = Place::find(Sandbox::builder(), "EASOR", "Accounting", variables).await?;
    for name in ["EASOR_CLIENT_SECRET", "EASOR_SUBSCRIPTION_KEY"] {
        screen.hide(&place.variable(name).unwrap_or_default());
    }
    for own in place.sandbox.iter().flat_map(Sandbox::credentials) {
        screen.hide(&own.client_secret);
        screen.hide(&own.subscription_key);
    }
    let demo = Demo {
        shown: Shown::new(screen.clone())?,
        writes: options.write || place.sandbox.is_some(),
        options,
        place,
        screen,
    };
    demo.run().await
}

struct Demo {
    options: Options,
    place: Place,
    writes: bool,
    screen: Screen,
    shown: Shown,
}

impl Demo {
    async fn run(&self) -> Result<(), Failure> {
        match &self.place.sandbox {
            Some(sandbox) => {
                let url = sandbox.gateway_url();
                self.screen.line(format_args!("A sandbox runs on {url}."));
            }
            None => self.screen.line("Against what the environment names."),
        }
        let ledger = self
            .client::<Accounting>("Accounting")?
            .build()?
            .general_ledger();
        self.read(&ledger).await?;
        if self.writes {
            let posted = self.post_voucher(&ledger).await;
            self.tolerated(posted)?;
            let made = self.invoice().await;
            self.tolerated(made)?;
        } else {
            self.screen.section("Nothing is written without --write");
            self.screen
                .line("  It would post a voucher, and make an invoice.");
        }
        self.refusals().await?;
        if let Some(sandbox) = &self.place.sandbox {
            self.screen.section("What the sandbox saw");
            for request in sandbox.requests() {
                self.screen.line(format_args!("  {request}"));
            }
        }
        Ok(())
    }

    /// The settings of a client. In a sandbox each bundle has credentials of its own.
    fn client<B: Bundle>(&self, bundle: &str) -> Result<Builder<Easor<B>>, Failure> {
        let builder = Easor::<B>::builder(Region::Fi)
            .transport(self.shown.clone())
            .retry(RetryPolicy::never());
        let Some(sandbox) = &self.place.sandbox else {
            return Ok(builder.credentials_from(|name| self.place.variable(name))?);
        };
        let own = sandbox.credentials_of(bundle).ok_or("no such bundle")?;
        let variables: Variables = sandbox.environment(own).into_iter().collect();
        Ok(builder.credentials_from(|name| variables.get(name).cloned())?)
    }

    async fn read(&self, ledger: &GeneralLedger<Accounting>) -> Result<(), Failure> {
        let (screen, organization) = (&self.screen, self.options.organization.as_str());
        screen.section("Account balances");
        let balances = ledger
            .account_balances_by_date(organization, date(2024, 3, 15), "1701,3000")
            .await?;
        for balance in balances.iter() {
            let account = balance.account.as_deref().unwrap_or("?");
            let saldo = balance.saldo.map(|it| it.to_string()).unwrap_or_default();
            screen.line(format_args!("  = account {account}: {saldo}"));
        }
        screen.section("Events of the ledger, page by page");
        let events = ledger.general_ledger_events(organization);
        let events = events
            .from_date(date(2024, 1, 1))
            .to_date(date(2024, 12, 31));
        // A real ledger has more than anybody wants to see here.
        let mut events = events.items().page_size(10);
        let mut count = 0;
        while count < 30
            && let Some(_) = events.try_next().await?
        {
            count += 1;
            // Other pages look like the first.
            screen.be_brief(true);
        }
        screen.be_brief(false);
        screen.line(format_args!("  = {count} events"));
        Ok(())
    }

    async fn post_voucher(&self, ledger: &GeneralLedger<Accounting>) -> Result<(), Failure> {
        self.screen.section("A voucher is posted");
        let posting = |account: &str, amount: &str| -> Result<_, Failure> {
            Ok(PostingCreateV2 {
                account_number: Nullable::Value(account.to_owned()),
                vat_included_amount: Nullable::Value(amount.parse()?),
                ..PostingCreateV2::new(false)
            })
        };
        let voucher = VoucherCreateV2::new(
            "Memo".to_owned(),
            "Draft".to_owned(),
            "A voucher of the demonstration".to_owned(),
            vec![posting("1910", "124.00")?, posting("3000", "-124.00")?],
        );
        let call = ledger.add_vouchers_v2(&self.options.organization, &[voucher]);
        for created in call.await?.into_body().iter().flatten() {
            let id = created.voucher_id.map(|it| it.to_string());
            let id = id.unwrap_or_default();
            self.screen.line(format_args!("  = voucher {id}"));
        }
        Ok(())
    }

    async fn invoice(&self) -> Result<(), Failure> {
        let organization = self.options.organization.as_str();
        let client = self.client::<SalesInvoicing>("SalesInvoicing")?;
        let sales = client.build()?.sales();
        self.screen.section("An invoice begins with a contact");
        let contact = ContactCreate {
            organization_number: organization.parse().ok(),
            type_: Some("Consumer".to_owned()),
            name: Some("Cordelia Customer".to_owned()),
            ..ContactCreate::default()
        };
        let contact = sales.create_contact(organization, &contact).await?;
        let contact = match &contact.contact_id {
            Some(Json::String(id)) => id.clone(),
            Some(other) => other.to_string(),
            None => return Err("the contact has no id".into()),
        };
        self.screen.section("A draft for the contact");
        let draft = sales.create_invoice(organization, &contact).await?;
        let mut invoice = draft.into_body();
        let id = invoice.id.clone().ok_or("the draft has no id")?;
        self.screen.section("The draft gets a line item");
        invoice.line_items = Some(vec![LineItem {
            type_: Some("Product".to_owned()),
            product_name: Some("Bag of coffee".to_owned()),
            quantity: Some("3.0000".parse()?),
            price_per_unit: Some("12.50".parse()?),
            sales_account_number: Some(3000),
            ..LineItem::default()
        }]);
        sales.update_invoice(organization, &id, &invoice).await?;
        self.screen.line(format_args!("  = invoice {id}"));
        Ok(())
    }

    /// Goes on after an error, except in a sandbox of its own: elsewhere the credentials may be good for less.
    fn tolerated(&self, result: Result<(), Failure>) -> Result<(), Failure> {
        match result {
            Err(error) if self.place.sandbox.is_none() => {
                self.screen.line(format_args!("  = {error}"));
                Ok(())
            }
            other => other,
        }
    }

    /// One request for each layer that it does not get past.
    async fn refusals(&self) -> Result<(), Failure> {
        let organization = self.options.organization.as_str();
        let client = || self.client::<Accounting>("Accounting");

        self.screen
            .section("Refused by the identity provider: an unknown client");
        let wrong = client()?.credentials("nobody", "wrong").build()?;
        let call = wrong.general_ledger().vouchers(organization);
        self.refused(call.await.map(drop));

        self.screen
            .section("Refused by the gateway: a wrong subscription key");
        let wrong = client()?.subscription_key("wrong").build()?;
        let call = wrong.general_ledger().vouchers(organization);
        self.refused(call.await.map(drop));

        // What another portal grants besides is not known.
        if self.place.sandbox.is_some() {
            self.screen
                .section("Refused by the API's authorization: a scope is missing");
            let wrong = client()?.scopes(["easor.organization.read"]).build()?;
            let call = wrong.general_ledger().vouchers(organization);
            self.refused(call.await.map(drop));
        }

        self.screen
            .section("Refused by the API's validation: there is no page -1");
        let ledger = client()?.build()?.general_ledger();
        let call = ledger.general_ledger_events(organization);
        self.refused(call.page_index(-1).page_size(10).await.map(drop));

        self.screen
            .section("Refused by the compiler: a bundle that only reads");
        for line in [
            "  Easor::<Reporting>::builder(Region::Fi) … .general_ledger().add_vouchers_v2(…)",
            "",
            "  error[E0277]: the bundle `Reporting` does not write to General Ledger [FI]",
            "    = note: bundles that do: `Accounting`",
        ] {
            self.screen.line(line);
        }
        Ok(())
    }

    fn refused<E: Display>(&self, result: Result<(), E>) {
        match result {
            Ok(()) => self.screen.line("  = it was not refused"),
            Err(error) => self.screen.line(format_args!("  = {error}")),
        }
    }
}
