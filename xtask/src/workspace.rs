//! Where things are.

use std::env;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;

/// The folder of the workspace.
pub(crate) fn root() -> Result<PathBuf, Failure> {
    // Asked for when the command runs, so that a tree that was moved after it was built still works.
    let from_cargo = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let from_cargo = from_cargo.and_then(|package| Some(package.parent()?.to_owned()));
    let found = from_cargo.or_else(|| {
        let here = env::current_dir().ok()?;
        let folders = here.ancestors();
        let mut roots = folders.filter(|folder| folder.join("xtask/Cargo.toml").is_file());
        roots.next().map(Path::to_owned)
    });
    found.ok_or_else(|| {
        Failure::Usage(
            "there is no workspace here; run `cargo xtask` inside the project".to_owned(),
        )
    })
}

/// The folder that cargo builds into, in which commands have folders of their own.
pub(crate) fn target() -> Result<PathBuf, Failure> {
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.map_or_else(|| Ok(root()?.join("target")), Ok)?;
    absolute(&target)
}

/// The command that runs cargo, the one that started this program if it was one.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The path as it is without links, of which the last parts need not exist yet.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let whole = std::path::absolute(path).map_err(|e| Failure::io("find", path, &e))?;
    let mut missing = Vec::new();
    let mut existing = whole.as_path();
    loop {
        if let Ok(real) = existing.canonicalize() {
            return Ok(missing
                .iter()
                .rev()
                .fold(real, |path, name| path.join(name)));
        }
        let (Some(parent), Some(name)) = (existing.parent(), existing.file_name()) else {
            return Ok(whole);
        };
        missing.push(name);
        existing = parent;
    }
}

/// How to get from one folder to a file or folder, with `/` between names. Both paths are absolute.
pub(crate) fn relative(from: &Path, to: &Path) -> String {
    let common = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = from.components().skip(common).map(|_| "..".into());
    let down = to.components().skip(common).map(name);
    let names: Vec<String> = up.chain(down).collect();
    names.join("/")
}

/// A path with `/` between its names, whatever the system writes; empty for the current folder.
pub(crate) fn with_slashes(path: &Path) -> String {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let names: Vec<_> = parts.map(name).collect();
    names.join("/").replacen("//", "/", 1)
}

fn name(component: Component<'_>) -> String {
    component.as_os_str().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_folders() {
        let relative = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(relative("/a/b/c", "/a/runtime"), "../../runtime");
        assert_eq!(relative("/a", "/a/b/c"), "b/c");
        assert_eq!(relative("/a/b", "/c"), "../../c");
    }

    #[test]
    fn slashes_between_names() {
        assert_eq!(with_slashes(Path::new("./a/./b.json")), "a/b.json");
        assert_eq!(with_slashes(Path::new(".")), "");
        assert_eq!(
            with_slashes(Path::new("specs/easor/a.json")),
            "specs/easor/a.json"
        );
        assert_eq!(with_slashes(Path::new("/specs/a.json")), "/specs/a.json");
    }

    #[test]
    fn absolute_paths_need_not_exist() {
        let here = env::current_dir().expect("a folder");
        let path = absolute(Path::new("no/such/folder")).expect("absolute");
        let real = here.canonicalize().expect("it exists");
        assert_eq!(path, real.join("no/such/folder"));
    }
}
