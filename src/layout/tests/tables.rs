//! Tables and forms, and what only looks like them.

use super::*;

#[test]
fn tables_have_aligned_columns() {
    let prices = Sheet::new()
        .row(&[(150.0, "Part"), (-900.0, "Qty"), (-1200.0, "Price")])
        .row(&[(150.0, "Linseed soap"), (-900.0, "2"), (-1200.0, "148.00")])
        .row(&[(150.0, "Garden hose"), (-900.0, "12"), (-1200.0, "7.50")])
        .row(&[(150.0, "Copper wire"), (-900.0, "1"), (-1200.0, "18.90")])
        .skip(0.8)
        .row(&[(-900.0, "Total"), (-1200.0, "404.90")]);
    let wrapped = Sheet::new()
        .row(&[(150.0, "1"), (300.0, "Brass lantern with a"), (-1200.0, "148.00")])
        .row(&[(300.0, "handle, restored")])
        .row(&[(150.0, "2"), (300.0, "Chart of the Firth"), (-1200.0, "72.50")])
        .row(&[(150.0, "3"), (300.0, "Packing"), (-1200.0, "18.90")]);
    let rows = [
        (
            "prices",
            prices,
            "| Part | Qty | Price |\n| --- | --- | --- |\n| Linseed soap | 2 | 148.00 |\n| Garden hose | 12 | 7.50 |\n\
             | Copper wire | 1 | 18.90 |\n|  | Total | 404.90 |",
        ),
        (
            "an entry of two lines",
            wrapped,
            "|  |  |  |\n| --- | --- | --- |\n| 1 | Brass lantern with a<br>handle, restored | 148.00 |\n\
             | 2 | Chart of the Firth | 72.50 |\n| 3 | Packing | 18.90 |",
        ),
    ];
    check(&rows, to_markdown);
    let text = Sheet::new()
        .row(&[(150.0, "Oban"), (600.0, "12"), (900.0, "2.40")])
        .row(&[(150.0, "Leith"), (600.0, "7"), (900.0, "3.10")])
        .row(&[(150.0, "Galway"), (600.0, "9"), (900.0, "5.55")]);
    check(&[("text", text, "Oban   12   2.40\nLeith   7   3.10\nGalway   9   5.55")], to_text);
}

#[test]
fn prose_addresses_and_two_rows_are_no_tables() {
    let gaps = Sheet::new()
        .row(&[(150.0, "a line with a wide"), (480.0, "gap in the middle")])
        .row(&[(150.0, "and one"), (330.0, "with it elsewhere, so")])
        .row(&[(150.0, "nothing is aligned here"), (560.0, "at all")]);
    let two = Sheet::new().row(&[(150.0, "Oban"), (600.0, "2.40")]).row(&[(150.0, "Leith"), (600.0, "3.10")]);
    let address = Sheet::new()
        .row(&[(150.0, "Kettlewell Optics"), (-1450.0, "Tel. 946 0898 office")])
        .row(&[(150.0, "66 Surveyor Street"), (-1450.0, "a.zhou@railway.example")])
        .row(&[(150.0, "Utrecht"), (-1450.0, "www.kettlewell.example")]);
    let rows = [
        ("justified prose", gaps, "text: a line with a wide   gap in the middle"),
        ("two rows", two, "text: Oban   2.40"),
        ("a letterhead", address, "text: Kettlewell Optics   Tel. 946 0898 office"),
    ];
    check(&rows, outline);
}

#[test]
fn forms_have_labels_and_values() {
    let form = Sheet::new()
        .row(&[(150.0, "Name:"), (400.0, "Walter Jaxley"), (850.0, "Born:"), (1150.0, "12 May 1961")])
        .row(&[(150.0, "Street:"), (400.0, "14 Tanner Row"), (850.0, "Town: Whitby")])
        .row(&[(150.0, "Boat:"), (400.0, "Kestrel")])
        .row(&[(150.0, "Harbour:")]);
    check(
        &[(
            "form",
            form.clone(),
            "Name: Walter Jaxley\\\nBorn: 12 May 1961\\\nStreet: 14 Tanner Row\\\nTown: Whitby\\\nBoat: Kestrel\\\nHarbour:",
        )],
        to_markdown,
    );
    check(&[("form", form, "key_value: Name:   Walter Jaxley   Born:   12 May 1961")], outline);
}

#[test]
fn an_invoice_has_all_of_it() {
    let sheet = Sheet { y: 300.0, ..Sheet::default() }
        .sized("Tidewater Antiques", 150.0, 220.0, 1.6)
        .lines(&["3 Chandler's Yard, Oban"])
        .skip(1.0)
        .row(&[(150.0, "No."), (300.0, "Description"), (-1000.0, "Qty"), (-1300.0, "Amount")])
        .row(&[(150.0, "1"), (300.0, "Brass lantern"), (-1000.0, "2"), (-1300.0, "296.00")])
        .row(&[(150.0, "2"), (300.0, "Chart of Lorn"), (-1000.0, "1"), (-1300.0, "72.50")])
        .row(&[(150.0, "3"), (300.0, "Lamp oil"), (-1000.0, "3"), (-1300.0, "33.75")])
        .skip(1.0)
        .row(&[(-1000.0, "Total"), (-1300.0, "402.25")])
        .skip(1.0)
        .lines(&["Payable within 30 days of the date above."]);
    let expected = "h2: Tidewater Antiques\ntext: 3 Chandler's Yard, Oban\n\
                    table 5x4: No.   Description   Qty   Amount\ntext: Payable within 30 days of the date above.";
    check(&[("invoice", sheet, expected)], outline);
}
