"""Alternative texts: which words may change, into what, and what a gate refused."""
