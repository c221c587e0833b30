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
    page.replace(concat!("client       ", env!("CARGO_PKG_VERSION")), "client       X.Y.Z");
    page.run(&["version"]);
    page.prose("Credentials that the manager refuses are not stored.");
    page.run_with(&words(&login(&admin.access_key, &[])), "wrong", "wrong-key");
    page.prose(
        "Where the endpoint is a webserver and not a manager, which `login` finds out, it takes an e-mail \
         address and a password. At a terminal, an expired password is replaced and a missing one-time \
         password registered on the way. Without a terminal, `--new-password-file` or \
         `BACKENDAI_NEW_PASSWORD` has the new password, and the registration takes two logins: \
         `--register-otp` prints the key for an authenticator app, and `--otp` has a code of the app. The \
         webserver does not decrypt a new password, so use https.",
    );
    page.prose(
        "A webserver has no single sign-on of its own: it passes it on to plugins of the manager. \
         `--browser` logs in with a web browser of this machine, where the manager has its plugin for \
         OpenID Connect (`openid`), which must allow `127.0.0.1` where it sets `allowed_redirect_hosts`; \
         the plugin `auth_keypair`, which managers load by default, refuses its tokens. With another \
         plugin, such as one for SAML, sign on in the web interface, and give the token (`sToken`) of the \
         address to which it leads back to `--token-stdin`.",
    );
    let web = manager.webserver().await.unwrap();
    page.replace(web.endpoint(), "http://webui.example");
    web.require_otp_registration(&user.email, "token");
    let login_web = |more: &[&'static str]| {
        let who = ["--user", &user.email, "--name", "web", "--password-stdin"];
        let all = [&["login", "--endpoint", web.endpoint()], &who[..], more].concat();
        all.into_iter().map(str::to_owned).collect::<Vec<String>>()
    };
    for more in [&[][..], &["--register-otp"], &["--otp", "123456"]] {
        page.run_with(&words(&login_web(more)), &user.password, "password");
    }
    page.prose("`session-login` lists and ends the sessions of logins, also those of other users.");
    let id = "3b4b4f2c-7c55-4ba0-9f0c-0d5d0d0f9f6e";
    crate::session_login::answers_for_docs(&manager, id);
    let of_manager = format!("127.0.0.1-{port}");
    page.run(&["session-login", "list", "--context", &of_manager]);
    page.run(&["session-login", "end", id, "--yes", "--context", &of_manager]);
    page.run(&["logout"]);
    page.run(&["context", "remove", "web", "--yes"]);
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
