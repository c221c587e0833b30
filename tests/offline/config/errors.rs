//! Invalid values are reported, without secrets.

use backendai::{
    Config, Endpoint,
    config::{Env, Field},
};

use super::{BUNDLE, env, problem, with_bundle};

#[test]
fn every_problem_is_reported_at_once_with_its_place_and_fix() {
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
        "ConfigBuilder::client_identity_pem: it has no certificate in PEM form",
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
fn an_unknown_endpoint_type_is_one_problem_and_reports_no_keys() {
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
    assert_eq!(config.storage_proxies().count(), 0);
    assert!(config.vfolder_mounts().is_empty());
}

proptest::proptest! {
    #[test]
    fn no_error_repeats_a_password_of_a_url(before in "\\PC{0,20}", after in "\\PC{0,20}") {
        if let Err(error) = format!("{before}hunter2@{after}").parse::<Endpoint>() {
            let shown = format!("{error} {error:?}");
            proptest::prop_assert!(!shown.contains("hunter2"), "{}", shown);
        }
    }

    #[test]
    fn any_text_is_an_endpoint_that_reads_the_same_or_an_error(text in "(https?://)?\\PC{0,30}") {
        if let Ok(endpoint) = text.parse::<Endpoint>() {
            proptest::prop_assert_eq!(&endpoint.to_string().parse::<Endpoint>().unwrap(), &endpoint);
            proptest::prop_assert!(endpoint.join("/x").path().ends_with("/x"));
        }
    }
}
