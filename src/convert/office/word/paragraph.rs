//! A paragraph and its runs: characters, line ends, links, notes, and what stands beside them.

use std::io::{Read, Seek};

use mediary_core::document::Hidden;

use super::super::charts::Chart;
use super::super::formula;
use super::super::limits::Refusal;
use super::super::text::Text;
use super::super::xml::{Node, Xml};
use super::Paragraph;
use super::body::{Body, NoteKind};
use super::fields::address;
use super::looks::Look;

impl<R: Read + Seek> Body<'_, R> {
    /// The paragraph that was opened last.
    pub(super) fn paragraph(&mut self, xml: &mut Xml<'_>) -> Result<Paragraph, Refusal> {
        let mut paragraph = Paragraph::default();
        self.inline(xml, &mut paragraph)?;
        let mut fields = std::mem::take(&mut self.fields);
        fields.end_paragraph(&mut paragraph.text);
        self.fields = fields;
        Ok(paragraph)
    }

    /// Runs and what stands around them, until the element ends.
    fn inline(&mut self, xml: &mut Xml<'_>, into: &mut Paragraph) -> Result<(), Refusal> {
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "pPr" => {
                    properties(xml, into)?;
                    let of_style = into.style.as_deref().map(|style| self.styles.look(style));
                    into.look = into.look.over(of_style.unwrap_or_default());
                }
                "r" => self.run(xml, into)?,
                "hyperlink" => {
                    let target = element.prefixed("id").and_then(|id| self.relations.get(&*id));
                    let target = target.filter(|relation| relation.is_external).map(|relation| relation.target.clone());
                    let start = into.text.here();
                    self.inline(xml, into)?;
                    into.text.link_since(start, &target.unwrap_or_default());
                }
                "fldSimple" => {
                    let code = element.attribute("instr").unwrap_or_default().into_owned();
                    let start = into.text.here();
                    self.inline(xml, into)?;
                    into.text.link_since(start, address(&code).unwrap_or_default());
                }
                "t" if !self.fields.in_code() => into.text.push(&xml.characters()?),
                "ins" | "moveTo" | "smartTag" | "sdt" | "sdtContent" | "customXml" | "dir" | "bdo"
                | "AlternateContent" | "Choice" | "oMathPara" => self.inline(xml, into)?,
                "oMath" => into.text.push(&formula::linear(xml)?),
                // What was deleted or moved away, and marks.
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn run(&mut self, xml: &mut Xml<'_>, into: &mut Paragraph) -> Result<(), Refusal> {
        let mut hidden = into.look.hidden(self.grounds > 0);
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            let is_shown = hidden.is_none() && !self.fields.in_code();
            match element.name() {
                "rPr" => hidden = self.look(xml)?.over(into.look).hidden(self.grounds > 0),
                "fldChar" => {
                    let kind = element.attribute("fldCharType").unwrap_or_default().into_owned();
                    self.fields.mark(&kind, &mut into.text);
                    xml.skip()?;
                }
                "instrText" => {
                    let code = xml.characters()?;
                    self.fields.code(&code);
                }
                "t" if is_shown => into.text.push(&xml.characters()?),
                "t" if !self.fields.in_code() => {
                    let text = xml.characters()?;
                    hidden.into_iter().for_each(|why| into.text.hides(&text, why));
                }
                "tab" | "ptab" if is_shown => {
                    into.text.push("\t");
                    xml.skip()?;
                }
                "noBreakHyphen" if is_shown => {
                    into.text.push("-");
                    xml.skip()?;
                }
                "br" | "cr" if is_shown => {
                    let kind = element.attribute("type");
                    if kind.is_some_and(|kind| kind == "page") {
                        page_break(into);
                    } else {
                        into.text.line_break();
                    }
                    xml.skip()?;
                }
                "lastRenderedPageBreak" => {
                    page_break(into);
                    xml.skip()?;
                }
                "sym" if is_shown => {
                    if let Some(character) = element.attribute("char").and_then(|code| symbol(&code)) {
                        into.text.push(character.encode_utf8(&mut [0; 4]));
                    }
                    xml.skip()?;
                }
                name @ ("footnoteReference" | "endnoteReference" | "commentReference") if is_shown => {
                    let kind = match name {
                        "footnoteReference" => NoteKind::Footnote,
                        "endnoteReference" => NoteKind::Endnote,
                        _ => NoteKind::Comment,
                    };
                    let id = element.attribute("id").unwrap_or_default().into_owned();
                    self.refer(kind, id, &mut into.text);
                    xml.skip()?;
                }
                "drawing" | "pict" | "object" if hidden != Some(Hidden::Invisible) => self.drawing(xml)?,
                "ruby" if is_shown => self.ruby(xml, into)?,
                "AlternateContent" | "Choice" => self.run(xml, into)?,
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    /// How a run says that it looks, by its style or itself.
    fn look(&self, xml: &mut Xml<'_>) -> Result<Look, Refusal> {
        let (mut own, mut of_style) = (Look::default(), Look::default());
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "rStyle" => of_style = element.attribute("val").map(|id| self.styles.look(&id)).unwrap_or_default(),
                _ => own.note(&element),
            }
            xml.skip()?;
        }
        Ok(own.over(of_style))
    }

    fn refer(&mut self, kind: NoteKind, id: String, text: &mut Text) {
        let Some(note) = self.notes.remove(&(kind, id)) else { return };
        let label = if kind == NoteKind::Comment {
            self.commented += 1;
            format!("comment {}", self.commented)
        } else {
            self.referred += 1;
            self.referred.to_string()
        };
        text.refer(&label);
        self.aside.notes.push((label, note));
    }

    /// The text that ruby stands over, without it.
    fn ruby(&mut self, xml: &mut Xml<'_>, into: &mut Paragraph) -> Result<(), Refusal> {
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            if element.name() == "rubyBase" { self.inline(xml, into)? } else { xml.skip()? }
        }
        Ok(())
    }

    /// A drawing: the pictures and text boxes in it.
    fn drawing(&mut self, xml: &mut Xml<'_>) -> Result<(), Refusal> {
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "blip" | "imagedata" => {
                    let id = element.prefixed("embed").or_else(|| element.prefixed("id"));
                    let relation = id.and_then(|id| self.relations.get(&*id)).filter(|relation| !relation.is_external);
                    if let Some(target) = relation.map(|relation| relation.target.clone()) {
                        let picture = self.package.part(&target)?;
                        self.aside.pictures.push(picture);
                    }
                    xml.skip()?;
                }
                "chart" => {
                    let relation = element.prefixed("id").and_then(|id| self.relations.get(&*id));
                    let part = relation.map(|relation| relation.target.clone()).unwrap_or_default();
                    if let Some(text) = self.package.text(&part)? {
                        self.aside.charts.push(Chart::read(&text)?);
                    }
                    xml.skip()?;
                }
                "txbxContent" => {
                    let outer = std::mem::take(&mut self.fields);
                    self.grounds += 1;
                    let text = self.flat(xml)?;
                    self.grounds -= 1;
                    self.fields = outer;
                    self.aside.boxes.push(text);
                }
                // A fallback repeats what stands before it in an older form.
                "Fallback" => xml.skip()?,
                _ => self.drawing(xml)?,
            }
        }
        Ok(())
    }
}

/// A page ends. What comes before in the same paragraph stays with it, and the rest of the paragraph too.
fn page_break(into: &mut Paragraph) {
    if into.text.is_blank() {
        into.starts_page = true;
    } else {
        into.breaks_behind = true;
    }
}

fn properties(xml: &mut Xml<'_>, into: &mut Paragraph) -> Result<(), Refusal> {
    let (mut list, mut level) = (None, 0);
    while let Some(node) = xml.within()? {
        let Node::Open(element) = node else { continue };
        match element.name() {
            "pStyle" => into.style = element.attribute("val").map(std::borrow::Cow::into_owned),
            "outlineLvl" => into.outline = element.number("val").filter(|outline| *outline < 9),
            "shd" => into.look.note(&element),
            "pageBreakBefore" => into.starts_page = element.is_on(),
            "numPr" => {
                while let Some(node) = xml.within()? {
                    let Node::Open(element) = node else { continue };
                    match element.name() {
                        "numId" => list = element.attribute("val").map(std::borrow::Cow::into_owned),
                        "ilvl" => level = element.number("val").unwrap_or(0),
                        _ => {}
                    }
                    xml.skip()?;
                }
                continue;
            }
            _ => {}
        }
        xml.skip()?;
    }
    into.numbering = list.map(|list| (list, level));
    Ok(())
}

/// Symbol fonts put their characters into the private area; what they show is known for bullets and arrows only, so only
/// characters that are their own are taken.
fn symbol(code: &str) -> Option<char> {
    let code = u32::from_str_radix(code, 16).ok()?;
    char::from_u32(code).filter(|_| !(0xf000..=0xf8ff).contains(&code))
}
