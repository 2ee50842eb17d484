//! The browser's way back (RFC 6749, section 4.1.2), and what is kept to know it by.

use url::Url;

use crate::error::IdentityProviderReason;
use crate::json::{self, Loose};
use crate::oauth::same;
use crate::transport::check_address;
use crate::wire::{Encode, Encoder, Secret, to_vec};

/// Why a callback is not taken.
pub(super) type Problem = (IdentityProviderReason, String);

/// What belongs to a login under way.
pub(super) struct Pending {
    pub(super) state: Secret,
    pub(super) verifier: Option<Secret>,
    pub(super) redirect_uri: String,
}

/// The parameters that a provider adds to the redirect URI.
const PARAMETERS: [&str; 6] = [
    "code",
    "state",
    "error",
    "error_description",
    "error_uri",
    "iss",
];

impl Pending {
    pub(super) fn write(&self) -> Secret {
        // Texts can always be written, as UTF-8.
        let bytes = to_vec(self).unwrap_or_default();
        Secret::from(String::from_utf8(bytes).unwrap_or_default())
    }

    pub(super) fn read(text: &Secret) -> Result<Self, Problem> {
        let members = json::members(text.expose().as_bytes());
        let get = |name| match json::find(&members, name) {
            Some(Loose::Text(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        let version = json::find(&members, "version").and_then(Loose::scalar);
        match (version, get("state"), get("redirect_uri")) {
            (Some("1"), Some(state), Some(redirect_uri)) => Ok(Self {
                state: Secret::from(state),
                verifier: get("verifier").map(Secret::from),
                redirect_uri,
            }),
            _ => Err(not_ours(
                "what was kept of the login is missing or not what it was",
            )),
        }
    }
}

impl Encode for Pending {
    fn encode(&self, encoder: &mut Encoder) {
        let mut map = encoder.map();
        map.entry("version", &1_i64);
        map.entry("state", &self.state);
        if let Some(verifier) = &self.verifier {
            map.entry("verifier", verifier);
        }
        map.entry("redirect_uri", &self.redirect_uri);
        map.end();
    }
}

/// Checks where the browser is to come back to (RFC 6749, section 3.1.2; RFC 9700, section 2.1).
pub(super) fn check_redirect_uri(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|error| format!("not an absolute URL ({error})"))?;
    if matches!(url.scheme(), "http" | "https") {
        check_address(text)?;
    }
    if url.fragment().is_some() {
        return Err("it must not have a fragment".to_owned());
    }
    match url
        .query_pairs()
        .find(|(name, _)| PARAMETERS.contains(&&**name))
    {
        Some((name, _)) => Err(format!(
            "its query must not have a {name}, which the provider adds"
        )),
        None => Ok(()),
    }
}

/// Takes the code out of a callback that is the answer to this login.
pub(super) fn code(
    pending: &Pending,
    callback: &str,
    issuer: Option<&str>,
) -> Result<Secret, Problem> {
    let callback = address(&pending.redirect_uri, callback)?;
    let once = |name| only(&callback, name);
    let state = once("state")?.ok_or_else(|| not_ours("it has no state"))?;
    if !same(state.expose(), pending.state.expose()) {
        return Err(not_ours("its state is another one"));
    }
    // RFC 9207, section 2.4. It comes with errors as well.
    if let Some(issuer) = issuer {
        let named = once("iss")?.ok_or_else(|| not_ours("it names no issuer"))?;
        if named.expose() != issuer {
            return Err(not_ours("it comes from another issuer"));
        }
    }
    if let Some(error) = once("error")? {
        let words = once("error_description")?.unwrap_or_default();
        return Err(refusal(pending, error.expose(), words.expose()));
    }
    match once("code")? {
        Some(code) if !code.expose().is_empty() => Ok(code),
        _ => Err(not_ours("it has neither a code nor an error")),
    }
}

/// The callback as an absolute address, which must be the redirect URI but for the query.
fn address(redirect_uri: &str, callback: &str) -> Result<Url, Problem> {
    let kept = Url::parse(redirect_uri)
        .map_err(|_| not_ours("the redirect URI that was kept is not one"))?;
    let callback = kept
        .join(callback)
        .map_err(|_| not_ours("it is not an address"))?;
    let place = |url: &Url| {
        (
            url.scheme().to_owned(),
            url.host_str().map(str::to_owned),
            url.port_or_known_default(),
            url.path().to_owned(),
        )
    };
    match place(&kept) == place(&callback) {
        true => Ok(callback),
        false => Err(not_ours("it came to another address than the redirect URI")),
    }
}

/// The value of a parameter, which must not stand there twice (RFC 6749, section 3.1).
fn only(callback: &Url, name: &str) -> Result<Option<Secret>, Problem> {
    let mut values = callback
        .query_pairs()
        .filter(|(key, _)| key == name)
        .map(|(_, value)| Secret::from(value.into_owned()));
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(not_ours(&format!("it has more than one {name}"))),
    }
}

/// What the provider says in place of a code (RFC 6749, section 4.1.2.1).
fn refusal(pending: &Pending, error: &str, words: &str) -> Problem {
    let clean = |text: &str| {
        let secrets = [Some(&pending.state), pending.verifier.as_ref()];
        let hide = |text: String, secret: &Secret| text.replace(secret.expose(), "****");
        json::tidy(&secrets.into_iter().flatten().fold(text.to_owned(), hide))
    };
    let reason = match error {
        "access_denied" => IdentityProviderReason::Denied,
        code => IdentityProviderReason::Refused { code: clean(code) },
    };
    (reason, clean(words))
}

fn not_ours(what: &str) -> Problem {
    (IdentityProviderReason::Callback, what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT: &str = "https://app.example/callback?tenant=7";

    fn pending() -> Pending {
        Pending {
            state: Secret::from("the-state"),
            verifier: Some(Secret::from("the-verifier")),
            redirect_uri: REDIRECT.to_owned(),
        }
    }

    fn problem(callback: &str) -> Problem {
        code(&pending(), callback, None).unwrap_err()
    }

    #[test]
    fn the_code_is_taken_from_an_answer_to_this_login() {
        for callback in [
            "https://app.example/callback?tenant=7&code=c%2Bd&state=the-state",
            "https://APP.example:443/callback?state=the-state&code=c%2Bd&session_state=1#_=_",
            "/callback?code=c%2Bd&state=the-state",
            "?code=c%2Bd&state=the-state",
        ] {
            let code = code(&pending(), callback, None).unwrap();
            assert_eq!(code.expose(), "c+d", "{callback}");
        }
    }

    #[test]
    fn all_other_callbacks_are_refused() {
        for (callback, words) in [
            ("/callback?code=c", "no state"),
            ("/callback?code=c&state=", "another one"),
            ("/callback?code=c&state=the-stat", "another one"),
            (
                "/callback?code=c&state=the-state&state=the-state",
                "more than one state",
            ),
            (
                "/callback?code=c&state=the-state&code=d",
                "more than one code",
            ),
            ("/callback?state=the-state", "neither a code"),
            ("/callback?state=the-state&code=", "neither a code"),
            ("/other?code=c&state=the-state", "another address"),
            (
                "http://app.example/callback?code=c&state=the-state",
                "another address",
            ),
            (
                "https://app.example:8443/callback?code=c&state=the-state",
                "another address",
            ),
            (
                "https://evil.example/callback?code=c&state=the-state",
                "another address",
            ),
            // Nobody without the state may say that the user refused.
            ("/callback?error=access_denied", "no state"),
        ] {
            let (reason, message) = problem(callback);
            assert_eq!(reason, IdentityProviderReason::Callback, "{callback}");
            assert!(message.contains(words), "{callback}: {message}");
        }
    }

    #[test]
    fn what_the_provider_says_in_place_of_a_code_is_told() {
        let said = "/callback?state=the-state&error=access_denied&error_description=No.%0A";
        assert_eq!(
            problem(said),
            (IdentityProviderReason::Denied, "No.".to_owned())
        );
        let said = "/callback?state=the-state&error=invalid_scope&error_description=the-state+x";
        let code = "invalid_scope".to_owned();
        let reason = IdentityProviderReason::Refused { code };
        assert_eq!(problem(said), (reason, "**** x".to_owned()));
    }

    #[test]
    fn the_issuer_is_checked_where_the_provider_names_it() {
        let issuer = Some("https://id.example");
        let with = |more: &str| {
            let callback = format!("/callback?code=c&state=the-state{more}");
            code(&pending(), &callback, issuer)
        };
        assert!(with("&iss=https%3A%2F%2Fid.example").is_ok());
        for more in [
            "",
            "&iss=https://id.example/",
            "&iss=https://id.example&iss=x",
        ] {
            assert!(with(more).is_err(), "{more}");
        }
    }

    #[test]
    fn what_is_kept_is_read_as_it_was_written() {
        let read = Pending::read(&pending().write()).ok().unwrap();
        assert_eq!(read.state.expose(), "the-state");
        assert_eq!(read.verifier.unwrap().expose(), "the-verifier");
        assert_eq!(read.redirect_uri, REDIRECT);
        for text in ["", "{}", r#"{"version":2,"state":"s","redirect_uri":"u"}"#] {
            assert!(Pending::read(&Secret::from(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn redirect_uris_are_checked() {
        for good in [REDIRECT, "http://127.0.0.1:7/x", "com.example.app:/back"] {
            assert_eq!(check_redirect_uri(good), Ok(()), "{good}");
        }
        for bad in [
            "/x",
            "http://app.example/",
            "https://a.example/#x",
            "https://a.example/?code=1",
        ] {
            assert!(check_redirect_uri(bad).is_err(), "{bad}");
        }
    }
}
