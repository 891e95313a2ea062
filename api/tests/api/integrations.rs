//! Programs: tokens, bots, and what comes from other systems.

mod bots;
mod import;
mod scopes;
mod tokens;
