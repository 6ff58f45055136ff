"""What lies in each bucket, a file for each kind of content: the n-th of them is always the same."""
