//! Scaling groups, and whom they serve.

use backendai::{
    Operation,
    admin::{domain::*, scaling_group::*},
    operation::Compiled,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{DONE, STEP, empty};
use crate::{
    coverage::{Run, id},
    support::USER,
};

/// The one that is tied.
const BARE: &str = "fill-bare";

pub(super) async fn all(run: &mut Run) {
    scaling_groups(run).await;
    domains(run).await;
    groups(run).await;
    keypairs(run).await;
}

async fn scaling_groups(run: &mut Run) {
    let name = json!({ "name": "fill-group" });
    let props = json!({ "driver": "static", "scheduler": "fifo", "description": "made" });
    let made = json!({ "name": "fill-group", "props": props });
    let place = "/scaling_group/description";
    run.change::<CreateScalingGroup>("create_scaling_group", made, DONE).await;
    run.reads::<GetScalingGroup>("create_scaling_group", name.clone(), place, json!("made")).await;
    let changed = json!({ "name": "fill-group", "props": { "description": "changed" } });
    let root = "modify_scaling_group";
    run.change::<ModifyScalingGroup>(root, changed, DONE).await;
    run.reads::<GetScalingGroup>(root, name.clone(), place, json!("changed")).await;
    let root = "delete_scaling_group";
    run.change::<DeleteScalingGroup>(root, name.clone(), DONE).await;
    run.reads::<GetScalingGroup>(root, name, "/scaling_group", Value::Null).await;
}

/// Ties the one scaling group to an owner, loosens it again, and reads `Q` after each.
async fn tie<A, D, Q>(run: &mut Run, roots: [&'static str; 2], owner: &Value, many: bool)
where
    A: Operation + Compiled,
    A::Data: Serialize,
    D: Operation + Compiled,
    D::Data: Serialize,
    Q: Operation + Compiled,
    Q::Data: Serialize,
{
    let mut link = owner.clone();
    match many {
        true => link["scaling_groups"] = json!([BARE]),
        false => link["scaling_group"] = json!(BARE),
    }
    run.change::<A>(roots[0], link.clone(), DONE).await;
    serves::<Q>(run, roots[0], owner, true).await;
    run.change::<D>(roots[1], link, DONE).await;
    serves::<Q>(run, roots[1], owner, false).await;
}

/// Reads back whether the one scaling group serves this owner.
async fn serves<Q>(run: &mut Run, of: &'static str, owner: &Value, serves: bool)
where
    Q: Operation + Compiled,
    Q::Data: Serialize,
{
    let read = run.ask::<Q>(0, owner.clone()).await.unwrap_or_else(Value::from);
    let rows = read.as_object().and_then(|data| data.values().next()).and_then(Value::as_array);
    let found = rows.map(|rows| rows.iter().any(|row| row["name"] == BARE));
    run.compare::<Q>(of, &read, found == Some(serves), &format!("{BARE} serves it: {serves}"));
}

async fn domains(run: &mut Run) {
    let roots = ["associate_scaling_group_with_domain", "disassociate_scaling_group_with_domain"];
    let owner = json!({ "domain": "other" });
    tie::<
        AssociateScalingGroupWithDomain,
        DisassociateScalingGroupWithDomain,
        ScalingGroupsForDomain,
    >(run, roots, &owner, false)
    .await;
    let roots = ["associate_scaling_groups_with_domain", "disassociate_scaling_groups_with_domain"];
    tie::<
        AssociateScalingGroupsWithDomain,
        DisassociateScalingGroupsWithDomain,
        ScalingGroupsForDomain,
    >(run, roots, &owner, true)
    .await;

    // All of a domain: of one that nobody needs.
    let node = json!({ "input": { "name": "fill-domain-3", "scaling_groups": [BARE] } });
    run.change::<CreateDomainNode>("create_domain_node", node, STEP).await;
    let domain = json!({ "domain": "fill-domain-3" });
    serves::<ScalingGroupsForDomain>(run, "create_domain_node", &domain, true).await;
    let root = "disassociate_all_scaling_groups_with_domain";
    run.change::<DisassociateAllScalingGroupsWithDomain>(root, domain.clone(), DONE).await;
    serves::<ScalingGroupsForDomain>(run, root, &domain, false).await;
    empty(run, "fill-domain-3").await;
    run.change::<PurgeDomain>("purge_domain", json!({ "name": "fill-domain-3" }), STEP).await;
}

async fn groups(run: &mut Run) {
    let roots =
        ["associate_scaling_group_with_user_group", "disassociate_scaling_group_with_user_group"];
    let owner = json!({ "user_group": id(22, 2) });
    tie::<
        AssociateScalingGroupWithUserGroup,
        DisassociateScalingGroupWithUserGroup,
        ScalingGroupsForUserGroup,
    >(run, roots, &owner, false)
    .await;
    let roots =
        ["associate_scaling_groups_with_user_group", "disassociate_scaling_groups_with_user_group"];
    tie::<
        AssociateScalingGroupsWithUserGroup,
        DisassociateScalingGroupsWithUserGroup,
        ScalingGroupsForUserGroup,
    >(run, roots, &owner, true)
    .await;

    let one = json!({ "user_group": id(22, 2), "scaling_group": BARE });
    run.change::<AssociateScalingGroupWithUserGroup>(
        "associate_scaling_group_with_user_group",
        one,
        STEP,
    )
    .await;
    let root = "disassociate_all_scaling_groups_with_group";
    serves::<ScalingGroupsForUserGroup>(run, root, &owner, true).await;
    run.change::<DisassociateAllScalingGroupsWithGroup>(root, owner.clone(), DONE).await;
    serves::<ScalingGroupsForUserGroup>(run, root, &owner, false).await;
}

async fn keypairs(run: &mut Run) {
    let owner = json!({ "access_key": USER.access_key() });
    let roots = ["associate_scaling_group_with_keypair", "disassociate_scaling_group_with_keypair"];
    tie::<
        AssociateScalingGroupWithKeyPair,
        DisassociateScalingGroupWithKeyPair,
        ScalingGroupsForKeyPair,
    >(run, roots, &owner, false)
    .await;
    let roots =
        ["associate_scaling_groups_with_keypair", "disassociate_scaling_groups_with_keypair"];
    tie::<
        AssociateScalingGroupsWithKeyPair,
        DisassociateScalingGroupsWithKeyPair,
        ScalingGroupsForKeyPair,
    >(run, roots, &owner, true)
    .await;
}
