"""Packages of WIT text: trees to the `model` that components resolve to as well (component-model WIT.md).

`gather` finds the files of a directory and its ``deps``; `units` says which package each statement belongs to; `order`
puts packages, interfaces and types so that what is named comes before who names it; then each package is resolved:
`interface` and `world`, with `types` below both, `include` and `elaborate` above.
"""
