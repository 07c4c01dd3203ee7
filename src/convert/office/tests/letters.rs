//! Letters: mail as it travels and as Outlook keeps it.

use std::io::{Cursor, Write};

use mediary_core::MediaFormat::{Eml, Msg};

use super::{document, page};

#[test]
fn a_letter_has_its_head_its_text_and_its_files() {
    let text = "From: Ivar <ivar@harbour.example>\r\nTo: a@b.example, \"C, D\" <c@d.example>\r\nSubject: =?utf-8?q?Geb=C3=BChren?=\r\n\
        Date: Mon, 4 May 2026 09:00:00 +0200\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
        --x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/plain\r\n\r\nplain\r\n\
        --y\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>The <b>fees</b><img src=\"cid:pic\"></p><ul><li>one</ul>\r\n--y--\r\n\
        --x\r\nContent-Type: image/png\r\nContent-ID: <pic>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n\
        --x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"../fees.csv\"\r\n\r\na,b\r\n1,2\r\n\
        --x\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: inner\r\n\r\nwithin\r\n--x--\r\n";
    let expected = [
        "h1 Gebühren",
        "pairs From=Ivar <ivar@harbour.example> | To=a@b.example, C, D <c@d.example> | Date=2026-05-04T09:00:00+02:00",
        "p The fees",
        "picture 0",
        "list • one",
    ];
    assert_eq!(page(Eml, text.as_bytes()), expected);
    let found = document(Eml, text.as_bytes());
    assert_eq!(found.pictures, [b"\x89PNG"]);
    let files: Vec<(&str, String)> = found
        .attachments
        .iter()
        .map(|file| (file.name.as_str(), String::from_utf8_lossy(&file.bytes).into_owned()))
        .collect();
    assert_eq!(files[0], ("fees.csv", "a,b\r\n1,2".to_owned()));
    assert_eq!(files[1].0, "inner.eml");
    assert!(files[1].1.contains("within"), "{files:?}");
}

#[test]
fn a_file_that_is_called_text_and_is_none_keeps_its_bytes() {
    let labels = ["Content-Disposition: attachment; filename=a.bin", "Content-Type: text/plain; name=a.bin"];
    for label in labels {
        let text = format!(
            "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhi\r\n\
             --x\r\n{label}\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORwAB/w==\r\n--x--\r\n"
        );
        let found = document(Eml, text.as_bytes());
        assert_eq!(found.attachments.len(), 1, "{label}");
        assert_eq!(found.attachments[0].bytes, b"\x89PNG\0\x01\xff", "{label}");
    }
}

#[test]
fn a_plain_letter_has_paragraphs() {
    let text = b"From: a@b.example\r\nSubject: hi\r\n\r\nDear all,\r\n\r\nthe quay\r\nis closed.\r\n";
    assert_eq!(page(Eml, text), ["h1 hi", "pairs From=a@b.example", "p Dear all,", "p the quay⏎is closed."]);
}

/// A letter of Outlook's with these streams.
fn msg(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, bytes) in streams {
        if let Some((storage, _)) = path.trim_start_matches('/').rsplit_once('/') {
            file.create_storage_all(format!("/{storage}")).unwrap();
        }
        file.create_stream(path).unwrap().write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_letter_of_outlook_is_read_like_any_other() {
    let bytes = msg(&[
        ("/__substg1.0_0037001F", &wide("Gebühren")),
        ("/__substg1.0_0C1A001F", &wide("Ivar")),
        ("/__substg1.0_5D01001F", &wide("ivar@harbour.example")),
        ("/__substg1.0_0E04001F", &wide("All")),
        ("/__substg1.0_1000001F", &wide("plain")),
        ("/__substg1.0_10130102", b"<p>The fees</p>"),
        ("/__attach_version1.0_#00000000/__substg1.0_37010102", b"a,b\n1,2\n"),
        ("/__attach_version1.0_#00000000/__substg1.0_3707001F", &wide("fees.csv")),
        ("/__attach_version1.0_#00000001/__substg1.0_3001001F", &wide("inner")),
        ("/__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_0037001F", &wide("within")),
    ]);
    let expected = ["h1 Gebühren", "pairs From=Ivar <ivar@harbour.example> | To=All", "p The fees"];
    assert_eq!(page(Msg, &bytes), expected);
    let found = document(Msg, &bytes);
    let names: Vec<&str> = found.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["fees.csv", "inner.msg"]);
    assert_eq!(page(Msg, &found.attachments[1].bytes), ["h1 within"]);
}
