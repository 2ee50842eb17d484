//! Path templates of documents, and the paths that match them.

use std::collections::BTreeMap;

use crate::message::decoded;

/// A path template, segment by segment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template(Vec<Segment>);

#[derive(Clone, Debug, PartialEq)]
enum Segment {
    Fixed(String),
    /// What stands before the parameter, its name, and what stands after it.
    Parameter(String, String, String),
}

impl Template {
    pub(crate) fn new(text: &str) -> Self {
        Self(segments(text).map(Segment::new).collect())
    }

    /// The values of the parameters, where a path matches; it is split before escapes are resolved.
    pub(crate) fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let given: Vec<&str> = segments(path).collect();
        if given.len() != self.0.len() {
            return None;
        }
        let mut values = BTreeMap::new();
        for (segment, given) in self.0.iter().zip(given) {
            match segment {
                Segment::Fixed(text) if *text == decoded(given) => {}
                Segment::Fixed(_) => return None,
                Segment::Parameter(before, name, after) => {
                    let value = given.strip_prefix(before.as_str())?;
                    let value = value.strip_suffix(after.as_str())?;
                    if value.is_empty() {
                        return None;
                    }
                    values.insert(name.clone(), decoded(value));
                }
            }
        }
        Some(values)
    }

    /// How many segments have to be exactly so: among several matching templates, the most fixed one counts.
    pub(crate) fn fixed(&self) -> usize {
        let fixed = self.0.iter();
        fixed.filter(|it| matches!(it, Segment::Fixed(_))).count()
    }

    /// The parameter that the path ends with, and the template without it.
    pub(crate) fn split_last(&self) -> Option<(&str, Self)> {
        match self.0.split_last()? {
            (Segment::Parameter(_, name, _), rest) => Some((name, Self(rest.to_vec()))),
            (Segment::Fixed(_), _) => None,
        }
    }

    /// All templates of paths above this one, the longest first.
    pub(crate) fn above(&self) -> impl Iterator<Item = Self> + '_ {
        (1..self.0.len())
            .rev()
            .map(|length| Self(self.0.iter().take(length).cloned().collect()))
    }

    /// The fixed segments from the last to the first, without those that name a version.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().rev().filter_map(|segment| match segment {
            Segment::Fixed(text) if !is_version(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether both are the same but for the version.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let alike = |(one, two): (&Segment, &Segment)| match (one, two) {
            (Segment::Fixed(one), Segment::Fixed(two)) => {
                one == two || (is_version(one) && is_version(two))
            }
            (one, two) => one == two,
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(alike)
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        let parts = text
            .split_once('{')
            .and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
        match parts {
            Some((before, (name, after))) => {
                Self::Parameter(before.to_owned(), name.to_owned(), after.to_owned())
            }
            None => Self::Fixed(text.to_owned()),
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// `v1`, `v2.0`.
fn is_version(text: &str) -> bool {
    let rest = text.strip_prefix('v').unwrap_or_default();
    !rest.is_empty()
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_split_before_they_are_decoded() {
        let template = Template::new("/v1/vouchers/{organization}/{id}.pdf");
        let values = template.matches("/v1/vouchers/a%2Fb/7.pdf").unwrap();
        assert_eq!(values["organization"], "a/b");
        assert_eq!(values["id"], "7");
        assert_eq!(template.matches("/v1/vouchers/a/b/7.pdf"), None);
        assert_eq!(template.matches("/v1/vouchers/a/7"), None);
        assert_eq!(template.matches("/v1/vouchers/a/.pdf"), None);
    }

    #[test]
    fn versions_do_not_tell_templates_apart() {
        let (one, two) = (Template::new("/v1/a/{b}"), Template::new("/v2.0/a/{b}"));
        assert!(one.is_like(&two));
        assert!(!one.is_like(&Template::new("/v1/a/{c}")));
        assert_eq!(one.words().collect::<Vec<_>>(), ["a"]);
    }
}
