//! Files to upload, and forms to upload them in.

use super::client::{Answer, Client, send};
use reqwest::Method;
use serde_json::Value;
use std::io::Cursor;

/// A picture that is not of one colour.
pub fn picture(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, ((x + y) % 256) as u8])
    });
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::from(image).write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A small PNG.
pub fn png() -> Vec<u8> {
    picture(24, 16, image::ImageFormat::Png)
}

/// A second of silence.
pub fn wav() -> Vec<u8> {
    let mut out = b"RIFF\x64\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x40\x1f\0\0".to_vec();
    out.extend(vec![128; 8000]);
    out
}

/// A form with one file; the name goes into it as it is.
pub fn form(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n--edge--\r\n");
    out
}

/// The settings of the S3 that `scripts/services.sh` starts.
pub fn s3() -> Vec<(&'static str, &'static str)> {
    let set = |name: &str| -> &'static str {
        std::env::var(name)
            .unwrap_or_else(|_| panic!("{name} must be set; `make test` starts an S3 server"))
            .leak()
    };
    vec![
        ("S3_ENDPOINT", set("TEST_S3_ENDPOINT")),
        ("S3_BUCKET", set("TEST_S3_BUCKET")),
        ("S3_ACCESS_KEY", set("TEST_S3_ACCESS_KEY")),
        ("S3_SECRET_KEY", set("TEST_S3_SECRET_KEY")),
    ]
}

/// Bytes of an answer, and what was said about them.
pub struct Loaded {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Loaded {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Client {
    /// Posts a form to a path.
    pub async fn post_form(&self, path: &str, form: Vec<u8>) -> Answer {
        let kind = "multipart/form-data; boundary=edge";
        send(self.request(Method::POST, path).header("content-type", kind).body(form)).await
    }

    /// Uploads a file for no chat in particular.
    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Answer {
        self.post_form("/files", form(name, bytes)).await
    }

    /// Uploads a file; returns its id.
    pub async fn uploaded(&self, name: &str, bytes: &[u8]) -> String {
        let file: Value = self.upload(name, bytes).await.expect(201);
        file["id"].as_str().unwrap().into()
    }

    /// Loads bytes; headers are pairs.
    pub async fn load(&self, path: &str, headers: &[(&str, &str)]) -> Loaded {
        let mut request = self.request(Method::GET, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        Loaded {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.bytes().await.unwrap().into(),
        }
    }
}
