//! How often what is drawn by chance is taken for something, and how often something is missed: as docs/guard.md has it.

use super::super::found::found;

const DRAWS: usize = 20_000;

/// Draws that are the same each time (SplitMix64).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap_or(0)
    }

    fn of(&mut self, letters: &[u8], count: usize) -> String {
        (0..count).map(|_| char::from(letters[self.below(letters.len())])).collect()
    }

    fn digits(&mut self, count: usize) -> String {
        self.of(b"0123456789", count)
    }

    fn hex(&mut self, count: usize) -> String {
        self.of(b"0123456789abcdef", count)
    }
}

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Of how many of so many draws something of a kind is found, for each thousand.
fn per_thousand(kind: &str, draw: impl Fn(&mut Draws) -> String) -> f64 {
    let mut draws = Draws(7);
    let taken = (0..DRAWS).filter(|_| {
        let text = format!("It is {} here.", draw(&mut draws));
        found(&text).iter().any(|(its, _)| its.name() == kind)
    });
    taken.count() as f64 * 1_000.0 / DRAWS as f64
}

/// What is drawn: its name, which kind it is asked for, and how it is drawn.
type Drawn = (&'static str, &'static str, fn(&mut Draws) -> String);

#[test]
fn what_is_drawn_by_chance_is_taken_as_seldom_as_is_documented() {
    let rows: [(Drawn, f64); 12] = [
        (("16 digits", "card", |draws| draws.digits(16)), 25.0),
        (("13 digits, as an EAN", "card", |draws| draws.digits(13)), 0.0),
        (("10 digits", "phone", |draws| draws.digits(10)), 0.0),
        (("10 digits as 3-3-4", "phone", |d| format!("{}-{}-{}", d.digits(3), d.digits(3), d.digits(4))), 660.0),
        (("DE and 20 digits", "iban", |draws| format!("DE{}", draws.digits(20))), 12.0),
        (("64 digits of SHA-256", "card", |draws| draws.hex(64)), 0.0),
        (("64 digits of SHA-256", "phone", |draws| draws.hex(64)), 0.0),
        (("64 digits of SHA-256", "key", |draws| draws.hex(64)), 0.0),
        (("UUID", "card", |d| format!("{}-{}-4{}-a{}-{}", d.hex(8), d.hex(4), d.hex(3), d.hex(3), d.hex(12))), 0.0),
        (
            ("date and time", "phone", |d| {
                format!(
                    "20{}-{:02}-{:02}T{:02}:{:02}:{}.{}Z",
                    d.digits(2),
                    1 + d.below(12),
                    1 + d.below(28),
                    d.below(24),
                    d.below(60),
                    10 + d.below(50),
                    d.digits(6)
                )
            }),
            0.0,
        ),
        (("64 letters of Base64", "key", |draws| draws.of(BASE64, 64)), 0.0),
        (("64 letters of Base64", "phone", |draws| draws.of(BASE64, 64)), 0.0),
    ];
    for ((name, kind, draw), most) in rows {
        let found = per_thousand(kind, draw);
        assert!(found <= most, "{name} as {kind}: {found} of 1000");
    }
}

/// The check digit that makes a card's number whole.
fn carded(head: &str, separator: &str) -> String {
    let digits = |text: &str| -> u32 {
        let doubled = text.bytes().rev().enumerate().map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        });
        doubled.sum()
    };
    let check = (10 - digits(&format!("{head}0")) % 10) % 10;
    let whole = format!("{head}{check}");
    let groups: Vec<&str> = (0..whole.len()).step_by(4).map(|at| &whole[at..(at + 4).min(whole.len())]).collect();
    groups.join(separator)
}

#[test]
fn what_is_real_and_drawn_by_chance_is_found() {
    let rows: [Drawn; 7] = [
        ("card", "card", |draws| carded(&format!("4{}", draws.digits(14)), "")),
        ("card in groups", "card", |draws| carded(&format!("55{}", draws.digits(13)), " ")),
        ("account", "iban", |draws| {
            let number = draws.digits(18);
            // D, E and 00 behind the number: 13, 14, 00.
            let remainder =
                format!("{number}131400").bytes().fold(0, |all, digit| (all * 10 + u32::from(digit - b'0')) % 97);
            format!("DE{:02}{number}", 98 - remainder)
        }),
        ("address", "email", |draws| {
            let name = draws.of(b"abcdefghijklmnopqrstuvwxyz", 6);
            format!("{name}.{}@{}.example.com", draws.of(LETTERS, 5), draws.of(LETTERS, 8))
        }),
        ("telephone", "phone", |draws| format!("+49 30 {}", draws.digits(7))),
        ("key", "key", |draws| format!("sk-{}", draws.of(LETTERS, 40))),
        ("token", "key", |draws| format!("ghp_{}", draws.of(LETTERS, 36))),
    ];
    for (name, kind, draw) in rows {
        let found = per_thousand(kind, draw);
        // Of drawn keys a few have no digit, as words have none.
        assert!(found >= if kind == "key" { 997.0 } else { 1_000.0 }, "{name}: {found} of 1000");
    }
}
