//! The commands as a person runs them.

mod codegen;
mod corpus;
mod diff;
mod fetch;
mod generate;
mod machines;
mod mend;
mod overlays;
mod people;
mod scopes;
mod support;
