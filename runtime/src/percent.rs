//! Percent-encoding: which characters travel as they are, by place (RFC 3986).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What `allowReserved` leaves alone: the reserved characters, without those that would end the
/// query (`#`), are not allowed in one (`[`, `]`) or would cut the value short (`&`, `+`).
const RESERVED: &AsciiSet = &UNRESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// What a path template may hold besides unreserved characters: RFC 3986's `pchar`, `/` and the
/// percent sign of what is encoded already.
const TEMPLATE: &AsciiSet = &RESERVED.remove(b'&').remove(b'+').remove(b'%').add(b'?');

/// What `application/x-www-form-urlencoded` leaves alone; a space becomes `+` afterwards.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b' ');

/// How a value is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Only unreserved characters stay.
    Strict,
    /// Reserved characters and encoded triples stay (`allowReserved`).
    Reserved,
    /// As HTML forms are sent.
    Form,
    /// Nothing is encoded: header and cookie values.
    Verbatim,
}

impl Encoding {
    /// Appends a value to the text.
    pub(crate) fn push(self, text: &mut String, value: &str) {
        match self {
            Self::Strict => text.extend(utf8_percent_encode(value, UNRESERVED)),
            Self::Reserved => push_reserved(text, value),
            Self::Form => {
                for (index, word) in value.split(' ').enumerate() {
                    if index > 0 {
                        text.push('+');
                    }
                    text.extend(utf8_percent_encode(word, FORM));
                }
            }
            Self::Verbatim => text.push_str(value),
        }
    }

    /// Returns the encoded value.
    pub(crate) fn encode(self, value: &str) -> String {
        let mut text = String::with_capacity(value.len());
        self.push(&mut text, value);
        text
    }
}

/// Appends the literal part of a path template, encoding only what no path may hold.
pub(crate) fn push_template(text: &mut String, literal: &str) {
    text.extend(utf8_percent_encode(literal, TEMPLATE));
}

/// RFC 6570's reserved expansion: triples that are encoded already pass, other percent signs do not.
fn push_reserved(text: &mut String, value: &str) {
    let mut rest = value;
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at(at);
        text.extend(utf8_percent_encode(before, RESERVED));
        let triple = after
            .as_bytes()
            .get(1..3)
            .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let length = if triple { 3 } else { 1 };
        text.push_str(if triple { &after[..3] } else { "%25" });
        rest = &after[length..];
    }
    text.extend(utf8_percent_encode(rest, RESERVED));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay_by_default() {
        assert_eq!(Encoding::Strict.encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(
            Encoding::Strict.encode(" /?#[]@!$&'()*+,;=:%"),
            "%20%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%25"
        );
        assert_eq!(Encoding::Strict.encode("ä€"), "%C3%A4%E2%82%AC");
    }

    #[test]
    fn reserved_characters_stay_unless_they_would_break_the_query() {
        assert_eq!(Encoding::Reserved.encode("/a:b?c=@d,e;f"), "/a:b?c=@d,e;f");
        assert_eq!(
            Encoding::Reserved.encode("a&b+c#d[e]"),
            "a%26b%2Bc%23d%5Be%5D"
        );
    }

    #[test]
    fn encoded_triples_pass_and_lone_percent_signs_do_not() {
        assert_eq!(
            Encoding::Reserved.encode("%2F 100% %zz%4"),
            "%2F%20100%25%20%25zz%254"
        );
    }

    #[test]
    fn forms_write_spaces_as_plus() {
        assert_eq!(Encoding::Form.encode("a b+c&d~"), "a+b%2Bc%26d%7E");
    }
}
