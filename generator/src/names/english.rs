//! As much English grammar as names need.

/// The singular of an English plural (`entries` is `entry`), and nothing for a word that is not
/// one (`status`) or has none (`series`). Of several words joined by underscores the last one
/// counts.
pub fn singular(word: &str) -> Option<String> {
    let word = word.to_lowercase();
    match word.rsplit_once('_') {
        Some((before, last)) => Some(format!("{before}_{}", singular_word(last)?)),
        None => singular_word(&word),
    }
}

/// Plurals that follow no rule below.
const IRREGULAR: [(&str, &str); 36] = [
    ("ads", "ad"),
    ("aliases", "alias"),
    ("analyses", "analysis"),
    ("apis", "api"),
    ("axes", "axis"),
    ("biases", "bias"),
    ("bases", "base"),
    ("caches", "cache"),
    ("canvases", "canvas"),
    ("children", "child"),
    ("cookies", "cookie"),
    ("criteria", "criterion"),
    ("currencies", "currency"),
    ("ids", "id"),
    ("indices", "index"),
    ("ips", "ip"),
    ("kpis", "kpi"),
    ("lenses", "lens"),
    ("matrices", "matrix"),
    ("men", "man"),
    ("movies", "movie"),
    ("niches", "niche"),
    ("ops", "op"),
    ("people", "person"),
    ("persons", "person"),
    ("pies", "pie"),
    ("quizzes", "quiz"),
    ("selfies", "selfie"),
    ("skus", "sku"),
    ("taxis", "taxi"),
    ("ties", "tie"),
    ("uris", "uri"),
    ("vertices", "vertex"),
    ("vms", "vm"),
    ("women", "woman"),
    ("zombies", "zombie"),
];

/// Words that end as plurals do and are none, or have no singular that names one thing.
const NO_PLURAL: [&str; 34] = [
    "alias",
    "always",
    "analytics",
    "atlas",
    "aws",
    "bias",
    "business",
    "canvas",
    "chaos",
    "contents",
    "dns",
    "goods",
    "gps",
    "https",
    "ios",
    "kubernetes",
    "lens",
    "logistics",
    "macos",
    "mathematics",
    "means",
    "news",
    "os",
    "physics",
    "plus",
    "pos",
    "previous",
    "redis",
    "saas",
    "sas",
    "series",
    "sms",
    "species",
    "windows",
];

fn singular_word(word: &str) -> Option<String> {
    if let Some((_, singular)) = IRREGULAR.iter().find(|(plural, _)| *plural == word) {
        return Some((*singular).to_owned());
    }
    if NO_PLURAL.contains(&word) || word.chars().count() < 4 {
        return None;
    }
    let without = |ending: &str| word.strip_suffix(ending).map(str::to_owned);
    if ["ss", "us", "is"]
        .iter()
        .any(|ending| word.ends_with(ending))
    {
        return None;
    }
    if let Some(stem) = without("ies") {
        return Some(stem + "y");
    }
    // `addresses`, `boxes`, `batches`, `hashes`; and `statuses`, yet not `houses` and `causes`.
    let takes_es = ["sses", "xes", "ches", "shes"]
        .iter()
        .any(|ending| word.ends_with(ending));
    let is_us = word.ends_with("uses") && !word.ends_with("auses") && !word.ends_with("ouses");
    if takes_es || is_us {
        return without("es");
    }
    without("s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_have_a_singular() {
        let cases = [
            ("vouchers", "voucher"),
            ("entries", "entry"),
            ("addresses", "address"),
            ("invoices", "invoice"),
            ("expenses", "expense"),
            ("warehouses", "warehouse"),
            ("statuses", "status"),
            ("batches", "batch"),
            ("boxes", "box"),
            ("people", "person"),
            ("ids", "id"),
            ("line_items", "line_item"),
        ];
        for (plural, expected) in cases {
            assert_eq!(singular(plural).as_deref(), Some(expected));
        }
    }

    #[test]
    fn other_words_have_none() {
        for word in [
            "status", "address", "series", "data", "analysis", "news", "gas", "", "s",
        ] {
            assert_eq!(singular(word), None, "{word}");
        }
    }
}
