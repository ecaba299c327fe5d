//! The draws that make the records, and the hash of a row. All arithmetic wraps to 32 bits.

/// The finalizer of MurmurHash3 (Austin Appleby, public domain).
pub fn fmix32(bits: u32) -> u32 {
    let mut x = bits;
    x = (x ^ (x >> 16)).wrapping_mul(0x85eb_ca6b);
    x = (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35);
    x ^ (x >> 16)
}

/// Draw number `field` of record `n`.
pub fn draw(n: u32, field: u32) -> u32 {
    fmix32(n.wrapping_mul(0x9e37_79b1).wrapping_add(field.wrapping_mul(0x7feb_352d)).wrapping_add(0x1b87_3593))
}

/// The hash of a row begins with 0 and takes in one field after another.
#[derive(Clone, Copy, Default)]
pub struct RowHash(u32);

impl RowHash {
    pub fn int(self, value: u32) -> Self {
        RowHash(fmix32(self.0.wrapping_mul(31).wrapping_add(value)))
    }

    pub fn text(self, text: &str) -> Self {
        text.bytes().fold(self, |hash, byte| hash.int(u32::from(byte)))
    }

    pub fn value(self) -> u32 {
        self.0
    }
}
