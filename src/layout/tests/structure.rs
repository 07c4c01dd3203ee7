//! What the rows are: headers, headings, paragraphs and lists.

use super::*;

const PROSE: [&str; 4] = [
    "The ferry left at dawn, an hour late and half empty",
    "and from the rail one could see the town shrink all",
    "the way into a row of white teeth, then into a long",
    "line, then into nothing at all.",
];

fn prose() -> Sheet {
    Sheet::new().lines(&PROSE)
}

#[test]
fn space_indent_size_and_sentence_ends_make_paragraphs() {
    let text = PROSE.join("\n");
    let indented = prose().row(&[(185.0, "A second paragraph begins with some indent, and")]).lines(&PROSE[1..]);
    let ended = prose().lines(&PROSE);
    let rows = [
        ("space", prose().skip(0.8).lines(&PROSE), format!("{text}\n\n{text}")),
        (
            "indent",
            indented,
            format!("{text}\n\nA second paragraph begins with some indent, and\n{}", PROSE[1..].join("\n")),
        ),
        ("the end of a sentence in the middle of a line", ended, format!("{text}\n\n{text}")),
        (
            "wide leading",
            Sheet::new()
                .lines(&["one"])
                .skip(0.9)
                .lines(&["two"])
                .skip(0.9)
                .lines(&["three"])
                .skip(0.9)
                .lines(&["four"]),
            "one\ntwo\nthree\nfour".to_owned(),
        ),
        ("a steady pitch", Sheet::new().lines(&["one", "two", "three", "four"]), "one\ntwo\nthree\nfour".to_owned()),
    ];
    for (name, sheet, expected) in rows {
        check(&[(name, sheet, &expected)], to_text);
    }
}

#[test]
fn hyphens_at_line_ends_are_joined_in_markdown_but_not_in_the_text() {
    let sheet = Sheet::new().lines(&["it was an exam-", "ple of Baden-", "Württemberg, of", "pre- and post-war"]);
    check(&[("text", sheet.clone(), "it was an exam-\nple of Baden-\nWürttemberg, of\npre- and post-war")], to_text);
    let flowed = "it was an example of Baden-Württemberg, of pre- and post-war";
    check(&[("flowed", sheet, flowed)], |blocks| to_one_line(&blocks[0]));
}

#[test]
fn headings_are_larger_than_the_text_or_numbered() {
    let with = |size: f32, text: &str| prose().sized(text, 150.0, 200.0, size);
    let number = prose().skip(1.0).lines(&["2.1 Scope of the voyage"]).skip(1.0).lines(&PROSE);
    let rows = [
        (
            "2 times",
            with(2.0, "On Ferries"),
            "h1: On Ferries\ntext: The ferry left at dawn, an hour late and half empty",
        ),
        (
            "1.6 times",
            with(1.6, "On Ferries"),
            "h2: On Ferries\ntext: The ferry left at dawn, an hour late and half empty",
        ),
        (
            "1.3 times",
            with(1.3, "On Ferries"),
            "h3: On Ferries\ntext: The ferry left at dawn, an hour late and half empty",
        ),
        (
            "1.1 times",
            with(1.1, "On Ferries"),
            "text: On Ferries\ntext: The ferry left at dawn, an hour late and half empty",
        ),
        (
            "a sum in large type",
            with(2.0, "6,856.17"),
            "text: 6,856.17\ntext: The ferry left at dawn, an hour late and half empty",
        ),
        (
            "numbered",
            number,
            "text: The ferry left at dawn, an hour late and half empty\nh2: 2.1 Scope of the voyage\n\
             text: The ferry left at dawn, an hour late and half empty",
        ),
        ("a sign", Sheet::new().sized("EXIT", 150.0, 300.0, 5.0), "text: EXIT"),
    ];
    check(&rows, outline);
    check(
        &[(
            "markdown",
            Sheet::new().sized("Tides", 150.0, 200.0, 2.0).lines(&["The sea", "rises."]),
            "# Tides\n\nThe sea rises.",
        )],
        to_markdown,
    );
}

#[test]
fn headers_and_footers_stand_alone_at_the_edges() {
    let body = || prose().skip(1.0).lines(&PROSE);
    let both = body().at("Journal of Tides", 150.0, 60.0).at("Vol. 7", 1300.0, 60.0).at("- 12 -", 750.0, 2110.0);
    let low = body().at("Yours sincerely", 150.0, 2000.0);
    let middle = "text: The ferry left at dawn, an hour late and half empty";
    let rows = [
        ("both", both, format!("header: Journal of Tides   Vol. 7\n{middle}\n{middle}\nfooter: - 12 -")),
        ("too far from the edge", low, format!("{middle}\n{middle}\ntext: Yours sincerely")),
        (
            "a page of three lines",
            Sheet::new().at("one", 150.0, 60.0).at("two", 150.0, 1000.0),
            "text: one\ntext: two".to_owned(),
        ),
    ];
    for (name, sheet, expected) in rows {
        check(&[(name, sheet, &expected)], outline);
    }
}

#[test]
fn lists_have_items_that_may_be_nested_and_run_over_lines() {
    let nested = Sheet::new()
        .row(&[(150.0, "• milk and whatever else is")])
        .row(&[(180.0, "white in the shop")])
        .row(&[(210.0, "◦ from cows")])
        .row(&[(210.0, "◦ from oats")])
        .row(&[(150.0, "• bread")]);
    let numbered = Sheet::new().lines(&["9. nine", "10. ten", "11. eleven"]);
    let letters = Sheet::new().lines(&["(a) alpha", "(b) beta", "(c) gamma"]);
    let loose = Sheet::new().lines(&["- one"]).skip(0.8).lines(&["- two"]).skip(0.8).lines(&["- three"]);
    let rows = [
        ("nested", nested, "- milk and whatever else is white in the shop\n    - from cows\n    - from oats\n- bread"),
        ("numbers", numbered, "9. nine\n10. ten\n11. eleven"),
        ("letters", letters, "- (a) alpha\n- (b) beta\n- (c) gamma"),
        ("space between", loose, "- one\n- two\n- three"),
        ("one dash is no list", Sheet::new().lines(&["- 12 degrees", "at night"]), "\\- 12 degrees at night"),
        ("numbers out of order", Sheet::new().lines(&["3. March", "8. April"]), "3\\. March\\\n8\\. April"),
    ];
    check(&rows, to_markdown);
    check(&[("text", Sheet::new().lines(&["before", "• a", "• b"]), "before\n\n• a\n• b")], to_text);
}
