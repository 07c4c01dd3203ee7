//! How often letters and characters occur in languages that are not written in Latin script.
//!
//! Frequencies are means over the larger languages of a script: Russian, Ukrainian, Bulgarian and Serbian; Arabic and
//! Persian. Of Chinese, Japanese and Korean only the most common characters are known: some three hundred make up half of
//! any text, and a twentieth of characters taken at random.

use unicode_normalization::UnicodeNormalization;

/// An alphabet and what is likely in it.
#[derive(Debug)]
pub(super) struct Alphabet {
    /// Its letters, the commonest first.
    letters: &'static str,
    /// Of each, percent of all.
    percent: &'static [f32],
    /// The blocks in which its letters lie.
    blocks: &'static [(char, char)],
    /// The mean logarithm below which letters are unlikely.
    pub(super) unlikely: f32,
}

impl Alphabet {
    /// Whether a letter, as [`bare`] gives it, belongs to it.
    pub(super) fn has(&self, letter: char) -> bool {
        self.blocks.iter().any(|(first, last)| (*first..=*last).contains(&letter))
    }

    /// A letter's share of all; `None` for one that its languages do not use.
    pub(super) fn share(&self, letter: char) -> Option<f32> {
        let of = |wanted: char| {
            let place = self.letters.chars().position(|known| known == wanted)?;
            self.percent.get(place).map(|percent| percent / 100.0)
        };
        // Accents and breathings aside.
        of(letter).or_else(|| of([letter].into_iter().nfd().next()?))
    }
}

/// A letter as alphabets list it: small, and not in one of the forms that fonts have for the places in a word.
pub(super) fn bare(letter: char) -> char {
    let plain = match letter {
        '\u{fb00}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' => [letter].into_iter().nfkd().next().unwrap_or(letter),
        letter => letter,
    };
    plain.to_lowercase().next().unwrap_or(plain)
}

/// Whether a character is Chinese, Japanese or Korean.
pub(super) fn is_cjk(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

/// Whether a Chinese, Japanese or Korean character is among the most common ones.
pub(super) fn is_common(character: char) -> bool {
    COMMON.iter().any(|characters| characters.contains(character))
}

/// The share of common characters below which Chinese, Japanese or Korean text is unlikely.
pub(super) const FEW_COMMON: f32 = 0.32;

/// The alphabets that are known.
pub(super) const ALPHABETS: [Alphabet; 4] = [
    Alphabet {
        letters: "оаеинтсрвлкмдпузягбіыьчйхжјшцющъэфїєњљћўђёџґ",
        percent: &[
            10.4, 9.0, 8.6, 7.4, 6.5, 5.9, 5.1, 4.7, 4.4, 3.9, 3.5, 3.1, 3.1, 2.8, 2.8, 1.9, 1.7, 1.7, 1.6, 1.6, 1.3,
            1.2, 1.2, 1.0, 0.8, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.15, 0.15, 0.15, 0.1, 0.08,
            0.04, 0.03, 0.02,
        ],
        blocks: &[('\u{400}', '\u{52f}')],
        unlikely: -3.45,
    },
    Alphabet {
        letters: "αοιετνησυρκπςμλωδγθχφβξζψ",
        percent: &[
            11.6, 9.8, 8.7, 8.4, 7.9, 6.2, 5.5, 4.8, 4.3, 4.2, 4.1, 4.0, 3.9, 3.3, 2.9, 2.0, 1.7, 1.7, 1.3, 1.1, 0.9,
            0.7, 0.4, 0.4, 0.15,
        ],
        blocks: &[('\u{370}', '\u{3ff}'), ('\u{1f00}', '\u{1fff}')],
        unlikely: -3.1,
    },
    Alphabet {
        letters: "اليمونرتهبدعسیفكةقأحشجکصطخزىإذضثغپگءئظآؤچژ",
        percent: &[
            12.6, 10.6, 6.9, 6.4, 5.8, 5.6, 5.0, 4.6, 4.2, 4.1, 3.7, 3.4, 3.1, 3.0, 2.7, 2.6, 2.6, 2.3, 2.0, 2.0, 1.8,
            1.4, 1.2, 1.1, 1.0, 1.0, 0.9, 0.8, 0.8, 0.7, 0.6, 0.5, 0.5, 0.5, 0.5, 0.4, 0.4, 0.3, 0.3, 0.2, 0.2, 0.05,
        ],
        blocks: &[('\u{600}', '\u{6ff}'), ('\u{750}', '\u{77f}')],
        unlikely: -3.6,
    },
    Alphabet {
        letters: "יוהלארתבמשעםנדחכקפסןטצגזךץף",
        percent: &[
            11.0, 10.4, 10.4, 7.2, 6.1, 5.6, 5.0, 4.7, 4.7, 4.4, 3.2, 2.9, 2.9, 2.6, 2.5, 2.4, 2.1, 1.7, 1.5, 1.4, 1.2,
            1.2, 1.2, 1.0, 0.8, 0.2, 0.2,
        ],
        blocks: &[('\u{590}', '\u{5ff}')],
        unlikely: -3.3,
    },
];

/// The most common characters: of Chinese in both its forms, of Japanese syllables, of Korean ones.
const COMMON: [&str; 3] = [
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多\
     经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性\
     知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次\
     度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建\
     务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路\
     记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运國個這來們為說時會對發學過後還沒動當開現實\
     與經樣無長從機間關問應將點進業見兩東聲話門車馬書電頭體題區難變讓認識萬給帶該請單號員種總報費價格元訂購",
    "いのにとはしたてでをがなるかさもすらこりっあくれーンスルトイアラリクシ",
    "이다는의에을가하고를은한도로지기사인서아대자나어라리시해있그수제일으과들정전게보만여주부원오동장상구조것위적비면유경공국관성\
     선신생화된안계니문개산미중소내모세무거법방실용년월까지와했습입",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_known_in_all_their_forms() {
        let [cyrillic, greek, arabic, _] = &ALPHABETS;
        assert_eq!(cyrillic.share(bare('Ж')), Some(0.8 / 100.0));
        assert_eq!(greek.share(bare('Ά')), greek.share('α'));
        // The form of a letter in the middle of a word.
        assert_eq!(arabic.share(bare('\u{feee}')), arabic.share('و'));
        assert!(arabic.has(bare('\u{feee}')) && !arabic.has('w'));
        assert_eq!(cyrillic.share('ѭ'), None);
    }

    #[test]
    fn shares_of_an_alphabet_are_those_of_a_whole() {
        for alphabet in &ALPHABETS {
            let sum: f32 = alphabet.percent.iter().sum();
            assert!((95.0..112.0).contains(&sum), "{sum}");
            assert_eq!(alphabet.letters.chars().count(), alphabet.percent.len());
            assert!(alphabet.letters.chars().all(|letter| alphabet.has(letter)));
        }
        assert!(COMMON.iter().all(|characters| characters.chars().all(is_cjk)));
    }
}
