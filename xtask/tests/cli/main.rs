//! The commands as a person runs them.

mod codegen;
mod corpus;
mod generate;
mod scopes;
mod support;
