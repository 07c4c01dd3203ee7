//! The wire of each form: what is sent, and what is made of the answers.
