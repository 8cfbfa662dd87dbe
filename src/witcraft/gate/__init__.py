"""The gate: one generated core module a component, where the canonical ABI's rules on instances and handles are kept.

What no host language has to do itself is done here in WebAssembly, once for all of them: may-leave flags, the handle
tables with their built-ins, lends and borrow scopes, and the passing of an import's flat values through a mailbox.
``build.py`` puts the module together, one small file a rule; ``needs.py`` says what a plan wants of it.
"""
