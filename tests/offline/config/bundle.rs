//! Endpoint and keys come together.

use backendai::{
    CLOUD_ENDPOINT, Config, Credential, EndpointType,
    config::{Env, Field, Origin},
};

use super::{env, problem, problems, with_bundle};

fn access_key(config: &Config) -> Option<&str> {
    config.credential().keys().map(|keys| keys.access_key())
}

#[test]
fn endpoint_and_keys_are_taken_from_one_source() {
    let config = with_bundle(&[]).build().unwrap();
    assert_eq!(config.endpoints().first().unwrap().url().as_str(), "https://env.example/");
    assert_eq!(access_key(&config), Some("AKENV"));
    assert_eq!(config.origin(Field::SecretKey).to_string(), "BACKEND_SECRET_KEY");

    let config = with_bundle(&[])
        .endpoint(CLOUD_ENDPOINT)
        .access_key("AKCODE")
        .secret_key("sk-code")
        .build()
        .unwrap();
    assert_eq!(config.endpoints().first().unwrap().authority(), "api.cloud.backend.ai");
    assert_eq!(access_key(&config), Some("AKCODE"));

    // Old and new names of variables are one source.
    let mixed = [
        ("SORNA_ENDPOINT", "https://old.example"),
        ("BACKEND_ACCESS_KEY", "AKNEW"),
        ("SORNA_SECRET_KEY", "sk-old"),
    ];
    let config = Config::builder().environment(env(&mixed)).build().unwrap();
    assert_eq!(config.origin(Field::Endpoint).to_string(), "SORNA_ENDPOINT");
    assert_eq!(access_key(&config), Some("AKNEW"));
}

#[test]
fn a_gap_in_a_source_is_not_filled_from_another() {
    for (set, missing) in [
        (0b001, &[Field::AccessKey, Field::SecretKey][..]),
        (0b010, &[Field::Endpoint, Field::SecretKey]),
        (0b100, &[Field::Endpoint, Field::AccessKey]),
        (0b011, &[Field::SecretKey]),
        (0b101, &[Field::AccessKey]),
        (0b110, &[Field::Endpoint]),
    ] {
        let mut code = with_bundle(&[]);
        let mut pairs = Vec::new();
        let values = [("ENDPOINT", "https://h"), ("ACCESS_KEY", "AK"), ("SECRET_KEY", "sk")];
        for (at, (name, value)) in values.into_iter().enumerate() {
            if set & (1 << at) != 0 {
                pairs.push((format!("BACKEND_{name}"), value));
                code = match at {
                    0 => code.endpoint(value),
                    1 => code.access_key(value),
                    _ => code.secret_key(value),
                };
            }
        }
        // The environment has all three, and still none of them is mixed in.
        let found = problems(code.build());
        assert_eq!(found.iter().filter_map(|(f, _)| *f).collect::<Vec<_>>(), missing);
        for (_, text) in &found {
            assert!(text.starts_with("ConfigBuilder::"), "{text}");
            assert!(text.contains("is not used, because endpoint and keys"), "{text}");
        }
        let found = problems(Config::builder().environment(Env::from_pairs(pairs)).build());
        assert_eq!(found.iter().filter_map(|(f, _)| *f).collect::<Vec<_>>(), missing);
        for (_, text) in &found {
            assert!(text.starts_with("BACKEND_"), "{text}");
        }
    }
}

#[test]
fn nothing_set_names_all_that_is_missing() {
    let found = problems(Config::builder().environment(env(&[])).build());
    let texts: Vec<_> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "BACKEND_ENDPOINT: not set, and there is no default",
            "BACKEND_ACCESS_KEY: not set, and there is no default",
            "BACKEND_SECRET_KEY: not set, and there is no default",
        ]
    );
    let found = problems(Config::builder().build());
    assert!(found.first().unwrap().1.starts_with("ConfigBuilder::endpoint: "));
    let error = Config::builder().endpoint_type(EndpointType::Session).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration cannot be used: ConfigBuilder::endpoint: not set, and there is no default"
    );
}

#[test]
fn an_access_key_that_is_empty_on_purpose_means_anonymous() {
    let anonymous = [("BACKEND_ENDPOINT", "https://h"), ("BACKEND_ACCESS_KEY", "")];
    for extra in [&[][..], &[("BACKEND_SECRET_KEY", "left over")]] {
        let pairs = [&anonymous, extra].concat();
        let config = Config::builder().environment(env(&pairs)).build().unwrap();
        assert!(matches!(config.credential(), Credential::Anonymous));
        assert_eq!(config.origin(Field::AccessKey).to_string(), "BACKEND_ACCESS_KEY");
        assert_eq!(config.origin(Field::SecretKey), &Origin::Default);
    }
    let config = with_bundle(&[]).endpoint("https://h").access_key("").build().unwrap();
    assert!(matches!(config.credential(), Credential::Anonymous));
    // Without an endpoint of its own, it is a gap like any other.
    problem(with_bundle(&[]).access_key("").build(), Field::Endpoint);
}

#[test]
fn a_session_ignores_keys_and_requires_none() {
    let session = ("BACKEND_ENDPOINT_TYPE", "session");
    let broken =
        [("BACKEND_ENDPOINT", "https://web.example"), session, ("BACKEND_ACCESS_KEY", "a b")];
    let config = Config::builder().environment(env(&broken)).build().unwrap();
    assert!(matches!(config.credential(), Credential::Session));
    assert_eq!(config.origin(Field::AccessKey), &Origin::Default);

    // A key in code is ignored as well, so it does not decide where the endpoint comes from.
    let config = with_bundle(&[session]).access_key("AK").secret_key("sk").build().unwrap();
    assert_eq!(config.origin(Field::Endpoint).to_string(), "BACKEND_ENDPOINT");
    assert!(config.credential().keys().is_none());
}

#[test]
fn several_endpoints_keep_their_order() {
    let config = with_bundle(&[("BACKEND_ENDPOINT", "https://b, https://a:443/,,https://b/")]);
    let config = config.build().unwrap();
    let authorities: Vec<_> = config.endpoints().iter().map(|e| e.authority()).collect();
    assert_eq!(authorities, ["b", "a"]);
    let config =
        Config::builder().endpoints(["https://x", "https://y"]).access_key("").build().unwrap();
    assert_eq!(config.endpoints().len(), 2);
}
