//! Texts as the service takes them: SSML of one voice and its prosody, no more than it reads at once.

/// The most bytes of escaped text in one request.
const MOST_BYTES: usize = 4096;

/// A text in pieces of escaped text, each cut at the end of a line, else of a word.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let whole = escaped(text);
    let mut rest = whole.as_str();
    let mut pieces = Vec::new();
    while rest.len() > MOST_BYTES {
        let (piece, after) = rest.split_at(cut(rest));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces.iter().map(|piece| piece.trim()).filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
}

/// Where the first piece of a text that is too long ends.
fn cut(text: &str) -> usize {
    let mut most = MOST_BYTES;
    while !text.is_char_boundary(most) {
        most -= 1;
    }
    let window = &text[..most];
    let at = window.rfind('\n').or_else(|| window.rfind(' ')).filter(|at| *at > 0);
    at.unwrap_or_else(|| match window.rfind('&') {
        // Never in the midst of a character that is written as a reference.
        Some(at) if at > 0 && !window[at..].contains(';') => at,
        Some(_) | None => most,
    })
}

/// A text without what XML cannot hold, and with references for its own signs.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// SSML around a piece of escaped text.
pub(super) fn around(piece: &str, voice: &str, speed: f64) -> String {
    let (locale, name) = voice.rsplit_once('-').unwrap_or(("en-US", voice));
    let language = locale.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
    let (locale, name, language) = (escaped(locale), escaped(name), escaped(&language));
    format!(
        "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='{language}'>\
         <voice name='Microsoft Server Speech Text to Speech Voice ({locale}, {name})'>\
         <prosody pitch='+0Hz' rate='{}' volume='+0%'>{piece}</prosody></voice></speak>",
        rate(speed)
    )
}

/// A pace in percent over the voice's own.
fn rate(speed: f64) -> String {
    format!("{:+.0}%", ((speed - 1.0) * 100.0).round() + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_and_paces_are_named_as_the_service_names_them() {
        let rows = [
            ("en-US-EmmaMultilingualNeural", 1.0, "xml:lang='en-US'", "(en-US, EmmaMultilingualNeural)", "'+0%'"),
            ("zh-CN-liaoning-XiaobeiNeural", 1.5, "xml:lang='zh-CN'", "(zh-CN-liaoning, XiaobeiNeural)", "'+50%'"),
            ("a'b-C", 0.25, "xml:lang='a&apos;b'", "(a&apos;b, C)", "'-75%'"),
            ("Emma", 0.999, "xml:lang='en-US'", "(en-US, Emma)", "'+0%'"),
        ];
        for (voice, speed, language, name, rate) in rows {
            let ssml = around("Hello", voice, speed);
            for part in [language, name, &format!("rate={rate}"), ">Hello<"] {
                assert!(ssml.contains(part), "{part} is not in {ssml}");
            }
        }
    }

    #[test]
    fn a_long_text_is_cut_between_words_and_never_within_a_sign() {
        assert_eq!(pieces("a < b & 'c'\u{1}\u{b}d"), ["a &lt; b &amp; &apos;c&apos;  d"]);
        assert!(pieces(" \n ").is_empty());
        for text in ["word ".repeat(3_000), "line of words\n".repeat(900), "&".repeat(5_000), "é".repeat(9_001)] {
            let pieces = pieces(&text);
            assert!(pieces.len() > 2 && pieces.iter().all(|piece| piece.len() <= MOST_BYTES), "{}", &text[..10]);
            let joined: String = pieces.concat();
            let bare = |text: &str| text.replace([' ', '\n'], "");
            assert_eq!(bare(&joined), bare(&escaped(&text)), "nothing is lost");
            assert!(pieces.iter().all(|piece| piece.matches('&').count() == piece.matches(';').count()));
        }
        let lines = pieces(&format!("{}\n{}", "one ".repeat(600), "two ".repeat(600)));
        assert!(lines[0].ends_with("one") && lines[1].starts_with("two"), "at the end of a line where there is one");
    }
}
