//! Texts: numbers into them without a text in between, and the lines of the word count.

use crate::hash::draw;

const WORDS_PER_LINE: u32 = 10;
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// One text with a number in it, built in one piece.
pub fn with_number(before: &[&str], number: u32, after: &str) -> String {
    let length: usize = before.iter().map(|part| part.len()).sum();
    let mut text = String::with_capacity(length + 10 + after.len());
    before.iter().for_each(|part| text.push_str(part));
    push_number(&mut text, number, 10);
    text.push_str(after);
    text
}

/// Builds line `n`: ten words between single blanks.
pub fn make_line(n: u32) -> String {
    let mut line = String::with_capacity(64);
    for j in 0..WORDS_PER_LINE {
        if j > 0 {
            line.push(' ');
        }
        let m = n.wrapping_mul(WORDS_PER_LINE).wrapping_add(j);
        line.push('w');
        push_number(&mut line, draw(m, 20) % (1 + draw(m, 21) % 50_000), 36);
    }
    line
}

fn push_number(text: &mut String, number: u32, radix: u32) {
    let mut digits = ['0'; 32];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = char::from(DIGITS[(rest % radix) as usize]);
        rest /= radix;
        if rest == 0 {
            break;
        }
    }
    text.extend(&digits[at..]);
}
