//! The control words that change what is read, and what they change.

use super::super::limits::Refusal;
use super::reader::{Ending, Reader};
use super::state::{Destination, of_character_set, of_code_page};

impl Reader<'_> {
    /// A control word with its number. What is optional is passed over where it is not known.
    pub(super) fn word(&mut self, name: &str, number: Option<i32>, is_optional: bool) -> Result<(), Refusal> {
        let value = number.unwrap_or(1);
        let is_on = number != Some(0);
        match name {
            "par" | "sect" => self.end_paragraph(),
            "page" | "softpage" => {
                self.end_paragraph();
                self.end_table()?;
                self.draft.break_page()?;
            }
            "line" => self.push("\n"),
            "tab" if self.ends_mark() => {
                self.mark = std::mem::take(&mut self.text).as_str().trim().to_owned();
            }
            "tab" => self.push("\t"),
            "emdash" => self.push("—"),
            "endash" => self.push("–"),
            "lquote" => self.push("‘"),
            "rquote" => self.push("’"),
            "ldblquote" => self.push("“"),
            "rdblquote" => self.push("”"),
            "bullet" => self.push("•"),
            "u" => self.unicode(value),
            "uc" => self.state.skip = usize::try_from(value).unwrap_or(1),
            "ansicpg" | "cpg" => self.state.encoding = of_code_page(value),
            "mac" => self.state.encoding = of_code_page(10_000),
            "plain" => self.state.is_hidden = false,
            "v" => self.state.is_hidden = is_on,
            "deleted" => self.state.is_hidden = is_on,
            "f" => {
                self.state.font = value;
                if let Some(encoding) = self.fonts.get(&value).filter(|_| self.state.destination != Destination::Fonts)
                {
                    self.state.encoding = encoding;
                }
            }
            "fcharset" if self.state.destination == Destination::Fonts => {
                if let Some(encoding) = of_character_set(value) {
                    self.fonts.insert(self.state.font, encoding);
                }
            }
            "fonttbl" => self.go(Destination::Fonts),
            "stylesheet" => self.go(Destination::Styles),
            "s" => {
                self.state.style = value;
                if self.state.destination == Destination::Styles {
                    self.name.clear();
                    self.ends_with(Ending::Style);
                }
            }
            "pard" => self.state.plain_paragraph(),
            "intbl" => self.state.is_in_table = true,
            "outlinelevel" => self.state.outline = u8::try_from(value).ok().filter(|level| *level < 9),
            "li" => self.state.left = value,
            "fi" => self.state.first = value,
            "ls" => self.state.is_listed = value > 0,
            "ilvl" => self.state.level = u8::try_from(value.clamp(0, 8)).unwrap_or(0),
            "pntext" | "listtext" => {
                self.mark.clear();
                self.go(Destination::Mark);
            }
            // Tables within tables are lines of their entry.
            "trowd" | "cellx" | "clvmrg" | "cell" | "row" if self.state.destination == Destination::Nowhere => {}
            "trowd" => {
                if self.table.is_none() {
                    self.end_paragraph();
                }
                self.table.get_or_insert_default().define();
            }
            "cellx" => self.table.get_or_insert_default().edge(value),
            "clvmrg" => self.table.get_or_insert_default().goes_on(),
            "cell" => {
                let text = std::mem::take(&mut self.text);
                let mut entry = std::mem::take(&mut self.entry);
                entry.append_line(text);
                self.mark.clear();
                self.table.get_or_insert_default().entry(entry);
            }
            "nestcell" => self.push(" "),
            "row" => self.table.get_or_insert_default().end_row(),
            "field" => self.ends_with(Ending::Field),
            "fldinst" => {
                self.code.clear();
                self.go(Destination::Code);
            }
            "fldrslt" => {
                self.result = Some(self.text.here());
                self.ends_with(Ending::Result);
            }
            "footnote" => {
                self.notes += 1;
                let label = self.notes.to_string();
                self.text.refer(&label);
                self.outer.push(std::mem::take(&mut self.text));
                self.go(Destination::Note);
                self.ends_with(Ending::Note);
            }
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => {
                self.outer.push(std::mem::take(&mut self.text));
                self.go(Destination::Margin);
                self.ends_with(Ending::Margin(name.starts_with("header")));
            }
            "pict" => {
                (self.data, self.is_picture_known) = (Vec::new(), false);
                self.go(Destination::Picture);
                self.ends_with(Ending::Picture);
            }
            "objdata" => {
                self.data = Vec::new();
                self.go(Destination::Object);
                self.ends_with(Ending::Object);
            }
            "pngblip" | "jpegblip" => self.is_picture_known = true,
            // A picture again, in a form that older readers know.
            "nonshppict" => self.go(Destination::Nowhere),
            "shppict" | "shptxt" | "shp" | "shpinst" => {}
            "colortbl" | "info" | "xmlnstbl" | "listtable" | "listoverridetable" | "revtbl" | "rsidtbl"
            | "generator" | "themedata" | "colorschememapping" | "datastore" | "latentstyles" | "sp" | "bkmkstart"
            | "bkmkend" | "filetbl" | "annotation" | "atnid" | "atnauthor" | "template" => {
                self.go(Destination::Nowhere);
            }
            // What an optional destination is, only those know that know it.
            _ if is_optional => self.go(Destination::Nowhere),
            _ => {}
        }
        Ok(())
    }

    fn unicode(&mut self, value: i32) {
        let unit = value.rem_euclid(65_536) as u16;
        self.to_skip = self.state.skip;
        let character = match (self.high.take(), unit) {
            (_, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return;
            }
            (Some(high), 0xdc00..=0xdfff) => char::decode_utf16([high, unit]).next().and_then(Result::ok),
            _ => char::from_u32(unit.into()),
        };
        // Symbol fonts put their characters into the private area.
        let character = character.filter(|character| !('\u{f000}'..='\u{f0ff}').contains(character));
        if let Some(character) = character {
            self.push(character.encode_utf8(&mut [0; 4]));
        }
    }
}
