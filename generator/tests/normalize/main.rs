//! What normalization makes of minimal documents, one rule at a time.

mod documents;
mod mistakes;
mod openapi31;
mod operations;
mod places;
mod references;
mod schemas;
mod support;
mod swagger2;
