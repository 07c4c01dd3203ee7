//! Kokoro's voices by their names, its phonemes by their numbers, and what is cut where.

use mediary_core::capability::Gender;

use super::{Clause, KokoroFiles, MOST_PHONEMES, numbered, phonemes, styles};

#[test]
fn a_voice_is_known_by_its_name() {
    let rows = [
        ("af_heart", Some(("en-US", Gender::Female))),
        ("bm_george", Some(("en-GB", Gender::Male))),
        ("ef_dora", Some(("es", Gender::Female))),
        ("im_nicola", Some(("it", Gender::Male))),
        ("jf_alpha", None),
        ("zf_xiaobei", None),
        ("x", None),
    ];
    for (name, expected) in rows {
        let voice = styles::voice(name);
        let found = voice.as_ref().and_then(|voice| Some((voice.language.as_str(), voice.gender?)));
        assert_eq!(found, expected, "{name}");
    }
    let styles = ["bf_emma.bin", "jf_alpha.bin", "af_alloy.bin", "af_heart.bin"].map(Into::into).to_vec();
    let voices = KokoroFiles { model_parts: Vec::new(), styles }.voices();
    let names: Vec<&str> = voices.iter().map(|voice| voice.name.as_str()).collect();
    assert_eq!(names, ["af_heart", "af_alloy", "bf_emma"]);
}

#[test]
fn phonemes_have_the_numbers_of_the_vocabulary() {
    assert_eq!(phonemes::ids("həlˈoʊ", Some(','), "en-US"), [50, 83, 54, 156, 31, 3, 16]);
    assert_eq!(phonemes::ids("tʃˈao", None, "it"), [133, 156, 43, 57, 16]);
    assert_eq!(phonemes::ids("pˈɛro", None, "es"), [58, 156, 86, 60, 57, 16]);
    assert!(phonemes::ids("1€", None, "en-US") == [16]);
}

#[test]
fn a_piece_is_as_few_stretches_as_the_network_takes() {
    let clause = |mark| Clause { words: "a".to_owned(), mark };
    let told = ["a".repeat(300), "b".repeat(150), "d".repeat(2_000)];
    let clauses = [clause(Some(',')), clause(None), clause(Some('.'))];
    let stretches = numbered(&told, &clauses, "en-US");
    let lengths: Vec<usize> = stretches.iter().map(Vec::len).collect();
    assert_eq!(lengths, [302 + 151, MOST_PHONEMES]);
}
