//! The socket itself: hello, limits, bad frames, presence, the end.

mod comeback;
mod frames;
mod gone;
mod limits;
mod places;
mod presence;
mod resume;
mod takeover;
mod wire;
