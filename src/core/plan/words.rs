//! The words by which the last question is judged, English and Spanish.
//!
//! Data only: sorted, folded to lower case without accents, and matched as whole words by `auto`. A word is here if it
//! rarely stands in a question of another sort; `function`, `class`, `script` and `reason` are not, for that reason.

/// What a word or phrase is a sign of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Code,
    Reasoning,
    Brief,
}

use Sign::{Brief, Code, Reasoning};

/// Words and phrases, sorted by their bytes so that one can be looked up.
pub(super) const SIGNS: &[(&str, Sign)] = &[
    ("acertijo", Reasoning),
    ("arregla el bug", Code),
    ("arregla este bug", Code),
    ("backtrace", Code),
    ("bash", Code),
    ("c#", Code),
    ("c++", Code),
    ("chain of thought", Reasoning),
    ("clasifica", Brief),
    ("clasificame", Brief),
    ("clasificar", Brief),
    ("clasifique", Brief),
    ("classification", Brief),
    ("classify", Brief),
    ("code review", Code),
    ("code snippet", Code),
    ("codebase", Code),
    ("codigo fuente", Code),
    ("compilador", Code),
    ("compiler", Code),
    ("css", Code),
    ("debug", Code),
    ("debugging", Code),
    ("deduce", Reasoning),
    ("deducir", Reasoning),
    ("demostracion", Reasoning),
    ("demostrar", Reasoning),
    ("demuestra", Reasoning),
    ("demuestrame", Reasoning),
    ("demuestre", Reasoning),
    ("depura", Code),
    ("depurar", Code),
    ("derive", Reasoning),
    ("en rust", Code),
    ("escribe una funcion", Code),
    ("extract", Brief),
    ("extrae", Brief),
    ("extraeme", Brief),
    ("extraer", Brief),
    ("extraiga", Brief),
    ("fix the bug", Code),
    ("fix this bug", Code),
    ("git diff", Code),
    ("golang", Code),
    ("html", Code),
    ("in rust", Code),
    ("java", Code),
    ("javascript", Code),
    ("kotlin", Code),
    ("logic puzzle", Reasoning),
    ("paso a paso", Reasoning),
    ("php", Code),
    ("piensa bien", Reasoning),
    ("piensa detenidamente", Reasoning),
    ("proof by", Reasoning),
    ("proof that", Reasoning),
    ("prove", Reasoning),
    ("pruebas unitarias", Code),
    ("pull request", Code),
    ("python", Code),
    ("razona", Reasoning),
    ("razonadamente", Reasoning),
    ("razonamiento", Reasoning),
    ("razonar", Reasoning),
    ("razone", Reasoning),
    ("reason about", Reasoning),
    ("reason through", Reasoning),
    ("refactor", Code),
    ("refactoring", Code),
    ("refactoriza", Code),
    ("refactorizar", Code),
    ("regex", Code),
    ("resume", Brief),
    ("resumeme", Brief),
    ("resumen", Brief),
    ("resumir", Brief),
    ("riddle", Reasoning),
    ("rust code", Code),
    ("rust function", Code),
    ("segfault", Code),
    ("source code", Code),
    ("sql", Code),
    ("stack trace", Code),
    ("stacktrace", Code),
    ("step by step", Reasoning),
    ("summarise", Brief),
    ("summarize", Brief),
    ("summary", Brief),
    ("teorema", Reasoning),
    ("theorem", Reasoning),
    ("think carefully", Reasoning),
    ("think hard", Reasoning),
    ("think it through", Reasoning),
    ("think through", Reasoning),
    ("tl dr", Brief),
    ("tldr", Brief),
    ("traceback", Code),
    ("traduccion", Brief),
    ("traduce", Brief),
    ("traduceme", Brief),
    ("traducir", Brief),
    ("traduzca", Brief),
    ("translate", Brief),
    ("translation", Brief),
    ("typescript", Code),
    ("unit test", Code),
    ("unit tests", Code),
    ("write a function", Code),
];

/// The signs of the words and phrases that `text` holds. `text` is folded: words with one space between two.
pub(super) fn signs_in(text: &str) -> impl Iterator<Item = Sign> {
    let starts = text.split(' ').scan(0, |at, word| {
        let start = *at;
        *at += word.len() + 1;
        Some((start, word))
    });
    starts.flat_map(move |(start, word)| {
        let from = SIGNS.partition_point(|(phrase, _)| *phrase < word);
        let same_beginning = SIGNS[from..].iter().take_while(move |(phrase, _)| phrase.starts_with(word));
        let rest = &text[start..];
        same_beginning.filter(move |(phrase, _)| begins_with_words(rest, phrase)).map(|(_, sign)| *sign)
    })
}

fn begins_with_words(text: &str, phrase: &str) -> bool {
    text.strip_prefix(phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}
