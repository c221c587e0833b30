//! Which source each value is taken from, and what is said when none will do.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by it")]

use std::time::Duration;

use backendai::{
    ApiVersion, CLOUD_ENDPOINT, Config, ConfigBuilder, ConfigError, Credential, EndpointType,
    HashType,
    config::{DEFAULT_CONNECT_TIMEOUT, DEFAULT_READ_TIMEOUT, Env, Field, Origin},
};

/// What every case starts from, so that it can be about something else.
const BUNDLE: [(&str, &str); 3] = [
    ("BACKEND_ENDPOINT", "https://env.example"),
    ("BACKEND_ACCESS_KEY", "AKENV"),
    ("BACKEND_SECRET_KEY", "sk-env"),
];

fn env(pairs: &[(&str, &str)]) -> Env {
    Env::from_pairs(pairs.iter().copied())
}

fn with_bundle(pairs: &[(&str, &str)]) -> ConfigBuilder {
    Config::builder().environment(env(&[&BUNDLE, pairs].concat()))
}

#[track_caller]
fn problems(result: Result<Config, ConfigError>) -> Vec<(Option<Field>, String)> {
    let error = result.expect_err("a configuration that cannot be used");
    error.problems().iter().map(|p| (p.field(), p.to_string())).collect()
}

/// The only problem, which concerns this field.
#[track_caller]
fn problem(result: Result<Config, ConfigError>, field: Field) -> String {
    match problems(result).as_slice() {
        [(Some(of), text)] if *of == field => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn access_key(config: &Config) -> Option<&str> {
    config.credential().keys().map(|keys| keys.access_key())
}

/// How a field is read, set in code, and seen afterwards.
struct Row {
    field: Field,
    variable: &'static str,
    value: &'static str,
    from_variable: &'static str,
    explicit: fn(ConfigBuilder) -> ConfigBuilder,
    from_code: &'static str,
    default: &'static str,
    see: fn(&Config) -> String,
}

const ROWS: [Row; 7] = [
    Row {
        field: Field::EndpointType,
        variable: "ENDPOINT_TYPE",
        value: "session",
        from_variable: "session",
        explicit: |builder| builder.endpoint_type(EndpointType::Api),
        from_code: "api",
        default: "api",
        see: |config| config.endpoint_type().to_string(),
    },
    Row {
        field: Field::Domain,
        variable: "DOMAIN",
        value: "research",
        from_variable: "research",
        explicit: |builder| builder.domain("teaching"),
        from_code: "teaching",
        default: "default",
        see: |config| config.domain().to_owned(),
    },
    Row {
        field: Field::Group,
        variable: "GROUP",
        value: "g1",
        from_variable: "g1",
        explicit: |builder| builder.group("g2"),
        from_code: "g2",
        default: "default",
        see: |config| config.group().to_owned(),
    },
    Row {
        field: Field::StorageProxies,
        variable: "OVERRIDE_STORAGE_PROXY",
        value: "X1=Y1,X2=Y2",
        from_variable: r#"{"X1": "Y1", "X2": "Y2"}"#,
        explicit: |builder| builder.storage_proxy("A", "B"),
        from_code: r#"{"A": "B"}"#,
        default: "{}",
        see: |config| format!("{:?}", config.storage_proxies()),
    },
    Row {
        field: Field::SkipTlsVerification,
        variable: "SKIP_SSLCERT_VALIDATION",
        value: "yes",
        from_variable: "true",
        explicit: |builder| builder.skip_tls_verification(false),
        from_code: "false",
        default: "false",
        see: |config| config.skip_tls_verification().to_string(),
    },
    Row {
        field: Field::ConnectTimeout,
        variable: "CONNECTION_TIMEOUT",
        value: "2.5",
        from_variable: "Some(2.5s)",
        explicit: |builder| builder.connect_timeout(Duration::ZERO),
        from_code: "None",
        default: "Some(10s)",
        see: |config| format!("{:?}", config.connect_timeout()),
    },
    Row {
        field: Field::ReadTimeout,
        variable: "READ_TIMEOUT",
        value: "0",
        from_variable: "None",
        explicit: |builder| builder.read_timeout(Duration::from_secs(3)),
        from_code: "Some(3s)",
        default: "Some(120s)",
        see: |config| format!("{:?}", config.read_timeout()),
    },
];

#[test]
fn each_field_follows_code_then_backend_then_sorna_then_default() {
    for row in &ROWS {
        let seen = |builder: ConfigBuilder| {
            let config =
                builder.build().unwrap_or_else(|error| panic!("{}: {error}", row.variable));
            ((row.see)(&config), config.origin(row.field).clone())
        };
        let environment =
            |prefix: &str| Origin::Environment { variable: format!("{prefix}{}", row.variable) };
        let (backend, sorna) =
            (format!("BACKEND_{}", row.variable), format!("SORNA_{}", row.variable));

        let both = [(backend.as_str(), row.value), (sorna.as_str(), "not read at all\n")];
        assert_eq!(seen(with_bundle(&[])), (row.default.into(), Origin::Default));
        assert_eq!(seen(with_bundle(&both)), (row.from_variable.into(), environment("BACKEND_")));
        assert_eq!(
            seen(with_bundle(&[(&sorna, row.value)])),
            (row.from_variable.into(), environment("SORNA_"))
        );
        assert_eq!(
            seen((row.explicit)(with_bundle(&both))),
            (row.from_code.into(), Origin::Explicit)
        );
        // A variable's name is read in its own case alone.
        assert_eq!(
            seen(with_bundle(&[(&backend.to_lowercase(), row.value)])),
            (row.default.into(), Origin::Default)
        );
    }
}

#[test]
fn an_empty_variable_hides_the_old_name_and_is_no_value_itself() {
    for (variable, field) in [
        ("ENDPOINT_TYPE", Field::EndpointType),
        ("DOMAIN", Field::Domain),
        ("GROUP", Field::Group),
        ("SKIP_SSLCERT_VALIDATION", Field::SkipTlsVerification),
        ("CONNECTION_TIMEOUT", Field::ConnectTimeout),
        ("READ_TIMEOUT", Field::ReadTimeout),
    ] {
        let (backend, sorna) = (format!("BACKEND_{variable}"), format!("SORNA_{variable}"));
        let text = problem(with_bundle(&[(&backend, ""), (&sorna, "1")]).build(), field);
        assert!(text.starts_with(&format!("{backend}: ")), "{text}");
    }
    // An empty list is a list.
    let lists = [("BACKEND_OVERRIDE_STORAGE_PROXY", ""), ("BACKEND_VFOLDER_MOUNTS", "")];
    let old = [("SORNA_OVERRIDE_STORAGE_PROXY", "a=b"), ("SORNA_VFOLDER_MOUNTS", "a")];
    let config = with_bundle(&[lists, old].concat()).build().unwrap();
    assert!(config.storage_proxies().is_empty());
    assert!(config.vfolder_mounts().is_empty());
}

#[test]
fn version_agent_and_hash_are_set_in_code_or_not_at_all() {
    let stray = [
        ("BACKEND_VERSION", "v8.20240915"),
        ("BACKEND_API_VERSION", "v8.20240915"),
        ("BACKEND_USER_AGENT", "stray"),
        ("BACKEND_HASH_TYPE", "sha512"),
    ];
    let config = with_bundle(&stray).build().unwrap();
    assert_eq!(config.version().to_string(), "v9.20250722");
    assert_eq!(config.user_agent(), concat!("backendai-rust/", env!("CARGO_PKG_VERSION")));
    assert_eq!(config.hash_type(), HashType::Sha256);

    let version: ApiVersion = "v7.20230615".parse().unwrap();
    let config = with_bundle(&stray)
        .version(version)
        .user_agent("tool/1.0")
        .hash_type(HashType::Sha3_512)
        .build()
        .unwrap();
    assert_eq!(config.version(), version);
    assert_eq!(config.user_agent(), "tool/1.0");
    assert_eq!(config.hash_type(), HashType::Sha3_512);
    for field in [Field::Version, Field::UserAgent, Field::HashType] {
        assert_eq!(config.origin(field), &Origin::Explicit);
    }
}

#[test]
fn either_answer_about_tls_wins_over_the_environment_and_yes_is_a_warning() {
    for (variable, explicit, skips) in [
        (None, None, false),
        (None, Some(true), true),
        (None, Some(false), false),
        (Some("yes"), None, true),
        (Some("yes"), Some(true), true),
        (Some("yes"), Some(false), false),
        (Some("no"), None, false),
        (Some("no"), Some(true), true),
        (Some("no"), Some(false), false),
    ] {
        let pairs: Vec<_> =
            variable.map(|v| ("BACKEND_SKIP_SSLCERT_VALIDATION", v)).into_iter().collect();
        let mut builder = with_bundle(&pairs);
        if let Some(skip) = explicit {
            builder = builder.skip_tls_verification(skip);
        }
        let config = builder.build().unwrap();
        assert_eq!(config.skip_tls_verification(), skips, "{variable:?} {explicit:?}");
        assert_eq!(config.warnings().len(), usize::from(skips));
    }
    let config = with_bundle(&[("BACKEND_SKIP_SSLCERT_VALIDATION", "1")]).build().unwrap();
    let warning = config.warnings().first().unwrap().to_string();
    assert!(warning.contains("BACKEND_SKIP_SSLCERT_VALIDATION"), "{warning}");
}

#[test]
fn mounts_of_code_and_environment_are_united_in_their_order() {
    let variable = ("BACKEND_VFOLDER_MOUNTS", "b, c,,b ,d");
    let environment = Origin::Environment { variable: "BACKEND_VFOLDER_MOUNTS".into() };
    for (pairs, explicit, mounts, origin) in [
        (&[][..], &[][..], &[][..], Origin::Default),
        (&[variable], &[], &["b", "c", "d"], environment.clone()),
        (&[], &["z", " ", "a", "z"], &["z", "a"], Origin::Explicit),
        (
            &[variable],
            &["d", "a", ""],
            &["d", "a", "b", "c"],
            Origin::Merged(vec![Origin::Explicit, environment]),
        ),
    ] {
        let config = with_bundle(pairs).vfolder_mounts(explicit.iter().copied()).build().unwrap();
        assert_eq!(config.vfolder_mounts(), mounts);
        assert_eq!(config.origin(Field::VfolderMounts), &origin);
    }
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
fn a_session_ignores_keys_and_wants_none() {
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

#[test]
fn every_problem_is_reported_at_once_with_its_place_and_mend() {
    let pairs = [
        ("BACKEND_ENDPOINT", "localhost:8081,ftp://h,https://user:hunter2@h"),
        ("BACKEND_ACCESS_KEY", "AK EXAMPLE"),
        ("SORNA_SECRET_KEY", "hunter2\n"),
        ("BACKEND_DOMAIN", ""),
        ("BACKEND_OVERRIDE_STORAGE_PROXY", "foo"),
        ("BACKEND_SKIP_SSLCERT_VALIDATION", "maybe"),
        ("BACKEND_CONNECTION_TIMEOUT", "-1"),
        ("SORNA_READ_TIMEOUT", "inf"),
    ];
    let builder = Config::builder()
        .environment(env(&pairs))
        .group("a\nb")
        .user_agent("x\r\nInjected: y")
        .ca_certificate_file("/nonexistent/ca.pem")
        .client_identity_pem("hunter2");
    let debug = format!("{builder:?}");
    let error = builder.build().unwrap_err();
    let text = error.to_string();
    for part in [
        "BACKEND_ENDPOINT: \"localhost:8081\" is not a whole URL; write it as in https://",
        "BACKEND_ENDPOINT: \"ftp://h\" is neither http nor https",
        "BACKEND_ENDPOINT: a user name or password is in the URL; take it out",
        "BACKEND_ACCESS_KEY: the access key has a blank",
        "SORNA_SECRET_KEY: the secret key has blanks around it or a line break",
        "BACKEND_DOMAIN: it is empty; give a name",
        "BACKEND_OVERRIDE_STORAGE_PROXY: \"foo=\" is no mapping; write it as in",
        "BACKEND_SKIP_SSLCERT_VALIDATION: \"maybe\" is neither yes nor no; write one of",
        "BACKEND_CONNECTION_TIMEOUT: \"-1\" is negative; write seconds",
        "SORNA_READ_TIMEOUT: \"inf\" is not finite; write seconds",
        "ConfigBuilder::group: \"a\\nb\" has a line break",
        "ConfigBuilder::user_agent: ",
        "/nonexistent/ca.pem: the file cannot be read",
        "ConfigBuilder::client_identity_file: no certificate in PEM form",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(error.problems().len(), 14, "{text}");
    for shown in [&text, &format!("{error:?}"), &debug] {
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(!shown.contains("EXAMPLE"), "{shown}");
    }
}

#[test]
fn an_unknown_endpoint_type_is_one_problem_and_says_nothing_of_keys() {
    let pairs = [("BACKEND_ENDPOINT", "https://h"), ("BACKEND_ENDPOINT_TYPE", "xyz")];
    let text = problem(Config::builder().environment(env(&pairs)).build(), Field::EndpointType);
    assert!(text.contains("\"api\" or \"session\""), "{text}");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_unicode_is_a_problem() {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};
    let mut pairs: Vec<(OsString, OsString)> =
        BUNDLE.iter().map(|(name, value)| (name.into(), value.into())).collect();
    pairs.push(("BACKEND_DOMAIN".into(), OsString::from_vec(vec![0xff])));
    let text =
        problem(Config::builder().environment(Env::from_pairs(pairs)).build(), Field::Domain);
    assert_eq!(text, "BACKEND_DOMAIN: the value is not Unicode");
}

#[test]
fn no_debug_shows_a_secret() {
    let pem = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nhunter2";
    let environment = env(&[&BUNDLE[..2], &[("BACKEND_SECRET_KEY", "hunter2")]].concat());
    let debug = format!("{environment:?}");
    let builder = Config::builder().environment(environment).client_identity_pem(pem);
    let config = builder.clone().build().unwrap();
    assert_eq!(config.client_identity().unwrap().expose_pem(), pem.as_bytes());
    for shown in [
        debug,
        format!("{builder:?}"),
        format!("{config:?}"),
        format!("{:?}", builder.secret_key("hunter2")),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    assert!(format!("{config:?}").contains("AKENV"));
}

#[test]
fn the_timeouts_of_nobody_are_the_constants() {
    let config = with_bundle(&[]).build().unwrap();
    assert_eq!(config.connect_timeout(), Some(DEFAULT_CONNECT_TIMEOUT));
    assert_eq!(config.read_timeout(), Some(DEFAULT_READ_TIMEOUT));
}
