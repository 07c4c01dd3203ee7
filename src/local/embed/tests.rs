//! The tokenizer against the tokenizers package's answers, and the engine on its real weights against vectors that
//! sentence-transformers made of the same texts. `make models` fetches the weights.

use std::path::Path;

use mediary_core::FailureKind;

use super::*;
use crate::ExecutionProvider;

fn weights(card: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/weights").join(card)
}

fn tokenizer() -> WordPiece {
    WordPiece::read(&weights("all-minilm-l6-v2").join("tokenizer.json")).expect("`make models` fetches the vocabulary")
}

fn engine() -> MiniLm {
    let folder = weights("onnxruntime").read_dir().expect("`make models` fetches ONNX Runtime");
    let mut files = folder.map(|entry| entry.unwrap().path());
    let library = files.find(|path| path.to_string_lossy().contains("libonnxruntime")).expect("a library");
    let runtime = Runtime::load(&library, ExecutionProvider::Cpu).unwrap();
    let folder = weights("all-minilm-l6-v2");
    let files = MiniLmFiles { model: folder.join("model.onnx"), tokenizer: folder.join("tokenizer.json") };
    MiniLm::load(&runtime, &files, 2).expect("`make models` fetches the model")
}

fn embed(engine: &mut MiniLm, inputs: &[&str]) -> Result<(Vec<Vec<f32>>, u64), Failure> {
    let inputs: Vec<String> = inputs.iter().map(|&input| input.to_owned()).collect();
    let mut vectors = vec![Vec::new(); inputs.len()];
    let mut keep = |index: usize, vector| vectors[index] = vector;
    let counted = engine.embed(&inputs, Overlong::Refused, &mut keep, &Cancel::default())?;
    Ok((vectors, counted.tokens))
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn hard_texts_have_the_tokens_that_the_model_was_trained_with() {
    let tokenizer = tokenizer();
    #[rustfmt::skip]
    let rows: &[(&str, &[i64])] = &[
        ("Hello, world!", &[101, 7592, 1010, 2088, 999, 102]),
        ("Grüße aus Köln: 3,50 €", &[101, 24665, 2226, 17499, 17151, 28306, 1024, 1017, 1010, 2753, 1574, 102]),
        ("Crème brûlée — naïve façade", &[101, 13675, 21382, 7987, 9307, 2063, 1517, 15743, 8508, 102]),
        ("日本語の文書です", &[101, 1864, 1876, 1950, 1671, 1861, 1871, 1665, 30184, 102]),
        ("Привет, мир", &[101, 1194, 16856, 10325, 25529, 15290, 22919, 1010, 1191, 10325, 16856, 102]),
        ("ελληνικά Άλφα", &[101, 1159, 29727, 29727, 24824, 16177, 18199, 29726, 14608, 1155, 29727, 29736, 14608, 102]),
        ("שלום עולם", &[101, 1266, 29799, 29792, 29800, 1259, 29792, 29799, 29800, 102]),
        ("नमस्ते दुनिया", &[101, 1327, 29867, 29874, 29859, 1325, 29863, 29877, 29868, 29876, 102]),
        ("\u{1f642} fine \u{1f469}\u{200d}\u{1f680}", &[101, 100, 2986, 100, 102]),
        ("tab\u{9}new\u{a}line\u{d}\u{a}end", &[101, 21628, 2047, 2240, 2203, 102]),
        ("a\u{0}b�c\u{200b}d", &[101, 5925, 2094, 102]),
        ("[CLS] inside [MASK]", &[101, 101, 2503, 103, 102]),
        ("don't e.g. 3.14%", &[101, 2123, 1005, 1056, 1041, 1012, 1043, 1012, 1017, 1012, 2403, 1003, 102]),
        ("snake_case::path/to#1", &[101, 7488, 1035, 2553, 1024, 1024, 4130, 1013, 2000, 1001, 1015, 102]),
        ("ﬁne ＦＵＬＬ", &[101, 1984, 2638, 100, 102]),
        ("İstanbul ISSIZ", &[101, 9960, 26354, 10993, 102]),
        ("unaffable ungeheuer", &[101, 14477, 20961, 3468, 4895, 3351, 5369, 13094, 102]),
        ("한국어 텍스트", &[101, 1469, 30006, 30021, 29991, 30014, 30020, 29999, 30008, 1467, 30009, 30020, 29997, 30017, 30003, 30017, 102]),
        ("$£¥ ‘quoted’", &[101, 1002, 1069, 29648, 1520, 9339, 1521, 102]),
        ("e\u{301}le\u{300}ve", &[101, 3449, 18697, 102]),
        ("\u{a0}no\u{2009}break", &[101, 2053, 3338, 102]),
    ];
    for (text, expected) in rows {
        assert_eq!(tokenizer.tokens(text), *expected, "{text:?}");
    }
    assert_eq!(tokenizer.tokens(&"x".repeat(101)), [101, 100, 102], "a longer word is unknown as a whole");
    let long = tokenizer.tokens(&"x".repeat(100));
    assert_eq!((long.len(), &long[..3]), (52, &[101, 22038, 20348][..]), "a word of 100 letters is put together");
}

#[test]
fn a_tokenizer_of_another_kind_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    let sound = r###"{"added_tokens": [], "normalizer": {"type": "BertNormalizer", "clean_text": true,
        "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "model": {"type": "WordPiece", "unk_token": "[UNK]",
        "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##b": 4}}}"###;
    std::fs::write(&path, sound).unwrap();
    assert_eq!(WordPiece::read(&path).unwrap().tokens("AB ba"), [1, 3, 4, 0, 2]);
    for (right, wrong, expected) in [
        ("\"lowercase\": true", "\"lowercase\": false", "treats text in another way"),
        ("WordPiece", "Unigram", "not of BERT's kind"),
        ("\"[SEP]\"", "\"[END]\"", "lacks a special token"),
        ("\"model\"", "\"mod\"", "missing field"),
    ] {
        std::fs::write(&path, sound.replace(right, wrong)).unwrap();
        let failure = WordPiece::read(&path).unwrap_err().to_string();
        assert!(failure.contains(expected) && failure.contains("`mediary models pull`"), "{wrong}: {failure}");
    }
}

#[test]
fn vectors_are_those_of_the_model_whatever_they_are_batched_with() {
    let mut engine = engine();
    let texts = ["The harbour ledger was repaired in Bristol.", "Ein Brief, zwei Briefe: naïve café!"];
    let expected = [
        [-0.0309508, 0.0675646, 0.0557093, -0.0331861, -0.0265350, -0.0527745, -0.0324653, -0.0516113],
        [0.0071405, 0.1290707, 0.0248954, 0.0238016, 0.0340981, 0.0375380, 0.0548322, 0.0181848],
    ];
    let (alone, tokens) = embed(&mut engine, &texts[..1]).unwrap();
    assert_eq!(tokens, 10);
    let long = "a long way ".repeat(100);
    let (together, tokens) = embed(&mut engine, &["x", texts[1], &long, texts[0], "What for?"]).unwrap();
    assert_eq!(tokens, 3 + 13 + 302 + 10 + 5);
    for (vector, expected) in [&together[3], &together[1]].into_iter().zip(expected) {
        assert!((cosine(vector, vector) - 1.0).abs() < 1e-5);
        let distance = vector.iter().zip(expected).map(|(a, b): (&f32, f32)| (a - b).abs()).fold(0.0, f32::max);
        assert!(distance < 1e-4, "{distance}: {:?}", &vector[..8]);
    }
    assert!((cosine(&together[1], &together[3]) - 0.0525682).abs() < 1e-4);
    assert!(cosine(&alone[0], &together[3]) > 0.99999);
}

#[test]
fn what_can_have_no_vector_is_named_before_any_is_made() {
    let mut engine = engine();
    let long = "word ".repeat(MiniLm::LONGEST - 1);
    let rows = [
        ("", FailureKind::Malformed, "input[1]: there is no text in it"),
        (" \u{200b}\n", FailureKind::Malformed, "input[1]: there is no text in it"),
        (long.as_str(), FailureKind::ContextTooLong, "input[1]: it has 513 tokens"),
    ];
    for (input, kind, detail) in rows {
        let inputs = ["fine".to_owned(), input.to_owned()];
        let outcome =
            engine.embed(&inputs, Overlong::Refused, &mut |_, _| panic!("a vector was given"), &Cancel::default());
        let failure = outcome.unwrap_err();
        assert!(failure.kind == kind && failure.to_string().contains(detail), "{failure}");
    }
    let (vectors, tokens) = embed(&mut engine, &[&long[5..]]).unwrap();
    assert_eq!((vectors[0].len(), tokens), (MiniLm::DIMENSIONS, 512));
}

#[test]
fn a_cancelled_job_ends_between_batches() {
    let mut engine = engine();
    let inputs: Vec<String> = (0..200).map(|number| format!("Sentence number {number} of many.")).collect();
    let (cancel, mut given) = (Cancel::default(), 0);
    let mut emit = |_, _| {
        given += 1;
        cancel.cancel();
    };
    let failure = engine.embed(&inputs, Overlong::Refused, &mut emit, &cancel).unwrap_err();
    assert_eq!(failure.kind, FailureKind::ClientGone);
    assert!((1..200).contains(&given), "{given} vectors came before the end");
    assert!(
        engine
            .embed(&[], Overlong::Refused, &mut |_, _| (), &Cancel::default())
            .is_ok_and(|counted| counted.tokens == 0)
    );
}
