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

/// The same but for what is written with: joiners of letters, emoji and hieroglyphs, and signs around numbers and verses, which
/// are seen.
#[must_use]
pub fn is_hidden_in_text(c: char) -> bool {
    let is_written_with = matches!(
        c,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{200c}'..='\u{200f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
    );
    is_invisible(c) && !is_written_with
}

/// A text without what is hidden in it; `None`: nothing is.
#[must_use]
pub fn without_hidden(text: &str) -> Option<String> {
    text.contains(is_hidden_in_text).then(|| text.chars().filter(|c| !is_hidden_in_text(*c)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_with_is_not_hidden() {
        for c in ['a', 'ß', '語', ' ', '\n', '\u{200d}', '\u{200c}', '\u{ad}', '\u{6dd}'] {
            assert!(!is_hidden_in_text(c), "{c:?}");
        }
        for c in ['\u{200b}', '\u{2060}', '\u{feff}', '\u{202e}', '\u{e0041}'] {
            assert!(is_hidden_in_text(c) && is_invisible(c), "{c:?}");
        }
        assert_eq!(without_hidden("a\u{200b}b\u{e0041}").as_deref(), Some("ab"));
        assert_eq!(without_hidden("a\u{200d}b"), None);
    }
}
