//! Pages of a list, and what is said around them.

use portal_generator::manifest::{PageUnit, Pagination};
use serde_json::Value;

use super::input::Input;
use crate::answers::Sampler;
use crate::json::{Json, Members};
use crate::portal::{Api, Operation};
use crate::random::Random;

/// Which part of a list is asked for.
pub(super) struct Page {
    index: i64,
    size: i64,
    from: usize,
    to: usize,
    total: usize,
    last: i64,
    first: i64,
}

impl Page {
    /// The page that is asked for; the whole list, where the operation has no pages.
    pub(super) fn of(operation: &Operation, input: &Input, total: usize) -> Self {
        let whole = Self {
            index: 0,
            size: i64::try_from(total).unwrap_or(i64::MAX),
            from: 0,
            to: total,
            total,
            last: 0,
            first: 0,
        };
        let has = |name: &str| operation.parameters.iter().any(|it| it.name == name);
        let pagination = operation.pagination.as_ref();
        let Some(rules) = pagination.filter(|it| has(&it.index) && has(&it.size)) else {
            return whole;
        };
        Self::asked(rules, input, total)
    }

    fn asked(rules: &Pagination, input: &Input, total: usize) -> Self {
        let number = |name: &str| input.query.get(name).and_then(Value::as_i64);
        let index = number(&rules.index).unwrap_or(rules.first);
        let most = rules.max_size.unwrap_or(i64::MAX);
        let size = number(&rules.size)
            .unwrap_or(rules.default_size)
            .clamp(1, most.max(1));
        let pages = i64::try_from(total).unwrap_or(i64::MAX);
        let last = rules.first + (pages - 1).max(0) / size;
        let from = match rules.counts {
            PageUnit::Pages => index
                .saturating_sub(rules.first)
                .max(0)
                .saturating_mul(size),
            PageUnit::Records => index.max(0),
        };
        let within = |position: i64| usize::try_from(position).unwrap_or(usize::MAX).min(total);
        Self {
            index,
            size,
            from: within(from),
            to: within(from.saturating_add(size)),
            total,
            last,
            first: rules.first,
        }
    }

    /// The part of a list that is on the page.
    pub(super) fn cut<T: Clone>(&self, items: &[T]) -> Vec<T> {
        items.get(self.from..self.to).unwrap_or_default().to_vec()
    }

    /// The answer around a page: counts and links, by what properties are called.
    pub(super) fn around(
        &self,
        api: &Api,
        schema: &Value,
        member: &str,
        items: Vec<Json>,
        sampler: &Sampler,
        random: &mut Random,
    ) -> Json {
        let schema = api.schemas.resolve(schema);
        let mut members = Members::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if name == member {
                continue;
            }
            let target = api.schemas.resolve(property);
            let value = match self.told(name) {
                Some(value) => Some(Json::from(value)),
                None if target.get("properties").is_some() => {
                    Some(self.around(api, target, "", Vec::new(), sampler, random))
                }
                None => {
                    let made_up = sampler.sample(&api.schemas, property, name, random);
                    made_up.map(Json::from)
                }
            };
            // Links that lead nowhere are left out where they must not be null.
            let null = value == Some(Json::Null);
            let nullable = target.get("nullable") == Some(&Value::Bool(true));
            if let Some(value) = value.filter(|_| !null || nullable) {
                members.insert(name.clone(), value);
            }
        }
        if !member.is_empty() {
            members.insert(member.to_owned(), Json::Array(items));
        }
        Json::Object(members)
    }

    fn told(&self, name: &str) -> Option<Value> {
        let plain = name.replace(['_', '-'], "").to_lowercase();
        let link = |index: i64| {
            let inside = (self.first..=self.last).contains(&index);
            match inside {
                true => Value::from(format!("?page={index}&per_page={}", self.size)),
                false => Value::Null,
            }
        };
        Some(match plain.as_str() {
            "currentpage" | "page" | "pageindex" | "pagenumber" => Value::from(self.index),
            "pagesize" | "perpage" => Value::from(self.size),
            "pagecount" | "totalpages" | "pages" => Value::from(self.last - self.first + 1),
            "rowcount" | "total" | "totalcount" | "count" => Value::from(self.total),
            "previous" | "prev" => link(self.index - 1),
            "next" => link(self.index + 1),
            _ => return None,
        })
    }
}
