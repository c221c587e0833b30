//! Registries of images and artifacts, storages, artifacts.

use serde_json::json;

use super::{Cycle, ID, Run, filled};
use crate::support::unique;

pub(super) async fn all(run: &mut Run) {
    containers(run).await;
    images(run).await;
    artifact_registries(run).await;
    storages(run).await;
    artifacts(run).await;
}

async fn containers(run: &mut Run) {
    let name = unique("v2-registry");
    let input = json!({ "url": "http://127.0.0.1:9", "registryName": name, "type": "DOCKER" });
    let filter = json!({ "filter": { "registryName": { "equals": name } } });
    let cycle = Cycle {
        create: ("AdminCreateContainerRegistry", json!({ "input": input })),
        node: "registry",
        read: ("AdminContainerRegistries", filter),
        created: ("registryName", name.into()),
        update: (
            "AdminUpdateContainerRegistry",
            json!({ "input": { "id": ID, "username": "v2" } }),
        ),
        updated: ("username", "v2".into()),
        delete: ("AdminDeleteContainerRegistry", json!({ "id": ID })),
    };
    run.cycle(cycle).await;
}

async fn images(run: &mut Run) {
    run.query("Image", json!({ "id": filled(3, 1) })).await;
    run.query("ImageAlias", json!({ "id": filled(4, 1) })).await;
    let scope = json!({ "scope": { "registryId": filled(2, 1) } });
    run.query("ContainerRegistryImages", scope).await;
    run.query("ImageScopedAliases", json!({ "scope": { "imageId": filled(3, 1) } })).await;
    let scope = json!({ "containerRegistry": [{ "value": filled(2, 1) }] });
    run.query("ScopedImages", json!({ "scope": scope })).await;
}

async fn artifact_registries(run: &mut Run) {
    let input = json!({ "name": unique("v2-hf"), "url": "http://127.0.0.1:9/" });
    let renamed = unique("v2-hf");
    let cycle = Cycle {
        created: ("name", input["name"].clone()),
        create: ("CreateHuggingfaceRegistry", json!({ "input": input })),
        node: "huggingfaceRegistry",
        read: ("HuggingfaceRegistry", json!({ "id": ID })),
        update: ("UpdateHuggingfaceRegistry", json!({ "input": { "id": ID, "name": renamed } })),
        updated: ("name", renamed.into()),
        delete: ("DeleteHuggingfaceRegistry", json!({ "input": { "id": ID } })),
    };
    let registry = run.begin(&cycle).await;
    run.query("HuggingfaceRegistries", json!({})).await;
    run.finish(&cycle, &registry).await;

    let input = json!({
        "name": unique("v2-reservoir"), "endpoint": "http://127.0.0.1:9/", "accessKey": "key",
        "secretKey": "secret", "apiVersion": "v1",
    });
    let cycle = Cycle {
        created: ("name", input["name"].clone()),
        create: ("CreateReservoirRegistry", json!({ "input": input })),
        node: "reservoir",
        read: ("ReservoirRegistry", json!({ "id": ID })),
        update: ("UpdateReservoirRegistry", json!({ "input": { "id": ID, "apiVersion": "v2" } })),
        updated: ("apiVersion", "v2".into()),
        delete: ("DeleteReservoirRegistry", json!({ "input": { "id": ID } })),
    };
    let registry = run.begin(&cycle).await;
    run.query("ReservoirRegistries", json!({})).await;
    run.finish(&cycle, &registry).await;
    run.query("DefaultArtifactRegistry", json!({ "artifactType": "MODEL" })).await;
}

async fn storages(run: &mut Run) {
    let input = json!({
        "name": unique("v2-objects"), "host": "v2", "accessKey": "key", "secretKey": "secret",
        "endpoint": "http://127.0.0.1:9/", "region": "made",
    });
    let objects = Cycle {
        created: ("region", "made".into()),
        create: ("CreateObjectStorage", json!({ "input": input })),
        node: "objectStorage",
        read: ("ObjectStorage", json!({ "id": ID })),
        update: ("UpdateObjectStorage", json!({ "input": { "id": ID, "region": "changed" } })),
        updated: ("region", "changed".into()),
        delete: ("DeleteObjectStorage", json!({ "input": { "id": ID } })),
    };
    let storage = run.begin(&objects).await;
    run.query("ObjectStorages", json!({})).await;
    let namespace = json!({ "input": { "storageId": storage, "namespace": "v2" } });
    // The field fails without all of its arguments.
    let namespaces = format!(
        "query Q {{ objectStorage(id: \"{storage}\") {{ namespaces(before: null, after: null, \
         first: null, last: null, limit: null, offset: null) {{ edges {{ node {{ namespace }} }} }} }} }}"
    );
    run.change("RegisterStorageNamespace", namespace.clone()).await;
    run.shows(&namespaces, "namespace", "v2", true).await;
    run.change("UnregisterStorageNamespace", namespace).await;
    run.shows(&namespaces, "namespace", "v2", false).await;
    run.finish(&objects, &storage).await;

    let input = json!({ "name": unique("v2-vfs"), "host": "v2", "basePath": "/made" });
    let files = Cycle {
        created: ("basePath", "/made".into()),
        create: ("CreateVfsStorage", json!({ "input": input })),
        node: "vfsStorage",
        read: ("VfsStorage", json!({ "id": ID })),
        update: ("UpdateVfsStorage", json!({ "input": { "id": ID, "basePath": "/changed" } })),
        updated: ("basePath", "/changed".into()),
        delete: ("DeleteVfsStorage", json!({ "input": { "id": ID } })),
    };
    let storage = run.begin(&files).await;
    run.query("VfsStorages", json!({})).await;
    run.finish(&files, &storage).await;
}

/// Artifacts come from registries by way of a storage proxy; `fill` writes some.
async fn artifacts(run: &mut Run) {
    let artifact = json!({ "id": filled(28, 1) });
    let (first, second) = (filled(29, 1), filled(29, 2));
    run.query("Artifact", artifact.clone()).await;
    run.query("ArtifactRevision", json!({ "id": first })).await;
    run.query("Artifacts", json!({})).await;
    run.query("ArtifactRevisions", json!({})).await;
    let changed = json!({ "input": { "artifactId": artifact["id"], "description": "changed" } });
    run.change("UpdateArtifact", changed).await;
    run.has("Artifact", artifact.clone(), "description", "changed").await;
    let all = json!({ "input": { "artifactIds": [artifact["id"]] } });
    run.change("DeleteArtifacts", all.clone()).await;
    run.has("Artifact", artifact.clone(), "availability", "DELETED").await;
    run.change("RestoreArtifacts", all).await;
    run.has("Artifact", artifact, "availability", "ALIVE").await;
    for (name, revision, status) in [
        ("ApproveArtifactRevision", &first, "AVAILABLE"),
        ("RejectArtifactRevision", &second, "REJECTED"),
        ("CancelImportArtifact", &second, "SCANNED"),
    ] {
        run.change(name, json!({ "input": { "artifactRevisionId": revision } })).await;
        run.has("ArtifactRevision", json!({ "id": revision }), "status", status).await;
    }
    let registry = json!({ "input": { "limit": 1 } });
    run.change("ScanArtifacts", registry.clone()).await;
    run.change("DelegateScanArtifacts", registry).await;
    let model = json!({ "input": { "models": [{ "modelId": "v2/none" }] } });
    run.change("ScanArtifactModels", model).await;
    let revisions = json!({ "input": { "artifactRevisionIds": [first] } });
    for name in ["ImportArtifacts", "DelegateImportArtifacts", "CleanupArtifactRevisions"] {
        run.change(name, revisions.clone()).await;
    }
    let object = json!({ "input": { "artifactRevisionId": first, "key": "v2" } });
    run.change("GetPresignedDownloadUrl", object.clone()).await;
    run.change("GetPresignedUploadUrl", object).await;
}
