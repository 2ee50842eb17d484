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
    let declared = openapi.components.iter().flat_map(|components| &components.security_schemes);
    let mut schemes = Vec::new();
    for (name, scheme) in declared {
        let ReferenceOr::Item(scheme) = scheme else {
            continue;
        };
        match kind(scheme) {
            Some(kind) => schemes.push(ir::SecurityScheme {
                name: name.clone(),
                description: description(scheme).unwrap_or_default().to_owned(),
                kind,
            }),
            None => findings.push(Finding {
                severity: Severity::Warning,
                rule: "unsupported-security-scheme",
                pointer: format!("/components/securitySchemes/{}", escape(name)),
                message: format!("the security scheme `{name}` is of a kind that clients do not speak"),
                help: "set the header it needs on each call".to_owned(),
            }),
        }
    }
    let security = openapi.security.as_deref().map(requirements).unwrap_or_default();
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

fn kind(scheme: &SecurityScheme) -> Option<SecurityKind> {
    match scheme {
        SecurityScheme::APIKey { location, name, .. } => Some(match location {
            APIKeyLocation::Header => SecurityKind::ApiKeyHeader(name.clone()),
            APIKeyLocation::Query => SecurityKind::ApiKeyQuery(name.clone()),
            APIKeyLocation::Cookie => SecurityKind::ApiKeyCookie(name.clone()),
        }),
        SecurityScheme::HTTP { scheme, .. } => match scheme.to_ascii_lowercase().as_str() {
            "basic" => Some(SecurityKind::Basic),
            "bearer" => Some(SecurityKind::Bearer),
            _ => None,
        },
        SecurityScheme::OAuth2 { flows, .. } => {
            let token_url = flows.client_credentials.as_ref().map(|flow| flow.token_url.clone());
            Some(match token_url.filter(|url| url.starts_with("https://")) {
                Some(token_url) => SecurityKind::ClientCredentials { token_url },
                None => SecurityKind::Bearer,
            })
        }
        SecurityScheme::OpenIDConnect { .. } => Some(SecurityKind::Bearer),
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
