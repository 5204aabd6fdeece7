"""YAML files: what is read, what is refused, and how each fault is reported."""

from pathlib import Path

import pytest

from forecast.errors import DataError
from forecast.tables.yaml_files import StrictModel, read_document, validate


class Inner(StrictModel):
    """A record in a record."""

    height: float
    names: tuple[str, str] | None = None


class Outer(StrictModel):
    """A record with a union, a list and a record."""

    title: str
    since: int | None = None
    size: float | Inner = 0.0
    parts: tuple[Inner, ...] = ()


def write(folder: Path, text: str | bytes, name: str = "own.yaml") -> Path:
    """Write a file."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def read(folder: Path, text: str | bytes):
    """Content of a file with this text."""
    return read_document(write(folder, text))[0]


def faults(folder: Path, text: str | bytes, model: type[StrictModel] | None = None):
    """List the problems of a file, as read or as a record."""
    file = write(folder, text)
    with pytest.raises(DataError) as caught:
        content, lines = read_document(file)
        if model:
            validate(model, content, file, lines)
    assert {problem.file for problem in caught.value.problems} == {"own.yaml"}
    return caught.value.problems


def test_every_value_is_text_and_every_place_has_its_line(tmp_path):
    """Mappings, lists and texts come as written, each with the line it begins in."""
    text = "title: a\nparts:\n  - height: 1\n\n  - height: 2\nlist: [x, y]\n"
    content, lines = read_document(write(tmp_path, text))
    assert content == {
        "title": "a", "parts": [{"height": "1"}, {"height": "2"}], "list": ["x", "y"],
    }  # fmt: skip
    assert lines == {
        (): 1, ("title",): 1, ("parts",): 2, ("parts", 0): 3, ("parts", 0, "height"): 3,
        ("parts", 1): 5, ("parts", 1, "height"): 5, ("list",): 6, ("list", 0): 6, ("list", 1): 6,
    }  # fmt: skip


@pytest.mark.parametrize("word", ["no", "Yes", "2022-12-31", "1e3", "0x10", "012", "1_000", ".inf"])
def test_yaml_guesses_at_nothing(tmp_path, word):
    """A word that YAML takes for a truth value, a date or a number stays text."""
    assert read(tmp_path, f"key: {word}\nlist: [{word}]\n") == {"key": word, "list": [word]}


def test_only_a_bare_empty_value_is_missing(tmp_path):
    """Nothing, `~` and `null` are missing; in quotes they are text."""
    text = "a:\nb: ~\nc: null\nd: '~'\ne: 'null'\nf: ''\ng: \"\"\n"
    assert read(tmp_path, text) == {
        "a": None, "b": None, "c": None, "d": "~", "e": "null", "f": "", "g": "",
    }  # fmt: skip


def test_an_empty_file_holds_nothing(tmp_path):
    """A file without anything, or with comments only, is an empty mapping."""
    for text in ("", "\n\n", "# nothing yet\n"):
        assert read(tmp_path, text) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_planners_are_read(tmp_path, encoding):
    """UTF-8, UTF-8 with a mark at its start and GB18030 read the same."""
    assert read(tmp_path, "名称: 护理员\n".encode(encoding)) == {"名称": "护理员"}


def test_other_encodings_and_missing_files_are_refused(tmp_path):
    """UTF-16 is named as such a fault, and so is a file that is not there."""
    (problem,) = faults(tmp_path, "a: 1\n".encode("utf-16"))
    assert "neither UTF-8 nor GB18030" in problem.problem
    with pytest.raises(DataError, match=r"none\.yaml: cannot be read"):
        read_document(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\nb: 'open\n", 3, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "tab"),
        ("a: 1\nb: {c: 2\n", 3, "not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a: 1\nb: x\x07\n", 1, "control characters"),
        ("[" * 2000 + "]" * 2000, 1, "nested too deep"),
    ],
)
def test_what_is_no_yaml_is_reported_with_its_line(tmp_path, text, line, reason):
    """Text that is no YAML, or two documents in one, is refused where it breaks."""
    (problem,) = faults(tmp_path, text)
    assert problem.problem.startswith("not YAML: ") and reason in problem.problem
    assert problem.row == line


def test_a_file_far_too_large_is_refused(tmp_path):
    """A million characters are read, one more is not."""
    head = "a: 1\n#"
    assert read(tmp_path, head + "x" * (1_000_000 - len(head))) == {"a": "1"}
    (problem,) = faults(tmp_path, head + "x" * (1_000_001 - len(head)))
    assert "larger" in problem.problem


def test_tags_anchors_and_aliases_are_refused_together(tmp_path):
    """Whatever YAML would execute or repeat is named by its line, all at once."""
    text = "a: !!python/object/apply:os.system [x]\nb: &twice 3\nc: *twice\nd: !own 4\n"
    problems = faults(tmp_path, text)
    assert [problem.row for problem in problems] == [1, 2, 3, 4]
    assert {problem.problem for problem in problems} == {"an anchor, alias or tag"}


def test_a_billion_laughs_are_not_laughed(tmp_path):
    """Aliases of aliases are refused before any of them is followed."""
    lines = ["l0: &l0 [ha, ha, ha]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
    problems = faults(tmp_path, "\n".join(lines))
    # An anchor a line, and ten aliases in all lines but the first.
    assert len(problems) == 12 + 11 * 10


def test_keys_given_twice_are_all_named(tmp_path):
    """A key twice in one mapping is a fault, in another mapping it is none."""
    problems = faults(tmp_path, "a: 1\nb:\n  a: 2\n  a: 3\na: 4\nb: 5\n? [x]\n: 6\n")
    assert [(p.row, p.column, p.problem) for p in problems] == [
        (4, "a", "given twice"), (5, "a", "given twice"), (6, "b", "given twice"),
        (7, None, "a key that is not a word"),
    ]  # fmt: skip


def test_a_record_is_made_of_what_fits(tmp_path):
    """Texts become the numbers that the record wants, and the record cannot be changed."""
    text = "title: 1\nsince: 2023\nparts: [{height: 1.5}]\n"
    content, lines = read_document(write(tmp_path, text))
    made = validate(Outer, content, tmp_path / "own.yaml", lines)
    assert made == Outer(title="1", since=2023, parts=(Inner(height=1.5),))
    with pytest.raises(ValueError, match="frozen"):
        made.title = "b"


def test_all_faults_of_a_record_are_reported_at_once(tmp_path):
    """Each value that does not fit is named by line, key and value; one missing by its record."""
    text = "since: soon\nparts:\n  - height: tall\n  - hight: 2\n    height: 1\n"
    problems = faults(tmp_path, text, Outer)
    found = {(p.row, p.column, p.value) for p in problems}
    assert found == {
        (1, "title", None),
        (1, "since", "soon"),
        (3, "parts.0.height", "tall"),
        (4, "parts.1.hight", None),
    }
    (unknown,) = [p for p in problems if p.column == "parts.1.hight"]
    assert (unknown.problem, unknown.remedy) == ("unknown key", "perhaps 'height' is meant")


def test_an_unknown_key_near_nothing_is_to_be_removed(tmp_path):
    """Without a word like it the remedy is to remove the key."""
    (problem,) = faults(tmp_path, "title: a\nzzzz: 1\n", Outer)
    assert (problem.row, problem.column, problem.remedy) == (2, "zzzz", "remove it")


def test_a_list_where_a_number_belongs_is_a_fault_with_its_place(tmp_path):
    """What pydantic calls the branches of a union is no key of the file."""
    for text, key in (
        ("title: a\nsize: [1, 2]\n", "size"),
        ("title: a\nsize: {height: [3]}\n", "size.height"),
        ("title: a\nparts: [{height: 1, names: [x]}]\n", "parts.0.names"),
    ):
        problems = faults(tmp_path, text, Outer)
        assert key in {problem.column for problem in problems}
        assert {problem.row for problem in problems} == {2}


def test_a_file_that_is_no_mapping_is_refused(tmp_path):
    """A list or a word alone is a fault of the whole file."""
    for text in ("- a\n", "word\n"):
        (problem,) = faults(tmp_path, text, Outer)
        assert problem.row == 1 and problem.column is None
