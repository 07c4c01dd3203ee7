//! The tables of probes: what follows from each failure, what an answer shows, what is selected.
