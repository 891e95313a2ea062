//! Socket commands: slices offer them beside their routes; the router hands the table over.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use shared::error::ErrorCode;
use std::collections::HashMap;
use std::rc::Rc;

/// What a command may use.
#[derive(Clone)]
pub struct CommandContext {
    pub app: App,
    pub user: CurrentUser,
}

type Handler =
    dyn Fn(CommandContext, Box<RawValue>) -> LocalBoxFuture<'static, ApiResult<Box<RawValue>>>;

/// Commands by type. Clones share the table: each socket has one.
#[derive(Clone, Default)]
pub struct Commands(Rc<HashMap<&'static str, Rc<Handler>>>);

impl Commands {
    /// Adds a command: the same action as the REST route, the same checks, the same errors.
    #[must_use]
    pub fn on<D, T, F, Fut>(mut self, kind: &'static str, action: F) -> Self
    where
        D: DeserializeOwned + 'static,
        T: Serialize,
        F: Fn(CommandContext, D) -> Fut + Copy + 'static,
        Fut: Future<Output = ApiResult<T>> + 'static,
    {
        let handler = move |context, raw: Box<RawValue>| -> LocalBoxFuture<'static, _> {
            Box::pin(async move {
                let data = serde_json::from_str(raw.get()).map_err(|error| bad_data(&error))?;
                let answer = action(context, data).await?;
                serde_json::value::to_raw_value(&answer).map_err(ApiError::internal)
            })
        };
        Rc::make_mut(&mut self.0).insert(kind, Rc::new(handler));
        self
    }

    /// All commands of both tables.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        let others = other.0.iter().map(|(kind, handler)| (*kind, handler.clone()));
        Rc::make_mut(&mut self.0).extend(others);
        self
    }

    /// The types, for the contract.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// Runs a command.
    ///
    /// # Errors
    /// The action's, `unknown_command`, or what was wrong with the data.
    pub async fn run(
        &self,
        kind: &str,
        context: CommandContext,
        data: Box<RawValue>,
    ) -> ApiResult<Box<RawValue>> {
        let handler =
            self.0.get(kind).ok_or_else(|| ApiError::new(ErrorCode::UnknownCommand))?.clone();
        handler(context, data).await
    }
}

fn bad_data(error: &serde_json::Error) -> ApiError {
    crate::http::json::bad_json(error, "")
}
