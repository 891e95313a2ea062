//! Uploads, downloads, attachments, pictures; on a folder and on S3.

mod access;
mod attacks;
mod messages;
mod pictures;
mod polyglots;
mod sweep;
mod uploads;
