//! The overview of all commands, and completions.

use crate::transcript::Page;

pub(crate) fn section() -> Page {
    let mut page = Page::new("Overview");
    page.prose(
        "`backendai NOUN VERB`: a noun is an object of the manager, such as `user`; its verbs are \
         `list` (`ls`), `info` (`get`, `describe`), `wait` and those that change it. `backendai \
         legacy` lists the nouns that are left out here: duplicates of others, and those for older \
         managers.",
    );
    page.run(&["-h"]);
    page.run(&["legacy"]);
    page.prose(
        "`completions install` sets up the shell: it completes commands, options and their values, \
         the names of contexts and fields, and the names of objects, which are requested from \
         the manager. Without an answer within 1.5 seconds none are offered. `man FOLDER` writes manual \
         pages.",
    );
    page.run(&["completions", "install", "bash"]);
    page.run(&["man", "pages"]);
    page
}
