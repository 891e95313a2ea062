//! The fields of a space, for making and for editing one.

use crate::form::Form;
use crate::i18n::{Key, by_name, t, tr};
use crate::ui::{SelectField, TextArea, TextField};
use leptos::prelude::*;
use shared::spaces::{CreateSpace, Space, Visibility};
use shared::validate::Validate;

/// What is typed.
#[derive(Clone, Copy)]
pub struct SpaceFields {
    pub name: RwSignal<String>,
    pub description: RwSignal<String>,
    visibility: RwSignal<String>,
}

impl SpaceFields {
    /// Empty, or filled from a space.
    #[must_use]
    pub fn new(space: Option<&Space>) -> Self {
        let visibility = space.map_or(Visibility::Public, |space| space.visibility);
        Self {
            name: RwSignal::new(space.map(|space| space.name.clone()).unwrap_or_default()),
            description: RwSignal::new(
                space.and_then(|space| space.description.clone()).unwrap_or_default(),
            ),
            visibility: RwSignal::new(visibility.key().to_owned()),
        }
    }

    /// The whole as the body of a new space, reactively.
    #[must_use]
    pub fn body(&self) -> CreateSpace {
        let description = self.description.get().trim().to_owned();
        CreateSpace {
            name: self.name.get().trim().to_owned(),
            description: (!description.is_empty()).then_some(description),
            visibility: Visibility::from_key(&self.visibility.get()).unwrap_or_default(),
        }
    }

    /// A form with the rules of a space.
    #[must_use]
    pub fn form(&self) -> Form {
        let fields = *self;
        Form::new(move || fields.body().validate())
    }
}

/// Name, description, visibility.
#[component]
pub fn SpaceInputs(
    fields: SpaceFields,
    form: Form,
    /// The name has the keyboard when the form appears.
    #[prop(optional)]
    first: bool,
    /// Without `manage_space` only name and description can be changed.
    #[prop(default = true)]
    with_visibility: bool,
) -> impl IntoView {
    let (name, description) = (form.field("name"), form.field("description"));
    let label = |v: Visibility| by_name(&format!("spaces.visibility_{}", v.key()));
    let options = Signal::derive(move || {
        Visibility::ALL.iter().map(|v| (v.key().to_owned(), label(*v))).collect::<Vec<_>>()
    });
    let hint = move || by_name(&format!("spaces.visibility_{}_hint", fields.visibility.get()));
    let description_label =
        move || format!("{} ({})", tr(Key::SpacesDescription), tr(Key::AppOptional));
    view! {
        <TextField
            label=t(Key::SpacesName)
            value=fields.name
            hint=t(Key::SpacesNameHint)
            first
            error=name.error
            on_input=name.on_input
            on_leave=name.on_leave
        />
        <TextArea
            label=description_label
            value=fields.description
            hint=t(Key::SpacesDescriptionHint)
            error=description.error
            on_input=description.on_input
            on_leave=description.on_leave
        />
        {with_visibility
            .then(|| {
                view! {
                    <SelectField
                        label=t(Key::SpacesVisibility)
                        value=fields.visibility
                        options
                        hint=hint
                    />
                }
            })}
    }
}
