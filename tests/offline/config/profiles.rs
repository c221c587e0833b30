//! Profiles of the official client.

use std::fs;

use backendai::{
    Config, EndpointType,
    config::{Field, Origin, Warning},
};

use super::{BUNDLE, Home, host, only_problem};

const ROOT: [(&str, &str); 2] = [
    (".backend.ai/config.toml", "[backend-ai]\nendpoint = \"https://root.example\"\n"),
    (
        ".backend.ai/credentials.toml",
        "[backend-ai]\naccess_key = \"AKROOT\"\nsecret_key = \"sk-root\"\n",
    ),
];
const PROD: [(&str, &str); 2] = [
    (
        ".backend.ai/profiles/prod/config.toml",
        "[backend-ai]\nendpoint = \"https://prod.example\"\nendpoint_type = \"api\"\n\
         api_version = \"v8.20240915\"\nskip_ssl_verification = true\nfuture = 1\n",
    ),
    (
        ".backend.ai/profiles/prod/credentials.toml",
        "[backend-ai]\naccess_key = \"AKPROD\"\nsecret_key = \"sk-prod\"\n",
    ),
];
const WEB: (&str, &str) = (
    ".backend.ai/profiles/web/config.toml",
    "[backend-ai]\nendpoint = \"https://web.example\"\nendpoint_type = \"session\"\n",
);

#[test]
fn a_named_profile_is_above_the_environment() {
    let home = Home::new(&[&ROOT[..], &PROD, &[WEB]].concat());
    let skip = [&BUNDLE[..], &[("BACKEND_SKIP_SSLCERT_VALIDATION", "no")]].concat();
    let config = home.with(&skip).profile("prod").build().unwrap();
    assert_eq!(host(&config), "prod.example");
    assert_eq!(config.credential().keys().unwrap().access_key(), "AKPROD");
    assert_eq!(config.version().to_string(), "v8.20240915");
    assert!(config.skip_tls_verification());
    let origin = Origin::Profile {
        name: Some("prod".into()),
        path: home.path().join(".backend.ai/profiles/prod/credentials.toml"),
        key: "secret_key".into(),
    };
    assert_eq!(config.origin(Field::SecretKey), &origin);

    let config = home.with(&BUNDLE).profile("web").build().unwrap();
    assert_eq!((host(&config), config.endpoint_type()), ("web.example", EndpointType::Session));

    // Code is above both.
    let builder = home.with(&BUNDLE).profile("prod").skip_tls_verification(false);
    let config = builder.endpoint("https://code.example").access_key("").build().unwrap();
    assert_eq!((host(&config), config.skip_tls_verification()), ("code.example", false));
}

#[test]
fn the_current_profile_is_read_if_selected_and_below_the_environment() {
    let pointer = (".backend.ai/current-profile", "prod\n");
    let home = Home::new(&[&ROOT[..], &PROD, &[WEB, pointer]].concat());
    assert!(home.with(&[]).build().is_err(), "no source is selected");

    let current = |pairs: &[(&str, &str)]| {
        let config = home.with(pairs).current_profile().build().unwrap();
        (host(&config).to_owned(), config.version().to_string())
    };
    assert_eq!(current(&[]), ("prod.example".into(), "v8.20240915".into()));
    assert_eq!(current(&[("BACKEND_PROFILE", "web")]).0, "web.example");
    assert_eq!(current(&[("BACKEND_PROFILE", "")]).0, "prod.example");
    assert_eq!(current(&BUNDLE).0, "env.example");

    fs::write(home.path().join(".backend.ai/current-profile"), " \n").unwrap();
    assert_eq!(current(&[]).0, "root.example");
    fs::remove_file(home.path().join(".backend.ai/current-profile")).unwrap();
    assert_eq!(current(&[]).0, "root.example");
    let config = home.with(&[]).current_profile().build().unwrap();
    assert!(matches!(config.origin(Field::Endpoint), Origin::Profile { name: None, .. }));

    // A profile that is named leaves the current one out.
    let config = home.with(&[]).current_profile().profile("prod").build().unwrap();
    assert_eq!(host(&config), "prod.example");
}

#[test]
fn a_profile_is_found_in_the_home_directory_or_the_configured_one() {
    let home = Home::new(&PROD);
    let config = Config::builder().profile_dir(home.path().join(".backend.ai")).profile("prod");
    assert_eq!(host(&config.build().unwrap()), "prod.example");
    let text = only_problem(
        Config::builder().profile("prod").endpoint("https://h").access_key("").build(),
    );
    assert!(text.contains("the home directory is unknown"), "{text}");
}

#[test]
fn a_profile_that_is_not_there_is_a_problem() {
    let home = Home::new(&[&PROD[..], &[WEB]].concat());
    for (name, part) in [
        ("nope", "there is no profile \"nope\"; there are prod, web"),
        ("", "not a profile's name"),
        ("../prod", "not a profile's name"),
        (".hidden", "not a profile's name"),
        ("a/b", "not a profile's name"),
    ] {
        let text = only_problem(home.with(&BUNDLE).profile(name).build());
        assert!(text.contains(part), "{text}");
    }
    let text = only_problem(
        home.with(&[&BUNDLE[..], &[("BACKEND_PROFILE", "nope")]].concat())
            .current_profile()
            .build(),
    );
    assert!(text.starts_with("BACKEND_PROFILE: "), "{text}");
    fs::write(home.path().join(".backend.ai/current-profile"), "gone").unwrap();
    let text = only_problem(home.with(&BUNDLE).current_profile().build());
    assert!(text.contains("current-profile: there is no profile \"gone\""), "{text}");
}

#[test]
fn a_selected_profile_is_not_filled_from_the_environment() {
    let home = Home::new(&[
        (
            ".backend.ai/profiles/half/config.toml",
            "[backend-ai]\nendpoint = \"https://half.example\"\n",
        ),
        (".backend.ai/profiles/empty/config.toml", ""),
    ]);
    for (name, missing) in [
        ("half", &[Field::AccessKey, Field::SecretKey][..]),
        ("empty", &[Field::Endpoint, Field::AccessKey, Field::SecretKey]),
    ] {
        let error = home.with(&BUNDLE).profile(name).build().unwrap_err();
        let fields: Vec<_> = error.problems().iter().map(|p| p.field().unwrap()).collect();
        assert_eq!(fields, missing, "{error}");
        assert!(error.to_string().contains("credentials.toml: not set, though "), "{error}");
        assert!(error.to_string().contains("BACKEND_ACCESS_KEY is not used"), "{error}");
    }
}

#[test]
fn a_broken_profile_is_named_and_its_secrets_are_not_repeated() {
    for (file, text, part) in [
        ("credentials.toml", "[backend-ai]\nsecret_key = \"hunter2\n", "credentials.toml:2: "),
        ("credentials.toml", "[backend-ai]\nsecret_key = [\"hunter2\"]\n", "secret_key in "),
        ("credentials.toml", "backend-ai = \"hunter2\"\n", "write [backend-ai]"),
        ("config.toml", "[backend-ai]\nendpoint = \"prod\"\n", "endpoint in "),
        (
            "config.toml",
            "[backend-ai]\nendpoint = \"https://h\"\napi_version = \"zzz\"\n",
            "api_version in ",
        ),
        (
            "config.toml",
            "[backend-ai]\nendpoint = \"https://h\"\nskip_ssl_verification = \"maybe\"\n",
            "skip_ssl_verification in ",
        ),
    ] {
        let home = Home::new(&PROD);
        fs::write(home.path().join(".backend.ai/profiles/prod").join(file), text).unwrap();
        let error = only_problem(home.with(&BUNDLE).profile("prod").build());
        assert!(error.contains(part), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn credentials_that_others_can_read_are_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new(&ROOT);
    let file = home.path().join(".backend.ai/credentials.toml");
    for (mode, warned) in [(0o644, true), (0o640, true), (0o600, false), (0o400, false)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let config = home.with(&[]).current_profile().build().unwrap();
        let expected = Warning::CredentialsReadable { path: file.clone(), mode };
        assert_eq!(config.warnings(), if warned { vec![expected] } else { vec![] });
    }
}
