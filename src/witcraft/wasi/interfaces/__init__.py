"""The interfaces of WASI 0.2: types, and a protocol each that says what a host provides.

Printed by witcraft from the WIT in ``wasi/wit``, but for this file.
"""
