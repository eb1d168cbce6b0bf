"""Why the paper's FuSE was a coin flip on IMDB, and what its two rows in Table 3 are: experiments that could fail."""
