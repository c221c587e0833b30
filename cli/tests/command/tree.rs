//! Every command and every option, in one file.

use crate::common::{Home, subcommands};

/// The short help of a command, and that of the commands below it.
fn tree(home: &Home, path: &[&str], text: &mut String) {
    let ran = home.run(&[path, &["-h"]].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{path:?}");
    let own = ran.stdout.split("\nOptions of every command:\n").collect::<Vec<_>>();
    // The options of every command are shown once.
    let shown = if path.is_empty() { ran.stdout.as_str() } else { own[0] };
    text.push_str(&format!(
        "=== {}\n{}\n\n",
        [&["backendai"], path].concat().join(" "),
        shown.trim()
    ));
    // The verbs of v2 have a file of their own.
    for name in subcommands(home, path).iter().filter(|name| *name != "v2") {
        tree(home, &[path, &[name]].concat(), text);
    }
}

#[test]
fn the_tree_is_as_kept() {
    let mut text = String::new();
    tree(&Home::new(), &[], &mut text);
    crate::common::golden("tests/tree.txt", &text);
}
