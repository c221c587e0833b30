//! Sessions, agents, the scheduler, checks of idle sessions.

use serde_json::json;

use super::{Cycle, ID, PROJECT, Run, SUPERADMIN, USER, filled, global, id, services};
use crate::support::unique;

pub(super) async fn all(run: &mut Run) {
    sessions(run).await;
    life(run).await;
    scheduling(run).await;
    idle(run).await;
    run.query("Node", json!({ "id": global("SessionV2", &filled(6, 1)) })).await;
    let entity = json!([{ "entityType": "user", "entityId": run.users[SUPERADMIN] }]);
    run.query("ScopedAuditLogs", json!({ "scope": { "entity": entity } })).await;
    // Without the agent that has no plugins, with which the list fails.
    let agents = json!({ "filter": { "id": { "equals": "i-fill-gpu" } } });
    run.query("Agents", agents.clone()).await;
    for (number, group) in [(2, "fill-bare"), (1, "fill-gpu")] {
        let input = json!({ "agentId": "i-fill-gpu", "resourceGroupId": filled(1, number) });
        run.change("AdminUpdateAgentResourceGroup", json!({ "input": input })).await;
        run.has("Agents", agents.clone(), "scalingGroup", group).await;
    }
}

async fn sessions(run: &mut Run) {
    let session = filled(6, 1);
    run.query("Session", json!({ "id": session })).await;
    run.query("Kernel", json!({ "id": filled(7, 1) })).await;
    run.query("SessionKernels", json!({ "scope": { "sessionId": session } })).await;
    run.query("ProjectSessions", json!({ "scope": { "projectId": PROJECT } })).await;
    let scope = json!({ "project": [{ "value": PROJECT }] });
    run.query("ScopedSessions", json!({ "scope": scope })).await;
}

/// Without an agent a session stays pending, and can be cancelled.
async fn life(run: &mut Run) {
    let input = json!({
        "sessionName": unique("v2-session"), "sessionType": "INTERACTIVE", "imageId": filled(3, 1),
        "resourceEntries": services::slots(), "resourceGroup": "fill-gpu", "projectId": PROJECT,
    });
    let made = run.own(SUPERADMIN, "EnqueueSession", json!({ "input": input })).await;
    let session = id(&made, "session");
    let one = json!({ "id": session });
    run.has("Session", one.clone(), "status", "PENDING").await;
    let end = json!({ "sessionIds": [session], "forced": false });
    run.own(SUPERADMIN, "TerminateSessions", end).await;
    run.has("Session", one, "status", "CANCELLED").await;
}

async fn scheduling(run: &mut Run) {
    let session = filled(6, 1);
    let of = json!({ "scope": { "sessionId": session } });
    run.query("SessionScopedSchedulingHistories", of).await;
    let scope = json!({ "session": [{ "value": session }] });
    run.query("ScopedKernelSchedulingHistories", json!({ "scope": scope })).await;
    let of = json!({ "scope": { "deploymentId": filled(10, 1) } });
    run.query("DeploymentScopedSchedulingHistories", of).await;
    let of = json!({ "scope": { "routeId": filled(14, 1) } });
    run.query("RouteScopedSchedulingHistories", of).await;
    let scope = json!({ "deployment": [{ "value": filled(10, 1) }] });
    run.query("ScopedReplicaGroupHistories", json!({ "scope": scope })).await;
    let kernel = json!({ "resources": [{ "resourceType": "cpu", "quantity": "1" }] });
    let input = json!({
        "kernels": [kernel], "clusterMode": "SINGLE_NODE", "resourceGroupId": filled(1, 1),
    });
    run.query("ComputeSchedule", json!({ "input": input })).await;
}

async fn idle(run: &mut Run) {
    let name = unique("v2-checker");
    let input = json!({
        "name": name, "checkerType": "SESSION_LIFETIME", "targetSessionTypes": ["INTERACTIVE"],
        "checkerSpec": { "sessionLifetime": { "maxLifetimeSeconds": 99_999_999 } },
    });
    let checker = Cycle {
        create: ("AdminCreateIdleChecker", json!({ "input": input })),
        node: "idleChecker",
        read: ("AdminIdleCheckers", json!({ "limit": 100 })),
        created: ("name", name.into()),
        update: (
            "AdminUpdateIdleChecker",
            json!({ "input": { "id": ID, "description": "changed by v2" } }),
        ),
        updated: ("description", "changed by v2".into()),
        delete: ("AdminPurgeIdleChecker", json!({ "input": { "id": ID } })),
    };
    let checker_id = run.begin(&checker).await;
    let scope = json!({ "scopeType": "USER", "scopeId": run.users[USER] });
    let assignment = Cycle {
        create: (
            "AdminCreateIdleCheckerAssignment",
            json!({ "input": { "scope": scope, "idleCheckerId": checker_id } }),
        ),
        node: "idleCheckerAssignment",
        read: ("AdminIdleCheckerAssignments", json!({})),
        created: ("idleCheckerId", checker_id.clone().into()),
        update: ("UpdateIdleCheckerAssignment", json!({ "input": { "id": ID, "enabled": false } })),
        updated: ("enabled", false.into()),
        delete: ("PurgeIdleCheckerAssignment", json!({ "input": { "id": ID } })),
    };
    let assignment_id = run.begin(&assignment).await;
    let items = json!({ "scope": { "items": [scope] } });
    run.query("ScopedIdleCheckerAssignments", items).await;
    let target = json!([{ "checkerId": checker_id, "sessionId": filled(6, 3) }]);
    let targets = json!({ "input": { "targets": target } });
    run.own(SUPERADMIN, "ExcludeSessionIdleChecks", targets.clone()).await;
    run.own(SUPERADMIN, "IncludeSessionIdleChecks", targets).await;
    run.finish(&assignment, &assignment_id).await;
    run.finish(&checker, &checker_id).await;
}
