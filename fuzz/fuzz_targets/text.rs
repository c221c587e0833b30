//! Values parsed from short strings: positions, addresses, versions, dates and the other scalars.

#![no_main]

use backendai::{
    ApiVersion, BigInt, Date, DateTime, Endpoint, HashType, HexBytes, JsonString, Position,
    UuidFloatMap, operation::title, sign::RequestDate,
};
use libfuzzer_sys::fuzz_target;

/// A parsed value is written as a string that parses to the same value.
macro_rules! again {
    ($($ty:ty),*) => {$(|text: &str| {
        if let Ok(read) = text.parse::<$ty>() {
            assert_eq!(read.to_string().parse::<$ty>().ok(), Some(read));
        }
    }),*};
}

/// The same for JSON.
fn json<T: serde::de::DeserializeOwned + serde::Serialize + PartialEq + std::fmt::Debug>(
    text: &str,
) {
    if let Ok(read) = serde_json::from_str::<T>(text) {
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<T>(&written).ok(), Some(read));
    }
}

fuzz_target!(|text: &str| {
    for read in [again!(Position), again!(ApiVersion), again!(Date), again!(DateTime)] {
        read(text);
    }
    if let Ok(endpoint) = text.parse::<Endpoint>() {
        let written = endpoint.url().to_string();
        assert_eq!(written.parse::<Endpoint>().ok(), Some(endpoint.clone()));
        let _ = (endpoint.authority(), endpoint.join("/admin/gql"), format!("{endpoint:?}"));
    }
    let _ = (text.parse::<HashType>(), RequestDate::parse(text), title(text));
    json::<BigInt>(text);
    json::<Date>(text);
    json::<DateTime>(text);
    json::<HexBytes>(text);
    json::<JsonString>(text);
    json::<UuidFloatMap>(text);
});
