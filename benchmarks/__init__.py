"""`python -m benchmarks`: witcraft beside the native component API and beside glue written by hand."""
