//! Settings of the installation: configuration of applications, notifications, queries of Prometheus,
//! retention, kinds of clients, masking of addresses.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
};

use serde_json::json;

use super::{Cycle, ID, NOTHING, Run, SUPERADMIN, USER, id};
use crate::support::unique;

pub(super) async fn all(run: &mut Run) {
    app_config(run).await;
    notifications(run).await;
    prometheus(run).await;
    maintenance(run).await;
    login(run).await;
}

async fn app_config(run: &mut Run) {
    let name = unique("v2-config");
    let made = json!({ "input": { "configName": name } });
    let definition = run.change("AdminCreateAppConfigDefinition", made).await;
    let definition = json!({ "id": id(&definition, "appConfigDefinition") });
    run.has("AdminAppConfigDefinition", definition.clone(), "configName", &*name).await;
    run.query("AdminAppConfigDefinition", definition.clone()).await;
    run.query("AdminAppConfigDefinitions", json!({})).await;

    let made = json!({ "input": { "configName": name, "scopeType": "USER", "rank": 1 } });
    let allowed = run.change("AdminCreateAppConfigAllowList", made).await;
    let allowed = json!({ "id": id(&allowed, "appConfigAllowList") });
    run.has("AdminAppConfigAllowList", allowed.clone(), "rank", 1).await;
    run.query("AdminAppConfigAllowList", allowed.clone()).await;
    run.query("AdminAppConfigAllowLists", json!({})).await;
    let changed = json!({ "input": { "id": allowed["id"], "rank": 2 } });
    run.change("AdminUpdateAppConfigAllowList", changed).await;
    run.has("AdminAppConfigAllowList", allowed.clone(), "rank", 2).await;

    let items = |size| json!([{ "configName": name, "config": { "size": size } }]);
    let made = json!({ "input": { "items": items(1) } });
    let fragment = run.own(USER, "MyUpsertAppConfigFragments", made).await;
    let fragment = json!({ "id": id(&fragment, "items") });
    run.has("AppConfigFragment", fragment.clone(), "size", 1).await;
    run.query("AppConfigFragment", fragment.clone()).await;
    run.query("AdminAppConfigFragments", json!({})).await;
    let scope = json!({ "scopeType": "USER", "scopeId": run.users[USER] });
    let changed = json!({ "input": { "scope": scope, "items": items(2) } });
    run.own(0, "ScopedUpsertAppConfigFragments", changed).await;
    run.has("AppConfigFragment", fragment, "size", 2).await;
    run.query("MyAppConfigFragmentsByNames", json!({ "configNames": [name] })).await;
    run.query("MyAppConfigs", json!({ "configNames": [name] })).await;
    let scoped = json!({ "scope": scope, "configNames": [name] });
    run.query("ScopedAppConfigFragmentsByNames", scoped).await;

    run.change("AdminPurgeAppConfigAllowList", json!({ "input": allowed })).await;
    run.lacks("AdminAppConfigAllowList", allowed, "rank", 2).await;
    run.change("AdminPurgeAppConfigDefinition", json!({ "input": definition })).await;
    run.lacks("AdminAppConfigDefinition", definition, "configName", &*name).await;
}

/// The address of a server that takes every request.
fn webhook() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut line in listener.incoming().flatten() {
            let _ = line.read(&mut [0; 4096]);
            let _ = line
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    format!("http://{address}/")
}

async fn notifications(run: &mut Run) {
    let url = webhook();
    // The current operations and the deprecated ones: of channels, then of rules.
    for [
        create,
        read,
        list,
        update,
        validate,
        delete,
        create_2,
        read_2,
        list_2,
        update_2,
        validate_2,
        delete_2,
    ] in [
        [
            "AdminCreateNotificationChannel",
            "AdminNotificationChannel",
            "AdminNotificationChannels",
            "AdminUpdateNotificationChannel",
            "AdminValidateNotificationChannel",
            "AdminDeleteNotificationChannel",
            "AdminCreateNotificationRule",
            "AdminNotificationRule",
            "AdminNotificationRules",
            "AdminUpdateNotificationRule",
            "AdminValidateNotificationRule",
            "AdminDeleteNotificationRule",
        ],
        [
            "CreateNotificationChannel",
            "NotificationChannel",
            "NotificationChannels",
            "UpdateNotificationChannel",
            "ValidateNotificationChannel",
            "DeleteNotificationChannel",
            "CreateNotificationRule",
            "NotificationRule",
            "NotificationRules",
            "UpdateNotificationRule",
            "ValidateNotificationRule",
            "DeleteNotificationRule",
        ],
    ] {
        let spec = json!({ "webhook": { "url": url } });
        let input = json!({ "name": unique("v2-channel"), "channelType": "WEBHOOK", "spec": spec });
        let channel = Cycle {
            created: ("name", input["name"].clone()),
            create: (create, json!({ "input": input })),
            node: "channel",
            read: (read, json!({ "id": ID })),
            update: (update, json!({ "input": { "id": ID, "description": "changed" } })),
            updated: ("description", "changed".into()),
            delete: (delete, json!({ "input": { "id": ID } })),
        };
        let channel_id = run.begin(&channel).await;
        let input = json!({
            "name": unique("v2-rule"), "ruleType": "SESSION_STARTED", "channelId": channel_id,
            "messageTemplate": "started",
        });
        let rule = Cycle {
            created: ("name", input["name"].clone()),
            create: (create_2, json!({ "input": input })),
            node: "rule",
            read: (read_2, json!({ "id": ID })),
            update: (update_2, json!({ "input": { "id": ID, "messageTemplate": "changed" } })),
            updated: ("messageTemplate", "changed".into()),
            delete: (delete_2, json!({ "input": { "id": ID } })),
        };
        let rule_id = run.begin(&rule).await;
        run.query(list, json!({})).await;
        run.query(list_2, json!({})).await;
        let test = json!({ "input": { "id": channel_id, "testMessage": "test" } });
        run.change(validate, test).await;
        let event = json!({
            "session_id": NOTHING, "session_type": "interactive", "cluster_mode": "single-node",
            "status": "RUNNING",
        });
        let test = json!({ "input": { "id": rule_id, "notificationData": event } });
        run.change(validate_2, test).await;
        run.finish(&rule, &rule_id).await;
        run.finish(&channel, &channel_id).await;
    }
    let of = json!({ "ruleType": "SESSION_STARTED" });
    run.query("NotificationRuleTypeSchema", of).await;
}

async fn prometheus(run: &mut Run) {
    let name = unique("v2-category");
    let made = json!({ "input": { "name": name } });
    let category = run.change("AdminCreatePrometheusQueryPresetCategory", made).await;
    let category = json!({ "id": id(&category, "category") });
    run.has("PrometheusQueryPresetCategory", category.clone(), "name", &*name).await;
    run.query("PrometheusQueryPresetCategory", category.clone()).await;
    run.query("PrometheusQueryPresetCategories", json!({})).await;
    let input = json!({
        "name": unique("v2-query"), "categoryId": category["id"], "metricName": "v2_metric",
        "queryTemplate": "sum(v2_metric)", "options": { "filterLabels": [], "groupLabels": [] },
    });
    let preset = Cycle {
        created: ("name", input["name"].clone()),
        create: ("AdminCreatePrometheusQueryPreset", json!({ "input": input })),
        node: "preset",
        read: ("PrometheusQueryPreset", json!({ "id": ID })),
        update: (
            "AdminModifyPrometheusQueryPreset",
            json!({ "id": ID, "input": { "description": "changed" } }),
        ),
        updated: ("description", "changed".into()),
        delete: ("AdminDeletePrometheusQueryPreset", json!({ "id": ID })),
    };
    let preset_id = run.begin(&preset).await;
    run.query("PrometheusQueryPresets", json!({})).await;
    run.query("PrometheusQueryPresetResult", json!({ "id": preset_id })).await;
    let preview = json!({ "input": { "queryTemplate": "sum(v2_metric)" } });
    run.query("AdminPreviewPrometheusQueryPreset", preview).await;
    run.finish(&preset, &preset_id).await;
    run.change("AdminDeletePrometheusQueryPresetCategory", category.clone()).await;
    run.lacks("PrometheusQueryPresetCategory", category, "name", &*name).await;
}

async fn maintenance(run: &mut Run) {
    let input = json!({ "category": "USAGE_BUCKETS", "retentionPeriodDays": 4000 });
    let policy = Cycle {
        create: ("AdminCreateRetentionPolicy", json!({ "input": input })),
        node: "policy",
        read: ("AdminRetentionPolicy", json!({ "id": ID })),
        created: ("retentionPeriodDays", 4000.into()),
        update: (
            "AdminUpdateRetentionPolicy",
            json!({ "input": { "id": ID, "retentionPeriodDays": 5000 } }),
        ),
        updated: ("retentionPeriodDays", 5000.into()),
        delete: ("AdminPurgeRetentionPolicy", json!({ "id": ID })),
    };
    let policy_id = run.begin(&policy).await;
    run.query("AdminRetentionPolicies", json!({})).await;
    run.finish(&policy, &policy_id).await;
    // Both remove it.
    let (create, input) = policy.create;
    let one = json!({ "id": id(&run.own(SUPERADMIN, create, input).await, "policy") });
    run.change("AdminDeleteRetentionPolicy", one.clone()).await;
    run.lacks("AdminRetentionPolicy", one, "retentionPeriodDays", 4000).await;

    run.change("AdminReencryptSecrets", json!({})).await;
    run.has("AdminSecretStatus", json!({}), "writeProviderType", "plain").await;
}

async fn login(run: &mut Run) {
    let input = json!({ "name": unique("v2-type") });
    let kind = Cycle {
        created: ("name", input["name"].clone()),
        create: ("AdminCreateLoginClientType", json!({ "input": input })),
        node: "loginClientType",
        read: ("LoginClientType", json!({ "id": ID })),
        update: (
            "AdminUpdateLoginClientType",
            json!({ "id": ID, "input": { "description": "changed" } }),
        ),
        updated: ("description", "changed".into()),
        delete: ("AdminDeleteLoginClientType", json!({ "id": ID })),
    };
    run.cycle(kind).await;
    run.query("LoginClientTypes", json!({})).await;

    let input = json!({ "targetType": "AUDIT_LOGS", "mode": "TRUNCATE", "ipv4Prefix": 31 });
    let policy = run.change("AdminUpsertClientIpMaskingPolicy", json!({ "input": input })).await;
    let list = ("AdminClientIpMaskingPolicies", json!({}));
    run.has(list.0, list.1.clone(), "ipv4Prefix", 31).await;
    run.query(list.0, list.1.clone()).await;
    let policy = json!({ "id": id(&policy, "policy") });
    run.change("AdminPurgeClientIpMaskingPolicy", policy).await;
    run.lacks(list.0, list.1, "ipv4Prefix", 31).await;

    run.change("AdminUnblockUser", json!({ "username": "user" })).await;
    run.change("AdminRevokeLoginSession", json!({ "sessionId": NOTHING })).await;
    run.change("MyRevokeLoginSession", json!({ "sessionId": NOTHING })).await;
}
