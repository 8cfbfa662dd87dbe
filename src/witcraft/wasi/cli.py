"""``wasi:cli``: environment, exit, standard streams, terminals."""

from __future__ import annotations

from _collections_abc import Mapping, Sequence

from ..runtime import ConfigError, Err

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from ..runtime import Ok
    from . import stdio
    from .io.session import Session
    from .io.streams import InputStream, OutputStream


class Exit(Exception):
    """The guest ended itself, by ``exit`` or ``exit-with-code``: comes out of the call of the export.

    ``code``: 0 for success, 1 for failure, or the guest's own.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"exit code {code}")
        self.code = code


class Environment:
    """``wasi:cli/environment``."""

    def __init__(self, args: Sequence[str], env: Mapping[str, str] | None, most: int) -> None:
        """Both together have ``most`` bytes or less. Raises ConfigError."""
        if isinstance(args, str) or not isinstance(args, Sequence):
            raise ConfigError(f"args: expected a list of str, got {type(args).__name__}")
        if env is not None and not isinstance(env, Mapping):
            raise ConfigError(f"env: expected a mapping of str to str, got {type(env).__name__}")
        self._args = tuple(args)
        self._env = tuple((env or {}).items())
        size = sum([text_size("args", arg) for arg in self._args])
        size += sum([name_size(name) + text_size("env", value) for name, value in self._env])
        if size > most:
            raise ConfigError(f"args and env have {size} bytes, and limits.environment is {most}")

    def get_environment(self) -> Sequence[tuple[str, str]]:
        return self._env

    def get_arguments(self) -> Sequence[str]:
        return self._args

    def initial_cwd(self) -> str | None:
        """None: preopened directories have names, none of them is the current one."""


def name_size(name: object) -> int:
    """Bytes of the name of an environment variable. Raises ConfigError."""
    size = text_size("env", name)
    if not size or "=" in str(name):
        raise ConfigError(f"env: {name!r} is no name of a variable")
    return size


def text_size(setting: str, value: object) -> int:
    """Bytes of text that programs take as an argument or a variable. Raises ConfigError."""
    if not isinstance(value, str):
        raise ConfigError(f"{setting}: expected str, got {value!r}")
    if "\0" in value:
        raise ConfigError(f"{setting}: {value!r} has a NUL")
    try:
        return len(value.encode())
    except UnicodeEncodeError:
        raise ConfigError(f"{setting}: {value!r} is no Unicode text") from None


class Exiting:
    """``wasi:cli/exit``."""

    def exit(self, status: Ok[None] | Err[None], /) -> NoReturn:
        raise Exit(1 if isinstance(status, Err) else 0)

    def exit_with_code(self, status_code: int, /) -> NoReturn:
        raise Exit(status_code)


class Stdin:
    """``wasi:cli/stdin``: one stream, however often it is asked for."""

    def __init__(self, session: Session, given: stdio.Stdin) -> None:
        self._session, self._given = session, given
        self._stream: InputStream | None = None

    def get_stdin(self) -> InputStream:
        if self._stream is None:
            self._stream = self._given.stream(self._session)
        return self._stream


class Stdout:
    """``wasi:cli/stdout``."""

    def __init__(self, opened: Callable[[], OutputStream]) -> None:
        self.get_stdout = opened


class Stderr:
    """``wasi:cli/stderr``."""

    def __init__(self, opened: Callable[[], OutputStream]) -> None:
        self.get_stderr = opened


class TerminalInput:
    """Resource ``terminal-input``: that there is one is all it says."""

    __slots__ = ()


class TerminalOutput:
    """Resource ``terminal-output``."""

    __slots__ = ()


class TerminalInputs:
    """``wasi:cli/terminal-input``."""

    TerminalInput = TerminalInput


class TerminalOutputs:
    """``wasi:cli/terminal-output``."""

    TerminalOutput = TerminalOutput


class TerminalStdin:
    """``wasi:cli/terminal-stdin``."""

    def __init__(self, given: stdio.Stdin) -> None:
        self._given = given

    def get_terminal_stdin(self) -> TerminalInput | None:
        return TerminalInput() if self._given.is_terminal else None


class TerminalStdout:
    """``wasi:cli/terminal-stdout``."""

    def __init__(self, given: stdio.Stdout) -> None:
        self._given = given

    def get_terminal_stdout(self) -> TerminalOutput | None:
        return TerminalOutput() if self._given.is_terminal else None


class TerminalStderr:
    """``wasi:cli/terminal-stderr``."""

    def __init__(self, given: stdio.Stdout) -> None:
        self._given = given

    def get_terminal_stderr(self) -> TerminalOutput | None:
        return TerminalOutput() if self._given.is_terminal else None


def interfaces(
    session: Session,
    environment: Environment,
    stdin: stdio.Stdin,
    stdout: stdio.Stdout,
    stderr: stdio.Stdout,
) -> dict[str, Any]:
    """The interfaces of ``wasi:cli`` for one instance."""
    return {
        "wasi:cli/environment": environment,
        "wasi:cli/exit": Exiting(),
        "wasi:cli/stdin": Stdin(session, stdin),
        "wasi:cli/stdout": Stdout(stdout.opened(session)),
        "wasi:cli/stderr": Stderr(stderr.opened(session)),
        "wasi:cli/terminal-input": TerminalInputs(),
        "wasi:cli/terminal-output": TerminalOutputs(),
        "wasi:cli/terminal-stdin": TerminalStdin(stdin),
        "wasi:cli/terminal-stdout": TerminalStdout(stdout),
        "wasi:cli/terminal-stderr": TerminalStderr(stderr),
    }
