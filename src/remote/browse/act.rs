//! What is done on a page.

/// No page is waited on for longer, in milliseconds.
pub(super) const MOST_WAIT_MS: u32 = 10_000;

/// One thing that is done on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Clicks on what a reference names.
    Click {
        /// The reference, as `e3`.
        at: String,
    },
    /// Writes into what a reference names.
    Type {
        /// The reference.
        at: String,
        /// What.
        text: String,
        /// Whether the enter key is pressed behind it.
        submit: bool,
    },
    /// Presses a key.
    Press {
        /// Its name: `Enter`, `Tab`, `ArrowDown`, `a`.
        key: String,
    },
    /// Scrolls.
    Scroll {
        /// Where to.
        direction: Direction,
        /// How far, in pixels.
        pixels: u32,
    },
    /// Goes to another address.
    Navigate {
        /// Which.
        url: String,
    },
    /// Goes to the page before.
    Back,
    /// Goes to the page after.
    Forward,
    /// Loads the page anew.
    Reload,
    /// Waits.
    Wait {
        /// How long, in milliseconds.
        ms: u32,
    },
}

/// Where a page is scrolled to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the directions are their names")]
pub enum Direction {
    Up,
    Down,
    Left,
    Right,
}

impl Direction {
    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// The direction of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Up, Self::Down, Self::Left, Self::Right].into_iter().find(|direction| direction.name() == name)
    }
}

/// A key as a browser is told of it: its name, its code, its number, and the text that it writes.
pub(super) struct KeyPress {
    pub(super) key: String,
    pub(super) code: String,
    pub(super) number: u32,
    pub(super) text: Option<String>,
}

/// The key of this name; `None`: there is none.
pub(super) fn key(name: &str) -> Option<KeyPress> {
    const NAMED: [(&str, u32, Option<&str>); 14] = [
        ("Enter", 13, Some("\r")),
        ("Tab", 9, None),
        ("Escape", 27, None),
        ("Backspace", 8, None),
        ("Delete", 46, None),
        ("ArrowLeft", 37, None),
        ("ArrowUp", 38, None),
        ("ArrowRight", 39, None),
        ("ArrowDown", 40, None),
        ("PageUp", 33, None),
        ("PageDown", 34, None),
        ("Home", 36, None),
        ("End", 35, None),
        ("Space", 32, Some(" ")),
    ];
    if let Some((known, number, text)) = NAMED.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)) {
        let key = if *known == "Space" { " " } else { *known };
        let text = text.map(str::to_owned);
        return Some(KeyPress { key: key.to_owned(), code: (*known).to_owned(), number: *number, text });
    }
    let mut chars = name.chars();
    let only = chars.next().filter(|c| !c.is_control() && chars.next().is_none())?;
    let number = if only.is_ascii_alphanumeric() { u32::from(only.to_ascii_uppercase()) } else { 0 };
    Some(KeyPress { key: name.to_owned(), code: String::new(), number, text: Some(name.to_owned()) })
}
