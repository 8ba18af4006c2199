"""The shapes of a serverless.yml as its author writes them (component documents 1154/129052, 1154/39271)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

RESERVED_PREFIXES = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")
ENVIRONMENT_BYTES = 4096


def _scalar_as_text(value: object) -> object:
    """YAML knows numbers and booleans, an environment only text, spelt as the vendor's JavaScript does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _runs_here(runtime: str) -> str:
    if not runtime.startswith("Python3."):
        raise ValueError(f"localcloud runs functions of a Python 3 runtime, not of {runtime}; use Python3.10")
    return runtime


def _memory_size(size: int) -> int:
    if size != 64 and (size % 128 or not 128 <= size <= 3072):
        raise ValueError(f"{size} MB is no memory size; choose 64, or 128 to 3072 in steps of 128")
    return size


def _is_no_reserved_name(name: str) -> str:
    if name.startswith(RESERVED_PREFIXES):
        reserved = ", ".join(RESERVED_PREFIXES)
        raise ValueError(f"names beginning with {reserved} are the platform's; rename {name}")
    return name


def _is_not_empty(value: str) -> str:
    if not value:
        raise ValueError("SCF takes no variable with an empty value; give it one, or leave the variable out")
    return value


def empty_for_nothing(value: object) -> object:
    """Return an empty text for a key that stands there without a value."""
    return "" if value is None else value


Section = dict[str, object]
Text = Annotated[str, BeforeValidator(_scalar_as_text)]
OptionalText = Annotated[str, BeforeValidator(empty_for_nothing)]


Word = Annotated[Text, StringConstraints(min_length=1)]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+$")]


class Declaration(BaseModel):
    """A section of the file; keys that mean nothing to localcloud are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ServerlessFile(Declaration):
    """The whole file; without an `app`, the vendor takes the instance's name for it."""

    component: Literal["multi-scf", "scf"]
    name: Word
    app: Word | None = None
    stage: Word = "dev"
    inputs: Section

    @property
    def id(self) -> str:
        """What the names of functions begin with."""
        return f"{self.name}-{self.stage}-{self.app or self.name}"


class MultiScfInputs(Declaration):
    """Inputs of the component `multi-scf`; whatever else stands there is shared by its functions."""

    region: Region = "ap-guangzhou"
    functions: dict[str, Section] | list[Section]
    triggers: tuple[object, ...] = ()


class Variables(Declaration):
    """How the component `scf` writes environment variables."""

    variables: dict[str, Text] = Field(default_factory=dict)


class ScfInputs(Declaration):
    """Inputs of the component `scf`: one function, and its triggers as `events`."""

    region: Region = "ap-guangzhou"
    environment: Variables = Variables()
    events: tuple[dict[str, Section], ...] = ()


class EnvironmentVariable(Declaration):
    """One `{key, value}` (583/14570; neither may be empty: structure Variable of API 2018-04-16)."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]\w*$"), AfterValidator(_is_no_reserved_name)]
    value: Annotated[Text, AfterValidator(_is_not_empty)]


class DeadLetter(Declaration):
    """Where events go that SCF gives up on (structure DeadLetterConfig of API 2018-04-16)."""

    type: Word
    name: Word
    filter_type: str | None = Field(None, alias="filterType")


class FunctionDeclaration(Declaration):
    """One function, what it shares with the others already merged in; defaults are the vendor's."""

    handler: Annotated[str, StringConstraints(pattern=r"^[\w/.-]+\.[A-Za-z_]\w*$")]
    name: Text | None = None
    type: Literal["event"] = "event"
    runtime: Annotated[str, AfterValidator(_runs_here)] = Field("Nodejs12.16", validate_default=True)
    memory_size: Annotated[int, AfterValidator(_memory_size)] = Field(128, alias="memorySize")
    timeout: int = Field(3, ge=1, le=900)
    init_timeout: int = Field(65, alias="initTimeout", ge=1)
    environments: tuple[EnvironmentVariable, ...] = ()
    role: str | None = None
    namespace: str = "default"
    src: str = ""
    dead_letter: DeadLetter | None = Field(None, alias="deadLetter")


class SourceDeclaration(Declaration):
    """The `src` object form; code that already lies in a bucket cannot be run from here."""

    src: str
    hook: str | None = None
    dist: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
