"""Long work: jobs, each a pure function of its own contents, the log of their lines, and the engines that do them."""
