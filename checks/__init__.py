"""What `make check` asks beyond the code: whether somebody has found fault with what we use."""
