//! Uniqueness of identifiers within a scope.

use std::collections::{HashMap, HashSet};

/// Hands out identifiers, each once.
///
/// ```
/// # use portal_generator::names::Scope;
/// let mut scope = Scope::with_reserved(&["new"]);
/// let none = std::iter::empty::<String>;
/// assert_eq!(scope.claim("voucher", none()), "voucher");
/// assert_eq!(scope.claim("voucher", ["sales_voucher".to_owned()]), "sales_voucher");
/// assert_eq!(scope.claim("voucher", none()), "voucher_2");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Scope {
    claimed: HashSet<String>,
    /// The number from which on those behind a stem may be free; nothing is ever given back.
    numbers: HashMap<String, u64>,
    ignores_case: bool,
}

impl Scope {
    /// A scope in which nothing is claimed.
    pub fn new() -> Self {
        Self::default()
    }

    /// A scope in which these names are taken from the start.
    pub fn with_reserved(reserved: &[&str]) -> Self {
        let mut scope = Self::new();
        scope.reserve(reserved);
        scope
    }

    /// A scope for the names of modules and files, which some file systems tell apart by more
    /// than case.
    pub fn for_files() -> Self {
        Self {
            ignores_case: true,
            ..Self::default()
        }
    }

    /// Takes names without handing them out.
    pub fn reserve(&mut self, names: &[&str]) {
        for name in names {
            let key = self.key(name);
            self.claimed.insert(key);
        }
    }

    /// Whether a name is still to be had.
    pub fn is_free(&self, name: &str) -> bool {
        !self.claimed.contains(&self.key(name))
    }

    /// Claims the preferred name, or else the first of the alternatives that is free, or else the
    /// preferred name with the first number from 2 that is.
    pub fn claim(
        &mut self,
        preferred: &str,
        alternatives: impl IntoIterator<Item = String>,
    ) -> String {
        // `type_` becomes `type_2`.
        let stem = preferred.trim_end_matches('_');
        let separator = if is_joined_by_capitals(stem) { "" } else { "_" };
        self.claim_behind(preferred, alternatives, format!("{stem}{separator}"))
    }

    /// Claims the name of a type or a variant as [`claim`](Self::claim) does. `AB` alone does not tell whether it is
    /// a constant's name, and would be numbered as one.
    pub fn claim_capitalized(
        &mut self,
        preferred: &str,
        alternatives: impl IntoIterator<Item = String>,
    ) -> String {
        // `Self_` becomes `Self2`.
        let stem = preferred.trim_end_matches('_');
        let separator = if stem.ends_with(char::is_numeric) {
            "_"
        } else {
            ""
        };
        self.claim_behind(preferred, alternatives, format!("{stem}{separator}"))
    }

    fn claim_behind(
        &mut self,
        preferred: &str,
        alternatives: impl IntoIterator<Item = String>,
        stem: String,
    ) -> String {
        let name = if self.is_free(preferred) {
            preferred.to_owned()
        } else {
            let mut alternatives = alternatives.into_iter();
            alternatives
                .find(|name| !name.is_empty() && self.is_free(name))
                .unwrap_or_else(|| self.first_free_number(stem))
        };
        let key = self.key(&name);
        self.claimed.insert(key);
        name
    }

    fn first_free_number(&mut self, stem: String) -> String {
        let mut number = self.numbers.get(&stem).copied().unwrap_or(2);
        loop {
            let name = format!("{stem}{number}");
            number += 1;
            if self.is_free(&name) {
                self.numbers.insert(stem, number);
                return name;
            }
        }
    }

    fn key(&self, name: &str) -> String {
        if self.ignores_case {
            name.to_lowercase()
        } else {
            name.to_owned()
        }
    }
}

/// Whether a name is written in camel case and can take a number without a separator: not after
/// another digit, where `V1` and `2` would read as twelve.
fn is_joined_by_capitals(name: &str) -> bool {
    let is_screaming = name.chars().count() > 1 && !name.chars().any(char::is_lowercase);
    name.starts_with(char::is_uppercase) && !is_screaming && !name.ends_with(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(preferred: &str) -> String {
        let mut scope = Scope::with_reserved(&[preferred]);
        scope.claim(preferred, [])
    }

    #[test]
    fn numbers_follow_the_case_of_the_name() {
        assert_eq!(numbered("voucher"), "voucher_2");
        assert_eq!(numbered("Voucher"), "Voucher2");
        assert_eq!(numbered("VOUCHER"), "VOUCHER_2");
        assert_eq!(numbered("Voucher1"), "Voucher1_2");
        assert_eq!(numbered("type_"), "type_2");
        assert_eq!(numbered("Self_"), "Self2");
    }

    #[test]
    fn numbers_in_use_are_passed_over() {
        let mut scope = Scope::with_reserved(&["a", "a_2"]);
        assert_eq!(scope.claim("a", ["a_2".to_owned(), String::new()]), "a_3");
        assert_eq!(scope.claim("a", []), "a_4");
    }

    #[test]
    fn numbers_go_on_from_where_they_were() {
        let mut scope = Scope::with_reserved(&["a"]);
        assert_eq!(scope.claim("a", []), "a_2");
        scope.reserve(&["a_3"]);
        assert_eq!(scope.claim("a_", []), "a_");
        assert_eq!(scope.claim("a_", []), "a_4");
        assert_eq!(scope.claim("a", []), "a_5");
    }

    #[test]
    fn types_are_numbered_without_a_separator() {
        let mut scope = Scope::with_reserved(&["AB", "V1"]);
        assert_eq!(scope.claim_capitalized("AB", []), "AB2");
        assert_eq!(scope.claim_capitalized("AB", []), "AB3");
        assert_eq!(scope.claim_capitalized("V1", []), "V1_2");
        assert_eq!(scope.claim_capitalized("Self_", []), "Self_");
        assert_eq!(scope.claim_capitalized("Self_", []), "Self2");
        assert_eq!(scope.claim_capitalized("V1", ["One".to_owned()]), "One");
    }

    #[test]
    fn files_differ_in_more_than_case() {
        let mut scope = Scope::for_files();
        assert_eq!(scope.claim("été", []), "été");
        assert_eq!(scope.claim("ÉTÉ", []), "ÉTÉ_2");
        let mut scope = Scope::new();
        assert_eq!(scope.claim("Id", []), "Id");
        assert_eq!(scope.claim("ID", []), "ID");
    }
}
