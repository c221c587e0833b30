//! Filters and orders as they are sent.

use backendai_v2::{
    filter::{DateTimeFilter, IntFilter, NullableDateTimeFilter, StringFilter, UUIDFilter},
    keypair::AdminKeypairs,
    types::{
        KeypairFilter, KeypairOrderBy, KeypairOrderField, OrderDirection, SessionV2Filter,
        SessionV2Status, SessionV2StatusFilter,
    },
};
use serde_json::{json, to_value};

fn key(filter: StringFilter) -> KeypairFilter {
    KeypairFilter::new().access_key(filter)
}

#[test]
fn filters_are_combined_with_operators() {
    let (a, b) = (KeypairFilter::new().is_active(true), key(StringFilter::equals("x")));
    let (a_json, b_json) = (json!({ "isActive": true }), json!({ "accessKey": { "equals": "x" } }));
    assert_eq!(to_value(a.clone() & b.clone()).unwrap(), json!({ "AND": [a_json, b_json] }));
    assert_eq!(to_value(a.clone() | b.clone()).unwrap(), json!({ "OR": [a_json, b_json] }));
    assert_eq!(to_value(!a.clone()).unwrap(), json!({ "NOT": [a_json] }));
    assert_eq!(
        to_value(!(a.clone() | b.clone()) & a).unwrap(),
        json!({ "AND": [{ "NOT": [{ "OR": [a_json, b_json] }] }, a_json] })
    );
}

#[test]
fn a_text_is_matched_literally() {
    for (filter, expected) in [
        (StringFilter::contains("50%_\\"), json!({ "contains": "50\\%\\_\\\\" })),
        (StringFilter::starts_with("a_"), json!({ "startsWith": "a\\_" })),
        (StringFilter::ends_with("%"), json!({ "endsWith": "\\%" })),
        (StringFilter::equals("a_%"), json!({ "equals": "a_%" })),
        (StringFilter::one_of(["a_", "b"]), json!({ "in": ["a_", "b"] })),
        (StringFilter::contains("A_").ignore_case(), json!({ "iContains": "A\\_" })),
        (StringFilter::one_of(["A"]).ignore_case(), json!({ "iIn": ["A"] })),
        // A pattern of the caller's own.
        (StringFilter::Contains("a%b".to_owned()), json!({ "contains": "a%b" })),
    ] {
        assert_eq!(to_value(filter).unwrap(), expected);
    }
}

#[test]
fn a_condition_has_one_operator() {
    let at = "2026-05-01T00:00:00Z".parse().unwrap();
    assert_eq!(
        to_value(DateTimeFilter::After(at)).unwrap(),
        json!({ "after": "2026-05-01T00:00:00+00:00" })
    );
    assert_eq!(to_value(NullableDateTimeFilter::IsNull(true)).unwrap(), json!({ "isNull": true }));
    assert_eq!(to_value(IntFilter::GreaterThan(3)).unwrap(), json!({ "greaterThan": 3 }));
    assert_eq!(
        to_value(UUIDFilter::In(vec![backendai::Uuid::nil()])).unwrap(),
        json!({ "in": ["00000000-0000-0000-0000-000000000000"] })
    );
    let running = SessionV2Filter::new().status(SessionV2StatusFilter::In(vec![
        SessionV2Status::Running,
        SessionV2Status::Pending,
    ]));
    assert_eq!(to_value(running).unwrap(), json!({ "status": { "in": ["RUNNING", "PENDING"] } }));
}

#[test]
fn an_order_always_states_its_direction() {
    let field = KeypairOrderField::AccessKey;
    let ascending = KeypairOrderBy::ascending(field.clone());
    assert_eq!(ascending.direction, Some(OrderDirection::Asc));
    let list = AdminKeypairs::new().order_by(vec![ascending, KeypairOrderBy::descending(field)]);
    assert_eq!(
        to_value(list).unwrap(),
        json!({ "orderBy": [
            { "field": "ACCESS_KEY", "direction": "ASC" },
            { "field": "ACCESS_KEY", "direction": "DESC" },
        ] })
    );
}
