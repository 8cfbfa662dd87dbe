"""What a component means: value types, functions, interfaces, worlds. No indices, no language names."""
