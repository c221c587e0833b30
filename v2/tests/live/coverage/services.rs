//! Deployments with their presets, runtime variants and model cards.

use serde_json::{Value, json};

use super::{Cycle, ID, PROJECT, Run, SUPERADMIN, ask, filled, find, global, id};
use crate::support::unique;

pub(super) async fn all(run: &mut Run) {
    variants(run).await;
    presets(run).await;
    deployments(run).await;
    parts(run).await;
    cards(run).await;
}

async fn variants(run: &mut Run) {
    let input = json!({ "name": unique("v2-variant") });
    let variant = Cycle {
        created: ("name", input["name"].clone()),
        create: ("AdminCreateRuntimeVariant", json!({ "input": input })),
        node: "runtimeVariant",
        read: ("RuntimeVariant", json!({ "id": ID })),
        update: (
            "AdminUpdateRuntimeVariant",
            json!({ "input": { "id": ID, "description": "changed" } }),
        ),
        updated: ("description", "changed".into()),
        delete: ("AdminDeleteRuntimeVariant", json!({ "id": ID })),
    };
    let variant_id = run.begin(&variant).await;
    let input = json!({
        "runtimeVariantId": variant_id, "name": unique("v2-preset"), "presetTarget": "ENV",
        "valueType": "INT", "key": "V2_SIZE",
    });
    let preset = Cycle {
        created: ("name", input["name"].clone()),
        create: ("AdminCreateRuntimeVariantPreset", json!({ "input": input })),
        node: "preset",
        read: ("RuntimeVariantPreset", json!({ "id": ID })),
        update: (
            "AdminUpdateRuntimeVariantPreset",
            json!({ "input": { "id": ID, "description": "changed" } }),
        ),
        updated: ("description", "changed".into()),
        delete: ("AdminDeleteRuntimeVariantPreset", json!({ "id": ID })),
    };
    let preset_id = run.begin(&preset).await;
    run.query("RuntimeVariants", json!({})).await;
    run.query("RuntimeVariantPresets", json!({})).await;
    run.finish(&preset, &preset_id).await;
    run.finish(&variant, &variant_id).await;

    let name = unique("v2-variant");
    let made = json!({ "input": { "name": name } });
    let made = run.own(SUPERADMIN, "AdminCreateRuntimeVariant", made).await;
    let variant = id(&made, "runtimeVariant");
    run.change("AdminDeleteRuntimeVariants", json!({ "input": { "ids": [variant] } })).await;
    run.lacks("RuntimeVariant", json!({ "id": variant }), "name", name).await;
    run.query("InferenceRuntimeConfig", json!({ "name": "vllm" })).await;
}

async fn variant(run: &Run) -> String {
    let filter = json!({ "filter": { "name": { "equals": "custom" } } });
    id(&ask(&run.clients[SUPERADMIN], "RuntimeVariants", filter).await.unwrap(), "node")
}

async fn presets(run: &mut Run) {
    let variant = variant(run).await;
    let service = json!({ "preStartActions": [], "startCommand": ["serve"], "port": 8000 });
    let model = json!({ "name": "v2", "modelPath": "/models", "service": service });
    let input = json!({
        "runtimeVariantId": variant, "name": unique("v2-preset"), "replicaCount": 1,
        "deploymentStrategy": { "type": "ROLLING", "rollingUpdate": {} },
        "imageId": filled(3, 1), "clusterMode": "SINGLE_NODE", "clusterSize": 1,
        "resourceSlots": slots(), "modelDefinition": { "models": [model] },
    });
    let preset = Cycle {
        created: ("name", input["name"].clone()),
        create: ("AdminCreateDeploymentRevisionPreset", json!({ "input": input })),
        node: "preset",
        read: ("DeploymentRevisionPreset", json!({ "id": ID })),
        update: (
            "AdminUpdateDeploymentRevisionPreset",
            json!({ "input": { "id": ID, "description": "changed" } }),
        ),
        updated: ("description", "changed".into()),
        delete: ("AdminDeleteDeploymentRevisionPreset", json!({ "id": ID })),
    };
    let preset_id = run.begin(&preset).await;
    run.query("DeploymentRevisionPresets", json!({})).await;
    let available = json!({ "scope": { "modelCardId": filled(21, 1) } });
    run.query("ModelCardAvailablePresets", available).await;
    let how = json!({
        "projectId": PROJECT, "revisionPresetId": preset_id, "resourceGroup": "fill-gpu",
    });
    for (name, of, model) in
        [("DeployModelCard", "cardId", filled(21, 1)), ("DeployVfolder", "vfolderId", filled(8, 3))]
    {
        let made = run.change(name, json!({ of: model, "input": how })).await;
        let made =
            find(&made, "deploymentId").and_then(Value::as_str).unwrap_or_default().to_owned();
        run.has("Deployment", deployment(&made), "resourceGroupName", "fill-gpu").await;
        remove(run, &made).await;
    }
    run.finish(&preset, &preset_id).await;
}

async fn deployments(run: &mut Run) {
    run.query("Deployment", deployment(&filled(10, 1))).await;
    run.query("Revision", json!({ "id": global("ModelRevision", &filled(11, 1)) })).await;
    run.query("Replica", json!({ "id": global("ModelReplica", &filled(14, 1)) })).await;
    run.query("Route", json!({ "id": global("Route", &filled(14, 1)) })).await;
    run.query("Routes", json!({ "deploymentId": deployment(&filled(10, 1))["id"] })).await;
    run.query("ProjectDeployments", json!({ "scope": { "projectId": PROJECT } })).await;
    let scope = json!({ "project": [{ "value": PROJECT }] });
    run.query("ScopedDeployments", json!({ "scope": scope })).await;
    let metadata = json!({
        "projectId": PROJECT, "domainName": "default", "resourceGroupName": "fill-gpu",
        "name": unique("v2-deployment"),
    });
    let input = json!({
        "metadata": metadata, "networkAccess": {}, "replicaCount": 0,
        "defaultDeploymentStrategy": { "type": "ROLLING", "rollingUpdate": {} },
    });
    let made = run.change("CreateModelDeployment", json!({ "input": input })).await;
    let id = id(&made, "deployment");
    let one = deployment(&id);
    run.has("Deployment", one.clone(), "name", metadata["name"].clone()).await;
    let changed = json!({ "input": { "id": id, "tags": ["changed"] } });
    run.change("UpdateModelDeployment", changed).await;
    run.has("Deployment", one.clone(), "tags", json!(["changed"])).await;
    run.change("SyncReplicas", json!({ "input": { "modelDeploymentId": id } })).await;
    remove(run, &id).await;
    run.change("AdminRefreshDeploymentRevisions", json!({})).await;
}

/// The variables that name a deployment.
fn deployment(id: &str) -> Value {
    json!({ "id": global("ModelDeployment", id) })
}

/// Deletes a deployment, which ends at once or after its replicas.
async fn remove(run: &mut Run, id: &str) {
    run.change("DeleteModelDeployment", json!({ "input": { "id": id } })).await;
    for status in ["PENDING", "READY"] {
        run.lacks("Deployment", deployment(id), "status", status).await;
    }
}

/// Of a deployment that the manager's loops leave alone.
async fn parts(run: &mut Run) {
    let of = filled(10, 1);
    // The manager needs the bounds, which the schema declares optional.
    let input = json!({
        "modelDeploymentId": of, "metricSource": "KERNEL", "metricName": "v2_metric",
        "minThreshold": null, "maxThreshold": "99999", "stepSize": 1, "timeWindow": 300,
        "minReplicas": null, "maxReplicas": null,
    });
    let rule = run.own(SUPERADMIN, "CreateAutoScalingRule", json!({ "input": input })).await;
    let rule = id(&rule, "rule");
    let whole = deployment(&of)["id"].clone();
    let parts = |parts: &str| format!("query Q {{ deployment(id: {whole}) {{ {parts} }} }}");
    let rules = parts("autoScalingRules { edges { node { metricName stepSize } } }");
    run.shows(&rules, "metricName", "v2_metric", true).await;
    let changed = json!({ "input": { "id": rule, "stepSize": 22 } });
    run.own(SUPERADMIN, "UpdateAutoScalingRule", changed).await;
    run.shows(&rules, "stepSize", 22, true).await;
    run.own(SUPERADMIN, "DeleteAutoScalingRule", json!({ "input": { "id": rule } })).await;
    run.shows(&rules, "metricName", "v2_metric", false).await;

    let expires = json!({ "modelDeploymentId": of, "expiresAt": "2099-01-01T00:00:00Z" });
    run.change("CreateAccessToken", json!({ "input": expires })).await;
    run.own(SUPERADMIN, "DeleteAccessToken", json!({ "input": { "id": filled(15, 1) } })).await;
    let tokens = parts("accessTokens { edges { node { token } } }");
    run.shows(&tokens, "token", "fill-token-1", false).await;

    let model = json!({
        "name": "v2", "modelPath": "/models", "service": { "startCommand": ["serve"], "port": 8000 },
    });
    let input = json!({
        "deploymentId": of, "image": { "id": filled(3, 1) },
        "modelMountConfig": { "vfolderId": filled(8, 3), "mountDestination": "/models" },
        "modelRuntimeConfig": { "runtimeVariantId": variant(run).await },
        "clusterConfig": { "mode": "SINGLE_NODE", "size": 1 },
        "resourceConfig": { "resourceSlots": { "entries": slots() } },
        "modelDefinition": { "models": [model] },
    });
    let revision = run.change("AddModelRevision", json!({ "input": input })).await;
    let revision = id(&revision, "revision");
    let one = json!({ "id": global("ModelRevision", &revision) });
    run.has("Revision", one, "modelPath", "/models").await;
    let policy = json!({ "deploymentId": of, "strategy": "ROLLING", "rollingUpdate": {} });
    run.change("UpdateDeploymentPolicy", json!({ "input": policy })).await;
    let activate = json!({ "input": { "deploymentId": of, "revisionId": revision } });
    run.own(SUPERADMIN, "ActivateDeploymentRevision", activate).await;
    run.lacks("Deployment", deployment(&of), "deployingRevisionId", Value::Null).await;
    let route = json!({ "id": global("Route", &filled(14, 2)) });
    let changed = json!({ "routeId": route["id"], "trafficStatus": "ACTIVE" });
    run.own(SUPERADMIN, "UpdateRouteTrafficStatus", changed).await;
    run.has("Route", route, "trafficStatus", "ACTIVE").await;
}

/// What the image needs at least.
pub(super) fn slots() -> Value {
    json!([
        { "resourceType": "cpu", "quantity": "2" },
        { "resourceType": "mem", "quantity": "1073741824" },
    ])
}

async fn cards(run: &mut Run) {
    run.query("ModelCard", json!({ "id": filled(21, 1) })).await;
    run.query("ProjectModelCards", json!({ "scope": { "projectId": PROJECT } })).await;
    let scope = json!({ "project": [{ "value": PROJECT }] });
    run.query("ScopedModelCards", json!({ "scope": scope })).await;
    // The project of models that `fill` writes, with its folder.
    let models = filled(22, 1);
    let input = |name: &str| json!({ "name": name, "vfolderId": filled(8, 4), "modelStoreProjectId": models });
    let name = unique("v2-card");
    let card = Cycle {
        create: ("AdminCreateModelCard", json!({ "input": input(&name) })),
        node: "modelCard",
        read: ("ModelCard", json!({ "id": ID })),
        created: ("name", name.into()),
        update: ("AdminUpdateModelCard", json!({ "input": { "id": ID, "title": "Changed" } })),
        updated: ("title", "Changed".into()),
        delete: ("AdminDeleteModelCard", json!({ "id": ID })),
    };
    run.cycle(card).await;
    let name = unique("v2-card");
    let made = json!({ "input": input(&name) });
    let made = run.own(SUPERADMIN, "AdminCreateModelCard", made).await;
    let card = id(&made, "modelCard");
    run.change("AdminBulkDeleteModelCards", json!({ "input": { "ids": [card] } })).await;
    run.lacks("ModelCard", json!({ "id": card }), "name", name).await;
    run.change("ScanProjectModelCards", json!({ "projectId": models })).await;
}
