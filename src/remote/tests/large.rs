//! Large media: a body is written once, into a buffer that never grows.

use mediary_core::task::{Message, Part, Role};
use mediary_core::{Blob, MediaFormat};

use super::ALL;
use crate::golden::{able, encode, media, of};

/// So many that growing would show, and that any second copy would.
const BYTES: usize = 3_000_000;

#[test]
fn a_large_image_is_written_without_growing_the_body() {
    let mut part = media(MediaFormat::Png);
    part.media.blob = Blob::in_memory(vec![7; BYTES]);
    let base64 = part.media.blob.base64().unwrap().into_owned();
    let came_as_base64 = Blob::from_base64(base64.clone().into()).unwrap();
    for blob in [part.media.blob.clone(), came_as_base64] {
        part.media.blob = blob;
        let chat = of(vec![Message { parts: vec![Part::Media(part.clone())], ..Message::new(Role::User) }]);
        for dialect in ALL {
            let body = encode(dialect, &able("p/m"), &chat).unwrap().body.read_all().unwrap();
            let name = dialect.name();
            assert!(memchr::memmem::find(&body, base64.as_bytes()).is_some(), "{name} writes other bytes");
            let most = body.len() + body.len() / 32;
            assert!(body.capacity() <= most, "{name}: {} for {} bytes", body.capacity(), body.len());
        }
    }
}
