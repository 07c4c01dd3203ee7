//! Which pages of a document are wanted: `1-3,7`, counted from 1 as people do.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Ranges of pages, counted from 1, both ends included. No range at all means every page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageSelection {
    ranges: Vec<(usize, Option<usize>)>,
}

/// A text that does not select pages, or selects pages that are not there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SelectionError {
    /// Not of the form `1-3,7`.
    #[error("`{0}` does not select pages; write numbers and ranges counted from 1, for example 1-3,7")]
    Syntax(String),
    /// None of the selected pages exists.
    #[error("the document has {pages} page(s), so there is no page {first}")]
    OutOfRange {
        /// The first selected page.
        first: usize,
        /// How many there are.
        pages: usize,
    },
}

impl PageSelection {
    /// Every page.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The indices, from 0 and ascending, of the selected pages of a document with `pages` pages.
    ///
    /// # Errors
    /// [`SelectionError::OutOfRange`] when a range begins behind the last page.
    pub fn indices(&self, pages: usize) -> Result<Vec<usize>, SelectionError> {
        if self.ranges.is_empty() {
            return Ok((0..pages).collect());
        }
        let mut indices = Vec::new();
        for &(first, last) in &self.ranges {
            if first > pages {
                return Err(SelectionError::OutOfRange { first, pages });
            }
            indices.extend(first - 1..last.unwrap_or(pages).min(pages));
        }
        indices.sort_unstable();
        indices.dedup();
        Ok(indices)
    }
}

impl FromStr for PageSelection {
    type Err = SelectionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || SelectionError::Syntax(text.to_owned());
        let number = |digits: &str| digits.trim().parse::<usize>().ok().filter(|&page| page > 0).ok_or_else(wrong);
        let mut ranges = Vec::new();
        for part in text.split(',') {
            let range = match part.split_once('-') {
                Some((first, last)) if last.trim().is_empty() => (number(first)?, None),
                Some((first, last)) => (number(first)?, Some(number(last)?)),
                None => (number(part)?, Some(number(part)?)),
            };
            if range.1.is_some_and(|last| last < range.0) {
                return Err(wrong());
            }
            ranges.push(range);
        }
        Ok(Self { ranges })
    }
}

impl fmt::Display for PageSelection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self
            .ranges
            .iter()
            .map(|&(first, last)| match last {
                Some(last) if last == first => first.to_string(),
                Some(last) => format!("{first}-{last}"),
                None => format!("{first}-"),
            })
            .collect();
        formatter.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_become_indices() {
        let rows: [(&str, usize, &[usize]); 7] = [
            ("1", 5, &[0]),
            ("1-3,7", 9, &[0, 1, 2, 6]),
            (" 2 - 3 ", 5, &[1, 2]),
            ("4-", 6, &[3, 4, 5]),
            ("3,1,3", 3, &[0, 2]),
            ("2-99", 3, &[1, 2]),
            ("1-18446744073709551615", 2, &[0, 1]),
        ];
        for (text, pages, expected) in rows {
            assert_eq!(text.parse::<PageSelection>().unwrap().indices(pages).unwrap(), expected, "{text}");
        }
        assert_eq!(PageSelection::all().indices(2).unwrap(), [0, 1]);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "0", "3-1", "a", "1,,2", "-3", "1-2-3", "99999999999999999999999"] {
            assert!(text.parse::<PageSelection>().is_err(), "{text}");
        }
    }

    #[test]
    fn pages_behind_the_last_are_refused() {
        let error = "7".parse::<PageSelection>().unwrap().indices(3).unwrap_err();
        assert_eq!(error.to_string(), "the document has 3 page(s), so there is no page 7");
    }
}
