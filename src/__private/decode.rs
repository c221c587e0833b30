//! Decoding of objects. A derived `Deserialize` writes one state machine for each type, and to check
//! them is most of what generated code costs. Here it stands once; a type has only its list of
//! fields. What is accepted and how errors read is as derived code has it.

use std::{fmt, marker::PhantomData, slice};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, IntoDeserializer as _, MapAccess, SeqAccess},
    forward_to_deserialize_any,
};

/// A struct that is decoded from an object. `__decode!` implements it.
pub trait Decode<'de>: Sized {
    /// Name of the type.
    const NAME: &'static str;
    /// The keys of its fields, in their order.
    const KEYS: &'static [&'static str];

    /// Takes the fields out of the object.
    fn decode<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

/// Decodes a struct.
pub fn decode<'de, T: Decode<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::NAME, T::KEYS, Object(PhantomData))
}

/// Implements `Deserialize` for a struct, whose fields all have to be named, with their keys.
/// Before a key stands the function that says what it means when the key is missing.
#[doc(hidden)]
#[macro_export]
macro_rules! __decode {
    ($name:ident { $($field:ident: $missing:ident $key:literal),* $(,)? }) => {
        impl<'de> $crate::__private::Decode<'de> for $name {
            const NAME: &'static str = ::core::stringify!($name);
            const KEYS: &'static [&'static str] = &[$($key),*];

            fn decode<A: $crate::__private::serde::de::MapAccess<'de>>(
                map: A,
            ) -> ::core::result::Result<Self, A::Error> {
                $(let mut $field = ::core::option::Option::None;)*
                $crate::__private::fill(map, Self::KEYS, &mut [$(&mut $field),*])?;
                ::core::result::Result::Ok(Self {
                    $($field: $crate::__private::$missing($field, $key)?),*
                })
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::decode(deserializer)
            }
        }
    };
}

/// A field while its object is read.
pub trait Slot<'de, A: MapAccess<'de>> {
    /// Reads its value.
    fn fill(&mut self, key: &'static str, map: &mut A) -> Result<(), A::Error>;
}

impl<'de, A: MapAccess<'de>, T: Deserialize<'de>> Slot<'de, A> for Option<T> {
    fn fill(&mut self, key: &'static str, map: &mut A) -> Result<(), A::Error> {
        if self.is_some() {
            return Err(de::Error::duplicate_field(key));
        }
        *self = Some(map.next_value()?);
        Ok(())
    }
}

/// Reads an object into the fields of those keys. What has no field is skipped.
pub fn fill<'de, A: MapAccess<'de>>(
    mut map: A,
    keys: &'static [&'static str],
    slots: &mut [&mut dyn Slot<'de, A>],
) -> Result<(), A::Error> {
    let mut likely = 0;
    while let Some(found) = map.next_key_seed(Key { keys, likely })? {
        let known = found.and_then(|at| Some((at, keys.get(at)?, slots.get_mut(at)?)));
        match known {
            Some((at, key, slot)) => {
                slot.fill(key, &mut map)?;
                likely = at + 1;
            }
            None => {
                map.next_value::<IgnoredAny>()?;
            }
        }
    }
    Ok(())
}

/// A field that has to be there, unless its type can be without a value.
pub fn needed<'de, T: Deserialize<'de>, E: de::Error>(
    slot: Option<T>,
    key: &'static str,
) -> Result<T, E> {
    slot.map_or_else(|| T::deserialize(Missing(key, PhantomData)), Ok)
}

/// A type in which ids are strings. A server may send an id as a number.
pub trait Ids: Sized {
    /// The type that is decoded.
    type Sent;

    /// Converts the ids.
    fn of(sent: Self::Sent) -> Self;
}

impl Ids for String {
    type Sent = Id;

    fn of(sent: Id) -> Self {
        sent.0
    }
}

impl<T: Ids> Ids for Option<T> {
    type Sent = Option<T::Sent>;

    fn of(sent: Self::Sent) -> Self {
        sent.map(T::of)
    }
}

impl<T: Ids> Ids for Vec<T> {
    type Sent = Vec<T::Sent>;

    fn of(sent: Self::Sent) -> Self {
        sent.into_iter().map(T::of).collect()
    }
}

/// An id as it is sent.
pub struct Id(String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Id;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<Id, E> {
                Ok(Id(id.to_owned()))
            }

            fn visit_string<E: de::Error>(self, id: String) -> Result<Id, E> {
                Ok(Id(id))
            }

            fn visit_u64<E: de::Error>(self, id: u64) -> Result<Id, E> {
                Ok(Id(id.to_string()))
            }

            fn visit_i64<E: de::Error>(self, id: i64) -> Result<Id, E> {
                Ok(Id(id.to_string()))
            }
        }

        match deserializer.is_human_readable() {
            true => deserializer.deserialize_any(Visitor),
            false => deserializer.deserialize_string(Visitor),
        }
    }
}

/// As [`needed`], for ids.
pub fn needed_id<'de, T: Ids<Sent: Deserialize<'de>>, E: de::Error>(
    slot: Option<T::Sent>,
    key: &'static str,
) -> Result<T, E> {
    needed(slot, key).map(T::of)
}

/// As [`optional`], for ids.
pub fn optional_id<T: Ids + Default, E>(slot: Option<T::Sent>, _key: &'static str) -> Result<T, E> {
    Ok(slot.map_or_else(T::default, T::of))
}

/// A field that has to be there, if only as null.
pub fn stated<T, E: de::Error>(slot: Option<T>, key: &'static str) -> Result<T, E> {
    slot.ok_or_else(|| E::missing_field(key))
}

/// A field that may be left out.
pub fn optional<T: Default, E>(slot: Option<T>, _key: &'static str) -> Result<T, E> {
    Ok(slot.unwrap_or_default())
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Decode<'de>> de::Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::decode(map)
    }

    /// Some formats write structs as lists.
    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<T, A::Error> {
        T::decode(Sequence { values, keys: T::KEYS.iter(), count: T::KEYS.len(), name: T::NAME })
    }
}

/// Finds the field of a key, first where it would be if fields come in their order.
struct Key {
    keys: &'static [&'static str],
    likely: usize,
}

impl Key {
    fn find(&self, key: &[u8]) -> Option<usize> {
        let is = |known: &&str| known.as_bytes() == key;
        if self.keys.get(self.likely).is_some_and(is) {
            return Some(self.likely);
        }
        self.keys.iter().position(is)
    }
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl de::Visitor<'_> for Key {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_u64<E: de::Error>(self, at: u64) -> Result<Self::Value, E> {
        Ok(usize::try_from(at).ok())
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.find(key.as_bytes()))
    }

    fn visit_bytes<E: de::Error>(self, key: &[u8]) -> Result<Self::Value, E> {
        Ok(self.find(key))
    }
}

/// A list of values as the object that it stands for.
struct Sequence<A> {
    values: A,
    keys: slice::Iter<'static, &'static str>,
    count: usize,
    name: &'static str,
}

impl<'de, A: SeqAccess<'de>> MapAccess<'de> for Sequence<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let key = self.keys.next();
        key.map(|key| seed.deserialize((*key).into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        let value = self.values.next_element_seed(seed)?;
        value.ok_or_else(|| {
            let read = self.count - self.keys.len() - 1;
            let expected = format!("struct {} with {} elements", self.name, self.count);
            de::Error::invalid_length(read, &expected.as_str())
        })
    }
}

/// Stands for the value of a key that is not there: nothing, where that is a value.
struct Missing<E>(&'static str, PhantomData<E>);

impl<'de, E: de::Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: de::Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.0))
    }

    fn deserialize_option<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
