//! Logging in, and contexts.

use backendai_testing::Manager;

use crate::transcript::Page;

pub(crate) async fn section() -> Page {
    let manager = Manager::start().await.unwrap();
    let (admin, user) = (manager.superadmin(), manager.user());
    let mut page = Page::new("Logging in").knows(&manager, admin).knows(&manager, user);
    let port = manager.endpoint().rsplit(':').next().unwrap();
    page.replace(format!("127.0.0.1-{port}"), "manager.example");
    let login = |key: &str, name: &[&str]| {
        let all = ["login", "--endpoint", manager.endpoint(), "--access-key", key];
        let all = [&all, name, &["--secret-key-stdin"]].concat();
        all.into_iter().map(str::to_owned).collect::<Vec<String>>()
    };
    fn words(all: &[String]) -> Vec<&str> {
        all.iter().map(String::as_str).collect()
    }

    page.prose(
        "`login` asks for missing values, has the manager check them, and stores them as a \
         *context*: the address of a manager and a credential, under a name. The secret key comes from a prompt, \
         the standard input or `BACKEND_SECRET_KEY`, and is never an argument.",
    );
    page.run_with(&words(&login(&admin.access_key, &[])), &admin.secret_key, "secret-key");
    page.run(&["whoami"]);
    page.prose("Credentials that the manager refuses are not stored.");
    page.run_with(&words(&login(&admin.access_key, &[])), "wrong", "wrong-key");
    page.prose("One context is the current one. `--context` uses another for one command.");
    page.run_with(
        &words(&login(&user.access_key, &["--name", "plain"])),
        &user.secret_key,
        "user-key",
    );
    page.run(&["context", "list"]);
    let name = format!("127.0.0.1-{port}");
    page.run(&["context", "rename", &name, "prod"]);
    page.run(&["context", "use", "prod"]);
    page.run(&["whoami", "--context", "plain", "--output", "json"]);
    page.run(&["context", "show"]);
    page.run(&["context", "remove", "plain"]);
    page.run(&["context", "remove", "plain", "--yes"]);
    page.run(&["logout", "--yes"]);
    page.run(&["whoami"]);
    page
}
