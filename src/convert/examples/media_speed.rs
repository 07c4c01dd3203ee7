//! How long media take to become what a target is given; `benches/part_media.py` holds it against other programs.
//!
//! `media_speed picture FILE SIDE RUNS`: milliseconds of each run from the file to the JPEG, then its path.
//! `media_speed video FILE FRAMES`: seconds for so many frames and sound of 16 kHz, and how many frames there are.

use std::io::{self, Write};
use std::time::Instant;

use mediary_convert::audio::{Encoding, Recording, SoundLimits};
use mediary_convert::av::{AvInput, Ffmpeg};
use mediary_convert::image::{Fit, ImageLimits, open};
use mediary_core::task::SoundForm;
use mediary_core::{Blob, Claim, Media, MediaFormat, classify};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u32>().map_err(io::Error::other);
    match words.as_slice() {
        ["picture", file, side, runs] => picture(&file_of(file)?, file, number(side)?, number(runs)?),
        ["video", file, frames] => video(&file_of(file)?, number(frames)?),
        _ => Err(io::Error::other("media_speed picture FILE SIDE RUNS, or media_speed video FILE FRAMES")),
    }
}

fn file_of(path: &str) -> io::Result<Media> {
    classify(Blob::in_memory(std::fs::read(path)?), Claim::default()).map_err(io::Error::other)
}

fn picture(media: &Media, path: &str, side: u32, runs: u32) -> io::Result<()> {
    let fit = Fit {
        longest_side_px: side,
        max_bytes: None,
        quality: 85,
        least_quality: 60,
        shrink: 0.75,
        steps: 8,
        png: false,
    };
    let mut out = io::stdout().lock();
    let mut last = None;
    for _ in 0..runs {
        let start = Instant::now();
        let pictures = open(media, &ImageLimits::default()).map_err(io::Error::other)?;
        last = Some(pictures.fitted(0, &fit).map_err(io::Error::other)?);
        writeln!(out, "{:.3}", start.elapsed().as_secs_f64() * 1e3)?;
    }
    let fitted = format!("{path}.fitted.jpg");
    let file = last.ok_or_else(|| io::Error::other("nothing was run"))?;
    std::fs::write(&fitted, file.blob.read_all()?)?;
    writeln!(out, "{fitted}")
}

fn video(media: &Media, frames: u32) -> io::Result<()> {
    let ffmpeg = Ffmpeg::find(Some("/usr/bin:/usr/local/bin:/opt/homebrew/bin".as_ref()))
        .ok_or_else(|| io::Error::other("there is no ffmpeg"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let start = Instant::now();
    let input = AvInput::of(media).map_err(io::Error::other)?;
    let shown = runtime.block_on(async {
        let facts = ffmpeg.facts(&input).await?;
        let length = match facts.and_then(|facts| facts.length) {
            Some(length) => length,
            None => ffmpeg.length(&input).await?,
        };
        ffmpeg.moments(&input, length, frames, 1024).await
    });
    let shown = shown.map_err(io::Error::other)?;
    let seen = start.elapsed();
    let encoding = Encoding { form: SoundForm::File(MediaFormat::Wav), rate_hz: Some(16_000), bitrate_kbps: 32 };
    let recording = Recording::new(media.clone(), SoundLimits::of_seconds(36_000));
    let sound = recording.encoded(&encoding, 1 << 30).map_err(io::Error::other)?;
    let (all, seen) = (start.elapsed().as_secs_f64(), seen.as_secs_f64());
    writeln!(io::stdout(), "{all:.3} {seen:.3} {} {}", shown.len(), sound.blob.len_bytes())
}
