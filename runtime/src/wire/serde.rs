//! The bridge to serde, behind the cargo feature `serde`.
