//! The manifest of a portal: what its documents do not say.
//!
//! Documents of a portal know neither its identity provider nor its bundles of scopes, and several
//! of them share one gateway. All of that stands in `portal.yaml` beside the documents, whose keys
//! are described in `specs/README.md`.
//!
//! [`parse`] reports everything that is wrong with a manifest in itself, [`Manifest::check_operations`]
//! whether the operations it names exist.

mod bundles;
mod checks;
mod reader;
mod sections;
mod selection;
mod values;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, Place};
use crate::document::{self, Document, Source};
use crate::names::{self, Noise};
pub(crate) use selection::Candidate;
pub use selection::{Filter, Schemas, Selection};

/// A portal: one identity provider, one gateway, several APIs.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The portal's name in paths, modules and features: `easor`.
    pub portal: String,
    /// The portal's name for people: `Easor API`.
    pub title: String,
    /// What the portal is, in a sentence or two of Markdown; may be empty.
    pub description: String,
    /// The type of the portal's client: `Easor`.
    pub client: String,
    /// What the environment variables with credentials begin with: `EASOR`.
    pub env_prefix: String,
    /// Where access tokens come from.
    pub identity_provider: IdentityProvider,
    /// What stands in front of the APIs.
    pub gateway: Gateway,
    /// Where the documents are downloaded.
    pub developer_portal: Option<DeveloperPortal>,
    /// What `number` without a narrower format becomes, unless an API says otherwise.
    pub numbers: Numbers,
    /// The words of operation ids that say nothing.
    pub noise: Noise,
    /// The APIs, in the order they are written.
    pub apis: Vec<Api>,
    /// The bundles, in the order they are written.
    pub bundles: Vec<Bundle>,
    document: Document,
}

/// Where access tokens come from, and how they are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityProvider {
    /// The token endpoint (RFC 6749, section 3.2).
    pub token_url: String,
    /// The authorization endpoint (RFC 6749, section 3.1), where the grants need one.
    pub authorize_url: Option<String>,
    /// Whether authorization codes are bound to whoever asked for them (RFC 7636); if nothing is said, they are.
    pub pkce: Option<bool>,
    /// The issuer that the provider names with each authorization code (RFC 9207), if it does.
    pub issuer: Option<String>,
    /// How the device flow goes; if nothing is said, as in the standard.
    pub device_flow: Option<DeviceFlow>,
    /// The device authorization endpoint (RFC 8628, section 3.1), where the grants need one.
    pub device_authorization_url: Option<String>,
    /// How the token endpoint takes its parameters.
    pub parameters: TokenParameters,
    /// How the client proves who it is.
    pub client_authentication: ClientAuthentication,
    /// The grants on offer.
    pub grants: Vec<Grant>,
    /// Whether token requests name scopes.
    pub scopes: bool,
    /// For how many seconds a token counts as good whose response does not say.
    pub default_lifetime: u32,
}

/// How a token endpoint takes its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenParameters {
    /// All of them in a form body, as RFC 6749 has it.
    #[default]
    Form,
    /// `grant_type` in the query string, everything else as a JSON body.
    QueryAndJson,
}

/// How a client proves who it is to the token endpoint (RFC 6749, section 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// Id and secret travel in the body.
    #[default]
    Body,
    /// Id and secret travel in a `Basic` header.
    Basic,
}

/// How users log in on another device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceFlow {
    /// As in RFC 8628, with a device authorization endpoint.
    #[default]
    Standard,
    /// Both steps at the token endpoint with the grant type `device_code`, which answers 400 until the user
    /// has agreed.
    TokenEndpoint,
}

/// A way to get an access token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// RFC 6749, section 4.4.
    #[default]
    ClientCredentials,
    /// RFC 6749, section 4.1.
    AuthorizationCode,
    /// RFC 6749, section 6.
    RefreshToken,
    /// RFC 6749, section 4.3.
    Password,
    /// RFC 8628.
    DeviceCode,
}

/// A developer portal of API Management, where users see the documents of APIs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeveloperPortal {
    /// The portal's address in a browser: `https://apimportal.easor.com`.
    pub url: String,
    /// Whom users ask for access.
    pub support: Option<String>,
}

/// What stands in front of the APIs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gateway {
    /// The key that identifies an application's subscription, where the gateway asks for one.
    pub subscription_key: Option<SubscriptionKey>,
    /// The regions a client chooses from. Without any, the client is told the base URL at run time.
    pub regions: Vec<Region>,
}

/// How a subscription key travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionKey {
    /// The header that is sent.
    pub header: String,
    /// The query parameter that the gateway would take instead. It is never sent, since URLs end
    /// up in logs, but a document's `apiKey` scheme of this name is then known to be satisfied.
    pub query: Option<String>,
}

/// A region of a portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The region in URLs: `fi`.
    pub id: String,
    /// Scheme and host of the region's gateway: `https://apim.talenom.com`.
    pub gateway: String,
}

/// What `number` becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// An exact decimal.
    #[default]
    Decimal,
    /// `f64` (`f32` where the format says so).
    Float,
}

/// One API of a portal.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// The API's name in the manifest and in the feature: `general-ledger`.
    pub id: String,
    /// The document's file, relative to the manifest.
    pub document: String,
    /// The API's id in the developer portal.
    pub portal_id: Option<String>,
    /// The module of the generated code: `general_ledger`.
    pub module: String,
    /// The type of the API's client: `GeneralLedger`.
    pub client: String,
    /// The cargo feature that switches the API on: `easor-general-ledger`.
    pub feature: String,
    /// Scheme and host of a gateway of its own.
    pub gateway: Option<String>,
    /// The path of the API below the gateway, with `{region}` where the region belongs. Without
    /// one it is the path of the document's first server.
    pub path: Option<String>,
    /// What `number` becomes.
    pub numbers: Numbers,
    /// How pages are asked for, where an operation has both parameters.
    pub pagination: Option<Pagination>,
    /// What is generated; all operations, and the schemas that they reach, where nothing is said.
    pub select: Option<Selection>,
    /// What the manifest says about single operations, by operation id.
    pub operations: BTreeMap<String, OperationRules>,
}

/// What the manifest says about one operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OperationRules {
    /// The method's name, where the rules for names do not find a good one.
    pub name: Option<String>,
    /// What the operation does, where its HTTP method does not tell.
    pub access: Option<Access>,
    /// How its pages are asked for, where it differs from the rest of the API.
    pub pagination: Option<OperationPagination>,
    /// Why the operation is left out, if it is.
    pub omit: Option<String>,
}

/// Pages of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationPagination {
    /// The operation is not paged, whatever its parameters are called.
    Off,
    /// The operation is paged in its own way.
    Own(Pagination),
}

/// How pages of a collection are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// The query parameter for the page.
    pub index: String,
    /// The query parameter for the size of a page.
    pub size: String,
    /// What the index counts.
    pub counts: PageUnit,
    /// The index of the first page.
    pub first: i64,
    /// The size asked for where the application names none.
    pub default_size: i64,
    /// The largest size, where it is not the parameter's `maximum` in the document.
    pub max_size: Option<i64>,
    /// The property of the answer that holds the items; `None` where the answer is the list.
    pub items: Option<String>,
    /// The property of the answer that counts the items of all pages.
    pub total: Option<String>,
}

/// What a page index counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageUnit {
    /// Pages: 0, 1, 2.
    #[default]
    Pages,
    /// Records before the page: 0, 50, 100.
    Records,
}

/// What is done to the data. Writing includes reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing is changed.
    #[default]
    Read,
    /// Something may be changed.
    Write,
}

/// What the portal's operator grants together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The bundle's type: `Reporting`.
    pub name: String,
    /// The cargo feature that switches the bundle on: `easor-reporting`.
    pub feature: String,
    /// Whom it is for, in a sentence of Markdown.
    pub description: String,
    /// The access to each API, by its id, that of included bundles among it.
    pub access: BTreeMap<String, Access>,
    /// The scopes that a token is asked for, sorted, those of included bundles among them. Empty
    /// where the operator hands them out with the credentials.
    pub scopes: Vec<String>,
}

/// Reads a manifest.
///
/// # Errors
///
/// Everything that is wrong with the manifest in itself, in the order of its lines.
pub fn parse(source: &Source) -> Result<Manifest, Vec<Diagnostic>> {
    let document = document::parse(source).map_err(|problem| vec![problem])?;
    let reader = reader::Reader::new(&document);
    let manifest = sections::manifest(&reader.root(), &document);
    checks::manifest(&manifest, &reader);
    let problems = reader.into_problems();
    if problems.is_empty() {
        Ok(manifest)
    } else {
        Err(problems)
    }
}

/// What a manifest calls an operation: its `operationId` or, where that is empty, method and path.
pub(crate) fn operation_key(id: &str, method: &str, path: &str) -> String {
    match id {
        "" => format!("{method} {path}"),
        id => id.to_owned(),
    }
}

impl Manifest {
    /// The API with this id.
    pub fn api(&self, id: &str) -> Option<&Api> {
        self.apis.iter().find(|api| api.id == id)
    }

    /// The module of the portal's code: `easor`.
    pub fn module(&self) -> String {
        names::module_name(&self.portal)
    }

    /// Where a value of the manifest stands, by its JSON pointer: `/apis/sales/document`.
    pub fn place(&self, pointer: &str) -> Place {
        self.document.place(pointer)
    }

    /// Reports the operations that the manifest names although the API's document has none with
    /// that id. `operation_ids` are those of the document.
    pub fn check_operations(&self, api: &Api, operation_ids: &[&str]) -> Vec<Diagnostic> {
        checks::operations(self, api, operation_ids)
    }
}

impl Api {
    /// How pages of an operation are asked for, if it has both parameters in its query.
    pub fn pagination_of(&self, operation_id: &str, query: &[&str]) -> Option<&Pagination> {
        let rules = self.operations.get(operation_id);
        let pagination = match rules.and_then(|rules| rules.pagination.as_ref()) {
            Some(OperationPagination::Off) => return None,
            Some(OperationPagination::Own(pagination)) => pagination,
            None => self.pagination.as_ref()?,
        };
        let has = |name: &String| query.contains(&name.as_str());
        (has(&pagination.index) && has(&pagination.size)).then_some(pagination)
    }

    /// What an operation does to the data: as the manifest says, or by its method.
    pub fn access_of(&self, operation_id: &str, method: &str) -> Access {
        let rules = self.operations.get(operation_id);
        let by_method = match method {
            "GET" | "HEAD" | "QUERY" => Access::Read,
            _ => Access::Write,
        };
        rules.and_then(|rules| rules.access).unwrap_or(by_method)
    }

    /// Why an operation is left out, if it is.
    pub fn omitted(&self, operation_id: &str) -> Option<&str> {
        self.operations.get(operation_id)?.omit.as_deref()
    }
}
