//! A project keeps what an update does not name.

use backendai::{
    JsonString,
    admin::{
        group::{CreateGroup, GetGroup, ModifyGroup, PurgeGroup},
        types::{GroupInput, ModifyGroupInput},
    },
};
use serde_json::json;

use crate::support::{Manager, SUPERADMIN};

#[tokio::test]
async fn an_update_keeps_the_registry_that_images_are_committed_to() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    let registry = json!({ "registry": "cr.example.com", "project": "stable" });
    let props = GroupInput::new("default").container_registry(JsonString(registry.clone()));
    let made = client.send(CreateGroup::new("keeps-its-registry", props)).await.unwrap();
    let id = made.create_group.group.unwrap().id;

    let kept = client.projects().update(id, |props| props.description("vision")).await;
    let read = client.send(GetGroup::new(id)).await.unwrap().group.unwrap();
    // What the manager does by itself.
    let wiping = ModifyGroupInput::new(None);
    let wiped = client.send(ModifyGroup::new(id, wiping)).await;
    let unset = client.projects().update(id, |props| props.description("none")).await;
    client.send(PurgeGroup::new(id)).await.unwrap();
    let gone = client.projects().update(id, |props| props.description("late")).await;

    assert_eq!(kept.unwrap().description.as_deref(), Some("vision"));
    assert_eq!(read.container_registry.unwrap().0, registry);
    assert_eq!(wiped.unwrap().modify_group.group.unwrap().container_registry, None);
    assert_eq!(unset.unwrap().container_registry, None);
    let gone = gone.unwrap_err();
    assert!(gone.is_not_found(), "{gone}");
}
