//! One document in the hands of one generator.

use std::fs;
use std::path::{Path, PathBuf};

use super::builds::{self, Builds, Mode};
use super::calls;
use super::change;
use super::meter::{self, Cost, Problem};
use super::project::Project;
use super::tool::{Bench, Tool};
use crate::failure::Failure;
use crate::{codegen, workspace};

/// A document to measure.
pub(super) struct Document {
    /// As it was given.
    pub(super) shown: String,
    pub(super) path: PathBuf,
    /// The name of its folders.
    pub(super) slug: String,
    pub(super) bytes: u64,
    extent: Extent,
}

/// How far a document is followed. What is made of a large one takes long to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// What is generated is built, and programs around it.
    Built,
    /// What is generated is checked, and programs around it.
    Checked,
    /// It is generated from, no more.
    Generated,
}

impl Document {
    pub(super) fn new(shown: String, path: PathBuf, extent: Extent) -> Result<Self, Failure> {
        let metadata = fs::metadata(&path).map_err(|e| Failure::io("read", &path, &e))?;
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let slug = shown.chars().map(plain).collect::<String>();
        let slug = slug.trim_matches('-').to_owned();
        Ok(Self {
            shown,
            path,
            slug,
            bytes: metadata.len(),
            extent,
        })
    }

    /// The documents of all portals in `specs/`.
    pub(super) fn shipped(root: &Path) -> Result<Vec<Self>, Failure> {
        let mut documents = Vec::new();
        for (folder, manifest) in codegen::manifests(root)? {
            for api in &manifest.apis {
                let path = folder.join(&api.document);
                let shown = workspace::with_slashes(&path);
                documents.push(Self::new(shown, root.join(path), Extent::Built)?);
            }
        }
        Ok(documents)
    }

    /// The last part of its path.
    pub(super) fn name(&self) -> String {
        self.path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }
}

/// Seconds of the processor after which a figure is not measured again: the longer something takes, the less chance
/// has a part in it.
const LONG: f64 = 3.0;

/// How much is measured.
pub(super) struct Effort {
    pub(super) runs: usize,
    pub(super) modes: Vec<Mode>,
    pub(super) incremental: bool,
}

impl Effort {
    /// Whether to measure once more what was measured so often.
    pub(super) fn again(&self, costs: &[Cost]) -> bool {
        let spent: f64 = costs.iter().map(|cost| cost.cpu).sum();
        costs.is_empty() || (costs.len() < self.runs && spent < LONG)
    }

    /// The median of several runs.
    pub(super) fn median(
        &self,
        mut run: impl FnMut() -> Result<Cost, Problem>,
    ) -> Result<Cost, Problem> {
        let mut costs = Vec::new();
        while self.again(&costs) {
            costs.push(run()?);
        }
        Cost::median(costs).ok_or_else(meter::no_figures)
    }
}

/// Takes what was measured so far, and what was measured last.
pub(super) type Keep<'k, T> = &'k mut dyn FnMut(&str, &T) -> Result<(), Failure>;

/// What was measured.
#[derive(Clone)]
pub(super) struct Figures {
    pub(super) generation: Cost,
    /// Generating once more over what is there already, of the same document.
    pub(super) unchanged: Result<Cost, String>,
    /// Lines of the library, and those of them that are neither empty nor comments alone.
    pub(super) lines: (usize, usize),
    /// Operations that can be called.
    pub(super) operations: usize,
    /// What building took, where it was measured, or why it fails.
    pub(super) builds: Option<Result<Builds, String>>,
    /// A check after one operation was changed.
    pub(super) incremental: Option<Result<Cost, String>>,
}

impl Figures {
    /// What building took, where that could be measured.
    pub(super) fn built(&self) -> Option<&Builds> {
        self.builds.as_ref()?.as_ref().ok()
    }
}

/// Measures everything. `Err` is why a generator fails on a document.
pub(super) fn measure(
    bench: &Bench,
    tool: Tool,
    document: &Document,
    effort: &Effort,
    keep: Keep<'_, Figures>,
) -> Result<Result<Figures, String>, Failure> {
    told(bench, figures(bench, tool, document, effort, keep))
}

/// Failures of the measured program are results; others end the command.
pub(super) fn told<T>(
    bench: &Bench,
    result: Result<T, Problem>,
) -> Result<Result<T, String>, Failure> {
    match result {
        Ok(value) => Ok(Ok(value)),
        // Where all this lies is nobody's business.
        Err(Problem::Program(reason)) => Ok(Err(
            reason.replace(&format!("{}/", bench.scratch.display()), "")
        )),
        Err(Problem::Ours(failure)) => Err(failure),
    }
}

fn figures(
    bench: &Bench,
    tool: Tool,
    document: &Document,
    effort: &Effort,
    keep: Keep<'_, Figures>,
) -> Result<Figures, Problem> {
    let folder = Project::folder(bench, tool, &document.slug);
    empty(&folder)?;
    // A copy, so that the document may be changed and its path, which some write into what they make, stays.
    let input = folder.join("document").join(document.name());
    copy(&document.path, &input)?;
    let out = Project::generated(&folder);
    let again = || generate(bench, tool, &input, &folder);
    let generation = effort.median(|| {
        empty(&out)?;
        again()
    })?;
    let unchanged = told(bench, effort.median(again))?;
    // Where a generator wrote something else than it should, that is its failure.
    tool.finish(&out).map_err(Problem::of_output)?;
    let lines = lines(&out.join("src")).map_err(Problem::of_output)?;
    let mut project = Project::new(bench, folder, tool)?;
    let mut figures = Figures {
        generation,
        unchanged,
        lines,
        operations: project.operations,
        builds: None,
        incremental: None,
    };
    keep("generation", &figures)?;
    let modes: Vec<_> = match document.extent {
        Extent::Generated => return Ok(figures),
        Extent::Checked => vec![Mode::Check],
        Extent::Built => effort.modes.clone(),
    };
    let built = builds::measure(bench, &mut project, &modes, effort, &mut |last, builds| {
        figures.builds = Some(Ok(builds.clone()));
        keep(last, &figures)
    });
    figures.builds = Some(told(bench, built)?);
    if effort.incremental && figures.built().is_some() {
        let changed = incremental(bench, &project, document, &input);
        figures.incremental = Some(told(bench, changed)?);
        keep("`cargo check` after a change", &figures)?;
    }
    Ok(figures)
}

fn generate(bench: &Bench, tool: Tool, input: &Path, folder: &Path) -> Result<Cost, Problem> {
    let command = tool.command(bench, input, &Project::generated(folder))?;
    meter::run(&command, &folder.join("cost.log"))
}

fn incremental(
    bench: &Bench,
    project: &Project,
    document: &Document,
    input: &Path,
) -> Result<Cost, Problem> {
    let original = fs::read(&document.path);
    let original = original.map_err(|e| Failure::io("read", &document.path, &e))?;
    builds::incremental(bench, project, || {
        if !change::add_a_parameter(input, &original)? {
            return Err(Problem::Program(
                "there is no operation to change".to_owned(),
            ));
        }
        generate(bench, project.tool, input, &project.folder)?;
        project.tool.finish(&Project::generated(&project.folder))?;
        Ok(())
    })
}

/// Lines of all Rust files below a folder: all, and those with code.
fn lines(folder: &Path) -> Result<(usize, usize), Failure> {
    let sources = calls::sources(folder)?;
    let lines = || sources.values().flat_map(|text| text.lines());
    Ok((
        lines().count(),
        lines().filter(|line| has_code(line)).count(),
    ))
}

/// Whether a line is neither empty nor a comment alone.
pub(super) fn has_code(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with("//")
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(|e| Failure::io("make", folder, &e))?;
    fs::copy(from, to)
        .map(|_| ())
        .map_err(|e| Failure::io("write", to, &e))
}

/// Removes a folder with all in it, as far as it is there.
pub(super) fn empty(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::io("empty", folder, &error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effort(runs: usize) -> Effort {
        Effort {
            runs,
            modes: Vec::new(),
            incremental: false,
        }
    }

    fn cost(cpu: f64) -> Cost {
        Cost {
            cpu,
            ..Cost::default()
        }
    }

    #[test]
    fn what_takes_long_is_measured_once() {
        let runs = |seconds| {
            let mut runs = 0;
            let median = effort(3).median(|| {
                runs += 1;
                Ok(cost(seconds))
            });
            assert!(median.is_ok());
            runs
        };
        assert_eq!(runs(0.1), 3);
        assert_eq!(runs(LONG / 2.0), 2);
        assert_eq!(runs(LONG), 1);
    }

    #[test]
    fn failures_of_programs_are_told_without_their_places() {
        let bench = Bench {
            root: PathBuf::new(),
            scratch: PathBuf::from("/home/me/target/bench"),
            peers: PathBuf::new(),
        };
        let reason = "cannot read /home/me/target/bench/other/src: no such file";
        let failed = Err::<(), _>(Problem::Program(reason.to_owned()));
        let told = told(&bench, failed).expect("a result");
        assert_eq!(told, Err("cannot read other/src: no such file".to_owned()));
        let failed = Err::<(), _>(Problem::Ours(Failure::Told));
        assert!(super::told(&bench, failed).is_err());
    }

    #[test]
    fn comments_and_empty_lines_are_no_code() {
        assert!(has_code("    let a = 1; // one"));
        assert!(!has_code("    /// A comment."));
        assert!(!has_code("   "));
    }
}
