//! portal-apis.
