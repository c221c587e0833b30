//! Which keys came already.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState},
};

/// A set of keys that keeps 128 bits of each in place of its text: a walk by offset remembers every
/// row, and this is a third of the memory and none of the allocations. The hash begins at random;
/// that two of a billion keys are taken for one has a chance of less than one in 10^20.
#[derive(Default)]
pub(super) struct Known {
    halves: [RandomState; 2],
    prints: HashSet<u128, BuildHasherDefault<Print>>,
}

impl Known {
    /// Another set with nothing in it, and room for so many.
    pub(super) fn anew(&self, rows: usize) -> Self {
        let prints = HashSet::with_capacity_and_hasher(rows, BuildHasherDefault::default());
        Self { halves: self.halves.clone(), prints }
    }

    /// `false` when it was in it already.
    pub(super) fn insert(&mut self, key: &str) -> bool {
        self.prints.insert(self.print(key))
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.prints.contains(&self.print(key))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.prints.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.prints.clear();
    }

    fn print(&self, key: &str) -> u128 {
        let [high, low] = self.halves.each_ref().map(|half| u128::from(half.hash_one(key)));
        high << 64 | low
    }
}

/// The hash of a hash: half of it.
#[derive(Default)]
struct Print(u64);

impl Hasher for Print {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().take(8) {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_known_and_nothing_else() {
        let mut known = Known::default();
        assert!(known.is_empty());
        for number in 0..10_000 {
            assert!(known.insert(&format!("key-{number}")), "{number}");
        }
        for number in 0..10_000 {
            assert!(!known.insert(&format!("key-{number}")), "{number}");
            assert!(known.contains(&format!("key-{number}")), "{number}");
            assert!(!known.contains(&format!("other-{number}")), "{number}");
        }
        assert!(known.anew(1).is_empty());
        known.clear();
        assert!(known.is_empty() && !known.contains("key-1"));
    }
}
