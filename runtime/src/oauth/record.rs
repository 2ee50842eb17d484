//! What is kept in a store: the tokens of one user or client, as a text with a version.
//!
//! ```json
//! {"version":1,"scopes":["a"],"refresh_token":"…","access_tokens":[
//!     {"scopes":["a"],"token":"…","issued":1790000000000,"lifetime":3600000}]}
//! ```
//!
//! Times are in milliseconds, those of the day since 1970. What this version does not know is an
//! error: a newer version may mean something by it that must not be lost.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use http::HeaderValue;

use super::clock::Moment;
use super::endpoint::{Granted, token_text};
use super::reply::bearer;
use super::slot::{Token, is_worth_taking};
use crate::wire::{
    Decode, DecodeError, Decoder, Encode, Encoder, Secret, Shape, from_slice, to_vec,
};

const VERSION: i64 = 1;

/// The tokens of one user or client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SavedTokens {
    /// The scopes that the user granted; sorted.
    pub(super) scopes: Vec<String>,
    pub(super) refresh_token: Option<Secret>,
    /// Access tokens by sorted scopes.
    pub(super) access_tokens: BTreeMap<Vec<String>, SavedToken>,
}

/// An access token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SavedToken {
    token: Secret,
    /// When it was asked for, in milliseconds since 1970.
    issued: i64,
    /// How long it is good for, in milliseconds.
    lifetime: i64,
}

impl SavedTokens {
    /// Reads a record.
    ///
    /// # Errors
    /// In words that show nothing of it.
    pub(super) fn read(text: &Secret) -> Result<Self, String> {
        from_slice(text.expose().as_bytes())
            .map_err(|error: DecodeError| error.redacted().to_string())
    }

    pub(super) fn write(&self) -> Secret {
        // Texts and whole numbers can always be written, as UTF-8.
        let bytes = to_vec(self).unwrap_or_default();
        Secret::from(String::from_utf8(bytes).unwrap_or_default())
    }

    /// The access token with these scopes, if it is good for some time to come and not the one that
    /// was refused.
    pub(super) fn token(
        &self,
        scopes: &[String],
        refused: Option<&HeaderValue>,
        now: Moment,
    ) -> Option<Token> {
        let token = self.access_tokens.get(scopes)?.token(now)?;
        (is_worth_taking(&token, now) && Some(&token.header) != refused).then_some(token)
    }

    /// Takes up what a grant brought, for an access token of these scopes. A refresh token stays
    /// where there is no new one (RFC 6749, section 6), and access tokens go that are over.
    pub(super) fn take(&mut self, scopes: &[String], granted: &Granted, now: Moment) {
        if let Some(refresh_token) = &granted.refresh_token {
            self.refresh_token = Some(refresh_token.clone());
        }
        if granted.is_usable() {
            self.put(scopes, &granted.token, now);
        }
    }

    /// Takes up an access token.
    pub(super) fn put(&mut self, scopes: &[String], token: &Token, now: Moment) {
        self.access_tokens.retain(|_, saved| !saved.is_over(now));
        self.access_tokens
            .insert(scopes.to_vec(), SavedToken::of(token));
    }

    /// Takes up the tokens of a later record of the same login.
    pub(super) fn merge(&mut self, later: &Self) {
        self.refresh_token.clone_from(&later.refresh_token);
        let tokens = later.access_tokens.clone();
        self.access_tokens.extend(tokens);
    }
}

impl SavedToken {
    fn of(token: &Token) -> Self {
        let since_1970 = token.asked.wall.duration_since(SystemTime::UNIX_EPOCH);
        Self {
            token: Secret::from(token_text(&token.header)),
            issued: milliseconds(since_1970.unwrap_or_default()),
            lifetime: milliseconds(token.lifetime),
        }
    }

    fn token(&self, now: Moment) -> Option<Token> {
        let issued = self.issued()?;
        let age = now.wall.duration_since(issued).unwrap_or_default();
        let asked = Moment {
            monotonic: now.monotonic.saturating_sub(age),
            wall: issued,
        };
        Some(Token {
            header: bearer(self.token.expose())?,
            lifetime: duration(self.lifetime),
            asked,
        })
    }

    fn issued(&self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(duration(self.issued))
    }

    fn is_over(&self, now: Moment) -> bool {
        let end = self
            .issued()
            .and_then(|issued| issued.checked_add(duration(self.lifetime)));
        end.is_none_or(|end| end <= now.wall)
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn duration(milliseconds: i64) -> Duration {
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default())
}

impl Encode for SavedTokens {
    fn encode(&self, encoder: &mut Encoder) {
        let mut map = encoder.map();
        map.entry("version", &VERSION);
        map.entry("scopes", &self.scopes);
        if let Some(refresh_token) = &self.refresh_token {
            map.entry("refresh_token", refresh_token);
        }
        let tokens = self.access_tokens.iter();
        map.entry(
            "access_tokens",
            &tokens.map(Entry::from).collect::<Vec<_>>(),
        );
        map.end();
    }
}

/// An access token with its scopes, as it stands in a record.
#[derive(Default)]
struct Entry {
    scopes: Vec<String>,
    saved: SavedToken,
}

impl From<(&Vec<String>, &SavedToken)> for Entry {
    fn from((scopes, saved): (&Vec<String>, &SavedToken)) -> Self {
        Self {
            scopes: scopes.clone(),
            saved: saved.clone(),
        }
    }
}

impl Encode for Entry {
    fn encode(&self, encoder: &mut Encoder) {
        let mut map = encoder.map();
        map.entry("scopes", &self.scopes);
        map.entry("token", &self.saved.token);
        map.entry("issued", &self.saved.issued);
        map.entry("lifetime", &self.saved.lifetime);
        map.end();
    }
}

impl Decode for SavedTokens {
    const SHAPE: Shape = Shape::MAP;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut version, mut scopes, mut refresh_token, mut tokens) = (None, None, None, None);
        decoder.entries(&mut |key, decoder| match &*key {
            "version" => once(&mut version, &key, decoder),
            "scopes" => once(&mut scopes, &key, decoder),
            "refresh_token" => once(&mut refresh_token, &key, decoder),
            "access_tokens" => once::<Vec<Entry>>(&mut tokens, &key, decoder),
            _ => Err(unknown(decoder)),
        })?;
        let at = decoder.offset();
        match version {
            Some(VERSION) => {}
            Some(_) => return Err(DecodeError::new("version 1", "another version", at)),
            None => return Err(missing("version", at)),
        }
        let tokens = tokens.ok_or_else(|| missing("access_tokens", at))?;
        let tokens = tokens.into_iter().map(|entry| (entry.scopes, entry.saved));
        Ok(Self {
            scopes: scopes.ok_or_else(|| missing("scopes", at))?,
            refresh_token,
            access_tokens: tokens.collect(),
        })
    }

    fn vacant(_: u8) -> Option<Self> {
        Some(Self::default())
    }
}

impl Decode for Entry {
    const SHAPE: Shape = Shape::MAP;

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut scopes, mut token, mut issued, mut lifetime) = (None, None, None, None);
        decoder.entries(&mut |key, decoder| match &*key {
            "scopes" => once(&mut scopes, &key, decoder),
            "token" => once(&mut token, &key, decoder),
            "issued" => once(&mut issued, &key, decoder),
            "lifetime" => once(&mut lifetime, &key, decoder),
            _ => Err(unknown(decoder)),
        })?;
        let at = decoder.offset();
        Ok(Self {
            scopes: scopes.ok_or_else(|| missing("scopes", at))?,
            saved: SavedToken {
                token: token.ok_or_else(|| missing("token", at))?,
                issued: issued.ok_or_else(|| missing("issued", at))?,
                lifetime: lifetime.ok_or_else(|| missing("lifetime", at))?,
            },
        })
    }

    fn vacant(_: u8) -> Option<Self> {
        Some(Self::default())
    }
}

/// Reads a member that may stand there once.
fn once<T: Decode>(
    place: &mut Option<T>,
    key: &str,
    decoder: &mut Decoder<'_>,
) -> Result<(), DecodeError> {
    if place.is_some() {
        return Err(DecodeError::new(
            "each member once",
            "a second one",
            decoder.offset(),
        ));
    }
    // What stands there instead is not shown: it may be a token in the wrong place.
    let value = T::decode(decoder).map_err(|error| error.redacted().in_key(key))?;
    *place = Some(value);
    Ok(())
}

/// The member's name is not shown either.
fn unknown(decoder: &Decoder<'_>) -> DecodeError {
    let found = "a member that this version does not know";
    DecodeError::new("members of version 1", found, decoder.offset())
}

fn missing(name: &str, offset: usize) -> DecodeError {
    DecodeError::new(format!("the member {name}"), "none", offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(seconds: u64) -> Moment {
        Moment {
            monotonic: Duration::from_secs(5),
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds),
        }
    }

    fn granted(name: &str, refresh_token: Option<&str>) -> Granted {
        let token = Token {
            header: bearer(name).unwrap(),
            lifetime: Duration::from_secs(3600),
            asked: now(0),
        };
        Granted::of(token, refresh_token.map(Secret::from))
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let mut saved = SavedTokens {
            scopes: vec!["a".into(), "b".into()],
            ..SavedTokens::default()
        };
        saved.take(
            &["a".into()],
            &granted("access", Some("refresh \"1\"")),
            now(0),
        );
        let text = saved.write();
        assert_eq!(
            text.expose(),
            r#"{"version":1,"scopes":["a","b"],"refresh_token":"refresh \"1\"","access_tokens":[{"scopes":["a"],"token":"access","issued":1790000000000,"lifetime":3600000}]}"#
        );
        assert_eq!(SavedTokens::read(&text).unwrap(), saved);
    }

    #[test]
    fn a_token_serves_until_it_would_be_renewed_and_unless_it_was_refused() {
        let (scopes, mut saved) = (["a".to_owned()], SavedTokens::default());
        saved.take(&scopes, &granted("access", None), now(0));
        let header = bearer("access").unwrap();
        let token = saved.token(&scopes, None, now(10)).unwrap();
        assert_eq!(token.header, header);
        assert_eq!(now(20).since(token.asked), Some(Duration::from_secs(20)));
        assert!(saved.token(&scopes, Some(&header), now(10)).is_none());
        assert!(saved.token(&["b".to_owned()], None, now(10)).is_none());
        assert!(saved.token(&[], None, now(10)).is_none());
        assert!(saved.token(&scopes, None, now(3000)).is_none(), "due");
        let before = Moment {
            wall: now(0).wall - Duration::from_secs(60),
            ..now(0)
        };
        assert!(
            saved.token(&scopes, None, before).is_none(),
            "of the future"
        );
    }

    #[test]
    fn the_refresh_token_stays_where_there_is_no_new_one_and_old_tokens_go() {
        let mut saved = SavedTokens::default();
        saved.take(&["a".into()], &granted("one", Some("first")), now(0));
        saved.take(&["b".into()], &granted("two", None), now(3601));
        assert_eq!(saved.refresh_token, Some(Secret::from("first")));
        let scopes: Vec<_> = saved.access_tokens.keys().cloned().collect();
        assert_eq!(scopes, [["b".to_owned()]]);
    }

    #[test]
    fn what_is_no_record_is_refused_without_being_shown() {
        let token = r#"{"scopes":[],"token":"canary","issued":1,"lifetime":1}"#;
        for text in [
            "canary".to_owned(),
            r#""canary""#.to_owned(),
            r#"["canary"]"#.to_owned(),
            "{}".to_owned(),
            r#"{"version":2,"scopes":[],"access_tokens":[]}"#.to_owned(),
            r#"{"version":1,"scopes":[],"access_tokens":[],"canary":"canary"}"#.to_owned(),
            r#"{"version":1,"scopes":[],"access_tokens":"canary"}"#.to_owned(),
            r#"{"version":1,"scopes":"canary","access_tokens":[]}"#.to_owned(),
            r#"{"version":1,"version":1,"scopes":[],"access_tokens":[]}"#.to_owned(),
            r#"{"version":1,"scopes":[],"refresh_token":["canary"],"access_tokens":[]}"#.to_owned(),
            format!(r#"{{"version":1,"scopes":[],"access_tokens":[{token}]}}"#)
                .replace("\"issued\":1", "\"issued\":\"canary\""),
            format!(r#"{{"version":1,"scopes":[],"access_tokens":[{token}]}} canary"#),
        ] {
            let problem = SavedTokens::read(&Secret::from(text.as_str())).unwrap_err();
            assert!(!problem.contains("canary"), "{text}: {problem}");
        }
        let good = format!(r#"{{"version":1,"scopes":[],"access_tokens":[{token}]}}"#);
        assert!(SavedTokens::read(&Secret::from(good)).is_ok());
    }
}
