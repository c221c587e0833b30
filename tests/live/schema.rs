//! The snapshot that the operations were compiled against is what the manager serves.

use backendai_schema::ADMIN;
use backendai_schema_tools::snapshot::{Prose, Source, normalise};

use crate::support::{Manager, SUPERADMIN};

#[tokio::test]
async fn taking_the_snapshot_again_gives_the_same_bytes() {
    let Some(manager) = Manager::turn().await else { return };
    let client = manager.client(SUPERADMIN);
    let answer = client.send_document("{ _service { sdl } }", ()).idempotent(true).await.unwrap();
    let answer: serde_json::Value = serde_json::from_str(answer.get()).unwrap();
    let server = client.negotiate().await.unwrap();
    // The day is all that may differ.
    let date = ADMIN.lines().find_map(|line| line.strip_prefix("# date: ")).unwrap();
    let source = Source { manager: server.manager(), path: "/admin/gql", date };
    let sdl = answer["_service"]["sdl"].as_str().unwrap();
    let taken = normalise(sdl, &source, Prose::Drop).unwrap();
    if let Some((line, (ours, theirs))) =
        ADMIN.lines().zip(taken.lines()).enumerate().find(|(_, (ours, theirs))| ours != theirs)
    {
        panic!("schema/admin/schema.graphql:{}: {ours:?}, the manager has {theirs:?}", line + 1);
    }
    assert_eq!(ADMIN.len(), taken.len(), "one is longer than the other");
}
