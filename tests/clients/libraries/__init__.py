"""One file for each library, one function for each feature: it takes a `Place` and asserts what came back."""
