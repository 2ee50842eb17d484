//! The address of a request below its server.

use crate::percent::push_template;

/// Joins a base path, a path template filled with encoded values, and a query.
///
/// # Errors
/// In words, when a placeholder has no value or the path would address another resource.
pub(super) fn build(
    base: &str,
    template: &str,
    values: &[(&'static str, String)],
    query: &str,
) -> Result<String, String> {
    // Some documents tell operations on one path apart by a fragment, which is never sent.
    let template = template.split('#').next().unwrap_or("");
    let (path, own_query) = template.split_once('?').unwrap_or((template, ""));
    let mut target = String::with_capacity(base.len() + template.len() + query.len() + 32);
    target.push_str(base);
    if !path.is_empty() && !path.starts_with('/') {
        target.push('/');
    }
    fill(&mut target, path, values)?;
    if target.is_empty() {
        target.push('/');
    }
    refuse_dot_segments(&target)?;
    let mut separator = '?';
    if !own_query.is_empty() {
        target.push('?');
        fill(&mut target, own_query, values)?;
        separator = '&';
    }
    if !query.is_empty() {
        target.push(separator);
        target.push_str(query);
    }
    Ok(target)
}

/// Appends a template with its placeholders filled in.
fn fill(target: &mut String, template: &str, values: &[(&'static str, String)]) -> Result<(), String> {
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        push_template(target, literal);
        let Some((name, after)) = after.split_once('}') else {
            return Err(format!("the path `{template}` has a `{{` without its `}}`"));
        };
        match values.iter().find(|(given, _)| *given == name) {
            Some((_, value)) => target.push_str(value),
            None => return Err(format!("the path parameter `{name}` has no value")),
        }
        rest = after;
    }
    push_template(target, rest);
    Ok(())
}

/// `.` and `..`, encoded or not, are taken out of URLs on the way, so that the request would reach
/// another resource.
fn refuse_dot_segments(path: &str) -> Result<(), String> {
    let dots = |segment: &str| matches!(segment, "." | "..");
    for segment in path.split('/') {
        let plain = segment.contains('%').then(|| segment.replace("%2e", ".").replace("%2E", "."));
        if dots(plain.as_deref().unwrap_or(segment)) {
            return Err(format!(
                "a path parameter makes the path segment `{segment}`, which would address another resource"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let values = [("id", "a%2Fb".to_owned()), ("format", "json".to_owned())];
        assert_eq!(build("/api;rev=3", "/x/{id}.{format}", &values, "q=1").unwrap(), "/api;rev=3/x/a%2Fb.json?q=1");
        assert_eq!(build("", "", &[], "").unwrap(), "/");
        assert_eq!(build("/b", "x", &[], "").unwrap(), "/b/x");
        assert_eq!(build("", "/ä b#Action=X", &[], "").unwrap(), "/%C3%A4%20b");
    }

    #[test]
    fn a_query_in_the_template_comes_first() {
        let values = [("v", "1".to_owned())];
        assert_eq!(build("", "/x?v={v}", &values, "q=2").unwrap(), "/x?v=1&q=2");
        assert_eq!(build("", "/x?v={v}", &values, "").unwrap(), "/x?v=1");
    }

    #[test]
    fn a_missing_value_is_named() {
        assert!(build("", "/x/{id}", &[], "").unwrap_err().contains("`id`"));
        assert!(build("", "/x/{id", &[], "").is_err());
    }

    #[test]
    fn dot_segments_are_refused() {
        for value in ["..", ".", "%2e%2E", ".%2e"] {
            let values = [("id", value.to_owned())];
            assert!(build("", "/x/{id}", &values, "").is_err(), "{value}");
            assert!(build("", "/x/{id}/y", &values, "").is_err(), "{value}");
            assert!(build("", "/x/a{id}", &values, "").is_ok(), "{value}");
        }
    }
}
