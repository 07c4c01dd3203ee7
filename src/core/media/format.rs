//! The closed list of formats, and the medium each belongs to.

use serde::{Deserialize, Serialize};

/// A medium: what a model must be able to take in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// Characters.
    Text,
    /// A picture, or several in one file.
    Image,
    /// Pages, slides, sheets, letters; and archives of such.
    Document,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
}

macro_rules! formats {
    ($($variant:ident $name:literal $kind:ident $mime:literal),+ $(,)?) => {
        /// A file format that Mediary knows by its bytes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum MediaFormat {
            $(#[doc = concat!("`", $mime, "`")] $variant),+
        }

        impl MediaFormat {
            /// Every format there is.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name used in configuration, answers and logs; also the usual file extension.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The medium the format belongs to.
            #[must_use]
            pub fn kind(self) -> MediaKind {
                match self { $(Self::$variant => MediaKind::$kind),+ }
            }

            /// The registered media type.
            #[must_use]
            pub fn mime(self) -> &'static str {
                match self { $(Self::$variant => $mime),+ }
            }
        }
    };
}

formats! {
    Png "png" Image "image/png",
    Jpeg "jpeg" Image "image/jpeg",
    Webp "webp" Image "image/webp",
    Gif "gif" Image "image/gif",
    Tiff "tiff" Image "image/tiff",
    Bmp "bmp" Image "image/bmp",
    Avif "avif" Image "image/avif",
    Heic "heic" Image "image/heic",
    Svg "svg" Image "image/svg+xml",
    Pdf "pdf" Document "application/pdf",
    Docx "docx" Document "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Xlsx "xlsx" Document "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Xlsb "xlsb" Document "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    Pptx "pptx" Document "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    Doc "doc" Document "application/msword",
    Xls "xls" Document "application/vnd.ms-excel",
    Ppt "ppt" Document "application/vnd.ms-powerpoint",
    Odt "odt" Document "application/vnd.oasis.opendocument.text",
    Ods "ods" Document "application/vnd.oasis.opendocument.spreadsheet",
    Odp "odp" Document "application/vnd.oasis.opendocument.presentation",
    Rtf "rtf" Document "application/rtf",
    Epub "epub" Document "application/epub+zip",
    Eml "eml" Document "message/rfc822",
    Msg "msg" Document "application/vnd.ms-outlook",
    Zip "zip" Document "application/zip",
    Wav "wav" Audio "audio/wav",
    Mp3 "mp3" Audio "audio/mpeg",
    Flac "flac" Audio "audio/flac",
    Opus "opus" Audio "audio/ogg; codecs=opus",
    Vorbis "vorbis" Audio "audio/ogg; codecs=vorbis",
    M4a "m4a" Audio "audio/mp4",
    Aac "aac" Audio "audio/aac",
    Aiff "aiff" Audio "audio/aiff",
    Caf "caf" Audio "audio/x-caf",
    Amr "amr" Audio "audio/amr",
    Wma "wma" Audio "audio/x-ms-wma",
    Mp2 "mp2" Audio "audio/mpeg",
    Ac3 "ac3" Audio "audio/ac3",
    Au "au" Audio "audio/basic",
    Mp4 "mp4" Video "video/mp4",
    Mov "mov" Video "video/quicktime",
    Webm "webm" Video "video/webm",
    Mkv "mkv" Video "video/matroska",
    Avi "avi" Video "video/vnd.avi",
    Mpeg "mpeg" Video "video/mpeg",
    Ts "ts" Video "video/mp2t",
    Flv "flv" Video "video/x-flv",
    Wmv "wmv" Video "video/x-ms-wmv",
    Ogv "ogv" Video "video/ogg",
    Text "text" Text "text/plain",
    Markdown "markdown" Text "text/markdown",
    Csv "csv" Text "text/csv",
    Tsv "tsv" Text "text/tab-separated-values",
    Json "json" Text "application/json",
    Xml "xml" Text "application/xml",
    Html "html" Text "text/html",
}

impl std::fmt::Display for MediaFormat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl std::fmt::Display for MediaKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Document => "document",
            Self::Audio => "audio",
            Self::Video => "video",
        })
    }
}
