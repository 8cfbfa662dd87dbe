"""A component as a flat plan: what to instantiate, in what order, and what comes out."""

from __future__ import annotations

from witcraft.plan.link import link as link
