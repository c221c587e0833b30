//! Every mutation. What needs no agent is made, read, changed, read, removed and read; what does is
//! sent in a form that the manager takes and refuses without harm.

use backendai::admin::{domain::*, group::*};
use serde_json::{Value, json};

use super::{Run, Told};

mod links;
mod people;
mod policies;
mod registries;
mod things;

const PROJECT: &str = "06000000-0000-4000-8000-000000000001";
const NOBODY: &str = "00000000-0000-4000-8000-00000000dead";
const NO_PERMISSION: Told = "no permission to execute";
const DENIED: Told = "Permission Denied";
const LACKING: Told = "lacks permission";
/// Carried out for the superadmin, refused to the others.
const DONE: [Told; 3] = ["", NO_PERMISSION, NO_PERMISSION];
/// The same where the payload cannot say no.
const DONE_OR_DENIED: [Told; 3] = ["", DENIED, DENIED];
/// Refused to users only.
const FOR_ADMINS: [Told; 3] = ["", "", NO_PERMISSION];
/// By the superadmin alone, as a step of something else.
const STEP: [Told; 3] = ["", "", ""];

/// Carried out, but nothing that can be read changes without agents and registries.
pub(super) const UNSEEN: [&str; 3] = ["rescan_gpu_alloc_maps", "rescan_images", "purge_images"];

pub(super) async fn all(run: &mut Run) {
    domains(run).await;
    groups(run).await;
    people::all(run).await;
    policies::all(run).await;
    links::all(run).await;
    registries::all(run).await;
    things::all(run).await;
}

/// A text of an answer.
fn text(answer: &Value, place: &str) -> String {
    answer.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn domains(run: &mut Run) {
    let name = json!({ "name": "fill-domain" });
    let made = json!({ "name": "fill-domain", "props": { "description": "made" } });
    run.change::<CreateDomain>("create_domain", made, DONE).await;
    let place = "/domain/description";
    run.reads::<GetDomain>("create_domain", name.clone(), place, json!("made")).await;
    let changed = json!({ "name": "fill-domain", "props": { "description": "changed" } });
    run.change::<ModifyDomain>("modify_domain", changed, DONE).await;
    run.reads::<GetDomain>("modify_domain", name.clone(), place, json!("changed")).await;
    let node = json!({ "input": { "id": "fill-domain", "description": "again" } });
    run.change::<ModifyDomainNode>("modify_domain_node", node, ["", LACKING, DENIED]).await;
    run.reads::<GetDomain>("modify_domain_node", name.clone(), place, json!("again")).await;
    run.change::<DeleteDomain>("delete_domain", name.clone(), DONE).await;
    let active = "/domain/is_active";
    run.reads::<GetDomain>("delete_domain", name.clone(), active, json!(false)).await;
    empty(run, "fill-domain").await;
    run.change::<PurgeDomain>("purge_domain", name.clone(), DONE).await;
    run.reads::<GetDomain>("purge_domain", name, "/domain", Value::Null).await;

    let node = json!({ "input": { "name": "fill-domain-2", "scaling_groups": ["fill-gpu"] } });
    run.change::<CreateDomainNode>("create_domain_node", node, DONE).await;
    let name = json!({ "name": "fill-domain-2" });
    let place = "/domain/name";
    run.reads::<GetDomain>("create_domain_node", name.clone(), place, json!("fill-domain-2")).await;
    empty(run, "fill-domain-2").await;
    run.change::<PurgeDomain>("purge_domain", name, STEP).await;
}

/// A new domain gets a project for models, which has to go before it.
async fn empty(run: &mut Run, domain: &str) {
    let types = ["GENERAL", "MODEL_STORE"].map(String::from).to_vec();
    let all = ListGroups::new().domain_name(domain.to_owned()).r#type(types);
    let groups = serde_json::to_value(run.clients[0].send(all).await.unwrap()).unwrap();
    for group in groups["groups"].as_array().unwrap() {
        run.change::<PurgeGroup>("purge_group", json!({ "gid": group["id"] }), STEP).await;
    }
}

/// Admins of the domain get past the check of the role, but not past that of permissions.
async fn groups(run: &mut Run) {
    let refused = ["", LACKING, NO_PERMISSION];
    let made = json!({ "name": "fill-group", "props": { "domain_name": "default" } });
    let made = run.change::<CreateGroup>("create_group", made, refused).await;
    let gid = text(&made, "/create_group/group/id");
    let group = json!({ "id": gid });
    let place = "/group/name";
    run.reads::<GetGroup>("create_group", group.clone(), place, json!("fill-group")).await;
    let changed = json!({
        "gid": gid, "props": { "description": "changed", "container_registry": "{}" },
    });
    run.change::<ModifyGroup>("modify_group", changed, refused).await;
    let place = "/group/description";
    run.reads::<GetGroup>("modify_group", group.clone(), place, json!("changed")).await;
    let gid = json!({ "gid": gid });
    run.change::<DeleteGroup>("delete_group", gid.clone(), refused).await;
    let place = "/group/is_active";
    run.reads::<GetGroup>("delete_group", group.clone(), place, json!(false)).await;
    run.change::<PurgeGroup>("purge_group", gid, refused).await;
    run.reads::<GetGroup>("purge_group", group, "/group", Value::Null).await;
}
