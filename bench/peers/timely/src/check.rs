//! What the sinks of two contenders must agree on.

use std::cell::RefCell;
use std::rc::Rc;

use crate::hash::RowHash;

#[derive(Clone, Copy, Default)]
pub struct Check {
    pub checksum: u32,
    pub rows: u64,
    /// Characters of the texts that q0 counts.
    pub characters: u64,
}

impl Check {
    pub fn add(&mut self, hash: RowHash) {
        self.checksum = self.checksum.wrapping_add(hash.value());
        self.rows += 1;
    }

    pub fn merge(self, other: Check) -> Check {
        Check {
            checksum: self.checksum.wrapping_add(other.checksum),
            rows: self.rows + other.rows,
            characters: self.characters + other.characters,
        }
    }
}

/// The check of one worker.
pub type SharedCheck = Rc<RefCell<Check>>;
