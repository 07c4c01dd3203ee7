//! The table of what bytes are: formats, claims, truncated, empty, mislabelled and two-faced files.

use super::*;

fn judge(bytes: &[u8], mime: &str, file_name: &str) -> Result<MediaFormat, Unclassifiable> {
    let claim =
        Claim { mime: (!mime.is_empty()).then_some(mime), file_name: (!file_name.is_empty()).then_some(file_name) };
    classify(Blob::in_memory(bytes.to_vec()), claim).map(|media| media.format)
}

fn box_of(brand: &[u8; 4]) -> Vec<u8> {
    [&[0, 0, 0, 24], b"ftyp".as_slice(), brand, &[0, 0, 2, 0], b"isommp42", &[0; 64]].concat()
}

fn ebml(doc_type: &[u8]) -> Vec<u8> {
    let length = 0x80 | u8::try_from(doc_type.len()).unwrap();
    let element = [&[0x42, 0x82, length], doc_type].concat();
    let header = 0x80 | u8::try_from(element.len()).unwrap();
    [&[0x1a, 0x45, 0xdf, 0xa3, header], element.as_slice(), &[0x18, 0x53, 0x80, 0x67, 0x80]].concat()
}

fn ogg(codec: &[u8]) -> Vec<u8> {
    [b"OggS".as_slice(), &[0, 2], &[0; 20], &[1, 30], codec, &[0; 32]].concat()
}

fn riff(kind: &[u8; 4]) -> Vec<u8> {
    [b"RIFF".as_slice(), &[36, 0, 0, 0], kind, b"fmt ", &[0; 32]].concat()
}

/// An ASF header of one object, that of a stream of this type.
fn asf(stream: &[u8; 16]) -> Vec<u8> {
    let properties = [ASF_STREAM.as_slice(), &78_u64.to_le_bytes(), stream, &[0; 38]].concat();
    let length = (30 + properties.len() as u64).to_le_bytes();
    [ASF_HEADER.as_slice(), &length, &1_u32.to_le_bytes(), &[1, 2], &properties, &[0; 64]].concat()
}

fn bitmap() -> Vec<u8> {
    [b"BM".as_slice(), &[0; 12], &[40, 0, 0, 0], &[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0], &[0; 40]].concat()
}

fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0";
/// Of the ASF specification, section 10: the header, what is said of a stream, and that it is one of sound.
const ASF_HEADER: [u8; 16] = *b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
const ASF_STREAM: [u8; 16] = *b"\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65";
const AUDIO_STREAM: [u8; 16] = *b"\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01";

#[test]
fn bytes_tell_the_format() {
    use MediaFormat::*;
    let rows: Vec<(&str, Vec<u8>, MediaFormat)> = vec![
        ("png", PNG.to_vec(), Png),
        ("png cut after its signature", PNG[..8].to_vec(), Png),
        ("jpeg with JFIF", JPEG.to_vec(), Jpeg),
        ("jpeg with EXIF", b"\xff\xd8\xff\xe1\0\x10Exif\0\0".to_vec(), Jpeg),
        ("webp", [b"RIFF\x20\0\0\0WEBPVP8 ".as_slice(), &[0; 24]].concat(), Webp),
        ("gif 87", b"GIF87a\x01\0\x01\0".to_vec(), Gif),
        ("gif 89", b"GIF89a\x01\0\x01\0".to_vec(), Gif),
        ("tiff little endian", b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec(), Tiff),
        ("tiff big endian", b"MM\0*\0\0\0\x08\0\0\0\0\0\0".to_vec(), Tiff),
        ("bmp", bitmap(), Bmp),
        ("avif", box_of(b"avif"), Avif),
        ("heic", box_of(b"heic"), Heic),
        ("heif", box_of(b"mif1"), Heic),
        ("avif in heif's clothes", [&[0, 0, 0, 24], b"ftypmif1\0\0\0\0mif1avif".as_slice(), &[0; 40]].concat(), Avif),
        ("svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), Svg),
        (
            "svg behind a prologue",
            b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- <a> --><!DOCTYPE svg [<!ENTITY a \">\">]>\n<svg:svg >".to_vec(),
            Svg,
        ),
        ("xml that speaks of svg", b"<?xml version=\"1.0\"?><list><svg/></list>".to_vec(), Xml),
        ("3gp", box_of(b"3gp4"), Mp4),
        ("mpeg", [b"\0\0\x01\xba".as_slice(), &[0x44; 40]].concat(), Mpeg),
        ("transport stream", (0..800).map(|at| if at % 188 == 0 { 0x47 } else { 0 }).collect(), Ts),
        ("transport stream of a camera", (0..800).map(|at| if at % 192 == 4 { 0x47 } else { 0 }).collect(), Ts),
        ("words that begin like one", vec![b'G'; 800], Text),
        ("flash video", [b"FLV\x01\x05\0\0\0\x09".as_slice(), &[0; 40]].concat(), Flv),
        ("ogg video", ogg(b"\x80theora"), Ogv),
        ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), Pdf),
        ("pdf behind junk", [&[b'\n'; 500], b"%PDF-1.4\n".as_slice()].concat(), Pdf),
        ("pdf behind binary junk", [&[0xfe_u8; 900], b"%PDF-1.4\n".as_slice()].concat(), Pdf),
        ("wav", riff(b"WAVE"), Wav),
        ("avi", riff(b"AVI "), Avi),
        ("mp3 with ID3", b"ID3\x04\0\0\0\0\0\0".to_vec(), Mp3),
        ("mp3 frame", [b"\xff\xfb\x90\x64".as_slice(), &[0; 60]].concat(), Mp3),
        ("flac", b"fLaC\0\0\0\x22".to_vec(), Flac),
        ("opus", ogg(b"OpusHead\x01"), Opus),
        ("vorbis", ogg(b"\x01vorbis"), Vorbis),
        ("flac in ogg", ogg(b"\x7fFLAC\x01\0"), Vorbis),
        ("rf64", [b"RF64\xff\xff\xff\xffWAVEds64".as_slice(), &[28, 0, 0, 0], &[0; 28], b"fmt "].concat(), Wav),
        ("aac", [b"\xff\xf1\x50\x80".as_slice(), &[0; 60]].concat(), Aac),
        ("aiff", [b"FORM\0\0\0\x20AIFFCOMM".as_slice(), &[0; 32]].concat(), Aiff),
        ("aiff with a codec", [b"FORM\0\0\0\x20AIFCFVER".as_slice(), &[0; 32]].concat(), Aiff),
        ("caf", [b"caff\0\x01\0\0desc".as_slice(), &[0; 32]].concat(), Caf),
        ("amr", [b"#!AMR\n\x3c".as_slice(), &[0; 32]].concat(), Amr),
        ("amr of the wider band", [b"#!AMR-WB\n\x44".as_slice(), &[0; 60]].concat(), Amr),
        ("wma", asf(&AUDIO_STREAM), Wma),
        ("layer 2", [b"\xff\xfd\x84\x00".as_slice(), &[0; 60]].concat(), Mp2),
        ("ac-3", [b"\x0b\x77\x12\x34".as_slice(), &[0; 60]].concat(), Ac3),
        ("au", [b".snd\0\0\0\x18\0\0\0\x20".as_slice(), &[0; 60]].concat(), Au),
        ("m4a", box_of(b"M4A "), M4a),
        ("mp4 isom", box_of(b"isom"), Mp4),
        ("mp4 mp42", box_of(b"mp42"), Mp4),
        ("quicktime", box_of(b"qt  "), Mov),
        ("webm", ebml(b"webm"), Webm),
        ("ascii", b"Dear Ms Vale,\n".to_vec(), Text),
        ("one letter", b"a".to_vec(), Text),
        ("utf-8", "Größe: 5 µm – 価格\n".into(), Text),
        ("utf-8 with mark", b"\xef\xbb\xbfhello".to_vec(), Text),
        ("utf-16 with mark", [b"\xff\xfe".as_slice(), &utf16("hello", false)].concat(), Text),
        ("utf-16 little endian", utf16("A plain sentence, sixteen bits each.", false), Text),
        ("utf-16 big endian", utf16("A plain sentence, sixteen bits each.", true), Text),
        ("latin-1", b"Caf\xe9 cr\xe8me, 3 \xa3 l'unit\xe9, d\xe9j\xe0 pay\xe9.".to_vec(), Text),
        ("an English sentence that begins like a bitmap", b"BMW sold more cars this year than last.".to_vec(), Text),
        ("html", b"<!DOCTYPE html><html><body>hi</body></html>".to_vec(), Html),
        ("xml", b"<?xml version=\"1.0\"?><a/>".to_vec(), Xml),
    ];
    for (name, bytes, expected) in rows {
        assert_eq!(judge(&bytes, "", ""), Ok(expected), "{name}");
    }
}

#[test]
fn bytes_beat_claims() {
    use MediaFormat::*;
    let rows: [(&str, &[u8], &str, &str, MediaFormat); 6] = [
        ("a PDF called photo.jpg", b"%PDF-1.7\n", "image/jpeg", "photo.jpg", Pdf),
        ("a PNG sent as PDF", PNG, "application/pdf", "scan.pdf", Png),
        ("a JPEG sent as text", JPEG, "text/plain", "note.txt", Jpeg),
        ("a PNG with a PDF header later on", &[PNG, b"%PDF-1.7\n"].concat(), "application/pdf", "", Png),
        ("a PDF that speaks of GIF89a", b"%PDF-1.4\nGIF89a", "image/gif", "", Pdf),
        ("octet-stream says nothing", JPEG, "application/octet-stream", "", Jpeg),
    ];
    for (name, bytes, mime, file_name, expected) in rows {
        assert_eq!(judge(bytes, mime, file_name), Ok(expected), "{name}");
    }
}

#[test]
fn text_in_the_place_of_something_to_be_seen_or_heard_is_refused() {
    let page = b"<!DOCTYPE html><html><body>Please sign in</body></html>";
    for (mime, file_name, words) in [
        ("image/png", "", "these bytes are html, although they are called an image"),
        ("", "photo.JPG", "called an image"),
        ("video/mp4", "a.html", "called a video"),
        ("audio/mpeg", "", "called an audio"),
    ] {
        let refusal = judge(page, mime, file_name).unwrap_err();
        assert!(matches!(refusal, Unclassifiable::Disguised { .. }));
        assert!(refusal.to_string().contains(words), "{refusal}");
    }
    // What a type says counts for more than a name; TypeScript shares its ending with transport streams.
    for (mime, file_name) in [("text/plain", "a.png"), ("video/mp2t", "main.ts"), ("", "main.ts"), ("", "notes")] {
        assert_eq!(judge(b"just words", mime, file_name), Ok(MediaFormat::Text), "{mime} {file_name}");
    }
}

#[test]
fn claims_tell_texts_apart() {
    use MediaFormat::*;
    let rows = [
        ("text/markdown; charset=utf-8", "", Markdown),
        ("", "README.md", Markdown),
        ("text/csv", "", Csv),
        ("application/octet-stream", "table.CSV", Csv),
        ("application/json", "", Json),
        ("", "main.rs", Text),
        ("TEXT/HTML", "", Html),
    ];
    for (mime, file_name, expected) in rows {
        assert_eq!(judge(b"a, b, c\n", mime, file_name), Ok(expected), "{mime} {file_name}");
    }
}

#[test]
fn what_is_refused_is_named() {
    let rows: [(&str, &[u8], &str); 3] = [
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x02", "gzip"),
        ("elf", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0", "Executable and Linkable"),
        ("sqlite", b"SQLite format 3\0\x10\0\x01\x01", "SQLite"),
    ];
    for (name, bytes, word) in rows {
        let refusal = judge(bytes, "application/pdf", "a.pdf").unwrap_err().to_string();
        assert!(refusal.to_lowercase().contains(&word.to_lowercase()), "{name}: {refusal}");
        assert!(refusal.contains("send a PDF"), "{name}: {refusal}");
    }
}

/// A zip of empty files with these names.
fn zip(names: &[&str]) -> Vec<u8> {
    let (mut files, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let offset = u32::try_from(files.len()).unwrap().to_le_bytes();
        files.extend([b"PK\x03\x04".as_slice(), &[0; 22], &length, &[0; 2], name.as_bytes()].concat());
        directory.extend([b"PK\x01\x02".as_slice(), &[0; 24], &length, &[0; 12], &offset, name.as_bytes()].concat());
    }
    let count = u16::try_from(names.len()).unwrap().to_le_bytes();
    let [size, offset] = [directory.len(), files.len()].map(|length| u32::try_from(length).unwrap().to_le_bytes());
    [&files[..], &directory, b"PK\x05\x06", &[0; 4], &count, &count, &size, &offset, &[0; 2]].concat()
}

/// A compound file with one directory sector that names these streams.
fn compound(names: &[&str]) -> Vec<u8> {
    let mut header = vec![0_u8; 512];
    header[..8].copy_from_slice(compound::SIGNATURE);
    header[30] = 9;
    header[48] = 0;
    header[76] = 1;
    let mut directory = Vec::new();
    for name in ["Root Entry"].iter().chain(names) {
        let mut entry = utf16(name, false);
        let length = entry.len() + 2;
        entry.resize(128, 0);
        entry[64] = u8::try_from(length).unwrap();
        directory.extend(entry);
    }
    directory.resize(512, 0);
    let table = [&[0xfe, 0xff, 0xff, 0xff][..], &[0xff; 508]].concat();
    [header, directory, table].concat()
}

#[test]
fn packages_are_told_apart_by_their_parts() {
    use MediaFormat::*;
    let types = "[Content_Types].xml";
    let rows: [(&[&str], MediaFormat); 9] = [
        (&[types, "_rels/.rels", "word/document.xml"], Docx),
        (&[types, "xl/workbook.xml"], Xlsx),
        (&[types, "xl/workbook.bin"], Xlsb),
        (&[types, "ppt/presentation.xml"], Pptx),
        (&[types, "docProps/app.xml", "customXml/item1.xml", "word/document.xml", "word/embeddings/a.xlsx"], Docx),
        (&["word/notes.txt", "word/more.txt"], Zip),
        (&["a.docx", "b.pdf"], Zip),
        (&["META-INF/container.xml", "mimetype", "a.xhtml"], Epub),
        (&[], Zip),
    ];
    for (names, expected) in rows {
        assert_eq!(judge(&zip(names), "image/png", "a.exe"), Ok(expected), "{names:?}");
    }
}

#[test]
fn a_package_that_is_cut_off_is_still_known() {
    let types = "[Content_Types].xml";
    let rows: [(&[&str], MediaFormat); 3] = [
        (&[types, "_rels/.rels", "word/document.xml"], MediaFormat::Docx),
        (&[types, "ppt/presentation.xml"], MediaFormat::Pptx),
        (&["a.pdf", "b.pdf"], MediaFormat::Zip),
    ];
    for (names, expected) in rows {
        let whole = zip(names);
        let directory = whole.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        assert_eq!(judge(&whole[..directory], "", "a.pdf"), Ok(expected), "{names:?}");
    }
}

#[test]
fn older_files_are_told_apart_by_their_streams() {
    use MediaFormat::*;
    let rows: [(&[&str], &str, MediaFormat); 7] = [
        (&["WordDocument", "1Table"], "", Doc),
        (&["Workbook"], "", Xls),
        (&["Book"], "", Xls),
        (&["Current User", "PowerPoint Document"], "", Ppt),
        (&["__nameid_version1.0", "__substg1.0_0037001F"], "", Msg),
        (&["EncryptionInfo", "EncryptedPackage"], "", Docx),
        (&["EncryptionInfo", "EncryptedPackage"], "secret.XLSX", Xlsx),
    ];
    for (names, file_name, expected) in rows {
        assert_eq!(judge(&compound(names), "", file_name), Ok(expected), "{names:?}");
    }
    let refusal = judge(&compound(&["Contents"]), "", "a.doc").unwrap_err();
    assert!(matches!(refusal, Unclassifiable::Unsupported(_)), "{refusal}");
    let cut = compound(&["WordDocument"]);
    for length in [8, 100, 512, 600] {
        let _ = judge(&cut[..length], "", "");
    }
}

#[test]
fn texts_that_nothing_is_said_of_are_known_by_their_shape() {
    use MediaFormat::*;
    let letter = "Return-Path: <a@b.example>\r\nFrom: A\r\n <a@b.example>\r\nSubject: hi\r\n\r\nHello\r\n";
    let rows = [
        ("a,b,c\n1,2,3\n4,5,6\n", "", "", Csv),
        ("a;b\n1;2,5\n4;5,0\n", "", "", Csv),
        ("a\tb\n1\t2\n3\t4\n", "", "", Tsv),
        ("a\tb\n1\t2\n3\t4\n", "", "log.txt", Text),
        ("a,b,c\n1,2,3\n4,5,6\n", "text/plain", "", Text),
        ("One, two.\nThree, four.\nFive, six.\n", "", "", Text),
        ("\"a,b\",c,d\n1,2,3\n4,5,6\n", "", "", Csv),
        (letter, "", "", Eml),
        (letter, "text/plain", "", Eml),
        ("From: me\nTo: you\nthe usual\n", "", "", Text),
        ("Note: this\nSubject: to change\n", "", "", Text),
        ("hello", "message/rfc822", "", Eml),
        ("hello", "", "a.eml", Eml),
        ("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\">\n<html><body/></html>", "", "", Html),
        ("{\\rtf1\\ansi hello}", "", "", Rtf),
    ];
    for (text, mime, file_name, expected) in rows {
        assert_eq!(judge(text.as_bytes(), mime, file_name), Ok(expected), "{text:?} {mime} {file_name}");
    }
}

#[test]
fn nothing_and_noise_are_refused() {
    assert_eq!(judge(b"", "application/pdf", "a.pdf"), Err(Unclassifiable::Empty));
    let noise: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert_eq!(judge(&noise, "", ""), Err(Unclassifiable::Unknown));
    assert_eq!(judge(&[0; 64], "text/plain", "zeros.txt"), Err(Unclassifiable::Unknown));
}

#[test]
fn a_character_cut_at_the_end_of_the_head_is_forgiven_only_there() {
    let mut long = vec![b'x'; Blob::HEAD_BYTES - 1];
    long.extend("é and more".as_bytes());
    assert_eq!(judge(&long, "", ""), Ok(MediaFormat::Text));
}

#[test]
fn text_is_decoded_with_its_encoding_named() {
    let rows: [(&[u8], &str, &str); 4] = [
        ("naïve".as_bytes(), "naïve", "UTF-8"),
        (b"\xef\xbb\xbfhi", "hi", "UTF-8"),
        (b"\xff\xfeh\0i\0", "hi", "UTF-16LE"),
        (b"Caf\xe9 cr\xe8me \xe0 la carte", "Café crème à la carte", "windows-1252"),
    ];
    for (bytes, text, encoding) in rows {
        let decoded = crate::media::decode_text(bytes);
        assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding));
    }
}
