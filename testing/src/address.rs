//! The client addresses that a user allows.

use std::net::IpAddr;

use http::HeaderMap;

use crate::http::header;
use crate::problem::Problem;

/// Refuses an address that is not on the user's list; an empty list allows all.
pub(crate) fn check(headers: &HeaderMap, allowed: Option<&[String]>) -> Result<(), Problem> {
    let allowed = allowed.unwrap_or_default();
    if allowed.is_empty() {
        return Ok(());
    }
    // Only loopback can reach this server, unless a reverse proxy names another address.
    let raw = header(headers, "x-forwarded-for")
        .and_then(|chain| chain.split(',').next())
        .map_or("127.0.0.1", str::trim);
    let address: IpAddr = raw
        .parse()
        .map_err(|_| Problem::auth_params(format!("{raw} is invalid IP address value")))?;
    if allowed.iter().any(|network| contains(network, address)) {
        return Ok(());
    }
    Err(Problem::unauthorized(format!("'{raw}' is not allowed IP address")))
}

/// Returns whether a network, in the form that [`network`] returns, contains the address.
fn contains(network: &str, address: IpAddr) -> bool {
    let Some((base, bits)) = network.split_once('/') else { return false };
    let bits = bits.parse().unwrap_or(0);
    match (base.parse(), address) {
        (Ok(IpAddr::V4(base)), IpAddr::V4(address)) => {
            prefix(base.to_bits().into(), bits, 32) == prefix(address.to_bits().into(), bits, 32)
        }
        (Ok(IpAddr::V6(base)), IpAddr::V6(address)) => {
            prefix(base.to_bits(), bits, 128) == prefix(address.to_bits(), bits, 128)
        }
        _ => false,
    }
}

/// The first `bits` of an address.
fn prefix(address: u128, bits: u32, width: u32) -> u128 {
    address.checked_shr(width.saturating_sub(bits)).unwrap_or(0)
}

/// Converts `a.b.c.d`, `a.b.c.d/n` or `a.b.*.*` to CIDR notation, such as `a.b.0.0/16`.
pub(crate) fn network(text: &str) -> Option<String> {
    let wild = u32::try_from(text.matches('*').count()).ok()?;
    let (base, bits) = match text.split_once('/') {
        Some((base, bits)) => (base.to_owned(), Some(bits.parse::<u32>().ok()?)),
        None if wild > 0 => (text.replace('*', "0"), Some(32_u32.checked_sub(8 * wild)?)),
        None => (text.to_owned(), None),
    };
    let base: IpAddr = base.parse().ok()?;
    let width = if base.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(width);
    (bits <= width).then(|| format!("{base}/{bits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_and_contain_their_addresses() {
        let written = |text| network(text).unwrap_or_default();
        assert_eq!(written("10.0.0.1"), "10.0.0.1/32");
        assert_eq!(written("10.0.*.*"), "10.0.0.0/16");
        assert_eq!(written("::1"), "::1/128");
        for wrong in ["zz", "10.0.0.1/33", "10.0.0", "*.*.*.*.*"] {
            assert_eq!(network(wrong), None, "{wrong}");
        }
        let address = IpAddr::from([10, 0, 7, 9]);
        for (text, expected) in [
            ("10.0.0.0/16", true),
            ("10.0.7.9/32", true),
            ("0.0.0.0/0", true),
            ("10.0.7.8/32", false),
            ("10.1.0.0/16", false),
            ("::1/128", false),
        ] {
            assert_eq!(contains(text, address), expected, "{text}");
        }
    }
}
