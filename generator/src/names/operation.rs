//! Names of operations: from their ids, or from method and path where an id says nothing.

use super::{english, words};

/// The words in the ids of an API that tell its reader nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noise {
    /// Words that ids begin with, such as `Public`. The longest that fits is dropped.
    pub prefixes: Vec<String>,
    /// Words that are dropped wherever they stand, such as `CollectionOf`.
    pub phrases: Vec<String>,
    /// Whether a leading `get` is dropped, as Rust's getters have none.
    pub drop_get: bool,
    /// The version that goes without saying, such as `V1`. Others stay.
    pub drop_version: Option<String>,
}

/// The words of an operation's id without the noise, joined by underscores. What would leave
/// nothing is not dropped.
///
/// ```
/// # use portal_generator::names::{Noise, operation_words};
/// let noise = Noise { drop_get: true, drop_version: Some("V1".to_owned()), ..Noise::default() };
/// assert_eq!(operation_words("GetVouchersV1", &noise), "vouchers");
/// assert_eq!(operation_words("GetVouchersV2", &noise), "vouchers_v2");
/// ```
pub fn operation_words(operation_id: &str, noise: &Noise) -> String {
    let mut rest = with_joined_version(words(operation_id));
    let prefixes = noise.prefixes.iter().map(|prefix| words(prefix));
    let prefix = prefixes
        .filter(|prefix| rest.starts_with(prefix) && prefix.len() < rest.len())
        .max_by_key(Vec::len);
    rest.drain(..prefix.map_or(0, |prefix| prefix.len()));
    for phrase in &noise.phrases {
        remove_phrase(&mut rest, &words(phrase));
    }
    if let Some(version) = &noise.drop_version
        && rest.len() > 1
        && rest.last() == Some(&version.to_lowercase())
    {
        rest.pop();
    }
    if noise.drop_get && rest.len() > 1 && rest[0] == "get" {
        rest.remove(0);
    }
    rest.join("_")
}

/// A name made from method and path, and another for when that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathName {
    /// The short name, such as `get_voucher_image_v1`.
    pub name: String,
    /// The name with all parameters of the path, such as
    /// `get_vouchers_image_by_organization_number_and_voucher_id_v1`.
    pub full_name: String,
}

/// A name from method and path, as words joined by underscores.
///
/// It is the method followed by the fixed segments of the path. A segment whose items a parameter
/// selects is in the singular, which tells `GET /users/{id}` (`get_user`) from `GET /users`
/// (`get_users`); other parameters are named only at the end of the path
/// (`get_balances_by_organization`). A leading `api` is left out, and a version among the segments
/// goes to the end, as it does in operation ids.
pub fn from_path(method: &str, path: &str) -> PathName {
    let mut segments: Vec<Segment> = Vec::new();
    let mut versions = Vec::new();
    let mut leading = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let (fixed, parameters) = split_template(part);
        if fixed.is_empty() {
            let target = segments.last_mut();
            target
                .map_or(&mut leading, |segment| &mut segment.parameters)
                .extend(parameters);
        } else if is_version(part) {
            versions.push(fixed.join("_"));
        } else {
            segments.push(Segment {
                words: fixed,
                parameters,
            });
        }
    }

    let says_api_first = segments.len() > 1 && segments[0].words == ["api"];
    let telling = segments.iter().skip(usize::from(says_api_first));
    let short = telling.map(Segment::short_words);
    let full = segments.iter().map(|segment| segment.words.clone());
    let trailing = match segments.last() {
        Some(last) if last.selected().is_some() => &[],
        Some(last) => last.parameters.as_slice(),
        None => leading.as_slice(),
    };
    let in_segments = segments.iter().flat_map(|segment| &segment.parameters);
    let all: Vec<_> = leading.iter().chain(in_segments).cloned().collect();
    PathName {
        name: join(method, short, trailing, &versions),
        full_name: join(method, full, &all, &versions),
    }
}

/// Whether an operation's id is a number, a UUID or another row of hexadecimal digits, as API
/// Management makes them up when it exports an API without ids.
pub fn is_opaque_id(id: &str) -> bool {
    let separators = |character: char| matches!(character, '-' | '_' | '{' | '}' | ' ');
    let digits: String = id.chars().filter(|c| !separators(*c)).collect();
    let decimal = digits.bytes().filter(u8::is_ascii_digit).count();
    let is_number = decimal == digits.len();
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number || (is_hexadecimal && digits.len() >= 8 && decimal >= 2)
}

/// A fixed part of a path and the parameters up to the next one.
struct Segment {
    words: Vec<String>,
    parameters: Vec<Vec<String>>,
}

impl Segment {
    /// The words, in the singular where a parameter selects one of many.
    fn short_words(&self) -> Vec<String> {
        let mut words = self.words.clone();
        if let Some(last) = words.last_mut()
            && let Some(singular) = self.selected()
        {
            *last = singular;
        }
        words
    }

    /// The singular of what the segment holds, if a parameter selects one: an id, a name or the
    /// like, or something called after it (`voucherId` after `vouchers`).
    fn selected(&self) -> Option<String> {
        const SELECTORS: [&str; 8] = [
            "id", "uuid", "guid", "key", "name", "slug", "code", "number",
        ];
        let singular = english::singular(self.words.last()?)?;
        let selects = |parameter: &Vec<String>| match parameter.as_slice() {
            [only] => SELECTORS.contains(&only.as_str()) || *only == singular,
            words => words.contains(&singular),
        };
        self.parameters.iter().any(selects).then_some(singular)
    }
}

/// The words of a part of a path outside braces, and the words of each parameter.
fn split_template(part: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut fixed = Vec::new();
    let mut parameters = Vec::new();
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        fixed.extend(words(before));
        parameters.push(words(name));
        rest = after;
    }
    fixed.extend(words(rest));
    (fixed, parameters)
}

fn join(
    method: &str,
    segments: impl Iterator<Item = Vec<String>>,
    parameters: &[Vec<String>],
    versions: &[String],
) -> String {
    let mut name = words(method);
    name.extend(segments.flatten());
    let parameters: Vec<String> = parameters.iter().map(|words| words.join("_")).collect();
    if !parameters.is_empty() {
        name.push("by".to_owned());
        name.push(parameters.join("_and_"));
    } else if name.len() == 1 {
        name.push("root".to_owned());
    }
    name.extend(versions.iter().cloned());
    name.join("_")
}

/// Whether a path segment is a version: `v1`, `v2.1`, `V3beta1`.
fn is_version(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase();
    let Some(number) = segment.strip_prefix('v') else {
        return false;
    };
    let in_number = |character: char| character.is_ascii_digit() || character == '.';
    let stage = number.trim_matches(in_number);
    number.starts_with(in_number) && matches!(stage, "" | "alpha" | "beta" | "preview" | "rc")
}

/// Joins a version at the end that its writer kept apart: `v_2` is `v2`.
fn with_joined_version(mut words: Vec<String>) -> Vec<String> {
    if let [.., letter, number] = words.as_slice()
        && letter == "v"
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        let version = format!("v{number}");
        words.truncate(words.len() - 2);
        words.push(version);
    }
    words
}

fn remove_phrase(words: &mut Vec<String>, phrase: &[String]) {
    if phrase.is_empty() {
        return;
    }
    while words.len() > phrase.len()
        && let Some(start) = words
            .windows(phrase.len())
            .position(|window| window == phrase)
    {
        words.drain(start..start + phrase.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger_noise() -> Noise {
        Noise {
            prefixes: vec!["Public".to_owned()],
            phrases: vec!["CollectionOf".to_owned()],
            drop_get: true,
            drop_version: Some("V1".to_owned()),
        }
    }

    #[test]
    fn noise_is_dropped() {
        let cases = [
            (
                "PublicGetAccountBalancesByDateV1",
                "account_balances_by_date",
            ),
            ("PublicAddCollectionOfVouchersV2", "add_vouchers_v2"),
            ("PublicGetVouchersV2", "vouchers_v2"),
            ("PublicGetVouchers_v_2", "vouchers_v2"),
            ("PublicDeleteVoucherByIdV1", "delete_voucher_by_id"),
            (
                "PublicGetUtilizedChartOfAccountsV1",
                "utilized_chart_of_accounts",
            ),
            ("RepublicGetVouchers", "republic_get_vouchers"),
        ];
        for (id, expected) in cases {
            assert_eq!(operation_words(id, &ledger_noise()), expected);
        }
    }

    #[test]
    fn words_stay_if_nothing_else_would() {
        assert_eq!(operation_words("PublicGetV1", &ledger_noise()), "get");
        assert_eq!(operation_words("Public", &ledger_noise()), "public");
        assert_eq!(
            operation_words("CollectionOf", &ledger_noise()),
            "collection_of"
        );
    }

    #[test]
    fn without_noise_nothing_is_dropped() {
        let words = operation_words("PublicGetVouchersV1", &Noise::default());
        assert_eq!(words, "public_get_vouchers_v1");
    }

    #[test]
    fn paths_make_names() {
        let cases = [
            ("/users", "get_users"),
            ("/users/{id}", "get_user"),
            ("/users/{user_id}/orders", "get_user_orders"),
            (
                "/v1/vouchers/{organizationNumber}/{voucherId}/image",
                "get_voucher_image_v1",
            ),
            (
                "/v1/balances/{organizationNumber}",
                "get_balances_by_organization_number_v1",
            ),
            ("/status/{id}", "get_status_by_id"),
            ("/reports/{from}/{to}.csv", "get_reports_csv_by_to"),
            ("/", "get_root"),
            ("/{id}", "get_by_id"),
            ("/jobs/{id}:cancel", "get_jobs_cancel_by_id"),
            ("/v2", "get_root_v2"),
            ("/api/v1/monitors", "get_monitors_v1"),
            ("/api", "get_api"),
        ];
        for (path, expected) in cases {
            assert_eq!(from_path("get", path).name, expected, "from {path}");
        }
    }

    #[test]
    fn the_full_name_has_all_parameters() {
        let name = from_path("PUT", "/v1/vouchers/{organizationNumber}/{voucherId}/image");
        assert_eq!(
            name.full_name,
            "put_vouchers_image_by_organization_number_and_voucher_id_v1"
        );
        assert_eq!(from_path("get", "/users").full_name, "get_users");
    }

    #[test]
    fn made_up_ids_are_opaque() {
        for id in [
            "6271447a463461115ced7755",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "5fc964f8",
            "17",
            "",
        ] {
            assert!(is_opaque_id(id), "{id}");
        }
        for id in ["getVouchers", "decade", "add", "accede", "cafe-babe", "v2"] {
            assert!(!is_opaque_id(id), "{id}");
        }
    }
}
