//! Where a bucket is, and the key to it, which no message, log or debug text has.

use std::fmt;
use std::str::FromStr;

use object_store::path::Path;
use thiserror::Error;

/// A bucket, and the folder in it that is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketAddress {
    pub(super) bucket: String,
    /// Empty: the whole bucket.
    pub(super) folder: Path,
}

/// A bucket, and how it is reached.
#[derive(Clone)]
pub struct BucketPlace {
    /// Which.
    pub address: BucketAddress,
    /// The store that has it; `None`: Amazon's.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: String,
    /// The id of the key.
    pub key_id: String,
    /// The key.
    pub secret_key: String,
    /// What goes with a key that is good for a while.
    pub session_token: Option<String>,
}

impl BucketPlace {
    /// A folder in it.
    #[must_use]
    pub fn within(&self, name: &str) -> Self {
        let BucketAddress { bucket, folder } = self.address.clone();
        Self { address: BucketAddress { bucket, folder: folder.join(name) }, ..self.clone() }
    }
}

/// A text is no address of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("an address such as s3://bucket/folder")]
pub struct NotABucket;

impl FromStr for BucketAddress {
    type Err = NotABucket;

    fn from_str(text: &str) -> Result<Self, NotABucket> {
        let rest = text.trim().strip_prefix("s3://").ok_or(NotABucket)?;
        let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
        let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if !(3..=255).contains(&bucket.len()) || !bucket.bytes().all(may_stand) {
            return Err(NotABucket);
        }
        let folder = Path::parse(folder.trim_end_matches('/')).map_err(|_| NotABucket)?;
        Ok(Self { bucket: bucket.to_owned(), folder })
    }
}

impl fmt::Display for BucketAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "s3://{}/{}", self.bucket, self.folder)
    }
}

impl fmt::Display for BucketPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(formatter)
    }
}

impl fmt::Debug for BucketPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_bucket_and_a_folder_in_it() {
        for (text, shown) in [
            ("s3://pictures", "s3://pictures/"),
            ("s3://pictures/", "s3://pictures/"),
            (" s3://my.bucket-1/mediary/content/ ", "s3://my.bucket-1/mediary/content"),
        ] {
            assert_eq!(text.parse::<BucketAddress>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "pictures",
            "s3://",
            "s3://ab",
            "s3:///folder",
            "https://bucket/folder",
            "s3://a b c/",
            "s3://bucket/../x",
        ] {
            assert_eq!(text.parse::<BucketAddress>().err(), Some(NotABucket), "{text}");
        }
    }

    #[test]
    fn a_place_is_shown_without_its_key() {
        let place = BucketPlace {
            address: "s3://pictures/x".parse().unwrap(),
            endpoint: Some("https://user:hunter2@minio.example".to_owned()),
            region: "eu-west-1".to_owned(),
            key_id: "hunter2".to_owned(),
            secret_key: "hunter2".to_owned(),
            session_token: Some("hunter2".to_owned()),
        };
        assert_eq!((place.to_string().as_str(), format!("{place:?}").as_str()), ("s3://pictures/x", "s3://pictures/x"));
    }
}
