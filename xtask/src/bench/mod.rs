//! `cargo xtask bench`: what generating costs, what compiling its result costs, and what a program grows by.
//!
//! Figures of processor time hardly depend on what else the machine does; they are what ratios are of. Time on the
//! clock stands beside them in the JSON.

mod budget;
mod builds;
mod calls;
mod change;
mod data;
mod inner;
mod machine;
mod meter;
mod project;
mod report;
mod subject;
mod table;
mod tool;

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::failure::Failure;
use crate::terminal::{self, say};
use crate::{files, workspace};
pub(crate) use budget::{Options as BudgetOptions, run as budget};
use builds::Mode;
pub(crate) use meter::as_meter;
use report::Report;
use subject::{Document, Effort, Extent};
use tool::{Bench, Tool};

/// What `bench` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Documents to measure beside the shipped ones. What was published was measured with two: the sample
    /// `nexus.json` of progenitor (about 200 operations) and `api.github.com.json` of the npm package
    /// `@octokit/openapi` (about 1,200; 13 MB).
    #[arg(long = "document", visible_alias = "documents", value_name = "FILE", num_args = 1..)]
    documents: Vec<PathBuf>,
    /// Documents of which generation and `cargo check` are measured, as their crates take long to build.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    checked: Vec<PathBuf>,
    /// Documents of which generation alone is measured.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    generation_only: Vec<PathBuf>,
    /// Leaves out the documents in `specs/`.
    #[arg(long)]
    no_shipped: bool,
    /// Measures other generators too, all that are known or those that are named. They are installed below the target
    /// folder.
    #[arg(long, value_enum, value_name = "NAME", num_args = 0..)]
    peers: Option<Vec<Tool>>,
    /// Writes all figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes the tables into a file too, after each row.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Each figure is the median of so many.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Everything once, no release builds, nothing of the runtime.
    #[arg(long)]
    quick: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    if cfg!(debug_assertions) {
        return once_more_optimized();
    }
    let target = workspace::target()?;
    let bench = Bench {
        root: workspace::absolute(&workspace::root()?)?,
        scratch: target.join("bench"),
        peers: target.join("bench-peers"),
    };
    let documents = documents(options, &bench.root)?;
    let log = Log::start();
    let (tools, missing) = tools(options, &bench)?;
    log.tell("installing the peers");
    let mut report = Report::new(command(), &tools, missing);
    let effort = effort(options);
    report.codegen = inner::codegen(&bench, &effort)?;
    log.tell("`codegen`");
    // A run may take long: what was measured is kept, whatever ends it.
    write(options, &report)?;
    if !options.quick {
        for name in inner::BENCHES {
            report.inner.push((name, inner::bench(&bench, name)?));
            log.tell(name);
            write(options, &report)?;
        }
    }
    for document in &documents {
        for tool in &tools {
            let measured =
                subject::measure(&bench, *tool, document, &effort, &mut |last, so_far| {
                    log.tell(&format!("{}, {}: {last}", document.name(), tool.name()));
                    report.set(document, *tool, Ok(so_far.clone()));
                    write(options, &report)
                });
            report.set(document, *tool, measured?);
            write(options, &report)?;
        }
    }
    say!("{}", report.as_markdown().trim_end());
    write(options, &report)?;
    if let Some(path) = &options.json {
        terminal::hint(&format!("written to {}", path.display()));
    }
    Ok(())
}

/// Says what is done, and when: between two lines that a terminal shows there may be minutes.
struct Log {
    started: Instant,
}

impl Log {
    fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    fn tell(&self, done: &str) {
        let seconds = self.started.elapsed().as_secs();
        terminal::hint(&format!("{seconds:5} s  {done}"));
    }
}

/// Writes what was measured so far into the files that were asked for.
fn write(options: &Options, report: &Report) -> Result<(), Failure> {
    if let Some(path) = &options.json {
        let text = format!("{:#}\n", report.as_json());
        files::write(path, &text).map_err(|e| Failure::io("write", path, &e))?;
    }
    if let Some(path) = &options.markdown {
        files::write(path, report.as_markdown()).map_err(|e| Failure::io("write", path, &e))?;
    }
    Ok(())
}

/// Starts this command once more as it is measured: optimized.
fn once_more_optimized() -> Result<(), Failure> {
    let mut cargo = workspace::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", "xtask", "--"]);
    let status = cargo.args(std::env::args_os().skip(1)).status();
    let status = status.map_err(|e| Failure::io("run", Path::new("cargo"), &e))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(2) => Err(Failure::ToldUsage),
        _ => Err(Failure::Told),
    }
}

/// The documents that were given, and then the shipped ones: those who give some ask for them most.
fn documents(options: &Options, root: &Path) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    let given = [
        (&options.documents, Extent::Built),
        (&options.checked, Extent::Checked),
        (&options.generation_only, Extent::Generated),
    ];
    let given = given
        .iter()
        .flat_map(|(paths, extent)| paths.iter().map(|path| (path, *extent)));
    for (path, extent) in given {
        let shown = path.file_name().unwrap_or_default().to_string_lossy();
        let path = workspace::absolute(path)?;
        documents.push(Document::new(shown.into_owned(), path, extent)?);
    }
    if !options.no_shipped {
        documents.extend(Document::shipped(root)?);
    }
    Ok(documents)
}

/// This generator and, where they are asked for, its peers; and why others are not there.
fn tools(options: &Options, bench: &Bench) -> Result<(Vec<Tool>, Vec<String>), Failure> {
    let mut tools = vec![Tool::Ours];
    let mut missing = Vec::new();
    let peers = match &options.peers {
        None => &[][..],
        Some(named) if named.is_empty() => &Tool::PEERS,
        Some(named) => named,
    };
    for peer in peers {
        match peer.install(bench)? {
            Ok(()) => tools.push(*peer),
            Err(reason) => missing.push(reason),
        }
    }
    Ok((tools, missing))
}

fn effort(options: &Options) -> Effort {
    match options.quick {
        true => Effort {
            runs: 1,
            modes: vec![Mode::Check, Mode::Build],
            incremental: false,
        },
        false => Effort {
            runs: usize::from(options.runs),
            modes: Mode::ALL.to_vec(),
            incremental: true,
        },
    }
}

/// The command line, with documents by their last parts: where they lie is nobody's business.
fn command() -> String {
    let arguments = std::env::args().skip(1).map(|argument| {
        let name = Path::new(&argument).file_name();
        name.map_or(argument.clone(), |name| name.to_string_lossy().into_owned())
    });
    let arguments: Vec<_> = arguments.collect();
    format!("cargo xtask {}", arguments.join(" "))
}
