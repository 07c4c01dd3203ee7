//! The head of a table parted from the row below it, where the line between the two was not seen.
//!
//! A row in which every entry has as many lines as the others, and in some columns a name with a number below, is
//! a head with what it heads: words that wrap do not wrap alike, and numbers are no second lines of names.

use super::script;
use mediary_core::document::Span;

/// Fewer entries may well wrap alike.
const FEWEST_ENTRIES: usize = 3;
/// One column in so many has numbers.
const NUMERIC_DIVISOR: usize = 3;

/// Parts such rows, and gives back the spans in their new places.
pub(super) fn parted(rows: Vec<Vec<String>>, spans: Vec<Span>) -> (Vec<Vec<String>>, Vec<Span>) {
    let mut parted: Vec<Vec<String>> = Vec::with_capacity(rows.len());
    let mut starts = Vec::with_capacity(rows.len() + 1);
    for (number, row) in rows.into_iter().enumerate() {
        starts.push(parted.len());
        let is_spanned = spans.iter().any(|span| (span.row..span.row + span.rows).contains(&number));
        match height(&row).filter(|_| !is_spanned) {
            Some(height) => parted.extend((0..height).map(|line| {
                let entry = |entry: &String| entry.lines().nth(line).unwrap_or_default().to_owned();
                row.iter().map(entry).collect::<Vec<String>>()
            })),
            None => parted.push(row),
        }
    }
    starts.push(parted.len());
    let moved = |span: Span| Span { row: starts[span.row], ..span };
    (parted, spans.into_iter().map(moved).collect())
}

/// How many rows a row is; `None` if it is one.
fn height(row: &[String]) -> Option<usize> {
    let entries = || row.iter().filter(|entry| !entry.is_empty());
    let height = entries().next()?.lines().count();
    let is_headed = |entry: &&String| {
        let mut lines = entry.lines();
        lines.next().is_some_and(|name| script::digits_and_letters(name).0 == 0) && lines.all(script::is_numeric)
    };
    let numeric = entries().filter(is_headed).count();
    let is_stacked = height > 1
        && entries().count() >= FEWEST_ENTRIES
        && entries().all(|entry| entry.lines().count() == height)
        && NUMERIC_DIVISOR * numeric >= entries().count();
    is_stacked.then_some(height)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(row: &[&str], expected: &[&[&str]]) {
        let row = row.iter().map(ToString::to_string).collect();
        let (rows, _) = parted(vec![row], Vec::new());
        assert_eq!(rows, expected);
    }

    #[test]
    fn heads_are_parted_from_numbers_and_words_that_wrap_are_not() {
        check(&["No.\n1", "Article\nlamp", "Price\n4.50"], &[&["No.", "Article", "Price"], &["1", "lamp", "4.50"]]);
        let paired: &[&str] = &["Maps\nTools", "4\n5", "6\n7"];
        check(paired, &[paired]);
        let wrapped: &[&str] = &["Inner\nlayers", "Outer\nlayers", "Time\nof day"];
        check(wrapped, &[wrapped]);
        let uneven: &[&str] = &["Maps\nand charts", "4", "6"];
        check(uneven, &[uneven]);
        let two: &[&str] = &["Maps\nTools", "4\n5"];
        check(two, &[two]);
    }

    #[test]
    fn spans_below_move_down() {
        let text = |row: [&str; 3]| row.map(str::to_owned).to_vec();
        let rows = vec![text(["a\nb", "c\n2", "d\n4"]), text(["e", "e", "5"])];
        let (rows, spans) = parted(rows, vec![Span { row: 1, column: 0, rows: 1, columns: 2 }]);
        assert_eq!((rows.len(), spans[0].row), (3, 2));
    }
}
