//! Numbers as lists show them: letters and Roman numerals.

/// `a`, `b`, …, `z`, `aa`, `bb`, as word processors go on.
pub(super) fn letters(number: u32) -> String {
    let at = number.saturating_sub(1);
    let letter = char::from(b'a' + (at % 26) as u8);
    String::from(letter).repeat(((at / 26) as usize + 1).min(8))
}

/// Roman numerals in small letters; beyond what they are used for, the number itself.
pub(super) fn roman(number: u32) -> String {
    const STEPS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if !(1..4000).contains(&number) {
        return number.to_string();
    }
    let (mut left, mut written) = (number, String::new());
    for (value, letters) in STEPS {
        while left >= value {
            written.push_str(letters);
            left -= value;
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_lists_show_them() {
        assert_eq!([1, 26, 27, 53].map(letters), ["a", "z", "aa", "aaa"]);
        assert_eq!([1, 4, 9, 14, 1994, 0].map(roman), ["i", "iv", "ix", "xiv", "mcmxciv", "0"]);
        assert_eq!(letters(u32::MAX).len(), 8);
    }
}
