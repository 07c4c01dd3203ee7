//! A small PDF writer: as much of PDF as the tests need, and whatever is wrong with it on purpose.
//!
//! Text is Helvetica of the base 14, so nothing is embedded. Encryption is the oldest of the standard handler's.

use md5::{Digest, Md5};

/// A document that grows object by object. The first three are the catalog, the page tree and the font.
#[derive(Debug, Clone)]
pub(crate) struct Pdf {
    objects: Vec<Object>,
    pages: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Object {
    text: String,
    stream: Option<Vec<u8>>,
}

const CATALOG: usize = 1;
const PAGES: usize = 2;

impl Pdf {
    pub(crate) fn new() -> Self {
        let plain = |text: &str| Object { text: text.to_owned(), stream: None };
        let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
        let catalog = "<< /Type /Catalog /Pages 2 0 R >>";
        Self { objects: vec![plain(catalog), plain(""), plain(font)], pages: Vec::new() }
    }

    /// A document with a page of text for each of `texts`.
    pub(crate) fn of_texts(texts: &[&str]) -> Self {
        let mut pdf = Self::new();
        for text in texts {
            pdf.page("", &lines_of(text));
        }
        pdf
    }

    /// Adds an object and says its number.
    pub(crate) fn object(&mut self, text: impl Into<String>) -> usize {
        self.objects.push(Object { text: text.into(), stream: None });
        self.objects.len()
    }

    /// Adds a stream with these entries in its dictionary, and says its number.
    pub(crate) fn stream(&mut self, entries: &str, data: impl Into<Vec<u8>>) -> usize {
        let data = data.into();
        let text = format!("<< {entries} /Length {} >>", data.len());
        self.objects.push(Object { text, stream: Some(data) });
        self.objects.len()
    }

    /// Adds a page of A4, or as its entries say, and says its number.
    pub(crate) fn page(&mut self, entries: &str, content: &str) -> usize {
        let content = self.stream("", content);
        self.page_of(entries, content)
    }

    /// Adds a page whose content is a stream that was added before.
    pub(crate) fn page_of(&mut self, entries: &str, content: usize) -> usize {
        let page = self.object(format!("<< /Type /Page /Parent {PAGES} 0 R {entries} /Contents {content} 0 R >>"));
        self.pages.push(page);
        page
    }

    /// Adds a page that shows nothing but a picture, which gets a point per pixel.
    pub(crate) fn picture_page(&mut self, image: usize, (width, height): (u32, u32)) -> usize {
        let entries = format!("/MediaBox [0 0 {width} {height}] /Resources << /XObject << /I {image} 0 R >> >>");
        self.page(&entries, &format!("q {width} 0 0 {height} 0 0 cm /I Do Q"))
    }

    /// Replaces an object.
    pub(crate) fn replace(&mut self, number: usize, text: impl Into<String>) {
        self.objects[number - 1] = Object { text: text.into(), stream: None };
    }

    /// Replaces the page tree.
    pub(crate) fn replace_pages(mut self, text: &str) -> Self {
        self.replace(PAGES, text);
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.written("", |_, stream| stream.to_vec())
    }

    /// The document encrypted with RC4 and a key of 40 bits, to be opened with this password.
    pub(crate) fn encrypted(&self, password: &str) -> Vec<u8> {
        const ID: &[u8; 16] = b"sixteen bytes id";
        const PERMISSIONS: i32 = -4;
        let padded = |password: &str| [password.as_bytes(), PADDING].concat()[..32].to_vec();
        let owner = rc4(&Md5::digest(padded("the owner"))[..5], &padded(password));
        let secret = [&padded(password)[..], &owner, &PERMISSIONS.to_le_bytes(), ID].concat();
        let key = Md5::digest(secret)[..5].to_vec();
        let user = rc4(&key, PADDING);
        let entries = format!(
            "/ID [<{id}> <{id}>] /Encrypt << /Filter /Standard /V 1 /R 2 /O <{}> /U <{}> /P {PERMISSIONS} >>",
            hex(&owner),
            hex(&user),
            id = hex(ID),
        );
        self.written(&entries, |number, stream| {
            let number = u32::try_from(number).expect("a few objects").to_le_bytes();
            let of_object = Md5::digest([&key[..], &number[..3], &[0, 0]].concat());
            rc4(&of_object[..10], stream)
        })
    }

    fn written(&self, trailer: &str, passed: impl Fn(usize, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let kids: Vec<String> = self.pages.iter().map(|page| format!("{page} 0 R")).collect();
        let tree = format!(
            "<< /Type /Pages /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Count {} /Kids [{}] >>",
            kids.len(),
            kids.join(" ")
        );
        let mut bytes = b"%PDF-1.7\n".to_vec();
        let mut places = Vec::new();
        for (number, object) in (1..).zip(&self.objects) {
            places.push(bytes.len());
            let text = if number == PAGES && object.text.is_empty() { &tree } else { &object.text };
            bytes.extend(format!("{number} 0 obj\n{text}\n").into_bytes());
            if let Some(stream) = &object.stream {
                bytes.extend([b"stream\n", &passed(number, stream)[..], b"\nendstream\n"].concat());
            }
            bytes.extend(b"endobj\n");
        }
        let start = bytes.len();
        let size = self.objects.len() + 1;
        bytes.extend(format!("xref\n0 {size}\n0000000000 65535 f \n").into_bytes());
        for place in places {
            bytes.extend(format!("{place:010} 00000 n \n").into_bytes());
        }
        let end = format!("trailer\n<< /Size {size} /Root {CATALOG} 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n");
        bytes.extend(end.into_bytes());
        bytes
    }
}

/// The operators that show a text from its lower left corner on, in points.
pub(crate) fn text_at(x: u32, y: u32, size: u32, text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
    format!("BT /F {size} Tf {x} {y} Td ({escaped}) Tj ET\n")
}

fn lines_of(text: &str) -> String {
    (0..).zip(text.lines()).map(|(number, line)| text_at(60, 770 - 20 * number, 12, line)).collect()
}

/// What fills up short passwords (ISO 32000-1, algorithm 2).
const PADDING: &[u8; 32] = b"\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\
    \x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A";

fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut j = 0_u8;
    for i in 0..256 {
        j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
        state.swap(i, j.into());
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    let mut next = || {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(i.into(), j.into());
        state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))]
    };
    data.iter().map(|byte| byte ^ next()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
