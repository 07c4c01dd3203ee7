//! Responses: requests that are understood, answers and streams that are written.
