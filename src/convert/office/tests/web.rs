//! Web pages.

use mediary_core::MediaFormat::Html;

use super::{document, page};

#[test]
fn a_page_is_read_as_its_reader_reads_it() {
    let text = "<!doctype html><html><head><title>no</title><style>p{}</style></head><body><h1>Fees  of\n the <em>quay</em></h1>\
        <p>They <a href='https://a.example/'>rose</a>.<script>gone()</script><span hidden>secret</span><span style='display: none'>x</span></p>\
        loose text<br>next line<ul><li>one<ol start=3 type=a><li>inner<li>more</ol><li><p>two</p><p>still two</p></ul>\
        <pre>  a = 1\n    b = 2\n</pre><blockquote>said</blockquote>\
        <table><caption>Berths</caption><thead><tr><th rowspan=2>Berth<th colspan=2>Fee</thead>\
        <tr><td>day<td><a href='https://b.example/'>month</a><tr><td>North<td>1<td>2</table><p>end &amp; out &copy;</p></body></html>";
    let expected = [
        "h1 Fees of the quay",
        "p They rose. [0:5-9 https://a.example/]",
        "p loose text⏎next line",
        "list • one | >c. inner | >d. more | • two",
        "p still two",
        "code   a = 1⏎    b = 2",
        "p said",
        "p Berths",
        "table* Berth, Fee, Fee / Berth, day, month / North, 1, 2 0+0:2x1 0+1:1x2 [5:0-5 https://b.example/]",
        "p end & out ©",
    ];
    assert_eq!(page(Html, text.as_bytes()), expected);
}

#[test]
fn pictures_count_that_are_in_the_page_and_others_are_what_is_said_in_their_place() {
    let text =
        "<p>a <img src='https://far.example/x.png' alt='the quay'> b<img src='data:image/png;base64,iVBO\nRw=='></p>";
    assert_eq!(page(Html, text.as_bytes()), ["p a the quay b", "picture 0"]);
    assert_eq!(document(Html, text.as_bytes()).pictures, [b"\x89PNG"]);
}

#[test]
fn tables_within_tables_are_lines_of_their_entry() {
    let text = "<table><tr><td>left<table><tr><td>x</td><td>y</td></tr></table></td><td>right</td></tr></table>";
    assert_eq!(page(Html, text.as_bytes()), ["table left⏎x y, right"]);
}

#[test]
fn scripts_of_addresses_are_no_links() {
    assert_eq!(page(Html, b"<a href='javascript:alert(1)'>x</a> <a href='#top'>y</a>"), ["p x y"]);
}
