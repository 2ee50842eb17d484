//! What a server repeats of the credentials that it was sent.

use bytes::Bytes;

use crate::wire::Secret;

/// What is shorter is no secret, or stands in so many texts that these would be garbled without it.
const SHORTEST: usize = 8;
const MARK: &[u8] = b"****";

/// The secrets in the value of a header: its words, and what follows the names of cookies.
pub(super) fn in_header(value: &str) -> Vec<Secret> {
    let words = value.split([' ', ';', ',']);
    let values = words
        .clone()
        .filter_map(|word| Some(word.split_once('=')?.1));
    let found = words.chain(values).filter(|word| word.len() >= SHORTEST);
    found.map(Secret::from).collect()
}

/// An error response without the secrets that the request held, so that no message shows them.
pub(super) fn without(body: Bytes, secrets: &[Secret]) -> Bytes {
    let secrets = secrets.iter().map(|secret| secret.expose().as_bytes());
    let told =
        |body: &Bytes, secret: &&[u8]| secret.len() >= SHORTEST && find(body, secret).is_some();
    secrets.fold(body, |body, secret| match told(&body, &secret) {
        true => replaced(&body, secret).into(),
        false => body,
    })
}

fn replaced(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let (mut clean, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(at) = find(rest, secret) {
        let (before, after) = rest.split_at(at);
        clean.extend_from_slice(before);
        clean.extend_from_slice(MARK);
        rest = after.get(secret.len()..).unwrap_or_default();
    }
    clean.extend_from_slice(rest);
    clean
}

fn find(text: &[u8], secret: &[u8]) -> Option<usize> {
    text.windows(secret.len())
        .position(|window| window == secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_values_of_cookies_are_secrets() {
        let found = |value| {
            let secrets = in_header(value).into_iter();
            let texts: Vec<String> = secrets.map(|secret| secret.expose().to_owned()).collect();
            texts
        };
        assert_eq!(found("Bearer abcdefgh=="), ["abcdefgh=="]);
        assert_eq!(found("a=1; sid=abcdefgh"), ["sid=abcdefgh", "abcdefgh"]);
        assert!(found("short").is_empty());
    }

    #[test]
    fn each_occurrence_goes_and_all_else_stays() {
        let secrets = [
            Secret::from("12345678"),
            Secret::from("x"),
            Secret::default(),
        ];
        let clean = |text: &'static str| without(text.into(), &secrets);
        assert_eq!(
            clean("12345678, x and 1234567812345678"),
            "****, x and ********"
        );
        assert_eq!(clean("1234567"), "1234567");
        assert_eq!(clean(""), "");
    }
}
