from collections.abc import Mapping, Set
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Machine:
    name: str
    transitions: Mapping[tuple[str, str], str]
    initial: str
    labels: Mapping[str, str] = field(default_factory=dict)
    final: Set[str] = frozenset()
