//! The Space, server side.
