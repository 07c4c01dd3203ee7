//! Signatures: what the sniffer finds, and which format on the list that is.
//!
//! Texts have none; what they are is said by their sender and their shape.

use file_format::FileFormat;

use crate::media::{Blob, MediaFormat};

/// Most formats show in their first bytes. Archives, EBML and ASF are told apart only by looking further in, which may mean
/// decoding all of it first; if the source cannot be read the head has to do.
pub(super) fn sniff(blob: &Blob) -> FileFormat {
    let by_head = FileFormat::from_bytes(blob.head());
    if known(by_head).is_some_and(|format| !matches!(format, MediaFormat::Webm | MediaFormat::Mkv)) {
        return by_head;
    }
    let from_whole = blob.source().open().ok().and_then(|reader| FileFormat::from_reader(reader).ok());
    from_whole.unwrap_or(by_head)
}

/// The format on the list that a signature stands for; `None`: it is not on the list, or the bytes have to say more.
pub(super) fn known(found: FileFormat) -> Option<MediaFormat> {
    Some(match found {
        FileFormat::PortableNetworkGraphics | FileFormat::AnimatedPortableNetworkGraphics => MediaFormat::Png,
        FileFormat::JointPhotographicExpertsGroup => MediaFormat::Jpeg,
        FileFormat::Webp => MediaFormat::Webp,
        FileFormat::GraphicsInterchangeFormat => MediaFormat::Gif,
        FileFormat::TagImageFileFormat => MediaFormat::Tiff,
        FileFormat::WindowsBitmap => MediaFormat::Bmp,
        FileFormat::Av1ImageFileFormat | FileFormat::Av1ImageFileFormatSequence => MediaFormat::Avif,
        FileFormat::HighEfficiencyImageCoding
        | FileFormat::HighEfficiencyImageCodingSequence
        | FileFormat::HighEfficiencyImageFileFormat
        | FileFormat::HighEfficiencyImageFileFormatSequence => MediaFormat::Heic,
        FileFormat::ScalableVectorGraphics => MediaFormat::Svg,
        FileFormat::PortableDocumentFormat => MediaFormat::Pdf,
        FileFormat::OfficeOpenXmlDocument => MediaFormat::Docx,
        FileFormat::OfficeOpenXmlSpreadsheet => MediaFormat::Xlsx,
        FileFormat::OfficeOpenXmlPresentation => MediaFormat::Pptx,
        FileFormat::OpendocumentText | FileFormat::OpendocumentTextTemplate => MediaFormat::Odt,
        FileFormat::OpendocumentSpreadsheet | FileFormat::OpendocumentSpreadsheetTemplate => MediaFormat::Ods,
        FileFormat::OpendocumentPresentation | FileFormat::OpendocumentPresentationTemplate => MediaFormat::Odp,
        FileFormat::ElectronicPublication => MediaFormat::Epub,
        FileFormat::RichTextFormat => MediaFormat::Rtf,
        FileFormat::Zip => MediaFormat::Zip,
        FileFormat::WaveformAudio => MediaFormat::Wav,
        FileFormat::Mpeg12AudioLayer3 | FileFormat::Id3v2 => MediaFormat::Mp3,
        FileFormat::FreeLosslessAudioCodec => MediaFormat::Flac,
        FileFormat::OggOpus => MediaFormat::Opus,
        // What else is heard out of this container is read by the same readers.
        FileFormat::OggVorbis | FileFormat::OggFlac | FileFormat::OggSpeex => MediaFormat::Vorbis,
        FileFormat::AppleItunesAudio | FileFormat::AppleItunesAudiobook | FileFormat::Mpeg4Part14Audio => {
            MediaFormat::M4a
        }
        FileFormat::AdvancedAudioCoding => MediaFormat::Aac,
        FileFormat::AudioInterchangeFileFormat => MediaFormat::Aiff,
        FileFormat::AdaptiveMultiRate => MediaFormat::Amr,
        FileFormat::WindowsMediaAudio => MediaFormat::Wma,
        FileFormat::Mpeg12AudioLayer2 => MediaFormat::Mp2,
        FileFormat::AudioCodec3 => MediaFormat::Ac3,
        FileFormat::Au => MediaFormat::Au,
        FileFormat::Mpeg4Part14
        | FileFormat::Mpeg4Part14Video
        | FileFormat::AppleItunesVideo
        | FileFormat::ThirdGenerationPartnershipProject
        | FileFormat::ThirdGenerationPartnershipProject2 => MediaFormat::Mp4,
        FileFormat::AppleQuicktime => MediaFormat::Mov,
        FileFormat::Webm => MediaFormat::Webm,
        FileFormat::MatroskaVideo | FileFormat::MatroskaAudio | FileFormat::Matroska3dVideo => MediaFormat::Mkv,
        FileFormat::AudioVideoInterleave => MediaFormat::Avi,
        FileFormat::Mpeg12Video => MediaFormat::Mpeg,
        FileFormat::FlashVideo => MediaFormat::Flv,
        FileFormat::WindowsMediaVideo => MediaFormat::Wmv,
        FileFormat::OggTheora => MediaFormat::Ogv,
        _ => return None,
    })
}
