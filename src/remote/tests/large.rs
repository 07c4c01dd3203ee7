//! Large media: a body is written once, into a buffer that never grows; what came as base64 is not written at all but sent
//! from where it is.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::FutureExt as _;
use hyper::body::Body as _;
use mediary_core::media::share_of;
use mediary_core::task::{Message, Part, Role};
use mediary_core::{Blob, MediaFormat};

use super::ALL;
use crate::Payload;
use crate::golden::{able, encode, media, of};

/// So many that growing would show, and that any second copy would.
const BYTES: usize = 3_000_000;

#[test]
fn a_large_image_is_written_without_growing_the_body_or_sent_from_where_it_is() {
    let mut part = media(MediaFormat::Png);
    part.media.blob = Blob::in_memory(vec![7; BYTES]);
    let base64 = part.media.blob.base64().unwrap();
    let came_as_base64 = Blob::from_base64(base64.clone()).unwrap();
    for (blob, is_shared) in [(part.media.blob.clone(), false), (came_as_base64, true)] {
        part.media.blob = blob;
        let chat = of(vec![Message { parts: vec![Part::Media(part.clone())], ..Message::new(Role::User) }]);
        for dialect in ALL {
            let name = dialect.name();
            let body = encode(dialect, &able("p/m"), &chat).unwrap().body;
            let whole = body.read_all().unwrap();
            assert!(memchr::memmem::find(&whole, &base64).is_some(), "{name} writes other bytes");
            let own: Vec<_> = pieces(body).into_iter().filter(|piece| share_of(&base64, piece).is_none()).collect();
            let own_bytes = own.iter().map(Bytes::len).sum::<usize>();
            assert_eq!(own_bytes + if is_shared { base64.len() } else { 0 }, whole.len(), "{name}");
            for piece in own {
                let (length, capacity) = (piece.len(), Vec::from(piece).capacity());
                assert!(capacity <= length + length / 32 + 8192, "{name}: {capacity} for {length} bytes");
            }
        }
    }
}

fn pieces(mut body: Payload) -> Vec<Bytes> {
    let mut next = || poll_fn(|context| Pin::new(&mut body).poll_frame(context)).now_or_never().flatten();
    std::iter::from_fn(|| next().map(|frame| frame.unwrap().into_data().unwrap())).collect()
}
