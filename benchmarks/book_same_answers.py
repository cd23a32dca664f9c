"""Sites asked in a book and in the folder that its export writes, on both engines: whether all bytes are the same.

    python -m benchmarks.book_same_answers [--only NAME] [--engine sqlite]

Ridgeway, the first site of the manual and three simulated ones are handed in and approved; ``stockward review`` and
``check`` are asked of the address and of the folder. Compared are exit codes, what is said, and every file that is
written, but for the moment of the run and the name of the place.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import figure
from benchmarks.books import RIDGEWAY, new_databases, recorder_of
from benchmarks.same_answers import PROGRAM, PROJECT, SIMULATED, Answers, answers
from stockward.book.store.handed_in import HandedIn
from stockward.book.store.proof import verify_export
from stockward.book.store.records import Book
from stockward.book.store.tree_heads import HeadSigner


def sites_in(folder: Path) -> dict[str, Path]:
    """The folders of the sites by name; simulated ones are made."""
    found = {"ridgeway": RIDGEWAY.absolute(), "first_site": PROJECT / "docs" / "first_site"}
    for name, options in SIMULATED.items():
        made = folder / name.replace(" ", "_")
        command = [sys.executable, "-c", PROGRAM, "simulate", str(made), *options]
        subprocess.run(command, check=True, capture_output=True)
        found[made.name] = made
    return found


def asked(place: str, folder: Path) -> Answers:
    """What a place answers, without its own name."""
    reviewed = ("review", place, "--html", "review.html", "--json", "review.json", "--xlsx", "review.xlsx")
    found = answers(PROJECT / "src", [reviewed, ("check", place, "--all")], folder)

    def nameless(content: bytes) -> bytes:
        return content.replace(place.encode(), b"PLACE")

    said = tuple((code, nameless(out), nameless(err)) for code, out, err in found.said)
    return Answers(said, {name: nameless(content) for name, content in found.files.items()})


def differences(url: str, site: str, folder: Path) -> list[str]:
    """In what the book and its export differ."""
    exported = folder / "exported"
    command = ["book", "export", f"{url}", "--site", site, "--into", str(exported)]
    subprocess.run([sys.executable, "-c", PROGRAM, *command], check=True, capture_output=True)
    address = f"{url}{'&' if '?' in url else '?'}site={site}"
    book, again = (asked(place, folder / kind) for kind, place in (("book", address), ("folder", str(exported))))
    faults = [*verify_export(exported).faults, *book.differ(again)]
    sizes = sum(map(len, book.files.values()))
    print(f"{url.partition(':')[0]} {site}: exit codes {[code for code, *_ in book.said]}, {len(book.files)} files of "
          f"{sizes:,} bytes: {', '.join(faults) or 'the same'}", flush=True)  # fmt: skip
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    options = parser.parse_args()
    faults = 0
    with tempfile.TemporaryDirectory() as made, new_databases(Path(made)) as databases:
        sites = {name: site for name, site in sites_in(Path(made)).items() if options.only in name}
        for engine, new in zip(("sqlite", "postgresql"), databases, strict=False):
            if options.engine not in (None, engine):
                continue
            url = new("answers")
            with Book.create(url, recorder_of(HeadSigner.made("answers"))) as book:
                for name, site in sites.items():
                    book.approve(book.submit(name, "clerk", HandedIn.of_folder(site)), "officer")
            for name in sites:
                faults += len(differences(url, name, Path(made) / engine / name))
    figure("sites that a book and its export answer otherwise", faults, limit=0)
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
