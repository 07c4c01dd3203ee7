//! Permits are counted, never timed.

use std::time::Duration;

use mediary_core::{FailureKind, Raster};

use super::*;
use crate::config::{Bytes, Pixels};

fn admission() -> Admission {
    waiting(Duration::from_secs(3_600))
}

fn waiting(wait: Duration) -> Admission {
    let config =
        config::Admission { bytes: Bytes::new(1024 * 1024), pixels: Pixels::new(1024 * 1000), children: 2, wait };
    Admission::new(&config, 65_536)
}

#[tokio::test]
async fn waiting_is_bounded_and_what_never_fits_is_refused_at_once() {
    let admission = waiting(Duration::ZERO);
    let (first, second) = (admission.child().await.unwrap(), admission.child().await.unwrap());
    assert!(matches!(admission.child().await.unwrap_err().kind, FailureKind::Busy { .. }));
    assert_eq!(admission.in_use().children, 2);
    drop(first);
    let third = admission.child().await.unwrap();
    assert_eq!(admission.pixels.take(1024 * 1001).await.unwrap_err().kind, FailureKind::TooLarge);
    assert!(admission.pixels.take(1024 * 1000).await.is_ok());
    drop((second, third));
    assert_eq!(admission.in_use(), InUse::default());
}

#[tokio::test]
async fn a_crowd_of_large_ones_leaves_room_for_a_small_one() {
    let admission = admission();
    let first = admission.pixels.take(1024 * 400).await.unwrap();
    let large = || async { admission.pixels.take(1024 * 400).await.map(drop) };
    let mut crowd = Box::pin(async { tokio::join!(large(), large(), large()) });
    // They have asked and wait.
    assert!(futures_util::poll!(&mut crowd).is_pending());
    let small = admission.pixels.take(1024 * 100).await.unwrap();
    assert_eq!(admission.in_use().pixels, 1024 * 500);
    drop((first, small));
    let (second, third, fourth) = crowd.await;
    assert!(second.is_ok() && third.is_ok() && fourth.is_ok());
    assert_eq!(admission.in_use(), InUse::default());
}

#[tokio::test]
async fn a_body_takes_what_arrives_and_keeps_it_while_any_part_is_used() {
    let admission = admission();
    let mut body = admission.enter().await.unwrap();
    assert_eq!(admission.in_use().bytes, FIRST_BYTES);
    for _ in 0..40 {
        // Of the gigabyte that was announced nothing is reserved.
        body.push(&[7; 10_000], Some(1 << 30)).unwrap();
    }
    assert!(admission.in_use().bytes <= 2 * 400_000 + 1024, "{:?}", admission.in_use());
    let body = body.finish();
    let part = body.slice(5..9);
    drop(body);
    assert!(admission.in_use().bytes >= 400_000);
    drop(part);
    assert_eq!(admission.in_use(), InUse::default());
    let mut body = admission.enter().await.unwrap();
    let refusal = (0..200).find_map(|_| body.push(&[7; 10_000], None).err()).unwrap();
    assert_eq!(refusal.kind, FailureKind::TooLarge, "the room has a megabyte");
    drop(body);
    let others = admission.holding(900_000).unwrap();
    let mut late = HeldBytes::new(admission.bytes.take_now(1024).unwrap());
    assert!(matches!(late.push(&[7; 200_000], None).unwrap_err().kind, FailureKind::Busy { .. }));
    drop(others);
    assert!(late.push(&[7; 200_000], None).is_ok());
}

#[tokio::test]
async fn a_picture_gives_its_pixels_back_with_its_last_copy() {
    let admission = admission();
    let mut permit = admission.pixels.take(1024 * 300).await.unwrap();
    let part = permit.split(1024 * 100);
    permit.shrink_to(1024 * 10);
    assert_eq!(admission.in_use().pixels, 1024 * 110);
    let picture = Raster::filled(10, 10, [255; 3]).held(permit.hold());
    let other = picture.clone();
    drop((picture, part));
    assert_eq!(admission.in_use().pixels, 1024 * 10);
    drop(other);
    assert_eq!(admission.in_use().pixels, 0);
}

#[tokio::test]
async fn a_spool_counts_what_is_in_memory() {
    let admission = admission();
    let mut spool = admission.spool();
    spool.write(&[1; 50_000]).unwrap();
    let in_memory = spool.finish();
    assert_eq!(admission.in_use().bytes, 49 * 1024);
    let mut spool = admission.spool();
    for _ in 0..10 {
        spool.write(&[1; 60_000]).unwrap();
    }
    let on_disk = spool.finish();
    assert!(admission.in_use().bytes <= (49 + 64) * 1024, "{:?}", admission.in_use());
    drop((in_memory, on_disk));
    assert_eq!(admission.in_use(), InUse::default());
}
