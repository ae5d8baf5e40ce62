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
    read = {name for name in read if not name.endswith("_")}  # a beginning that several share
    assert set(re.findall(r"FAIRWAY_[A-Z_]+", PAGE)) == read


def test_every_command_is_described() -> None:
    names = re.findall(r"^    (\w+) ", cli.build_parser().format_help(), re.M)
    assert len(names) > 8
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_every_command_line_of_the_documents_is_understood() -> None:
    lines = {
        line
        for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
        for line in re.findall(r"(?:\./|/opt/fairway/bin/)fairway ([a-z][^`\n]*)", path.read_text())
    }
    assert len(lines) > 12
    for line in sorted(lines):
        words = line.split(" #")[0].split()
        if any(word in {"COMMAND", "…"} or word.isupper() for word in words):
            continue  # the shape of a command, not one to type
        try:
            cli.build_parser().parse_args(words)
        except SystemExit:
            raise AssertionError(f"./fairway {line}") from None
