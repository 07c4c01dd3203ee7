//! What `auto` sees in a question, and the tier it makes of a request.

use super::notation::demand;
use crate::plan::{Demand, Signs, choose_tier};
use crate::task::{Chat, Effort, Message, Part, Role, Task};

fn asking(question: &str) -> Chat {
    Chat { messages: vec![Message::text(Role::User, question)], ..Chat::default() }
}

fn words(signs: Signs) -> String {
    let all = [(signs.code, "code"), (signs.reasoning, "reasoning"), (signs.brief, "brief")];
    all.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

#[test]
fn questions_are_judged_by_whole_words() {
    let table = [
        ("", ""),
        ("Hello, how are you?", ""),
        ("Why does this Python loop never end?", "code"),
        ("typescript generics", "code"),
        ("Sort a vector in C++, please", "code"),
        ("What is new in C#?", "code"),
        ("C is the third letter", ""),
        ("Fix the bug", "code"),
        ("A bug bit me", ""),
        ("fix  this\n bug", "code"),
        ("What does ```let x = 1;``` do?", "code"),
        ("Traceback (most recent call last):\n  File", "code"),
        ("diff --git a/b b/b", "code"),
        ("Depura el código fuente", "code"),
        ("Escribe una función que sume", "code"),
        ("ESCRIBE UNA FUNCIÓN", "code"),
        ("Escribe una funcio\u{301}n", "code"),
        ("Escribe una funcionalidad", ""),
        ("a monty pythonesque joke", ""),
        ("regexes", ""),
        ("Prove that there are infinitely many primes", "reasoning"),
        ("This was proven", ""),
        ("They improve", ""),
        ("waterproof that", ""),
        ("Explain it step by step", "reasoning"),
        ("Explain it step-by-step.", "reasoning"),
        ("step by stepping", ""),
        ("the reason why", ""),
        ("reason about this", "reasoning"),
        ("Demuestra el teorema", "reasoning"),
        ("Demuéstrame que sí", "reasoning"),
        ("Explícalo paso a paso", "reasoning"),
        ("Razona tu respuesta", "reasoning"),
        ("la razón", ""),
        ("Summarise this", "brief"),
        ("summarize: a b c", "brief"),
        ("Translate «hola»", "brief"),
        ("Classify the mood", "brief"),
        ("Extract the date", "brief"),
        ("a vanilla extraction", ""),
        ("Resume este correo", "brief"),
        ("Resúmeme esto", "brief"),
        ("Traduce al inglés", "brief"),
        ("Clasifica la opinión", "brief"),
        ("Extrae la fecha", "brief"),
        ("extraer", "brief"),
        ("extranjero", ""),
        ("Summarize this Python proof by induction", "code reasoning brief"),
        ("日本語で答えて", ""),
        ("tl;dr", "brief"),
    ];
    for (question, expected) in table {
        assert_eq!(words(Signs::of(&asking(question))), expected, "{question}");
    }
}

#[test]
fn only_the_last_question_counts_and_length_is_that_of_all_its_texts() {
    let mut chat = asking("Write some Python");
    chat.messages.push(Message::text(Role::Assistant, "Prove it step by step"));
    chat.messages.push(Message::text(Role::User, "thanks"));
    chat.messages.push(Message::text(Role::Tool, "Traceback (most recent call last)"));
    assert_eq!(words(Signs::of(&chat)), "");

    let mut chat = asking("Summarise this.");
    chat.messages[0].parts.push(Part::Text("é".repeat(264)));
    assert_eq!(words(Signs::of(&chat)), "brief");
    chat.messages[0].parts.push(Part::Text("e".to_owned()));
    assert_eq!(words(Signs::of(&chat)), "");
}

#[test]
fn long_texts_are_judged_by_both_ends() {
    let filler = "ñandú ".repeat(100_000);
    for (question, expected) in [
        (format!("Prove it. {filler}"), "reasoning"),
        (format!("{filler} Prove it."), "reasoning"),
        (format!("{filler} Prove it. {filler}"), ""),
        (format!("Refactor this {filler} paso a paso"), "code reasoning"),
    ] {
        assert_eq!(words(Signs::of(&asking(&question))), expected);
    }
}

#[test]
fn effort_from_medium_on_wants_thinking() {
    for effort in Effort::ALL {
        let chat = Chat { effort: Some(effort), ..asking("hi") };
        assert_eq!(Signs::of(&chat).reasoning, effort >= Effort::Medium, "{}", effort.name());
    }
    assert!(Signs::of(&Chat { effort: Some(Effort::High), ..Chat::default() }).reasoning);
}

#[test]
fn a_request_has_the_tier_of_its_most_telling_trait() {
    let table = [
        ("", "standard"),
        ("png", "vision"),
        ("png jpeg", "vision"),
        ("png csv", "vision"),
        ("csv", "standard"),
        ("markdown json html", "standard"),
        ("pdf", "multimodal"),
        ("mp3", "multimodal"),
        ("mp4", "multimodal"),
        ("png pdf", "multimodal"),
        ("csv mp3", "multimodal"),
        ("tools", "agentic"),
        ("tools png", "vision"),
        ("tools code", "agentic"),
        ("tools csv", "agentic"),
        ("tools tokens=200000", "agentic"),
        ("tokens=130048", "standard"),
        ("tokens=130049", "long-context"),
        ("tokens=131072 out=0", "standard"),
        ("tokens=131072 out=1", "long-context"),
        ("tokens=4294967295 out=4294967295", "long-context"),
        ("tokens=200000 code", "long-context"),
        ("code", "code"),
        ("code reasoning brief", "code"),
        ("reasoning", "reasoning"),
        ("reasoning brief", "reasoning"),
        ("brief", "fast"),
        ("brief soft=seed", "fast"),
    ];
    for (request, expected) in table {
        let (tier, why) = choose_tier(&demand(request));
        assert_eq!(tier.name(), expected, "{request}");
        assert!(!why.is_empty());
    }
}

#[test]
fn a_chat_carries_its_signs_into_the_demand() {
    let demand = Demand::of(&Task::Chat(asking("Traduce «hello»")), Vec::new());
    assert_eq!(choose_tier(&demand).0.name(), "standard");
    let demand = demand.looking_at(&asking("Traduce «hello»"));
    assert_eq!(choose_tier(&demand).0.name(), "fast");
    assert!(demand.text_tokens > 4);
}

#[test]
fn the_words_are_sorted_each_once_and_folded() {
    let words: Vec<_> = crate::plan::words::SIGNS.iter().map(|(word, _)| *word).collect();
    assert!(words.windows(2).all(|pair| pair[0] < pair[1]), "{words:?}");
    for word in words {
        assert!(word.chars().all(|c| c.is_ascii_lowercase() || " +#".contains(c)), "{word}");
        assert_ne!(Signs::of(&asking(&"x ".repeat(5).replace('x', word))), Signs::default(), "{word} is never found");
    }
}
