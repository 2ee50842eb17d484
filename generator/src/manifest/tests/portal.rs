//! The portal: identity provider, gateway and developer portal.

use super::{MANIFEST, check_refused, parse_text};

#[test]
fn developer_portals_are_reached_by_https() {
    let with = |url: &str| {
        let portal = format!("developer-portal: {{ url: \"{url}\", support: help }}\napis:\n");
        let manifest = MANIFEST.replace("apis:\n", &portal);
        parse_text(&manifest.replace("prices.yaml\n", "prices.yaml\n    portal-id: prices-v1\n"))
    };
    let manifest = with("https://portal.example.com").expect("the manifest is right");
    let portal = manifest.developer_portal.expect("the portal is there");
    assert_eq!(portal.url, "https://portal.example.com");
    assert_eq!(portal.support.as_deref(), Some("help"));
    assert_eq!(manifest.apis[0].portal_id, None);
    assert_eq!(manifest.apis[1].portal_id.as_deref(), Some("prices-v1"));
    for local in ["http://127.0.0.1:8080", "http://localhost/portal"] {
        assert!(with(local).is_ok(), "{local}");
    }
    for odd in [
        "http://portal.example.com",
        "http://localhost.example.com",
        "https://me:secret@portal.example.com",
        "portal.example.com",
    ] {
        assert!(with(odd).is_err(), "{odd}");
    }
    check_refused(
        "    document: prices.yaml\n",
        "    document: prices.yaml\n    portal-id: a/b\n",
        "portal.yaml:37:5#/apis/price-list/portal-id: `a/b` does not fit here; write letters, digits, `-`, `_` and `.`, \
         as `cargo xtask fetch --list` shows them",
    );
}

#[test]
fn urls_are_safe_to_send_secrets_to() {
    let url = "write an https URL without user, query or fragment";
    for wrong in [
        "http://id.example.com/token",
        "https://",
        "https://me@id.example.com",
        "https://id.example.com/token?a=b",
        "https://id.example.com/a b",
        "id.example.com",
    ] {
        check_refused(
            "https://id.example.com/token",
            wrong,
            &format!(
                "portal.yaml:7:3#/identity-provider/token-url: `{wrong}` does not fit here; {url}"
            ),
        );
    }
    check_refused(
        "https://prices.example.com",
        "https://prices.example.com/",
        "portal.yaml:37:5#/apis/price-list/gateway: `https://prices.example.com/` does not fit here; write `https://` and a host, without a path",
    );
}

#[test]
fn grants_and_endpoints_go_together() {
    check_refused(
        "[client-credentials]",
        "[client-credentials, device-code]",
        "portal.yaml:6:1#/identity-provider: the grant `device-code` needs `device-authorization-url`; add the key or take the grant away",
    );
    check_refused(
        "  grants:",
        "  authorize-url: https://id.example.com/authorize\n  grants:",
        "portal.yaml:10:3#/identity-provider/authorize-url: `authorize-url` serves no grant; add the grant `authorization-code` or take the key away",
    );
    for (key, value, grant) in [
        ("pkce", "false", "authorization-code"),
        ("issuer", "https://id.example.com", "authorization-code"),
        ("device-flow", "token-endpoint", "device-code"),
    ] {
        check_refused(
            "  grants:",
            &format!("  {key}: {value}\n  grants:"),
            &format!(
                "portal.yaml:10:3#/identity-provider/{key}: `{key}` serves no grant; add the grant `{grant}` or take the key away"
            ),
        );
    }
    check_refused(
        "[client-credentials]",
        "[client-credentials, refresh-token]",
        "portal.yaml:10:3#/identity-provider/grants: no grant brings a refresh token; add the grant by which users log in, or take `refresh-token` away",
    );
    check_refused(
        "[client-credentials]",
        "[device-code]\n  device-flow: token-endpoint\n  device-authorization-url: https://id.example.com/device",
        "portal.yaml:12:3#/identity-provider/device-authorization-url: both steps of the device flow are at the token endpoint; \
         take `device-authorization-url` or `device-flow` away",
    );
}
