//! The tables: a document's figures line by line, and which of the aims hold.

use super::builds::{Mode, Package};
use super::subject::Figures;
use super::tool::Tool;

/// What is aimed at, of a figure or of its ratio to the best peer's: at most so much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Aim {
    Figure(f64),
    Ratio(f64),
}

impl Aim {
    /// Generating is to be five times faster than by the best peer.
    const GENERATION: Self = Self::Ratio(0.2);
    /// What compiling takes and what a program grows by.
    const A_THIRD: Self = Self::Ratio(1.0 / 3.0);
    const LINES: Self = Self::Figure(60.0);
    /// Decoding is to be as fast as by serde_json.
    pub(super) const AS_FAST: Self = Self::Ratio(1.0);
    /// Seconds of `codegen` where nothing changed.
    pub(super) const UNCHANGED: Self = Self::Figure(0.3);

    /// The most that is aimed at.
    pub(super) const fn most(self) -> f64 {
        match self {
            Self::Figure(most) | Self::Ratio(most) => most,
        }
    }
}

/// A line of a document's table.
pub(super) struct Row {
    pub(super) label: String,
    /// Digits behind the point.
    pub(super) digits: usize,
    /// Ours first.
    pub(super) values: Vec<Option<f64>>,
    pub(super) aim: Option<Aim>,
    /// Whether more of it is neither better nor worse.
    is_neutral: bool,
}

impl Row {
    /// Ours, as a part of the best of the peers'.
    pub(super) fn ratio(&self) -> Option<f64> {
        let (ours, peers) = self.values.split_first()?;
        let best = peers.iter().flatten().copied().min_by(f64::total_cmp)?;
        (!self.is_neutral && best > 0.0).then_some((*ours)? / best)
    }

    /// The aim and what is to be compared with it, where both are there.
    pub(super) fn judged(&self) -> Option<(Aim, f64)> {
        let aim = self.aim?;
        let value = match aim {
            Aim::Ratio(_) => self.ratio()?,
            Aim::Figure(_) => (*self.values.first()?)?,
        };
        Some((aim, value))
    }
}

/// What each generator made of a document, ours first.
pub(super) type Columns = [(Tool, Result<Figures, String>)];

/// Lines in the making.
struct Rows<'c> {
    columns: &'c Columns,
    rows: Vec<Row>,
}

impl Rows<'_> {
    /// Adds a line, unless no column has a figure for it.
    fn add(
        &mut self,
        label: impl Into<String>,
        digits: usize,
        value: impl Fn(&Figures) -> Option<f64>,
    ) -> &mut Self {
        let columns = self.columns.iter();
        self.rows.push(Row {
            label: label.into(),
            digits,
            values: columns
                .map(|(_, column)| value(column.as_ref().ok()?))
                .collect(),
            aim: None,
            is_neutral: false,
        });
        self
    }

    /// What is aimed at with the line that was added last.
    fn aim(&mut self, aim: Aim) {
        if let Some(row) = self.rows.last_mut() {
            row.aim = Some(aim);
        }
    }

    fn neutral(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.is_neutral = true;
        }
    }
}

/// All lines of a document of so many bytes.
pub(super) fn rows(columns: &Columns, bytes: u64) -> Vec<Row> {
    let mut rows = Rows {
        columns,
        rows: Vec::new(),
    };
    generation(&mut rows, bytes);
    for mode in Mode::ALL {
        let label = format!("`{}` of the crate: CPU s", mode.name());
        rows.add(label, 2, |it| Some(it.built()?.generated.cost(mode)?.cpu));
        if mode == Mode::Check {
            rows.aim(Aim::A_THIRD);
        }
    }
    let label = "`cargo check` after one operation changed: CPU s";
    rows.add(label, 2, |it| {
        Some(it.incremental.as_ref()?.as_ref().ok()?.cpu)
    });
    for name in ["bench-1", "bench-20", "bench-all"] {
        program(&mut rows, name);
    }
    rows.rows
        .retain(|row| row.values.iter().any(Option::is_some));
    rows.rows
}

fn generation(rows: &mut Rows<'_>, bytes: u64) {
    rows.add("operations", 0, |it| Some(it.operations as f64))
        .neutral();
    rows.add("generation: CPU s", 3, |it| Some(it.generation.cpu))
        .aim(Aim::GENERATION);
    rows.add("generation: most memory, MiB", 0, |it| {
        Some(it.generation.peak_mib)
    });
    let mebibytes = bytes as f64 / 1024.0 / 1024.0;
    rows.add("generation: most memory / document", 1, |it| {
        Some(it.generation.peak_mib / mebibytes)
    });
    rows.add("generation where nothing changed: CPU s", 3, |it| {
        Some(it.unchanged.as_ref().ok()?.cpu)
    });
    rows.add("lines generated", 0, |it| Some(it.lines.0 as f64));
    rows.add("lines of code, without comments", 0, |it| {
        Some(it.lines.1 as f64)
    });
    rows.add("lines of code an operation", 0, |it| {
        (it.operations > 0).then(|| it.lines.1 as f64 / it.operations as f64)
    })
    .aim(Aim::LINES);
}

/// The lines of a program that uses some operations.
fn program(rows: &mut Rows<'_>, name: &'static str) {
    let uses = name.trim_start_matches("bench-");
    for mode in Mode::ALL {
        let label = format!("`{}` of a program that uses {uses}: CPU s", mode.name());
        rows.add(label, 2, |it| Some(package(it, name)?.cost(mode)?.cpu));
    }
    if name == "bench-all" {
        for mode in Mode::ALL {
            // Whoever builds an application pays for both.
            let label = format!("`{}` of the crate and this program: CPU s", mode.name());
            rows.add(label, 2, |it| {
                let own = package(it, name)?.cost(mode)?.cpu;
                Some(own + it.built()?.generated.cost(mode)?.cpu)
            });
            if mode == Mode::Release {
                rows.aim(Aim::A_THIRD);
            }
        }
    }
    let label = format!("size of a program that uses {uses}: KiB");
    rows.add(label, 0, |it| {
        Some(package(it, name)?.size? as f64 / 1024.0)
    });
    let label = format!("above a program with reqwest alone, that uses {uses}: KiB");
    rows.add(label, 0, |it| {
        let bare = it.built()?.bare?;
        Some((package(it, name)?.size? as f64 - bare as f64) / 1024.0)
    })
    .aim(Aim::A_THIRD);
}

fn package<'f>(figures: &'f Figures, name: &str) -> Option<&'f Package> {
    let builds = figures.built()?;
    builds.programs.iter().find(|program| program.name == name)
}

/// A figure for people: a dash where there is none, thousands apart.
pub(super) fn cell(value: Option<f64>, digits: usize) -> String {
    let Some(value) = value else {
        return "—".to_owned();
    };
    let plain = format!("{value:.digits$}");
    let whole = plain.find('.').unwrap_or(plain.len());
    let mut text = String::new();
    for (at, character) in plain.char_indices() {
        let is_digit = text.ends_with(|c: char| c.is_ascii_digit());
        if is_digit && at < whole && (whole - at) % 3 == 0 {
            text.push(',');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[Option<f64>], aim: Aim) -> Row {
        Row {
            label: "seconds".to_owned(),
            digits: 0,
            values: values.to_vec(),
            aim: Some(aim),
            is_neutral: false,
        }
    }

    #[test]
    fn ratios_are_to_the_best_peer() {
        let ratio = |values: &[Option<f64>]| row(values, Aim::AS_FAST).ratio();
        assert_eq!(ratio(&[Some(1.0), Some(4.0), None, Some(2.0)]), Some(0.5));
        assert_eq!(ratio(&[Some(1.0), None]), None);
        assert_eq!(ratio(&[None, Some(2.0)]), None);
    }

    #[test]
    fn aims_are_of_a_figure_or_of_a_ratio() {
        let values = [Some(40.0), Some(80.0)];
        let judged = |aim| row(&values, aim).judged();
        assert_eq!(judged(Aim::LINES), Some((Aim::LINES, 40.0)));
        assert_eq!(judged(Aim::GENERATION), Some((Aim::GENERATION, 0.5)));
        assert_eq!(row(&[Some(1.0)], Aim::GENERATION).judged(), None);
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(cell(Some(1_234_567.0), 0), "1,234,567");
        assert_eq!(cell(Some(1234.5678), 2), "1,234.57");
        assert_eq!(cell(Some(-123.0), 0), "-123");
        assert_eq!(cell(Some(-1234.0), 0), "-1,234");
        assert_eq!(cell(Some(0.1234), 3), "0.123");
        assert_eq!(cell(None, 0), "—");
    }
}
