//! Values for answers: the document's examples where they fit, else made up.

mod project;
mod sample;

pub(crate) use project::{Known, Projection};
pub(crate) use sample::Sampler;
