//! Posts the vouchers of a CSV file, each of them once, however often it is run.
//!
//! The file has a row for each posting: `voucher,date,description,account,debit,credit,text`. All of it is checked
//! before anything is sent; what is wrong is told by line.
//!
//! In a sandbox, which it starts itself:
//!
//! ```console
//! $ cargo run -p portal-sandbox --example voucher_import -- sandbox/examples/voucher_import/vouchers.csv
//! ```
//!
//! For real, with what Easor's integration support gave you:
//!
//! ```console
//! $ export EASOR_CLIENT_ID=… EASOR_CLIENT_SECRET=… EASOR_SUBSCRIPTION_KEY=… EASOR_SCOPE=…
//! $ cargo run -p portal-sandbox --example voucher_import -- vouchers.csv --organization 1234567-8 --dry-run
//! $ cargo run -p portal-sandbox --example voucher_import -- vouchers.csv --organization 1234567-8
//! ```
//!
//! # When something goes wrong
//!
//! A request that fails may have been carried out all the same, and each error says what is known (`Error::outcome`):
//! the connection may have broken after the request was on its way, the API may have answered with 5xx, or the answer
//! of a success could not be read. Then the import stops. What is being sent is in a
//! journal beside the file before it is sent, so the next run looks for it in the ledger before sending it again: by
//! the voucher's own id, which is made of organization, date and number, then by number, date and description. Between
//! a lost connection and the next run, leave a request that may still be under way some time to arrive.

mod journal;
mod postings;

#[path = "../common/mod.rs"]
mod common;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use portal_apis::easor::bundles::Accounting;
use portal_apis::easor::general_ledger::types::{PostingCreateV2, VoucherCreateV2};
use portal_apis::easor::general_ledger::{GeneralLedger, GeneralLedgerError};
use portal_apis::easor::{Easor, Region};
use portal_apis::runtime::wire::{Date, Nullable, Uuid, to_vec};
use portal_apis::runtime::{AnyError, Error, Outcome, StatusCode};
use portal_sandbox::Sandbox;
use ring::digest;

use common::{Failure, Place, Variables};
use journal::{Journal, State};
use postings::Voucher;

/// Posts the vouchers of a CSV file.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The postings.
    file: PathBuf,
    /// The number of the organization to post for.
    #[arg(long, default_value = "10001")]
    organization: String,
    /// Who answers for the vouchers.
    #[arg(long, default_value = "voucher_import")]
    acceptor: String,
    /// The category of the vouchers.
    #[arg(long, default_value = "Memo")]
    category: String,
    /// Where it is noted what was posted. Default: FILE.journal.
    #[arg(long)]
    journal: Option<PathBuf>,
    /// Checks the file, shows what would be posted, and sends nothing.
    #[arg(long)]
    dry_run: bool,
}

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
    let name = options.file.display();
    let file = std::fs::read(&options.file).map_err(|error| format!("{name}: {error}"))?;
    let vouchers = postings::read(&file).map_err(|problems| {
        let each: String = problems.iter().map(|it| format!("\n  {it}")).collect();
        format!("{name}: nothing was sent{each}")
    })?;
    if options.dry_run {
        for voucher in &vouchers {
            let count = voucher.postings.len();
            let Voucher { number, date, .. } = voucher;
            writeln!(out, "{number} of {date}: would be posted, {count} postings")?;
        }
        return Ok(());
    }

    let place = Place::find(Sandbox::builder(), "EASOR", "Accounting", variables).await?;
    // A sandbox that was just started knows of no earlier import, and no later one of this.
    let temporary = tempfile::tempdir()?;
    let journal = match (&options.journal, &place.sandbox) {
        (Some(path), _) => path.clone(),
        (None, Some(_)) => temporary.path().join("journal"),
        (None, None) => options.file.with_added_extension("journal"),
    };
    let host = place.variable("EASOR_GATEWAY_URL");
    let host = host.unwrap_or_else(|| "the portal".to_owned());
    let mut import = Import {
        ledger: Easor::<Accounting>::builder(Region::Fi)
            .credentials_from(|name| place.variable(name))?
            .build()?
            .general_ledger(),
        // Another portal or organization has a journal of its own.
        journal: Journal::open(&journal, &format!("{} at {host}", options.organization))?,
        options,
    };
    let prepared = import.prepare(&vouchers)?;
    for voucher in &prepared {
        import.import(voucher, out).await?;
    }
    Ok(())
}

/// A voucher as it is sent.
struct Prepared {
    id: Uuid,
    fingerprint: String,
    body: VoucherCreateV2,
    number: String,
    date: Date,
}

struct Import {
    options: Options,
    ledger: GeneralLedger<Accounting>,
    journal: Journal,
}

impl Import {
    /// Makes of each voucher what is sent. Refuses what was changed since it was sent.
    fn prepare(&self, vouchers: &[Voucher]) -> Result<Vec<Prepared>, Failure> {
        let mut prepared = Vec::new();
        for voucher in vouchers {
            let id = self.id(voucher);
            let body = self.body(voucher, id);
            let fingerprint = fingerprint(&to_vec(&body)?);
            let entry = self.journal.entry(id);
            let sent = entry.filter(|it| it.state != State::Refused);
            let number = voucher.number.clone();
            if sent.is_some_and(|it| it.fingerprint != fingerprint) {
                return Err(format!(
                    "voucher {number} was sent with other content; correct it in the ledger, or give the correction a \
                     number of its own. Nothing was sent"
                )
                .into());
            }
            prepared.push(Prepared {
                id,
                fingerprint,
                body,
                number,
                date: voucher.date,
            });
        }
        Ok(prepared)
    }

    /// Posts a voucher, unless it is in the ledger.
    async fn import(&mut self, voucher: &Prepared, out: &mut dyn Write) -> Result<(), Failure> {
        let number = &voucher.number;
        let state = self.journal.entry(voucher.id).map(|it| it.state);
        if let Some(State::Posted(id)) = state {
            writeln!(out, "{number}: {id}, posted before")?;
            return Ok(());
        }
        if state == Some(State::Sending)
            && let Some(id) = self.find(voucher).await?
        {
            self.note(voucher, State::Posted(id))?;
            writeln!(out, "{number}: {id}, found in the ledger")?;
            return Ok(());
        }
        let id = self.post(voucher).await?;
        self.note(voucher, State::Posted(id))?;
        writeln!(out, "{number}: {id}, posted")?;
        Ok(())
    }

    /// Sends a voucher and gives its id. Each has a request of its own, so that it is known for each how it went.
    async fn post(&mut self, voucher: &Prepared) -> Result<Uuid, Failure> {
        let Self {
            ledger, options, ..
        } = self;
        let body = std::slice::from_ref(&voucher.body);
        let call = ledger.add_vouchers_v2(&options.organization, body);
        self.note(voucher, State::Sending)?;
        let number = &voucher.number;
        let created = match call.await {
            Ok(created) => created.into_body().unwrap_or_default(),
            Err(error) if was_not_posted(&error) => {
                self.note(voucher, State::Refused)?;
                return Err(format!("voucher {number} was not posted: {error}").into());
            }
            Err(error) => {
                return Err(format!(
                    "it is not known whether voucher {number} was posted: {error}\nRun the import again: it looks the \
                     voucher up before it sends anything"
                )
                .into());
            }
        };
        if let Some(id) = created.first().and_then(|it| it.voucher_id) {
            return Ok(id);
        }
        // It was posted, but the answer does not say under which id.
        let found = self.find(voucher).await?;
        let missing = format!(
            "voucher {number} was posted, but the ledger does not show it; run the import again later"
        );
        found.ok_or_else(|| missing.into())
    }

    /// Looks for a voucher in the ledger.
    async fn find(&self, voucher: &Prepared) -> Result<Option<Uuid>, AnyError> {
        let search = self.ledger.vouchers_v2(&self.options.organization);
        let mut all = search.date_from(voucher.date).date_to(voucher.date).items();
        while let Some(found) = all.try_next().await? {
            let same = found.voucher_number.as_ref() == Some(&voucher.number)
                && found.voucher_date == Some(voucher.date)
                && found.description.as_ref() == Some(&voucher.body.description);
            if same || found.id == Some(voucher.id) {
                return Ok(found.id.or(Some(voucher.id)));
            }
        }
        Ok(None)
    }

    fn note(&mut self, voucher: &Prepared, state: State) -> Result<(), Failure> {
        self.journal.note(voucher.id, &voucher.fingerprint, state)
    }

    fn body(&self, voucher: &Voucher, id: Uuid) -> VoucherCreateV2 {
        let postings = voucher.postings.iter().map(|posting| PostingCreateV2 {
            account_number: Nullable::Value(posting.account.clone()),
            vat_included_amount: Nullable::Value(posting.amount),
            description: match posting.text.is_empty() {
                true => Nullable::Absent,
                false => Nullable::Value(posting.text.clone()),
            },
            ..PostingCreateV2::new(false)
        });
        let category = self.options.category.clone();
        let description = voucher.description.clone();
        VoucherCreateV2 {
            id: Nullable::Value(id),
            voucher_number: Nullable::Value(voucher.number.clone()),
            voucher_date: Nullable::Value(voucher.date),
            acceptor: Nullable::Value(self.options.acceptor.clone()),
            ..VoucherCreateV2::new(
                category,
                "Accepted".to_owned(),
                description,
                postings.collect(),
            )
        }
    }

    /// The voucher's own id: the same whenever and wherever the import runs (RFC 9562, section 5.8).
    fn id(&self, voucher: &Voucher) -> Uuid {
        let Voucher { number, date, .. } = voucher;
        let name = format!("{}\n{date}\n{number}", self.options.organization);
        let digest = digest::digest(&digest::SHA256, name.as_bytes());
        let mut bytes = [0; 16];
        bytes
            .iter_mut()
            .zip(digest.as_ref())
            .for_each(|(to, from)| *to = *from);
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Uuid::from_bytes(bytes)
    }
}

/// Returns true when it is certain that the voucher is not in the ledger. See `docs/errors.md`.
fn was_not_posted(error: &Error<GeneralLedgerError>) -> bool {
    // A conflict may come of an earlier run that posted it.
    let is_conflict = error.status() == Some(StatusCode::CONFLICT);
    error.outcome() == Outcome::NotCarriedOut && !is_conflict
}

fn fingerprint(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest
        .as_ref()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect()
}
