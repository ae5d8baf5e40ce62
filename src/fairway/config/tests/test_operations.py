"""docs/operations.md names every setting and every command there is."""

import re
from pathlib import Path

from fairway.config import cli

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "operations.md").read_text()


def test_every_variable_is_described_and_every_described_one_is_read() -> None:
    read: set[str] = set()
    for path in [ROOT / "fairway", *(ROOT / "src").rglob("*.py"), *(ROOT / "tests").glob("*.py")]:
        read |= set(re.findall(r"FAIRWAY_[A-Z_]+", path.read_text()))
    assert set(re.findall(r"FAIRWAY_[A-Z_]+", PAGE)) == read


def test_every_command_is_described() -> None:
    names = re.findall(r"^    (\w+) ", cli.build_parser().format_help(), re.M)
    assert len(names) > 8
    assert [name for name in names if f"`{name}`" not in PAGE] == []
