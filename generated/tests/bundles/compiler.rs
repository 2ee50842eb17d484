//! The compiler, with the library that these tests were built with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

/// A program that must compile, by which the right library is found.
const WITNESS: &str = "
    use portal_apis::easor::{Easor, bundles::Accounting, general_ledger::types::VoucherCreateV2};

    pub async fn work(easor: Easor<Accounting>, vouchers: Vec<VoucherCreateV2>) {
        let ledger = easor.general_ledger();
        let _ = ledger.vouchers_v2(\"1\").await;
        let _ = ledger.add_vouchers_v2(\"1\", &vouchers).await;
    }
";

static COMPILER: LazyLock<Compiler> = LazyLock::new(Compiler::find);

/// Compiles a program. `None` where it compiles, otherwise what the compiler says, without the
/// places within the library, which move.
pub(crate) fn refusal(program: &str) -> Option<String> {
    let output = COMPILER.check(program);
    if output.status.success() {
        return None;
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Some(of_the_program(&errors))
}

/// The part of the messages that is about the program: a place in the library goes on until the
/// next line that is not indented.
fn of_the_program(errors: &str) -> String {
    let mut shown = String::new();
    let mut elsewhere = false;
    for line in errors.lines() {
        let place = line.trim_start().strip_prefix("--> ");
        if let Some(place) = place {
            elsewhere = !place.starts_with("program.rs");
        } else if !line.starts_with(' ') && !line.starts_with(|c: char| c.is_ascii_digit()) {
            elsewhere = false;
        }
        let is_frame = line.starts_with(' ') && !line.trim_start().starts_with("= ");
        let is_source = line.starts_with(|c: char| c.is_ascii_digit());
        if !(elsewhere && (is_frame || is_source || line.starts_with("..."))) {
            shown.push_str(line);
            shown.push('\n');
        }
    }
    shown
}

struct Compiler {
    library: PathBuf,
}

impl Compiler {
    /// Finds the library that this test was linked with: the latest beside it, among those that
    /// were there already, with which a program compiles that must.
    fn find() -> Self {
        let test = std::env::current_exe().unwrap();
        let linked = test.metadata().unwrap().modified().unwrap();
        let mut libraries = libraries(test.parent().unwrap());
        libraries.retain(|(built, _)| *built <= linked);
        libraries.sort();
        let mut errors = String::new();
        while let Some((_, library)) = libraries.pop() {
            let compiler = Self { library };
            let output = compiler.check(WITNESS);
            if output.status.success() {
                return compiler;
            }
            errors.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        panic!("the program does not compile with any library: {errors}");
    }

    fn check(&self, program: &str) -> Output {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = folder.join(format!("bundles-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("program.rs"), program).unwrap();
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc)
            .current_dir(&folder)
            .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
            .arg("-L")
            .arg(format!(
                "dependency={}",
                self.library.parent().unwrap().display()
            ))
            .arg("--extern")
            .arg(format!("portal_apis={}", self.library.display()))
            .arg("program.rs")
            .output()
            .unwrap();
        fs::remove_dir_all(folder).unwrap();
        output
    }
}

fn libraries(folder: &Path) -> Vec<(SystemTime, PathBuf)> {
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libportal_apis-") && name.ends_with(".rlib")
    };
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let dated = |path: PathBuf| Some((path.metadata().ok()?.modified().ok()?, path));
    files.filter(is_ours).filter_map(dated).collect()
}
