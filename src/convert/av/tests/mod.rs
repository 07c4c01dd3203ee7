//! Video through a stand-in for ffmpeg, a script that does what its input file says.

mod containers;

use std::path::Path;
use std::time::Duration;

use mediary_core::{Blob, FailureKind, Media, MediaFormat};

use super::{AvInput, Ffmpeg};

const AT: Duration = Duration::from_millis(12_250);

fn stand_in() -> Ffmpeg {
    Ffmpeg::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("av/tests/ffmpeg"))
}

fn input(format: MediaFormat, says: &str) -> AvInput {
    AvInput::of(&Media { format, blob: Blob::in_memory(says.as_bytes().to_vec()) }).unwrap()
}

fn text(media: &Media) -> String {
    String::from_utf8(media.blob.read_all().unwrap()).unwrap()
}

#[tokio::test]
async fn every_run_is_closed_in_and_reads_the_file_as_what_it_is() {
    let rows = [(MediaFormat::Webm, "matroska"), (MediaFormat::M4a, "mov"), (MediaFormat::Opus, "ogg")];
    for (format, demuxer) in rows {
        let frame = stand_in().frame(&input(format, "arguments"), AT, 768).await.unwrap().unwrap();
        let arguments = text(&frame.picture);
        for expected in ["-nostdin", "-v error", "-protocol_whitelist file,pipe", &format!("-f {demuxer} -i")] {
            assert!(arguments.contains(expected), "{format}: {arguments} lacks {expected}");
        }
    }
}

#[tokio::test]
async fn nothing_of_our_environment_is_handed_on() {
    let frame = stand_in().frame(&input(MediaFormat::Mp4, "environment"), AT, 768).await.unwrap().unwrap();
    let kept: Vec<String> = text(&frame.picture).lines().map(str::to_owned).collect();
    assert!(!kept.iter().any(|line| line.starts_with("CARGO") || line.starts_with("HOME=")), "{kept:?}");
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let rows = [
        ("damaged", FailureKind::Unreadable, "moov atom not found"),
        ("endless", FailureKind::TooLarge, "more than the 33554432 bytes"),
    ];
    for (says, kind, words) in rows {
        let failure = stand_in().frame(&input(MediaFormat::Mp4, says), AT, 768).await.unwrap_err();
        assert_eq!(failure.kind, kind, "{says}: {failure}");
        assert!(failure.detail.contains(words), "{says}: {failure}");
        assert!(!failure.detail.contains("/"), "{failure} names a path");
    }
    let hasty = stand_in().within(Duration::from_millis(50));
    let failure = hasty.frame(&input(MediaFormat::Mp4, "hanging"), AT, 768).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TimedOut);
    let nowhere = Ffmpeg::at("no-such-folder/ffmpeg".into());
    let failure = nowhere.frame(&input(MediaFormat::Mp4, "samples"), AT, 768).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotInstalled);
}

#[tokio::test]
async fn a_length_is_the_last_position_of_a_walk_through_the_file() {
    let length = stand_in().length(&input(MediaFormat::Webm, "progress")).await.unwrap();
    assert_eq!(length, Duration::from_millis(61_500));
    let failure = stand_in().length(&input(MediaFormat::Webm, "samples")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreadable);
}

#[tokio::test]
async fn frames_are_looked_up_by_their_time_and_may_be_missing() {
    let frame = stand_in().frame(&input(MediaFormat::Mp4, "arguments"), AT, 768).await.unwrap().unwrap();
    let arguments = text(&frame.picture);
    for expected in ["-ss 12.250", "min(iw,768)", "-frames:v 1"] {
        assert!(arguments.contains(expected), "{arguments} lacks {expected}");
    }
    for says in ["nothing", "silent"] {
        assert!(stand_in().frame(&input(MediaFormat::Mp4, says), AT, 768).await.unwrap().is_none(), "{says}");
    }
}

#[test]
fn ffmpeg_is_found_on_the_search_path_or_not_at_all() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("av/tests");
    let search = std::env::join_paths(["no-such-folder".into(), folder]).unwrap();
    assert_eq!(Ffmpeg::find(Some(&search)), Some(stand_in()));
    assert_eq!(Ffmpeg::find(Some("no-such-folder".as_ref())), None);
    assert_eq!(Ffmpeg::find(None), None);
}

#[test]
fn other_media_are_refused() {
    for format in [MediaFormat::Png, MediaFormat::Pdf, MediaFormat::Json] {
        let media = Media { format, blob: Blob::in_memory(vec![1]) };
        assert_eq!(AvInput::of(&media).unwrap_err().kind, FailureKind::UnsupportedMedium, "{format}");
    }
}
