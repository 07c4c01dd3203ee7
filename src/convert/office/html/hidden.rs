//! What a page carries and does not show: it is taken out of the page before anything is read, and named.
//!
//! Looks are told from attributes, inline styles and the page's own style sheets, as far as they can be without drawing it.
//! White text is kept where most of the page is white: then it stands on something dark.

use std::collections::{BTreeSet, HashMap};

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use mediary_core::document::Hidden;
use mediary_core::is_hidden_in_text;
use scraper::{Html, Node};

use super::looks::{Look, Looks};

/// A comment with fewer words is a note between those who make pages.
const FEWEST_COMMENT_WORDS: usize = 8;
/// Line breaks are hinted at with a few characters without a width.
const MOST_HINTS: usize = 16;

/// Takes out what is not shown; says why it is not.
pub(super) fn taken_out(page: &mut Html) -> Vec<Hidden> {
    let looks = Looks::of(page);
    let mut search = Search::default();
    search.through(page, &looks);
    let Search { mut found, gone, white, shown_chars, white_chars, hints, .. } = search;
    let is_dark = white_chars > shown_chars / 2;
    let white = if is_dark { Vec::new() } else { white };
    if !white.is_empty() {
        found.insert(Hidden::Unseen);
    }
    if hints > MOST_HINTS {
        found.insert(Hidden::ZeroWidth);
    }
    for id in gone.into_iter().chain(white) {
        if let Some(mut node) = page.tree.get_mut(id) {
            node.detach();
        }
    }
    found.into_iter().collect()
}

#[derive(Default)]
struct Search {
    found: BTreeSet<Hidden>,
    /// What is taken out.
    gone: Vec<NodeId>,
    /// Texts in the colour of the page.
    white: Vec<NodeId>,
    shown_chars: usize,
    white_chars: usize,
    /// Characters that show nothing.
    hints: usize,
    /// How what is open looks, the innermost last.
    open: Vec<Inherited>,
    /// The element within which nothing is shown, and why; `None`: what never shows text.
    within: Option<(NodeId, Option<Hidden>)>,
}

/// What an element has from those around it.
#[derive(Clone, Copy, Default)]
struct Inherited {
    is_tiny: bool,
    is_white: bool,
    has_ground: bool,
}

impl Search {
    fn through(&mut self, page: &Html, looks: &Looks) {
        for edge in page.tree.root().traverse() {
            match edge {
                Edge::Open(node) => self.open(node, looks),
                Edge::Close(node) => {
                    if self.within.is_some_and(|(id, _)| id == node.id()) {
                        self.within = None;
                    }
                    if node.value().is_element() {
                        self.open.pop();
                    }
                }
            }
        }
    }

    fn open(&mut self, node: NodeRef<'_, Node>, looks: &Looks) {
        match node.value() {
            Node::Element(element) => {
                let look = looks.look(node.id());
                let around = self.open.last().copied().unwrap_or_default();
                let inherited = Inherited {
                    is_tiny: look.is_tiny.unwrap_or(around.is_tiny),
                    is_white: look.is_white.unwrap_or(around.is_white),
                    has_ground: around.has_ground || look.has_ground || element.attr("background").is_some(),
                };
                self.open.push(inherited);
                if self.within.is_none() {
                    let why = self.why_unseen(&look, element.attr("hidden").is_some());
                    let shows_none = matches!(
                        element.name(),
                        "head" | "script" | "style" | "template" | "noscript" | "svg" | "iframe" | "object"
                    );
                    if why.is_some() && !shows_none {
                        self.gone.push(node.id());
                    }
                    if why.is_some() || shows_none {
                        self.within = Some((node.id(), why.filter(|_| !shows_none)));
                    }
                }
            }
            Node::Text(text) => self.text(node.id(), text),
            Node::Comment(comment) => {
                self.gone.push(node.id());
                let is_conditional = comment.trim_start().starts_with("[if");
                let is_word = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
                let words = comment.split_whitespace().filter(is_word).take(FEWEST_COMMENT_WORDS).count();
                if words == FEWEST_COMMENT_WORDS && !is_conditional {
                    self.found.insert(Hidden::Comment);
                }
            }
            _ => {}
        }
    }

    fn why_unseen(&self, look: &Look, has_attribute: bool) -> Option<Hidden> {
        if has_attribute || look.is_gone {
            Some(Hidden::Invisible)
        } else if look.is_transparent {
            Some(Hidden::Transparent)
        } else {
            look.is_off_page.then_some(Hidden::OffPage)
        }
    }

    fn text(&mut self, id: NodeId, text: &str) {
        let chars = text.chars().filter(|c| !c.is_whitespace()).count();
        if chars == 0 {
            return;
        }
        if let Some((_, why)) = self.within {
            self.found.extend(why);
            return;
        }
        self.hints += text.chars().filter(|c| is_hidden_in_text(*c)).map(weight).sum::<usize>();
        let look = self.open.last().copied().unwrap_or_default();
        if look.is_tiny {
            self.found.insert(Hidden::Tiny);
            self.gone.push(id);
            return;
        }
        self.shown_chars += chars;
        if look.is_white && !look.has_ground {
            self.white.push(id);
            self.white_chars += chars;
        }
    }
}

/// Letters in disguise, and marks that turn the direction, are no hints for line breaks.
fn weight(c: char) -> usize {
    if matches!(c, '\u{e0000}'..='\u{e007f}' | '\u{202a}'..='\u{202e}') { MOST_HINTS + 1 } else { 1 }
}

/// Where looks are gathered by node.
pub(super) type ByNode<T> = HashMap<NodeId, T>;
