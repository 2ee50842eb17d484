//! How a token request is written. Dialects are data, so that grants need not know them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::credentials::ClientCredentials;
use crate::body::WireBody;
use crate::percent::Encoding;
use crate::transport::TransportRequest;
use crate::wire::to_vec;

/// How an identity provider wants token requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Where the parameters stand.
    pub parameters: Parameters,
    /// How the client proves itself.
    pub client_authentication: ClientAuthentication,
    /// Whether requests name scopes. Where they do, a client without scopes is a mistake.
    pub scopes: bool,
}

/// Where the parameters of a token request stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parameters {
    /// In a form body (RFC 6749, section 4.4.2).
    Form,
    /// `grant_type` in the query and the others in a JSON body, as EASI'R wants them.
    QueryAndJson,
}

/// How a client proves itself to the identity provider (RFC 6749, section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// `client_id` and `client_secret` among the parameters.
    Body,
    /// An `Authorization: Basic` header.
    Basic,
}

impl Dialect {
    /// The standard form body with client id, secret and scopes in it.
    pub const FORM: Self = Self {
        parameters: Parameters::Form,
        client_authentication: ClientAuthentication::Body,
        scopes: true,
    };

    /// The standard form body, with client id and secret in a Basic header.
    pub const FORM_BASIC: Self = Self {
        client_authentication: ClientAuthentication::Basic,
        ..Self::FORM
    };

    /// EASI'R's: grant type in the query, the rest as JSON, no scopes.
    pub const QUERY_AND_JSON: Self = Self {
        parameters: Parameters::QueryAndJson,
        client_authentication: ClientAuthentication::Body,
        scopes: false,
    };

    /// Writes a token request, or one for device codes, which has no grant type.
    pub(super) fn request(
        self,
        endpoint: &Url,
        client: &ClientCredentials,
        grant_type: Option<&str>,
        parameters: &[(&str, &str)],
    ) -> TransportRequest {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut fields = Vec::new();
        match self.client_authentication {
            ClientAuthentication::Basic => {
                headers.insert(
                    AUTHORIZATION,
                    basic(&form(client.id()), &form(client.secret())),
                );
            }
            ClientAuthentication::Body => {
                fields.extend([
                    ("client_id", client.id()),
                    ("client_secret", client.secret()),
                ]);
            }
        }
        fields.extend_from_slice(parameters);
        let mut url = endpoint.clone();
        let (media_type, body) = match self.parameters {
            Parameters::Form => {
                if let Some(grant_type) = grant_type {
                    fields.insert(0, ("grant_type", grant_type));
                }
                (
                    "application/x-www-form-urlencoded",
                    form_body(&fields).into_bytes(),
                )
            }
            Parameters::QueryAndJson => {
                if let Some(grant_type) = grant_type {
                    url.query_pairs_mut().append_pair("grant_type", grant_type);
                }
                ("application/json", json_body(&fields))
            }
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        let body = WireBody::from(body);
        TransportRequest {
            method: Method::POST,
            url,
            headers,
            body,
        }
    }
}

/// An `Authorization: Basic` value (RFC 7617), marked as secret.
pub(crate) fn basic(user: &str, password: &str) -> HeaderValue {
    let text = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    // Base64 is always a header value.
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

fn form(text: &str) -> String {
    Encoding::Form.encode(text)
}

fn form_body(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", form(name), form(value)))
        .collect();
    pairs.join("&")
}

fn json_body(fields: &[(&str, &str)]) -> Vec<u8> {
    let members: BTreeMap<String, String> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    // Texts can always be written.
    to_vec(&members).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a token request looks like: address, headers and body.
    fn written(dialect: Dialect, grant: &str, parameters: &[(&str, &str)]) -> [String; 4] {
        let endpoint = Url::parse("https://id.example/token?tenant=1").unwrap();
        let client = ClientCredentials::new("id:1", "s&cret ä");
        let request = dialect.request(&endpoint, &client, Some(grant), parameters);
        let header = |name| match request.headers.get(name) {
            Some(value) => value.to_str().unwrap().to_owned(),
            None => String::new(),
        };
        let (authorization, media_type) = (header(AUTHORIZATION), header(CONTENT_TYPE));
        assert_eq!(request.method, Method::POST);
        let body = String::from_utf8(request.body.into_bytes().unwrap().to_vec()).unwrap();
        [request.url.to_string(), authorization, media_type, body]
    }

    #[test]
    fn the_standard_form_with_the_client_in_the_body() {
        let scope = [("scope", "a b")];
        assert_eq!(
            written(Dialect::FORM, "client_credentials", &scope),
            [
                "https://id.example/token?tenant=1",
                "",
                "application/x-www-form-urlencoded",
                "grant_type=client_credentials&client_id=id%3A1&client_secret=s%26cret+%C3%A4&scope=a+b",
            ]
        );
    }

    #[test]
    fn the_standard_form_with_the_client_in_a_header() {
        // RFC 6749, section 2.3.1: name and password are form-encoded before they are joined.
        assert_eq!(
            written(Dialect::FORM_BASIC, "client_credentials", &[]),
            [
                "https://id.example/token?tenant=1",
                "Basic aWQlM0ExOnMlMjZjcmV0KyVDMyVBNA==",
                "application/x-www-form-urlencoded",
                "grant_type=client_credentials",
            ]
        );
    }

    #[test]
    fn the_grant_in_the_query_and_the_rest_as_json() {
        assert_eq!(
            written(
                Dialect::QUERY_AND_JSON,
                "refresh_token",
                &[("refresh_token", "r\"1")]
            ),
            [
                "https://id.example/token?tenant=1&grant_type=refresh_token",
                "",
                "application/json",
                r#"{"client_id":"id:1","client_secret":"s&cret ä","refresh_token":"r\"1"}"#,
            ]
        );
    }

    #[test]
    fn no_secret_shows() {
        let endpoint = Url::parse("https://id.example/token").unwrap();
        let client = ClientCredentials::new("id", "canary");
        for dialect in [Dialect::FORM, Dialect::FORM_BASIC, Dialect::QUERY_AND_JSON] {
            let request = dialect.request(&endpoint, &client, Some("client_credentials"), &[]);
            let shown = format!("{request:?} {client:?}");
            assert!(
                !shown.contains("canary") && !shown.contains("Y2FuYXJ5"),
                "{shown}"
            );
        }
    }
}
