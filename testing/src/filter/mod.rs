//! The manager's language for `filter` and `order`, with the three-valued logic of SQL.
//!
//! `&` and `|` have no precedence and are right-associative: `a & b | c` is `a & (b | c)`, and
//! `!a & b` is `!(a & b)`. Error messages differ from the manager's after
//! "Query filter parsing error:"; that prefix, the location and the code are equal.

mod column;
mod eval;
mod order;
mod parse;

pub(crate) use column::{Cell, Columns, Kind};
pub(crate) use order::{Order, shuffle};

use parse::Expr;

/// A parsed filter that fits the columns.
#[derive(Debug)]
pub(crate) struct Filter {
    expr: eval::Test,
}

impl Filter {
    /// Parses a filter; the error is the manager's message.
    pub(crate) fn parse(text: &str, columns: &Columns) -> Result<Self, String> {
        let prefix = |problem| format!("Query filter parsing error: {problem}");
        let expr: Expr = parse::parse(text).map_err(prefix)?;
        let expr = eval::check(&expr, columns).map_err(|problem| match problem {
            eval::Misfit::Parse(problem) => {
                prefix(format!("Error trying to process rule \"binary_expr\":\n\n{problem}"))
            }
            eval::Misfit::Database(problem) => problem,
        })?;
        Ok(Self { expr })
    }

    /// Returns whether the filter selects a row, given by its cells.
    pub(crate) fn selects<'a>(&self, cell: &dyn Fn(&str) -> Cell<'a>) -> bool {
        self.expr.holds(cell) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use uuid::Uuid;

    use super::*;

    const COLUMNS: Columns = Columns {
        filter: Cow::Borrowed(&[
            ("name", Kind::Text),
            ("age", Kind::Int),
            ("live", Kind::Bool),
            ("born", Kind::Time),
            ("id", Kind::Uuid),
            ("nick", Kind::Text),
        ]),
        order: Cow::Borrowed(&["name"]),
    };

    fn cell(column: &str) -> Cell<'static> {
        match column {
            "name" => Cell::Text("Ann\\_B"),
            "age" => Cell::Int(42),
            "live" => Cell::Bool(true),
            "born" => Cell::Time("2020-06-01T00:00:00Z".parse().unwrap()),
            "id" => Cell::Uuid(Uuid::from_u128(7)),
            _ => Cell::Null,
        }
    }

    fn run(text: &str) -> Result<bool, String> {
        Filter::parse(text, &COLUMNS).map(|filter| filter.selects(&|column| cell(column)))
    }

    #[track_caller]
    fn yes(text: &str) {
        assert_eq!(run(text), Ok(true), "{text}");
    }

    #[track_caller]
    fn no(text: &str) {
        assert_eq!(run(text), Ok(false), "{text}");
    }

    #[track_caller]
    fn misread(text: &str) {
        let problem = run(text).expect_err(text);
        assert!(problem.starts_with("Query filter parsing error: "), "{text}: {problem}");
    }

    #[track_caller]
    fn unfit(text: &str) {
        let problem = run(text).expect_err(text);
        assert!(!problem.starts_with("Query filter parsing error: "), "{text}: {problem}");
    }

    #[test]
    fn compares() {
        yes("age == 42");
        yes("age>=42");
        yes("age > 41.5");
        no("age < +42");
        no("age != 42");
        yes("age in [1, 42]");
        no("age in []");
        yes("live == true");
        yes("live in [true]");
        no("live isnot true");
        yes(r#"name == "Ann\_B""#);
        yes(r#"name > "Am""#);
        yes(r#"name contains "nn""#);
        yes(r#"name contains "n%B""#);
        yes(r#"name like "Ann%""#);
        no(r#"name like "ann%""#);
        yes(r#"name ilike "ann%""#);
        yes(r#"name like "A__\\\_B""#);
        no(r#"name == """#);
        yes(r#"born > "2020-01-01""#);
        yes(r#"born == "2020-06-01T02:00:00+02:00""#);
        yes(r#"id == "00000000-0000-0000-0000-000000000007""#);
    }

    #[test]
    fn is_right_associative_without_precedence() {
        // (live & nope) | live would hold; live & (nope | live) holds; age == 0 & (… | …) does not.
        no("age == 0 & live == false | live == true");
        yes("(age == 0 & live == false) | live == true");
        // !(age == 0 & live == true), not (!age == 0) & live == true.
        yes("!age == 0 & live == true");
        no("!live == true | age == 0");
        no("!(live == true) & age == 42");
        yes("live == true & !age == 0 & live == true");
    }

    #[test]
    fn treats_null_like_sql() {
        no(r#"nick == "x""#);
        no(r#"nick != "x""#);
        no(r#"!nick == "x""#);
        yes("nick is null");
        yes("nick isnull");
        yes("nick == null");
        no("nick isnot null");
        yes("name != null");
        yes(r#"nick == "x" | live == true"#);
        no(r#"nick in ["x"]"#);
    }

    #[test]
    fn refuses_invalid_syntax() {
        for text in [
            "",
            "name",
            "name ==",
            "live === true",
            "live == maybe",
            "live == TRUE",
            "live == true && live == true",
            "name not \"x\"",
            "name == 'x'",
            "name == \"x",
            "name == \"a\nb\"",
            "age == 1e3",
            "(live == true",
            "live == true)",
            "nope == 1",
            "a.b == 1",
            "name in \"x\"",
            "name > null",
            "live > true",
            "born == null",
            "born > 5",
            "born > \"not a date\"",
            "age == [1",
        ] {
            misread(text);
        }
    }

    #[test]
    fn refuses_what_the_database_cannot_compare() {
        for text in [
            "name == 5",
            "name == true",
            "name is \"x\"",
            "name == [1]",
            "age == \"abc\"",
            "age contains \"1\"",
            "age in [5, \"x\"]",
            "live == 1",
            "live == \"true\"",
            "id == \"nope\"",
            "id like \"0a%\"",
        ] {
            unfit(text);
        }
    }

    #[test]
    fn a_quote_is_escaped_and_a_backslash_is_itself() {
        let filter = Filter::parse(r#"name == "say \"hi\"""#, &COLUMNS).unwrap();
        assert!(filter.selects(&|_| Cell::Text("say \"hi\"")));
        let filter = Filter::parse(r#"name == "a\\""#, &COLUMNS).unwrap();
        assert!(filter.selects(&|_| Cell::Text(r"a\\")));
    }
}
