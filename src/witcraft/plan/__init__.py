"""A component as a flat plan: what to instantiate, in what order, and what comes out."""
