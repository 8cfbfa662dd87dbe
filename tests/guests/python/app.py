"""The guest of tour.wit, in Python: componentize-py finds the classes here by the names of the interfaces."""

import wit_world
from componentize_py_types import Err, Ok, Some
from stores import Blob
from wit_world.imports import shapes, values
from wit_world.imports import stores as host
from wit_world.imports.shapes import Access, Color, Everything, Nine, Point, Segment, Seventeen

# Every function of `values` is the host's own, so its arguments, results and errors pass through unchanged.
FUNCTIONS = [name for name in dir(values) if name.startswith(("echo_", "try_", "nothing"))]
Values = type("Values", (), {name: staticmethod(getattr(values, name)) for name in FUNCTIONS})


class Samples:
    def sample(self) -> Everything:
        point = Point(1.0, 2.0, 3)
        # fmt: off
        return Everything(
            truth=True,
            u8=255, s8=-128, u16=65535, s16=-32768, u32=2**32 - 1, s32=-(2**31), u64=2**64 - 1, s64=-(2**63),
            f32=1.5, f64=-0.1,
            letter="\U0001f980", text="zwölf Ü 🦀", bytes=bytes([0, 1, 255]), numbers=[-32768, 32767],
            words=["", "a", "ü"],
            pair=(7, "seven"), maybe=None, perhaps=Some(None), outcome=Err("no"), nothing=Ok(None),
            point=point, segment=Segment(point, Point(-1.0, -2.0, 4), "edge"),
            shapes=[shapes.Shape_Dot(), shapes.Shape_Circle(0.5), shapes.Shape_Polygon([point]),
                    shapes.Shape_Named(("n", 9))],
            mixed=shapes.Mixed_Wide(2**64 - 1), color=Color.DARK_BLUE, access=Access.READ | Access.EXECUTE,
            nine=Nine.A | Nine.I, seventeen=Seventeen.A16,
        )
        # fmt: on

    def is_sample(self, v: Everything) -> bool:
        return v == self.sample()


class Stores:
    def total(self, blobs: list[Blob]) -> int:
        return host.total([blob.kept for blob in blobs])

    def swap(self, lhs: Blob, rhs: Blob) -> tuple[Blob, Blob]:
        first, second = host.swap(lhs.give(), rhs.give())
        return Blob.around(first), Blob.around(second)

    def larger(self, lhs: Blob | None, rhs: Blob | None) -> Blob | None:
        kept = host.larger(lhs and lhs.give(), rhs and rhs.give())
        return kept and Blob.around(kept)

    def discard(self, blob: Blob) -> None:
        with blob.give():
            pass

    def live(self) -> int:
        return Blob.live


class WitWorld(wit_world.WitWorld):
    def greet(self, name: str) -> str:
        wit_world.log(name)
        return f"hello, {name}"

    def crash(self, message: str) -> None:
        raise RuntimeError(message)
