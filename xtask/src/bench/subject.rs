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
    /// Whether what is generated is built too.
    is_built: bool,
}

impl Document {
    pub(super) fn new(shown: String, path: PathBuf, is_built: bool) -> Result<Self, Failure> {
        let metadata = fs::metadata(&path).map_err(|e| Failure::io("read", &path, &e))?;
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let slug = shown.chars().map(plain).collect::<String>();
        let slug = slug.trim_matches('-').to_owned();
        Ok(Self {
            shown,
            path,
            slug,
            bytes: metadata.len(),
            is_built,
        })
    }

    /// The documents of all portals in `specs/`.
    pub(super) fn shipped(root: &Path) -> Result<Vec<Self>, Failure> {
        let mut documents = Vec::new();
        for (folder, manifest) in codegen::manifests(root)? {
            for api in &manifest.apis {
                let path = folder.join(&api.document);
                let shown = workspace::with_slashes(&path);
                documents.push(Self::new(shown, root.join(path), true)?);
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

/// How much is measured.
pub(super) struct Effort {
    pub(super) runs: usize,
    pub(super) modes: Vec<Mode>,
    pub(super) incremental: bool,
}

/// What was measured.
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
) -> Result<Result<Figures, String>, Failure> {
    told(figures(bench, tool, document, effort))
}

/// Failures of the measured program are results; others end the command.
fn told<T>(result: Result<T, Problem>) -> Result<Result<T, String>, Failure> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Problem::Program(reason)) => Ok(Err(reason)),
        Err(Problem::Ours(failure)) => Err(failure),
    }
}

fn figures(
    bench: &Bench,
    tool: Tool,
    document: &Document,
    effort: &Effort,
) -> Result<Figures, Problem> {
    let folder = Project::folder(bench, tool, &document.slug);
    empty(&folder)?;
    // A copy, so that the document may be changed and its path, which some write into what they make, stays.
    let input = folder.join("document").join(document.name());
    copy(&document.path, &input)?;
    let out = Project::generated(&folder);
    let mut costs = Vec::new();
    for _ in 0..effort.runs {
        empty(&out)?;
        costs.push(generate(bench, tool, &input, &folder)?);
    }
    let generation = Cost::median(costs).ok_or_else(meter::no_figures)?;
    let unchanged = told(unchanged(bench, tool, &input, &folder, effort.runs))?;
    tool.finish(&out)?;
    let lines = lines(&out.join("src"))?;
    let mut project = Project::new(bench, folder, tool)?;
    let operations = project.operations;
    let builds = match document.is_built {
        true => {
            let built = builds::measure(bench, &mut project, &effort.modes, effort.runs);
            Some(told(built)?)
        }
        false => None,
    };
    let incremental = match effort.incremental && matches!(builds, Some(Ok(_))) {
        true => Some(told(incremental(bench, &project, document, &input))?),
        false => None,
    };
    Ok(Figures {
        generation,
        unchanged,
        lines,
        operations,
        builds,
        incremental,
    })
}

/// What it takes to generate over what is there already, of the same document.
fn unchanged(
    bench: &Bench,
    tool: Tool,
    input: &Path,
    folder: &Path,
    runs: usize,
) -> Result<Cost, Problem> {
    let mut costs = Vec::new();
    for _ in 0..runs {
        costs.push(generate(bench, tool, input, folder)?);
    }
    Cost::median(costs).ok_or_else(meter::no_figures)
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
