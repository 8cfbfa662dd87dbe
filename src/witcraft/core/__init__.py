"""Core WebAssembly modules as data."""
