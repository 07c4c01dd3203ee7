//! Writes well-formed XML 1.0: elements closed as they were opened, text escaped, one element a line.
//!
//! Characters that XML cannot hold in any form are dropped. Knows no vocabulary; `hocr` and `alto`
//! bring their own.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// Names and values, in the order they are written.
pub(in crate::protocol::process) type Attributes = Vec<(&'static str, String)>;

/// An XML document being written.
pub(in crate::protocol::process) struct Xml {
    writer: Writer<Vec<u8>>,
    depth: usize,
    flow: Flow,
}

/// Whether white space may be put between elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Lines,
    Running,
}

impl Xml {
    /// A document of which nothing but the XML declaration is written.
    pub(in crate::protocol::process) fn new() -> Self {
        let mut xml = Self { writer: Writer::new(Vec::new()), depth: 0, flow: Flow::Lines };
        xml.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    /// A document type without a definition to fetch.
    pub(in crate::protocol::process) fn doctype(&mut self, root: &str) {
        self.break_line();
        self.write(Event::DocType(BytesText::new(root)));
    }

    /// An element whose children stand on lines of their own.
    pub(in crate::protocol::process) fn element(
        &mut self,
        name: &'static str,
        attributes: Attributes,
        children: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        self.depth += 1;
        children(self);
        self.depth -= 1;
        self.break_line();
        self.write(Event::End(BytesEnd::new(name)));
    }

    /// An element whose content holds no white space but its own.
    pub(in crate::protocol::process) fn running(
        &mut self,
        name: &'static str,
        attributes: Attributes,
        content: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        let flow = std::mem::replace(&mut self.flow, Flow::Running);
        content(self);
        self.flow = flow;
        self.write(Event::End(BytesEnd::new(name)));
    }

    /// An element that holds a text.
    pub(in crate::protocol::process) fn leaf(&mut self, name: &'static str, attributes: Attributes, text: &str) {
        self.running(name, attributes, |xml| xml.text(text));
    }

    /// An element without content, in the short form.
    pub(in crate::protocol::process) fn empty(&mut self, name: &'static str, attributes: Attributes) {
        self.break_line();
        self.write(Event::Empty(start(name, attributes)));
    }

    /// Text inside an element.
    pub(in crate::protocol::process) fn text(&mut self, text: &str) {
        self.write(Event::Text(BytesText::new(&permitted(text))));
    }

    /// A remark for people who open the file.
    pub(in crate::protocol::process) fn comment(&mut self, remark: &str) {
        let mut remark = permitted(remark).into_owned();
        // Two hyphens would end the comment, whatever follows them.
        while remark.contains("--") {
            remark = remark.replace("--", "- -");
        }
        self.break_line();
        self.write(Event::Comment(BytesText::from_escaped(format!(" {remark} "))));
    }

    /// The document.
    pub(in crate::protocol::process) fn finish(self) -> String {
        let mut text = String::from_utf8(self.writer.into_inner()).expect("names, values and texts are all UTF-8");
        text.push('\n');
        text
    }

    fn open(&mut self, name: &'static str, attributes: Attributes) {
        self.break_line();
        self.write(Event::Start(start(name, attributes)));
    }

    fn break_line(&mut self) {
        if self.flow == Flow::Lines {
            let indented = format!("\n{}", "  ".repeat(self.depth));
            self.write(Event::Text(BytesText::from_escaped(indented)));
        }
    }

    fn write(&mut self, event: Event<'_>) {
        let written: io::Result<()> = self.writer.write_event(event);
        written.expect("memory takes everything that is written to it");
    }
}

fn start(name: &'static str, attributes: Attributes) -> BytesStart<'static> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((name, permitted(&value)));
    }
    start
}

/// The text without what XML 1.0 has no way to write, not even as a reference.
fn permitted(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_permitted) { text.into() } else { text.chars().filter(|c| is_permitted(*c)).collect() }
}

/// Whether XML 1.0 can hold the character.
pub(super) fn is_permitted(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}
