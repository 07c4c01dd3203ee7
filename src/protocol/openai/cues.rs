//! Subtitles of a stretch of speech: cues that can be read while they stand, cut where sentences and clauses end.
//!
//! No cue is longer than two lines and some seconds, unless one word is. When a word is said is told by the target where it
//! knows, else estimated by its length. Where the cuts are best is weighed over the whole stretch. How cues are written is
//! `transcript`'s business.

use mediary_core::language::is_unspaced;
use mediary_core::task::Segment;

use super::transcript::SENTENCE_ENDS;

/// What a line holds: so many letters, or half as many of the wide ones of Chinese and Japanese.
const LINE_COLUMNS: usize = 42;
/// A cue stands for so long at most, …
const MOST_SECONDS: f64 = 7.0;
/// … and for so long where there is time.
const LEAST_SECONDS: f64 = 1.0;
/// No speech is slower than this; what is left of a stretch is silent.
const MOST_SECONDS_A_COLUMN: f64 = 0.35;
/// A pause between words that may part cues.
const PAUSE_SECONDS: f64 = 0.35;
/// How many columns could be said in the pause behind a sentence, and behind a clause.
const SENTENCE_PAUSE: usize = 6;
const CLAUSE_PAUSE: usize = 3;
/// Marks behind which a clause may end.
const CLAUSE_ENDS: &str = ",;:—–、，；：،؛";
/// What may stand behind such a mark, and begins no line.
const CLOSING: &str = "\"'”’»)]}」』）】》〉";
/// What ends no line.
const OPENING: &str = "\"'“‘«([{「『（【《〈¿¡";
/// Letters that belong to the one before.
const SMALL_KANA: &str = "ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々";
/// Words with a point behind which no sentence ends.
const SHORTENED: [&str; 9] = ["Mr", "Mrs", "Ms", "Dr", "Prof", "St", "vs", "Sr", "Jr"];

/// One subtitle.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cue {
    /// Where it appears, in seconds.
    pub(super) start_seconds: f64,
    /// Where it goes, in seconds.
    pub(super) end_seconds: f64,
    /// One line or two.
    pub(super) lines: Vec<String>,
}

/// What stands before a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The first half of a word that is longer than a line.
    Half,
    /// A letter of a script that has no spaces.
    Letter,
    Space,
    /// The end of a line that the target made.
    Line,
}

/// What is never parted: a word, or a letter where words have no spaces.
#[derive(Debug)]
struct Piece<'a> {
    text: &'a str,
    before: Before,
    start_seconds: f64,
    end_seconds: f64,
}

/// How well a cue ends behind a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Sentence,
    Clause,
    Nothing,
}

impl Piece<'_> {
    fn columns(&self) -> usize {
        columns(self.text)
    }

    fn ends(&self) -> Ends {
        let bare = self.text.trim_end_matches(|letter| CLOSING.contains(letter));
        let Some(last) = bare.chars().next_back() else { return Ends::Nothing };
        let stem = bare.trim_end_matches('.').trim_start_matches(|letter| OPENING.contains(letter));
        let is_initial = stem.chars().count() == 1 && stem.chars().all(char::is_uppercase);
        if SENTENCE_ENDS.contains(&last) && !(last == '.' && (is_initial || SHORTENED.contains(&stem))) {
            Ends::Sentence
        } else if CLAUSE_ENDS.contains(last) {
            Ends::Clause
        } else {
            Ends::Nothing
        }
    }
}

/// The cues of a stretch, in order, each within it.
pub(super) fn cues(segment: &Segment) -> Vec<Cue> {
    let mut pieces = pieces(&segment.text);
    let end_seconds = segment.end_seconds.max(segment.start_seconds);
    let is_estimated = !timed(&mut pieces, segment);
    if is_estimated {
        estimate(&mut pieces, segment.start_seconds, end_seconds);
    }
    rising(&mut pieces, segment.start_seconds, end_seconds);
    let cuts = Cutting::of(&pieces).cuts();
    let bounds = cuts.windows(2).map(|pair| &pieces[pair[0]..pair[1]]);
    let mut cues: Vec<Cue> = bounds
        .filter_map(|pieces| {
            let (start_seconds, end_seconds) = (pieces.first()?.start_seconds, pieces.last()?.end_seconds);
            Some(Cue { start_seconds, end_seconds, lines: lines(pieces) })
        })
        .collect();
    for index in 0..cues.len() {
        let next = cues.get(index + 1).map_or(end_seconds, |next| next.start_seconds);
        let is_last = index + 1 == cues.len();
        let cue = &mut cues[index];
        let least = if is_estimated && is_last { MOST_SECONDS } else { LEAST_SECONDS };
        cue.end_seconds = cue.end_seconds.max(next.min(cue.start_seconds + least));
        cue.end_seconds = cue.end_seconds.min(cue.start_seconds + MOST_SECONDS);
    }
    cues
}

/// How wide a text is.
fn columns(text: &str) -> usize {
    text.chars().map(|letter| if is_wide(letter) { 2 } else { usize::from(!is_mark(letter)) }).sum()
}

fn is_wide(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
}

/// Whether it stands on, under or behind the letter before.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{eb1}'
        | '\u{eb4}'..='\u{ebc}' | '\u{ec8}'..='\u{ece}' | '\u{102b}'..='\u{103e}' | '\u{17b4}'..='\u{17d3}' | '\u{200d}'
        | '\u{fe00}'..='\u{fe0f}')
}

/// Whether a text of a script without spaces may be parted between two letters.
fn may_part(before: char, after: char) -> bool {
    let begins_none = |letter: char| {
        !letter.is_alphanumeric() && !OPENING.contains(letter)
            || SMALL_KANA.contains(letter)
            // Vowels of Thai and Lao that stand behind their consonant.
            || matches!(letter, '\u{e30}'..='\u{e33}' | '\u{eb0}'..='\u{eb3}')
    };
    // Those that stand before it.
    let ends_none =
        |letter| OPENING.contains(letter) || matches!(letter, '\u{e40}'..='\u{e44}' | '\u{ec0}'..='\u{ec4}');
    (is_unspaced(before) || is_unspaced(after)) && !is_mark(after) && !begins_none(after) && !ends_none(before)
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for line in text.lines() {
        let mut before = Before::Line;
        for word in line.split_whitespace() {
            let (mut start, mut width, mut last) = (0, 0, None);
            for (at, letter) in word.char_indices() {
                let parted = last.is_some_and(|last| may_part(last, letter));
                if parted || (width >= LINE_COLUMNS && !is_mark(letter)) {
                    pieces.push(Piece { text: &word[start..at], before, start_seconds: 0.0, end_seconds: 0.0 });
                    before = if parted { Before::Letter } else { Before::Half };
                    (start, width) = (at, 0);
                }
                width += columns(letter.encode_utf8(&mut [0; 4]));
                last = Some(letter);
            }
            pieces.push(Piece { text: &word[start..], before, start_seconds: 0.0, end_seconds: 0.0 });
            before = Before::Space;
        }
    }
    pieces
}

fn letters(text: &str) -> usize {
    text.chars().filter(|letter| letter.is_alphanumeric()).count()
}

/// Times the pieces by the words whose times are known, letter by letter, since words may be cut otherwise there. Whether
/// they are those of this text.
fn timed(pieces: &mut [Piece<'_>], segment: &Segment) -> bool {
    let mut known = Vec::new();
    for word in &segment.words {
        let count = letters(&word.text);
        let at = |part: usize| {
            word.start_seconds + (word.end_seconds - word.start_seconds) * part as f64 / count.max(1) as f64
        };
        known.extend((0..count).map(|part| (at(part), at(part + 1))));
    }
    let all: usize = pieces.iter().map(|piece| letters(piece.text)).sum();
    if known.is_empty() || all == 0 || known.len().abs_diff(all) * 5 > all {
        return false;
    }
    let (mut said, mut last) = (0, segment.start_seconds);
    for piece in pieces {
        let (first, behind) = (said * known.len() / all, said + letters(piece.text));
        if behind == said {
            (piece.start_seconds, piece.end_seconds) = (last, last);
            continue;
        }
        said = behind;
        let end = (behind * known.len()).div_ceil(all);
        (piece.start_seconds, piece.end_seconds) = (known[first].0, known[end - 1].1);
        last = piece.end_seconds;
    }
    true
}

/// Spreads the pieces over the time: each has its share, with the pause behind it.
fn estimate(pieces: &mut [Piece<'_>], start_seconds: f64, end_seconds: f64) {
    let share = |piece: &Piece<'_>| {
        piece.columns()
            + match piece.ends() {
                Ends::Sentence => SENTENCE_PAUSE,
                Ends::Clause => CLAUSE_PAUSE,
                Ends::Nothing => 0,
            }
    };
    let last = pieces.last().map_or(0, |last| share(last) - last.columns());
    let all: usize = pieces.iter().map(share).sum::<usize>() - last;
    let column_seconds = ((end_seconds - start_seconds) / all.max(1) as f64).min(MOST_SECONDS_A_COLUMN);
    let mut said = 0;
    for piece in pieces {
        piece.start_seconds = start_seconds + column_seconds * said as f64;
        said += share(piece);
        piece.end_seconds = start_seconds + column_seconds * said as f64;
    }
}

/// Sees to it that no time is before the one before it, or outside of the stretch.
fn rising(pieces: &mut [Piece<'_>], start_seconds: f64, end_seconds: f64) {
    let mut last = start_seconds;
    for piece in pieces {
        piece.start_seconds = piece.start_seconds.max(last).min(end_seconds);
        piece.end_seconds = piece.end_seconds.max(piece.start_seconds).min(end_seconds);
        last = piece.end_seconds;
    }
}

/// Where a text is cut best.
struct Cutting<'a, 'b> {
    pieces: &'a [Piece<'b>],
    /// The columns before each piece, spaces included.
    before: Vec<usize>,
    /// The sentences that end before each piece.
    ended: Vec<usize>,
}

impl<'a, 'b> Cutting<'a, 'b> {
    fn of(pieces: &'a [Piece<'b>]) -> Self {
        let (mut before, mut ended) = (vec![0], vec![0]);
        for (index, piece) in pieces.iter().enumerate() {
            let space = usize::from(matches!(piece.before, Before::Space | Before::Line));
            before.push(before[index] + space + piece.columns());
            ended.push(ended[index] + usize::from(piece.ends() == Ends::Sentence));
        }
        Self { pieces, before, ended }
    }

    fn columns(&self, from: usize, to: usize) -> usize {
        let piece = &self.pieces[from];
        self.before[to] - self.before[from] - usize::from(matches!(piece.before, Before::Space | Before::Line))
    }

    /// Whether these pieces are no more than two lines and some seconds.
    fn fits(&self, from: usize, to: usize) -> bool {
        let seconds = self.pieces[to - 1].end_seconds - self.pieces[from].start_seconds;
        if to == from + 1 {
            return true;
        }
        let second = (from + 1..to).rev().find(|middle| self.columns(from, *middle) <= LINE_COLUMNS);
        let is_one_line = self.columns(from, to) <= LINE_COLUMNS;
        let are_two = second.is_some_and(|second| self.columns(second, to) <= LINE_COLUMNS);
        seconds <= MOST_SECONDS && (is_one_line || are_two)
    }

    /// What speaks against a cue of these pieces.
    fn cost(&self, from: usize, to: usize) -> f64 {
        let (columns, last) = (self.columns(from, to), &self.pieces[to - 1]);
        let seconds = last.end_seconds - self.pieces[from].start_seconds;
        let share = columns as f64 / (2 * LINE_COLUMNS) as f64;
        // Many cues flicker, uneven ones too, and a sentence that begins within one is torn.
        let within = (self.ended[to - 1] - self.ended[from]) as f64;
        let short = if columns < 15 || seconds < LEAST_SECONDS { 0.6 } else { 0.0 };
        1.0 + 0.4 * share * share + 0.4 * within + short + self.break_cost(to)
    }

    /// What speaks against a cut before this piece.
    fn break_cost(&self, at: usize) -> f64 {
        let Some(next) = self.pieces.get(at) else { return 0.0 };
        let last = &self.pieces[at - 1];
        let pauses = next.start_seconds - last.end_seconds >= PAUSE_SECONDS;
        match (last.ends(), next.before) {
            (_, Before::Half) => 5.0,
            (Ends::Sentence, _) => 0.0,
            (_, Before::Line) => 0.25,
            (Ends::Clause, _) => 0.5,
            (Ends::Nothing, _) if pauses => 0.5,
            (Ends::Nothing, Before::Letter) => 2.0,
            // An article or a preposition belongs to what follows.
            (Ends::Nothing, Before::Space) => {
                if last.columns() <= 3 {
                    1.8
                } else {
                    1.5
                }
            }
        }
    }

    /// The first piece of each cue, and the end.
    fn cuts(&self) -> Vec<usize> {
        let count = self.pieces.len();
        let mut best = vec![(f64::INFINITY, 0); count + 1];
        best[0].0 = 0.0;
        for from in 0..count {
            for to in from + 1..=count {
                if !self.fits(from, to) {
                    break;
                }
                let cost = best[from].0 + self.cost(from, to);
                if cost < best[to].0 {
                    best[to] = (cost, from);
                }
            }
        }
        let mut cuts = vec![count];
        while let Some(at) = cuts.last().copied().filter(|at| *at > 0) {
            cuts.push(best[at].1);
        }
        cuts.reverse();
        cuts
    }
}

/// A cue's one line, or two of about the same length.
fn lines(pieces: &[Piece<'_>]) -> Vec<String> {
    let of = |pieces: &[Piece<'_>]| {
        let mut line = String::new();
        for piece in pieces {
            if !line.is_empty() && matches!(piece.before, Before::Space | Before::Line) {
                line.push(' ');
            }
            line.push_str(piece.text);
        }
        line
    };
    let whole = of(pieces);
    let mut made = (1..pieces.len()).filter(|at| pieces[*at].before == Before::Line);
    let of_two = made.next().filter(|_| made.next().is_none());
    if of_two.is_none() && columns(&whole) <= LINE_COLUMNS {
        return vec![whole];
    }
    let cutting = Cutting::of(pieces);
    let parted = |at: usize| (cutting.columns(0, at), cutting.columns(at, pieces.len()));
    let fits = |at: &usize| parted(*at).0.max(parted(*at).1) <= LINE_COLUMNS;
    let uneven = |at: usize| {
        let (first, second) = parted(at);
        first.abs_diff(second) as f64 + 6.0 * cutting.break_cost(at)
    };
    let balanced = || (1..pieces.len()).filter(fits).min_by(|a, b| uneven(*a).total_cmp(&uneven(*b)));
    match of_two.filter(fits).or_else(balanced) {
        Some(at) => vec![of(&pieces[..at]), of(&pieces[at..])],
        None => vec![whole],
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::task::SpokenWord;

    use super::*;

    const SPEECH: &str = "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for \
         your country. My fellow citizens of the world, ask not what America will do for you, but what together we can do \
         for the freedom of man. Finally, whether you are citizens of America or citizens of the world, ask of us here \
         the same high standards of strength and sacrifice which we ask of you.";
    const CHINESE: &str = "我们选择在这个十年登上月球并做其他的事情，不是因为它们容易，而是因为它们困难。\
         因为这个目标将有助于组织和衡量我们最好的精力和技能，因为这个挑战是我们愿意接受的。";
    const JAPANESE: &str = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\
         何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。";

    fn stretch(start_seconds: f64, end_seconds: f64, text: &str) -> Segment {
        Segment { start_seconds, end_seconds, text: text.to_owned(), ..Segment::default() }
    }

    fn shown(segment: &Segment) -> String {
        let line = |cue: &Cue| format!("{:.2} {:.2}\n{}\n", cue.start_seconds, cue.end_seconds, cue.lines.join("\n"));
        cues(segment).iter().map(line).collect()
    }

    /// Complains unless the cues are of this text, in order, within the stretch and small enough.
    #[track_caller]
    fn assert_readable(segment: &Segment) {
        let cues = cues(segment);
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let all: String = cues.iter().flat_map(|cue| &cue.lines).map(|line| bare(line)).collect();
        assert_eq!(all, bare(&segment.text));
        let mut last = segment.start_seconds;
        for cue in &cues {
            assert!(cue.start_seconds >= last && cue.end_seconds >= cue.start_seconds, "{cues:#?}");
            assert!(
                cue.end_seconds <= segment.end_seconds && cue.end_seconds - cue.start_seconds <= MOST_SECONDS + 1e-9
            );
            assert!((1..=2).contains(&cue.lines.len()), "{cue:?}");
            assert!(cue.lines.iter().all(|line| columns(line) <= LINE_COLUMNS && !line.is_empty()), "{cue:?}");
            last = cue.end_seconds;
        }
    }

    #[test]
    fn a_long_stretch_becomes_cues_that_end_with_clauses() {
        insta::assert_snapshot!(
            [
                shown(&stretch(3.0, 29.5, SPEECH)),
                shown(&stretch(0.0, 20.5, CHINESE)),
                shown(&stretch(0.0, 14.0, JAPANESE)),
            ]
            .join("---\n")
        );
    }

    #[test]
    fn times_of_words_are_those_of_cues() {
        let text = "Hello there, Dr. Miller.  It's late and I have to go home now, I think, before it rains once more.";
        let words = text.split_whitespace().enumerate().map(|(at, word)| {
            // A long pause in the middle, and words as they are told without their marks.
            let start_seconds = 10.0 + 0.4 * at as f64 + if at > 3 { 5.0 } else { 0.0 };
            let text = word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned();
            SpokenWord { start_seconds, end_seconds: start_seconds + 0.3, text }
        });
        let segment = Segment { words: words.collect(), ..stretch(9.0, 28.0, text) };
        assert_readable(&segment);
        let cues = cues(&segment);
        assert_eq!(cues[0].lines, ["Hello there, Dr. Miller."], "{cues:#?}");
        assert!((cues[0].start_seconds - 10.0).abs() < 0.01 && (cues[0].end_seconds - 11.5).abs() < 0.01, "{cues:#?}");
        assert!((cues[1].start_seconds - 16.6).abs() < 0.01, "{cues:#?}");
    }

    #[test]
    fn what_is_short_is_one_cue_and_lines_that_were_made_stay() {
        let [cue] = &cues(&stretch(1.0, 11.0, "Hello there."))[..] else { panic!("one cue") };
        assert_eq!((cue.start_seconds, cue.end_seconds, &cue.lines[..]), (1.0, 8.0, &["Hello there.".to_owned()][..]));
        assert_eq!(cues(&stretch(0.0, 3.0, "- Who?\n\n- Me."))[0].lines, ["- Who?", "- Me."]);
        assert!(cues(&stretch(0.0, 3.0, " \n ")).is_empty());
        // Without any length, all of it stands at one time.
        assert_readable(&stretch(2.0, 2.0, SPEECH));
    }

    /// Many stretches from a generator of numbers, so that the same ones come each time.
    #[test]
    fn no_word_is_lost_and_times_rise_whatever_is_said() {
        let mut state = 11_u64;
        let mut random = move |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let long = "x".repeat(130);
        let words = [
            "a",
            "Hello",
            "world,",
            "J.",
            "end.",
            "(why?)",
            "—",
            "\n",
            "今日は",
            "猫。",
            "「はい」",
            "สวัสดีครับ",
            "ni\u{303}o",
            &long,
        ];
        for _ in 0..400 {
            let said: Vec<&str> = (0..random(60)).map(|_| words[random(words.len())]).collect();
            let (start, seconds) = (random(100) as f64, random(3_000) as f64 / 100.0);
            let mut words = Vec::new();
            let is_timed = random(2) == 0;
            for word in said.iter().filter(|_| is_timed) {
                // Times as a bad target tells them: before the stretch, behind it, and not in order.
                let at = start + random(3_200) as f64 / 100.0 - 1.0;
                let end_seconds = at + random(100) as f64 / 100.0;
                if random(10) > 0 {
                    words.push(SpokenWord { start_seconds: at, end_seconds, text: (*word).to_owned() });
                }
            }
            assert_readable(&Segment { words, ..stretch(start, start + seconds, &said.join(" ")) });
        }
    }
}
