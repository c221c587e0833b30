//! Container detection against `golden/container_detection.json`.

use bentocloud::{Environment, container};

#[test]
fn detection_is_about_presence_and_the_address_about_content() {
    let golden = crate::support::json("container_detection.json");
    for case in golden.as_array().unwrap() {
        let env = case["env"].as_object().unwrap().iter();
        let env: Environment =
            env.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        let expected = &case["result"];
        assert_eq!(
            expected["measured"]["running_inside_container"],
            container::is_inside(&env),
            "{case}"
        );
        assert_eq!(
            expected["from_code"]["self_proxy_is_remote (app.py: if url := getenv)"],
            container::deployment_url(&env).unwrap().is_some(),
            "{case}"
        );
    }
    assert!(golden.as_array().unwrap().len() >= 5);
}
