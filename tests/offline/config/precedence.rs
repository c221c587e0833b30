//! The table of fields, source by source.

use std::{collections::BTreeMap, time::Duration};

use backendai::{
    ApiVersion, Config, ConfigBuilder, EndpointType, HashType,
    config::{DEFAULT_CONNECT_TIMEOUT, DEFAULT_READ_TIMEOUT, Field, Origin},
};

use super::with_bundle;

/// How a field is set by a variable and in code, and how it is read.
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
        see: |config| format!("{:?}", config.storage_proxies().collect::<BTreeMap<_, _>>()),
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
        // Names of variables are case-sensitive.
        assert_eq!(
            seen(with_bundle(&[(&backend.to_lowercase(), row.value)])),
            (row.default.into(), Origin::Default)
        );
    }
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
fn timeouts_default_to_the_constants() {
    let config = with_bundle(&[]).build().unwrap();
    assert_eq!(config.connect_timeout(), Some(DEFAULT_CONNECT_TIMEOUT));
    assert_eq!(config.read_timeout(), Some(DEFAULT_READ_TIMEOUT));
}
