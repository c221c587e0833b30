//! Every root field of the schema has an operation or a reason for having none.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use backendai::{ManagerVersion, OperationKind};
use backendai_codegen::Schema;
use backendai_schema::V2;
use backendai_v2::OPERATIONS;

const EXCLUDED: &str = include_str!("../../graphql/excluded.txt");

/// The excluded root fields with the reasons.
fn excluded() -> BTreeMap<&'static str, &'static str> {
    let lines = EXCLUDED.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(": ").expect("a root and a reason")).collect()
}

fn schema() -> Schema {
    Schema::parse(Path::new("schema/v2/schema.graphql"), V2).unwrap()
}

#[test]
fn every_root_has_one_operation_or_a_reason() {
    let schema = schema();
    let events = schema.definitions().get_object("Subscription").unwrap().fields.keys();
    let roots: BTreeSet<_> = backendai_schema_tools::scaffold::roots(&schema)
        .chain(events.map(|name| name.as_str()))
        .collect();
    let mut owned = BTreeSet::new();
    for operation in OPERATIONS {
        let [root] = operation.root_fields else { panic!("{} has several roots", operation.name) };
        assert!(owned.insert(root.name), "{} has two operations", root.name);
    }
    let excluded: BTreeSet<_> = excluded().into_keys().collect();
    let both: Vec<_> = owned.intersection(&excluded).collect();
    assert!(both.is_empty(), "excluded, but with an operation: {both:?}");
    let covered: BTreeSet<_> = owned.union(&excluded).copied().collect();
    let missing: Vec<_> = roots.difference(&covered).collect();
    assert!(missing.is_empty(), "without an operation or a reason in excluded.txt: {missing:?}");
    let gone: Vec<_> = covered.difference(&roots).collect();
    assert!(gone.is_empty(), "not in the schema: {gone:?}");
}

#[test]
fn excluded_roots_are_looked_at_with_every_snapshot() {
    let version = V2.lines().find_map(|line| line.strip_prefix("# manager: ")).unwrap();
    assert!(
        EXCLUDED.lines().next().unwrap().contains(&format!("manager {version}:")),
        "the snapshot is of manager {version}: try each root of excluded.txt with it, then update the \
         version there"
    );
    let schema = schema();
    for (root, reason) in excluded() {
        let types = ["Query", "Mutation"].into_iter();
        let mut fields =
            types.filter_map(|ty| schema.definitions().get_object(ty)?.fields.get(root));
        let deprecated = fields.next().unwrap().directives.has("deprecated");
        assert_eq!(
            deprecated,
            reason.starts_with("deprecated"),
            "{root} is excluded because {reason:?}, which the schema contradicts"
        );
    }
}

#[test]
fn operations_describe_themselves() {
    for operation in OPERATIONS {
        let name = operation.name;
        assert_eq!(operation.path, "/admin/gql/strawberry", "{name}");
        assert!(!operation.docs.is_empty(), "{name} has no documentation");
        let role = operation.role.unwrap_or_else(|| panic!("{name} has no role"));
        assert!(["superadmin", "user", "user with permission"].contains(&role), "{name}: {role}");
        assert!(
            match operation.kind {
                OperationKind::Mutation => true,
                OperationKind::Subscription => operation.docs.starts_with("Follows "),
                _ => operation.docs.starts_with(['L', 'R', 'C', 'E']),
            },
            "{name}"
        );
    }
    assert_eq!(OPERATIONS.iter().filter(|it| it.kind == OperationKind::Query).count(), 209);
    assert_eq!(OPERATIONS.iter().filter(|it| it.kind == OperationKind::Mutation).count(), 229);
    assert_eq!(OPERATIONS.iter().filter(|it| it.kind == OperationKind::Subscription).count(), 6);
}

/// Where some of several objects fail, the client makes an error of it, for which it has to see them.
#[test]
fn what_failed_of_several_objects_is_always_selected() {
    let schema = schema();
    let schema = schema.definitions();
    let mut several = 0;
    for operation in OPERATIONS.iter().filter(|it| it.kind == OperationKind::Mutation) {
        let field = &schema.get_object("Mutation").unwrap().fields[operation.root_fields[0].name];
        let payload = schema.get_object(field.ty.inner_named_type().as_str());
        if payload.is_some_and(|payload| payload.fields.contains_key("failed")) {
            assert!(
                operation.document.text.contains("failed{"),
                "{} does not select what failed",
                operation.name
            );
            several += 1;
        }
    }
    assert_eq!(several, 23);
}

/// Fields that always fail on a real manager, or on ordinary data, and so make answers null. Some are
/// not nullable: one row takes the whole list with it, or the answer to a mutation that was done.
const FAILING: [&str; 11] = [
    "DeploymentPolicy.strategySpec",
    "IdleCheckerAssignment.idleChecker",
    "ImageV2.aliases",
    "ImageV2MetadataInfo.sizeBytes",
    "NotificationChannel.spec",
    "NotificationRule.channel",
    "ObjectStorage.namespaces",
    "ReservoirRegistry.remoteArtifactRegistries",
    "ResourceGroup.projects",
    "VFolder.usage",
    "VFolderFileEntryV2.size",
];

#[test]
fn no_operation_selects_what_fails() {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("graphql/*.graphql");
    let set = backendai_codegen::configure()
        .schema("schema")
        .text("schema", V2)
        .operations(documents.to_str().unwrap())
        .prove()
        .unwrap();
    assert!(set.warnings().is_empty(), "{:?}", set.warnings());
    for (operation, used) in backendai_schema_tools::manifest::coordinates(&set) {
        for failing in FAILING {
            assert!(!used.contains(failing), "{operation} selects {failing}");
        }
    }
    let schema = set.schema().definitions();
    for failing in FAILING {
        let (ty, field) = failing.split_once('.').unwrap();
        assert!(schema.get_object(ty).unwrap().fields.contains_key(field), "{failing} is gone");
    }
}

#[test]
fn every_connection_can_be_read_page_by_page() {
    let schema = schema();
    let query = schema.definitions().get_object("Query").unwrap();
    for operation in OPERATIONS.iter().filter(|it| it.kind == OperationKind::Query) {
        let root = operation.root_fields[0].name;
        let ty = query.fields[root].ty.inner_named_type();
        let expected = ty.ends_with("Connection") && root != "vfsStorages";
        assert_eq!(operation.paging.is_some(), expected, "{}", operation.name);
    }
}

/// Operations that need a newer manager than their root field, because the type that it returns or takes
/// came with that manager; all others do not need a newer one for anything that they select.
const NEWER: [(&str, ManagerVersion); 27] = [
    ("AddModelRevision", DEPLOYMENTS),
    ("AdminBulkAddRolePermissions", ROLES),
    ("AdminBulkAddRolePresetPermissions", ROLES),
    ("AdminCreateDeploymentRevisionPreset", PRESETS),
    ("AdminCreatePermission", ROLES),
    ("AdminCreateRolePreset", ROLES),
    ("AdminCreateUser", PRESETS),
    ("AdminDeployments", DEPLOYMENTS),
    ("AdminReplaceRolePermissions", ROLES),
    ("CreateAutoScalingRule", DEPLOYMENTS),
    ("CreateModelDeployment", DEPLOYMENTS),
    ("DeleteAutoScalingRule", DEPLOYMENTS),
    ("DeleteModelDeployment", DEPLOYMENTS),
    ("DeploymentScopedSchedulingHistories", HISTORIES),
    ("DeploymentStatusChanged", DEPLOYMENTS),
    ("Replica", DEPLOYMENTS),
    ("ReplicaStatusChanged", DEPLOYMENTS),
    ("Replicas", DEPLOYMENTS),
    ("Revision", DEPLOYMENTS),
    ("Revisions", DEPLOYMENTS),
    ("RouteScopedSchedulingHistories", HISTORIES),
    ("SessionScopedSchedulingHistories", HISTORIES),
    ("SyncReplicas", DEPLOYMENTS),
    ("UpdateAutoScalingRule", DEPLOYMENTS),
    ("UpdateModelDeployment", DEPLOYMENTS),
    ("UpdateUser", HISTORIES),
    ("Deployment", DEPLOYMENTS),
];
const DEPLOYMENTS: ManagerVersion = ManagerVersion::new(25, 19, 0);
const HISTORIES: ManagerVersion = ManagerVersion::new(26, 3, 0);
const PRESETS: ManagerVersion = ManagerVersion::new(26, 4, 4);
const ROLES: ManagerVersion = ManagerVersion::new(26, 9, 0);

#[test]
fn an_operation_needs_no_newer_manager_than_its_root() {
    let schema = schema();
    let mut newer = Vec::new();
    for operation in OPERATIONS {
        let root = operation.root_fields[0].name;
        let types = ["Query", "Mutation", "Subscription"].into_iter();
        let mut fields =
            types.filter_map(|ty| schema.definitions().get_object(ty)?.fields.get(root));
        let field = fields.next().unwrap();
        let marks = field.directives.iter().filter(|it| it.name == "since");
        let own: Option<ManagerVersion> = marks
            .filter_map(|it| it.specified_argument_by_name("version")?.as_str()?.parse().ok())
            .max();
        if let Some(needs) = operation.min_manager_version().filter(|needs| Some(*needs) > own) {
            newer.push((operation.name, needs));
        }
    }
    newer.sort();
    let mut expected = NEWER.to_vec();
    expected.sort();
    assert_eq!(newer, expected);
}
