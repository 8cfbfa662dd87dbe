"""witcraft: WebAssembly components in, typed and fast Python bindings out."""
