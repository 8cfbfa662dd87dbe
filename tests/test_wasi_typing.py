"""What `witcraft.wasi` provides fits the protocols that witcraft prints from WIT: for mypy, and by name when run."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from witcraft.wasi import Wasi, cli, clocks, interfaces, random
from witcraft.wasi.filesystem import Types
from witcraft.wasi.filesystem.preopens import Preopens
from witcraft.wasi.io import error, poll, streams
from witcraft.wasi.io.interfaces import Errors, Poll, Streams
from witcraft.wasi.sockets import handle, lookup, tcp, udp

if TYPE_CHECKING:
    from witcraft.wasi.interfaces import (
        cli_environment,
        cli_exit,
        cli_stderr,
        cli_stdin,
        cli_stdout,
        cli_terminal_input,
        cli_terminal_output,
        cli_terminal_stderr,
        cli_terminal_stdin,
        cli_terminal_stdout,
        clocks_monotonic_clock,
        clocks_timezone,
        clocks_wall_clock,
        filesystem_preopens,
        filesystem_types,
        io_error,
        io_poll,
        io_streams,
        random_insecure,
        random_insecure_seed,
        random_random,
        sockets_instance_network,
        sockets_ip_name_lookup,
        sockets_network,
        sockets_tcp,
        sockets_tcp_create_socket,
        sockets_udp,
        sockets_udp_create_socket,
    )

    def resources_of_io(one: error.Error, two: poll.Pollable, three: streams.InputStream, four: streams.OutputStream):
        a: io_error.Error = one
        b: io_poll.Pollable = two
        c: io_streams.InputStream = three
        d: io_streams.OutputStream = four
        return a, b, c, d

    def io(one: Errors, two: Poll, three: Streams):
        a: io_error.Error_2 = one
        b: io_poll.Poll = two
        c: io_streams.Streams = three
        return a, b, c

    def command_line(one: cli.Environment, two: cli.Exiting, three: cli.Stdin, four: cli.Stdout, five: cli.Stderr):
        a: cli_environment.Environment = one
        b: cli_exit.Exit = two
        c: cli_stdin.Stdin = three
        d: cli_stdout.Stdout = four
        e: cli_stderr.Stderr = five
        return a, b, c, d, e

    def terminals(
        one: cli.TerminalInputs,
        two: cli.TerminalOutputs,
        three: cli.TerminalStdin,
        four: cli.TerminalStdout,
        five: cli.TerminalStderr,
    ):
        a: cli_terminal_input.TerminalInput_2 = one
        b: cli_terminal_output.TerminalOutput_2 = two
        c: cli_terminal_stdin.TerminalStdin = three
        d: cli_terminal_stdout.TerminalStdout = four
        e: cli_terminal_stderr.TerminalStderr = five
        return a, b, c, d, e

    def time_and_chance(
        one: clocks.MonotonicClock,
        two: clocks.WallClock,
        three: clocks.Timezone,
        four: random.Random,
        five: random.InsecureSeed,
    ):
        a: clocks_monotonic_clock.MonotonicClock = one
        b: clocks_wall_clock.WallClock = two
        c: clocks_timezone.Timezone = three
        d: random_random.Random = four
        e: random_insecure.Insecure = four
        f: random_insecure_seed.InsecureSeed = five
        return a, b, c, d, e, f

    def files(one: Types, two: Preopens):
        a: filesystem_types.Types = one
        b: filesystem_preopens.Preopens = two
        return a, b

    def sockets_of_all_kinds(
        one: handle.NetworkTypes,
        two: handle.InstanceNetwork,
        three: lookup.IpNameLookup,
        four: tcp.Tcp,
        five: tcp.TcpCreateSocket,
        six: udp.Udp,
        seven: udp.UdpCreateSocket,
    ):
        a: sockets_network.Network_2 = one
        b: sockets_instance_network.InstanceNetwork = two
        c: sockets_ip_name_lookup.IpNameLookup = three
        d: sockets_tcp.Tcp = four
        e: sockets_tcp_create_socket.TcpCreateSocket = five
        f: sockets_udp.Udp = six
        g: sockets_udp_create_socket.UdpCreateSocket = seven
        return a, b, c, d, e, f, g


MODULES = sorted(path.stem for path in Path(inspect.getfile(interfaces)).parent.glob("*_*.py") if path.stem[0] != "_")


def protocols(module: str) -> list[type]:
    """The protocols of a module that witcraft prints: of resources, and last of the interface itself."""
    text = __import__(f"{interfaces.__name__}.{module}", fromlist=["*"])
    return [value for value in vars(text).values() if isinstance(value, type) and value.__module__ == text.__name__]


def functions(protocol: type) -> dict[str, Any]:
    return {name: value for name, value in vars(protocol).items() if not name.startswith("_")}


def takes(function: Any, wanted: Any, bound: int = 0) -> bool:
    """Whether ``function`` takes the parameters of ``wanted``, less those that are bound already."""
    count = len(inspect.signature(wanted).parameters) - bound
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("module", MODULES)
def test_every_function_of_every_interface_is_there(module: str):
    package, _, name = module.partition("_")
    full = f"wasi:{package}/{name.replace('_', '-')}@0.2.12"
    provided = Wasi().interfaces([full])[full]
    wanted = functions([each for each in protocols(module) if not hasattr(each, "__match_args__")][-1])
    for name, value in wanted.items():
        given = getattr(provided, name)
        assert callable(given)
        if isinstance(value, property):  # a resource
            resource = next(each for each in protocols(module) if each.__name__ == name)
            assert all(callable(getattr(given, method)) for method in functions(resource))
            for method, wanted_method in functions(resource).items():
                assert takes(getattr(given, method), wanted_method)
        else:
            assert inspect.isbuiltin(given) or takes(given, value, 1)
