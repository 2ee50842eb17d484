//! Where requests go: base URLs by API, with regions and server variables filled in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::service::Server;
use crate::api::Api;
use crate::transport::check_address;

/// Where the paths of an API begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    /// Scheme, host and port, without a slash at the end.
    pub(crate) origin: String,
    /// The path, without a slash at the end; empty for the root.
    pub(crate) path: String,
}

/// How base URLs come about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    /// Values for `{region}` and other placeholders.
    pub(crate) variables: BTreeMap<String, String>,
    /// In place of every API's scheme, host and port.
    pub(crate) gateway: Option<String>,
    /// In place of the base URL of single APIs, by id.
    pub(crate) overrides: BTreeMap<String, String>,
    /// In place of the base URL of every API.
    pub(crate) base: Option<String>,
    /// The server of the document that was chosen.
    pub(crate) server: Option<&'static Server>,
    /// What was worked out beforehand, by API id.
    pub(super) known: BTreeMap<&'static str, Base>,
    /// What was worked out beforehand for every API.
    pub(super) shared: Option<Base>,
}

impl Addresses {
    /// Works out the addresses of these APIs beforehand and returns what is wrong with them. An API
    /// without any address is wrong only once it is called.
    pub(crate) fn prepare(&mut self, apis: &[&'static Api]) -> Vec<String> {
        let mut problems = Vec::new();
        for api in apis {
            let has_address = !api.base_url.is_empty()
                || self.base.is_some()
                || self.overrides.contains_key(api.id);
            match self.resolve(api, None) {
                Ok(base) => {
                    self.known.insert(api.id, base);
                }
                Err(problem) if has_address => problems.push(problem),
                Err(_) => {}
            }
        }
        problems.dedup();
        problems
    }

    /// Works out the one address of every API beforehand, where there is one, and returns what is
    /// wrong with it.
    pub(crate) fn prepare_shared(&mut self) -> Option<String> {
        let server = self.server.filter(|server| is_absolute(server.url));
        let template = self.base.as_deref().or(server.map(|server| server.url))?;
        let shared = self.locate(template, self.server);
        match shared {
            Ok(base) => {
                self.shared = Some(base);
                None
            }
            Err(problem) => Some(format!("the base URL: {problem}")),
        }
    }

    /// Returns where the paths of an API begin, or those of an operation that has a server of its own.
    ///
    /// # Errors
    /// In words, when there is no address or one that cannot be used.
    pub(crate) fn base(
        &self,
        api: &'static Api,
        server: Option<&Server>,
    ) -> Result<Cow<'_, Base>, String> {
        match self.known.get(api.id).or(self.shared.as_ref()) {
            Some(base) if server.is_none() => Ok(Cow::Borrowed(base)),
            _ => self.resolve(api, server).map(Cow::Owned),
        }
    }

    fn resolve(&self, api: &Api, own: Option<&Server>) -> Result<Base, String> {
        let chosen = self.server.filter(|server| is_absolute(server.url));
        let server = own.or(chosen);
        let given = self.overrides.get(api.id).or(self.base.as_ref());
        let template = match given {
            Some(given) => given.as_str(),
            None => server.map_or(api.base_url, |server| server.url),
        };
        let wrong =
            |problem: String| format!("the base URL of {} ({}): {problem}", api.id, api.title);
        if !is_absolute(template) {
            let document = match template {
                "" => "its document names no server".to_owned(),
                path => format!("its document's server, `{path}`, has no host"),
            };
            return Err(wrong(format!(
                "{document}; set `base_url` (a portal's `api_url`), or the environment's `…_BASE_URL` (`…_API_URL_…`)"
            )));
        }
        let mut base = self
            .locate(template, server.or(self.server))
            .map_err(wrong)?;
        if let (Some(gateway), None) = (&self.gateway, given) {
            base.origin = self.gateway_origin(gateway)?;
        }
        Ok(base)
    }

    /// Fills in a URL and takes it apart. What nobody has set is as the server has it.
    fn locate(&self, template: &str, server: Option<&Server>) -> Result<Base, String> {
        let url = check_address(&self.fill(template, server)?)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it must have no query and no fragment".to_owned());
        }
        let path = url.path().trim_end_matches('/').to_owned();
        Ok(Base {
            origin: url.origin().ascii_serialization(),
            path,
        })
    }

    fn gateway_origin(&self, gateway: &str) -> Result<String, String> {
        let wrong = |problem: String| format!("the gateway URL: {problem}");
        let url = check_address(gateway).map_err(wrong)?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            let advice = "it must be scheme, host and port only, since each API keeps its own path; set the \
                          URL of a single API to move that elsewhere";
            return Err(wrong(advice.to_owned()));
        }
        Ok(url.origin().ascii_serialization())
    }

    fn fill(&self, template: &str, server: Option<&Server>) -> Result<String, String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some((literal, after)) = rest.split_once('{') {
            text.push_str(literal);
            let (name, after) = after
                .split_once('}')
                .ok_or("it has a `{` without its `}`")?;
            let value = self
                .value(name, server)?
                .ok_or_else(|| format!("`{{{name}}}` has no value"))?;
            check_value(&text, value).map_err(|problem| format!("`{{{name}}}` {problem}"))?;
            text.push_str(value);
            rest = after;
        }
        text.push_str(rest);
        Ok(text)
    }

    /// The value of a variable: the one that was set, if the server allows it, or else the server's default.
    fn value<'v>(
        &'v self,
        name: &str,
        server: Option<&'v Server>,
    ) -> Result<Option<&'v str>, String> {
        let set = self.variables.get(name).map(String::as_str);
        let mut variables = server.into_iter().flat_map(|server| server.variables);
        let Some(declared) = variables.find(|variable| variable.name == name) else {
            return Ok(set);
        };
        match set {
            Some(value) if !declared.allows(value) => {
                let allowed = declared.allowed.join(", ");
                Err(format!("`{{{name}}}` must be one of {allowed}"))
            }
            _ => Ok(Some(set.unwrap_or(declared.default))),
        }
    }
}

/// Whether a URL says more than a path, which is meant below the address that the document came from.
fn is_absolute(template: &str) -> bool {
    !template.is_empty() && !template.starts_with('/')
}

/// Checks that a value stays where its placeholder is: that it moves neither the host nor the path.
/// `before` is the URL up to there. A URL that is wholly a placeholder is whatever its value says.
fn check_value(before: &str, value: &str) -> Result<(), &'static str> {
    if value
        .chars()
        .any(|character| character.is_whitespace() || character.is_control())
    {
        return Err("has a value with a space or a control character in it");
    }
    match before.split_once("://") {
        None if before.is_empty() => Ok(()),
        Some((_, rest)) if !rest.contains('/') => {
            if value.is_empty() || value.contains(['/', '\\', '?', '#', '@', '%']) {
                return Err("is part of the host's name, and its value is none");
            }
            Ok(())
        }
        _ => {
            let plain = value.replace("%2e", ".").replace("%2E", ".");
            let dots = plain
                .split(['/', '\\'])
                .any(|part| matches!(part, "." | ".."));
            if dots || value.contains(['?', '#', '\\']) {
                return Err("has a value that would lead to another path");
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LEDGER: Api = Api {
        id: "ledger",
        title: "Ledger",
        version: "1",
        base_url: "https://apim.example/{region}/ledger;rev=3",
    };
    static NOWHERE: Api = Api {
        id: "nowhere",
        title: "Nowhere",
        version: "1",
        base_url: "",
    };

    fn addresses() -> Addresses {
        let variables = BTreeMap::from([("region".to_owned(), "fi".to_owned())]);
        Addresses {
            variables,
            ..Addresses::default()
        }
    }

    fn shown(addresses: &Addresses, api: &'static Api) -> Result<String, String> {
        addresses
            .base(api, None)
            .map(|base| format!("{}{}", base.origin, base.path))
    }

    #[test]
    fn the_region_is_filled_in_and_the_path_kept() {
        assert_eq!(
            shown(&addresses(), &LEDGER).unwrap(),
            "https://apim.example/fi/ledger;rev=3"
        );
    }

    #[test]
    fn a_gateway_replaces_scheme_host_and_port_only() {
        let mut addresses = addresses();
        addresses.gateway = Some("http://127.0.0.1:8080".to_owned());
        assert_eq!(
            shown(&addresses, &LEDGER).unwrap(),
            "http://127.0.0.1:8080/fi/ledger;rev=3"
        );
        addresses.gateway = Some("https://apim.example/fi".to_owned());
        assert!(shown(&addresses, &LEDGER).is_err());
        addresses.gateway = Some("http://apim.example".to_owned());
        assert!(
            shown(&addresses, &LEDGER)
                .unwrap_err()
                .contains("plain http")
        );
    }

    #[test]
    fn an_api_can_be_moved_whole() {
        let mut addresses = addresses();
        addresses.gateway = Some("https://gateway.example".to_owned());
        addresses.overrides.insert(
            "ledger".to_owned(),
            "https://other.example/{region}/l/".to_owned(),
        );
        assert_eq!(
            shown(&addresses, &LEDGER).unwrap(),
            "https://other.example/fi/l"
        );
    }

    #[test]
    fn values_of_placeholders_move_neither_host_nor_path() {
        let filled = |template: &str, value: &str| {
            let variables = BTreeMap::from([("v".to_owned(), value.to_owned())]);
            let addresses = Addresses {
                variables,
                ..Addresses::default()
            };
            addresses
                .locate(template, None)
                .map(|base| format!("{}{}", base.origin, base.path))
        };
        let host = "https://{v}.things.example/v2";
        assert_eq!(
            filled(host, "acme").unwrap(),
            "https://acme.things.example/v2"
        );
        for evil in [
            "",
            "evil.example/",
            "evil.example?",
            "evil.example#",
            "a@evil",
            "evil.example\\",
            "a b",
            "evil.example:443",
            "evil.example%2f",
            "a\nb",
            "user:pass@evil.example/x",
        ] {
            let error = filled(host, evil).unwrap_err();
            assert!(!error.contains("evil"), "{error}");
        }
        assert_eq!(
            filled("https://{v}/x", "h.example:8443").unwrap(),
            "https://h.example:8443/x"
        );
        let path = "https://h.example/{v}/ledger";
        assert_eq!(
            filled(path, "fi/eu").unwrap(),
            "https://h.example/fi/eu/ledger"
        );
        for evil in ["..", "a/../..", "%2e%2E", "a?b", "a#b", "a\\b", ". ."] {
            assert!(filled(path, evil).is_err(), "{evil}");
        }
        assert_eq!(
            filled("{v}/x", "https://h.example").unwrap(),
            "https://h.example/x"
        );
        let error = filled("{v}/x", "https://user:canary@h.example").unwrap_err();
        assert!(!error.contains("canary"), "{error}");
        assert!(
            filled("{v}/x", "http://h.example")
                .unwrap_err()
                .contains("plain http")
        );
        assert!(
            filled("http://{v}/x", "localhost.evil.example")
                .unwrap_err()
                .contains("plain http")
        );
        assert!(filled("http://{v}/x", "localhost:80").is_ok());
    }

    #[test]
    fn what_is_missing_is_said() {
        let mut none = Addresses::default();
        assert!(shown(&none, &LEDGER).unwrap_err().contains("{region}"));
        assert!(
            shown(&none, &NOWHERE)
                .unwrap_err()
                .contains("names no server")
        );
        assert_eq!(none.prepare(&[&LEDGER, &NOWHERE]).len(), 1);
    }
}
