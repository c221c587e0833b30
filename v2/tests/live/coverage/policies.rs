//! Resource policies, presets, slots and groups, and fair shares.

use serde_json::{Value, json};

use super::{Cycle, ID, PROJECT, Run, SUPERADMIN, USER, ask};
use crate::support::unique;

pub(super) async fn all(run: &mut Run) {
    policies(run).await;
    presets(run).await;
    slots(run).await;
    groups(run).await;
    allowed(run).await;
    fair_shares(run).await;
    allocations(run).await;
}

async fn policies(run: &mut Run) {
    let size = json!({ "expr": "1g" });
    let keypair = json!({
        "name": unique("v2-policy"), "defaultForUnspecified": "LIMITED", "totalResourceSlots": [],
        "maxSessionLifetime": 0, "maxConcurrentSessions": 1, "maxContainersPerSession": 1,
        "idleTimeout": 60, "allowedVfolderHosts": [],
    });
    let user = json!({
        "name": unique("v2-policy"), "maxVfolderCount": 1, "maxQuotaScopeSize": size,
        "maxSessionCountPerModelSession": 1, "maxCustomizedImageCount": 1,
    });
    let project = json!({
        "name": unique("v2-policy"), "maxVfolderCount": 1, "maxQuotaScopeSize": size,
        "maxNetworkCount": 1,
    });
    for (create, input, read, field, update, delete) in [
        (
            "AdminCreateKeypairResourcePolicy",
            keypair,
            "AdminKeypairResourcePolicy",
            "idleTimeout",
            "AdminUpdateKeypairResourcePolicy",
            "AdminDeleteKeypairResourcePolicy",
        ),
        (
            "AdminCreateUserResourcePolicy",
            user,
            "AdminUserResourcePolicy",
            "maxVfolderCount",
            "AdminUpdateUserResourcePolicy",
            "AdminDeleteUserResourcePolicy",
        ),
        (
            "AdminCreateProjectResourcePolicy",
            project,
            "AdminProjectResourcePolicy",
            "maxVfolderCount",
            "AdminUpdateProjectResourcePolicy",
            "AdminDeleteProjectResourcePolicy",
        ),
    ] {
        let name = input["name"].clone();
        let cycle = Cycle {
            created: (field, input[field].clone()),
            create: (create, json!({ "input": input })),
            node: "name",
            read: (read, json!({ "name": name })),
            update: (update, json!({ "name": name, "input": { field: 77 } })),
            updated: (field, 77.into()),
            delete: (delete, json!({ "name": name })),
        };
        run.cycle(cycle).await;
    }
    run.query("ScopedProjectResourcePolicy", json!({ "projectId": PROJECT })).await;
}

async fn presets(run: &mut Run) {
    let slots = json!([
        { "resourceType": "cpu", "quantity": "1" },
        { "resourceType": "mem", "quantity": "1073741824" },
    ]);
    let input = json!({ "name": unique("v2-preset"), "resourceSlots": slots });
    let renamed = unique("v2-preset");
    let cycle = Cycle {
        created: ("name", input["name"].clone()),
        create: ("AdminCreateResourcePreset", json!({ "input": input })),
        node: "resourcePreset",
        read: ("AdminResourcePreset", json!({ "id": ID })),
        update: ("AdminUpdateResourcePreset", json!({ "input": { "id": ID, "name": renamed } })),
        updated: ("name", renamed.into()),
        delete: ("AdminDeleteResourcePreset", json!({ "id": ID })),
    };
    run.cycle(cycle).await;
}

async fn slots(run: &mut Run) {
    let name = "v2-test.device";
    let cycle = Cycle {
        create: (
            "AdminCreateResourceSlotType",
            json!({ "input": { "slotName": name, "slotType": "count", "rank": 71 } }),
        ),
        node: "resourceSlotType",
        read: ("ResourceSlotType", json!({ "slotName": name })),
        created: ("rank", 71.into()),
        update: (
            "AdminUpdateResourceSlotType",
            json!({ "input": { "slotName": name, "displayName": "Changed" } }),
        ),
        updated: ("displayName", "Changed".into()),
        delete: ("AdminPurgeResourceSlotType", json!({ "input": { "slotName": name } })),
    };
    run.cycle(cycle).await;
}

async fn groups(run: &mut Run) {
    let name = unique("v2-group");
    let cycle = Cycle {
        create: (
            "AdminCreateResourceGroup",
            json!({ "input": { "name": name, "domainName": "default", "description": "made" } }),
        ),
        node: "resourceGroup",
        read: ("AdminResourceGroup", json!({ "name": name })),
        created: ("description", "made".into()),
        update: (
            "AdminUpdateResourceGroup",
            json!({ "input": { "resourceGroupName": name, "description": "changed" } }),
        ),
        updated: ("description", "changed".into()),
        delete: ("AdminDeleteResourceGroup", json!({ "name": name })),
    };
    let group = run.begin(&cycle).await;
    let read = json!({ "name": name });
    for (update, days) in
        [("AdminUpdateResourceGroupFairShareSpec", 11), ("UpdateResourceGroupFairShareSpec", 12)]
    {
        let spec = json!({ "input": { "resourceGroupName": name, "halfLifeDays": days } });
        run.change(update, spec).await;
        run.has("AdminResourceGroup", read.clone(), "halfLifeDays", days).await;
    }
    // The manager needs the list, which the schema declares optional.
    let options = json!({ "handlerOptions": { "default": { "timeoutSec": 77 }, "byHandler": [] } });
    let options = json!({ "input": { "resourceGroupName": name, "options": options } });
    run.change("ReplaceResourceGroupDefaultDeploymentOptions", options).await;
    run.has("AdminResourceGroup", read.clone(), "timeoutSec", 77).await;
    let options = json!({ "input": { "resourceGroupName": name, "options": { "priority": 7 } } });
    run.change("ReplaceResourceGroupDefaultSessionOptions", options).await;
    run.has("AdminResourceGroup", read, "priority", 7).await;
    run.finish(&cycle, &group).await;
    let scope = json!({ "domain": [{ "value": run.domain }] });
    run.query("ScopedResourceGroups", json!({ "scope": scope })).await;
}

/// Which groups domains and projects may use, from both sides.
async fn allowed(run: &mut Run) {
    let name = unique("v2-group");
    let made = json!({ "input": { "name": name, "domainName": "default" } });
    run.own(SUPERADMIN, "AdminCreateResourceGroup", made).await;
    for (update, of, read, key, member) in [
        (
            "AdminUpdateAllowedResourceGroupsForDomain",
            "domainName",
            "AdminAllowedResourceGroupsForDomain",
            "other",
            &*name,
        ),
        (
            "AdminUpdateAllowedResourceGroupsForProject",
            "projectId",
            "AdminAllowedResourceGroupsForProject",
            PROJECT,
            &name,
        ),
        (
            "AdminUpdateAllowedDomainsForResourceGroup",
            "resourceGroupName",
            "AdminAllowedDomainsForResourceGroup",
            &name,
            "other",
        ),
        (
            "AdminUpdateAllowedProjectsForResourceGroup",
            "resourceGroupName",
            "AdminAllowedProjectsForResourceGroup",
            &name,
            PROJECT,
        ),
    ] {
        run.change(update, json!({ "input": { of: key, "add": [member] } })).await;
        let before = ask(&run.clients[SUPERADMIN], read, json!({ of: key })).await;
        let listed = |data: &Value| data.to_string().contains(&format!("\"{member}\""));
        let has = before.as_ref().is_ok_and(listed);
        run.read_back(read, has, || format!("lacks {member}: {before:?}"));
        run.query(read, json!({ of: key })).await;
        run.own(SUPERADMIN, update, json!({ "input": { of: key, "remove": [member] } })).await;
        let after = ask(&run.clients[SUPERADMIN], read, json!({ of: key })).await;
        let lacks = after.as_ref().is_ok_and(|data| !listed(data));
        run.read_back(read, lacks, || format!("has {member}: {after:?}"));
    }
    run.own(SUPERADMIN, "AdminDeleteResourceGroup", json!({ "name": name })).await;
}

async fn fair_shares(run: &mut Run) {
    let group = "fill-gpu";
    let user = run.users[USER].clone();
    let of_domain = json!({ "resourceGroupName": group, "domainName": "default" });
    let of_project = json!({ "resourceGroupName": group, "projectId": PROJECT });
    let of_user = json!({ "resourceGroupName": group, "projectId": PROJECT, "userUuid": user });
    let domain = json!({ "domainName": "default" });
    let project = json!({ "domainName": "default", "projectId": PROJECT });
    let member = json!({ "domainName": "default", "projectId": PROJECT, "userUuid": user });
    let mut weight = 2;
    for (read, deprecated, of, input, [one, several, old_one, old_several]) in [
        (
            "AdminDomainFairShare",
            "DomainFairShare",
            of_domain,
            domain,
            [
                "AdminUpsertDomainFairShareWeight",
                "AdminBulkUpsertDomainFairShareWeight",
                "UpsertDomainFairShareWeight",
                "BulkUpsertDomainFairShareWeight",
            ],
        ),
        (
            "AdminProjectFairShare",
            "ProjectFairShare",
            of_project,
            project,
            [
                "AdminUpsertProjectFairShareWeight",
                "AdminBulkUpsertProjectFairShareWeight",
                "UpsertProjectFairShareWeight",
                "BulkUpsertProjectFairShareWeight",
            ],
        ),
        (
            "AdminUserFairShare",
            "UserFairShare",
            of_user,
            member,
            [
                "AdminUpsertUserFairShareWeight",
                "AdminBulkUpsertUserFairShareWeight",
                "UpsertUserFairShareWeight",
                "BulkUpsertUserFairShareWeight",
            ],
        ),
    ] {
        for (name, bulk) in [(one, false), (several, true), (old_one, false), (old_several, true)] {
            weight += 1;
            let mut item = input.clone();
            item["weight"] = json!(format!("{weight}.5"));
            let input = if bulk {
                json!({ "resourceGroupName": group, "inputs": [item] })
            } else {
                item["resourceGroupName"] = json!(group);
                item
            };
            run.change(name, json!({ "input": input })).await;
            run.has(read, of.clone(), "weight", format!("{weight}.5000")).await;
        }
        run.query(read, of.clone()).await;
        run.query(deprecated, of).await;
    }
    let scope = json!({ "scope": { "resourceGroupName": group } });
    run.query("RgDomainFairShares", scope.clone()).await;
    let one = json!({ "scope": scope["scope"], "domainName": "default" });
    run.query("RgDomainFairShare", one).await;
    let scope = json!({ "resourceGroupName": group, "domainName": "default" });
    run.query("RgProjectFairShares", json!({ "scope": scope })).await;
    run.query("RgProjectFairShare", json!({ "scope": scope, "projectId": PROJECT })).await;
    let mut scope = scope;
    scope["projectId"] = json!(PROJECT);
    run.query("RgUserFairShares", json!({ "scope": scope })).await;
    run.query("RgUserFairShare", json!({ "scope": scope, "userUuid": user })).await;
}

async fn allocations(run: &mut Run) {
    let project = json!({ "projectId": PROJECT });
    run.query("ProjectResourceAllocation", project).await;
    run.query("AdminDomainResourceAllocation", json!({ "domainName": "default" })).await;
    let group = json!({ "resourceGroupName": "fill-gpu" });
    run.query("ResourceGroupResourceAllocation", group).await;
    let both = json!({ "input": { "projectId": PROJECT, "resourceGroupName": "fill-gpu" } });
    run.query("EffectiveResourceAllocation", both.clone()).await;
    run.query("CheckPresetAvailability", both).await;
}
