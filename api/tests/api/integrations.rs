//! Programs: tokens, bots, and what comes from other systems.

mod bots;
mod import;
mod import_command;
mod scopes;
mod tokens;
