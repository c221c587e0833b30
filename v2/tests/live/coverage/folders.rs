//! Folders. What touches their files needs a storage proxy.

use serde_json::json;

use super::{PROJECT, Run, SUPERADMIN, USER, filled};

pub(super) async fn all(run: &mut Run) {
    let folder = filled(8, 1);
    let one = json!({ "vfolderId": folder });
    run.query("Vfolder", one.clone()).await;
    run.query("ProjectVfolders", json!({ "projectId": PROJECT })).await;
    let scope = json!({ "project": [{ "value": PROJECT }] });
    run.query("ScopedVfolders", json!({ "scope": scope })).await;
    run.query("VfolderMountPolicies", one.clone()).await;

    let user = run.users[SUPERADMIN].clone();
    let policy = json!({ "userId": user, "permission": "READ_ONLY" });
    run.own(USER, "SetVfolderMountPolicy", json!({ "vfolderId": folder, "input": policy })).await;
    run.has("VfolderMountPolicies", one.clone(), "userId", &*user).await;
    let nobody = json!({ "vfolderId": folder, "input": { "userId": user } });
    run.own(USER, "UnsetVfolderMountPolicy", nobody).await;
    run.lacks("VfolderMountPolicies", one.clone(), "userId", &*user).await;

    let hosts = |permissions: &[&str]| {
        let hosts: Vec<_> = [permissions].into_iter().filter(|some| !some.is_empty()).collect();
        let hosts: Vec<_> = hosts
            .iter()
            .map(|permissions| json!({ "host": "local:volume1", "permissions": permissions }))
            .collect();
        json!({ "name": "default", "input": { "allowedVfolderHosts": hosts } })
    };
    let permissions =
        ["create-vfolder", "delete-vfolder", "modify-vfolder", "upload-file", "download-file"];
    run.own(SUPERADMIN, "AdminUpdateKeypairResourcePolicy", hosts(&permissions)).await;
    files(run, &folder).await;
    run.own(USER, "DeleteVfolder", one.clone()).await;
    run.lacks("Vfolder", one.clone(), "status", "READY").await;
    run.own(USER, "RestoreVfolder", one.clone()).await;
    run.has("Vfolder", one.clone(), "status", "READY").await;
    let all = json!({ "input": { "ids": [folder] } });
    run.own(USER, "BulkDeleteVfolders", all.clone()).await;
    run.lacks("Vfolder", one.clone(), "status", "READY").await;
    run.own(SUPERADMIN, "PurgeVfolder", one).await;
    run.own(SUPERADMIN, "BulkPurgeVfolders", all).await;
    run.own(SUPERADMIN, "AdminUpdateKeypairResourcePolicy", hosts(&[])).await;
}

async fn files(run: &mut Run, folder: &str) {
    let new = json!({ "name": "v2-folder", "host": "local:volume1", "projectId": PROJECT });
    run.own(SUPERADMIN, "CreateVfolder", json!({ "input": new })).await;
    let new = json!({ "name": "v2-folder", "host": "local:volume1" });
    let in_project = json!({ "projectId": PROJECT, "input": new });
    run.own(SUPERADMIN, "CreateVfolderInProject", in_project).await;
    for (name, input) in [
        ("VfolderListFiles", json!({ "path": "." })),
        ("VfolderMkdir", json!({ "path": ["v2"] })),
        ("VfolderMoveFile", json!({ "src": "a", "dst": "b" })),
        ("VfolderDeleteFiles", json!({ "files": ["a"] })),
        ("VfolderCreateUploadSession", json!({ "path": "a", "size": 1 })),
        ("VfolderCreateDownloadSession", json!({ "path": "a" })),
        ("CloneVfolder", json!({ "name": "v2-clone", "projectId": PROJECT })),
    ] {
        run.own(SUPERADMIN, name, json!({ "vfolderId": folder, "input": input })).await;
    }
}
