//! Why no target can be asked: the one answer out of many reasons.

use super::{RECIPES, planned};

/// Rows, recipes, request, policy, and what is said.
type Row = (&'static [&'static str], &'static [&'static str], &'static str, &'static str, &'static str);

#[test]
fn the_reason_that_helps_most_is_given() {
    const MISSING: &[&str] =
        &["t video->text missing=Install_ffmpeg.", "i image->text", "m audio->text missing=Set_a_key."];
    let table: [Row; 24] = [
        (&[], RECIPES, "", "", "no targets"),
        (&["a/b embedding", "c/d ocr"], RECIPES, "", "", "no targets"),
        (&["a/b embedding", "c/d ocr"], RECIPES, "", "want=a/b", "no targets"),
        (&["a/b retired"], RECIPES, "", "", "none"),
        (&["a/b"], RECIPES, "tools", "", "none"),
        (&["a/b"], RECIPES, "", "want=c/d", "none"),
        // A target that only cools down would have answered.
        (&["a/b cools=9", "c/d cools=5"], RECIPES, "", "", "cooling 5"),
        (&["a/b cools=9", "c/d cools=5 retired"], RECIPES, "", "", "cooling 9"),
        (&["a/b usedup=9", "c/d usedup=5 retired"], RECIPES, "", "", "cooling 9"),
        (&["a/b cools=9", "c/d usedup=5"], RECIPES, "", "", "cooling 5"),
        (&["a/b tools cools=9", "c/d cools=5"], RECIPES, "tools", "", "cooling 9"),
        (&["a/b cools=9", "c/d ctx=10"], RECIPES, "", "", "cooling 9"),
        (&["a/b mp4 cools=9", "c/d"], MISSING, "mp4", "", "cooling 9"),
        // What ends by itself is waited for.
        (&["a/b kept=9", "c/d cools=5 retired"], RECIPES, "", "", "cooling 9"),
        (&["a/b kept", "c/d cools=5"], RECIPES, "", "", "cooling 5"),
        (&["a/b kept"], RECIPES, "", "", "none"),
        // A part before the length.
        (&["a/b", "c/d ctx=10 mp4"], MISSING, "mp4", "", "part 0 mp4: Install ffmpeg."),
        (&["a/b", "c/d"], MISSING, "png mp4", "", "part 1 mp4: Install ffmpeg."),
        // The part that stopped most; of several the first.
        (&["a/b mp3", "c/d mp4", "e/f mp3"], MISSING, "mp3 mp4", "", "part 1 mp4: Install ffmpeg."),
        (&["a/b mp3", "c/d mp4"], MISSING, "mp3 mp4", "", "part 0 mp3: Set a key."),
        (&["a/b"], MISSING, "mp3 mp4", "", "part 0 mp3: Set a key."),
        // The longest of those that are too short.
        (&["a/b ctx=10", "c/d ctx=30", "e/f ctx=20"], RECIPES, "out=100", "", "context 100/30"),
        (&["a/b ctx=10", "c/d ctx=30 tools"], RECIPES, "tools out=100", "", "context 100/30"),
        (&["a/b ctx=30", "c/d ctx=30 out=50"], RECIPES, "out=100", "", "context 50/30"),
    ];
    for (rows, recipes, request, policy, expected) in table {
        assert_eq!(planned(rows, recipes, request, policy).words(), expected, "{rows:?} {request} {policy}");
    }
}

#[test]
fn everybody_is_accounted_for_with_a_sentence() {
    let rows = [
        "a/cools cools=30",
        "b/embeds embedding",
        "c/gone retired",
        "d/ending deprecated",
        "e/short ctx=100",
        "f/plain",
        "g/cut mp4[bytes=10]",
        "h/doubted mp4 doubt=mp4",
        "i/tools mp4 tools",
    ];
    let recipes = ["t video->text missing=Install_ffmpeg."];
    let reasons = planned(&rows, &recipes, "mp4[bytes=11]", "from=a,b,c,d,e,f,g,h").reasons();
    let expected = [
        "a/cools cannot be given messages[0].content[0]: it does not read this format; Install ffmpeg.",
        "b/embeds does not chat",
        "c/gone is retired",
        "d/ending is deprecated and answers only when it is named",
        "e/short cannot be given messages[0].content[0]: it does not read this format; Install ffmpeg.",
        "f/plain cannot be given messages[0].content[0]: it does not read this format; Install ffmpeg.",
        "g/cut cannot be given messages[0].content[0]: it takes at most 10 bytes; Install ffmpeg.",
        "h/doubted cannot be given messages[0].content[0]: it refused such a part a while ago; Install ffmpeg.",
        "i/tools is not with the provider asked for",
    ];
    assert_eq!(reasons.split("; ").count(), expected.len() + 5);
    assert_eq!(reasons, expected.join("; "));
}

#[test]
fn misfits_are_told_as_they_are() {
    let table = [
        ("a/b", "png", "it does not read this format"),
        ("a/b png", "png!", "it takes no media in tool results"),
        ("a/b png doubt=png", "png", "it refused such a part a while ago"),
        ("a/b png[bytes=5]", "png[bytes=6]", "it takes at most 5 bytes"),
        ("a/b png[px=5]", "png[px=6]", "it takes at most 5 pixels a side"),
        ("a/b mp3[s=5]", "mp3[s=6]", "it takes at most 5 seconds, for which this is too long"),
        ("a/b pdf[pages=5]", "pdf[pages=6]", "it takes at most 5 pages"),
        ("a/b png[count=1]", "png png", "it takes at most 1 of them in a request"),
    ];
    for (row, request, misfit) in table {
        let expected = format!("a/b cannot be given messages[0].content[0]: {misfit}");
        assert_eq!(planned(&[row], &[], request, "").reasons(), expected, "{row} {request}");
    }
}
