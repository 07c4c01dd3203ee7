//! Formulas of Word and PowerPoint as one line: `x=(-b±√(b^2-4ac))/(2a)`.
//!
//! Office Math (ECMA-376, part 1, chapter 22.1) becomes what Word itself calls the linear format, which people can type and
//! language models read: fractions get a stroke, what stands high a `^` and what stands low a `_`, roots their sign.
//! Nothing is computed, and what a formula looks like is not kept.

use unicode_normalization::UnicodeNormalization;

use super::limits::Refusal;
use super::xml::{Node, Xml};

/// The formula in the element that was opened last.
pub(super) fn linear(xml: &mut Xml<'_>) -> Result<String, Refusal> {
    let mut line = String::new();
    while let Some(node) = xml.within()? {
        let Node::Open(element) = node else { continue };
        let name = element.name().to_owned();
        line.push_str(&part(&name, xml)?);
    }
    Ok(line)
}

/// What an element of a formula is in a line.
fn part(name: &str, xml: &mut Xml<'_>) -> Result<String, Refusal> {
    let known = match name {
        "r" => return run(xml),
        "f" | "sSup" | "sSub" | "sSubSup" | "sPre" | "rad" | "nary" | "d" | "func" | "limLow" | "limUpp" | "m"
        | "mr" | "acc" | "bar" | "eqArr" => Parts::read(xml)?,
        "e" | "oMath" | "oMathPara" | "box" | "borderBox" | "groupChr" | "num" | "den" | "sub" | "sup" | "fName"
        | "lim" | "deg" | "AlternateContent" | "Choice" | "ins" | "moveTo" | "sdt" | "sdtContent" | "smartTag"
        | "hyperlink" => return linear(xml),
        // Properties, and what was deleted.
        _ => {
            xml.skip()?;
            return Ok(String::new());
        }
    };
    Ok(known.written(name))
}

/// The characters of a run. Letters of mathematical alphabets are letters.
fn run(xml: &mut Xml<'_>) -> Result<String, Refusal> {
    let mut text = String::new();
    while let Some(node) = xml.within()? {
        let Node::Open(element) = node else { continue };
        if element.name() == "t" { text.push_str(&xml.characters()?) } else { xml.skip()? }
    }
    let plain = |character: char| match character {
        '\u{1d400}'..='\u{1d7ff}' => character.nfkc().next().unwrap_or(character),
        // What is applied or multiplied without a sign.
        '\u{2061}'..='\u{2064}' => '\u{200b}',
        character => character,
    };
    Ok(text.chars().map(plain).filter(|character| *character != '\u{200b}').collect())
}

/// The named parts of an element, and what its properties say.
#[derive(Debug, Default)]
struct Parts {
    named: Vec<(String, String)>,
    properties: Vec<(String, String)>,
}

impl Parts {
    fn read(xml: &mut Xml<'_>) -> Result<Self, Refusal> {
        let mut parts = Self::default();
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            let name = element.name().to_owned();
            if name.ends_with("Pr") {
                while let Some(node) = xml.within()? {
                    let Node::Open(element) = node else { continue };
                    let value = element.attribute("val").unwrap_or_default().into_owned();
                    parts.properties.push((element.name().to_owned(), value));
                    xml.skip()?;
                }
                continue;
            }
            let text = part(&name, xml)?;
            parts.named.push((name, text));
        }
        Ok(parts)
    }

    fn get(&self, name: &str) -> &str {
        self.named.iter().find(|(other, _)| other == name).map_or("", |(_, text)| text)
    }

    fn all(&self, name: &str) -> Vec<&str> {
        self.named.iter().filter(|(other, _)| other == name).map(|(_, text)| text.as_str()).collect()
    }

    fn property<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        self.properties.iter().find(|(other, _)| other == name).map_or(otherwise, |(_, value)| value)
    }

    fn written(&self, name: &str) -> String {
        let e = self.get("e");
        let (low, high) = (script('_', self.get("sub")), script('^', self.get("sup")));
        match name {
            "f" => {
                let stroke = if self.property("type", "bar") == "noBar" { '¦' } else { '/' };
                format!("{}{stroke}{}", grouped(self.get("num")), grouped(self.get("den")))
            }
            "sSup" | "sSub" | "sSubSup" => format!("{}{low}{high}", grouped(e)),
            "sPre" => format!("{low}{high}{}", grouped(e)),
            "rad" if self.get("deg").is_empty() => format!("√{}", bracketed(e)),
            "rad" => format!("√({}&{e})", self.get("deg")),
            "nary" => format!("{}{low}{high} {e}", self.property("chr", "∫")),
            "d" => {
                let between = self.property("sepChr", "|");
                format!(
                    "{}{}{}",
                    self.property("begChr", "("),
                    self.all("e").join(between),
                    self.property("endChr", ")")
                )
            }
            "func" if e.starts_with(['(', '[', '{']) => format!("{}{e}", self.get("fName")),
            "func" => format!("{} {e}", self.get("fName")),
            "limLow" => format!("{e}{}", script('_', self.get("lim"))),
            "limUpp" => format!("{e}{}", script('^', self.get("lim"))),
            "mr" => self.all("e").join(", "),
            // Slides hold formulas in an element of the same name as matrices have.
            "m" if self.get("mr").is_empty() => self.named.iter().map(|(_, text)| text.as_str()).collect(),
            "m" => format!("[{}]", self.all("mr").join("; ")),
            "eqArr" => self.all("e").join("; "),
            "bar" => over(e, "\u{305}"),
            // Whatever else is known stands over something.
            _ => over(e, self.property("chr", "\u{302}")),
        }
    }
}

/// A sign over a letter, or over more.
fn over(text: &str, sign: &str) -> String {
    if text.chars().count() == 1 { format!("{text}{sign}") } else { format!("{}{sign}", bracketed(text)) }
}

fn script(sign: char, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{sign}{}", grouped(text)) }
}

/// In brackets, unless it is one thing without them.
fn grouped(text: &str) -> String {
    let is_number = !text.is_empty() && text.chars().all(|character| character.is_ascii_digit() || character == '.');
    let is_letter = text.chars().filter(|character| !is_combining(*character)).count() <= 1;
    let is_word = text.chars().count() > 1 && text.chars().all(|character| character.is_ascii_uppercase());
    if is_number || is_letter || is_word || is_bracketed(text) { text.to_owned() } else { format!("({text})") }
}

fn bracketed(text: &str) -> String {
    if is_bracketed(text) { text.to_owned() } else { format!("({text})") }
}

fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}')
}

/// Whether one pair of brackets stands around all of it.
fn is_bracketed(text: &str) -> bool {
    let mut depth = 0_i32;
    for (place, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth <= 0 {
            return place > 0 && place + character.len_utf8() == text.len() && text.starts_with(['(', '[', '{']);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn r(text: &str) -> String {
        format!("<m:r><m:rPr/><m:t>{text}</m:t></m:r>")
    }

    fn of(name: &str, parts: &[(&str, &str)]) -> String {
        let parts: String = parts.iter().map(|(part, text)| format!("<m:{part}>{text}</m:{part}>")).collect();
        format!("<m:{name}>{parts}</m:{name}>")
    }

    #[test]
    fn formulas_become_lines() {
        let square = |base: &str| of("sSup", &[("e", &r(base)), ("sup", &r("2"))]);
        let root = of("rad", &[("deg", ""), ("e", &(square("b") + &r("-4ac")))]);
        let solution = of("f", &[("num", &(r("-b±") + &root)), ("den", &r("2a"))]);
        let sum = "<m:nary><m:naryPr><m:chr m:val=\"∑\"/></m:naryPr><m:sub><m:r><m:t>n=1</m:t></m:r></m:sub>\
            <m:sup><m:r><m:t>∞</m:t></m:r></m:sup><m:e><m:r><m:t>n</m:t></m:r></m:e></m:nary>";
        let brackets = of("d", &[("e", &r("x+a"))]);
        let rows = [
            (r("x=") + &solution, "x=(-b±√(b^2-4ac))/(2a)"),
            (sum.to_owned(), "∑_(n=1)^∞ n"),
            (of("sSup", &[("e", &brackets), ("sup", &r("n"))]), "(x+a)^n"),
            (of("sSubSup", &[("e", &r("N")), ("sub", &r("s")), ("sup", &r("H"))]), "N_s^H"),
            (of("func", &[("fName", &r("cos")), ("e", &r("x"))]), "cos x"),
            (of("acc", &[("e", &r("x"))]), "x\u{302}"),
            (
                of(
                    "m",
                    &[
                        ("mr", &(of("e", &[("r", "<m:t>a</m:t>")]) + &of("e", &[("r", "<m:t>b</m:t>")]))),
                        ("mr", &of("e", &[("r", "<m:t>c</m:t>")])),
                    ],
                ),
                "[a, b; c]",
            ),
            (of("m", &[("oMath", &r("x"))]), "x"),
            (r("\u{1d434}=\u{1d70b}"), "A=π"),
            (of("rad", &[("deg", &r("3")), ("e", &r("x"))]), "√(3&x)"),
        ];
        for (formula, expected) in rows {
            let formula = formula.replace("&x)", "&amp;x)");
            let text = format!("<m:oMath xmlns:m=\"m\">{formula}</m:oMath>");
            let mut xml = Xml::new(&text);
            xml.next().unwrap();
            assert_eq!(linear(&mut xml).unwrap(), expected, "{formula}");
        }
    }
}
