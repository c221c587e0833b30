//! The part of a version that a change moves.

use std::fmt;

use super::{Change, Level};

/// What a change means for the version of a crate with code that is generated for an operation which the
/// change affects, by the rules of semantic versioning. The greatest comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The generated code keeps its types and its meaning.
    Patch,
    /// The generated code keeps its types; what is left out of a request has another meaning.
    Minor,
    /// Types of the generated code change, or requests become invalid.
    Major,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

impl Change {
    /// The class of the change for an operation that it affects. It is an upper bound: a selection with
    /// `@required` does not notice that a field is no longer null.
    pub fn class(&self) -> Class {
        let is_argument = self.coordinate.contains('(');
        match self.level {
            Level::Breaking => Class::Major,
            // An argument takes the variable as before. Other members change their type in Rust.
            Level::Safe if self.what.starts_with("was `") && !is_argument => Class::Major,
            Level::Dangerous if self.what.contains("default `") => Class::Minor,
            // Generated enums and variants have a case for what they do not know.
            Level::Dangerous | Level::Safe => Class::Patch,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use backendai_codegen::Schema;

    use crate::diff::diff;

    #[test]
    fn the_class_is_that_of_generated_code() {
        let parse = |text: &str| Schema::parse(Path::new("s"), text).unwrap();
        let old = "type Query { a(x: Int!, y: Int = 1): Int b: Int c: E } enum E { X } input I { i: Int! }";
        let new = "type Query { a(x: Int, y: Int = 2): Int! c: E @deprecated } enum E { X Y } \
                   input I { i: Int j: Int }";
        let classes: Vec<_> = diff(&parse(old), &parse(new))
            .iter()
            .map(|change| format!("{} {}", change.class(), change.coordinate))
            .collect();
        assert_eq!(
            classes,
            [
                "major Query.b",
                "patch E.Y",
                "minor Query.a(y:)",
                "major I.i",
                "patch I.j",
                "major Query.a",
                "patch Query.a(x:)",
                "patch Query.c",
            ]
        );
    }
}
