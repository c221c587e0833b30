//! Rate limits.

use crate::support::Ask;
use backendai_testing::{Manager, SignedDuration};

const QUERY: &str = "{ __typename }";

#[tokio::test]
async fn the_sixth_request_of_the_limited_user_is_refused() {
    let manager = Manager::start().await.unwrap();
    for remaining in ["4", "3", "2", "1", "0"] {
        let reply = Ask::new(manager.low_rate(), QUERY).send(&manager).await;
        assert_eq!((reply.status, reply.header("x-ratelimit-remaining")), (200, remaining));
        assert_eq!(reply.header("x-ratelimit-limit"), "5");
        assert_eq!(reply.header("x-ratelimit-window"), "900");
    }
    let reply = Ask::new(manager.low_rate(), QUERY).send(&manager).await;
    assert_eq!(reply.problem(), (429, "You have reached your API query rate limit.".into()));
    assert_eq!(reply.json()["error_code"], "api_access_unavailable");
    assert_eq!(reply.header("x-ratelimit-remaining"), "0");
    assert_eq!(reply.header("retry-after"), "", "the manager does not send it");

    let wrong = Ask::new(manager.low_rate(), QUERY).set(|ask| ask.secret_key.push('x'));
    assert_eq!(wrong.send(&manager).await.status, 401, "the signature comes first");

    let window = SignedDuration::from_secs(901);
    manager.shift_clock(window);
    let reply = Ask::new(manager.low_rate(), QUERY).at(window).send(&manager).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn the_builder_sets_the_limits() {
    let manager = Manager::builder().rate_limit(1).anonymous_limit(1).start().await.unwrap();
    assert_eq!(Ask::new(manager.user(), QUERY).send(&manager).await.status, 200);
    assert_eq!(Ask::new(manager.user(), QUERY).send(&manager).await.status, 429);
    assert_eq!(Ask::new(manager.superadmin(), QUERY).send(&manager).await.status, 200);
    let anonymous = || Ask::new(manager.user(), QUERY).set(|ask| ask.anonymous = true);
    assert_eq!(anonymous().send(&manager).await.status, 401);
    assert_eq!(anonymous().send(&manager).await.status, 429);
}
