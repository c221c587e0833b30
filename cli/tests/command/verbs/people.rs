//! A file of users, and a command that is interrupted while it makes them.

use std::io::{BufRead as _, BufReader, Read as _};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::Home;

/// The text of a file of users, of which each has other values.
pub(super) fn file(name: &str, host: &str, count: usize) -> String {
    let mut text = "email,username,password,full_name,role,need-password-change\n".to_owned();
    for index in 0..count {
        let role = if index % 50 == 0 { "admin" } else { "user" };
        text.push_str(&format!(
            "{name}{index:03}@{host},{name}{index:03},\"Secret,{index}!\",Person {index},{role},yes\n"
        ));
    }
    text
}

/// Interrupts a command as soon as it has printed this number of lines.
pub(super) fn interrupted(home: &Home, line: &[&str], lines: usize) {
    let mut child = home.command(line).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(out.by_ref().lines().take(lines).count(), lines);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
