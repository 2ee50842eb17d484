//! Reads vouchers from CSV, and says line by line what is wrong with them.

use std::collections::BTreeMap;
use std::fmt;

use csv::{ReaderBuilder, StringRecord, Trim};
use portal_apis::runtime::wire::{Date, Decimal};

/// A voucher, which balances.
#[derive(Debug)]
pub(crate) struct Voucher {
    pub(crate) number: String,
    pub(crate) date: Date,
    pub(crate) description: String,
    pub(crate) postings: Vec<Posting>,
    /// The line of its first posting.
    line: usize,
}

/// One row of a voucher.
#[derive(Debug)]
pub(crate) struct Posting {
    pub(crate) account: String,
    /// Positive on the debit side, negative on the credit side.
    pub(crate) amount: Decimal,
    pub(crate) text: String,
}

/// What is wrong, and on which line; the first line is 1.
#[derive(Debug)]
pub(crate) struct Problem {
    line: usize,
    what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.what)
    }
}

/// The columns; the last may be missing.
const COLUMNS: [&str; 7] = [
    "voucher",
    "date",
    "description",
    "account",
    "debit",
    "credit",
    "text",
];

/// Reads all vouchers of a file, in its order. Rows with the same number are one voucher.
///
/// # Errors
/// Everything that is wrong, by line.
pub(crate) fn read(file: &[u8]) -> Result<Vec<Voucher>, Vec<Problem>> {
    let text = std::str::from_utf8(file).map_err(|error| {
        let before = file.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + breaks(before);
        vec![Problem::new(line, "not UTF-8: save the file as such")]
    })?;
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns = match reader.headers() {
        Ok(header) => columns(header).map_err(|what| vec![Problem::new(1, what)])?,
        Err(error) => return Err(vec![Problem::new(1, error.to_string())]),
    };
    let (mut vouchers, mut problems) = (Vec::new(), Vec::new());
    // Where each number is in the list.
    let mut numbers = BTreeMap::new();
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, |it| lines.reach(it.byte()));
                problems.push(Problem::new(line, error.to_string()));
                continue;
            }
        };
        let line = record.position().map_or(0, |it| lines.reach(it.byte()));
        if let Err(found) = add(&record, &columns, line, &mut vouchers, &mut numbers) {
            problems.extend(found.into_iter().map(|what| Problem::new(line, what)));
        }
    }
    // A voucher that lacks a row does not balance, which would say nothing new.
    if problems.is_empty() {
        problems.extend(vouchers.iter().filter_map(Voucher::problem));
    }
    if problems.is_empty() && vouchers.is_empty() {
        problems.push(Problem::new(1, "there are no postings below the header"));
    }
    match problems.is_empty() {
        true => Ok(vouchers),
        false => Err(problems),
    }
}

/// Adds a row to its voucher.
fn add(
    record: &StringRecord,
    columns: &[Option<usize>; 7],
    line: usize,
    vouchers: &mut Vec<Voucher>,
    numbers: &mut BTreeMap<String, usize>,
) -> Result<(), Vec<String>> {
    let value = |column: Option<usize>| column.and_then(|it| record.get(it)).unwrap_or_default();
    let [number, date, description, account, debit, credit, text] = columns.map(value);
    let mut wrong = Vec::new();
    let mut check = |name: &str, value: &str, most: usize| {
        let length = value.chars().count();
        if length == 0 {
            wrong.push(format!("`{name}` is empty"));
        } else if length > most {
            wrong.push(format!(
                "`{name}` has {length} characters of {most} at most"
            ));
        }
    };
    // The limits are those of the document.
    check("voucher", number, 100);
    check("description", description, 100);
    check("account", account, usize::MAX);
    if !text.is_empty() {
        check("text", text, 100);
    }
    let day = day(date).map_err(|what| wrong.push(what)).ok();
    let amount = side(debit, credit).map_err(|what| wrong.push(what)).ok();
    let (Some(day), Some(amount), true) = (day, amount, wrong.is_empty()) else {
        return Err(wrong);
    };
    let index = *numbers.entry(number.to_owned()).or_insert_with(|| {
        vouchers.push(Voucher {
            number: number.to_owned(),
            date: day,
            description: description.to_owned(),
            postings: Vec::new(),
            line,
        });
        vouchers.len() - 1
    });
    let Some(voucher) = vouchers.get_mut(index) else {
        return Ok(());
    };
    let first = voucher.line;
    if voucher.date != day {
        wrong.push(format!(
            "voucher {number} has the date {} on line {first}",
            voucher.date
        ));
    }
    if voucher.description != description {
        wrong.push(format!(
            "voucher {number} has another description on line {first}"
        ));
    }
    voucher.postings.push(Posting {
        account: account.to_owned(),
        amount,
        text: text.to_owned(),
    });
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong),
    }
}

impl Voucher {
    /// Why it cannot be accepted, where it cannot.
    fn problem(&self) -> Option<Problem> {
        let sum: Decimal = self.postings.iter().map(|it| it.amount).sum();
        let what = if !sum.is_zero() {
            let side = if sum.is_sign_positive() {
                "debit"
            } else {
                "credit"
            };
            format!("has {} too much in {side}", sum.abs())
        } else if self.postings.len() < 2 {
            "has one posting; it takes two".to_owned()
        } else {
            return None;
        };
        Some(Problem::new(
            self.line,
            format!("voucher {} {what}", self.number),
        ))
    }
}

impl Problem {
    fn new(line: usize, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { line, what }
    }
}

fn columns(header: &StringRecord) -> Result<[Option<usize>; 7], String> {
    let unknown = header.iter().find(|name| !COLUMNS.contains(name));
    if let Some(name) = unknown {
        return Err(format!(
            "unknown column {name:?}: there are {}",
            COLUMNS.join(", ")
        ));
    }
    let found = COLUMNS.map(|name| header.iter().position(|it| it == name));
    let mut missing = COLUMNS.iter().zip(&found).filter(|(_, at)| at.is_none());
    match missing.find(|(name, _)| **name != "text") {
        Some((name, _)) => Err(format!("there is no column `{name}`")),
        None => Ok(found),
    }
}

/// A day as `2024-03-15` and in no other form: 03/04/2024 means two days.
fn day(text: &str) -> Result<Date, String> {
    let day = text.parse().ok();
    day.filter(|day: &Date| day.to_string() == text)
        .ok_or_else(|| format!("{text:?} is not a date such as 2024-03-15"))
}

/// The amount of whichever side has one.
fn side(debit: &str, credit: &str) -> Result<Decimal, String> {
    match (debit, credit) {
        ("", "") => Err("neither `debit` nor `credit` has an amount".to_owned()),
        (debit, "") => amount(debit),
        ("", credit) => amount(credit).map(|amount| -amount),
        _ => Err("both `debit` and `credit` have an amount".to_owned()),
    }
}

/// An amount in cents and with a point. What may mean several things is not guessed at, and nothing is rounded: with
/// so many digits, sums are exact too.
fn amount(text: &str) -> Result<Decimal, String> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
    let digits = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
    };
    let plain = digits(whole, 15) && digits(cents, 2);
    let value = plain.then(|| Decimal::from_str_exact(text).ok()).flatten();
    value.ok_or_else(|| {
        format!(
            "{text:?} is not an amount such as 1234.50: no sign, no separator of thousands, a point, two decimals at most"
        )
    })
}

/// Counts lines up to a record, whose position is that of the empty lines before it.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn reach(&mut self, byte: u64) -> usize {
        let to = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.text.as_bytes().get(to..).unwrap_or_default();
        let empty = rest.iter().take_while(|it| matches!(it, b'\r' | b'\n'));
        let to = to + empty.count();
        self.line += breaks(self.text.as_bytes().get(self.at..to).unwrap_or_default());
        self.at = to;
        self.line
    }
}

fn breaks(bytes: &[u8]) -> usize {
    bytes.iter().filter(|it| **it == b'\n').count()
}
