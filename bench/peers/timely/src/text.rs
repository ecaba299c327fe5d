//! The lines of the word count.

use crate::hash::draw;

const WORDS_PER_LINE: u32 = 10;

/// Builds line `n`: ten words between single blanks.
pub fn make_line(n: u32) -> String {
    let mut line = String::with_capacity(64);
    for j in 0..WORDS_PER_LINE {
        if j > 0 {
            line.push(' ');
        }
        let m = n.wrapping_mul(WORDS_PER_LINE).wrapping_add(j);
        push_word(&mut line, draw(m, 20) % (1 + draw(m, 21) % 50_000));
    }
    line
}

/// "w" and the index with the digits 0-9 and a-z.
fn push_word(line: &mut String, index: u32) {
    let mut digits = [0u8; 8];
    let mut at = digits.len();
    let mut rest = index;
    loop {
        at -= 1;
        digits[at] = b"0123456789abcdefghijklmnopqrstuvwxyz"[(rest % 36) as usize];
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    line.push('w');
    line.extend(digits[at..].iter().map(|&digit| char::from(digit)));
}
