//! What `backendai` builds means here what was meant.

use std::borrow::Cow;

use backendai::{admin::columns::keypair_list as column, filter::Filter as Built};
use proptest::prelude::*;

use super::{
    Cell, Columns, Filter, Kind,
    parse::{Expr, Operator, Value, parse},
};

const COLUMNS: Columns = Columns {
    filter: Cow::Borrowed(&[("is_active", Kind::Bool), ("is_admin", Kind::Bool)]),
    order: Cow::Borrowed(&[]),
};

/// A condition as a tree, to be built and to be computed.
#[derive(Clone, Debug)]
enum Meant {
    Active(bool),
    Admin(bool),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Meant {
    fn build(&self) -> Built {
        match self {
            Self::Active(value) => column::IS_ACTIVE.equals(*value),
            Self::Admin(value) => column::IS_ADMIN.equals(*value),
            Self::Not(inner) => !inner.build(),
            Self::And(left, right) => left.build() & right.build(),
            Self::Or(left, right) => left.build() | right.build(),
            Self::All(parts) => Built::all(parts.iter().map(Self::build)).unwrap(),
            Self::Any(parts) => Built::any(parts.iter().map(Self::build)).unwrap(),
        }
    }

    fn holds(&self, active: bool, admin: bool) -> bool {
        match self {
            Self::Active(value) => active == *value,
            Self::Admin(value) => admin == *value,
            Self::Not(inner) => !inner.holds(active, admin),
            Self::And(left, right) => left.holds(active, admin) && right.holds(active, admin),
            Self::Or(left, right) => left.holds(active, admin) || right.holds(active, admin),
            Self::All(parts) => parts.iter().all(|part| part.holds(active, admin)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(active, admin)),
        }
    }
}

fn meant() -> impl Strategy<Value = Meant> {
    let leaf =
        prop_oneof![any::<bool>().prop_map(Meant::Active), any::<bool>().prop_map(Meant::Admin)];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let pair = (inner.clone(), inner.clone());
        let many = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            inner.prop_map(|inner| Meant::Not(Box::new(inner))),
            pair.clone().prop_map(|(left, right)| Meant::And(Box::new(left), Box::new(right))),
            pair.prop_map(|(left, right)| Meant::Or(Box::new(left), Box::new(right))),
            many.clone().prop_map(Meant::All),
            many.prop_map(Meant::Any),
        ]
    })
}

/// Texts with much of what is special in the language.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![r#"[\\"a%_\n\r]{0,8}"#, ".{0,12}"]
}

proptest! {
    #[test]
    fn any_nesting_keeps_its_meaning(meant in meant()) {
        let text = meant.build().to_string();
        let filter = Filter::parse(&text, &COLUMNS).unwrap();
        for (active, admin) in [(false, false), (false, true), (true, false), (true, true)] {
            let cell = |name: &str| Cell::Bool(if name == "is_active" { active } else { admin });
            prop_assert_eq!(filter.selects(&cell), meant.holds(active, admin), "{}", text);
        }
    }

    #[test]
    fn a_text_is_said_as_it_is_or_refused(text in text()) {
        let built = column::EMAIL.equals(&text);
        if built.check().is_err() {
            prop_assert!(text.contains(['\n', '\0', '\\']), "{:?} was refused", text);
            prop_assert!(serde_json::to_string(&built).is_err());
            return Ok(());
        }
        let expected = Expr::Compare {
            column: "email".to_owned(),
            operator: Operator::Equal,
            value: Value::Text(text),
        };
        prop_assert_eq!(parse(&built.to_string()), Ok(expected));
    }

    #[test]
    fn lists_and_numbers_are_said_as_they_are(texts in prop::collection::vec("[a-z\" ]{0,5}", 0..4), number: i64) {
        let built = column::EMAIL.is_in(&texts);
        let values = texts.into_iter().map(Value::Text).collect();
        let expected = Expr::Compare {
            column: "email".to_owned(),
            operator: Operator::In,
            value: Value::List(values),
        };
        prop_assert_eq!(parse(&built.to_string()), Ok(expected));
        let expected = Expr::Compare {
            column: "rate_limit".to_owned(),
            operator: Operator::GreaterEqual,
            value: Value::Int(number),
        };
        prop_assert_eq!(parse(&column::RATE_LIMIT.at_least(number).to_string()), Ok(expected));
    }
}
