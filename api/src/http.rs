//! What every route uses: who asks, how bodies and queries are read, how errors leave.

pub mod client_address;
pub mod cors;
pub mod current_user;
pub mod cursor;
pub mod deadline;
pub mod etag;
pub mod form;
pub mod headers;
pub mod idempotency;
pub mod json;
pub mod language;
pub mod methods;
pub mod observe;
pub mod one_path;
pub mod origin;
pub mod panics;
pub mod problem;
pub mod query;
pub mod rate_limit;
pub mod scopes;
