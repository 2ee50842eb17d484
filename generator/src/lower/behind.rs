//! What stands behind references to components that are no schemas.

use indexmap::IndexMap;
use openapiv3::ReferenceOr;

use super::view::component_name;

/// How many components may refer on to one another. Normalizing leaves no cycles; this is a fence.
const MAX_HOPS: usize = 32;

/// The item behind a reference, however many components refer on.
pub(super) fn behind<'a, T>(
    item: &'a ReferenceOr<T>,
    components: Option<&'a IndexMap<String, ReferenceOr<T>>>,
) -> Option<&'a T> {
    let mut item = item;
    for _ in 0..MAX_HOPS {
        match item {
            ReferenceOr::Item(item) => return Some(item),
            ReferenceOr::Reference { reference } => {
                item = components?.get(component_name(reference))?;
            }
        }
    }
    None
}
