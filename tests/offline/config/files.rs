//! Values in files: `.env` and certificates.

use backendai::{
    Config,
    config::{Env, Field, Origin},
};

use super::{BUNDLE, Home, host, only_problem};

const DOTENV: &str = "\
# the test cluster
BACKEND_ENDPOINT=https://dotenv.example # here
export BACKEND_ACCESS_KEY='AKDOTENV'
BACKEND_SECRET_KEY=\"sk-$dotenv\"
BACKEND_DOMAIN=dotenv
OTHER=${HOME}
";

#[test]
fn a_dotenv_file_is_read_if_selected_and_below_the_environment() {
    let home = Home::new(&[("work/.env", DOTENV)]);
    let file = home.path().join("work/.env");
    let origin = |variable: &str| Origin::Dotenv { path: file.clone(), variable: variable.into() };

    assert!(home.with(&[]).build().is_err(), "no source is selected");

    for builder in [
        home.with(&[]).dotenv_in_ancestors(),
        home.with(&[]).dotenv(&file),
        home.with(&[]).dotenv("../.env"),
        Config::builder().dotenv(&file),
    ] {
        let config = builder.build().unwrap();
        assert_eq!((host(&config), config.domain()), ("dotenv.example", "dotenv"));
        assert_eq!(config.credential().keys().unwrap().access_key(), "AKDOTENV");
    }
    let config = home.with(&[]).dotenv_in_ancestors().build().unwrap();
    assert_eq!(config.origin(Field::SecretKey), &origin("BACKEND_SECRET_KEY"));

    let config = home.with(&BUNDLE).dotenv_in_ancestors().build().unwrap();
    assert_eq!((host(&config), config.domain()), ("env.example", "dotenv"));
    assert_eq!(config.origin(Field::Domain), &origin("BACKEND_DOMAIN"));

    let environment =
        [&BUNDLE[..], &[("BACKEND_DOMAIN", "env"), ("BACKEND_GROUP", "env")]].concat();
    for (overrides, seen) in [(false, ["env.example", "env"]), (true, ["dotenv.example", "dotenv"])]
    {
        let builder = home.with(&environment).dotenv_in_ancestors().dotenv_overrides(overrides);
        let config = builder.build().unwrap();
        assert_eq!([host(&config), config.domain()], seen);
        assert_eq!(config.group(), "env");
    }
}

#[test]
fn a_dotenv_file_is_a_source_of_its_own_for_endpoint_and_keys() {
    let home = Home::new(&[("work/.env", DOTENV)]);
    let builder = home.with(&[("BACKEND_ENDPOINT", "https://env.example")]).dotenv_in_ancestors();
    let error = builder.build().unwrap_err();
    let fields: Vec<_> = error.problems().iter().map(|p| p.field().unwrap()).collect();
    assert_eq!(fields, [Field::AccessKey, Field::SecretKey]);
    let text = error.to_string();
    assert!(text.contains("BACKEND_ACCESS_KEY: not set, though BACKEND_ENDPOINT is"), "{text}");
    assert!(text.contains("work/.env is not used, because"), "{text}");
}

#[test]
fn a_dotenv_file_that_is_named_must_be_there_and_be_readable() {
    let home = Home::new(&[(".env", "BACKEND_SECRET_KEY='hunter2\n"), ("dir/.env/x", "")]);
    // The values of the file are unknown, so none is reported as missing.
    let text = only_problem(home.with(&[]).dotenv("absent.env").build());
    assert!(text.contains("work/deep/absent.env: the file cannot be read"), "{text}");

    let text = only_problem(home.with(&BUNDLE).dotenv_in_ancestors().build());
    assert!(text.contains(".env:1: a quote is opened and never closed"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");

    let empty = Home::new(&[]);
    let env = Env::from_pairs(BUNDLE).in_directory(empty.path());
    assert!(Config::builder().environment(env).dotenv_in_ancestors().build().is_ok());

    let text = only_problem(
        Config::builder().environment(Env::from_pairs(BUNDLE)).dotenv_in_ancestors().build(),
    );
    assert!(text.contains("the current directory is unknown"), "{text}");
}

#[test]
fn certificates_are_read_and_a_file_without_any_is_named() {
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n";
    let both = format!("{CERTIFICATE}{KEY}");
    let encrypted = both.replace("PRIVATE", "ENCRYPTED PRIVATE");
    let home = Home::new(&[
        ("ca.pem", CERTIFICATE),
        ("key.pem", KEY),
        ("both.pem", &both),
        ("encrypted.pem", &encrypted),
        ("der", "0\u{82}"),
    ]);
    let builder = || home.with(&BUNDLE);
    let path = |file: &str| home.path().join(file);

    let config = builder()
        .ca_certificate_file(path("ca.pem"))
        .ca_certificate_pem(CERTIFICATE)
        .client_identity_file(path("both.pem"))
        .build()
        .unwrap();
    let certificates: Vec<_> = config.ca_certificates().collect();
    assert_eq!(certificates, [CERTIFICATE.as_bytes(), CERTIFICATE.as_bytes()]);
    assert_eq!(config.client_identity().unwrap().expose_pem(), both.as_bytes());
    assert_eq!(config.origin(Field::CaCertificates), &Origin::Explicit);
    assert!(!format!("{config:?}").contains("hunter2"));

    for (file, part) in [
        ("absent.pem", "the file cannot be read"),
        ("der", "no certificate in PEM form"),
        ("key.pem", "it contains a private key"),
        ("both.pem", "it contains a private key"),
    ] {
        let text = only_problem(builder().ca_certificate_file(path(file)).build());
        assert!(text.contains(file) && text.contains(part), "{text}");
    }
    for (file, part) in [
        ("absent.pem", "the file cannot be read"),
        ("ca.pem", "no private key in PEM form"),
        ("key.pem", "no certificate in PEM form"),
        ("encrypted.pem", "the private key is encrypted"),
    ] {
        let text = only_problem(builder().client_identity_file(path(file)).build());
        assert!(text.contains(file) && text.contains(part), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}
