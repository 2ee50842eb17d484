//! Exports the events of a general ledger, and the balances of its accounts, to CSV.
//!
//! `--out q1.csv` makes `q1.csv`, with a row for each event of the period, and `q1-balances.csv`, with each account
//! that has events in it: its balance on the evening before, and at the end. Amounts have the digits that the ledger
//! sent. Whatever goes wrong, there is no half file, and an earlier one stays as it was.
//!
//! In a sandbox, which it starts itself:
//!
//! ```console
//! $ cargo run -p portal-sandbox --example reporting_export -- --from 2024-01-01 --to 2024-03-31 --out q1.csv
//! ```
//!
//! For real, with what Easor's integration support gave you:
//!
//! ```console
//! $ export EASOR_CLIENT_ID=… EASOR_CLIENT_SECRET=… EASOR_SUBSCRIPTION_KEY=… EASOR_SCOPE=…
//! $ cargo run -p portal-sandbox --example reporting_export -- \
//!       --organization 1234567-8 --from 2024-01-01 --to 2024-03-31 --out q1.csv
//! ```
//!
//! The bundle is `Reporting`, which only reads: with it, code that posts a voucher does not compile.

mod table;

#[path = "../common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use portal_apis::easor::bundles::Reporting;
use portal_apis::easor::general_ledger::GeneralLedger;
use portal_apis::easor::general_ledger::types::GeneralLedgerEventOut;
use portal_apis::easor::{Easor, Region};
use portal_apis::runtime::wire::{Date, Decimal};
use portal_sandbox::Sandbox;

use common::{Failure, Place, Variables};
use table::Table;

/// Exports the events of a general ledger, and the balances of its accounts, to CSV.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The number of the organization.
    #[arg(long, default_value = "10001")]
    organization: String,
    /// The first day.
    #[arg(long)]
    from: Date,
    /// The last day, which is exported too.
    #[arg(long)]
    to: Date,
    /// The file for the events; that for the balances is called after it.
    #[arg(long)]
    out: PathBuf,
    /// How many events to ask for at a time, which is how many are in memory.
    #[arg(long, default_value_t = 1000)]
    page_size: u64,
}

/// How many accounts to ask for in one request: their numbers travel in its address.
const ACCOUNTS: usize = 50;

#[tokio::main]
async fn main() -> ExitCode {
    let mut out = std::io::stdout();
    common::ended(run(Options::parse(), common::variables(), &mut out).await)
}

pub(crate) async fn run(
    options: Options,
    variables: Variables,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    if options.to < options.from {
        return Err(format!("--to {} is before --from {}", options.to, options.from).into());
    }
    let place = Place::find(Sandbox::builder(), "EASOR", "Reporting", variables).await?;
    let ledger = Easor::<Reporting>::builder(Region::Fi)
        .credentials_from(|name| place.variable(name))?
        .build()?
        .general_ledger();

    let (events, event_count) = export_events(&ledger, &options).await?;
    let (balances, balance_count) = export_balances(&ledger, &options).await?;
    // Both are complete before either is seen.
    events.finish()?;
    balances.finish()?;
    writeln!(out, "{}: {event_count} events", options.out.display())?;
    let path = options.balances().display().to_string();
    writeln!(out, "{path}: {balance_count} accounts")?;
    Ok(())
}

impl Options {
    fn balances(&self) -> PathBuf {
        let mut name = self.out.file_stem().unwrap_or_default().to_owned();
        name.push("-balances.csv");
        self.out.with_file_name(name)
    }
}

const EVENT: [&str; 15] = [
    "date",
    "voucher",
    "account",
    "debit",
    "credit",
    "vat_included_amount",
    "description",
    "voucher_description",
    "category",
    "state",
    "cost_center",
    "cost_type",
    "project",
    "voucher_id",
    "id",
];

async fn export_events(
    ledger: &GeneralLedger<Reporting>,
    options: &Options,
) -> Result<(Table, usize), Failure> {
    let mut table = Table::begin(&options.out, &EVENT)?;
    let events = ledger.general_ledger_events(&options.organization);
    let events = events.from_date(options.from).to_date(options.to);
    let mut events = events
        .items()
        .page_size(options.page_size)
        .max_pages(u64::MAX);
    let mut count = 0;
    while let Some(event) = events.try_next().await? {
        table.row(&row(event))?;
        count += 1;
    }
    Ok((table, count))
}

/// The cells of [`EVENT`].
fn row(event: GeneralLedgerEventOut) -> [String; 15] {
    [
        text(event.voucher_date),
        text(event.voucher_number),
        text(event.account_number),
        text(event.debet),
        text(event.credit),
        text(event.vat_included_amount),
        text(event.description),
        text(event.voucher_description),
        text(event.category),
        text(event.voucher_state),
        text(event.cost_center),
        text(event.cost_type),
        text(event.project),
        text(event.voucher_id),
        text(event.id),
    ]
}

/// A value as it is written; an absent one is an empty cell.
fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

async fn export_balances(
    ledger: &GeneralLedger<Reporting>,
    options: &Options,
) -> Result<(Table, usize), Failure> {
    let header = ["account", "name", "opening", "closing"];
    let mut table = Table::begin(&options.balances(), &header)?;
    let organization = options.organization.as_str();
    let accounts = ledger.utilized_chart_of_accounts(organization, options.from, options.to);
    let accounts = accounts.await?.into_body();
    for some in accounts.chunks(ACCOUNTS) {
        let numbers: Vec<_> = some.iter().filter_map(|it| it.number.as_deref()).collect();
        if numbers.len() < some.len() {
            return Err("the ledger has an account without a number".into());
        }
        let numbers = numbers.join(",");
        let opening = balances(ledger, organization, options.from.yesterday()?, &numbers).await?;
        let closing = balances(ledger, organization, options.to, &numbers).await?;
        for account in some {
            let number = account.number.as_deref().unwrap_or_default();
            let name = account.name.as_deref().unwrap_or_default();
            let [opening, closing] = [&opening, &closing].map(|it| text(it.get(number)));
            table.row(&[number, name, &opening, &closing])?;
        }
    }
    Ok((table, accounts.len()))
}

/// Balances on the evening of a day, by account.
async fn balances(
    ledger: &GeneralLedger<Reporting>,
    organization: &str,
    day: Date,
    accounts: &str,
) -> Result<BTreeMap<String, Decimal>, Failure> {
    let balances = ledger.account_balances_by_date(organization, day, accounts);
    let balances = balances.await?.into_body().into_iter();
    Ok(balances
        .filter_map(|balance| Some((balance.account?, balance.saldo?)))
        .collect())
}
