//! What lies beyond this machine: fetching what a request names by its address.
