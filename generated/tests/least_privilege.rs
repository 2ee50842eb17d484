//! What a bundle does not grant does not compile.

#![cfg(all(
    feature = "easor-general-ledger",
    feature = "easor-organization",
    feature = "easor-sales"
))]

use std::fs;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use portal_apis::easor::bundles::{Accounting, Reporting, SalesInvoicing};
use portal_apis::easor::{general_ledger, organization, sales};
use portal_apis::runtime::Grants;

/// Whether a bundle grants an access. The constant of the type exists only where it does, and then
/// hides the one that every type has from the trait.
struct Probe<Bundle, Access>(PhantomData<(Bundle, Access)>);

impl<Bundle: Grants<Access>, Access> Probe<Bundle, Access> {
    const GRANTED: bool = true;
}

trait Otherwise {
    const GRANTED: bool = false;
}

impl<Bundle, Access> Otherwise for Probe<Bundle, Access> {}

/// Ledger, organization and sales, each to read and to write. A macro, since the choice of the
/// constant needs to know the types.
macro_rules! access {
    ($bundle:ty) => {
        [
            Probe::<$bundle, general_ledger::Read>::GRANTED,
            Probe::<$bundle, general_ledger::Write>::GRANTED,
            Probe::<$bundle, organization::Read>::GRANTED,
            Probe::<$bundle, organization::Write>::GRANTED,
            Probe::<$bundle, sales::Read>::GRANTED,
            Probe::<$bundle, sales::Write>::GRANTED,
        ]
    };
}

#[test]
fn bundles_grant_what_the_manifest_says_and_no_more() {
    assert_eq!(access!(Reporting), [true, false, true, false, true, false]);
    assert_eq!(access!(Accounting), [true, true, true, false, false, false]);
    assert_eq!(
        access!(SalesInvoicing),
        [true, false, true, false, true, true]
    );
}

/// A program that adds vouchers with a bundle, and reads with it.
fn program(bundle: &str) -> String {
    format!(
        "use portal_apis::easor::{{Easor, bundles::{bundle}, general_ledger::types::VoucherCreateV2}};

         pub async fn work(easor: Easor<{bundle}>, vouchers: Vec<VoucherCreateV2>) {{
             let ledger = easor.general_ledger();
             let _ = ledger.vouchers_v2(\"1\").await;
             let _ = ledger.add_vouchers_v2(\"1\", &vouchers).await;
         }}"
    )
}

#[test]
fn reporting_cannot_add_vouchers() {
    let compiler = Compiler::find(&program("Accounting"));
    let output = compiler.check(&program("Reporting"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert_eq!(errors.matches("error[E").count(), 1, "{errors}");
    for part in [
        "error[E0277]: the bundle `Reporting` is not granted `portal_apis::easor::general_ledger::Write`",
        "ledger.add_vouchers_v2(",
        "build the client with a bundle that includes it",
    ] {
        assert!(errors.contains(part), "{part} is missing in\n{errors}");
    }
}

/// The compiler, with the library that this test was built with.
struct Compiler {
    library: PathBuf,
}

impl Compiler {
    /// Finds the library that this test was linked with: the latest beside it, among those that
    /// were there already, with which a program compiles that must.
    fn find(program: &str) -> Self {
        let test = std::env::current_exe().unwrap();
        let linked = test.metadata().unwrap().modified().unwrap();
        let mut libraries = libraries(test.parent().unwrap());
        libraries.retain(|(built, _)| *built <= linked);
        libraries.sort();
        let mut errors = String::new();
        while let Some((_, library)) = libraries.pop() {
            let compiler = Self { library };
            let output = compiler.check(program);
            if output.status.success() {
                return compiler;
            }
            errors.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        panic!("the program does not compile with any library: {errors}");
    }

    fn check(&self, program: &str) -> Output {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let source = folder.join(format!("least_privilege_{}.rs", std::process::id()));
        fs::write(&source, program).unwrap();
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc)
            .args([
                "--edition=2024",
                "--crate-type=lib",
                "--crate-name=program",
                "--emit=metadata",
            ])
            .arg("--out-dir")
            .arg(folder)
            .arg("-L")
            .arg(format!(
                "dependency={}",
                self.library.parent().unwrap().display()
            ))
            .arg("--extern")
            .arg(format!("portal_apis={}", self.library.display()))
            .arg(&source)
            .output()
            .unwrap();
        fs::remove_file(source).unwrap();
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
