//! What must stay true of the repository itself: its parts, its documentation, its settings.

mod architecture;
mod files;
mod guide;
mod links;
mod settings;
