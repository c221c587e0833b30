//! Local stores: lookup, deletion, export and import.

use std::{fs, io::Cursor, path::Path, thread};

use bentocloud::{
    Format, Limits, Tag,
    store::{Kind, Store},
};

use crate::support::local::{bento, leftovers, model, store, tar, tree, version, write};

fn tag(tag: &str) -> Tag {
    tag.parse().unwrap()
}

fn tags(store: &Store, kind: Kind) -> Vec<String> {
    store.list(kind, None).unwrap().iter().map(|item| item.tag().to_string()).collect()
}

#[test]
fn versions_are_found_by_exact_tag_and_by_latest() {
    let (home, store) = store();
    model(&store, "v2", "2026-11-28T13:30:00+00:00", b"two");
    assert_eq!(tags(&store, Kind::Model), ["tiny_model:v1", "tiny_model:v2"]);
    assert_eq!(store.get(Kind::Model, &tag("tiny_model")).unwrap().tag(), &tag("tiny_model:v2"));
    assert_eq!(store.get(Kind::Model, &tag("TINY_MODEL:V1")).unwrap().size().unwrap(), 2328);
    let error = store.get(Kind::Model, &tag("tiny_model:v")).unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("tiny_model:v'"), "{error}");
    assert!(store.get(Kind::Bento, &tag("nope")).unwrap_err().is_not_found());

    // `latest` is missing, or names what is gone: the newest counts, and nothing is written.
    let latest = home.path().join("models/tiny_model/latest");
    for broken in [None, Some("v9"), Some("../v1"), Some("")] {
        let _ = fs::remove_file(&latest);
        if let Some(broken) = broken {
            fs::write(&latest, broken).unwrap();
        }
        let found = store.get(Kind::Model, &tag("tiny_model:latest")).unwrap();
        assert_eq!(found.tag(), &tag("tiny_model:v2"), "{broken:?}");
        assert_eq!(fs::read_to_string(&latest).ok().as_deref(), broken);
    }

    // What an interrupted save of the real client leaves is not taken for a version.
    fs::create_dir(home.path().join("models/tiny_model/half")).unwrap();
    write(home.path().join("models/.DS_Store"), "");
    assert_eq!(tags(&store, Kind::Model).len(), 2);
    assert_eq!(tags(&Store::at(home.path().join("nowhere")), Kind::Bento), [""; 0]);
}

#[test]
fn a_bento_tells_what_it_is() {
    let (_home, store) = store();
    let bento = store.get(Kind::Bento, &tag("hello_svc:v1")).unwrap();
    assert_eq!(bento.created_at().unwrap().to_string(), "2026-11-28 13:21:58.063356");
    let labels: Vec<_> = bento.labels().into_iter().map(|l| (l.key, l.value)).collect();
    assert_eq!(labels, [("owner".into(), "ada".into()), ("stage".into(), "dev".into())]);
    let [used] = bento.models().try_into().unwrap();
    assert_eq!(
        (used.tag.to_string().as_str(), used.registry.as_str()),
        ("tiny_model:v1", "bentoml")
    );
    assert_eq!(bento.manifest()["image"]["python_version"], "3.11");
    assert_eq!(bento.manifest()["image"]["python_requirements"], "bentoml==1.4.40\n");
}

#[test]
fn deletion_is_exact_and_keeps_what_is_used() {
    let (home, store) = store();
    bento(&store, "v2", "2026-11-28T13:00:00+00:00");
    for (name, check) in [("hello_svc", "exact"), ("hello_svc:v", "not found")] {
        let error = store.delete(Kind::Bento, &tag(name)).unwrap_err();
        assert!(error.to_string().contains(check), "{error}");
    }
    let error = store.delete(Kind::Model, &tag("tiny_model:v1")).unwrap_err();
    assert!(
        error.is_state() && error.to_string().contains("hello_svc:v1, hello_svc:v2"),
        "{error}"
    );

    let folder = home.path().join("bentos/hello_svc");
    assert_eq!(fs::read_to_string(folder.join("latest")).unwrap(), "v2");
    store.delete(Kind::Bento, &tag("hello_svc:v2")).unwrap();
    assert_eq!(fs::read_to_string(folder.join("latest")).unwrap(), "v1");
    store.delete(Kind::Bento, &tag("hello_svc:v1")).unwrap();
    assert!(!folder.exists());
    store.delete(Kind::Model, &tag("tiny_model:v1")).unwrap();
    assert_eq!(leftovers(&store), [""; 0]);
}

#[test]
fn every_format_goes_out_and_comes_back() {
    let (_home, store) = store();
    let item = store.get(Kind::Bento, &tag("hello_svc:v1")).unwrap();
    let model = store.get(Kind::Model, &tag("tiny_model:v1")).unwrap();
    for format in [Format::Native, Format::Tar, Format::Gz, Format::Bz2, Format::Xz] {
        let (mut one, mut two) = (Vec::new(), Vec::new());
        store.export(&item, format, &mut one).unwrap();
        store.export(&item, format, &mut two).unwrap();
        assert!(one == two, "{format:?} is not the same twice");
        let elsewhere = tempfile::tempdir().unwrap();
        let other = Store::at(elsewhere.path());
        // The kind is told by the content.
        let stored = other.import(Cursor::new(&one), Limits::default(), false).unwrap();
        let stored: Vec<_> = stored.iter().map(|item| item.tag().to_string()).collect();
        assert_eq!(stored, ["tiny_model:v1", "hello_svc:v1"], "{format:?}");
        for (kind, tag) in [(Kind::Bento, "hello_svc:v1"), (Kind::Model, "tiny_model:v1")] {
            let (here, there) = (version(&store, kind, tag), version(&other, kind, tag));
            assert_eq!(tree(&here), tree(&there), "{format:?} {tag}");
        }
        let error = other.import(Cursor::new(&one), Limits::default(), false).unwrap_err();
        assert!(error.is_stored(), "{error}");
        assert_eq!(other.import(Cursor::new(&one), Limits::default(), true).unwrap().len(), 1);
        assert_eq!(leftovers(&other), [""; 0]);
    }
    // A zip archive has no links.
    let mut zip = Vec::new();
    let error = store.export(&item, Format::Zip, &mut zip).unwrap_err();
    assert!(
        std::error::Error::source(&error).unwrap().to_string().contains("link.py"),
        "{error:?}"
    );
    zip.clear();
    store.export(&model, Format::Zip, &mut zip).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Store::at(elsewhere.path());
    other.import(Cursor::new(&zip), Limits::default(), false).unwrap();
    let of = |store| tree(&version(store, Kind::Model, "tiny_model:v1"));
    assert_eq!(of(&store), of(&other));
}

#[test]
fn files_are_called_as_the_real_client_calls_them() {
    let (home, store) = store();
    let item = store.get(Kind::Model, &tag("tiny_model:v1")).unwrap();
    let at = |path: &str| {
        let path = store.export_to(&item, &home.path().join(path), None).unwrap();
        path.strip_prefix(home.path().canonicalize().unwrap()).unwrap().to_str().unwrap().to_owned()
    };
    assert_eq!(at(""), "tiny_model-v1.bentomodel");
    assert_eq!(at("x.tar.gz"), "x.tar.gz");
    assert_eq!(at("x.bento"), "x.bento");
    assert_eq!(at("v1.0"), "v1.0.bentomodel");
    // Those that the real client does not know.
    assert_eq!(at("x.tgz"), "x.tgz");
    assert_eq!(fs::read(home.path().join("x.tgz")).unwrap()[..2], [0x1f, 0x8b]);
    let error = store.export_to(&item, &home.path().join("no/where"), None).unwrap_err();
    assert!(error.is_file(), "{error}");
}

const YAML: &str = "name: m\nversion: v1\ncreation_time: '2026-01-01T00:00:00+00:00'\n";

#[test]
fn dangerous_archives_are_refused_in_whole() {
    let long = "x/".repeat(40);
    for (member, part) in [
        (("../x", b'0', "x"), "outside"),
        (("a/../../x", b'0', "x"), "outside"),
        (("/x", b'0', "x"), "outside"),
        (("C:x", b'0', "x"), "outside"),
        (("a\\..\\..\\x", b'0', "x"), "outside"),
        (("model.yaml", b'0', "x"), "twice"),
        (("model.yaml/x", b'0', "x"), "below"),
        (("link", b'2', "/etc/passwd"), "leads out"),
        (("link", b'2', "../x"), "leads out"),
        (("a/link", b'2', "../../x"), "leads out"),
        (("link", b'2', "a/../../x"), "leads out"),
        (("link", b'2', "a/.."), "leads out"),
        (("link", b'2', ""), "leads out"),
        (("hard", b'1', "../x"), "leads to no member"),
        (("hard", b'1', "later"), "leads to no member"),
        (("hard", b'1', "hard"), "leads to no member"),
        (("fifo", b'6', ""), "device"),
        (("device", b'3', ""), "device"),
        ((long.as_str(), b'2', "x"), ""),
    ] {
        let home = tempfile::tempdir().unwrap();
        let store = Store::at(home.path().join("home"));
        let archive = tar(&[("./", b'5', ""), ("./model.yaml", b'0', YAML), member]);
        let result = store.import(Cursor::new(archive), Limits::default(), false);
        if part.is_empty() {
            result.unwrap();
            continue;
        }
        let error = result.unwrap_err();
        assert!(error.is_archive() && error.to_string().contains(part), "{member:?}: {error}");
        assert_eq!(tags(&store, Kind::Model), [""; 0]);
        assert_eq!(leftovers(&store), [""; 0]);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "{member:?}");
    }
    // A member below a link, in both orders.
    for members in
        [[("d", b'2', "src"), ("d/x", b'0', "x")], [("d/x", b'0', "x"), ("d", b'2', "src")]]
    {
        let home = tempfile::tempdir().unwrap();
        let archive = [&[("model.yaml", b'0', YAML)], &members[..]].concat();
        let result =
            Store::at(home.path()).import(Cursor::new(tar(&archive)), Limits::default(), false);
        assert!(result.unwrap_err().is_archive());
    }
}

/// Whatever an archive holds, nothing outside of the store changes, and no half of it is stored.
#[test]
fn arbitrary_archives_stay_inside() {
    use proptest::prelude::*;

    let name = || {
        let part = prop_oneof![Just(".."), Just("."), Just("a"), Just("b"), Just(""), Just("C:x")];
        prop::collection::vec(part, 1..5).prop_map(|parts| parts.join("/"))
    };
    let flag = prop_oneof![Just(b'0'), Just(b'1'), Just(b'2'), Just(b'5'), Just(b'6')];
    let members = prop::collection::vec((name(), flag, name()), 0..6);
    let damage = prop::option::of((0..4096_usize, any::<u8>()));
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(members in members, damage in damage)| {
        let home = tempfile::tempdir().unwrap();
        let inside = home.path().join("home");
        let store = Store::at(&inside);
        let mut all: Vec<(&str, u8, &str)> = vec![("model.yaml", b'0', YAML)];
        all.extend(members.iter().map(|(name, flag, text)| (name.as_str(), *flag, text.as_str())));
        let mut archive = tar(&all);
        if let Some((at, byte)) = damage {
            let at = at % archive.len();
            archive[at] = byte;
        }
        let result = store.import(Cursor::new(archive), Limits::default(), false);
        prop_assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
        prop_assert!(leftovers(&store).is_empty());
        prop_assert_eq!(result.is_ok(), !tags(&store, Kind::Model).is_empty());
        for link in members.iter().filter(|(_, flag, _)| *flag == b'2' && result.is_ok()) {
            let path = version(&store, Kind::Model, "m:v1").join(&link.0);
            if let Ok(real) = path.canonicalize() {
                prop_assert!(real.starts_with(inside.canonicalize().unwrap()), "{}", real.display());
            }
        }
    });
}

#[test]
fn links_inside_and_hard_links_are_kept_and_copied() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::at(home.path());
    let archive = tar(&[
        ("model.yaml", b'0', YAML),
        ("a/one", b'0', "content"),
        ("b/up", b'2', "../a/one"),
        ("b/same", b'1', "a/one"),
        ("dangling", b'2', "nothing"),
    ]);
    store.import(Cursor::new(archive), Limits::default(), false).unwrap();
    let folder = version(&store, Kind::Model, "m:v1");
    assert_eq!(fs::read_to_string(folder.join("b/up")).unwrap(), "content");
    assert!(!folder.join("b/same").is_symlink());
    assert_eq!(fs::read_to_string(folder.join("b/same")).unwrap(), "content");
    assert!(folder.join("dangling").is_symlink());
}

#[test]
fn broken_archives_and_those_too_large_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::at(home.path());
    let good = tar(&[("model.yaml", b'0', YAML), ("zeros", b'0', &"0".repeat(5000))]);
    let import = |bytes: &[u8], limits: Limits| {
        let error = store.import(Cursor::new(bytes), limits, false).unwrap_err();
        assert_eq!(leftovers(&store), [""; 0]);
        assert!(error.is_archive(), "{error:?}");
        error.to_string()
    };
    for (bytes, part) in [
        (&b"hello"[..], ""),
        (b"", "ends too early"),
        (&good[..700], ""),
        (&good[..1024], "ends too early"),
        (&good[..4000], ""),
        (b"PK\x03\x04nothing", ""),
        (b"\x1f\x8bnothing", ""),
        (b"BZh9nothing", ""),
        (b"\xfd7zXZ\0nothing", ""),
        (&tar(&[("x", b'0', "")]), "neither a bento.yaml nor a model.yaml"),
    ] {
        let error = import(bytes, Limits::default());
        assert!(error.contains(part), "{bytes:?}: {error}");
    }
    let limits = Limits { bytes: 5000, ..Limits::default() };
    assert!(import(&good, limits).contains("more than 5000 bytes"));
    let limits = Limits { members: 1, ..Limits::default() };
    assert!(import(&good, limits).contains("more than 1 members"));
    // A manifest without a usable tag.
    for yaml in ["name: ../m\nversion: v1\n", "name: m\n", "[]", "a: [", "name: m\nversion: A/b\n"]
    {
        let archive = tar(&[("model.yaml", b'0', yaml)]);
        let error = store.import(Cursor::new(archive), Limits::default(), false).unwrap_err();
        assert!(error.is_file(), "{yaml}: {error:?}");
    }
    assert_eq!(tags(&store, Kind::Model), [""; 0]);
}

#[test]
fn many_imports_at_once_leave_one_of_each_and_the_newest_as_latest() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::at(home.path());
    let archive = |number: usize| {
        let yaml = YAML.replace("v1", &format!("v{number}"));
        let yaml = yaml.replace("T00:00:00", &format!("T00:00:{number:02}"));
        tar(&[("model.yaml", b'0', &yaml)])
    };
    thread::scope(|scope| {
        for number in (0..16).chain(0..16) {
            let (store, archive) = (&store, archive(number));
            scope.spawn(move || {
                match store.import(Cursor::new(archive), Limits::default(), false) {
                    Ok(_) => {}
                    Err(error) => assert!(error.is_stored(), "{error:?}"),
                }
            });
        }
    });
    assert_eq!(tags(&store, Kind::Model).len(), 16);
    assert_eq!(store.get(Kind::Model, &tag("m")).unwrap().tag(), &tag("m:v15"));
    assert_eq!(leftovers(&store), [""; 0]);
}

#[test]
fn folders_of_processes_that_are_gone_are_removed_and_others_are_not() {
    let (home, store) = store();
    write(home.path().join("tmp/backendai-dead/lock"), "");
    write(home.path().join("tmp/backendai-dead/content/big"), "x");
    write(home.path().join("tmp/backendai-live/lock"), "");
    write(home.path().join("tmp/bentoml-bento-1.tar"), "theirs");
    let held = fs::File::open(home.path().join("tmp/backendai-live/lock")).unwrap();
    held.lock().unwrap();
    store.delete(Kind::Bento, &tag("hello_svc:v1")).unwrap();
    let mut left = leftovers(&store);
    left.sort();
    assert_eq!(left, ["backendai-live", "bentoml-bento-1.tar"]);
    assert!(Path::new(&home.path().join("tmp/backendai-live/lock")).exists());
}

#[test]
fn what_cannot_be_unpacked_elsewhere_is_not_packed() {
    #[cfg(unix)]
    for target in ["/etc/passwd", "../../../x"] {
        let (_home, store) = store();
        let place = version(&store, Kind::Bento, "hello_svc:v1");
        std::os::unix::fs::symlink(target, place.join("out")).unwrap();
        let item = store.get(Kind::Bento, &tag("hello_svc:v1")).unwrap();
        let error = store.export(&item, Format::Tar, Vec::new()).unwrap_err();
        assert!(error.to_string().contains("out: cannot be put into an archive"), "{error}");
    }
}

#[test]
fn long_names_and_other_letters_survive() {
    let (home, store) = store();
    let name = format!("src/{}/é名😀.py", "long-".repeat(45));
    write(version(&store, Kind::Bento, "hello_svc:v1").join(&name), "content");
    let item = store.get(Kind::Bento, &tag("hello_svc:v1")).unwrap();
    let mut archive = Vec::new();
    store.export(&item, Format::Tar, &mut archive).unwrap();
    assert_eq!(archive.len() % 10240, 0);
    let other = Store::at(home.path().join("other"));
    other.import(Cursor::new(archive), Limits::default(), false).unwrap();
    let of = |store| tree(&version(store, Kind::Bento, "hello_svc:v1"));
    assert_eq!(of(&store), of(&other));
}
