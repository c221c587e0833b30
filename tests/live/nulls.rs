//! `schema/admin/nulls.txt` says where the manager takes null. Each optional field of each input
//! object in it is sent a null, and the database says what became of it.

use std::{collections::BTreeMap, fs};

use apollo_compiler::Schema;
use backendai::Client;
use backendai_schema::ADMIN;
use serde_json::{Value, json};

use crate::{
    coverage::{global, id},
    support::{Manager, SUPERADMIN, here, sql},
};

/// What is changed, for one input object of the table.
struct Probe {
    input: &'static str,
    /// The mutation's other arguments.
    target: Value,
    /// What is sent beside each null. What the table lets be null is here, so that it is not before.
    base: Value,
    /// The rows of the database that hold it: a table and a condition.
    rows: (&'static str, String),
}

/// Where no null can be tried, and why.
const OUT_OF_REACH: [(&str, &str); 1] = [(
    "ModifyComputeSessionInput",
    "the mutation fails whatever is sent: greenlet_spawn has not been called",
)];

/// Where a null is taken for a value, which `nulls.txt` says in its comments.
const MEANS: [(&str, &str, bool); 2] = [
    ("ModifyContainerRegistryInput", "is_global", true),
    ("ModifyContainerRegistryNodeInputV2", "is_global", true),
];

/// Columns that are named otherwise than the fields.
const COLUMNS: [(&str, &str); 1] = [("integration_id", "integration_name")];

fn probes(rule: &str) -> Vec<Probe> {
    let probe = |input, target, base, table, condition: &str| {
        let rows = (table, condition.to_owned());
        Probe { input, target, base, rows }
    };
    let name = json!({ "name": "fill-null" });
    let user = json!({ "email": "fill-null@tests.invalid" });
    let of_user = "\"user\" = (select uuid from users where email = 'fill-null@tests.invalid')";
    let key = sql(&format!("select access_key from keypairs where {of_user}"));
    let registry = json!({
        "project": "made", "username": "made", "password": "made", "ssl_verify": true,
        "extra": "{\"a\": 1}",
    });
    let domain = json!({ "description": "made", "integration_id": "made" });
    let mut domain_node = domain.clone();
    domain_node["id"] = json!("fill-null");
    vec![
        probe(
            "ModifyAgentInput",
            json!({ "id": "i-fill-bare" }),
            json!({}),
            "agents",
            "id = 'i-fill-bare'",
        ),
        probe(
            "ModifyContainerRegistryInput",
            json!({ "hostname": "fill.bare" }),
            json!({ "username": "made", "password": "made", "ssl_verify": true }),
            "container_registries",
            "registry_name = 'fill.bare'",
        ),
        probe(
            "ModifyContainerRegistryNodeInputV2",
            json!({ "id": id(2, 2) }),
            registry,
            "container_registries",
            "registry_name = 'fill.bare'",
        ),
        probe("ModifyDomainInput", name.clone(), domain, "domains", "name = 'fill-null'"),
        probe("ModifyDomainNodeInput", json!({}), domain_node, "domains", "name = 'fill-null'"),
        probe(
            "ModifyEndpointAutoScalingRuleInput",
            json!({ "id": global("EndpointAutoScalingRuleNode", rule) }),
            json!({ "min_replicas": 1, "max_replicas": 4 }),
            "endpoint_auto_scaling_rules",
            &format!("id = '{rule}'"),
        ),
        probe(
            "ModifyEndpointInput",
            json!({ "endpoint_id": id(10, 2) }),
            json!({}),
            "endpoints",
            &format!("id = '{}'", id(10, 2)),
        ),
        probe(
            "ModifyGroupInput",
            json!({ "gid": id(22, 2) }),
            json!({
                "description": "made", "integration_id": "made",
                "container_registry": "{\"registry\": \"made\", \"project\": \"made\"}",
            }),
            "groups",
            &format!("id = '{}'", id(22, 2)),
        ),
        probe(
            "ModifyImageInput",
            json!({ "target": "fill.bare/tool", "architecture": "aarch64" }),
            json!({}),
            "images",
            &format!("id = '{}'", id(3, 2)),
        ),
        probe("ModifyKeyPairInput", json!({ "access_key": key }), json!({}), "keypairs", of_user),
        probe(
            "ModifyKeyPairResourcePolicyInput",
            name.clone(),
            json!({ "max_pending_session_count": 1, "max_pending_session_resource_slots": "{\"cpu\": 1}" }),
            "keypair_resource_policies",
            "name = 'fill-null'",
        ),
        probe(
            "ModifyProjectResourcePolicyInput",
            name.clone(),
            json!({}),
            "project_resource_policies",
            "name = 'fill-null'",
        ),
        probe(
            "ModifyResourcePresetInput",
            json!({ "id": id(17, 2) }),
            json!({ "shared_memory": "1g", "scaling_group_name": "fill-gpu" }),
            "resource_presets",
            &format!("id = '{}'", id(17, 2)),
        ),
        probe(
            "ModifyScalingGroupInput",
            json!({ "name": "fill-bare" }),
            json!({
                "description": "made", "wsproxy_addr": "http://127.0.0.1:9",
                "wsproxy_api_token": "made",
            }),
            "scaling_groups",
            "name = 'fill-bare'",
        ),
        probe(
            "ModifyUserInput",
            user.clone(),
            json!({
                "full_name": "made", "description": "made", "allowed_client_ip": ["127.0.0.1"],
                "container_uid": 1, "container_main_gid": 1, "container_gids": [1],
            }),
            "users",
            "email = 'fill-null@tests.invalid'",
        ),
        probe(
            "ModifyUserResourcePolicyInput",
            name,
            json!({}),
            "user_resource_policies",
            "name = 'fill-null'",
        ),
        // Last: were a null taken, the user would be gone.
        probe("PurgeUserInput", user, json!({}), "users", "email = 'fill-null@tests.invalid'"),
    ]
}

/// A domain, a user with a keypair, and policies, for this test alone.
const MAKE: &str = r#"mutation {
    create_domain(name: "fill-null", props: {}) { ok msg }
    create_user(email: "fill-null@tests.invalid", props: {
        username: "fill-null", password: "fill-Password-1", need_password_change: false,
        domain_name: "default",
    }) { ok msg }
    create_keypair_resource_policy(name: "fill-null", props: {
        default_for_unspecified: "LIMITED", max_session_lifetime: 1, max_concurrent_sessions: 2,
        max_containers_per_session: 3, idle_timeout: 4,
    }) { ok msg }
    create_user_resource_policy(name: "fill-null", props: {
        max_vfolder_count: 1, max_quota_scope_size: 2, max_session_count_per_model_session: 3,
        max_customized_image_count: 4,
    }) { ok msg }
    create_project_resource_policy(name: "fill-null", props: { max_vfolder_count: 1 }) { ok msg }
}"#;

const REMOVE: &str = r#"mutation {
    purge_user(email: "fill-null@tests.invalid", props: {}) { ok msg }
    purge_domain(name: "fill-null") { ok msg }
    delete_keypair_resource_policy(name: "fill-null") { ok msg }
    delete_user_resource_policy(name: "fill-null") { ok msg }
    delete_project_resource_policy(name: "fill-null") { ok msg }
}"#;

/// What the table says: of each object, of each field.
fn table() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut table: BTreeMap<String, BTreeMap<_, _>> = BTreeMap::new();
    let mut input = String::new();
    for line in fs::read_to_string(here("schema/admin/nulls.txt")).unwrap().lines() {
        let entry = line.split('#').next().unwrap_or_default().trim();
        match entry.split_once(':') {
            Some((field, rule)) => {
                let fields = table.get_mut(&input).unwrap();
                fields.insert(field.to_owned(), rule.trim().to_owned());
            }
            None if entry.is_empty() => {}
            None => {
                input = entry.to_owned();
                table.entry(input.clone()).or_default();
            }
        }
    }
    table
}

/// The mutation that takes an input object.
struct Mutation {
    text: String,
    root: String,
    /// Its argument that is the object.
    argument: String,
}

impl Mutation {
    fn of(schema: &Schema, probe: &Probe) -> Self {
        let roots = &schema.get_object("Mutation").unwrap().fields;
        let (root, argument) = roots
            .values()
            .flat_map(|root| root.arguments.iter().map(move |argument| (root, argument)))
            .find(|(_, argument)| argument.ty.inner_named_type() == probe.input)
            .unwrap();
        let sent = root.arguments.iter().filter(|other| {
            other.name == argument.name || probe.target.get(other.name.as_str()).is_some()
        });
        let (variables, arguments): (Vec<_>, Vec<_>) = sent
            .map(|sent| (format!("${}: {}", sent.name, sent.ty), format!("{0}: ${0}", sent.name)))
            .unzip();
        let answer = schema.get_object(root.ty.inner_named_type()).unwrap();
        let asked = if answer.fields.contains_key("ok") { "ok msg" } else { "__typename" };
        let text = format!(
            "mutation({}) {{ {}({}) {{ {asked} }} }}",
            variables.join(", "),
            root.name,
            arguments.join(", ")
        );
        Self { text, root: root.name.to_string(), argument: argument.name.to_string() }
    }

    /// Why the manager refused; nothing when it did not.
    async fn refused(&self, client: &Client, probe: &Probe, sent: Value) -> Option<String> {
        let mut variables = probe.target.clone();
        variables[&self.argument] = sent;
        match client.send_document(&self.text, variables).await {
            Err(error) => Some(error.to_string()),
            Ok(data) => {
                let data: Value = serde_json::from_str(data.get()).unwrap();
                let answer = &data[&self.root];
                (answer["ok"] == false).then(|| answer["msg"].to_string())
            }
        }
    }
}

/// The one row, without what every change changes.
fn row(probe: &Probe) -> Value {
    let (table, condition) = &probe.rows;
    let row = sql(&format!(
        "select to_jsonb(row) - 'modified_at' - 'updated_at' from {table} as row where {condition}"
    ));
    serde_json::from_str(&row).unwrap_or_else(|_| panic!("{table} where {condition}: {row:?}"))
}

/// What is wrong with a field; `rule` is what the table says of it. `known` is the row, where it is
/// as the base of the probe makes it.
async fn check(
    client: &Client,
    (mutation, probe): (&Mutation, &Probe),
    known: &mut Option<Value>,
    field: &str,
    rule: Option<&str>,
) -> Option<String> {
    let mut with = probe.base.clone();
    let before = match known.take() {
        Some(row) => row,
        None => {
            // Nothing at all is refused, too.
            let nothing = with.as_object().is_some_and(|base| base.is_empty());
            if !nothing && let Some(refused) = mutation.refused(client, probe, with.clone()).await {
                return Some(format!("the values before it were refused: {refused}"));
            }
            row(probe)
        }
    };
    with[field] = Value::Null;
    let refused = mutation.refused(client, probe, with).await;
    let after = row(probe);
    if before == after {
        *known = Some(before.clone());
    }
    let column = COLUMNS.iter().find(|(of, _)| *of == field).map_or(field, |(_, column)| column);
    let column = if after.get(field).is_some() { field } else { column };
    let is = after.get(column);
    let means = MEANS.iter().find(|(input, of, _)| *input == probe.input && *of == field);
    match (rule, means, refused) {
        (Some(_), _, Some(refused)) => Some(format!("null was refused: {refused}")),
        // Not every field is a column, and JSON is cleared to an empty object.
        (Some(_), _, None) if is.is_none_or(|is| is.is_null() || *is == json!({})) => None,
        (Some(_), _, None) => Some(format!("null was taken, but it is {is:?}")),
        (None, Some((.., value)), None) if is == Some(&json!(value)) => None,
        (None, Some(_), other) => Some(format!("it is {is:?}, {other:?}")),
        (None, None, _) if before == after => None,
        (None, None, refused) => {
            let changed: Vec<_> = after
                .as_object()
                .unwrap()
                .iter()
                .filter(|(name, value)| before.get(*name) != Some(*value))
                .collect();
            Some(format!("null does something: {changed:?}, {refused:?}"))
        }
    }
}

#[tokio::test]
async fn the_manager_accepts_null_as_the_table_lists() {
    let Some(manager) = Manager::turn().await else { return };
    let _filled = manager.fill();
    let client = manager.client(SUPERADMIN);
    let made = client.send_document(MAKE, ()).await.unwrap();
    assert!(!made.get().contains("false"), "{made}");
    let schema = Schema::parse(ADMIN, "schema.graphql").unwrap();

    let (table, probes) = (table(), probes(&id(16, 1)));
    let (mut tried, mut wrong) = (0, Vec::new());
    for (input, rules) in &table {
        if OUT_OF_REACH.iter().any(|(out, _)| out == input) {
            continue;
        }
        let Some(probe) = probes.iter().find(|probe| probe.input == input) else {
            wrong.push(format!("{input} has no probe"));
            continue;
        };
        let mutation = Mutation::of(&schema, probe);
        let mut known = None;
        let fields = &schema.get_input_object(input).unwrap().fields;
        for field in fields.values().filter(|field| !field.ty.is_non_null()) {
            let rule = rules.get(field.name.as_str()).map(String::as_str);
            tried += 1;
            if let Some(what) =
                check(&client, (&mutation, probe), &mut known, &field.name, rule).await
            {
                wrong.push(format!("{input}.{}: {what}", field.name));
            }
        }
    }
    let gone = "select id from groups where domain_name = 'fill-null'";
    for group in sql(gone).lines() {
        let purge = format!("mutation {{ purge_group(gid: \"{group}\") {{ ok msg }} }}");
        client.send_document(&purge, ()).await.unwrap();
    }
    let removed = client.send_document(REMOVE, ()).await.unwrap();
    assert!(!removed.get().contains("false"), "{removed}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!(
        "{tried} fields of {} input objects took null, or not, as the table says",
        probes.len()
    );
}
