//! A portal as the sandbox sees it: its manifest, and its documents of one form.

mod operation;
mod resources;
mod schema;
mod template;

use std::fs;
use std::path::Path;

use portal_generator::document::{self, Source};
use portal_generator::manifest::{self, Access, Manifest};
use portal_generator::normalize::{DocumentSet, normalize};
use serde_json::Value;

use crate::error::StartError;

pub(crate) use operation::{Content, Operation, Parameter, Place, Reply, is_json};
pub(crate) use resources::{Collection, Role};
pub(crate) use schema::{Schemas, fits_alone, name as name_of};

/// Where the identity provider stands on the sandbox's one port.
pub(crate) const IDENTITY: &str = "/.identity";

/// A manifest with the documents that it names.
pub struct Portal {
    pub(crate) manifest: Manifest,
    pub(crate) apis: Vec<Api>,
}

/// One API of it.
pub(crate) struct Api {
    pub(crate) id: String,
    /// Its path below the gateway, without a slash at the end; it may hold `{region}`.
    pub(crate) base: String,
    pub(crate) operations: Vec<Operation>,
    pub(crate) collections: Vec<Collection>,
    pub(crate) schemas: Schemas,
}

impl Portal {
    /// Reads `portal.yaml` in a folder, and the documents that it names.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or is no manifest or no document that a client could be made from.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self, StartError> {
        let folder = folder.as_ref();
        let source = |name: &str| match fs::read(folder.join(name)) {
            Ok(bytes) => Ok(Source::new(name, bytes)),
            Err(reason) => Err(StartError::Unreadable {
                path: folder.join(name).display().to_string(),
                reason,
            }),
        };
        let manifest = manifest::parse(&source("portal.yaml")?).map_err(StartError::Refused)?;
        let mut documents = Vec::new();
        for api in &manifest.apis {
            let main = document::parse(source(&api.document)?)
                .map_err(|problem| StartError::Refused(vec![problem]))?;
            let read = |name: &str| fs::read(folder.join(name)).map_err(|error| error.to_string());
            let set = DocumentSet::new(main).load(read);
            documents.push(set.map_err(StartError::Refused)?);
        }
        Self::new(manifest, &documents)
    }

    /// Puts a manifest and its documents together, which come in the order of its APIs.
    ///
    /// # Errors
    ///
    /// When a document is none that a client could be made from.
    pub fn new(manifest: Manifest, documents: &[DocumentSet]) -> Result<Self, StartError> {
        let pairs = manifest.apis.iter().zip(documents);
        let apis = pairs
            .map(|(api, documents)| Api::new(&manifest, api, documents))
            .collect::<Result<_, _>>()?;
        Ok(Self { manifest, apis })
    }

    /// The scopes that a bundle's tokens may have: those of the manifest or, where it lists none, made up from
    /// the bundle's access.
    pub(crate) fn scopes(&self, bundle: &manifest::Bundle) -> Vec<String> {
        if !bundle.scopes.is_empty() {
            return bundle.scopes.clone();
        }
        let each = bundle.access.iter().flat_map(|(api, access)| {
            let read = self.made_up_scope(api, Access::Read);
            let write = (*access == Access::Write).then(|| self.made_up_scope(api, Access::Write));
            [Some(read), write].into_iter().flatten()
        });
        each.collect()
    }

    /// The scope of an access that no document and no manifest has a scope for.
    pub(crate) fn made_up_scope(&self, api: &str, access: Access) -> String {
        let word = match access {
            Access::Read => "read",
            Access::Write => "write",
        };
        format!("{}.{api}.{word}", self.manifest.portal)
    }

    /// Whether scopes are made up: no bundle has any.
    pub(crate) fn makes_scopes_up(&self) -> bool {
        self.manifest
            .bundles
            .iter()
            .all(|bundle| bundle.scopes.is_empty())
    }
}

impl Api {
    fn new(
        manifest: &Manifest,
        api: &manifest::Api,
        documents: &DocumentSet,
    ) -> Result<Self, StartError> {
        let normalized = normalize(documents).map_err(StartError::Refused)?;
        // Everything below walks the document as a tree, so that schemas keep their place and order.
        let tree = serde_json::to_value(&normalized.openapi).unwrap_or(Value::Null);
        let schemas = Schemas::new(&tree);
        let mut operations = operation::all(&tree, api, &schemas)?;
        let collections = resources::find(&mut operations, &schemas);
        Ok(Self {
            id: api.id.clone(),
            base: base(manifest, api, &tree),
            operations,
            collections,
            schemas,
        })
    }
}

/// The path of an API. One at the identity provider's host belongs to the identity provider.
fn base(manifest: &Manifest, api: &manifest::Api, tree: &Value) -> String {
    let server = tree.pointer("/servers/0/url").and_then(Value::as_str);
    let server = server.and_then(|text| url::Url::parse(text).ok());
    let identity = url::Url::parse(&manifest.identity_provider.token_url).ok();
    let path = match (&api.path, server) {
        (Some(path), _) => path.clone(),
        (None, Some(server)) if identity.is_some_and(|it| it.origin() == server.origin()) => {
            format!("{IDENTITY}{}", server.path())
        }
        (None, Some(server)) => percent_encoding::percent_decode_str(server.path())
            .decode_utf8_lossy()
            .into_owned(),
        (None, None) => String::new(),
    };
    path.trim_end_matches('/').to_owned()
}
