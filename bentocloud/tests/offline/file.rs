//! The file on disk: modes, links, locks, atomic replacement.

use std::{fs, thread};

use bentocloud::{Context, Contexts, Environment};

use crate::support::{file, home};

const TWO: &str = "contexts:\n- {api_token: a, endpoint: e, name: x, own: 1}\n\
                   - {api_token: b, endpoint: e, name: x}\ncurrent_context_name: x\nother: [1]\n";

fn at(home: &tempfile::TempDir) -> Contexts {
    Contexts::at(home.path().join(".yatai.yaml"), Environment::default())
}

#[test]
fn the_first_of_two_contexts_of_one_name_counts_and_deleting_takes_both() {
    let home = home(Some(TWO));
    let contexts = at(&home);
    assert_eq!(contexts.current().unwrap().api_token.expose(), "a");
    contexts.save(Context::new("x", "e", "c")).unwrap();
    assert_eq!(contexts.current().unwrap().api_token.expose(), "c");
    let after = file(&home).unwrap();
    assert!(after.contains("  own: 1\n") && after.contains("other: [1]\n"), "{after}");

    assert_eq!(contexts.delete("x").unwrap().api_token.expose(), "c");
    let error = contexts.delete("x").unwrap_err();
    assert!(error.is_unknown_context(), "{error}");
    let expected = "contexts: []\ncurrent_context_name: x\nother: [1]\n";
    assert_eq!(file(&home).as_deref(), Some(expected));
}

#[test]
fn a_file_of_something_else_is_not_overwritten() {
    for text in ["- a\n- b\n", "hello\n", "42\n", "a: [\n", "a: 1\n---\nb: 2\n"] {
        let home = home(Some(text));
        let error = at(&home).save(Context::new("x", "e", "t")).unwrap_err();
        assert!(error.is_file(), "{error}");
        assert_eq!(file(&home).as_deref(), Some(text));
    }
}

#[test]
fn what_cannot_be_read_is_said_with_its_reason() {
    use std::error::Error as _;

    let home = home(None);
    fs::create_dir(home.path().join(".yatai.yaml")).unwrap();
    let error = at(&home).read().unwrap_err();
    assert!(error.is_file() && error.source().is_some(), "{error:?}");

    let home = crate::support::home(Some(&format!("# {}\n", "x".repeat(1 << 20))));
    let error = at(&home).read().unwrap_err();
    assert!(error.source().unwrap().to_string().contains("larger"), "{error:?}");
}

#[test]
fn writers_wait_for_each_other() {
    let home = home(None);
    let contexts = at(&home);
    thread::scope(|scope| {
        for number in 0..16 {
            let contexts = &contexts;
            scope.spawn(move || contexts.save(Context::new(format!("c{number}"), "e", "t")));
        }
    });
    assert_eq!(contexts.read().unwrap().contexts().len(), 16);
    let mut names: Vec<_> = fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [".yatai.yaml", ".yatai.yaml.lock"], "no temporary file is left");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn mode(path: impl AsRef<std::path::Path>) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_private_and_an_old_one_keeps_its_mode() {
        let home = home(None);
        let path = home.path().join("deep/er/.yatai.yaml");
        let contexts = Contexts::at(&path, Environment::default());
        contexts.save(Context::new("x", "e", "t")).unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let inode = fs::metadata(&path).unwrap().ino();
        contexts.save(Context::new("y", "e", "t")).unwrap();
        assert_eq!(mode(&path), 0o644);
        assert_ne!(fs::metadata(&path).unwrap().ino(), inode, "replaced, not truncated");
    }

    #[test]
    fn a_file_that_its_owner_made_read_only_stays() {
        let home = home(Some(TWO));
        let path = home.path().join(".yatai.yaml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let error = at(&home).save(Context::new("y", "e", "t")).unwrap_err();
        assert!(error.is_file(), "{error}");
        assert_eq!(file(&home).as_deref(), Some(TWO));
    }

    #[test]
    fn links_stay_links_even_if_they_lead_nowhere_yet() {
        let home = home(None);
        let link = home.path().join(".yatai.yaml");
        fs::create_dir(home.path().join("real")).unwrap();
        symlink("hop", &link).unwrap();
        symlink("real/file", home.path().join("hop")).unwrap();
        let contexts = at(&home);
        assert_eq!(contexts.read().unwrap().contexts().len(), 0);
        for name in ["x", "y"] {
            contexts.save(Context::new(name, "e", "t")).unwrap();
        }
        assert!(link.is_symlink() && home.path().join("hop").is_symlink());
        let target = fs::read_to_string(home.path().join("real/file")).unwrap();
        assert!(target.contains("name: x\n") && target.contains("name: y\n"), "{target}");

        fs::remove_file(home.path().join("hop")).unwrap();
        symlink(".yatai.yaml", home.path().join("hop")).unwrap();
        let error = contexts.save(Context::new("z", "e", "t")).unwrap_err();
        assert!(error.is_file(), "{error}");
    }
}
