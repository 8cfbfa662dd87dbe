"""Worlds and packages to binaries and back: WIT inside of WebAssembly."""
