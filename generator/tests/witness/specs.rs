//! The shipped documents, changed, and what is generated from them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use portal_generator::document::{self, Document, Source};
use portal_generator::manifest::{self, Manifest};
use portal_generator::normalize::DocumentSet;
use portal_generator::surface::{self, Item, Lock, LockedApi, LockedPortal};
use portal_generator::{File, Output};
use serde_json::Value;

/// An API of a portal, alone in its crate.
pub(crate) struct Api {
    manifest: Manifest,
    name: String,
    value: Value,
}

/// What an API gives.
#[derive(Clone)]
pub(crate) struct Side {
    pub(crate) files: Vec<File>,
    pub(crate) lock: Lock,
}

impl Api {
    pub(crate) fn shipped(portal: &str, id: &str) -> Self {
        let folder = workspace().join("specs").join(portal);
        let read = |file: &str| {
            let bytes = fs::read(folder.join(file)).expect("the file is shipped");
            Source::new(format!("specs/{portal}/{file}"), bytes)
        };
        let mut manifest = manifest::parse(&read("portal.yaml")).expect("the manifest is right");
        manifest.apis.retain(|api| api.id == id);
        for bundle in &mut manifest.bundles {
            bundle.access.retain(|api, _| api == id);
        }
        manifest.bundles.retain(|bundle| !bundle.access.is_empty());
        let source = read(&manifest.apis[0].document);
        let document = document::parse(&source).expect("the document is right");
        Self {
            manifest,
            name: source.name,
            value: document.value,
        }
    }

    /// What is generated once a change is made.
    pub(crate) fn changed(&self, change: impl FnOnce(&mut Value)) -> Side {
        self.changed_after(change, |_| {}, &[])
    }

    /// What is generated once a document and its manifest are changed, where the names of `previous` are kept.
    pub(crate) fn changed_after(
        &self,
        change: impl FnOnce(&mut Value),
        regrant: impl FnOnce(&mut Manifest),
        previous: &[Item],
    ) -> Side {
        let mut value = self.value.clone();
        change(&mut value);
        let mut manifest = self.manifest.clone();
        regrant(&mut manifest);
        let document = Document::from_value(self.name.clone(), value);
        let set = DocumentSet::new(document);
        let api = &manifest.apis[0];
        let output = portal_generator::portal_api_after(&manifest, api, &set, previous);
        let output: Output = output.expect("the changed document can be used");
        let outputs = BTreeMap::from([(api.id.clone(), &output)]);
        let mut files = portal_generator::apis_crate(&[&manifest]);
        files.extend(portal_generator::portal(&manifest, &outputs));
        let items = surface::portal(&manifest, &outputs);
        files.extend(output.files);
        let locked = LockedApi {
            items: output.items,
            ..LockedApi::default()
        };
        let portal = LockedPortal {
            items,
            apis: BTreeMap::from([(api.id.clone(), locked)]),
            ..LockedPortal::default()
        };
        let lock = Lock {
            portals: BTreeMap::from([(manifest.portal.clone(), portal)]),
            ..Lock::default()
        };
        Side { files, lock }
    }

    /// The path of the API's module.
    pub(crate) fn module(&self) -> String {
        let api = &self.manifest.apis[0];
        format!("{}::{}", self.manifest.module(), api.module)
    }
}

impl Side {
    pub(crate) fn items(&self) -> Vec<Item> {
        self.lock.items().cloned().collect()
    }
}

pub(crate) fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the workspace").to_owned()
}
