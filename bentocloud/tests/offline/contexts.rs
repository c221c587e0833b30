//! Contexts against what the real client was seen to do: `golden/api/cloud_client_config.json`.

use bentocloud::{Config, Context, Contexts, Environment, Result, Saved};
use serde_json::{Value, json};

use crate::support::{file, home, json};

/// One golden case: the file before, the environment, and what the real client made of it.
struct Case {
    home: tempfile::TempDir,
    contexts: Contexts,
    expected: Value,
}

#[track_caller]
fn case(name: &str) -> Case {
    let golden = json("api/cloud_client_config.json");
    let expected = golden.get(name).unwrap_or_else(|| panic!("no case `{name}`")).clone();
    let home = home(expected["file_before"].as_str());
    let env = expected["env"].as_object().cloned().unwrap_or_default().into_iter();
    let env = env.map(|(name, value)| (name, value.as_str().unwrap().to_owned()));
    let folder = ("BENTOML_HOME".to_owned(), home.path().display().to_string());
    let contexts = Contexts::new(env.chain([folder]).collect::<Environment>()).unwrap();
    Case { home, contexts, expected }
}

impl Case {
    /// The same context, or the same error.
    #[track_caller]
    fn same(&self, result: Result<Context>) {
        match (&self.expected["exception"], result) {
            (Value::Null, Ok(context)) => assert_eq!(shown(&context), self.expected["result"]),
            (exception, Err(error)) => {
                assert_eq!(exception["message"], error.to_string());
                assert_eq!(exception["error_code"], error.code());
            }
            (exception, result) => panic!("{exception} is not {result:?}"),
        }
    }

    /// The same file, byte for byte.
    #[track_caller]
    fn same_file(&self) {
        assert_eq!(self.expected["file_after"].as_str(), file(&self.home).as_deref());
    }

    #[track_caller]
    fn untouched(&self) {
        assert_eq!(self.expected["file_before"].as_str(), file(&self.home).as_deref());
    }
}

fn shown(context: &Context) -> Value {
    json!({
        "__class__": "CloudClientContext",
        "name": context.name,
        "endpoint": context.endpoint,
        "api_token": context.api_token.expose(),
        "email": context.email,
    })
}

fn config(config: &Config) -> Value {
    let contexts = config.contexts().map(|context| {
        let mut shown = shown(context);
        shown.as_object_mut().unwrap().remove("__class__");
        shown
    });
    json!({
        "__class__": "CloudClientConfig",
        "contexts": contexts.collect::<Vec<_>>(),
        "current_context_name": config.current_name(),
    })
}

#[test]
fn lookup() {
    for (name, context) in [
        ("get_context()", None),
        ("get_context('prod')", Some("prod")),
        ("get_context('')", Some("")),
        ("get_context('nope')", Some("nope")),
        ("get_context() dangling", None),
        ("get_context('prod') env", Some("prod")),
        ("get_context('nope') env+endpoint", Some("nope")),
        ("get_context() env empty key", None),
    ] {
        let case = case(name);
        let resolved = case.contexts.resolve(context);
        if let Ok(resolved) = &resolved {
            assert_eq!(resolved.is_from_environment(), name.contains("env"), "{name}");
        }
        case.same(resolved);
        case.untouched();
    }
}

#[test]
fn the_context_variable_is_below_a_name_and_above_the_current_one() {
    let home = home(Some(
        "contexts:\n- {name: a, endpoint: e, api_token: t}\n- {name: b, endpoint: e, api_token: t}\n\
         - {name: '', endpoint: e, api_token: t}\ncurrent_context_name: a\n",
    ));
    let resolve = |variable: Option<&str>, name: Option<&str>| {
        let mut env = vec![("BENTOML_HOME", home.path().to_str().unwrap())];
        env.extend(variable.map(|value| ("BENTOML_CLOUD_CONTEXT", value)));
        let contexts = Contexts::new(Environment::from_iter(env)).unwrap();
        assert_eq!(contexts.current().unwrap().name, "a", "the variable is not asked here");
        contexts.resolve(name).map(|context| context.name).map_err(|error| error.to_string())
    };
    assert_eq!(resolve(None, None), Ok("a".to_owned()));
    assert_eq!(resolve(Some("b"), None), Ok("b".to_owned()));
    assert_eq!(resolve(Some("b"), Some("a")), Ok("a".to_owned()));
    assert_eq!(resolve(Some(""), None), Ok(String::new()));
    assert_eq!(resolve(Some("x"), None), Err("No cloud context x found".to_owned()));
}

#[test]
fn a_malformed_file_does_not_matter_to_the_environment() {
    let case = case("get_context() env key but file malformed");
    assert_eq!(case.contexts.resolve(None).unwrap().api_token.expose(), "ek");
    let error = case.contexts.read().unwrap_err();
    assert!(error.is_file() && error.to_string().contains(".yatai.yaml:"), "{error}");
    case.same_file();
}

#[test]
fn saving_and_switching() {
    let saved = |name: &str, context: Context, expected: Saved| {
        let case = case(name);
        assert_eq!(case.contexts.save(context).unwrap(), expected, "{name}");
        case.same_file();
    };
    let mut new = Context::new("new", "http://n", "tn");
    saved("save new", new.clone(), Saved::Added);
    new.email = Some("n@x".to_owned());
    saved("save new with email", new, Saved::Added);
    let prod = Context::new("prod", "http://n", "tn");
    saved("save override", prod.clone(), Saved::Replaced);
    saved("save override ignore_warning", prod, Saved::Replaced);
    saved("save no file", Context::new("only", "http://n", "tn"), Saved::Added);
    assert_eq!(
        Saved::Replaced.warning("default").unwrap(),
        "Overriding existing cloud context config: default"
    );
    assert_eq!(Saved::Added.warning("default"), None);

    for (name, context) in [
        ("set_current_context('prod')", "prod"),
        ("set_current_context('nope')", "nope"),
        ("set_current_context(None)", "default"),
    ] {
        let case = case(name);
        case.same(case.contexts.set_current(context));
        case.same_file();
    }
}

#[test]
fn switching_is_about_the_file_and_not_about_the_environment() {
    let case = case("set_current_context('prod') env");
    assert_eq!(case.contexts.set_current("prod").unwrap().api_token.expose(), "tb");
    let after = file(&case.home).unwrap();
    assert!(after.ends_with("current_context_name: prod\n"), "{after}");
}

#[test]
fn a_token_from_the_environment_is_not_stored() {
    let case = case("get_context('prod') env");
    let error = case.contexts.save(case.contexts.current().unwrap()).unwrap_err();
    assert!(error.is_input(), "{error}");
    case.untouched();
}

#[test]
fn reading_creates_nothing() {
    for name in [
        "get_config no file",
        "default_config",
        "BentoCloudClient() none",
        "bentoml.deployment.list() none",
    ] {
        let case = case(name);
        let read = case.contexts.read().unwrap();
        assert_eq!(read.contexts().len(), 0);
        assert_eq!(read.current_name(), "default");
        case.untouched();
    }
}

#[test]
fn every_structure_of_the_file() {
    let golden = json("api/cloud_client_config.json");
    // The real client makes Python's `repr` of these; here it is an error.
    let collections = "contexts: [ {name: [1], endpoint: {x: 1}, api_token: 1.50} ]\\n";
    let (mut seen, mut refused) = (0, Vec::new());
    for name in golden.as_object().unwrap().keys().filter(|name| name.starts_with("structure ")) {
        seen += 1;
        let case = case(name);
        // JSON cannot hold the one, and does not hold the other.
        let bytes = match name.as_str() {
            "structure latin-1 bytes" => Some(b"name: caf\xe9\n".to_vec()),
            "structure crlf" => {
                let two = golden["get_context()"]["file_before"].as_str().unwrap();
                Some(two.replace('\n', "\r\n").into_bytes())
            }
            _ => None,
        };
        let given = bytes.is_some();
        if let Some(bytes) = bytes {
            std::fs::write(case.home.path().join(".yatai.yaml"), bytes).unwrap();
        }
        let read = case.contexts.read();
        if case.expected.get("result").is_some() && !name.contains(collections) {
            // Numbers, dates and truth values that Python would turn into other texts.
            if let Err(error) = &read
                && error.to_string().ends_with("is not text in YAML 1.1: put it in quotes")
            {
                refused.push(name.as_str());
                continue;
            }
            assert_eq!(config(&read.unwrap()), case.expected["result"], "{name}");
        } else {
            let error = read.expect_err(name);
            assert!(error.is_file() && error.to_string().contains(".yatai.yaml"), "{error}");
        }
        if !given {
            case.untouched();
        }
    }
    assert_eq!(seen, 27);
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused.iter().all(|name| name.contains("0x1F") || name.contains("0o17")));
}

#[test]
fn every_string_is_written_so_that_the_real_client_reads_it_back() {
    for row in json("api/cloud_client_config.json")["write_scalar_matrix"].as_array().unwrap() {
        let value = row["value"].as_str().unwrap();
        let home = home(Some(&format!("contexts: []\ncurrent_context_name: {}\n", json!(value))));
        let contexts = Contexts::at(home.path().join(".yatai.yaml"), Environment::default());
        let mut context = Context::new(value, value, value);
        context.email = Some(value.to_owned());
        contexts.save(context.clone()).unwrap();
        assert_eq!(contexts.current().unwrap(), context, "{value:?} read back");
        // Where it needs no quotes to the real client, it has double quotes or none here; the
        // other way round is the danger.
        let (ours, theirs) = (file(&home).unwrap(), row["yaml"].as_str().unwrap());
        for line in ours.lines().filter(|line| line.starts_with("  name: ")) {
            let plain = !line.contains('"');
            assert!(!plain || theirs.contains(&format!("{line}\n")), "{value:?}: {line}");
            assert!(line.is_ascii(), "{line}");
        }
    }
}

#[test]
fn every_scalar_is_read_as_the_real_client_reads_it() {
    for row in json("api/cloud_client_config.json")["read_scalar_matrix"].as_array().unwrap() {
        let scalar = row["scalar"].as_str().unwrap();
        let home = home(Some(&format!(
            "contexts:\n- name: default\n  endpoint: e\n  email: {scalar}\n  api_token: {scalar}\n"
        )));
        let contexts = Contexts::at(home.path().join(".yatai.yaml"), Environment::default());
        let read = contexts.current();
        match scalar {
            // Deliberate differences: no Python `repr` of what is not text; YAML 1.2 lets an
            // anchor be defined again.
            "[a, b]" | "{a: b}" | "!!binary aGk=" => {
                let error = read.expect_err(scalar).to_string();
                assert!(error.contains("text"), "{scalar}: {error}");
            }
            "&a x" => assert_eq!(read.unwrap().api_token.expose(), "x"),
            _ if row.get("exception").is_some() => {
                let error = read.expect_err(scalar).to_string();
                assert!(error.contains(".yatai.yaml:4:10: "), "{scalar}: {error}");
            }
            // Text that Python would change is an error: two programs must not take two tokens.
            _ if read.is_err() => {
                let error = read.unwrap_err().to_string();
                assert!(error.contains(".yatai.yaml:4:1") && error.contains("quotes"), "{error}");
                let theirs = row["api_token"].as_str().unwrap();
                let is_date = scalar.starts_with("2024-");
                assert!(theirs != scalar || is_date, "{scalar} is the same in both");
            }
            _ => {
                let context = read.unwrap();
                assert_eq!(row["api_token"], context.api_token.expose(), "{scalar}");
                assert_eq!(row["email"], json!(context.email), "{scalar}");
            }
        }
    }
}

#[test]
fn every_file_of_the_real_client_is_read_and_written_back_unchanged() {
    let mut seen = 0;
    for entry in std::fs::read_dir(crate::support::golden("yatai_yaml")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let home = home(Some(&text));
        let contexts = Contexts::at(home.path().join(".yatai.yaml"), Environment::default());
        // Adding and removing a context rewrites the file twice.
        contexts.save(Context::new("guest", "e", "t")).unwrap();
        contexts.delete("guest").unwrap();
        // Where quotes are needed, they are double ones.
        let expected = text.replace('\'', "\"");
        assert_eq!(file(&home).as_deref(), Some(expected.as_str()), "{}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 49);
}
