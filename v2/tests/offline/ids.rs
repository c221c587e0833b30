//! Ids of rows as arguments.

use backendai::Uuid;
use backendai_v2::{
    GlobalId, Id,
    deployment::{Deployment, UpdateRouteTrafficStatus},
    entity_label::PurgeEntityLabel,
    types::RouteTrafficStatus,
    user::AdminDeleteUser,
};
use serde_json::json;

const UUID: &str = "f38dea23-50fa-42a0-b5ae-338f5f4693f4";
/// What manager 26.9.6 sends for this user.
const SEEN: &str = "VXNlclYyOmYzOGRlYTIzLTUwZmEtNDJhMC1iNWFlLTMzOGY1ZjQ2OTNmNA==";

#[test]
fn a_global_id_has_the_type_and_the_key() {
    let id = GlobalId::from(SEEN);
    assert_eq!(id.type_name().as_deref(), Some("UserV2"));
    assert_eq!(id.key().as_deref(), Some(UUID));
    assert_eq!(id.uuid(), Ok(Uuid::parse_str(UUID).unwrap()));
    assert_eq!(id, GlobalId::new("UserV2", UUID));
}

#[test]
fn a_key_may_be_a_name_with_colons() {
    let id = GlobalId::new("UserFairShare", "default:a:b");
    assert_eq!(id.type_name().as_deref(), Some("UserFairShare"));
    assert_eq!(id.key().as_deref(), Some("default:a:b"));
    assert_eq!(
        id.uuid().unwrap_err().to_string(),
        "the id of this UserFairShare has no UUID but the key \"default:a:b\": use `key`"
    );
}

#[test]
fn a_plain_uuid_is_accepted_and_anything_else_is_an_error() {
    assert_eq!(GlobalId::from(UUID).uuid(), Ok(Uuid::parse_str(UUID).unwrap()));
    for text in ["", "x", "VXNlclYy", "/w==", "default"] {
        let error = GlobalId::from(text).uuid().unwrap_err().to_string();
        assert_eq!(error, format!("{text:?} is neither a UUID nor a global id"));
    }
}

#[test]
fn arguments_are_sent_in_the_form_that_the_manager_takes() {
    let id = GlobalId::from(SEEN);
    let sent = |operation: &dyn erased::Sent| operation.json();
    assert_eq!(sent(&AdminDeleteUser::new(id.uuid().unwrap())), json!({ "userId": UUID }));
    assert_eq!(sent(&PurgeEntityLabel::new(&id)), json!({ "id": UUID }));
    assert_eq!(sent(&PurgeEntityLabel::new(UUID)), json!({ "id": UUID }));
    assert_eq!(sent(&PurgeEntityLabel::new(Id::from(id.uuid().unwrap()))), json!({ "id": UUID }));
    // These few take the global id.
    assert_eq!(sent(&Deployment::new(&id)), json!({ "id": SEEN }));
    assert_eq!(
        sent(&UpdateRouteTrafficStatus::new(&id, RouteTrafficStatus::Active)),
        json!({ "routeId": SEEN, "trafficStatus": "ACTIVE" })
    );
}

mod erased {
    /// Any operation as it is sent.
    pub(super) trait Sent {
        fn json(&self) -> serde_json::Value;
    }

    impl<T: serde::Serialize> Sent for T {
        fn json(&self) -> serde_json::Value {
            serde_json::to_value(self).unwrap()
        }
    }
}
