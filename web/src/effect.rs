//! Effects that cost little code: Leptos compiles all of an effect once for every closure type, this
//! one once for every type of value.

use leptos::prelude::Effect as LeptosEffect;

/// Use this instead of the one of Leptos.
pub struct Effect;

impl Effect {
    /// Runs soon, and again when something that it read has changed. Gets what it gave the last time.
    pub fn new<T: 'static>(run: impl FnMut(Option<T>) -> T + 'static) -> Self {
        let run: Box<dyn FnMut(Option<T>) -> T> = Box::new(run);
        LeptosEffect::new(run);
        Self
    }
}
