//! The address of a request below its server.

use url::Url;

use crate::client::Base;
use crate::percent::push_template;

/// Joins a base, a path template filled with encoded values, and a query.
///
/// # Errors
/// In words, when a placeholder has no value or the path would address another resource.
pub(super) fn build(
    base: &Base,
    template: &str,
    values: &[(&'static str, String)],
    query: &str,
) -> Result<Url, String> {
    // Some documents tell operations on one path apart by a fragment, which is never sent.
    let template = template.split('#').next().unwrap_or("");
    let (path, own_query) = template.split_once('?').unwrap_or((template, ""));
    let start = base.origin.len();
    let mut text =
        String::with_capacity(start + base.path.len() + template.len() + query.len() + 32);
    text.push_str(&base.origin);
    text.push_str(&base.path);
    if !path.is_empty() && !path.starts_with('/') {
        text.push('/');
    }
    fill(&mut text, path, values)?;
    if text.len() == start {
        text.push('/');
    }
    let end = text.len();
    refuse_dot_segments(&text[start..])?;
    let mut separator = '?';
    if !own_query.is_empty() {
        text.push('?');
        fill(&mut text, own_query, values)?;
        separator = '&';
    }
    if !query.is_empty() {
        text.push(separator);
        text.push_str(query);
    }
    let url = Url::parse(&text).map_err(|error| format!("the address cannot be used: {error}"))?;
    // The parser mends what it takes for slips; a path that it changed would not be ours.
    let path = &text[start..end];
    if url.path() != path {
        return Err(format!("the path {path} would be sent as {}", url.path()));
    }
    Ok(url)
}

/// Appends a template with its placeholders filled in.
fn fill(
    target: &mut String,
    template: &str,
    values: &[(&'static str, String)],
) -> Result<(), String> {
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
        let plain = segment
            .contains('%')
            .then(|| segment.replace("%2e", ".").replace("%2E", "."));
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

    /// The address below the server.
    fn built(
        base: &str,
        template: &str,
        values: &[(&'static str, &str)],
        query: &str,
    ) -> Result<String, String> {
        let base = Base {
            origin: "https://h.example".to_owned(),
            path: base.to_owned(),
        };
        let values: Vec<_> = values
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        let url = build(&base, template, &values, query)?;
        Ok(url.as_str().trim_start_matches(&base.origin).to_owned())
    }

    #[test]
    fn templates_are_filled() {
        let values = [("id", "a%2Fb"), ("format", "json")];
        assert_eq!(
            built("/api;rev=3", "/x/{id}.{format}", &values, "q=1").unwrap(),
            "/api;rev=3/x/a%2Fb.json?q=1"
        );
        assert_eq!(built("", "", &[], "").unwrap(), "/");
        assert_eq!(built("/b", "x", &[], "").unwrap(), "/b/x");
        assert_eq!(built("", "/ä b#Action=X", &[], "").unwrap(), "/%C3%A4%20b");
    }

    #[test]
    fn a_query_in_the_template_comes_first() {
        let values = [("v", "1")];
        assert_eq!(built("", "/x?v={v}", &values, "q=2").unwrap(), "/x?v=1&q=2");
        assert_eq!(built("", "/x?v={v}", &values, "").unwrap(), "/x?v=1");
    }

    #[test]
    fn a_missing_value_is_named() {
        assert!(built("", "/x/{id}", &[], "").unwrap_err().contains("`id`"));
        assert!(built("", "/x/{id", &[], "").is_err());
    }

    #[test]
    fn dot_segments_are_refused() {
        for value in ["..", ".", "%2e%2E", ".%2e"] {
            let values = [("id", value)];
            assert!(built("", "/x/{id}", &values, "").is_err(), "{value}");
            assert!(built("", "/x/{id}/y", &values, "").is_err(), "{value}");
            assert!(built("", "/x/a{id}", &values, "").is_ok(), "{value}");
        }
    }

    #[test]
    fn what_a_template_holds_stays_as_it_is() {
        for template in ["/a;b=1/c", "/a:b@c", "/a,b/(c)", "/a%20b", "/~a/*"] {
            assert_eq!(built("", template, &[], "").unwrap(), template);
        }
    }
}
