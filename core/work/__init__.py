"""Long work: jobs, each a pure function of its own contents, and the engines that do them."""
