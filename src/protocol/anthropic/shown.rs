//! Pictures of a reply as blocks of a message: as requests have them, since answers have no words of their own for one.

use serde_json::{Value, json};

/// The field of a reply that holds pictures.
pub(super) const FIELD: &str = "images";

/// A block for each picture, by data URL or address.
pub(super) fn blocks(images: &Value) -> Vec<Value> {
    let all = images.as_array().into_iter().flatten();
    all.filter_map(|image| image.pointer("/image_url/url")?.as_str()).map(block).collect()
}

/// The block of a picture.
pub(super) fn block(url: &str) -> Value {
    let data = url.strip_prefix("data:").and_then(|url| url.split_once(";base64,"));
    let source = match data {
        Some((mime, data)) => json!({ "type": "base64", "media_type": mime, "data": data }),
        None => json!({ "type": "url", "url": url }),
    };
    json!({ "type": "image", "source": source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_blocks_by_what_their_addresses_hold() {
        let images = json!([
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,YWJj" } },
            { "type": "image_url", "image_url": { "url": "https://example.org/a.png" } },
            { "type": "odd" },
        ]);
        let expected = [
            json!({ "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "YWJj" } }),
            json!({ "type": "image", "source": { "type": "url", "url": "https://example.org/a.png" } }),
        ];
        assert_eq!(blocks(&images), expected);
        assert!(blocks(&Value::Null).is_empty());
    }
}
