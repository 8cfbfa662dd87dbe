"""Calls of a component from JavaScript: witcraft's output, jco's, and glue written by hand."""
