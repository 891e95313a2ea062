//! What every operation says without being told: descriptions of answers, ids in paths, and one
//! entry for paths that differ only in the name of their id, as the standard wants it.

use actix_web::http::StatusCode;
use std::collections::BTreeMap;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Content, OpenApi, PathItem, Ref, RefOr, Required, ResponseBuilder};

/// See the module.
#[must_use]
pub fn complete(mut contract: OpenApi) -> OpenApi {
    let mut shapes: BTreeMap<String, (String, PathItem)> = BTreeMap::new();
    for (path, mut item) in std::mem::take(&mut contract.paths.paths) {
        for operation in operations(&mut item) {
            describe_answers(operation);
            describe_failures(operation);
            add_ids(operation, &path);
        }
        match shapes.entry(shape(&path)) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert((path, item));
            }
            std::collections::btree_map::Entry::Occupied(taken) => {
                let (other, merged) = taken.into_mut();
                *other = with_id(other, merged, &path, &mut item);
                merged.merge_operations(item);
            }
        }
    }
    contract.paths.paths = shapes.into_values().collect();
    contract
}

/// The path with every parameter's name taken out.
fn shape(path: &str) -> String {
    segments(path, |_| "{}".to_owned())
}

/// Where two paths name a parameter differently, both call it `id`. Returns the common path.
fn with_id(path: &str, item: &mut PathItem, other: &str, other_item: &mut PathItem) -> String {
    let mut names = parameters(other);
    segments(path, |name| match names.next() {
        Some(other) if other != name => {
            rename(item, name);
            rename(other_item, other);
            "{id}".to_owned()
        }
        _ => format!("{{{name}}}"),
    })
}

fn rename(item: &mut PathItem, name: &str) {
    for operation in operations(item) {
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(parameter) = parameter
                && parameter.parameter_in == ParameterIn::Path
                && parameter.name == name
            {
                "id".clone_into(&mut parameter.name);
            }
        }
    }
}

fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn segments(path: &str, mut replace: impl FnMut(&str) -> String) -> String {
    let parts = path.split('/').map(|part| {
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        name.map_or_else(|| part.to_owned(), &mut replace)
    });
    parts.collect::<Vec<_>>().join("/")
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
        .into_iter()
        .flatten()
}

fn describe_answers(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let known = status.parse::<StatusCode>().ok().and_then(|code| code.canonical_reason());
            known.unwrap_or("Answer").clone_into(&mut response.description);
        }
    }
}

/// Every operation can fail; a problem says by its type that it is one.
fn describe_failures(operation: &mut Operation) {
    let answers = &mut operation.responses.responses;
    let failure = ResponseBuilder::new()
        .description("What went wrong: `code` says it for programs, `detail` for people.")
        .content("application/json", Content::new(Some(Ref::from_schema_name("Problem"))))
        .build();
    answers.entry("default".to_owned()).or_insert(RefOr::T(failure));
    for response in answers.values_mut() {
        if let RefOr::T(response) = response
            && response.content.get("application/json").is_some_and(is_problem)
            && let Some(problem) = response.content.shift_remove("application/json")
        {
            response.content.insert("application/problem+json".to_owned(), problem);
        }
    }
}

fn is_problem(content: &RefOr<Content>) -> bool {
    match content {
        RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) => {
            schema.ref_location.ends_with("/Problem")
        }
        _ => false,
    }
}

/// Every id in the path that the operation did not describe itself.
fn add_ids(operation: &mut Operation, path: &str) {
    let described = operation.parameters.get_or_insert_default();
    for name in parameters(path) {
        let has = |parameter: &RefOr<Parameter>| match parameter {
            RefOr::T(parameter) => parameter.name == name,
            RefOr::Ref(_) => false,
        };
        if !described.iter().any(has) {
            described.push(RefOr::T(id_parameter(name)));
        }
    }
    if described.is_empty() {
        operation.parameters = None;
    }
}

fn id_parameter(name: &str) -> Parameter {
    let owner = name.strip_suffix("_id").unwrap_or(name).replace('_', " ");
    let id = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(format!("The id of the {owner}.")))
        .schema(Some(id))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_differ_in_a_name_become_one() {
        assert_eq!(shape("/messages/{chat_id}"), shape("/messages/{message_id}"));
        assert_ne!(shape("/messages/{chat_id}"), shape("/messages/{chat_id}/pin"));
        let (mut one, mut other) = (PathItem::default(), PathItem::default());
        let path = with_id("/a/{x_id}/b/{y}", &mut one, "/a/{z_id}/b/{y}", &mut other);
        assert_eq!(path, "/a/{id}/b/{y}");
    }
}
