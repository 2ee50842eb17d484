//! The shared access signature that stands for a user who has signed in: `<user>&<yyyyMMddHHmm>&<signature>`.

use std::time::{SystemTime, UNIX_EPOCH};

/// A token is renewed when it lasts no longer than this, in minutes, as the portal's own page does.
const TOO_SHORT: i64 = 5;

/// A token. There is no `Debug`, so that it does not get into a message.
pub(super) struct Token {
    value: String,
    /// The user's id.
    pub(super) user: String,
    /// When it ends, in minutes since 1970.
    expires: i64,
}

impl Token {
    /// Reads the header `Ocp-Apim-Sas-Token`: `token="…",refresh="true"`, or the token alone.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let text = header.trim();
        let text = text.strip_prefix("SharedAccessSignature ").unwrap_or(text);
        let value = match text.split_once("token=\"") {
            Some((_, rest)) => rest.split_once('"')?.0,
            None => text,
        };
        let mut parts = value.splitn(3, '&');
        let (user, expires) = (parts.next()?, minutes(parts.next()?)?);
        parts.next().filter(|signature| !signature.is_empty())?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let is_user = !user.is_empty() && user.bytes().all(is_plain);
        let fits_header = value.bytes().all(|byte| byte.is_ascii_graphic());
        (is_user && fits_header).then(|| Self {
            value: value.to_owned(),
            user: user.to_owned(),
            expires,
        })
    }

    /// The value of an `Authorization` header.
    pub(super) fn authorization(&self) -> String {
        format!(
            "SharedAccessSignature token=\"{}\",refresh=\"true\"",
            self.value
        )
    }

    /// Whether the token ends soon, or has ended.
    pub(super) fn ends_soon(&self) -> bool {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = i64::try_from(now.as_secs() / 60).unwrap_or(i64::MAX);
        self.expires - now < TOO_SHORT
    }
}

/// Minutes since 1970 of a UTC time as `yyyyMMddHHmm`.
fn minutes(text: &str) -> Option<i64> {
    if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    // Years begin in March here, so that the day that some have more comes last.
    let (year, month) = match month {
        1..=2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    Some((days * 24 + part(8, 10)?) * 60 + part(10, 12)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_count_from_1970() {
        assert_eq!(minutes("197001010000"), Some(0));
        assert_eq!(minutes("200002291230"), Some((11_016 * 24 + 12) * 60 + 30));
        assert_eq!(minutes("202603010001"), Some(20_513 * 24 * 60 + 1));
        assert_eq!(minutes("2026030100"), None);
        assert_eq!(minutes("2026x3010001"), None);
    }

    #[test]
    fn tokens_are_read_as_the_portal_sends_them() {
        let token = Token::parse("token=\"5f-user&209901010000&c2ln==\",refresh=\"true\"")
            .expect("it is a token");
        assert_eq!(token.user, "5f-user");
        assert!(!token.ends_soon());
        let sent = "SharedAccessSignature token=\"5f-user&209901010000&c2ln==\",refresh=\"true\"";
        assert_eq!(token.authorization(), sent);
        assert!(
            Token::parse("u&200001010000&s")
                .expect("it is a token")
                .ends_soon()
        );
        for odd in [
            "",
            "token=\"u\"",
            "../x&209901010000&s",
            "u&2099&s",
            "u&209901010000&",
            "u&209901010000&\r\nx",
        ] {
            assert!(Token::parse(odd).is_none(), "{odd:?}");
        }
    }
}
