//! Videos of every container, made by ffmpeg, with and without sound, cut short and lying about themselves.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use mediary_core::{Blob, Claim, FailureKind, Media, MediaFormat, classify};

use super::super::{AvInput, Ffmpeg};

/// Endings, what they are, and how ffmpeg is told to write them.
const KINDS: [(&str, MediaFormat, &str, &str); 11] = [
    ("mp4", MediaFormat::Mp4, "libx264", "aac"),
    ("mov", MediaFormat::Mov, "libx264", "aac"),
    ("3gp", MediaFormat::Mp4, "libx264", "aac"),
    ("mkv", MediaFormat::Mkv, "libx264", "aac"),
    ("webm", MediaFormat::Webm, "libvpx", "libopus"),
    ("avi", MediaFormat::Avi, "mpeg4", "libmp3lame"),
    ("mpeg", MediaFormat::Mpeg, "mpeg2video", "mp2"),
    ("ts", MediaFormat::Ts, "libx264", "aac"),
    ("flv", MediaFormat::Flv, "flv1", "libmp3lame"),
    ("wmv", MediaFormat::Wmv, "wmv2", "wmav2"),
    ("ogv", MediaFormat::Ogv, "libtheora", "libvorbis"),
];

fn ffmpeg() -> Ffmpeg {
    let path = std::env::join_paths(["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]).unwrap();
    Ffmpeg::find(Some(&path)).expect("these tests need ffmpeg")
}

/// Two seconds each of red, of something that moves, and of blue.
fn made(folder: &Path, ending: &str, picture: &str, sound: Option<&str>) -> Vec<u8> {
    let file = folder.join(format!("a.{ending}"));
    let of = |colour: &str| format!("{colour}s=320x240:d=2:r=25");
    let sources = [of("color=red:"), of("testsrc2="), of("color=blue:"), "sine=d=6:r=44100".to_owned()];
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]);
    for source in &sources {
        command.args(["-f", "lavfi", "-i", source]);
    }
    command.args(["-filter_complex", "[0][1][2]concat=n=3:v=1:a=0[v]", "-map", "[v]", "-c:v", picture]);
    command.args(["-pix_fmt", "yuv420p"]);
    if let Some(sound) = sound {
        command.args(["-map", "3:a", "-ac", "2", "-c:a", sound]);
    }
    let status = command.arg(&file).stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "ffmpeg cannot make {ending}");
    std::fs::read(file).unwrap()
}

fn classified(bytes: Vec<u8>) -> Media {
    classify(Blob::in_memory(bytes), Claim::default()).unwrap()
}

fn colour(jpeg: &Media) -> [u8; 3] {
    let picture = image::load_from_memory(&jpeg.blob.read_all().unwrap()).unwrap().into_rgb8();
    assert_eq!(picture.width().max(picture.height()), 160);
    picture.get_pixel(80, 60).0
}

#[tokio::test]
async fn every_container_is_known_by_its_bytes_and_shown_by_its_scenes() {
    let folder = tempfile::tempdir().unwrap();
    for (ending, format, picture, sound) in KINDS {
        for sound in [Some(sound), None] {
            let media = classified(made(folder.path(), ending, picture, sound));
            assert_eq!(media.format, format, "{ending}");
            let input = AvInput::of(&media).unwrap();
            let facts = ffmpeg().facts(&input).await.unwrap().expect("ffprobe lies beside ffmpeg");
            assert_eq!((facts.width, facts.height, facts.has_sound), (320, 240, sound.is_some()), "{ending}");
            assert!(facts.has_picture, "{ending}");
            let length = ffmpeg().length(&input).await.unwrap();
            assert!((5.5..6.6).contains(&length.as_secs_f64()), "{ending} of {length:?}");
            let frames = ffmpeg().moments(&input, length, 3, 160).await.unwrap();
            assert_eq!(frames.len(), 3, "{ending}");
            assert!(frames.windows(2).all(|two| two[0].at + Duration::from_millis(900) < two[1].at), "{ending}");
            let [first, .., last] = frames.as_slice() else { panic!("{ending}: {frames:?}") };
            let ([red, _, _], [_, _, blue]) = (colour(&first.picture), colour(&last.picture));
            assert!(red > 200, "{ending} begins red: {:?} at {:?}", colour(&first.picture), first.at);
            assert!(blue > 200, "{ending} ends blue: {:?} at {:?}", colour(&last.picture), last.at);
        }
    }
}

#[tokio::test]
async fn what_is_cut_short_or_no_video_at_all_is_refused_or_shown_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let whole = made(folder.path(), "mkv", "libx264", None);
    let half = classified(whole[..whole.len() / 2].to_vec());
    let input = AvInput::of(&half).unwrap();
    let frames = ffmpeg().moments(&input, Duration::from_secs(6), 3, 160).await.unwrap();
    assert!(!frames.is_empty());
    // The index of an MP4 stands at its end.
    let whole = made(folder.path(), "mp4", "libx264", None);
    for bytes in [whole[..whole.len() / 2].to_vec(), b"\0\0\0\x18ftypisom\0\0\x02\0isommp42".to_vec()] {
        let input = AvInput::of(&classified(bytes)).unwrap();
        assert_eq!(ffmpeg().facts(&input).await.unwrap_err().kind, FailureKind::Unreadable);
        let failure = ffmpeg().moments(&input, Duration::from_secs(6), 3, 160).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unreadable);
    }
}

#[tokio::test]
async fn a_header_that_lies_helps_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let media = classified(made(folder.path(), "avi", "mpeg4", None));
    let input = AvInput::of(&media).unwrap();
    let strict = ffmpeg().up_to_pixels(10_000);
    let facts = strict.facts(&input).await.unwrap().unwrap();
    assert_eq!(strict.check(&facts, Duration::from_secs(60)).unwrap_err().kind, FailureKind::TooLarge);
    // What the container says is not believed: the pictures themselves are held against the limit.
    let failure = strict.moments(&input, Duration::from_secs(6), 3, 160).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TooLarge);
    // A length that is made up costs nothing but an emptier choice.
    let frames = ffmpeg().moments(&input, Duration::from_secs(1_000_000), 3, 160).await.unwrap();
    assert!(!frames.is_empty());
}
