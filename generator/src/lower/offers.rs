//! Media types of answers: what a response offers, and which of them is asked for.

use openapiv3::{MediaType, Response};

use super::bodies::{essence, is_json, is_text};
use super::operations::{Operations, Site};
use super::responses::{all, successes};
use super::sequential::cut;
use crate::ir::Status;

/// Which of the media types that a response offers is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// The usual one: JSON before text before bytes, and what comes whole before what comes item by item.
    Whole,
    /// What comes item by item, where it is offered.
    Items,
}

impl<'a> Operations<'a, '_> {
    /// Whether a success comes whole or item by item, as is asked for: models that talk, for one, answer either way.
    pub(super) fn offers_items_too(&self, site: &Site<'a>) -> bool {
        successes(site).iter().any(|(_, response)| {
            self.response(response).is_some_and(|found| {
                let is_cut = |offer| {
                    self.chosen(found, offer)
                        .is_some_and(|(name, _)| cut(name).is_some())
                };
                is_cut(Offer::Items) && !is_cut(Offer::Whole)
            })
        })
    }

    /// The media types that an operation's answers are understood in.
    pub(super) fn accept(&self, site: &Site<'a>, offer: Offer) -> Vec<String> {
        let mut accept: Vec<String> = Vec::new();
        let successes: Vec<Status> = successes(site).iter().map(|(status, _)| *status).collect();
        for (status, response) in all(site) {
            let found = self.response(response);
            let chosen = found.and_then(|found| self.chosen(found, offer));
            // To name what only an error is sent in would ask for a success in it too.
            let asked = |name: &str| cut(name).is_none() || successes.contains(&status);
            if let Some((media_type, _)) = chosen.filter(|(name, _)| asked(name)) {
                let media_type = essence(media_type);
                let usable = !media_type.is_empty() && media_type.contains('/');
                if usable && !accept.contains(&media_type) {
                    accept.push(media_type);
                }
            }
        }
        accept
    }

    /// The media type that is asked for.
    pub(super) fn chosen(
        &self,
        response: &'a Response,
        offer: Offer,
    ) -> Option<(&'a str, &'a MediaType)> {
        let rank = |media_type: &str| match () {
            () if cut(media_type).is_some() => match offer {
                Offer::Whole => 4,
                Offer::Items => -1,
            },
            () if is_json(media_type) => 0,
            () if essence(media_type) == "*/*" => 1,
            () if is_text(media_type) => 2,
            () => 3,
        };
        // Of several streams the one whose items are known.
        let key = |(name, content): (&str, &MediaType)| {
            let unknown = cut(name).is_some() && content.schema.is_none();
            (rank(name), unknown)
        };
        let offered = response.content.iter();
        offered
            .map(|(name, content)| (name.as_str(), content))
            .min_by_key(|offer| key(*offer))
    }
}
