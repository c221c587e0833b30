//! The keypairs of the responder and the micro-benchmarks: row `n` is always the same.

use memchr::memmem;

/// A row of the plain list of a real manager. The number of the row replaces the sixteen nines.
const WHOLE: &[u8] = br#"{"user_id": "seed9999999999999999@seed.invalid", "full_name": "Seed 9999999999999999", "projects": ["default", "research"], "access_key": "SEED9999999999999999", "secret_key": "seed-secret-for-the-bench9999999999999999", "is_active": true, "is_admin": false, "is_default": true, "resource_policy": "default", "created_at": "2026-11-21T23:30:11.314585+00:00", "last_used": "2026-11-21T23:36:46.993491+00:00", "rate_limit": 30000, "num_queries": 1234, "rolling_count": 2, "concurrency_used": 0, "user": "0a000000-0000-4000-8000-000000000003", "ssh_public_key": null}"#;
const SHORT: &[u8] = br#"{"access_key": "SEED9999999999999999", "user_id": "seed9999999999999999@seed.invalid", "is_active": true}"#;
const NUMBER: &[u8] = b"9999999999999999";

/// Writes pages.
pub(crate) struct Rows {
    row: &'static [u8],
    /// Positions of the number in a row.
    places: Vec<usize>,
}

impl Rows {
    /// Rows with all fields of the shipped list.
    pub(crate) fn whole() -> Self {
        Self::of(WHOLE)
    }

    /// Rows with access key, owner and state.
    pub(crate) fn short() -> Self {
        Self::of(SHORT)
    }

    /// Rows like this one.
    pub(crate) fn of(row: &'static [u8]) -> Self {
        Self { row, places: memmem::find_iter(row, NUMBER).collect() }
    }

    /// Writes a response with `rows` rows, starting at number `begin`, of a list of `total`.
    pub(crate) fn answer(&self, begin: u64, rows: u64, total: u64, to: &mut Vec<u8>) {
        to.extend_from_slice(br#"{"data": {"keypair_list": {"items": ["#);
        for number in begin..begin + rows {
            if number > begin {
                to.extend_from_slice(b", ");
            }
            let start = to.len();
            to.extend_from_slice(self.row);
            let digits = format!("{number:016}");
            for place in &self.places {
                let place = start + place;
                if let Some(place) = to.get_mut(place..place + NUMBER.len()) {
                    place.copy_from_slice(digits.as_bytes());
                }
            }
        }
        to.extend_from_slice(br#"], "total_count": "#);
        to.extend_from_slice(total.to_string().as_bytes());
        to.extend_from_slice(br#"}}, "errors": null}"#);
    }
}
