//! Tables as GitHub-flavoured Markdown and as HTML.

use super::escape;
use super::markdown::links_of;
use mediary_core::document::{Link, Span, Table};

/// A GFM table with its links. Bars are escaped and line ends become `<br>`; a table without a header gets an
/// empty one, because GFM knows no other.
#[must_use]
pub fn table_to_gfm(table: &Table, links: &[Link]) -> String {
    let columns = table.columns();
    let row = |index: usize, cells: &[String]| {
        let cell = |column: usize| {
            let text = cells.get(column).map_or("", String::as_str);
            escape::gfm_cell(text, links_of(links, index * columns + column))
        };
        format!("| {} |", (0..columns).map(cell).collect::<Vec<String>>().join(" | "))
    };
    if table.rows.is_empty() {
        return String::new();
    }
    let mut lines = Vec::with_capacity(table.rows.len() + 2);
    if !table.has_header {
        lines.push(row(0, &[]));
    }
    lines.extend(table.rows.iter().enumerate().map(|(index, cells)| row(index, cells)));
    lines.insert(1, format!("|{}", " --- |".repeat(columns)));
    lines.join("\n")
}

/// An HTML table with everything but its links escaped; line ends within an entry become `<br>`, and an entry that takes
/// several places is written once.
#[must_use]
pub fn table_to_html(table: &Table, links: &[Link]) -> String {
    let columns = table.columns();
    let places = Places::of(table, columns);
    let row = |index: usize, tag: &str| {
        let cells = &table.rows[index];
        let cell = |column: usize| {
            let Place::Shown { rows, columns: wide } = places.at(index, column) else { return String::new() };
            let text = cells.get(column).map_or("", String::as_str);
            let text = escape::html_linked(text, links_of(links, index * columns + column));
            let span =
                |name: &str, count: usize| if count > 1 { format!(" {name}=\"{count}\"") } else { String::new() };
            format!("<{tag}{}{}>{text}</{tag}>", span("rowspan", rows), span("colspan", wide))
        };
        format!("<tr>{}</tr>\n", (0..columns).map(cell).collect::<String>())
    };
    let mut html = String::from("<table>\n");
    // What stands in the header and reaches below it takes its rows along: no entry crosses from one part to the other.
    let header = if table.has_header { places.rows_reached_from_first().min(table.rows.len()) } else { 0 };
    if header > 0 {
        let rows: String = (0..header).map(|index| row(index, "th")).collect();
        html.push_str(&format!("<thead>\n{rows}</thead>\n"));
    }
    let body: String = (header..table.rows.len()).map(|index| row(index, "td")).collect();
    html.push_str(&format!("<tbody>\n{body}</tbody>\n</table>"));
    html
}

/// What stands in a place of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// An entry that takes so many rows and columns from here on.
    Shown { rows: usize, columns: usize },
    /// A part of an entry that began further up or to the left.
    Covered,
}

/// The places of a table that are not just one entry each, by row and column.
struct Places<'a> {
    spans: Vec<&'a Span>,
    rows: usize,
    columns: usize,
    covered: std::collections::HashSet<(usize, usize)>,
}

impl<'a> Places<'a> {
    /// Of spans that overlap the first counts.
    fn of(table: &'a Table, columns: usize) -> Self {
        let mut places = Self { spans: Vec::new(), rows: table.rows.len(), columns, covered: Default::default() };
        for span in &table.spans {
            let cells: Vec<(usize, usize)> = places.cells(span).collect();
            let is_free = |cell: &(usize, usize)| !places.covered.contains(cell);
            if cells.is_empty() || !cells.iter().all(is_free) {
                continue;
            }
            places.covered.extend(cells);
            places.spans.push(span);
        }
        for span in &places.spans {
            places.covered.remove(&(span.row, span.column));
        }
        places.spans.sort_by_key(|span| (span.row, span.column));
        places
    }

    fn cells(&self, span: &Span) -> impl Iterator<Item = (usize, usize)> + use<> {
        let rows = span.row..span.row.saturating_add(span.rows).min(self.rows);
        let columns = span.column..span.column.saturating_add(span.columns).min(self.columns);
        rows.flat_map(move |row| columns.clone().map(move |column| (row, column)))
    }

    fn at(&self, row: usize, column: usize) -> Place {
        if self.covered.contains(&(row, column)) {
            return Place::Covered;
        }
        match self.spans.binary_search_by_key(&(row, column), |span| (span.row, span.column)) {
            Ok(index) => {
                let span = self.spans[index];
                Place::Shown {
                    rows: span.rows.clamp(1, self.rows - row),
                    columns: span.columns.clamp(1, self.columns - column),
                }
            }
            Err(_) => Place::Shown { rows: 1, columns: 1 },
        }
    }

    fn rows_reached_from_first(&self) -> usize {
        self.spans.iter().filter(|span| span.row == 0).map(|span| span.rows).max().unwrap_or(1).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]], has_header: bool) -> Table {
        Table {
            rows: rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect(),
            has_header,
            ..Table::default()
        }
    }

    #[test]
    fn a_table_becomes_markdown() {
        let named = table(&[&["Item", "Price"], &["a|b", "1.00"], &["two\nlines", "2 * 3"]], true);
        let expected = "| Item | Price |\n| --- | --- |\n| a\\|b | 1.00 |\n| two<br>lines | 2 \\* 3 |";
        assert_eq!(table_to_gfm(&named, &[]), expected);
        assert_eq!(
            table_to_gfm(&table(&[&["a", "b"], &["c"]], false), &[]),
            "|  |  |\n| --- | --- |\n| a | b |\n| c |  |"
        );
        assert_eq!(table_to_gfm(&table(&[], true), &[]), "");
    }

    #[test]
    fn a_table_becomes_html() {
        let named = table(&[&["<i>", "\"b\" & c"], &["x\ny"]], true);
        let expected = "<table>\n<thead>\n<tr><th>&lt;i&gt;</th><th>&quot;b&quot; &amp; c</th></tr>\n</thead>\n\
                        <tbody>\n<tr><td>x<br>y</td><td></td></tr>\n</tbody>\n</table>";
        assert_eq!(table_to_html(&named, &[]), expected);
        assert!(!table_to_html(&table(&[&["a"]], false), &[]).contains("<th>"));
    }

    #[test]
    fn an_entry_of_several_places_is_written_once_in_html() {
        let span = |row, column, rows, columns| Span { row, column, rows, columns };
        let named = Table {
            spans: vec![span(0, 0, 2, 1), span(0, 1, 1, 2), span(2, 0, 9, 9), span(2, 1, 1, 1)],
            ..table(&[&["a", "b", "b"], &["a", "c", "d"], &["e", "e", "e"]], true)
        };
        let expected = "<table>\n<thead>\n<tr><th rowspan=\"2\">a</th><th colspan=\"2\">b</th></tr>\n\
                        <tr><th>c</th><th>d</th></tr>\n</thead>\n<tbody>\n<tr><td colspan=\"3\">e</td></tr>\n\
                        </tbody>\n</table>";
        assert_eq!(table_to_html(&named, &[]), expected);
        assert!(table_to_gfm(&named, &[]).starts_with("| a | b | b |\n| --- | --- | --- |\n| a | c | d |"));
    }
}
