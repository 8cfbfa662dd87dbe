"""What ``wasi:io`` is made of, and all other interfaces stand on: errors, pollables, streams, descriptors."""
