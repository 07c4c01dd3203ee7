//! Characters that show nothing: a reader of a text does not see them, and a model does.

/// Whether a character shows nothing and changes what is shown around it: line and paragraph separators, and those of the
/// general category Cf (marks of direction, joiners, tags).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// The same but for the joiners that letters and emoji are written with.
#[must_use]
pub fn is_hidden_in_text(c: char) -> bool {
    is_invisible(c) && !matches!(c, '\u{ad}' | '\u{200c}'..='\u{200f}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_with_is_not_hidden() {
        for c in ['a', 'ß', '語', ' ', '\n', '\u{200d}', '\u{200c}', '\u{ad}'] {
            assert!(!is_hidden_in_text(c), "{c:?}");
        }
        for c in ['\u{200b}', '\u{2060}', '\u{feff}', '\u{202e}', '\u{e0041}'] {
            assert!(is_hidden_in_text(c) && is_invisible(c), "{c:?}");
        }
    }
}
