//! How elements look as far as that decides whether they are seen: by the page's style sheets, then by their own styles.
//!
//! Of rules that say the same the last one counts, whatever their selectors weigh; what depends on the screen is left out.

use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};

use super::hidden::ByNode;

/// So many rules that may hide something are tried, each with all elements.
const MOST_RULES: usize = 400;
/// Longer sheets are not read.
const MOST_SHEET_BYTES: usize = 1_000_000;
/// Text that is smaller is not read by people.
const TINY_PX: f64 = 3.0;
/// What is further away is beside the page.
const FAR_PX: f64 = -900.0;
/// What is as bright counts as white.
const BRIGHT: u32 = 248;

/// How an element looks. What is inherited is `None` where it is not said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// It takes no place, or is not painted.
    pub(super) is_gone: bool,
    pub(super) is_transparent: bool,
    pub(super) is_off_page: bool,
    pub(super) is_tiny: Option<bool>,
    pub(super) is_white: Option<bool>,
    /// Whether something else than white lies behind it.
    pub(super) has_ground: bool,
}

/// The looks of a page's elements, those that say anything.
#[derive(Default)]
pub(super) struct Looks(ByNode<Look>);

impl Looks {
    pub(super) fn of(page: &Html) -> Self {
        let mut looks = Self::default();
        let (sheets, styled) = (selector("style"), selector("[style], [bgcolor], font[color]"));
        let mut left = MOST_RULES;
        for sheet in sheets.iter().flat_map(|sheets| page.select(sheets)) {
            let text: String = sheet.text().collect();
            if text.len() <= MOST_SHEET_BYTES {
                looks.by_sheet(page, &text, &mut left);
            }
        }
        for element in styled.iter().flat_map(|styled| page.select(styled)) {
            looks.by_element(element);
        }
        looks
    }

    pub(super) fn look(&self, id: NodeId) -> Look {
        self.0.get(&id).copied().unwrap_or_default()
    }

    fn by_sheet(&mut self, page: &Html, text: &str, left: &mut usize) {
        for (names, declarations) in rules(text) {
            let mut said = Look::default();
            // What shows again what another rule hides counts as well.
            if !declared(declarations, &mut said) {
                continue;
            }
            let Some(rest) = left.checked_sub(1) else { return };
            *left = rest;
            let Some(selector) = selector(names) else { continue };
            for element in page.select(&selector) {
                declared(declarations, self.0.entry(element.id()).or_default());
            }
        }
    }

    fn by_element(&mut self, element: ElementRef<'_>) {
        let look = self.0.entry(element.id()).or_default();
        if let Some(color) = element.attr("color").filter(|_| element.value().name() == "font") {
            look.is_white = Some(is_white(color));
        }
        if let Some(ground) = element.attr("bgcolor") {
            look.has_ground |= !is_white(ground);
        }
        if let Some(style) = element.attr("style") {
            declared(style, look);
        }
    }
}

/// The rules of a sheet that hold everywhere: selectors and declarations. Those within `@…` blocks are left out.
fn rules(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let open = rest.find('{')?;
            let names = rest[..open].rsplit(['}', ';']).next().unwrap_or_default().trim();
            let names = names.rsplit("*/").next().unwrap_or_default().trim();
            let body = &rest[open + 1..];
            let end = block_end(body);
            rest = body.get(end + 1..).unwrap_or_default();
            if !names.starts_with('@') {
                return Some((names, &body[..end]));
            }
        }
    })
}

/// Where a block ends whose first brace was read.
fn block_end(body: &str) -> usize {
    let mut depth = 1_usize;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    body.len()
}

/// Lays declarations over a look. Gives whether any of them is about being seen.
fn declared(declarations: &str, look: &mut Look) -> bool {
    let mut says = false;
    for declaration in declarations.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
        let value = value.trim_end_matches("!important").trim();
        says |= match name.as_str() {
            "display" => set(&mut look.is_gone, value == "none"),
            "visibility" => set(&mut look.is_gone, matches!(value, "hidden" | "collapse")),
            "opacity" => {
                set(&mut look.is_transparent, value.trim_end_matches('%').parse().is_ok_and(|part: f64| part <= 0.02))
            }
            "font-size" => {
                look.is_tiny = Some(pixels(value).is_some_and(|size| size < TINY_PX));
                true
            }
            "color" => {
                look.is_white = Some(is_white(value));
                true
            }
            "background" | "background-color" | "background-image" => {
                look.has_ground |= !is_white(value) && !matches!(value, "none" | "inherit" | "initial" | "unset" | "");
                true
            }
            "text-indent" | "left" | "top" | "right" | "bottom" | "margin-left" | "margin-top" => {
                let is_far = pixels(value).is_some_and(|place| place < FAR_PX);
                look.is_off_page |= is_far;
                is_far
            }
            "clip" => set_if(&mut look.is_off_page, value.replace([' ', ',', '\t'], "").starts_with("rect(0")),
            "clip-path" => set_if(&mut look.is_off_page, value.replace(' ', "") == "inset(100%)"),
            _ => false,
        };
    }
    says
}

fn set(flag: &mut bool, value: bool) -> bool {
    *flag = value;
    true
}

fn set_if(flag: &mut bool, value: bool) -> bool {
    *flag |= value;
    value
}

/// A length; of relative ones what they are on a usual page.
fn pixels(value: &str) -> Option<f64> {
    let number_end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(value.len());
    let (number, unit) = value.split_at(number_end);
    let number: f64 = number.parse().ok()?;
    let one = match unit.trim() {
        "px" | "" => 1.0,
        "pt" => 4.0 / 3.0,
        "em" | "rem" => 16.0,
        "ex" | "ch" => 8.0,
        "%" => 0.16,
        "vw" | "vh" => 10.0,
        "cm" => 38.0,
        "mm" => 3.8,
        "in" => 96.0,
        _ => return None,
    };
    Some(number * one)
}

/// Whether a colour cannot be told from a white page.
fn is_white(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    if matches!(value.as_str(), "white" | "transparent" | "snow" | "ghostwhite" | "floralwhite") {
        return true;
    }
    if let Some(digits) = value.strip_prefix('#').filter(|digits| digits.is_ascii()) {
        let step = match digits.len() {
            3 | 4 => 1,
            6 | 8 => 2,
            _ => return false,
        };
        let part = |at: usize| u32::from_str_radix(&digits[at * step..(at + 1) * step], 16).unwrap_or(0);
        let bright = |part: u32| if step == 1 { part == 15 } else { part >= BRIGHT };
        let is_clear = digits.len() == 4 * step && part(3) == 0;
        return is_clear || (0..3).all(|at| bright(part(at)));
    }
    let Some((kind, inside)) = value.split_once('(') else { return false };
    let parts: Vec<f64> = inside
        .trim_end_matches(')')
        .split([',', ' ', '/'])
        .filter(|part| !part.is_empty())
        .map(|part| part.trim_end_matches('%').parse().unwrap_or(0.0))
        .collect();
    let is_clear = parts.get(3).is_some_and(|alpha| *alpha <= 0.02);
    match kind.trim() {
        "rgb" | "rgba" => is_clear || parts.len() >= 3 && parts[..3].iter().all(|part| *part >= f64::from(BRIGHT)),
        "hsl" | "hsla" => is_clear || parts.get(2).is_some_and(|light| *light >= 97.0),
        _ => false,
    }
}

fn selector(text: &str) -> Option<Selector> {
    Selector::parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_that_cannot_be_told_from_the_page_are_known() {
        for white in
            ["white", "#fff", "#FFFFFF", "#fdfdfd", "#0000", "rgb(255, 255,255)", "rgba(0,0,0,0)", "hsl(0 0% 100%)"]
        {
            assert!(is_white(white), "{white}");
        }
        for other in ["black", "#eee", "#f0f0f0", "rgb(0,0,0)", "red", "#12", "#gggggg", "url(x)", "inherit", "#ffü"] {
            assert!(!is_white(other), "{other}");
        }
    }

    #[test]
    fn rules_that_hold_everywhere_are_taken_apart() {
        let sheet = "@charset 'x'; /* c */ .a, b > c { display: none; } @media print { .d { display: none } } .e{color:#fff}\n.f {";
        let found: Vec<_> = rules(sheet).map(|(names, body)| (names.to_owned(), body.trim().to_owned())).collect();
        let rule = |names: &str, body: &str| (names.to_owned(), body.to_owned());
        assert_eq!(found, [rule(".a, b > c", "display: none;"), rule(".e", "color:#fff"), rule(".f", "")]);
    }

    #[test]
    fn declarations_say_what_is_seen() {
        let look = |text: &str| {
            let mut look = Look::default();
            declared(text, &mut look);
            look
        };
        let none = Look::default;
        let rows = [
            ("display:none", Look { is_gone: true, ..none() }),
            ("display:none; display: block !important", none()),
            ("VISIBILITY : hidden", Look { is_gone: true, ..none() }),
            ("opacity:0", Look { is_transparent: true, ..none() }),
            ("opacity:.5", none()),
            ("font-size:0", Look { is_tiny: Some(true), ..none() }),
            ("font-size:1px", Look { is_tiny: Some(true), ..none() }),
            ("font-size:0.9em", Look { is_tiny: Some(false), ..none() }),
            ("position:absolute;left:-9999px", Look { is_off_page: true, ..none() }),
            ("margin-left:-12px", none()),
            ("clip: rect(0, 0, 0, 0)", Look { is_off_page: true, ..none() }),
            ("color:#fff;background:#036", Look { is_white: Some(true), has_ground: true, ..none() }),
        ];
        for (text, expected) in rows {
            assert_eq!(look(text), expected, "{text}");
        }
    }
}
