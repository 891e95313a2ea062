//! What comes from other systems.

mod import;
