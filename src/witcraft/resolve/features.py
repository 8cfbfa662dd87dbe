"""Features of the component model that came after its first release, by the names that tools give them.

(component-model Explainer, "Gated Features".)
"""

from __future__ import annotations

from enum import Enum

from witcraft.errors import ComponentError, WitcraftError


class Feature(Enum):
    ASYNC = "cm-async"
    MAP = "cm-map"
    IMPLEMENTS = "cm-implements"
    VALUES = "cm-values"
    NESTED_NAMES = "cm-nested-names"
    MORE_ASYNC_BUILTINS = "cm-more-async-builtins"
    ASYNC_STACKFUL = "cm-async-stackful"
    THREADING = "cm-threading"
    SHARED_EVERYTHING_THREADS = "shared-everything-threads"
    FIXED_LENGTH_LISTS = "cm-fixed-length-lists"
    ERROR_CONTEXT = "cm-error-context"
    CANONICAL_NAMES = "cm-canon-names"
    MEMORY64 = "cm64"
    FORWARD = "cm-forward"
    ACCESSORS = "cm-accessors"
    DEPENDENCY_NAMES = "cm-dependency-names"  # not in the specification any more; tools take them without being asked


Features = frozenset[Feature]

ALL: Features = frozenset(Feature)
COMPILED: Features = ALL - {Feature.NESTED_NAMES, Feature.DEPENDENCY_NAMES, Feature.ACCESSORS}
"""What the compiler takes, though not all of it can run: there are no bindings for names of those kinds."""
SHIPPED: Features = frozenset([Feature.ASYNC, Feature.MAP, Feature.IMPLEMENTS])
"""What has been released with WASI 0.3: the standard's default."""

NAMES = {feature.value: feature for feature in Feature}


def features(text: str) -> Features:
    """``"all"``, ``"shipped"``, names and names with a minus, separated by commas; begins with what has shipped."""
    found = SHIPPED
    for word in filter(None, [part.strip() for part in text.split(",")]):
        found = changed(found, word)
    return found


def changed(found: Features, word: str) -> Features:
    match word:
        case "all":
            return ALL
        case "shipped":
            return SHIPPED
    name = word.removeprefix("-")
    feature = NAMES.get(name)
    if feature is None:
        raise WitcraftError(f"the feature {name!r} is unknown; there are {', '.join(NAMES)}, and all and shipped")
    return found - {feature} if word.startswith("-") else found | {feature}


def require(allowed: Features, feature: Feature, what: str) -> None:
    if feature not in allowed:
        raise ComponentError(f"{what} takes the feature {feature.value}, which is not enabled")
