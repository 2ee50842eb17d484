//! What a change is.

use portal_generator::manifest::Manifest;
use serde_json::Value;

/// A change of an API's document, and the rule of the wire that tells it; empty where nothing travels otherwise.
pub(crate) struct Change {
    pub(crate) name: &'static str,
    pub(crate) api: &'static str,
    pub(crate) rule: &'static str,
    make: fn(&mut Value),
    before: Option<fn(&mut Value)>,
    earlier: Option<fn(&mut Value)>,
    bundles: Option<fn(&mut Manifest)>,
}

impl Change {
    pub(crate) fn make(&self, document: &mut Value) {
        (self.make)(document);
    }

    /// What the document has before, where that is not what is shipped.
    pub(crate) fn before(&self) -> Option<fn(&mut Value)> {
        self.before
    }

    /// What the document had earlier still, where names of then are kept before the change.
    pub(crate) fn earlier(&self) -> Option<fn(&mut Value)> {
        self.earlier
    }

    /// Whether what there is before is what is shipped.
    pub(crate) fn is_of_shipped(&self) -> bool {
        self.before.is_none() && self.earlier.is_none()
    }

    /// What becomes of the manifest.
    pub(crate) fn regrant(&self, manifest: &mut Manifest) {
        if let Some(bundles) = self.bundles {
            bundles(manifest);
        }
    }

    pub(crate) const fn after(mut self, before: fn(&mut Value)) -> Self {
        self.before = Some(before);
        self
    }

    pub(crate) const fn since(mut self, earlier: fn(&mut Value)) -> Self {
        self.earlier = Some(earlier);
        self
    }

    pub(crate) const fn granting(mut self, bundles: fn(&mut Manifest)) -> Self {
        self.bundles = Some(bundles);
        self
    }
}

/// A change of the ledger.
pub(crate) const fn ledger(name: &'static str, rule: &'static str, make: fn(&mut Value)) -> Change {
    let api = "ledger";
    Change {
        name,
        api,
        rule,
        make,
        before: None,
        earlier: None,
        bundles: None,
    }
}

/// A change of the CRM.
pub(crate) const fn crm(name: &'static str, rule: &'static str, make: fn(&mut Value)) -> Change {
    let api = "crm";
    Change {
        name,
        api,
        rule,
        make,
        before: None,
        earlier: None,
        bundles: None,
    }
}
