//! Scaling groups, and whom they serve.

use backendai::{domain::*, scaling_group::*};
use serde_json::{Value, json};

use super::{DONE, empty};
use crate::{
    coverage::{Run, id},
    support::USER,
};

pub(super) async fn all(run: &mut Run) {
    scaling_groups(run).await;
    links(run).await;
}

async fn scaling_groups(run: &mut Run) {
    let name = json!({ "name": "fill-group" });
    let made =
        json!({ "name": "fill-group", "props": { "driver": "static", "scheduler": "fifo" } });
    run.change::<CreateScalingGroup>("create_scaling_group", made, DONE).await;
    let changed = json!({ "name": "fill-group", "props": { "description": "changed" } });
    run.change::<ModifyScalingGroup>("modify_scaling_group", changed, DONE).await;
    let place = "/scaling_group/description";
    run.reads::<GetScalingGroup>("scaling_group", name.clone(), place, json!("changed")).await;
    run.change::<DeleteScalingGroup>("delete_scaling_group", name.clone(), DONE).await;
    run.reads::<GetScalingGroup>("scaling_group", name, "/scaling_group", Value::Null).await;
}

/// Every link is tied, and loosened again.
async fn links(run: &mut Run) {
    let (one, some) = ("fill-bare", json!(["fill-bare"]));
    let owner = json!({ "domain": "other", "scaling_group": one });
    let owners = json!({ "domain": "other", "scaling_groups": some });
    let served = |names: Value| (json!({ "domain": "other" }), "/scaling_groups_for_domain", names);
    run.change::<AssociateScalingGroupWithDomain>(
        "associate_scaling_group_with_domain",
        owner.clone(),
        DONE,
    )
    .await;
    let (domain, place, _) = served(json!(null));
    let second = format!("{place}/1/name");
    run.reads::<ScalingGroupsForDomain>("scaling_groups_for_domain", domain, &second, json!(one))
        .await;
    run.change::<DisassociateScalingGroupWithDomain>(
        "disassociate_scaling_group_with_domain",
        owner,
        DONE,
    )
    .await;
    run.change::<AssociateScalingGroupsWithDomain>(
        "associate_scaling_groups_with_domain",
        owners.clone(),
        DONE,
    )
    .await;
    run.change::<DisassociateScalingGroupsWithDomain>(
        "disassociate_scaling_groups_with_domain",
        owners,
        DONE,
    )
    .await;

    let owner = json!({ "user_group": id(22, 2), "scaling_group": one });
    let owners = json!({ "user_group": id(22, 2), "scaling_groups": some });
    run.change::<AssociateScalingGroupWithUserGroup>(
        "associate_scaling_group_with_user_group",
        owner.clone(),
        DONE,
    )
    .await;
    run.change::<DisassociateScalingGroupWithUserGroup>(
        "disassociate_scaling_group_with_user_group",
        owner,
        DONE,
    )
    .await;
    run.change::<AssociateScalingGroupsWithUserGroup>(
        "associate_scaling_groups_with_user_group",
        owners.clone(),
        DONE,
    )
    .await;
    let project = json!({ "user_group": id(22, 2) });
    let place = "/scaling_groups_for_user_group/0/name";
    let root = "scaling_groups_for_user_group";
    run.reads::<ScalingGroupsForUserGroup>(root, project.clone(), place, json!(one)).await;
    run.change::<DisassociateScalingGroupsWithUserGroup>(
        "disassociate_scaling_groups_with_user_group",
        owners,
        DONE,
    )
    .await;
    run.change::<DisassociateAllScalingGroupsWithGroup>(
        "disassociate_all_scaling_groups_with_group",
        project.clone(),
        DONE,
    )
    .await;
    run.reads::<ScalingGroupsForUserGroup>(root, project, place, Value::Null).await;

    let owner = json!({ "access_key": USER.access_key(), "scaling_group": one });
    let owners = json!({ "access_key": USER.access_key(), "scaling_groups": some });
    run.change::<AssociateScalingGroupWithKeyPair>(
        "associate_scaling_group_with_keypair",
        owner.clone(),
        DONE,
    )
    .await;
    run.change::<DisassociateScalingGroupWithKeyPair>(
        "disassociate_scaling_group_with_keypair",
        owner,
        DONE,
    )
    .await;
    run.change::<AssociateScalingGroupsWithKeyPair>(
        "associate_scaling_groups_with_keypair",
        owners.clone(),
        DONE,
    )
    .await;
    run.change::<DisassociateScalingGroupsWithKeyPair>(
        "disassociate_scaling_groups_with_keypair",
        owners,
        DONE,
    )
    .await;

    // All of a domain: of one that nobody needs.
    let node = json!({ "input": { "name": "fill-domain-3", "scaling_groups": [one] } });
    run.change::<CreateDomainNode>("create_domain_node", node, ["", ""]).await;
    let domain = json!({ "domain": "fill-domain-3" });
    run.change::<DisassociateAllScalingGroupsWithDomain>(
        "disassociate_all_scaling_groups_with_domain",
        domain.clone(),
        DONE,
    )
    .await;
    let root = "scaling_groups_for_domain";
    run.reads::<ScalingGroupsForDomain>(root, domain, "/scaling_groups_for_domain/0", Value::Null)
        .await;
    empty(run, "fill-domain-3").await;
    run.change::<PurgeDomain>("purge_domain", json!({ "name": "fill-domain-3" }), ["", ""]).await;
}
