//! Cutting streams into frames.
