//! What generated code needs besides the public items. It may change in any release.

mod decode;

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, de, de::DeserializeOwned};
use serde_json::value::RawValue;

pub use serde;
pub use serde_json;

pub use self::decode::{
    Decode, Id, Ids, Slot, decode, fill, needed, needed_id, optional, optional_id, stated,
};
pub use crate::{credential::Redacted, operation::Compiled};

/// An object whose type is known only when its `__typename` has been read.
pub struct Object<E> {
    text: Box<RawValue>,
    typename: String,
    error: std::marker::PhantomData<E>,
}

impl<E: de::Error> Object<E> {
    /// Takes the object as text and looks at its type.
    pub fn read<'de, D: Deserializer<'de, Error = E>>(deserializer: D) -> Result<Self, E> {
        #[derive(Deserialize)]
        struct Tag<'a> {
            #[serde(rename = "__typename", borrow)]
            typename: Cow<'a, str>,
        }
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let tag: Tag<'_> = serde_json::from_str(text.get()).map_err(E::custom)?;
        let typename = tag.typename.into_owned();
        Ok(Self { text, typename, error: std::marker::PhantomData })
    }

    /// Name of the GraphQL type.
    pub fn typename(&self) -> &str {
        &self.typename
    }

    /// Decodes it as what it is.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, E> {
        serde_json::from_str(self.text.get()).map_err(E::custom)
    }
}

/// Implements the traits of an operation: its name, its data and its description.
#[doc(hidden)]
#[macro_export]
macro_rules! __operation {
    ($name:ident, $data:ty, $info:expr) => {
        impl $crate::operation::Compiled for $name {
            const INFO: &'static $crate::OperationInfo = &$info;
        }

        impl $crate::Operation for $name {
            type Data = $data;

            fn info(&self) -> &'static $crate::OperationInfo {
                <Self as $crate::operation::Compiled>::INFO
            }
        }

        impl $crate::graphql_client::GraphQLQuery for $name {
            type Variables = Self;
            type ResponseData = $data;

            fn build_query(variables: Self) -> $crate::graphql_client::QueryBody<Self> {
                $crate::__private::query_body(variables)
            }
        }
    };
}

/// Implements the traits of a subscription: its data and its description.
#[doc(hidden)]
#[macro_export]
macro_rules! __subscription {
    ($name:ident, $data:ty, $info:expr) => {
        impl $crate::operation::Compiled for $name {
            const INFO: &'static $crate::OperationInfo = &$info;
        }

        impl $crate::Subscribe for $name {
            type Data = $data;

            fn info(&self) -> &'static $crate::OperationInfo {
                <Self as $crate::operation::Compiled>::INFO
            }
        }
    };
}

/// The body that `graphql_client` sends.
pub fn query_body<O: Compiled>(variables: O) -> graphql_client::QueryBody<O> {
    let operation_name = O::INFO.name;
    graphql_client::QueryBody { variables, query: O::INFO.document.text, operation_name }
}

/// An enum of which the server may know more values than the schema snapshot does. A value that
/// is not listed is kept as it came.
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$value_meta:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$value_meta])* $variant,)*
            /// A value that the schema snapshot does not list.
            UnknownValue(String),
        }

        impl $name {
            /// The values that the schema snapshot lists.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The value as it is sent.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::UnknownValue(text) => text,
                }
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::UnknownValue(text.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::known(&text).unwrap_or(Self::UnknownValue(text))
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, ::core::convert::Infallible> {
                Ok(Self::from(text))
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::__private::deserialize_text(deserializer)
            }
        }
    };
}

/// Implements the operators of an input object that is a filter.
#[doc(hidden)]
#[macro_export]
macro_rules! __filter {
    ($name:ident) => {
        impl ::core::ops::BitAnd for $name {
            type Output = Self;

            fn bitand(self, other: Self) -> Self {
                Self::new().and(vec![self, other])
            }
        }

        impl ::core::ops::BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self::new().or(vec![self, other])
            }
        }

        impl ::core::ops::Not for $name {
            type Output = Self;

            fn not(self) -> Self {
                Self::new().not(vec![self])
            }
        }
    };
}

/// Decodes a string without keeping it where a borrowed one will do.
pub fn deserialize_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: From<String> + for<'a> From<&'a str>,
    D: Deserializer<'de>,
{
    struct Visitor<T>(std::marker::PhantomData<T>);
    impl<T: From<String> + for<'a> From<&'a str>> de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            Ok(text.into())
        }

        fn visit_string<E: de::Error>(self, text: String) -> Result<T, E> {
            Ok(text.into())
        }
    }
    deserializer.deserialize_str(Visitor(std::marker::PhantomData))
}

#[cfg(test)]
#[allow(unreachable_pub, missing_docs)]
mod open_enum_tests {
    crate::__open_enum! {
        pub enum Outcome {
            Ok = "OK",
            Err = "ERR",
            Error = "ERROR",
            Known = "KNOWN",
            Some = "SOME",
            None = "NONE",
        }
    }

    #[test]
    fn values_may_be_called_like_associated_types() {
        assert_eq!("ERR".parse::<Outcome>(), Ok(Outcome::Err));
        assert_eq!(Outcome::KNOWN.len(), 6);
    }
}
