//! What is left out, null or a value in inputs.

use backendai::MaybeUndefined;
use backendai_v2::types::{AdminUpdateKeypairInput, EntityShareRecipientInput, UpdateDomainInput};
use serde_json::{json, to_value};

/// Fields without a default are left as they are when they are left out, and cleared by null.
#[test]
fn null_is_sent_where_it_clears() {
    let input = UpdateDomainInput::new();
    assert_eq!(to_value(&input).unwrap(), json!({}));
    let input = input.description(MaybeUndefined::Null);
    assert_eq!(to_value(&input).unwrap(), json!({ "description": null }));
    assert_eq!(to_value(input.description("x")).unwrap(), json!({ "description": "x" }));
}

/// Where the default is null, null is the same as left out: the type has no null.
#[test]
fn null_is_not_expressible_where_it_means_nothing() {
    let input: AdminUpdateKeypairInput = AdminUpdateKeypairInput::new("AKIA");
    let is_active: Option<bool> = input.is_active;
    assert_eq!(is_active, None);
    assert_eq!(
        to_value(input.is_active(false)).unwrap(),
        json!({ "accessKey": "AKIA", "isActive": false })
    );
}

#[test]
fn one_of_several_is_an_enum() {
    let email = EntityShareRecipientInput::Email("a@b".into());
    assert_eq!(to_value(email).unwrap(), json!({ "email": "a@b" }));
}
