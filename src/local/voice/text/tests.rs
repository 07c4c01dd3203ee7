//! The text front end as tables: what is left of a text, where it is cut, and how it is read.

use super::{Clause, End, clauses, clean, language_of, pieces, said};

#[test]
fn what_cannot_be_said_or_would_be_obeyed_is_taken_out() {
    let rows = [
        ("Hello,  world!", "Hello, world!"),
        ("tab\there\u{0}\u{1}80S", "tab here 80S"),
        ("**bold** and `code`", "bold and code"),
        ("# Title\n\n- item", "Title\n\n- item"),
        ("[a link](https://x.example/y) here", "a link here"),
        ("[[h@'loU]] there", "h@'loU there"),
        ("fine 👍🏽 thanks ✨", "fine thanks "),
        ("a\u{200b}b\u{202e}c", "abc"),
        ("it’s 20°C ©", "it's 20°C ©"),
        ("Nooooooooo!!!!!!!!", "Noooo!!!!"),
        ("3 * 4", "3 * 4"),
        ("snake_case", "snake case"),
        ("```\nlet x\n```", "\nlet x\n"),
        ("मैं ठीक हूँ", "मैं ठीक हूँ"),
    ];
    for (text, expected) in rows {
        assert_eq!(clean(text).trim_matches('\n'), expected.trim_matches('\n'), "{text:?}");
    }
    for nothing in ["", " \n", "😀🎉👩‍🚀", "\u{1}\u{7f}", "...!?", "***\n---", "[]()"] {
        assert_eq!(clean(nothing), "", "{nothing:?}");
    }
}

#[test]
fn a_text_is_cut_at_sentences_and_its_first_piece_is_short() {
    let rows: [(&str, &[&str]); 10] = [
        ("See No. 7 and p. 12 of it. Yes.", &["See No. 7 and p. 12 of it.", "Yes."]),
        ("One. Two! Three?", &["One.", "Two!", "Three?"]),
        ("Dr. Smith met J. R. Hale. He left.", &["Dr. Smith met J. R. Hale.", "He left."]),
        ("It costs 3.50 at example.com. Yes.", &["It costs 3.50 at example.com.", "Yes."]),
        ("He said \"Go.\" Then he went.", &["He said \"Go.\"", "Then he went."]),
        (
            "When the boats came in, long before the sun had risen, all was quiet.",
            &["When the boats came in,", "long before the sun had risen, all was quiet."],
        ),
        (
            "The harbour was quiet when the first boats came back home",
            &["The harbour was quiet when", "the first boats came back home"],
        ),
        ("你好。我很好！再见", &["你好。", "我很好！", "再见"]),
        ("A title\n\nA text that\ngoes on.", &["A title", "A text that\ngoes on."]),
        ("... --- !!!", &[]),
    ];
    for (text, expected) in rows {
        let found: Vec<&str> = pieces(text, "en").map(|piece| piece.text).collect();
        assert_eq!(found, expected, "{text:?}");
    }
    let ends: Vec<End> = pieces("One here. Two there.\n\nThree.", "en").map(|piece| piece.end).collect();
    assert_eq!(ends, [End::Sentence, End::Paragraph, End::Paragraph]);
}

#[test]
fn no_text_is_too_strange_to_be_cut_and_nothing_of_it_is_lost() {
    let texts =
        ["a".repeat(100_000), "word ".repeat(20_000), "ü,".repeat(3_000), "字".repeat(5_000), "x.y".repeat(999)];
    for text in texts {
        let found: Vec<&str> = pieces(&text, "en").map(|piece| piece.text).collect();
        assert!(found[0].chars().count() <= 40 && found.iter().all(|piece| piece.chars().count() <= 240));
        let letters = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).count();
        assert_eq!(found.iter().map(|piece| letters(piece)).sum::<usize>(), letters(&text));
        for piece in found {
            assert!(clauses(piece).iter().all(|clause| clause.words.len() < 900 && !clause.words.contains('\n')));
        }
    }
}

#[test]
fn clauses_have_their_marks() {
    let rows = [
        ("Yes, 3.5 of it: fine.", "Yes[,] 3.5 of it[:] fine[.]"),
        ("What?! No…", "What[!] No[.]"),
        ("so — then", "so[,] then[]"),
        ("(aside) \"quoted\"", "aside quoted[]"),
        ("你好，世界。", "你好[,] 世界[.]"),
    ];
    for (text, expected) in rows {
        let written =
            |clause: &Clause| format!("{}[{}]", clause.words, clause.mark.map(String::from).unwrap_or_default());
        let found: Vec<String> = clauses(text).iter().map(written).collect();
        assert_eq!(found.join(" "), expected, "{text:?}");
    }
}

#[test]
fn what_is_written_short_is_read_in_full() {
    let rows = [
        ("en", "Dr. Smith, e.g. here", "Doctor Smith, for example here"),
        ("en", "$5, $4.50, €1 and £3 million.", "5 dollars, 4 dollars 50, 1 euro and 3 million pounds."),
        ("en", "on 2024-05-03.", "on May 3rd 20 24."),
        ("en", "on 12/05/2024 or 25/12/2024", "on December 5th 20 24 or December 25th 20 24"),
        ("en-GB", "on 12/05/2024", "on May 12th 20 24"),
        ("en", "on 3.5.2024, version 1.2.3, 1/2/3", "on May 3rd 20 24, version 1 dot 2 dot 3, 1/2/3"),
        ("de", "am 12.05.2024, S. 7", "am 12. Mai 2024, Seite 7"),
        ("fr", "le 12/05/2024", "le 12 mai 2024"),
        ("en", "pages 2-3, 1990–1995", "pages 2 to 3, 19 90 to 19 95"),
        ("en", "https://www.example.com/a-b?x=1", "example dot com slash a b"),
        ("en", "me@mail.example.org!", "me at mail dot example dot org!"),
        ("en", "40 km, 5kg and 90 km/h", "40 kilometers, 5 kilograms and 90 kilometers per hour"),
        ("en", "in 1984, 1905, 1900 and 2024", "in 19 84, 19 oh 5, 19 hundred and 20 24"),
        ("en", "the 1980s and 90s", "the 19 eighties and nineties"),
        ("en", "#1 of No. 5", "number 1 of number 5"),
        ("en", "v1.2.3 costs 1,000", "v1 dot 2 dot 3 costs 1,000"),
        ("en", "No. That is it etc.", "No. That is it etc."),
        ("de", "z.B. am 2024-05-03 für 5€", "zum Beispiel am 3. Mai 2024 für 5 Euro"),
        ("es", "El Sr. Ruiz pagó $5.", "El señor Ruiz pagó 5 dólares."),
        ("fr", "M. Dupont, p.ex. le 2024-05-03", "monsieur Dupont, par exemple le 3 mai 2024"),
        ("ja", "5€ です", "5€ です"),
    ];
    for (language, text, expected) in rows {
        assert_eq!(said(text, language), expected, "{text:?}");
    }
}

#[test]
fn the_language_of_a_text_is_found_where_it_can_be() {
    let rows = [
        ("The weather was better than we had hoped.", "en"),
        ("El tiempo era mejor de lo que esperábamos.", "es"),
        ("Le temps était meilleur que nous l'espérions.", "fr"),
        ("Il tempo era migliore di quanto sperassimo.", "it"),
        ("Das Wetter war besser, als wir gehofft hatten.", "de"),
        ("Погода была лучше, чем мы надеялись.", "ru"),
        ("天気は思っていたより良かった。", "ja"),
        ("¿Qué?", "es"),
        ("Guten Morgen, wie geht es Ihnen?", "de"),
        ("Bonjour, comment vas-tu avec ça ?", "fr"),
        ("Buongiorno, come sei?", "it"),
        ("Bonjour", "fr"),
        ("Hola", "es"),
        ("Hola, Peter!", "es"),
        ("Merci beaucoup", "fr"),
        ("Danke", "de"),
        ("Grazie.", "it"),
        ("Obrigado!", "pt"),
        ("Hello", "en"),
    ];
    for (text, expected) in rows {
        assert_eq!(language_of(text), Some(expected), "{text:?}");
    }
    assert_eq!(language_of("12 34"), None);
}
