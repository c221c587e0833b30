//! Serves an embedded manager to programs in other languages, until the process ends.
//!
//! ```sh
//! cargo run -p backendai-testing --example serve -- 250 >env &   # 250 more keypairs
//! . ./env
//! ```
//!
//! Prints shell assignments of the variables that Backend.AI clients read.

use std::io::{self, Write};

use backendai_testing::Manager;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let keypairs = match std::env::args().nth(1).map(|count| count.parse()) {
        None => 0,
        Some(Ok(count)) => count,
        Some(Err(_)) => {
            eprintln!("usage: serve [KEYPAIRS]");
            std::process::exit(2);
        }
    };
    let manager = Manager::builder().keypairs(keypairs).start().await?;
    let accounts = [
        ("", manager.superadmin()),
        ("SUPERADMIN_", manager.superadmin()),
        ("DOMAIN_ADMIN_", manager.domain_admin()),
        ("USER_", manager.user()),
        ("INACTIVE_KEY_", manager.inactive_key()),
        ("INACTIVE_USER_", manager.inactive_user()),
        ("LOW_RATE_", manager.low_rate()),
        ("OTHER_ADMIN_", manager.other_admin()),
    ];
    let mut out = io::stdout();
    for (role, account) in accounts {
        writeln!(out, "export BACKEND_{role}ACCESS_KEY={}", account.access_key)?;
        writeln!(out, "export BACKEND_{role}SECRET_KEY={}", account.secret_key)?;
        writeln!(out, "export BACKEND_{role}EMAIL={}", account.email)?;
        writeln!(out, "export BACKEND_{role}USER_ID={}", account.user_id)?;
    }
    // The endpoint comes last: a script that waits for it has all other variables too.
    writeln!(out, "export BACKEND_ENDPOINT={}", manager.endpoint())?;
    out.flush()?;
    std::future::pending().await
}
