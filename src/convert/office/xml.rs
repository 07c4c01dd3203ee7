//! XML, event by event, with a limit on how deep elements stand in one another. Entities that a document defines are never
//! expanded, and nothing that it names is fetched: definitions are skipped like comments.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::limits::{MAX_DEPTH, Refusal};

/// A reader over a document.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

/// What comes next.
pub(super) enum Node<'a> {
    /// An element begins. Empty ones end at once.
    Open(Element<'a>),
    /// The innermost element ends.
    Close,
    /// Characters.
    Text(Cow<'a, str>),
}

/// An element as it begins.
pub(super) struct Element<'a>(BytesStart<'a>);

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0 }
    }

    /// What comes next; `None` at the end of the document.
    pub(super) fn next(&mut self) -> Result<Option<Node<'a>>, Refusal> {
        loop {
            return Ok(Some(match self.reader.read_event().map_err(Refusal::damaged)? {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(Refusal::TooDeep);
                    }
                    Node::Open(Element(start))
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Node::Close
                }
                Event::Text(text) => Node::Text(text.into_inner()),
                Event::CData(text) => Node::Text(text.into_inner()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(character)) => Node::Text(character.to_string().into()),
                    _ => match predefined(&reference.into_inner()) {
                        Some(text) => Node::Text(text.into()),
                        None => continue,
                    },
                },
                Event::Eof if self.depth > 0 => return Err(Refusal::damaged("it ends in the middle of an element")),
                Event::Eof => return Ok(None),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            }));
        }
    }

    /// What comes next within the element that was opened last; `None` once it has ended.
    pub(super) fn within(&mut self) -> Result<Option<Node<'a>>, Refusal> {
        match self.next()? {
            Some(Node::Close) | None => Ok(None),
            node => Ok(node),
        }
    }

    /// The next element that begins, whatever stands around it; `None` if there is none.
    pub(super) fn next_element(&mut self) -> Result<Option<Element<'a>>, Refusal> {
        loop {
            match self.next()? {
                Some(Node::Open(element)) => return Ok(Some(element)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    /// Passes over the rest of the element that was opened last.
    pub(super) fn skip(&mut self) -> Result<(), Refusal> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if self.next()?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// All characters of the element that was opened last.
    pub(super) fn characters(&mut self) -> Result<String, Refusal> {
        let outside = self.depth.saturating_sub(1);
        let mut text = String::new();
        while self.depth > outside {
            match self.next()? {
                Some(Node::Text(more)) => text.push_str(&more),
                Some(Node::Open(_) | Node::Close) => {}
                None => break,
            }
        }
        Ok(text)
    }
}

impl Element<'_> {
    /// Its name without prefix.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The value of an attribute, by its name without prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        self.find(|key| key.rsplit(':').next() == Some(name))
    }

    /// The value of an attribute that has a prefix: ids of relations stand beside others of the same name.
    pub(super) fn prefixed(&self, name: &str) -> Option<Cow<'_, str>> {
        self.find(|key| key.split_once(':').is_some_and(|(_, local)| local == name))
    }

    /// The value of an attribute as a number.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.attribute(name)?.trim().parse().ok()
    }

    /// Whether an attribute that is on by being there is on.
    pub(super) fn is_on(&self) -> bool {
        self.attribute("val").is_none_or(|value| !matches!(&*value, "0" | "false" | "off" | "none"))
    }

    fn find(&self, is_it: impl Fn(&str) -> bool) -> Option<Cow<'_, str>> {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        let found = attributes.flatten().find(|attribute| is_it(attribute.key.into_inner()))?;
        Some(match found.value {
            Cow::Borrowed(raw) if !raw.contains('&') => Cow::Borrowed(raw),
            raw => Cow::Owned(unescaped(&raw)),
        })
    }
}

fn predefined(name: &str) -> Option<&'static str> {
    Some(match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => "\u{a0}",
        _ => return None,
    })
}

/// A value with XML's own references resolved; any other stays as it is.
fn unescaped(raw: &str) -> String {
    quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, Refusal> {
        let (mut xml, mut shown) = (Xml::new(text), String::new());
        while let Some(node) = xml.next()? {
            match node {
                Node::Open(element) => {
                    shown.push_str(&format!("<{} {}>", element.name(), element.attribute("v").unwrap_or_default()));
                }
                Node::Close => shown.push_str("</>"),
                Node::Text(text) => shown.push_str(&text),
            }
        }
        Ok(shown)
    }

    #[test]
    fn elements_and_characters_come_in_their_order() {
        let text = "<?xml version=\"1.0\"?><!-- c --><w:a x:v=\"1 &amp; 2\">b&lt;&#x41;<c v='3'/><![CDATA[<d>]]></w:a>";
        assert_eq!(shown(text).unwrap(), "<a 1 & 2>b<A<c 3></><d></>");
    }

    #[test]
    fn entities_of_a_document_are_not_expanded() {
        let text = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\"><!ENTITY d SYSTEM \"file:///etc/passwd\">]><a>x&c;&d;y</a>";
        assert_eq!(shown(text).unwrap(), "<a >xy</>");
    }

    #[test]
    fn depth_has_an_end_and_so_has_a_document() {
        assert_eq!(shown(&"<a>".repeat(10_000)), Err(Refusal::TooDeep));
        assert!(matches!(shown("<a><b>"), Err(Refusal::Damaged(_))));
        assert!(matches!(shown("<a></b>"), Err(Refusal::Damaged(_))));
    }
}
