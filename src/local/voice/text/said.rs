//! Writing out, as it is read, what espeak-ng reads badly: amounts of money, dates, ranges, addresses, units, short
//! forms, and in English years.
//!
//! Word by word, with a look at the next. A language without a [`Spelling`] is left as it is.

use super::spelling::{self, Spelling};

/// Of an address, so many characters are read.
const LONGEST_ADDRESS: usize = 80;
/// What may stand before a word, and what behind it.
const OPENING: &str = "(\"'“‘«„¿¡<";
const CLOSING: &str = ".,;:!?…)\"'”’»>";

/// A piece of text as it is read in a language.
pub(crate) fn said(text: &str, language: &str) -> String {
    let Some(spelling) = spelling::of(language) else { return text.replace('\n', " ") };
    let is_english = language.starts_with("en");
    let mut words = text.split_whitespace().peekable();
    let mut said: Vec<String> = Vec::new();
    while let Some(word) = words.next() {
        let begin = word.len() - word.trim_start_matches(|mark| OPENING.contains(mark)).len();
        let (opening, inner) = word.split_at(begin);
        let inner_end = inner.trim_end_matches(|mark| CLOSING.contains(mark)).len();
        let (core, closing) = inner.split_at(inner_end);
        if let Some(full) = short_form(core, closing, words.peek().copied(), spelling, language) {
            // The dot of the short form is not one of the sentence, unless nothing comes behind it.
            let closing = closing.strip_prefix('.').unwrap_or(closing);
            let dot = if words.peek().is_none() && closing.is_empty() { "." } else { "" };
            said.push(format!("{opening}{full}{closing}{dot}"));
            continue;
        }
        if let Some(money) = money(core, spelling) {
            let large = words.next_if(|next| {
                closing.is_empty() && spelling.large.contains(&next.trim_end_matches(|mark| CLOSING.contains(mark)))
            });
            let (large, closing) = match large {
                Some(large) => large.split_at(large.trim_end_matches(|mark| CLOSING.contains(mark)).len()),
                None => ("", closing),
            };
            let (amount, name) = (money.amount, if large.is_empty() { money.name } else { money.several });
            let blank = if large.is_empty() { "" } else { " " };
            said.push(format!("{opening}{amount} {large}{blank}{name}{}{closing}", money.cents));
            continue;
        }
        let after_number = said.last().is_some_and(|last| last.ends_with(|letter: char| letter.is_ascii_digit()));
        let read = address(core, spelling)
            .or_else(|| date(core, spelling, is_english && !language.to_lowercase().starts_with("en-gb")))
            .or_else(|| range(core, spelling, is_english))
            .or_else(|| unit(core, after_number, spelling))
            .or_else(|| version(core, spelling))
            .or_else(|| if is_english { english(core) } else { None });
        said.push(format!("{opening}{}{closing}", read.as_deref().unwrap_or(core)));
    }
    said.join(" ")
}

/// A short form written out; some are short forms before a number only.
fn short_form(
    core: &str,
    closing: &str,
    next: Option<&str>,
    spelling: &Spelling,
    language: &str,
) -> Option<&'static str> {
    if !closing.starts_with('.') {
        return None;
    }
    let core = core.to_lowercase();
    let before_number = next.is_some_and(|next| next.starts_with(|letter: char| letter.is_ascii_digit()));
    let of_number = before_number.then(|| spelling::before_number(&core, language)).flatten();
    of_number.or_else(|| spelling.short_forms.iter().find(|(short, _)| *short == core).map(|(_, full)| *full))
}

/// An amount of money: `$5`, `€3.50`, `5€`.
struct Money<'a> {
    amount: &'a str,
    name: &'static str,
    several: &'static str,
    cents: String,
}

fn money<'a>(core: &'a str, spelling: &Spelling) -> Option<Money<'a>> {
    let sign = |letter: Option<char>| spelling.money.iter().find(|(sign, ..)| Some(*sign) == letter);
    let (amount, (_, one, several)) = match (sign(core.chars().next()), sign(core.chars().next_back())) {
        (Some(money), _) => (core.trim_start_matches(money.0), money),
        (None, Some(money)) => (core.trim_end_matches(money.0), money),
        (None, None) => return None,
    };
    let is_amount = amount.starts_with(|letter: char| letter.is_ascii_digit())
        && amount.chars().all(|letter| letter.is_ascii_digit() || ".,".contains(letter));
    if !is_amount {
        return None;
    }
    // Two digits behind the last dot or comma are hundredths.
    let (whole, cents) = match amount.rfind(['.', ',']) {
        Some(at) if amount.len() == at + 3 => (&amount[..at], amount[at + 1..].trim_start_matches('0')),
        Some(_) | None => (amount, ""),
    };
    let cents = if cents.is_empty() { String::new() } else { format!(" {cents}") };
    Some(Money { amount: whole, name: if whole == "1" { one } else { several }, several, cents })
}

/// An address of the web or of mail.
fn address(core: &str, spelling: &Spelling) -> Option<String> {
    let bare = core.strip_prefix("https://").or_else(|| core.strip_prefix("http://"));
    let is_web = bare.is_some() || core.starts_with("www.");
    let is_mail = core.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !is_web && !is_mail {
        return None;
    }
    let bare = bare.unwrap_or(core);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    // What a browser is told beside the place is not read.
    let bare = bare.split(['?', '#']).next().unwrap_or(bare).trim_end_matches('/');
    let mut read = String::new();
    for letter in bare.chars().take(LONGEST_ADDRESS) {
        match letter {
            '.' => read.push_str(&format!(" {} ", spelling.dot)),
            '/' => read.push_str(&format!(" {} ", spelling.slash)),
            '@' => read.push_str(&format!(" {} ", spelling.at)),
            letter if letter.is_alphanumeric() => read.push(letter),
            _ => read.push(' '),
        }
    }
    Some(read.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A date: `2024-05-03` as ISO 8601 has it, `12/05/2024`, `12.05.2024`. `month_first`: of the second its month comes first,
/// unless that can only be the day.
fn date(core: &str, spelling: &Spelling, month_first: bool) -> Option<String> {
    let mark = ['-', '/', '.'].into_iter().find(|mark| core.contains(*mark))?;
    let mut parts = core.split(mark);
    let (one, two, three) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |part: &str, least, most| {
        (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.next().is_some() || ![one, two, three].into_iter().all(|part| is_number(part, 1, 4)) {
        return None;
    }
    let (year, month, day) = match mark {
        '-' if is_number(one, 4, 4) && is_number(two, 2, 2) && is_number(three, 2, 2) => (one, two, three),
        '-' => return None,
        _ if !is_number(three, 4, 4) || !is_number(one, 1, 2) || !is_number(two, 1, 2) => return None,
        _ => {
            let is_month = |part: &str| part.parse().is_ok_and(|number: u32| (1..=12).contains(&number));
            match (mark == '/' && month_first && is_month(one)) || !is_month(two) {
                true => (three, one, two),
                false => (three, two, one),
            }
        }
    };
    let month = spelling.months.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    let day: u32 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let year =
        if spelling.language_is("en") { english(year).unwrap_or_else(|| year.to_owned()) } else { year.to_owned() };
    let ending = match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    let date = spelling.date.split(' ').map(|part| match part {
        "M" => (*month).to_owned(),
        "Y" => year.clone(),
        "D" => day.to_string(),
        "Dth" => format!("{day}{ending}"),
        "D." => format!("{day}."),
        word => word.to_owned(),
    });
    Some(date.collect::<Vec<_>>().join(" "))
}

/// A range between two numbers: `2-3`, `1990–1995`.
fn range(core: &str, spelling: &Spelling, is_english: bool) -> Option<String> {
    let (from, to) = core.split_once(['-', '–'])?;
    let is_number = |part: &str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(from) || !is_number(to) {
        return None;
    }
    let read = |number: &str| if is_english { english(number) } else { None }.unwrap_or_else(|| number.to_owned());
    Some(format!("{} {} {}", read(from), spelling.to, read(to)))
}

/// A number with its unit, `5km`, or a unit behind a number.
fn unit(core: &str, after_number: bool, spelling: &Spelling) -> Option<String> {
    let (unit, name) = spelling.units.iter().find(|(unit, _)| core.ends_with(unit))?;
    let number = core.strip_suffix(unit)?;
    match number.is_empty() {
        true => after_number.then(|| (*name).to_owned()),
        false => number.ends_with(|letter: char| letter.is_ascii_digit()).then(|| format!("{number} {name}")),
    }
}

/// A number with more than one dot: of a version, of a network.
fn version(core: &str, spelling: &Spelling) -> Option<String> {
    let digits = core.strip_prefix('v').unwrap_or(core);
    let is_version = digits.matches('.').count() > 1
        && digits.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        // Thousands are set apart like this in many languages.
        && !digits.split('.').skip(1).all(|part| part.len() == 3);
    is_version.then(|| core.replace('.', &format!(" {} ", spelling.dot)))
}

/// What is special to English: years, decades, `#1`, telephone numbers.
fn english(core: &str) -> Option<String> {
    if let Some(number) = core.strip_prefix('#').filter(|number| !number.is_empty()) {
        return number.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("number {number}"));
    }
    if let Some(number) = core.strip_prefix('+').filter(|number| number.len() < 5) {
        return number.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("plus {number}"));
    }
    let (digits, decade) = match core.strip_suffix('s') {
        Some(digits) => (digits, true),
        None => (core, false),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.is_empty() {
        return None;
    }
    if digits.len() > 6 && !decade {
        // Too long to be counted: a telephone number, a number of an account.
        return Some(digits.chars().map(String::from).collect::<Vec<_>>().join(" "));
    }
    if digits.len() == 4 {
        let (century, year) = digits.split_at(2);
        let is_year = matches!(century.parse(), Ok(11..=19)) || (century == "20" && !year.starts_with('0'));
        return match (is_year, decade, year) {
            (false, ..) => None,
            (true, false, "00") => Some(format!("{century} hundred")),
            (true, false, year) => Some(match year.strip_prefix('0') {
                Some(year) => format!("{century} oh {year}"),
                None => format!("{century} {year}"),
            }),
            (true, true, "00") => Some(format!("{century} hundreds")),
            (true, true, year) => decade_name(year).map(|name| format!("{century} {name}")),
        };
    }
    if decade && digits.len() == 2 { decade_name(digits).map(str::to_owned) } else { None }
}

fn decade_name(digits: &str) -> Option<&'static str> {
    let name = match digits {
        "10" => "tens",
        "20" => "twenties",
        "30" => "thirties",
        "40" => "forties",
        "50" => "fifties",
        "60" => "sixties",
        "70" => "seventies",
        "80" => "eighties",
        "90" => "nineties",
        _ => return None,
    };
    Some(name)
}
