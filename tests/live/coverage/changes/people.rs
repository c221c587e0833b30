//! Users and their keypairs.

use backendai::admin::{keypair::*, user::*};
use serde_json::{Value, json};

use super::{DONE, text};
use crate::coverage::Run;

pub(super) async fn all(run: &mut Run) {
    let email = "fill-user@tests.invalid";
    let made = json!({ "email": email, "props": {
        "username": "fill-user", "password": "fill-Password-1", "need_password_change": false,
        "domain_name": "default",
    } });
    run.change::<CreateUser>("create_user", made, DONE).await;
    let user = json!({ "email": email });
    let place = "/user/username";
    run.reads::<GetUser>("create_user", user.clone(), place, json!("fill-user")).await;
    let changed = json!({ "email": email, "props": { "full_name": "Changed" } });
    run.change::<ModifyUser>("modify_user", changed, DONE).await;
    let place = "/user/full_name";
    run.reads::<GetUser>("modify_user", user.clone(), place, json!("Changed")).await;

    let made =
        json!({ "user_id": email, "props": { "resource_policy": "default", "rate_limit": 7 } });
    let made = run.change::<CreateKeyPair>("create_keypair", made, DONE).await;
    let key = json!({ "access_key": text(&made, "/create_keypair/keypair/access_key") });
    let place = "/keypair/rate_limit";
    run.reads::<GetKeyPair>("create_keypair", key.clone(), place, json!(7)).await;
    let changed = json!({ "access_key": key["access_key"], "props": { "rate_limit": 8 } });
    run.change::<ModifyKeyPair>("modify_keypair", changed, DONE).await;
    run.reads::<GetKeyPair>("modify_keypair", key.clone(), place, json!(8)).await;
    run.change::<DeleteKeyPair>("delete_keypair", key.clone(), DONE).await;
    run.reads::<GetKeyPair>("delete_keypair", key, "/keypair", Value::Null).await;

    run.change::<DeleteUser>("delete_user", user.clone(), DONE).await;
    let place = "/user/status";
    run.reads::<GetUser>("delete_user", user.clone(), place, json!("deleted")).await;
    let gone = json!({ "email": email, "props": {} });
    run.change::<PurgeUser>("purge_user", gone, DONE).await;
    run.reads::<GetUser>("purge_user", user, "/user", Value::Null).await;
}
