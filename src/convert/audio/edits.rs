//! What of a track in an MP4 is to be heard. An encoder begins with samples of its own and fills its last packet up, and a
//! film that was cut often still has the rest in it; the edit list (ISO/IEC 14496-12, `elst`) says which stretch counts.
//!
//! Only that list and what it is measured in is read here. A list that cannot be read, or that puts several stretches
//! together, is as if there were none: the track is heard whole.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use mediary_core::Blob;

use super::input;

/// So many boxes are looked at in one; real files have a dozen.
const MOST_BOXES: usize = 1_000;
/// So many entries of a list are looked at.
const MOST_ENTRIES: u32 = 64;

/// The stretch of a track that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edit {
    /// Where in the track it begins.
    pub(super) start_seconds: f64,
    /// How long it is; `None`: to the end of the track.
    pub(super) seconds: Option<f64>,
}

/// The stretch of this track, if its file says so.
pub(super) fn of(blob: &Blob, track: u32) -> Option<Edit> {
    if blob.head().get(4..8) != Some(b"ftyp") {
        return None;
    }
    let mut file = input::source(blob).ok()?;
    let film = boxes(&mut file, 0..blob.len_bytes()).ok()?.find(b"moov")?;
    let within = boxes(&mut file, film).ok()?;
    let film_unit = units_a_second(&mut file, within.find(b"mvhd")?)?;
    for found in within.all(b"trak") {
        let parts = boxes(&mut file, found).ok()?;
        if number(&mut file, parts.find(b"tkhd")?)? != track {
            continue;
        }
        let media = boxes(&mut file, parts.find(b"mdia")?).ok()?;
        let track_unit = units_a_second(&mut file, media.find(b"mdhd")?)?;
        let list = boxes(&mut file, parts.find(b"edts")?).ok()?.find(b"elst")?;
        let (start, length) = only_stretch(&mut file, list)?;
        // What a file of fragments says of its length is said before they are written.
        let is_whole = within.find(b"mvex").is_none() && length > 0;
        return Some(Edit {
            start_seconds: start as f64 / track_unit,
            seconds: is_whole.then(|| length as f64 / film_unit),
        });
    }
    None
}

/// The boxes in a stretch of a file: what each is called, and where its contents lie.
struct Boxes(Vec<([u8; 4], Range<u64>)>);

impl Boxes {
    fn all<'a>(&'a self, name: &'a [u8; 4]) -> impl Iterator<Item = Range<u64>> + 'a {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, contents)| contents.clone())
    }

    fn find(&self, name: &[u8; 4]) -> Option<Range<u64>> {
        self.all(name).next()
    }
}

fn boxes(file: &mut (impl Read + Seek), within: Range<u64>) -> io::Result<Boxes> {
    let (mut found, mut at) = (Vec::new(), within.start);
    while at + 8 <= within.end && found.len() < MOST_BOXES {
        file.seek(SeekFrom::Start(at))?;
        let size = u32::from_be_bytes(read(file)?);
        let name = read(file)?;
        let (head, size) = match size {
            0 => (8, within.end - at),
            1 => (16, u64::from_be_bytes(read(file)?)),
            size => (8, size.into()),
        };
        let end = at.saturating_add(size).min(within.end);
        if size < head || end < at + head {
            break;
        }
        found.push((name, at + head..end));
        at = end;
    }
    Ok(Boxes(found))
}

/// The number in a header behind its two times: by which a track is known, or in how many parts a second is divided.
fn number(file: &mut (impl Read + Seek), header: Range<u64>) -> Option<u32> {
    let times = if version(file, header.start).ok()? == 0 { 8 } else { 16 };
    file.seek(SeekFrom::Current(times)).ok()?;
    read(file).ok().map(u32::from_be_bytes)
}

fn units_a_second(file: &mut (impl Read + Seek), header: Range<u64>) -> Option<f64> {
    number(file, header).filter(|units| *units > 0).map(f64::from)
}

/// Where the one stretch of a list begins, in units of the track, and how long it is, in units of the film.
fn only_stretch(file: &mut (impl Read + Seek), list: Range<u64>) -> Option<(u64, u64)> {
    let version = version(file, list.start).ok()?;
    let count = u32::from_be_bytes(read(file).ok()?).min(MOST_ENTRIES);
    let mut stretch = None;
    for _ in 0..count {
        let (length, start) = match version {
            0 => {
                let length = u32::from_be_bytes(read(file).ok()?).into();
                (length, i64::from(i32::from_be_bytes(read(file).ok()?)))
            }
            _ => (u64::from_be_bytes(read(file).ok()?), i64::from_be_bytes(read(file).ok()?)),
        };
        let _pace: [u8; 4] = read(file).ok()?;
        // One that begins nowhere is a pause.
        let Ok(start) = u64::try_from(start) else { continue };
        if stretch.replace((start, length)).is_some() {
            return None;
        }
    }
    stretch
}

/// The version of a box, behind which its flags are skipped.
fn version(file: &mut (impl Read + Seek), at: u64) -> io::Result<u8> {
    file.seek(SeekFrom::Start(at))?;
    read::<4>(file).map(|[version, ..]| version)
}

fn read<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
