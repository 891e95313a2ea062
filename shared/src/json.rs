//! Reading JSON with little code: for the browser, where every type that is read costs weight.
//!
//! `serde_json` makes its whole parser anew for each type, with texts of what is wrong where. Here the
//! text becomes a [`Value`] first, by one function, and types are read from that; all that is told is
//! whether it could be read. A program that can afford it uses `serde_json` itself.

use serde::Deserialize;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde_json::{Map, Value};
use std::fmt;

#[cfg(test)]
mod tests;

/// The text is not JSON, or not what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable JSON")
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: Unexpected, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_value(_: Unexpected, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// Reads a type from a text.
///
/// # Errors
/// See [`Unreadable`].
pub fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Unreadable> {
    T::deserialize(Node(&value(text)?))
}

/// Reads a type from what a text was already read to.
///
/// # Errors
/// See [`Unreadable`].
pub fn read_value<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, Unreadable> {
    T::deserialize(Node(value))
}

/// Reads any JSON.
///
/// # Errors
/// See [`Unreadable`].
pub fn value(text: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(text).map_err(|_| Unreadable)
}

/// A value that is being read.
struct Node<'a>(&'a Value);

macro_rules! numbers {
    ($($name:ident: $as:ident -> $visit:ident,)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit(self.0.$as().ok_or(Unreadable)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(is) => visitor.visit_bool(*is),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().ok_or(Unreadable)?),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    numbers! {
        deserialize_bool: as_bool -> visit_bool,
        deserialize_i8: as_i64 -> visit_i64,
        deserialize_i16: as_i64 -> visit_i64,
        deserialize_i32: as_i64 -> visit_i64,
        deserialize_i64: as_i64 -> visit_i64,
        deserialize_u8: as_u64 -> visit_u64,
        deserialize_u16: as_u64 -> visit_u64,
        deserialize_u32: as_u64 -> visit_u64,
        deserialize_u64: as_u64 -> visit_u64,
        deserialize_f32: as_f64 -> visit_f64,
        deserialize_f64: as_f64 -> visit_f64,
        deserialize_char: as_str -> visit_str,
        deserialize_str: as_str -> visit_str,
        deserialize_string: as_str -> visit_str,
        deserialize_identifier: as_str -> visit_str,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.0.is_null() { visitor.visit_unit() } else { Err(Unreadable) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(List(self.0.as_array().ok_or(Unreadable)?))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_map(Object::of(self.0.as_object().ok_or(Unreadable)?))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(Variant::of(self.0)?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { i128 u128 bytes byte_buf unit_struct tuple_struct }
}

/// What is left of a list.
struct List<'a>(&'a [Value]);

impl<'de> SeqAccess<'de> for List<'_> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        seed.deserialize(Node(first)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// What is left of an object.
struct Object<'a> {
    rest: serde_json::map::Iter<'a>,
    value: &'a Value,
}

impl<'a> Object<'a> {
    fn of(map: &'a Map<String, Value>) -> Self {
        Self { rest: map.iter(), value: &Value::Null }
    }
}

impl<'de> MapAccess<'de> for Object<'_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Name(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Unreadable> {
        seed.deserialize(Node(self.value))
    }
}

/// A name in an object, or of a variant.
struct Name<'a>(&'a str);

impl<'de> Deserializer<'de> for Name<'_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_str(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(Variant { name: self.0, content: &Value::Null })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// `"name"` or `{"name": content}`.
struct Variant<'a> {
    name: &'a str,
    content: &'a Value,
}

impl<'a> Variant<'a> {
    fn of(value: &'a Value) -> Result<Self, Unreadable> {
        match value {
            Value::String(name) => Ok(Self { name, content: &Value::Null }),
            Value::Object(map) if map.len() == 1 => {
                let (name, content) = map.iter().next().ok_or(Unreadable)?;
                Ok(Self { name, content })
            }
            _ => Err(Unreadable),
        }
    }
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Unreadable;
    type Variant = Node<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Node<'a>), Unreadable> {
        Ok((seed.deserialize(Name(self.name))?, Node(self.content)))
    }
}

impl<'de> VariantAccess<'de> for Node<'_> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        if self.0.is_null() { Ok(()) } else { Err(Unreadable) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, Unreadable> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }
}
