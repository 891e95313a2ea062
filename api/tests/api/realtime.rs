//! The socket itself: hello, limits, bad frames, presence, the end.

mod frames;
mod limits;
mod presence;
mod resume;
