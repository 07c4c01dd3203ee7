//! Another pace, the same pitch.

use super::super::Stretch;
use super::{TONE_HZ, loudness, purity};

fn sung(seconds: f64, rate_hz: u32) -> Vec<f32> {
    let step = std::f64::consts::TAU * TONE_HZ / f64::from(rate_hz);
    (0..(seconds * f64::from(rate_hz)) as usize).map(|index| ((step * index as f64).sin() * 0.2) as f32).collect()
}

fn stretched(samples: &[f32], rate_hz: u32, speed: f64) -> Vec<f32> {
    let mut stretch = Stretch::new(rate_hz, speed);
    let mut out = Vec::new();
    for piece in samples.chunks(1_234) {
        out.extend(stretch.push(piece));
    }
    out.extend(stretch.finish());
    out
}

#[test]
fn the_time_changes_and_the_pitch_does_not() {
    for rate_hz in [16_000, 22_050, 24_000] {
        let samples = sung(2.0, rate_hz);
        for speed in [0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 3.0, 4.0] {
            let out = stretched(&samples, rate_hz, speed);
            let due = samples.len() as f64 / speed;
            assert!((out.len() as f64 - due).abs() <= 1.0, "{speed} at {rate_hz}: {} instead of {due}", out.len());
            let purity = purity(&out, rate_hz, TONE_HZ);
            assert!(purity > 0.95, "{speed} at {rate_hz}: {purity}");
            let change = loudness(&out) / loudness(&samples);
            assert!((0.9..1.1).contains(&change), "{speed} at {rate_hz}: {change} as loud");
        }
    }
}

#[test]
fn silence_and_scraps_are_stretched_too() {
    for speed in [0.25, 0.7, 1.5, 4.0] {
        for len in [0, 1, 100, 500, 2_000, 50_000] {
            let out = stretched(&vec![0.0; len], 24_000, speed);
            assert!((out.len() as f64 - len as f64 / speed).abs() <= 1.0, "{len} at {speed}: {}", out.len());
            assert!(out.iter().all(|sample| *sample == 0.0));
        }
    }
}

#[test]
fn sound_leaves_while_it_comes() {
    let mut stretch = Stretch::new(24_000, 0.5);
    let first = stretch.push(&sung(0.25, 24_000));
    assert!(first.len() > 8_000, "{}", first.len());
}
