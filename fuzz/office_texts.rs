//! Formats of an office that are text: web pages, rich text, letters, tables. Whatever they say, they are read or refused, and
//! read the same way twice.
//!
//! An input is a byte that chooses the format, then the file.

#![no_main]

mod seeds;

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use mediary_convert::office::{OfficeLimits, read};
use mediary_core::MediaFormat;

const FORMATS: [MediaFormat; 5] =
    [MediaFormat::Html, MediaFormat::Rtf, MediaFormat::Eml, MediaFormat::Csv, MediaFormat::Tsv];

fuzz_target!(init: seeds::write("office_texts", text_seeds()), |input: &[u8]| {
    let Some((choice, text)) = input.split_first() else { return };
    let format = FORMATS[usize::from(*choice) % FORMATS.len()];
    let once = || read(format, Box::new(Cursor::new(text.to_vec())), OfficeLimits::default());
    assert_eq!(once(), once());
});

fn text_seeds() -> Vec<Vec<u8>> {
    let texts: [&[u8]; 5] = [
        b"<h1>a</h1><ol start=3 type=i><li>b<ul><li>c</ol><table><tr><th colspan=2>d<tr><td>e<td><a href='https://a.example'>f</table><pre> g\n</pre>",
        b"{\\rtf1\\ansicpg1251{\\fonttbl{\\f1\\fcharset204 A;}}{\\stylesheet{\\s1 heading 1;}}\\pard\\s1\\u-10179?\\u-8704? \\'e4{\\footnote b}\\par\\trowd\\intbl c\\cell\\row\
          {\\field{\\*\\fldinst HYPERLINK \"https://a.example\"}{\\fldrslt d}}{\\pict\\pngblip 8950}}",
        b"From: a@b.example\r\nSubject: =?utf-8?q?=C3=A4?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
          Content-Type: text/html\r\n\r\n<p>a\r\n--x\r\nContent-Disposition: attachment; filename=b\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n--x--",
        b"a;b\n\"c;\"\"d\";1,5\n",
        b"a\tb\n1\t2\n",
    ];
    (0_u8..).zip(texts).map(|(choice, text)| [&[choice], text].concat()).collect()
}
