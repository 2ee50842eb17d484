//! Sets of scopes.

/// Scopes as a set: sorted, each once. A text with several, separated by white space as in RFC 6749,
/// section 3.3, is several scopes.
pub(crate) fn scope_set<S: AsRef<str>>(scopes: &[S]) -> Vec<String> {
    let words = scopes
        .iter()
        .flat_map(|scope| scope.as_ref().split_whitespace());
    let mut set: Vec<String> = words.map(str::to_owned).collect();
    set.sort();
    set.dedup();
    set
}

/// Checks that there are scopes to ask for: a provider that is asked for none gives a token for
/// whatever it likes (RFC 6749, section 3.3).
///
/// # Errors
/// In words.
pub(crate) fn check_scopes<S: AsRef<str>>(scopes: &[S]) -> Result<(), &'static str> {
    if scopes.is_empty() {
        return Err("there are none, and the provider would choose");
    }
    let blank = |scope: &S| scope.as_ref().trim().is_empty();
    match scopes.iter().any(blank) {
        true => Err("one is empty; was a variable not set?"),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_repetition_do_not_matter() {
        assert_eq!(scope_set(&["b a", "", " c\n", "a"]), ["a", "b", "c"]);
        assert!(scope_set::<&str>(&[]).is_empty());
    }

    #[test]
    fn nothing_is_no_scope() {
        assert_eq!(check_scopes(&["a"]), Ok(()));
        assert!(check_scopes::<&str>(&[]).is_err());
        assert!(check_scopes(&["a", "\t"]).is_err());
    }
}
