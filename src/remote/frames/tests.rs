//! Streams cut into frames, however the network splits them.

use bytes::Bytes;

use super::lines::Lines;
use super::sse::Events;
use super::whole::Whole;
use super::{Cut, Cutter, TooLong};

fn cut(mut cutter: Cutter, pieces: &[&[u8]]) -> Result<Vec<Cut>, TooLong> {
    let mut cuts = Vec::new();
    for piece in pieces {
        cutter.push(Bytes::copy_from_slice(piece));
        while let Some(cut) = cutter.next()? {
            cuts.push(cut);
        }
    }
    cutter.finish();
    while let Some(cut) = cutter.next()? {
        cuts.push(cut);
    }
    Ok(cuts)
}

fn shown(cuts: &[Cut]) -> Vec<String> {
    let show = |cut: &Cut| {
        let event = cut.event.as_ref().map_or(String::new(), |event| format!("{event}="));
        format!("{event}{}", String::from_utf8_lossy(&cut.data))
    };
    cuts.iter().map(show).collect()
}

fn events() -> Cutter {
    Cutter::Events(Events::new(64))
}

fn lines() -> Cutter {
    Cutter::Lines(Lines::new(64))
}

#[test]
fn server_sent_events_are_cut_as_the_standard_has_it() {
    let rows: [(&str, &[&str]); 22] = [
        ("data: a\n\ndata: b\n\n", &["a", "b"]),
        ("data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]),
        ("data: a\r\rdata: b\r\r", &["a", "b"]),
        ("data: a\r\n\ndata: b\n\r\n", &["a", "b"]),
        ("\u{feff}data: a\n\n", &["a"]),
        ("\u{feff}\u{feff}data: a\n\n", &[]),
        (": comment\n\ndata: a\n\n", &["a"]),
        ("data: a\n: comment\ndata: b\n\n", &["a\nb"]),
        ("data:a\n\n", &["a"]),
        ("data:  a\n\n", &[" a"]),
        ("data: a\ndata: b\ndata: c\n\n", &["a\nb\nc"]),
        ("data: a\ndata:\ndata: c\n\n", &["a\n\nc"]),
        ("data\n\n", &[]),
        ("data:\n\n", &[]),
        ("event: ping\ndata: a\n\ndata: b\n\n", &["ping=a", "b"]),
        ("event: ping\n\ndata: b\n\n", &["b"]),
        ("id: 7\nretry: 10\ndata: a\n\n", &["a"]),
        ("data: {\"a\":\"b: c\"}\n\n", &["{\"a\":\"b: c\"}"]),
        ("dato: a\n\n", &[]),
        ("data: a\n\ndata: [DONE]", &["a", "[DONE]"]),
        ("data: a\n\ndata: b\n", &["a", "b"]),
        ("", &[]),
    ];
    for (stream, expected) in rows {
        assert_eq!(shown(&cut(events(), &[stream.as_bytes()]).unwrap()), expected, "{stream:?}");
    }
}

#[test]
fn lines_are_cut_at_line_ends() {
    let rows: [(&str, &[&str]); 5] = [
        ("{\"a\":1}\n{\"b\":2}\n", &["{\"a\":1}", "{\"b\":2}"]),
        ("{}\r\n\r\n  {} \n", &["{}", "{}"]),
        ("{}\n{}", &["{}", "{}"]),
        ("\n\n \n", &[]),
        ("", &[]),
    ];
    for (stream, expected) in rows {
        assert_eq!(shown(&cut(lines(), &[stream.as_bytes()]).unwrap()), expected, "{stream:?}");
    }
}

#[test]
fn it_does_not_matter_where_the_network_splits() {
    type Row = (&'static str, fn() -> Cutter);
    let rows: [Row; 3] = [
        ("\u{feff}: ping\r\n\r\nevent: e\r\ndata: ä\r\ndata: b\r\rdata: c\n\n\r\ndata: [DONE]\r\n\r\n", events),
        ("{\"a\":\"ä\"}\r\n\n{}\n{}", lines),
        ("{\"whole\": 1}", || Cutter::Whole(Whole::new(64, Some(3)))),
    ];
    for (stream, cutter) in rows {
        let stream = stream.as_bytes();
        let expected = cut(cutter(), &[stream]).unwrap();
        assert!(!expected.is_empty());
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
                assert_eq!(cut(cutter(), &pieces).unwrap(), expected, "split at {first} and {second}");
            }
        }
        let letters: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(cut(cutter(), &letters).unwrap(), expected, "split everywhere");
    }
}

#[test]
fn an_event_comes_out_as_soon_as_its_empty_line_is_here() {
    for (end, expected) in [("\n", None), ("\n\n", Some("a")), ("\r\r", Some("a")), ("\r\n\r", Some("a"))] {
        let mut cutter = events();
        cutter.push(Bytes::from(format!("data: a{end}")));
        let cut = cutter.next().unwrap();
        assert_eq!(cut.map(|cut| cut.data), expected.map(Bytes::from), "{end:?}");
    }
}

#[test]
fn frames_without_end_are_given_up() {
    let long = "x".repeat(65);
    let many = "data: xxxxxxxx\n".repeat(8);
    let rows: [(Cutter, &str); 5] = [
        (events(), &long),
        (events(), &format!("data: {long}\n")),
        (events(), &many),
        (lines(), &long),
        (Cutter::Whole(Whole::new(64, None)), &long),
    ];
    for (cutter, stream) in rows {
        let pieces: Vec<&[u8]> = stream.as_bytes().chunks(7).collect();
        assert_eq!(cut(cutter, &pieces), Err(TooLong { limit_bytes: 64 }), "{stream}");
    }
    // Many short ones are no long one.
    assert_eq!(cut(events(), &["data: a\n\n".repeat(100).as_bytes()]).unwrap().len(), 100);
    assert_eq!(cut(lines(), &["{}\n".repeat(100).as_bytes()]).unwrap().len(), 100);
}
