//! Named contexts: the file, changes to it, and contexts as sources of a configuration.

use std::{fs, path::PathBuf, thread};

use backendai::{
    Config, ConfigBuilder, EndpointType,
    config::{Env, Field, Origin, Warning},
    context::{Context, Contexts},
};

const FILE: &str = r#"# Of the lab.
current = "prod" # for now

[contexts.prod]
endpoint = ["https://a.example", "https://b.example"] # one cluster
access_key = "AKPROD"
# From the administrator.
secret_key = "sk-prod"
domain = "research"
connect_timeout = 2.5
skip_tls_verification = false
storage_proxies = { "https://10.0.0.1:6021" = "https://proxy.example" }

# The web console.
[contexts.web]
endpoint = "https://webui.example"
endpoint_type = "session"
session_file = "web.json"
"#;

struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    fn new(text: &str) -> Self {
        let folder = Self { folder: tempfile::tempdir().unwrap() };
        folder.write(text);
        folder
    }

    fn write(&self, text: &str) {
        fs::write(self.path(), text).unwrap();
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("contexts.toml")
    }

    fn contexts(&self) -> Contexts {
        Contexts::open(self.path())
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    fn builder(&self, env: &[(&str, &str)]) -> ConfigBuilder {
        let env = Env::from_pairs(env.iter().copied());
        Config::builder().environment(env).contexts(self.contexts())
    }
}

const VARIABLES: [(&str, &str); 3] = [
    ("BACKEND_ENDPOINT", "https://env.example"),
    ("BACKEND_ACCESS_KEY", "AKENV"),
    ("BACKEND_SECRET_KEY", "sk-env"),
];

fn host(config: &Config) -> &str {
    config.endpoints()[0].url().host_str().unwrap()
}

#[test]
fn a_configuration_takes_all_of_a_context() {
    let folder = Folder::new(FILE);
    let config = folder.builder(&[]).current_context().build().unwrap();
    assert_eq!((config.endpoints().len(), host(&config)), (2, "a.example"));
    assert_eq!(config.credential().keys().unwrap().access_key(), "AKPROD");
    assert_eq!((config.domain(), config.group()), ("research", "default"));
    assert_eq!(config.connect_timeout().unwrap().as_millis(), 2500);
    let proxies: Vec<_> = config.storage_proxies().collect();
    assert_eq!(proxies, [("https://10.0.0.1:6021", "https://proxy.example")]);
    let origin = Origin::Context { name: "prod".to_owned(), path: folder.path() };
    for field in [Field::Endpoint, Field::SecretKey, Field::Domain, Field::ConnectTimeout] {
        assert_eq!(config.origin(field), &origin, "{field}");
    }
    assert_eq!(origin.to_string(), format!("context prod in {}", folder.path().display()));
    assert_eq!(config.origin(Field::Group), &Origin::Default);

    let web = folder.builder(&[]).context("web").build().unwrap();
    assert_eq!(web.endpoint_type(), EndpointType::Session);
    assert_eq!(web.session_file(), Some(folder.path().with_file_name("web.json").as_path()));
}

#[test]
fn a_named_context_wins_over_variables_and_they_over_the_current_one() {
    let folder = Folder::new(FILE);
    let config = |builder: ConfigBuilder| builder.build().unwrap();
    let named = config(folder.builder(&VARIABLES).context("prod"));
    assert_eq!(host(&named), "a.example");
    let current = config(folder.builder(&VARIABLES).current_context());
    assert_eq!(host(&current), "env.example");
    // Nothing of the current context is taken along to another manager.
    assert_eq!((current.domain(), current.endpoint_type()), ("default", EndpointType::Api));
    assert_eq!(current.connect_timeout().unwrap().as_secs(), 10);
    // A variable that names no manager is added to the context, or overrules it.
    let domain = [("BACKEND_DOMAIN", "teaching"), ("BACKEND_GROUP", "g")];
    let both = config(folder.builder(&domain).current_context());
    assert_eq!((both.domain(), both.group()), ("teaching", "g"));
    let both = config(folder.builder(&domain).context("prod"));
    assert_eq!((both.domain(), both.group()), ("research", "g"));
    // The type is the endpoint's, and not of a variable about another one.
    let kind = [("BACKEND_ENDPOINT_TYPE", "session")];
    assert_eq!(config(folder.builder(&kind).context("prod")).endpoint_type(), EndpointType::Api);
    let code = folder.builder(&VARIABLES).context("prod").domain("code");
    assert_eq!(config(code).domain(), "code");
}

#[test]
fn gaps_are_not_filled_from_elsewhere() {
    let folder = Folder::new("[contexts.a]\nendpoint = \"https://a.example\"\n");
    let error = folder.builder(&VARIABLES).context("a").build().unwrap_err().to_string();
    assert!(error.contains("the access key of context a in ") && error.contains("log in again"));
    assert!(error.contains("BACKEND_SECRET_KEY is not used"), "{error}");
    let key = [("BACKEND_ACCESS_KEY", "AK")];
    let error = folder.builder(&key).current_context().build().unwrap_err().to_string();
    assert!(error.contains("BACKEND_ENDPOINT: not set, though BACKEND_ACCESS_KEY is"), "{error}");
}

#[test]
fn a_missing_context_is_reported() {
    let folder = Folder::new(FILE);
    let error = folder.builder(&[]).context("prd").build().unwrap_err().to_string();
    assert!(error.ends_with("there is no context \"prd\"; there are prod, web"), "{error}");
    let dangling = Folder::new("current = \"gone\"\n");
    let error = dangling.builder(&[]).current_context().build().unwrap_err().to_string();
    assert!(error.contains("there is no context \"gone\", nor any other"), "{error}");
    // A broken file does no harm where variables name a manager.
    let broken = Folder::new("current = \n");
    assert!(broken.builder(&VARIABLES).current_context().build().is_ok());
    assert!(broken.builder(&[]).current_context().build().is_err());
}

#[test]
fn an_invalid_file_is_reported_by_line_without_secrets_and_kept() {
    for (text, line, part) in [
        ("[contexts.a]\nsecret_key = \"hush hush\n", 2, "not TOML"),
        ("currant = \"a\"\n", 1, "there is no key \"currant\"; did you mean current?"),
        ("current = 1\n", 1, "expected the name of a context, found integer"),
        ("contexts = 1\n", 1, "expected [contexts.NAME], found integer"),
        ("[contexts]\na = 1\n", 2, "with keys below it"),
        ("[contexts.\"a b\"]\n", 1, "not a context's name"),
        ("[contexts.a]\nacces_key = \"x\"\n", 2, "did you mean access_key?"),
        ("[contexts.a]\nzzz = \"x\"\n", 2, "the keys are endpoint, endpoint_type, "),
        ("[contexts.a]\n\nendpoint = \"a.example\"\n", 3, "is not a whole URL"),
        (
            "[contexts.a]\nendpoint = 1\n",
            2,
            "expected a string or an array of strings, found integer",
        ),
        ("[contexts.a]\nendpoint_type = \"web\"\n", 2, "either \"api\" or \"session\""),
        ("[contexts.a]\nsecret_key = \"hush \"\n", 2, "copy the key again"),
        ("[contexts.a]\ndomain = true\n", 2, "expected a string, found boolean"),
        ("[contexts.a]\nread_timeout = -1\n", 2, "is negative"),
        ("[contexts.a]\nskip_tls_verification = 3\n", 2, "expected true or false, found integer"),
        (
            "[contexts.a]\nstorage_proxies = { a = \"b,c\" }\n",
            2,
            "expected a table of strings without commas",
        ),
        ("[contexts.a]\nca_file = \" \"\n", 2, "name a file"),
    ] {
        let folder = Folder::new(text);
        let error = folder.contexts().read().unwrap_err();
        assert_eq!(error.place(), format!("{}:{line}", folder.path().display()), "{text}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.to_string().contains("hush"), "{error}");
        let failed = folder.contexts().update(|stored| stored.put(&Context::new("b").unwrap()));
        assert!(failed.is_err());
        assert_eq!(folder.text(), text);
    }
}

#[test]
fn changes_leave_comments_and_order() {
    let folder = Folder::new(FILE);
    let contexts = folder.contexts();
    let mut lab = Context::new("lab").unwrap();
    lab.set(Field::Endpoint, "http://127.0.0.1:8081").unwrap();
    contexts
        .update(|stored| {
            assert!(!stored.put(&lab)?);
            stored.set_current("lab")
        })
        .unwrap();
    let current = FILE.replace("current = \"prod\" # for now", "current = \"lab\" # for now");
    let added = format!("{current}\n[contexts.lab]\nendpoint = \"http://127.0.0.1:8081\"\n");
    assert_eq!(folder.text(), added);

    contexts
        .update(|stored| {
            let mut prod = stored.get("prod")?.clone();
            prod.set(Field::SecretKey, "sk-new")?
                .set(Field::ReadTimeout, "5")?
                .unset(Field::Domain);
            stored.put(&prod).map(|replaced| assert!(replaced))
        })
        .unwrap();
    let changed = added.replace("sk-prod", "sk-new").replace("domain = \"research\"\n", "");
    let changed = changed.replace("proxy.example\" }\n", "proxy.example\" }\nread_timeout = 5\n");
    assert_eq!(folder.text(), changed);

    contexts.update(|stored| stored.rename("lab", "old-lab")).unwrap();
    let renamed = changed.replace("\"lab\"", "\"old-lab\"").replace(".lab]", ".old-lab]");
    assert_eq!(folder.text(), renamed);

    contexts.update(|stored| stored.remove("old-lab")).unwrap();
    assert_eq!(contexts.read().unwrap().current_name(), None);
    let removed =
        renamed.replace("\n[contexts.old-lab]\nendpoint = \"http://127.0.0.1:8081\"\n", "");
    assert!(folder.text().contains("# The web console.\n[contexts.web]\n"), "{}", folder.text());
    assert!(removed.ends_with(folder.text().split("[contexts.prod]").nth(1).unwrap()));
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    let folder = Folder::new(FILE);
    let contexts = folder.contexts();
    assert!(contexts.update(|stored| stored.set_current("gone")).is_err());
    assert!(contexts.update(|stored| stored.remove("gone")).is_err());
    assert!(contexts.update(|stored| stored.rename("gone", "x")).is_err());
    let taken = contexts.update(|stored| stored.rename("prod", "web")).unwrap_err();
    assert!(taken.to_string().contains("there is a context \"web\" already"), "{taken}");
    assert!(contexts.update(|stored| stored.rename("prod", "a b")).is_err());
    assert_eq!(folder.text(), FILE);
    for name in ["", "-a", "a b", "a/b", "a\n"] {
        assert!(Context::new(name).is_err(), "{name:?}");
    }
    let mut context = Context::new("연구").unwrap();
    assert!(context.set(Field::UserAgent, "x").is_err());
    assert!(context.set(Field::Endpoint, "ftp://x").is_err());
    assert!(context.get(Field::Endpoint).is_none());
}

#[test]
fn no_debug_shows_a_secret() {
    let folder = Folder::new(FILE);
    let stored = folder.contexts().read().unwrap();
    let shown = format!("{stored:?} {:#?}", stored.contexts());
    assert!(shown.contains("AKPROD") && !shown.contains("sk-prod"), "{shown}");
    assert_eq!(stored.contexts()[0].text(Field::SecretKey), None);
}

#[test]
fn concurrent_changes_are_all_kept() {
    let folder = Folder::new("");
    let contexts = folder.contexts();
    thread::scope(|scope| {
        for writer in 0..4 {
            let contexts = &contexts;
            scope.spawn(move || {
                for number in 0..5 {
                    let context = Context::new(format!("c{writer}-{number}")).unwrap();
                    contexts.update(|stored| stored.put(&context)).unwrap();
                }
            });
        }
    });
    assert_eq!(contexts.read().unwrap().contexts().len(), 20);
}

#[test]
fn the_environment_selects_the_file() {
    let of = |env: Env| Contexts::from_env(&env).map(|contexts| contexts.path().to_owned());
    let none: [(&str, &str); 0] = [];
    assert!(of(Env::from_pairs(none)).unwrap_err().to_string().contains("BACKENDAI_CONTEXTS"));
    let known = Env::from_pairs(none).with_config_dir("/c");
    assert_eq!(of(known).unwrap(), PathBuf::from("/c/backendai/contexts.toml"));
    let named = Env::from_pairs([("BACKENDAI_CONTEXTS", "x.toml")]).in_directory("/d");
    assert_eq!(of(named.with_config_dir("/c")).unwrap(), PathBuf::from("/d/x.toml"));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &std::path::Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn the_file_is_created_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/contexts.toml");
        Contexts::open(&path).update(|stored| stored.put(&Context::new("a").unwrap())).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let mut names: Vec<_> = fs::read_dir(path.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["contexts.toml", "contexts.toml.lock"]);
    }

    #[test]
    fn a_file_that_others_can_read_is_a_warning_until_the_next_change() {
        let folder = Folder::new(FILE);
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o644)).unwrap();
        let config = folder.builder(&[]).current_context().build().unwrap();
        let warning = Warning::CredentialsReadable { path: folder.path(), mode: 0o644 };
        assert_eq!(config.warnings(), [warning]);
        folder.contexts().update(|stored| stored.set_current("web")).unwrap();
        assert_eq!(mode(&folder.path()), 0o600);
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = Folder::new(FILE);
        let link = folder.path().with_file_name("link.toml");
        symlink(folder.path(), &link).unwrap();
        Contexts::open(&link).update(|stored| stored.set_current("web")).unwrap();
        assert!(link.is_symlink() && folder.text().contains("current = \"web\""));
    }
}
