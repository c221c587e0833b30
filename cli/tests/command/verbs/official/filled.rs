//! Many objects on a real manager: a file of users, and lists on a terminal of 80 columns.

use std::fs;

use super::{manager, people, real, sql};
use crate::{common, sections::TERMINAL, transcript::Page};

/// Runs a script of `tests/manager` with this argument when dropped.
struct Clear(&'static str);

impl Drop for Clear {
    fn drop(&mut self) {
        manager(self.0, &["--clear"]);
    }
}

#[test]
fn two_hundred_users_are_made_once_although_interrupted() {
    let Some((home, _, _turn)) = real() else { return };
    let _clear = Clear("seed");
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let name = format!("seed-{}-", time.as_millis());
    fs::write(home.path().join("people.csv"), people::file(&name, "seed.invalid", 200)).unwrap();
    let count = || {
        let of = |table| format!("select count(*) from {table} where email like '{name}%'");
        let keypairs = "keypairs join users on keypairs.user = users.uuid";
        [of("users"), of(keypairs)].map(|query| sql(&query)[0].parse::<usize>().unwrap())
    };
    let line = ["user", "create", "default", "--from-file", "people.csv"];
    people::interrupted(&home, &line, 100);
    let [before, _] = count();
    assert!((100..200).contains(&before), "{before}");
    let ran = home.run(&line);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // What was sent when it was interrupted may have been carried out after the count.
    let made = |more| format!("{} created, {} before\n", 200 - before - more, before + more);
    assert!([made(0), made(1)].contains(&ran.stderr), "{ran:?}");
    assert_eq!(count(), [200, 200]);
}

/// They are in `docs/cli.md`.
#[test]
fn lists_on_a_terminal_are_those_of_the_page() {
    let Some((home, _, _turn)) = real() else { return };
    let _clear = Clear("fill");
    manager("fill", &[]);
    let mut page = Page::new("On a terminal").at(home);
    page.prose(
        "On a terminal a list has fewer columns, and a row is one line: cells are cut, times are relative, and \
         columns for which the terminal is too narrow are left out and named below the rows. `--help` states \
         the columns of both. `--wide` prints as in a pipe, with all of these columns and whole cells, in lines \
         that run past the edge of the terminal. `--width` sets the width, which is 80 columns where the \
         terminal has no size. Where a table has no rows, the standard error says so. These are lists of a \
         manager for tests, at 80 columns. The v2 API calls sessions `CANCELLED` whose status is `ERROR`.",
    );
    for noun in ["keypair", "agent", "session", "v2 user", "v2 session"] {
        let words: Vec<_> = noun.split(' ').chain(["list", "--width", "80"]).collect();
        let ran = page.run(&words);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    }
    common::golden(TERMINAL, &page.into_text());
}
