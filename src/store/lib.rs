//! What outlives a request: files on this machine's disk, bounded.
