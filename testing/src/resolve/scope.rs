//! The domain and the owner whose rows a caller may read.

use super::args::Args;
use super::failure::Failure;
use crate::state::{Caller, Role};

/// The domain and the owner that a query is restricted to.
pub(super) struct Scope<'a> {
    pub(super) domain: Option<&'a str>,
    pub(super) owner: Option<&'a str>,
}

/// Restricts an admin to the own domain, and a user to the own domain and rows.
///
/// `me` identifies the caller as a value of the argument `key`; with `autofill` it is the default of that
/// argument.
pub(super) fn scope<'a>(
    caller: &'a Caller,
    args: &Args<'a>,
    key: &str,
    me: &'a str,
    autofill: bool,
) -> Result<Scope<'a>, Failure> {
    let owner = args.text(key);
    let filled = owner.or(autofill.then_some(me));
    match caller.role {
        Role::Superadmin => Ok(Scope { domain: args.text("domain_name"), owner: filled }),
        Role::Admin => Ok(Scope { domain: Some(own_domain(caller, args)?), owner: filled }),
        Role::User => {
            let domain = Some(own_domain(caller, args)?);
            if owner.is_some_and(|owner| owner != me) {
                return Err(Failure::forbidden());
            }
            Ok(Scope { domain, owner: Some(me) })
        }
        Role::Monitor => Err(Failure::role()),
    }
}

fn own_domain<'a>(caller: &'a Caller, args: &Args<'a>) -> Result<&'a str, Failure> {
    match args.text("domain_name") {
        Some(domain) if domain != caller.domain => Err(Failure::forbidden()),
        _ => Ok(&caller.domain),
    }
}

/// Returns the domain for root fields that users may not read, and admins only in the own domain.
pub(super) fn admin_domain<'a>(
    caller: &'a Caller,
    args: &Args<'a>,
) -> Result<Option<&'a str>, Failure> {
    let domain = args.text("domain_name");
    match caller.role {
        Role::Superadmin => Ok(domain),
        Role::Admin if domain.is_none_or(|domain| domain == caller.domain) => {
            Ok(Some(&caller.domain))
        }
        Role::Admin | Role::User => Err(Failure::privilege()),
        Role::Monitor => Err(Failure::role()),
    }
}
