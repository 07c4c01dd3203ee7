//! Files written byte by byte, for what no encoder at hand writes.

/// A PNG of these chunks, with checksums.
pub(super) fn png(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in chunks {
        file.extend((body.len() as u32).to_be_bytes());
        let named = [name.as_slice(), body].concat();
        file.extend(&named);
        file.extend(crc32(&named).to_be_bytes());
    }
    file
}

/// The body of an `IHDR`.
pub(super) fn ihdr(width: u32, height: u32, bits: u8, color: u8) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, color, 0, 0, 0]].concat()
}

/// A zlib stream of one stored block.
pub(super) fn zlib(data: &[u8]) -> Vec<u8> {
    let length = data.len() as u16;
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), &byte| {
        let low = (low + u32::from(byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    let adler = (high << 16 | low).to_be_bytes();
    [&[0x78, 0x01, 0x01][..], &length.to_le_bytes(), &(!length).to_le_bytes(), data, &adler].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// A WebP chunk, padded to an even length.
pub(super) fn riff_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = [name.as_slice(), &(body.len() as u32).to_le_bytes(), body].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A WebP file of these chunks.
pub(super) fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    riff_chunk(b"RIFF", &[b"WEBP".to_vec(), chunks.concat()].concat())
}

/// A value of a TIFF directory.
#[derive(Clone)]
pub(super) enum Value {
    Short(Vec<u16>),
    Long(Vec<u32>),
    Rational(u32, u32),
}

/// A TIFF directory and the one strip it points to; the strip's place and length are filled in.
#[derive(Clone)]
pub(super) struct Directory {
    pub(super) entries: Vec<(u16, Value)>,
    pub(super) strip: Vec<u8>,
}

impl Directory {
    /// A directory of one strip of `bits` a sample; 262 is the photometric interpretation.
    pub(super) fn new(width: u32, height: u32, bits: &[u16], photometric: u16, strip: Vec<u8>) -> Self {
        use Value::{Long, Short};
        let entries = vec![
            (256, Long(vec![width])),
            (257, Long(vec![height])),
            (258, Short(bits.to_vec())),
            (259, Short(vec![1])),
            (262, Short(vec![photometric])),
            (277, Short(vec![bits.len() as u16])),
            (278, Long(vec![u32::MAX])),
        ];
        Self { entries, strip }
    }

    /// Adds an entry or replaces it.
    pub(super) fn with(mut self, tag: u16, value: Value) -> Self {
        self.entries.retain(|(old, _)| *old != tag);
        self.entries.push((tag, value));
        self
    }
}

/// A TIFF of these directories in a chain; `end` is what the last names as its next.
pub(super) fn tiff(big_endian: bool, directories: &[Directory], end: u32) -> Vec<u8> {
    let short = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let long = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut file = [if big_endian { b"MM" } else { b"II" }, &short(42)[..], &long(8)].concat();
    for (index, directory) in directories.iter().enumerate() {
        let entries = directory.entries.len() + directory.entries.iter().all(|(tag, _)| *tag != 279) as usize + 1;
        let start = file.len();
        let mut outside = start + 2 + entries * 12 + 4;
        let mut all = directory.entries.clone();
        let mut data = directory.strip.clone();
        all.push((273, Value::Long(vec![outside as u32])));
        if all.len() < entries {
            all.push((279, Value::Long(vec![directory.strip.len() as u32])));
        }
        all.sort_by_key(|(tag, _)| *tag);
        outside += data.len();
        file.extend(short(entries as u16));
        for (tag, value) in all {
            let (kind, count, bytes): (u16, usize, Vec<u8>) = match value {
                Value::Short(values) => (3, values.len(), values.iter().flat_map(|&value| short(value)).collect()),
                Value::Long(values) => (4, values.len(), values.iter().flat_map(|&value| long(value)).collect()),
                Value::Rational(over, under) => (5, 1, [long(over), long(under)].concat()),
            };
            file.extend([&short(tag)[..], &short(kind), &long(count as u32)].concat());
            if bytes.len() > 4 {
                file.extend(long(outside as u32));
                outside += bytes.len();
                data.extend(bytes);
            } else {
                let mut inline = bytes;
                inline.resize(4, 0);
                file.extend(inline);
            }
        }
        let is_last = index + 1 == directories.len();
        file.extend(long(if is_last { end } else { outside as u32 }));
        file.extend(data);
    }
    file
}
