//! What is done to each part for each kind of target: limits, counts, tool results, doubts, strictness and privacy.

use super::{KINDS, RECIPES, alone, planned};

#[test]
fn every_medium_finds_a_form_that_every_kind_of_target_reads() {
    // Targets: text only, sees, sees and hears, reads PDF, takes all.
    let table = [
        ("png", ["text", "forward", "forward", "forward", "forward"]),
        ("jpeg", ["text", "forward", "forward", "forward", "forward"]),
        ("webp", ["text", "forward", "jpeg", "forward", "forward"]),
        ("gif", ["text", "forward", "jpeg", "forward", "forward"]),
        ("tiff", ["text", "jpeg", "jpeg", "jpeg", "forward"]),
        ("bmp", ["text", "jpeg", "jpeg", "jpeg", "forward"]),
        ("avif", ["text", "jpeg", "jpeg", "jpeg", "forward"]),
        ("heic", ["text", "jpeg", "jpeg", "jpeg", "forward"]),
        ("svg", ["text", "jpeg", "jpeg", "jpeg", "forward"]),
        ("pdf[pages=1]", ["text", "png", "png", "forward", "forward"]),
        ("pdf[pages=3]", ["text", "png*3", "png*3", "forward", "forward"]),
        ("pdf[pages=20]", ["text", "png*20", "png*20", "forward", "forward"]),
        // More pages than a recipe renders: nothing is left out, they become text.
        ("pdf[pages=21]", ["text", "text", "text", "forward", "forward"]),
        // More than the reader of PDF takes as well.
        ("pdf[pages=101]", ["text", "text", "text", "text", "forward"]),
        ("pdf", ["text", "png*20", "png*20", "forward", "forward"]),
        ("wav", ["text", "text", "forward", "text", "forward"]),
        ("mp3", ["text", "text", "forward", "text", "forward"]),
        ("flac", ["text", "text", "mp3", "text", "forward"]),
        ("opus", ["text", "text", "mp3", "text", "forward"]),
        ("vorbis", ["text", "text", "mp3", "text", "forward"]),
        ("m4a", ["text", "text", "mp3", "text", "forward"]),
        ("aac", ["text", "text", "mp3", "text", "forward"]),
        ("mp4", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("mov", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("webm", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("mkv", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("avi", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("mpeg", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("ts", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("flv", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("wmv", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("ogv", ["text", "jpeg*16", "jpeg*16", "jpeg*16", "forward"]),
        ("text", ["text", "text", "text", "text", "text"]),
        ("markdown", ["text", "text", "text", "text", "text"]),
        ("csv", ["text", "text", "text", "text", "text"]),
        ("json", ["text", "text", "text", "text", "text"]),
        ("xml", ["text", "text", "text", "text", "text"]),
        ("html", ["text", "text", "text", "text", "text"]),
        // In the result of a tool, only the last two take media.
        ("png!", ["text", "text", "text", "forward", "forward"]),
        ("tiff!", ["text", "text", "text", "jpeg", "forward"]),
        ("pdf[pages=3]!", ["text", "text", "text", "forward", "forward"]),
        ("mp3!", ["text", "text", "text", "text", "forward"]),
        ("mp4!", ["text", "text", "text", "jpeg*16", "forward"]),
        ("csv!", ["text", "text", "text", "text", "text"]),
    ];
    for (part, expected) in table {
        for (row, expected) in KINDS.iter().zip(expected) {
            let target = row.split(' ').next().unwrap();
            assert_eq!(alone(row, RECIPES, part, ""), format!("{target}({expected})"), "{part} for {row}");
        }
    }
}

#[test]
fn limits_decide_between_forms() {
    let table = [
        // Bytes and pixels: a smaller picture.
        ("a/b png[bytes=500] jpeg", "png[bytes=500]", "forward"),
        ("a/b png[bytes=500] jpeg", "png[bytes=501]", "jpeg"),
        ("a/b jpeg[bytes=500]", "jpeg[bytes=501]", "jpeg"),
        ("a/b jpeg[px=2000]", "jpeg[px=2000]", "forward"),
        ("a/b jpeg[px=2000]", "jpeg[px=2001]", "jpeg"),
        ("a/b jpeg[px=2000]", "jpeg", "forward"),
        // A target that reads no form the recipe makes.
        ("a/b png[px=2000]", "png[px=2001]", "text"),
        // Bytes of sound: another encoding; a longer sound stays long.
        ("a/b mp3[bytes=100]", "mp3[bytes=101]", "mp3"),
        ("a/b mp3[s=60]", "mp3[s=60]", "forward"),
        ("a/b mp3[s=60]", "mp3[s=61]", "text"),
        ("a/b mp3[s=60]", "wav[s=60]", "mp3"),
        ("a/b mp3[s=60]", "wav[s=61]", "text"),
        ("a/b wav[s=60] mp3[s=90]", "wav[s=61]", "mp3"),
        // The first recipe's form is too short, the second's is not.
        ("a/b mp3[s=60] wav[s=90]", "flac[s=80]", "wav"),
        ("a/b mp4[s=60]", "mov[s=60]", "mp4"),
        ("a/b mp4[s=60]", "mov[s=61]", "text"),
        ("a/b mp4[s=60] jpeg", "mov[s=61]", "jpeg*16"),
        ("a/b mp4[bytes=100] jpeg", "mp4[bytes=101]", "mp4"),
        // Pages.
        ("a/b pdf[pages=10]", "pdf[pages=10]", "forward"),
        ("a/b pdf[pages=10]", "pdf[pages=11]", "text"),
        ("a/b pdf[pages=10] png", "pdf[pages=11]", "png*11"),
        ("a/b pdf[pages=10] png", "pdf[pages=21]", "text"),
        ("a/b pdf[bytes=10] png", "pdf[bytes=11,pages=2]", "png*2"),
        // Pages against the number of pictures a target takes.
        ("a/b png[count=5]", "pdf[pages=5]", "png*5"),
        ("a/b png[count=5]", "pdf[pages=6]", "text"),
        ("a/b png[count=5]", "pdf", "png*5"),
        ("a/b png[count=0]", "pdf", "text"),
        ("a/b jpeg[count=4]", "mp4", "jpeg*4"),
        ("a/b jpeg[count=40]", "mp4", "jpeg*16"),
        // Doubts.
        ("a/b png jpeg doubt=png", "png", "jpeg"),
        ("a/b png jpeg doubt=png,jpeg", "png", "text"),
        ("a/b png jpeg doubt=jpeg", "png", "forward"),
        ("a/b pdf png doubt=pdf", "pdf[pages=2]", "png*2"),
        ("a/b pdf png doubt=pdf,png", "pdf[pages=2]", "text"),
        // Text files that are taken as files, and their limits.
        ("a/b csv", "csv", "forward"),
        ("a/b csv", "html", "text"),
        ("a/b csv[bytes=10]", "csv[bytes=11]", "text"),
        ("a/b csv doubt=csv", "csv", "text"),
        ("a/b text", "csv", "text"),
    ];
    for (row, part, expected) in table {
        assert_eq!(alone(row, RECIPES, part, ""), format!("a/b({expected})"), "{part} for {row}");
    }
}

#[test]
fn the_newest_parts_stay_as_they_are() {
    let table = [
        ("image[count=3]", "png png png", "forward forward forward"),
        ("image[count=3]", "png png png png", "text forward forward forward"),
        ("image[count=2]", "png png png png", "text text forward forward"),
        ("image[count=1]", "png png png png", "text text text forward"),
        ("image[count=0]", "png png", "text text"),
        // The count is of the medium, whatever the formats.
        ("image[count=2]", "png jpeg webp", "text forward forward"),
        ("png[count=2] jpeg[count=2]", "png jpeg webp", "text forward jpeg"),
        ("png[count=1] jpeg[count=3]", "png jpeg jpeg", "text forward forward"),
        ("png[count=1] jpeg[count=3]", "jpeg png jpeg", "forward text forward"),
        // Other media have their own.
        ("image[count=1] audio[count=1]", "mp3 png mp3 png", "text text forward forward"),
        ("image[count=1] audio", "mp3 png mp3 png", "forward text forward forward"),
        ("pdf[count=1]", "pdf pdf", "text forward"),
        // What is too many of one medium may go as another, all of it or none.
        ("pdf[count=1] png", "pdf[pages=2] pdf[pages=2]", "png*2 forward"),
        ("pdf[count=1] png[count=1]", "pdf[pages=2] pdf[pages=2]", "text forward"),
        // Pages and frames get the room that single pictures leave, the newest of them first.
        ("image[count=5]", "pdf[pages=3] png png", "png*3 forward forward"),
        ("image[count=5]", "pdf[pages=4] png png", "text forward forward"),
        ("image[count=5]", "png png pdf[pages=4]", "forward forward text"),
        ("image[count=5]", "pdf[pages=3] pdf[pages=3]", "text png*3"),
        ("image[count=6]", "pdf[pages=3] pdf[pages=3]", "png*3 png*3"),
        ("image[count=20]", "mp4 mp4", "jpeg*4 jpeg*16"),
        ("image[count=20]", "mp4 mp4 mp4", "text jpeg*4 jpeg*16"),
        ("image[count=20]", "mp4 png mp4", "jpeg*3 forward jpeg*16"),
        ("image[count=2]", "pdf[pages=1] png pdf[pages=1]", "text forward png"),
        // A picture in a tool's result is text here and takes no room.
        ("image[count=2]", "png png! png", "forward text forward"),
        ("image[count=2] toolmedia", "png png! png", "text forward forward"),
        // So does one that is too large to go at all.
        ("png[count=1,px=100]", "png[px=50] png[px=101]", "forward text"),
    ];
    for (row, request, expected) in table {
        let found = alone(&format!("a/b {row}"), RECIPES, request, "");
        assert_eq!(found, format!("a/b({expected})"), "{request} for {row}");
    }
}

#[test]
fn recipes_are_tried_in_their_order_and_media_before_text() {
    let row = "a/b png jpeg wav";
    let table: [(&[&str], &str, &str); 12] = [
        (&["t image->text", "p image->png"], "tiff", "png"),
        (&["j image->jpeg", "p image->png"], "tiff", "jpeg"),
        (&["p image->png", "j image->jpeg"], "tiff", "png"),
        (&["p image->png missing=No.", "j image->jpeg"], "tiff", "jpeg"),
        (&["p image->png missing=No.", "t image->text"], "tiff", "text"),
        (&["p tiff->png", "t image->text"], "tiff", "png"),
        (&["p tiff->png", "t image->text"], "bmp", "text"),
        (&["p tiff+bmp->png", "t image->text"], "bmp", "png"),
        (&["f video->wav", "t video->text"], "mp4", "wav"),
        (&["f video->mp3", "t video->text"], "mp4", "text"),
        (&["many video->jpeg x9", "one video->wav"], "mp4", "wav"),
        (&["many video->jpeg x9", "t video->text"], "mp4", "jpeg*9"),
    ];
    for (recipes, part, expected) in table {
        assert_eq!(alone(row, recipes, part, ""), format!("a/b({expected})"), "{part} with {recipes:?}");
    }
}

#[test]
fn strict_requests_go_as_they_are_or_not_at_all() {
    let table = [
        ("png", "sees/s(forward), hears/h(forward), reads/r(forward), all/a(forward)"),
        ("webp", "sees/s(forward), reads/r(forward), all/a(forward)"),
        ("tiff", "all/a(forward)"),
        ("pdf[pages=3]", "reads/r(forward), all/a(forward)"),
        ("pdf[pages=300]", "all/a(forward)"),
        ("mp3", "hears/h(forward), all/a(forward)"),
        ("mp3 png", "hears/h(forward forward), all/a(forward forward)"),
        ("mp3 pdf", "all/a(forward forward)"),
        ("mp4", "all/a(forward)"),
        ("png!", "reads/r(forward), all/a(forward)"),
        ("csv", "part 0 csv: leave out X-Mediary-Strict, which forbids treating it"),
        ("png csv", "part 1 csv: leave out X-Mediary-Strict, which forbids treating it"),
        ("", "text/t, sees/s, hears/h, reads/r, all/a"),
    ];
    let in_order: Vec<_> = KINDS.iter().enumerate().map(|(index, row)| format!("{row} p={index}")).collect();
    let rows: Vec<_> = in_order.iter().map(String::as_str).collect();
    for (request, expected) in table {
        assert_eq!(planned(&rows, RECIPES, request, "strict").words(), expected, "{request}");
    }
}

#[test]
fn local_requests_are_read_on_this_machine_or_not_at_all() {
    let table = [
        ("png", "text"),
        ("pdf", "text"),
        ("csv", "text"),
        ("mp3", "! privacy = \"local\" forbids having a provider read it"),
        ("mp4", "! privacy = \"local\" forbids having a provider read it"),
    ];
    for (part, expected) in table {
        let expected = match expected.strip_prefix("! ") {
            Some(hint) => format!("part 0 {part}: {hint}"),
            None => format!("a/b({expected})"),
        };
        assert_eq!(alone("a/b local", RECIPES, part, "local"), expected, "{part}");
        assert_eq!(alone("a/b local", RECIPES, part, ""), "a/b(text)", "{part} where all is allowed");
    }
    assert_eq!(alone("a/b local mp3", RECIPES, "mp3", "local"), "a/b(forward)");
}

#[test]
fn hints_name_what_would_help_and_nothing_else() {
    let table: [(&str, &[&str], &str, &str, &str); 12] = [
        ("a/b", &[], "mp4", "", "part 0 mp4"),
        ("a/b", &["f video->jpeg missing=Install_ffmpeg."], "mp4", "", "part 0 mp4"),
        ("a/b jpeg", &["f video->jpeg missing=Install_ffmpeg."], "mp4", "", "part 0 mp4: Install ffmpeg."),
        ("a/b", &["t video->text missing=Install_ffmpeg."], "mp4", "", "part 0 mp4: Install ffmpeg."),
        ("a/b", &["t video->text missing=A.", "u video->text missing=B."], "mp4", "", "part 0 mp4: A. | B."),
        ("a/b", &["t video->text missing=A.", "u video->text missing=A."], "mp4", "", "part 0 mp4: A."),
        ("a/b", &["t audio->text missing=A."], "mp4", "", "part 0 mp4"),
        ("a/b", &["t video->text missing=A. leaves"], "mp4", "local", "none"),
        ("a/b local", &["t video->text missing=A. leaves"], "mp4", "local", "part 0 mp4"),
        ("a/b", &["t video->text missing=A."], "mp4", "strict", "part 0 mp4"),
        (
            "a/b",
            &["t video->text"],
            "mp4",
            "strict",
            "part 0 mp4: leave out X-Mediary-Strict, which forbids treating it",
        ),
        ("a/b png[count=1]", &["p document->png x9"], "pdf[pages=2]", "", "part 0 pdf"),
    ];
    for (row, recipes, part, policy, expected) in table {
        assert_eq!(alone(row, recipes, part, policy), expected, "{part} for {row} with {recipes:?} {policy}");
    }
}

#[test]
fn treatments_name_their_recipe_and_the_places_are_those_of_the_parts() {
    let plan = planned(&["a/b jpeg"], RECIPES, "tiff pdf mp3", "").0.unwrap();
    let places: Vec<_> = plan.places.iter().map(ToString::to_string).collect();
    assert_eq!(places, ["messages[0].content[0]", "messages[1].content[0]", "messages[2].content[0]"]);
    let treatments = format!("{:?}", plan.candidates[0].treatments);
    let recipes = ["image-to-jpeg", "read-document", "read-audio"].map(|name| treatments.find(name).expect(name));
    assert!(recipes.is_sorted(), "{treatments}");
    assert!(plan.candidates[0].is_lossy());
}

#[test]
fn videos_are_forwarded_shown_or_told() {
    let frames: &[&str] = &["video-to-frames video->jpeg x12", "read-video video->text"];
    let without: &[&str] =
        &["video-to-frames video->jpeg x12 missing=no_ffmpeg", "read-video video->text missing=no_ffmpeg"];
    let table = [
        (frames, "a/b mp4", "mp4", "a/b(forward)"),
        (frames, "a/b mp4 jpeg", "webm", "a/b(jpeg*12)"),
        (frames, "a/b mp4[bytes=500] jpeg", "mp4[bytes=501]", "a/b(jpeg*12)"),
        (frames, "a/b mp4[bytes=500]", "mp4[bytes=501]", "a/b(text)"),
        (frames, "a/b mp4[s=60] jpeg", "mp4[s=61]", "a/b(jpeg*12)"),
        (frames, "a/b mp4[s=60]", "mp4[s=60]", "a/b(forward)"),
        // The room that other pictures leave.
        (frames, "a/b image[count=5]", "mp4", "a/b(jpeg*5)"),
        (frames, "a/b image[count=5]", "jpeg jpeg mp4", "a/b(forward forward jpeg*3)"),
        (frames, "a/b image[count=1]", "jpeg mp4", "a/b(forward text)"),
        (frames, "a/b jpeg[count=4]", "mp4 mp4", "a/b(text jpeg*4)"),
        (frames, "a/b", "mp4", "a/b(text)"),
        (without, "a/b mp4", "mp4", "a/b(forward)"),
        (without, "a/b jpeg", "mp4", "nobody"),
    ];
    for (recipes, row, parts, expected) in table {
        let planned = alone(row, recipes, parts, "");
        match expected {
            "nobody" => assert!(!planned.starts_with("a/b("), "{parts} for {row}: {planned}"),
            expected => assert_eq!(planned, expected, "{parts} for {row}"),
        }
    }
}

#[test]
fn pictures_are_redrawn_where_that_is_better_and_forwarded_where_it_cannot_be_done() {
    let all: &[&str] =
        &["image-to-jpeg image->jpeg", "image-to-frames image->jpeg x6 moving", "read-image image->text"];
    let table = [
        (all, "a/b jpeg[best=1000]", "jpeg[px=1000]", "forward"),
        (all, "a/b jpeg[best=1000]", "jpeg[px=1001]", "jpeg"),
        (all, "a/b jpeg", "jpeg[meta=1]", "jpeg"),
        (&[], "a/b jpeg[best=1000]", "jpeg[px=1001]", "forward"),
        (&[], "a/b jpeg", "jpeg[meta=1]", "forward"),
        (all, "a/b gif[moves=1] jpeg", "gif[moves=1]", "forward"),
        (all, "a/b gif[moves=1] jpeg", "gif[moves=1,meta=1]", "forward"),
        (all, "a/b gif jpeg", "gif[moves=1]", "jpeg*6"),
        (all, "a/b gif jpeg[count=1]", "gif[moves=1]", "jpeg"),
        (all, "a/b gif", "gif[moves=1]", "text"),
        (all, "a/b gif", "gif", "forward"),
    ];
    for (recipes, row, part, expected) in table {
        assert_eq!(alone(row, recipes, part, ""), format!("a/b({expected})"), "{part} for {row}");
    }
}
