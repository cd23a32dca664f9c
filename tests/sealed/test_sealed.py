"""Sealing: lengths tell nothing, another key and a changed byte open nothing, and a code leads to one key."""

from __future__ import annotations

import csv
import io
import stat
import zipfile
from datetime import date
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner

from stockward.book import read_site
from stockward.cli import main
from stockward.sealed.envelope import RECIPIENTS, SIZES, DamagedSealError, opened, padded, seal
from stockward.sealed.keys import fingerprint, new_identity, read_identity, require_public_key
from stockward.sealed.receipts import answer_identity, answer_key, bech32, digest_of, new_code, read_code
from stockward.sealed.received import KEPT, OpenedReport, graded, zipped
from stockward.terms.errors import UsageError

ONE, OTHER = (pyrage.x25519.Identity.generate() for _ in range(2))
ONE_KEY, OTHER_KEY = str(ONE.to_public()), str(OTHER.to_public())
STANZA_OF_ANY_LENGTH = 300


@pytest.mark.parametrize("size", SIZES)
def test_texts_up_to_a_size_are_padded_to_it(size: int) -> None:
    empty = len(padded({"text": ""})) and len('{"text": ""}')
    assert len(padded({"text": "x" * (size - empty)})) == size
    assert len(padded({"text": "x"})) == len(padded({"text": "x" * 3000})) == SIZES[0]


def test_what_is_longer_than_the_last_size_is_refused() -> None:
    with pytest.raises(UsageError, match="too long"):
        padded({"text": "x" * SIZES[-1]})
    with pytest.raises(UsageError, match="too long"):
        padded({"text": "ä" * (SIZES[-1] // 2)})


def test_neither_length_nor_number_of_receivers_shows() -> None:
    """The headers differ by the stanza of random length that age adds, whatever is sealed to whomever."""
    texts = ("x", "x" * 3000)
    for keys in ([ONE_KEY], [ONE_KEY, OTHER_KEY]):
        for text in texts:
            lengths = [len(seal({"text": text}, keys)) for _ in range(40)]
            assert max(lengths) - min(lengths) < STANZA_OF_ANY_LENGTH
            header = seal({"text": text}, keys).split(b"\n---")[0]
            assert header.count(b"-> X25519 ") == RECIPIENTS


def test_each_receiver_opens_and_nobody_else() -> None:
    said = {"text": "ünder <b>\U0001f525</b>", "about": "store"}
    sealed = seal(said, [ONE_KEY, OTHER_KEY])
    assert opened(sealed, ONE) == opened(sealed, OTHER) == said
    assert opened(sealed, pyrage.x25519.Identity.generate()) is None
    assert b"store" not in sealed


def test_every_cut_and_every_changed_byte_is_found() -> None:
    sealed = seal({"text": "x"}, [ONE_KEY])
    for length in (0, 10, len(sealed) // 2, len(sealed) - 1):
        with pytest.raises(DamagedSealError):
            opened(sealed[:length], ONE)
    for place in range(0, len(sealed), 97):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        try:
            assert opened(changed, ONE) is None, place
        except DamagedSealError:
            continue


def test_what_is_sealed_and_no_report_is_said_to_be_none() -> None:
    for plain in (b"hello", b"[1]", b'{"text": 1}', b"\xff\xfe"):
        with pytest.raises(DamagedSealError, match="no report"):
            opened(pyrage.encrypt(plain, [ONE.to_public()]), ONE)


@pytest.mark.parametrize("many", [0, RECIPIENTS + 1])
def test_there_are_one_to_four_receivers(many: int) -> None:
    with pytest.raises(UsageError, match="receivers"):
        seal({"text": "x"}, [ONE_KEY] * many)


def test_bech32_is_that_of_bip_173() -> None:
    assert bech32("a", b"") == "a12uel5l"
    program = bytes(range(20))
    bits = int.from_bytes(program, "big")
    signs = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    assert bech32("bc", program)[3:-6] == "".join(signs[bits >> 5 * (31 - place) & 31] for place in range(32))


def test_a_code_is_read_however_it_was_typed() -> None:
    code = new_code()
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert digest_of(typed) == digest_of(code)
    assert answer_key(typed) == answer_key(code)
    assert len(read_code(code)) == 26
    assert opened(seal({"answer": "yes"}, [answer_key(code)]), answer_identity(code)) == {"answer": "yes"}


def test_codes_lead_to_different_keys_and_digests() -> None:
    codes = [new_code() for _ in range(50)]
    assert len({digest_of(code) for code in codes} | {answer_key(code) for code in codes}) == 100
    assert digest_of(codes[0]) not in str(answer_identity(codes[0])).lower()


@pytest.mark.parametrize("text", ["", "ABC", "U" * 26, "A" * 27, "Ä" * 26])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="receipt code has 26"):
        digest_of(text)


def test_what_is_no_public_key_is_refused() -> None:
    for text in ("", "age1", ONE_KEY[:-1], str(ONE), "ssh-ed25519 AAAA"):
        with pytest.raises(UsageError, match="no public key"):
            require_public_key(text)
    assert require_public_key(f" {ONE_KEY}\n") == ONE_KEY
    assert fingerprint(ONE_KEY) != fingerprint(OTHER_KEY)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A receiver's machine, with what a server has given out: two reports to them, one to another, one cut."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "receiver.key").write_text(f"# public key: {ONE_KEY}\n{ONE}\n")
    code = "0" * 26
    said = {"about": "store\nM2", "text": "<script>\n\nsecond part \x1b[31m", "answer_key": answer_key(code)}
    mine, theirs = seal(said, [ONE_KEY]), seal(said, [OTHER_KEY])
    day = date(2026, 11, 30)
    files = [("0000000a", day, mine), ("0000000b", day, theirs), ("0000000c", day, mine[:-1])]
    (tmp_path / "sealed.zip").write_bytes(zipped(files))
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["reports", *words])
    return done.exit_code, done.output


OPEN = ("open", "sealed.zip", "--key", "receiver.key", "--into", "opened")
GRADE = ("grade", "opened/0000000a.txt", "--about", "store M2", "--source", "C", "--information", "3")


def test_a_receiver_opens_grades_and_answers_on_their_own_machine(machine: Path) -> None:
    code, said = run(*OPEN)
    assert code == 1 and "1 opened into opened, 1 sealed to other keys" in said and "0000000c.age: it was cut" in said
    file = machine / "opened" / "0000000a.txt"
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    report = OpenedReport.read(file)
    assert report.text == "<script>\n\nsecond part ?[31m\n" and report.about == "store M2"
    assert run(*GRADE)[0] == 0
    table = (machine / "reports.csv").read_text()
    assert table.splitlines()[1] == f"R-0000000a,2026-11-30,store M2,{KEPT},,C,3"
    assert "script" not in table
    code, said = run(*GRADE)
    assert code == 2 and "graded already" in said and (machine / "reports.csv").read_text() == table
    (machine / "answer.txt").write_text("Thank you.\n")
    assert run("answer", str(file), "--text", "answer.txt", "--into", "a.age")[0] == 0
    assert opened((machine / "a.age").read_bytes(), answer_identity("0" * 26)) == {"answer": "Thank you."}


def test_a_graded_report_is_a_row_that_the_site_reads(machine: Path) -> None:
    run(*OPEN)
    text = graded("", OpenedReport.read(machine / "opened" / "0000000a.txt"), grades(), with_text=True)
    site = Path(__file__).parents[2] / "docs" / "first_site"
    (machine / "site").mkdir()
    for one in site.iterdir():
        if one.suffix in (".csv", ".toml"):
            (machine / "site" / one.name).write_bytes(one.read_bytes())
    (machine / "site" / "reports.csv").write_text(text)
    read = read_site(machine / "site")
    assert not [one for one in read.problems if "reports" in str(one)]
    assert read.tables["reports"].height == 1


def test_what_an_unknown_sender_wrote_runs_in_no_spreadsheet(machine: Path) -> None:
    evil = '=HYPERLINK("http://x")\n\u202e\x1b[31mdone'
    report = OpenedReport("0000000b", date(2026, 11, 30), "", evil, "")
    about = {"about": "@SUM(1)", "source_grade": "C", "information_grade": "3"}
    one = graded("", report, about, with_text=True)
    two = graded(one, OpenedReport("0000000c", date(2026, 11, 30), "", "-1+1", ""), about, with_text=True)
    rows = list(csv.DictReader(io.StringIO(two)))
    assert [row["about"] for row in rows] == ["'@SUM(1)", "'@SUM(1)"]
    assert [row["text"] for row in rows] == [
        "'=HYPERLINK(\"http://x\")\n\\u{202e}\\u{1b}[31mdone", "'-1+1",
    ]  # fmt: skip
    assert "\u202e" not in two and "\x1b" not in two


def grades() -> dict[str, str]:
    return {"about": "store M2", "source_grade": "A", "information_grade": "1"}


def test_the_key_is_made_once_and_for_its_owner_alone(machine: Path) -> None:
    code, said = run("keygen", "new.key")
    file = machine / "new.key"
    public = said.split()[0]
    assert code == 0 and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(read_identity(file).to_public()) == public and fingerprint(public) in said
    before = file.read_bytes()
    assert run("keygen", "new.key")[0] == 2 and file.read_bytes() == before
    assert "created" not in new_identity()[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("open", "receiver.key", "--key", "receiver.key", "--into", "o"), "no file of sealed reports"),
        (("open", "sealed.zip", "--key", "sealed.zip", "--into", "o"), "no UTF-8"),
        (("open", "none.zip", "--key", "receiver.key", "--into", "o"), "cannot be read"),
        (("grade", "receiver.key", "--about", "x", "--source", "A", "--information", "1"), "no opened report"),
        (("grade", "receiver.key", "--about", " ", "--source", "A", "--information", "1"), "--about is empty"),
        (("answer", "receiver.key", "--text", "receiver.key", "--into", "a"), "no opened report"),
    ],
)
def test_bad_input_is_said_in_one_line(machine: Path, words: tuple[str, ...], said: str) -> None:
    code, output = run(*words)
    assert code == 2 and said in output and len(output.splitlines()) == 1, output


def test_names_in_an_export_lead_nowhere_else(machine: Path) -> None:
    with zipfile.ZipFile(machine / "evil.zip", "w") as archive:
        archive.writestr("../../evil.age", b"x")
    code, output = run("open", "evil.zip", "--key", "receiver.key", "--into", "o")
    assert code == 2 and "no sealed report" in output
    with zipfile.ZipFile(machine / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2026-11-30/0000000a.age", b"\0" * 50_000_000)
    assert "no sealed report" in run("open", "bomb.zip", "--key", "receiver.key", "--into", "o")[1]
