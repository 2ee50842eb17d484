//! Writes the documents of folders that are small enough as JSON: `seeds <to> <most bytes> <from>...`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use portal_generator::document::{self, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [to, most, folders @ ..] = arguments.as_slice() else {
        return Err("usage: seeds <to> <most bytes> <from>...".into());
    };
    let most: usize = most.parse()?;
    for folder in folders {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() {
                convert(&path, Path::new(to), most)?;
            }
        }
    }
    Ok(())
}

/// What is no document, or too large, is left out.
fn convert(path: &Path, to: &Path, most: usize) -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let Ok(document) = document::parse(Source::new("seed", bytes)) else {
        return Ok(());
    };
    let text = serde_json::to_vec(&document.value)?;
    if text.len() <= most {
        let mut file = PathBuf::from(path.file_name().unwrap_or_default());
        file.set_extension("json");
        fs::write(to.join(file), text)?;
    }
    Ok(())
}
