//! Security schemes and what operations require of them.

use openapiv3::{APIKeyLocation, OpenAPI, ReferenceOr, SecurityRequirement, SecurityScheme};

use super::Finding;
use super::schemas::escape;
use crate::diagnostics::Severity;
use crate::ir::{self, Requirement, SecurityKind};

/// The schemes of a document, and what it requires where operations say nothing.
pub(super) fn of(
    openapi: &OpenAPI,
    findings: &mut Vec<Finding>,
) -> (Vec<ir::SecurityScheme>, Vec<Vec<Requirement>>) {
    let declared = openapi
        .components
        .iter()
        .flat_map(|components| &components.security_schemes);
    let mut schemes = Vec::new();
    for (name, scheme) in declared {
        let ReferenceOr::Item(scheme) = scheme else {
            continue;
        };
        let kind = kind(scheme);
        if let SecurityKind::Unsupported(words) = &kind {
            findings.push(Finding {
                severity: Severity::Warning,
                rule: "unsupported-security-scheme",
                pointer: format!("/components/securitySchemes/{}", escape(name)),
                message: format!(
                    "the security scheme `{name}` ({words}) is of a kind that clients do not speak"
                ),
                help: "give the client a token for it, or set the header it needs on each call"
                    .to_owned(),
            });
        }
        schemes.push(ir::SecurityScheme {
            name: name.clone(),
            description: description(scheme).unwrap_or_default().to_owned(),
            kind,
        });
    }
    let security = openapi
        .security
        .as_deref()
        .map(requirements)
        .unwrap_or_default();
    (schemes, security)
}

/// Alternatives of requirements; an empty one asks for nothing.
pub(super) fn requirements(all: &[SecurityRequirement]) -> Vec<Vec<Requirement>> {
    all.iter()
        .map(|alternative| {
            alternative
                .iter()
                .map(|(scheme, scopes)| Requirement {
                    scheme: scheme.clone(),
                    scopes: scopes.clone(),
                })
                .collect()
        })
        .collect()
}

fn kind(scheme: &SecurityScheme) -> SecurityKind {
    match scheme {
        SecurityScheme::APIKey { location, name, .. } => match location {
            APIKeyLocation::Header => SecurityKind::ApiKeyHeader(name.clone()),
            APIKeyLocation::Query => SecurityKind::ApiKeyQuery(name.clone()),
            APIKeyLocation::Cookie => SecurityKind::ApiKeyCookie(name.clone()),
        },
        SecurityScheme::HTTP { scheme, .. } => match scheme.to_ascii_lowercase().as_str() {
            "basic" => SecurityKind::Basic,
            "bearer" => SecurityKind::Bearer,
            other => SecurityKind::Unsupported(format!("HTTP {other}")),
        },
        SecurityScheme::OAuth2 { flows, .. } => match &flows.client_credentials {
            Some(flow) if flow.token_url.starts_with("https://") => {
                SecurityKind::ClientCredentials {
                    token_url: flow.token_url.clone(),
                    scopes: flow.scopes.keys().cloned().collect(),
                }
            }
            _ => SecurityKind::Bearer,
        },
        SecurityScheme::OpenIDConnect { .. } => SecurityKind::Bearer,
    }
}

fn description(scheme: &SecurityScheme) -> Option<&str> {
    match scheme {
        SecurityScheme::APIKey { description, .. }
        | SecurityScheme::HTTP { description, .. }
        | SecurityScheme::OAuth2 { description, .. }
        | SecurityScheme::OpenIDConnect { description, .. } => description.as_deref(),
    }
}
