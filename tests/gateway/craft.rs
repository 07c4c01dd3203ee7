//! Files made for a test: pictures that lie about themselves, bombs, and media that are no documents.

use std::io::{Cursor, Write};

use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};
use image::ImageFormat;

use super::pdf::Pdf;

/// A PNG that says it is so large, grey with one bit per pixel, and holds a few bytes of pixels.
pub(crate) fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::fast());
    pixels.write_all(&[0; 1000]).expect("a vector takes everything");
    let pixels = pixels.finish().expect("a vector takes everything");
    let chunks = [chunk(*b"IHDR", &header), chunk(*b"IDAT", &pixels), chunk(*b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("small").to_be_bytes();
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    [&length[..], &kind, data, &sum.sum().to_be_bytes()].concat()
}

/// A picture in another format.
pub(crate) fn converted(picture: &[u8], format: ImageFormat) -> Vec<u8> {
    let decoded = image::load_from_memory(picture).expect("a sample can be decoded").to_rgb8();
    let mut bytes = Cursor::new(Vec::new());
    decoded.write_to(&mut bytes, format).expect("a vector takes everything");
    bytes.into_inner()
}

/// A white PNG.
pub(crate) fn blank_png() -> Vec<u8> {
    png_of(&image::RgbImage::from_pixel(600, 400, image::Rgb([255; 3])))
}

/// A picture as PNG.
pub(crate) fn png_of(picture: &image::RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).expect("a vector takes everything");
    bytes.into_inner()
}

/// Adds a page that is a picture, packed as JPEG.
pub(crate) fn add_picture_page(pdf: &mut Pdf, picture: &[u8]) {
    let decoded = image::load_from_memory(picture).expect("a sample can be decoded");
    let (width, height) = (decoded.width(), decoded.height());
    let entries = format!(
        "/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB /BitsPerComponent 8 \
         /Filter /DCTDecode"
    );
    let image = pdf.stream(&entries, converted(picture, ImageFormat::Jpeg));
    pdf.picture_page(image, (width, height));
}

/// So many MiB of zeros as a zlib stream of a thousandth of that. It repeats one compressed piece, so it is made at once.
pub(crate) fn zeros_mib(count: u32) -> Vec<u8> {
    let mut piece = Vec::with_capacity(1 << 16);
    let mut raw = Compress::new(Compression::best(), false);
    // Flushed fully, a piece refers to nothing before it and ends with a whole byte.
    raw.compress_vec(&vec![0; 1 << 20], &mut piece, FlushCompress::Full).expect("zeros can be compressed");
    let adler = (((u64::from(count) << 20) % 65_521) as u32) << 16 | 1;
    let last_empty_block = [0x03, 0x00];
    [&[0x78, 0x01], &piece.repeat(count as usize)[..], &last_empty_block, &adler.to_be_bytes()].concat()
}

/// A page that takes minutes to draw: thousands of transparent layers, each over all of it.
pub(crate) fn add_slow_page(pdf: &mut Pdf) {
    let resources = "/Resources << /ExtGState << /G << /ca 0.01 /BM /Multiply >> >> >>";
    pdf.page(resources, &format!("/G gs 0.5 g\n{}", "0 0 595 842 re f\n".repeat(10_000)));
}

/// A document whose only page is such a page.
pub(crate) fn slow_pdf() -> Vec<u8> {
    let mut pdf = Pdf::new();
    add_slow_page(&mut pdf);
    pdf.bytes()
}

/// A recording of silence.
pub(crate) fn wav() -> Vec<u8> {
    let samples = [0_u8; 1600];
    let format = b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x40\x06\0\0";
    [&b"RIFF"[..], &(36 + 1600_u32).to_le_bytes(), format, &samples].concat()
}

/// The beginning of a Linux program.
pub(crate) fn elf() -> Vec<u8> {
    [&b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0"[..], &[0; 200]].concat()
}

/// The beginning of a Windows program.
pub(crate) fn exe() -> Vec<u8> {
    let mut bytes = vec![0; 512];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3c] = 0x80;
    bytes[0x80..0x86].copy_from_slice(b"PE\0\0\x64\x86");
    bytes
}

#[test]
fn a_bomb_unpacks_to_its_zeros() {
    let mut unpacked = Vec::new();
    let packed = zeros_mib(3);
    std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(&packed[..]), &mut unpacked).unwrap();
    assert!(packed.len() < 10_000, "{}", packed.len());
    assert!(unpacked.len() == 3 << 20 && unpacked.iter().all(|byte| *byte == 0), "{}", unpacked.len());
}
