//! The files of GraphiQL and React, compressed with gzip.
//!
//! They are those of the npm packages `graphiql` 4.1.2, `react` 18.3.1 and `react-dom` 18.3.1, without the
//! fonts of the style sheet. A page loads [`FILES`] in their order; their copyright holders and licences are in
//! [`LICENSES`].

// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A file of the page.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// What it is served as.
    pub content_type: &'static str,
    /// Its content, compressed with gzip.
    pub gzip: &'static [u8],
}

/// Makes the description of a file in the folder `files`.
macro_rules! file {
    ($name:literal, $content_type:literal) => {
        File {
            name: $name,
            content_type: concat!($content_type, "; charset=utf-8"),
            gzip: include_bytes!(concat!("../files/", $name, ".gz")),
        }
    };
}

/// The files, in the order in which they are loaded.
pub const FILES: [File; 4] = [
    file!("graphiql.min.css", "text/css"),
    file!("react.production.min.js", "text/javascript"),
    file!("react-dom.production.min.js", "text/javascript"),
    file!("graphiql.min.js", "text/javascript"),
];

/// The licences of everything that [`FILES`] contains.
pub const LICENSES: File = file!("LICENSES.txt", "text/plain");

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by it")]
mod tests {
    use std::{fmt::Write as _, io::Read as _};

    use flate2::read::GzDecoder;
    use sha2::{Digest as _, Sha384};

    use super::*;

    fn content(file: &File) -> String {
        let mut text = String::new();
        GzDecoder::new(file.gzip).read_to_string(&mut text).unwrap();
        text
    }

    /// SHA-384 of the scripts of the npm packages.
    const PUBLISHED: [(&str, &str); 3] = [
        (
            "react.production.min.js",
            "0c6c8bc40ca3ab47fd48fa557af0fa220ced085967305ea8\
             5bf5d01a67def88b19f13a84883adc1e430b288e9f881fd9",
        ),
        (
            "react-dom.production.min.js",
            "8131b1873db595519834c71d24ecaad3511d8348e19ff736\
             da7b31d24caa3f44f1695e5655db121f57d20d47f96098f5",
        ),
        (
            "graphiql.min.js",
            "f57747bbb6a3806273883e09d73341290f38d90ffecd97c3\
             bfe89bd5e321656047ea13c0b3cd3ac7e25b71fd3234ee81",
        ),
    ];

    #[test]
    fn scripts_are_those_of_the_packages() {
        for (name, published) in PUBLISHED {
            let file = FILES.iter().find(|file| file.name == name).unwrap();
            let digest =
                Sha384::digest(content(file)).iter().fold(String::new(), |mut hex, byte| {
                    let _ = write!(hex, "{byte:02x}");
                    hex
                });
            assert_eq!(digest, published, "{name}");
        }
    }

    #[test]
    fn the_style_sheet_loads_nothing() {
        let text = content(&FILES[0]);
        assert!(text.contains(".graphiql-container"), "it is not the style sheet");
        let loads = text.split("url(").skip(1).any(|url| !url.starts_with("\"data:"));
        assert!(!loads && !text.contains("@font-face") && !text.contains("@import"));
    }

    #[test]
    fn licences_are_complete() {
        let text = content(&LICENSES);
        for part in ["graphiql 4.1.2, MIT", "react-dom 18.3.1, MIT", "codemirror 5", "BSD-2-Clause"]
        {
            assert!(text.contains(part), "{part}");
        }
        assert!(text.matches("Permission is hereby granted").count() > 50);
        assert!(text.contains("Apache License") && text.contains("Redistribution and use"));
    }
}
