"""The commands of ./fairway. Started by the script of that name, which makes the environment first.

This module and its parser need the standard library only, so that --help works before anything is installed.
"""

import argparse
import importlib
import sys

from fairway.config.commands.database import CommandError
from fairway.config.postgres_programs import EmbeddedDatabaseError
from fairway.config.supervisor import terminate_like_interrupt

EPILOG = """\
Without DATABASE_URL every command uses an embedded PostgreSQL in the data folder (var/, or FAIRWAY_VAR) and
starts it when it needs to.
"""


def main(arguments: list[str] | None = None) -> int:
    options = build_parser().parse_args(arguments)
    terminate_like_interrupt()
    # Commands import Django or psycopg; each only when it is the one to run.
    module_name, _, function_name = options.run.partition(":")
    module = importlib.import_module(module_name)

    try:
        return getattr(module, function_name)(options)
    except (CommandError, EmbeddedDatabaseError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./fairway",
        description="Fairway: partner relationship management.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_test(commands)
    _add_processes(commands)
    _add_database(commands)
    _add_backup(commands)
    _add_import(commands)
    _add_development(commands)
    return parser


def _add_demo(commands: argparse._SubParsersAction) -> None:
    demo = commands.add_parser("demo", help="set everything up and run Fairway with the demo world")
    demo.add_argument("--reset", action="store_true", help="delete the embedded database first and begin again")
    demo.add_argument("--port", type=port_number, default=8000, help="port (default: %(default)s)")
    demo.add_argument("--once", action="store_true", help="start, check that log-in and home pages answer, stop")
    demo.add_argument(
        "--scale",
        choices=["small", "medium", "large"],
        default="small",
        help="how much is in the world; large is a vendor of 27,500 partners, in a data folder of its own",
    )
    demo.set_defaults(run="fairway.config.commands.demo:demo")


def _add_test(commands: argparse._SubParsersAction) -> None:
    test = commands.add_parser("test", help="run the gate: format, lint, types, contracts, tests")
    test.add_argument("--all", action="store_true", help="the long parts too")
    test.add_argument("-k", dest="expression", help="only tests whose names match; needs a PATH")
    test.add_argument("paths", nargs="*", metavar="PATH", help="only the tests in these files or folders")
    test.set_defaults(run="fairway.config.gate:test")


def _add_processes(commands: argparse._SubParsersAction) -> None:
    serve = commands.add_parser("serve", help="run the web server")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=port_number, default=8000, help="port (default: %(default)s)")
    serve.add_argument("--processes", type=int, default=2, help="processes (default: %(default)s)")
    serve.add_argument("--threads", type=int, default=4, help="requests at once in each (default: %(default)s)")
    serve.add_argument(
        "--handover", type=int, default=15, metavar="SECONDS", help="an old process stays so long beside the new one "
        "at a restart by SIGHUP; longer than a process takes to begin (default: %(default)s)",
    )  # fmt: skip
    serve.set_defaults(run="fairway.config.commands.programs:serve")

    worker = commands.add_parser("worker", help="run the jobs of the queue")
    worker.add_argument("--concurrency", type=int, default=2, help="jobs at once (default: %(default)s)")
    worker.set_defaults(run="fairway.config.commands.programs:work")

    mail = commands.add_parser("mail-in", help="take forwarded mails by SMTP, as drafts of leads")
    mail.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    mail.add_argument("--port", type=port_number, default=2525, help="port (default: %(default)s)")
    mail.set_defaults(run="fairway.config.commands.programs:take_mail")


def _add_database(commands: argparse._SubParsersAction) -> None:
    migrate = commands.add_parser("migrate", help="bring the database's tables up to date")
    migrate.add_argument("arguments", nargs=argparse.REMAINDER, help="handed to Django's migrate")
    migrate.set_defaults(run="fairway.config.commands.database:migrate")

    prepare = commands.add_parser("prepare", help="make roles and database on a PostgreSQL server of your own")
    prepare.add_argument("superuser_url", metavar="URL", help="postgresql:// address of a superuser")
    prepare.set_defaults(run="fairway.config.commands.database:prepare")


def _add_backup(commands: argparse._SubParsersAction) -> None:
    backup = commands.add_parser("backup", help="write database and private files into one file")
    backup.add_argument("file", metavar="FILE")
    backup.add_argument("--overwrite", action="store_true", help="an older file of this name may go")
    backup.set_defaults(run="fairway.config.commands.backup:backup")

    restore = commands.add_parser("restore", help="put a backup into an empty installation")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument(
        "--replace", action="store_true", help="also into one that is not; what it held is kept beside"
    )
    restore.set_defaults(run="fairway.config.commands.backup:restore")


def _add_import(commands: argparse._SubParsersAction) -> None:
    importing = commands.add_parser(
        "import",
        help="import a CSV file of partners, products, leads or sales lines",
        usage="./fairway import KIND FILE --vendor SLUG [--as EMAIL] [--join FILE --on COLUMN]"
        " [--map FIELD=COLUMN] [--default FIELD=VALUE]",
        epilog="docs/importing.md tells more.",
    )
    importing.add_argument("kind", help="partners, products, leads or sales_lines")
    importing.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help="the file, the vendor, and how")
    importing.set_defaults(run="fairway.config.commands.programs:import_file")


def _add_development(commands: argparse._SubParsersAction) -> None:
    shell = commands.add_parser("shell", help="a Python shell with the models")
    shell.add_argument("-c", dest="code", metavar="CODE", help="run this code and leave")
    shell.add_argument("--owner", action="store_true", help="log in as fw_owner, above row security")
    shell.set_defaults(run="fairway.config.commands.programs:shell")

    manage = commands.add_parser("manage", help="run a command of Django")
    manage.add_argument("--owner", action="store_true", help="log in as fw_owner, above row security")
    manage.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="the command and its arguments")
    manage.set_defaults(run="fairway.config.commands.programs:manage")

    build = commands.add_parser("build", help="make an installable wheel with all static files")
    build.add_argument("--output", default="dist", metavar="FOLDER", help="where to (default: %(default)s)")
    build.set_defaults(run="fairway.config.commands.build:build")

    upgrade = commands.add_parser("upgrade", help="back up, migrate, and say what to restart")
    upgrade.add_argument("--backup", metavar="FILE", help="where to; without it no backup is made")
    upgrade.set_defaults(run="fairway.config.commands.upgrade:upgrade")

    messages = commands.add_parser("messages", help="bring the catalogues of languages up to date, say what they lack")
    messages.add_argument("languages", nargs="*", metavar="CODE", help="languages, like de; without one all there are")
    messages.add_argument("--check", action="store_true", help="change nothing; fail when something is missing")
    messages.set_defaults(run="fairway.config.commands.messages:messages")

    bench = commands.add_parser("bench", help="measure; one JSON line per case")
    bench.add_argument("name", help="which bench: a file of benchmarks/")
    bench.add_argument("case", nargs="?", help="one case of it")
    bench.add_argument("--quick", action="store_true", help="fewer rows, to see that it runs")
    bench.set_defaults(run="fairway.config.commands.programs:bench")


def port_number(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
