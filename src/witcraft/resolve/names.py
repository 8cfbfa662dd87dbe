"""Names of imports and exports (component-model Explainer, "Import and Export Definitions" and "Name Uniqueness")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from witcraft.component import spell
from witcraft.component.tree import ExternName
from witcraft.errors import ComponentError
from witcraft.resolve.features import Feature, Features, require

FIRST = r"(?:[a-z][0-9a-z]*|[A-Z][0-9A-Z]*)"
FRAGMENT = rf"(?:[0-9]+{FIRST}?|{FIRST})"  # one way to match each, or hostile names would take exponential time
LABEL = rf"{FIRST}(?:-{FRAGMENT})*"
WORDS = r"[a-z][0-9a-z]*(?:-[0-9a-z]+)*"
NUMBER = r"(?:0|[1-9][0-9]*)"
PRERELEASE = r"(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
BUILD = r"[0-9a-zA-Z-]+"
SEMVER = rf"{NUMBER}\.{NUMBER}\.{NUMBER}(?:-{PRERELEASE}(?:\.{PRERELEASE})*)?(?:\+{BUILD}(?:\.{BUILD})*)?"
NESTED = rf"{WORDS}(?::{WORDS})+(?:/{LABEL})*"
BASE64 = r"[A-Za-z0-9+/]+={0,2}"
HASH = rf"sha(?:256|384|512)-{BASE64}(?:\?[!-;=?-~]*)?"
INTEGRITY = rf"integrity=< *{HASH}(?: +{HASH})* *>"
RANGE = rf"\{{(?:>={SEMVER}|<{SEMVER}|>={SEMVER} <{SEMVER})\}}"
DEPENDENCIES = (
    rf"unlocked-dep=<(?P<unlocked>{NESTED})(?:@(?:\*|{RANGE}))?>",
    rf"locked-dep=<(?P<locked>{NESTED})(?:@{SEMVER})?>(?:,{INTEGRITY})?",
    rf"url=<[^<>]*>(?:,{INTEGRITY})?",
    INTEGRITY,
)
CANONICAL_VERSION = r"[1-9][0-9]*|0\.[1-9][0-9]*|0\.0\.[1-9][0-9]*|0\.0\.0"

MAX_QUOTED = 60  # characters
KEBAB = "words of letters and digits joined by hyphens, each all lower case or all upper case"

is_label = re.compile(LABEL).fullmatch
is_semver = re.compile(SEMVER).fullmatch
is_canonical_version = re.compile(CANONICAL_VERSION).fullmatch
interface_parts = re.compile(rf"(?P<path>{WORDS}(?::{WORDS})+(?:/{LABEL})+)(?:@(?P<version>.*))?").fullmatch
dependency_parts = re.compile("|".join(DEPENDENCIES)).fullmatch
annotated_parts = re.compile(
    r"\[(?P<kind>constructor|method|static)\](?P<accessor>\[[gs]et\])?(?P<resource>[^.]*)(?:\.(?P<member>.*))?"
).fullmatch


@dataclass(frozen=True, slots=True)
class Label:
    """``accessor``: "", "get" or "set"."""

    label: str
    accessor: str = ""


@dataclass(frozen=True, slots=True)
class Annotated:
    """``kind``: "constructor", whose ``member`` is empty, "method" or "static"; ``accessor``: "", "get" or "set"."""

    kind: str
    resource: str
    member: str
    accessor: str = ""


@dataclass(frozen=True, slots=True)
class InterfaceName:
    path: str
    version: str | None

    @property
    def is_nested(self) -> bool:
        """In a package of a nested namespace, or in a nested package."""
        return self.path.count(":") > 1 or self.path.count("/") > 1


@dataclass(frozen=True, slots=True)
class Dependency:
    """What tools write for an import that is to be found by package, URL or hash: not in the specification any more."""

    text: str
    is_nested: bool


Name = Label | Annotated | InterfaceName | Dependency


def parse(name: str) -> Name:
    if name.startswith(("[get]", "[set]")):
        return Label(check_label(name[5:]), name[1:4])
    if name.startswith("["):
        return annotated(name)
    if "=" in name:
        return dependency(name)
    if ":" in name:
        return interface_name(name)
    return Label(check_label(name))


def check_label(label: str) -> str:
    if not is_label(label):
        raise ComponentError(f"{quoted(label)} is not in kebab case: {KEBAB}")
    return label


def annotated(name: str) -> Annotated:
    found = annotated_parts(name)
    if not found:
        raise ComponentError(f"{quoted(name)} is no name of a constructor, method or static function")
    kind, resource, member = found["kind"], check_label(found["resource"]), found["member"]
    if kind == "constructor":
        if member is not None or found["accessor"]:
            raise ComponentError(f"{quoted(name)} names more than a resource")
        return Annotated(kind, resource, "")
    if member is None:
        raise ComponentError(f"{quoted(name)} names a resource, and nothing of it")
    return Annotated(kind, resource, check_label(member), (found["accessor"] or "").strip("[]"))


def interface_name(name: str) -> InterfaceName:
    found = interface_parts(name)
    if not found:
        raise ComponentError(f"{quoted(name)} is no name of an interface")
    version = found["version"]
    if version is not None and not is_semver(version) and not is_canonical_version(version):
        raise ComponentError(f"{quoted(name)} has no semantic version, which is like 1.2.3, or 1.2.3-rc.1")
    return InterfaceName(found["path"], version)


def dependency(name: str) -> Dependency:
    found = dependency_parts(name)
    if not found:
        raise ComponentError(f"{quoted(name)} is no name")
    package = found["unlocked"] or found["locked"] or ""
    return Dependency(name, package.count(":") > 1 or "/" in package)


# ---- attributes -------------------------------------------------------------------------------------------------


def check_attributes(extern: ExternName, name: Name, is_instance: bool) -> None:
    if extern.implements is not None:
        if not is_instance or not isinstance(name, Label):
            raise ComponentError("only an instance with a plain name can have an `implements`")
        interface_name(extern.implements)
    if extern.version_suffix is not None:
        if not is_instance:
            raise ComponentError("only an instance can have a version suffix")
        check_version_suffix(extern.version_suffix, name)


def check_features(extern: ExternName, name: Name, features: Features) -> None:
    if isinstance(name, Dependency):
        require(features, Feature.DEPENDENCY_NAMES, "a name of a dependency")
    if isinstance(name, InterfaceName | Dependency) and name.is_nested:
        require(features, Feature.NESTED_NAMES, "a nested name")
    if isinstance(name, Label | Annotated) and name.accessor:
        require(features, Feature.ACCESSORS, "a getter or setter")
    if isinstance(name, InterfaceName) and name.version is not None and not is_semver(name.version):
        require(features, Feature.CANONICAL_NAMES, "a canonical version")
    if extern.version_suffix is not None:
        require(features, Feature.CANONICAL_NAMES, "a version suffix")
    if extern.implements is not None or extern.external_id is not None:
        require(features, Feature.IMPLEMENTS, "an attribute of a name")
    if extern.implements is not None:
        check_features(ExternName(extern.implements), interface_name(extern.implements), features)


def check_version_suffix(suffix: str, name: Name) -> None:
    version = name.version if isinstance(name, InterfaceName) else None
    if version is None or not is_canonical_version(version) or not is_semver(version + suffix):
        raise ComponentError(f"the version suffix {quoted(suffix)} makes no semantic version of the name's")


# ---- uniqueness -------------------------------------------------------------------------------------------------


def unique_key(name: Name) -> str:
    """Strongly unique names have different keys."""
    match name:
        case Label(label, accessor):
            return with_accessor(accessor, folded(label))
        case Annotated("constructor", resource):
            return f"[constructor]{folded(resource)}"
        case Annotated(_, resource, member, accessor):
            resource, member = folded(resource), folded(member)
            return with_accessor(accessor, member if member == resource else f"{resource}.{member}")
        case InterfaceName(path, version):
            return f"{folded(path)}@{version}"
        case Dependency(text):
            return text


def with_accessor(accessor: str, key: str) -> str:
    """Getter and setter share a name, with nothing else: the getter, which is always there, stands for both."""
    return f"[set]{key}" if accessor == "set" else key


def folded(label: str) -> str:
    """Neither case nor hyphens tell labels apart."""
    return label.lower().replace("-", "")


def check_labels(labels: Iterable[str], noun: str) -> None:
    """Names of fields, cases, flags, parameters: kebab case, and strongly unique."""
    seen: dict[str, str] = {}
    for label in labels:
        key = folded(check_label(label))
        if key in seen:
            twice = "is there twice" if seen[key] == label else f"conflicts with {quoted(seen[key])}"
            raise ComponentError(f"{noun} {quoted(label)} {twice}")
        seen[key] = label


def quoted(name: str) -> str:
    """For a message: no control characters, and not a page long."""
    return spell.quoted(name if len(name) <= MAX_QUOTED else name[:MAX_QUOTED] + "...")


def article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
