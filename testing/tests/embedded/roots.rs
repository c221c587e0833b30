//! Every root field of the schema has an answer, and every row all of its fields.

use crate::support::Ask;
use apollo_compiler::Schema;
use apollo_compiler::schema::{ExtendedType, Type};
use apollo_compiler::validation::Valid;
use backendai_testing::Manager;
use serde_json::{Value, json};

fn schema() -> Valid<Schema> {
    Schema::parse_and_validate(backendai_schema::ADMIN, "schema.graphql").unwrap()
}

/// Returns a minimal value of a type; ids and names match no row.
fn value(schema: &Schema, ty: &Type) -> String {
    if ty.is_list() {
        return "[]".to_owned();
    }
    let name = ty.inner_named_type().as_str();
    match schema.types.get(name) {
        Some(ExtendedType::Enum(kind)) => kind.values.keys().next().unwrap().to_string(),
        Some(ExtendedType::InputObject(object)) => {
            let needed = object.fields.iter().filter(|(_, field)| field.is_required());
            let members =
                needed.map(|(name, field)| format!("{name}: {}", value(schema, &field.ty)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        _ => match name {
            "Int" | "Float" | "BigInt" => "50".to_owned(),
            "Boolean" => "false".to_owned(),
            "UUID" => "\"00000000-0000-4000-8000-00000000dead\"".to_owned(),
            _ => "\"\"".to_owned(),
        },
    }
}

/// Selects every field without required arguments, down to the given depth.
fn selection(schema: &Schema, ty: &Type, depth: u32) -> String {
    let fields = match schema.types.get(ty.inner_named_type()) {
        Some(ExtendedType::Object(object)) => &object.fields,
        Some(ExtendedType::Interface(interface)) => &interface.fields,
        _ => return String::new(),
    };
    let mut chosen = vec!["__typename".to_owned()];
    // Deeper levels are not selected.
    let fields = fields.iter().filter(|_| depth > 0);
    for (name, field) in fields {
        if field.arguments.iter().any(|argument| argument.is_required()) {
            continue;
        }
        let leaf = selection(schema, &field.ty, 0).is_empty();
        if leaf {
            chosen.push(name.to_string());
        } else if depth > 0 {
            chosen.push(format!("{name} {}", selection(schema, &field.ty, depth - 1)));
        }
    }
    format!("{{ {} }}", chosen.join(" "))
}

/// Returns a document for each root field of the type.
fn documents(schema: &Schema, kind: &str) -> Vec<(String, String)> {
    let operation = kind.to_lowercase();
    let roots = &schema.get_object(kind).unwrap().fields;
    roots
        .iter()
        .map(|(name, field)| {
            let needed = field.arguments.iter().filter(|argument| argument.is_required());
            // An offset of 50 would leave every list empty.
            let given = needed.map(|argument| match argument.name.as_str() {
                "offset" => "offset: 0".to_owned(),
                name => format!("{name}: {}", value(schema, &argument.ty)),
            });
            let given: Vec<_> = given.collect();
            let given =
                if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
            let selection = selection(schema, &field.ty, 4);
            (name.to_string(), format!("{operation} {{ {name}{given} {selection} }}"))
        })
        .collect()
}

async fn ask(manager: &Manager, document: &str) -> Value {
    Ask::new(manager.superadmin(), document).send(manager).await.json()
}

#[tokio::test]
async fn every_root_is_served_with_all_of_its_fields() {
    let manager = Manager::start().await.unwrap();
    let schema = schema();
    let mut unserved = Vec::new();
    for (root, document) in ["Query", "Mutation"].into_iter().flat_map(|k| documents(&schema, k)) {
        let answer = ask(&manager, &document).await;
        assert!(answer["data"].is_object(), "{root}: {answer}");
        let errors = answer["errors"].as_array().cloned().unwrap_or_default();
        let missing = errors
            .iter()
            .filter(|error| error["extensions"]["code"] == "embedded_generic_not-implemented");
        unserved.extend(missing.map(|error| format!("{root}: {}", error["message"])));
    }
    assert!(unserved.is_empty(), "{}", unserved.join("\n"));
}

#[tokio::test]
async fn cursors_page_through_a_connection_in_both_directions() {
    let manager = Manager::builder().keypairs(5).start().await.unwrap();
    let page = "edges { node { email } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } count";
    let mut lists = Vec::new();
    for (size, cursor, more, bound) in [
        ("first: 4", "after", "hasNextPage", "endCursor"),
        ("last: 4", "before", "hasPreviousPage", "startCursor"),
    ] {
        let (mut seen, mut place) = (Vec::new(), String::new());
        loop {
            let answer =
                ask(&manager, &format!("{{ user_nodes({size}{place}) {{ {page} }} }}")).await;
            let nodes = &answer["data"]["user_nodes"];
            assert_eq!(nodes["count"], 11);
            let edges = nodes["edges"].as_array().unwrap();
            let mut emails: Vec<_> =
                edges.iter().map(|edge| edge["node"]["email"].clone()).collect();
            if cursor == "before" {
                emails.reverse();
            }
            seen.append(&mut emails);
            if nodes["pageInfo"][more] != true {
                break;
            }
            place = format!(", {cursor}: {}", nodes["pageInfo"][bound]);
        }
        lists.push(seen);
    }
    assert_eq!(lists[0].len(), 11);
    lists[1].reverse();
    assert_eq!(lists[0], lists[1]);

    let plain =
        ask(&manager, "{ user_nodes(offset: 9) { edges { cursor } pageInfo { hasNextPage } } }");
    let plain = plain.await;
    assert_eq!(plain["data"]["user_nodes"]["edges"].as_array().unwrap().len(), 2);
    let both = ask(&manager, "{ user_nodes(first: 1, last: 1) { count } }").await;
    let message = both["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("Can only paginate with single direction"), "{message}");
}

#[tokio::test]
async fn created_rows_can_be_read_changed_and_deleted() {
    let manager = Manager::start().await.unwrap();
    let project = "06000000-0000-4000-8000-000000000001";
    let made = format!(
        "mutation {{ create_network(name: \"a\", project_id: \"{project}\", driver: \"overlay\") \
         {{ ok network {{ id row_id name driver }} }} }}"
    );
    let made = ask(&manager, &made).await["data"]["create_network"]["network"].clone();
    assert_eq!((&made["name"], &made["driver"]), (&json!("a"), &json!("overlay")));
    let id = &made["id"];
    let read = format!("{{ network(id: {id}) {{ name }} }}");
    let changed =
        format!("mutation {{ modify_network(network: {id}, props: {{ name: \"b\" }}) {{ ok }} }}");
    assert_eq!(ask(&manager, &changed).await["data"]["modify_network"]["ok"], true);
    assert_eq!(ask(&manager, &read).await["data"]["network"]["name"], "b");
    let gone = format!("mutation {{ delete_network(network: {id}) {{ ok }} }}");
    assert_eq!(ask(&manager, &gone).await["data"]["delete_network"]["ok"], true);
    let error = ask(&manager, &read).await["errors"][0]["message"].clone();
    assert!(error.as_str().unwrap().starts_with("Network not found"), "{error}");

    let group = "mutation { create_scaling_group(name: \"new\", props: { driver: \"static\", \
        scheduler: \"fifo\" }) { ok scaling_group { name is_active } } }";
    assert_eq!(ask(&manager, group).await["data"]["create_scaling_group"]["ok"], true);
    // Null clears what the table of nulls lists, and nothing else.
    for (props, description, driver) in [
        ("description: \"d\", wsproxy_addr: \"http://w\"", json!("d"), "static"),
        ("wsproxy_addr: null, driver: null", json!("d"), "static"),
        ("description: null, driver: \"other\"", json!(null), "other"),
    ] {
        let change = format!(
            "mutation {{ modify_scaling_group(name: \"new\", props: {{ {props} }}) {{ ok }} }}"
        );
        assert_eq!(ask(&manager, &change).await["data"]["modify_scaling_group"]["ok"], true);
        let read = "{ scaling_group(name: \"new\") { description driver } }";
        let group = ask(&manager, read).await["data"]["scaling_group"].clone();
        assert_eq!(group, json!({ "description": description, "driver": driver }), "{props}");
    }
    let link = "mutation { associate_scaling_group_with_domain(domain: \"other\", scaling_group: \
        \"new\") { ok } }";
    ask(&manager, link).await;
    let served = "{ domain(name: \"other\") { scaling_groups } }";
    let served = ask(&manager, served).await["data"]["domain"]["scaling_groups"].clone();
    assert_eq!(served, json!(["default", "new"]));
}

#[tokio::test]
async fn other_roles_see_their_own_rows_and_change_none() {
    let manager = Manager::start().await.unwrap();
    let list = "{ vfolder_list(limit: 9, offset: 0) { total_count } }";
    for (account, seen) in
        [(manager.superadmin(), 4), (manager.user(), 1), (manager.other_admin(), 0)]
    {
        let answer = Ask::new(account, list).send(&manager).await.json();
        assert_eq!(answer["data"]["vfolder_list"]["total_count"], seen, "{account:?}");
    }
    let agents = Ask::new(manager.domain_admin(), "{ agents { id } }").send(&manager).await;
    assert_eq!(agents.code(), "backendai_generic_forbidden");
    let change = "mutation { delete_network(network: \"x\") { ok msg } }";
    let refused = Ask::new(manager.user(), change).send(&manager).await.json();
    let msg = &refused["data"]["delete_network"]["msg"];
    assert_eq!(msg, "no permission to execute delete_network");
}
