//! A mail that is to be sent, written as RFC 5322 and RFC 2045 have it. What could become a line of its head that was not
//! meant is refused, not mended. The same letter is always written alike, so that what was shown is what is sent.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::Failure;

/// So many receivers at most.
const MOST_RECEIVERS: usize = 50;
/// Longer subjects are no subjects.
const MOST_SUBJECT_CHARS: usize = 500;
/// Bytes of a text that go into one encoded word, in which no character is cut.
const WORD_BYTES: usize = 39;
/// Characters of base64 on one line.
const LINE: usize = 76;

/// A mail that is to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// Whom it goes to: `ada@a.example`, or `Ada <ada@a.example>`.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// Who gets one unseen.
    pub bcc: Vec<String>,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// The `Message-ID` of the mail that it answers.
    pub in_reply_to: Option<String>,
}

impl Letter {
    /// The letter as it is sent.
    ///
    /// # Errors
    /// Malformed when there is no receiver, or a line of its head cannot be one.
    pub fn written(&self) -> Result<Vec<u8>, Failure> {
        let receivers = self.to.len() + self.cc.len() + self.bcc.len();
        if self.to.is_empty() || receivers > MOST_RECEIVERS {
            let detail = format!("a mail has 1 to {MOST_RECEIVERS} receivers, at least one of them in `to`");
            return Err(Failure::malformed(detail));
        }
        if self.subject.chars().count() > MOST_SUBJECT_CHARS {
            return Err(Failure::malformed(format!("`subject` has at most {MOST_SUBJECT_CHARS} characters")));
        }
        let mut head = String::new();
        for (name, field, all) in [("To", "to", &self.to), ("Cc", "cc", &self.cc), ("Bcc", "bcc", &self.bcc)] {
            if all.is_empty() {
                continue;
            }
            let all = all.iter().map(|one| address(field, one)).collect::<Result<Vec<_>, _>>()?;
            // Writing to a text does not fail.
            let _ = write!(head, "{name}: {}\r\n", all.join(",\r\n "));
        }
        let _ = write!(head, "Subject: {}\r\n", words(on_one_line("subject", &self.subject)?));
        if let Some(id) = &self.in_reply_to {
            let id = on_one_line("in_reply_to", id)?.trim();
            let is_id = id.starts_with('<') && id.ends_with('>') && id.bytes().all(|byte| byte.is_ascii_graphic());
            if !is_id || id.len() > LINE * 4 {
                return Err(Failure::malformed("`in_reply_to` is the Message-ID of a mail: `<…@…>`"));
            }
            let _ = write!(head, "In-Reply-To: {id}\r\nReferences: {id}\r\n");
        }
        head.push_str(
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        );
        let encoded = STANDARD.encode(self.text.replace("\r\n", "\n").replace('\n', "\r\n"));
        for line in encoded.as_bytes().chunks(LINE) {
            head.push_str(&String::from_utf8_lossy(line));
            head.push_str("\r\n");
        }
        Ok(head.into_bytes())
    }
}

fn on_one_line<'a>(field: &str, text: &'a str) -> Result<&'a str, Failure> {
    match text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        true => {
            Err(Failure::malformed(format!("`{field}` holds a line break or another control character; leave it out")))
        }
        false => Ok(text),
    }
}

/// A receiver as it stands in the head.
fn address(field: &str, text: &str) -> Result<String, Failure> {
    let text = on_one_line(field, text)?.trim();
    let wrong = || {
        Failure::malformed(format!(
            "`{field}` holds what is no address; write each as \"ada@a.example\" or \"Ada <ada@a.example>\""
        ))
    };
    let (name, bare) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, bare)) => (name.trim().trim_matches('"').trim(), bare.trim()),
        None => ("", text),
    };
    let (local, domain) = bare.rsplit_once('@').ok_or_else(wrong)?;
    let is_atom = |text: &str, more: &[u8]| {
        !text.is_empty()
            && !text.starts_with('.')
            && !text.ends_with('.')
            && !text.contains("..")
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    if !is_atom(local, b".!#$%&'*+-/=?^_`{|}~")
        || !is_atom(domain, b".-")
        || bare.len() > 254
        || name.contains(['<', '>'])
    {
        return Err(wrong());
    }
    if name.is_empty() {
        return Ok(format!("<{bare}>"));
    }
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    // What is encoded is a name whatever it holds.
    let name = if is_plain && name.len() < WORD_BYTES { name.to_owned() } else { encoded(name) };
    Ok(format!("{name} <{bare}>"))
}

/// A text of the head: as it is where that is safe.
fn words(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !text.contains("=?");
    if is_plain && text.len() < 900 { text.to_owned() } else { encoded(text) }
}

/// A text as encoded words (RFC 2047), each on a line of its own.
fn encoded(text: &str) -> String {
    let (mut all, mut word) = (Vec::new(), String::new());
    for character in text.chars() {
        if word.len() + character.len_utf8() > WORD_BYTES {
            all.push(std::mem::take(&mut word));
        }
        word.push(character);
    }
    all.push(word);
    let all: Vec<String> = all.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect();
    all.join("\r\n ")
}
