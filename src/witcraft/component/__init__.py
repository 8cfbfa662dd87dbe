"""A component as its binary has it: definitions with indices unresolved."""
