//! The local proxy: invocations that end on their own.

use backendai_testing::Manager;

use crate::transcript::Page;

pub(crate) async fn section() -> Page {
    let manager = Manager::start().await.unwrap();
    let mut page = Page::new("A proxy for other programs").of(&manager, manager.superadmin());
    page.prose(
        "`backendai proxy` signs requests that are sent to `http://localhost:8084`, forwards \
         them to the manager, and serves GraphiQL there. [proxy.md](proxy.md) has the rules. It \
         serves until Ctrl-C, and does not start if others could use the keys without your \
         explicit consent.",
    );
    page.run(&["proxy", "--bind", "0.0.0.0"]);
    page.run(&["proxy", "--bind", "0.0.0.0", "--allow-remote"]);
    page.run(&["proxy", "--port", "0", "--allow-origin", "*"]);
    page.run_with(&["proxy", "--port", "0", "--token-stdin"], "secret", "token");
    page
}
