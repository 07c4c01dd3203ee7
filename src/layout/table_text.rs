//! Tables as GitHub-flavoured Markdown and as HTML.

use super::escape;
use mediary_core::document::Table;

/// A GFM table. Bars are escaped and line ends become `<br>`; a table without a header gets an
/// empty one, because GFM knows no other.
#[must_use]
pub fn table_to_gfm(table: &Table) -> String {
    let columns = table.columns();
    let row = |cells: &[String]| {
        let cells = (0..columns).map(|column| cells.get(column).map_or(String::new(), |cell| escape::gfm_cell(cell)));
        format!("| {} |", cells.collect::<Vec<String>>().join(" | "))
    };
    let (header, body) = match table.rows.split_first() {
        None => return String::new(),
        Some((header, body)) if table.has_header => (header.as_slice(), body),
        Some(_) => (&[][..], table.rows.as_slice()),
    };
    let mut lines = vec![row(header), format!("|{}", " --- |".repeat(columns))];
    lines.extend(body.iter().map(|cells| row(cells)));
    lines.join("\n")
}

/// An HTML table with everything escaped; line ends within an entry become `<br>`.
#[must_use]
pub fn table_to_html(table: &Table) -> String {
    let columns = table.columns();
    let row = |cells: &[String], tag: &str| {
        let cell = |column| {
            let text = cells.get(column).map_or(String::new(), |cell: &String| escape::html(cell));
            format!("<{tag}>{text}</{tag}>")
        };
        format!("<tr>{}</tr>\n", (0..columns).map(cell).collect::<String>())
    };
    let (header, body) = table.rows.split_at(usize::from(table.has_header).min(table.rows.len()));
    let mut html = String::from("<table>\n");
    if let [header] = header {
        html.push_str(&format!("<thead>\n{}</thead>\n", row(header, "th")));
    }
    let body: String = body.iter().map(|cells| row(cells, "td")).collect();
    html.push_str(&format!("<tbody>\n{body}</tbody>\n</table>"));
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]], has_header: bool) -> Table {
        Table { rows: rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect(), has_header }
    }

    #[test]
    fn a_table_becomes_markdown() {
        let named = table(&[&["Item", "Price"], &["a|b", "1.00"], &["two\nlines", "2 * 3"]], true);
        let expected = "| Item | Price |\n| --- | --- |\n| a\\|b | 1.00 |\n| two<br>lines | 2 \\* 3 |";
        assert_eq!(table_to_gfm(&named), expected);
        assert_eq!(table_to_gfm(&table(&[&["a", "b"], &["c"]], false)), "|  |  |\n| --- | --- |\n| a | b |\n| c |  |");
        assert_eq!(table_to_gfm(&table(&[], true)), "");
    }

    #[test]
    fn a_table_becomes_html() {
        let named = table(&[&["<i>", "\"b\" & c"], &["x\ny"]], true);
        let expected = "<table>\n<thead>\n<tr><th>&lt;i&gt;</th><th>&quot;b&quot; &amp; c</th></tr>\n</thead>\n\
                        <tbody>\n<tr><td>x<br>y</td><td></td></tr>\n</tbody>\n</table>";
        assert_eq!(table_to_html(&named), expected);
        assert!(!table_to_html(&table(&[&["a"]], false)).contains("<th>"));
    }
}
