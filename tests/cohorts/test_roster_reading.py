"""Files as spreadsheets, mail programs and people make them. No database is asked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts import roster
from cohorts.roster import Known, Row, Verdict

NOBODY = Known(frozenset(), frozenset(), frozenset(), frozenset(), {"mesa": 1})
TEXT = "email,first name,last name,college\r\nana@example.org,Ana,Núñez,Mesa\r\n"
ANA = Row(2, "ana@example.org", "Ana", "Núñez", "Mesa")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whatever_a_spreadsheet_made_of_it_is_read(encoding, delimiter):
    sheet = roster.read(TEXT.replace(",", delimiter).encode(encoding))
    assert (sheet.problem, sheet.rows) == ("", [ANA])


@pytest.mark.parametrize(
    "head",
    ["E-mail,First,Last,Campus", "EMAIL ADDRESS,First Name,Surname,Institution", "email,first_name,last_name,college"],
)
def test_column_names_are_understood_as_people_write_them(head):
    assert roster.read(f"{head}\nana@example.org,Ana,Núñez,Mesa".encode()).rows == [ANA]


def test_a_list_of_bare_addresses_needs_no_names():
    sheet = roster.read(b"ana@example.org\n\nben@example.org\n")
    assert [(row.line, row.email) for row in sheet.rows] == [(1, "ana@example.org"), (3, "ben@example.org")]


def test_columns_may_stand_in_any_order_and_unused_ones_are_named():
    sheet = roster.read(b"phone,last name,email\n555,Reyes,ana@example.org\n")
    assert sheet.rows == [Row(2, "ana@example.org", "", "Reyes")]
    assert sheet.unused == ("phone",)


def test_blanks_that_copying_leaves_are_removed():
    sheet = roster.read("email\n\u00a0ana@example.org\u200b \n".encode())
    assert sheet.rows[0].email == "ana@example.org"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing in it"),
        (b" \n\n", "nothing in it"),
        (b"name,phone\nAna,555\n", "no column called email"),
        (b"email,e-mail\na@example.org,b@example.org", "Two columns are called email"),
        (b"email,first name\n", "no rows below"),
        (b'email,first name\na@example.org,"Ana\nb@example.org,Ben\n', "line 2 cannot be read: a quotation mark"),
        (b'email\n"a"b@example.org\n', "text after a closing quotation mark"),
        (b"PK\x03\x04rest", "Save it as CSV"),
        (b"email\n" + b"a@example.org\n" * 5_001, "more than 5,000 rows"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_file_that_cannot_be_used_says_why(data, words):
    sheet = roster.read(data)
    assert words in sheet.problem
    assert sheet.rows == []


def test_one_open_quote_does_not_swallow_the_rows_after_it():
    lines = [f"person{n}@example.org,Name" for n in range(100)]
    lines[3] = 'person3@example.org,"Name'
    sheet = roster.read("\n".join(["email,first name", *lines]).encode())
    assert "line 5" in sheet.problem


def judge(*emails, known=NOBODY, **cells):
    rows = [Row(n, email, **cells) for n, email in enumerate(emails, 2)]
    return [each.verdict for each in roster.judge(rows, known)]


def test_each_row_gets_its_verdict():
    known = Known(
        frozenset({"in@x.org"}), frozenset({"out@x.org"}), frozenset({"asked@x.org"}), frozenset({"late@x.org"}), {}
    )
    assert judge(
        "IN@x.org", "out@x.org", "asked@x.org", "late@x.org", "new@x.org", "New@X.org", "nobody", "", known=known
    ) == [
        Verdict.ENROLLED,
        Verdict.WITHDRAWN,
        Verdict.INVITED,
        Verdict.AGAIN,
        Verdict.NEW,
        Verdict.DUPLICATE,
        Verdict.INVALID,
        Verdict.INVALID,
    ]


def test_a_row_says_which_other_one_and_which_cohort_it_is_about():
    known = replace(NOBODY, elsewhere={"there@x.org": "Fall 2026"}, facilitating=frozenset({"lead@x.org"}))
    rows = [Row(2, "a@x.org"), Row(3, "A@x.org"), Row(4, "a@x.org"), Row(5, "There@x.org"), Row(6, "lead@x.org")]
    said = [roster.words(each.verdict, each.about) for each in roster.judge(rows, known)]
    assert said[:4] == [
        "Will be invited",
        "The same address is in line 2",
        "The same address is in line 2",
        "Will be invited; takes part in Fall 2026 already",
    ]
    assert said[4].startswith("Not invited: facilitates this cohort")


def test_an_unknown_college_is_said_and_does_no_harm():
    assert judge("a@x.org", college="Mesa") == [Verdict.NEW]
    assert judge("a@x.org", college="Elsewhere") == [Verdict.NO_COLLEGE]


@pytest.mark.parametrize(
    "address", ["a@b", "a b@x.org", "a@x.org\n", "ä@x.org", "a@x..org", "a@x.org,b@x.org", "x" * 250 + "@x.org"]
)
def test_addresses_that_mail_cannot_reach(address):
    assert judge(address) == [Verdict.INVALID]


def test_characters_that_no_database_holds_are_refused():
    sheet = roster.read(b"email,first name\na@example.org,A\x00na\n")
    assert [each.verdict for each in roster.judge(sheet.rows, NOBODY)] == [Verdict.UNREADABLE]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data):
    sheet = roster.read(data)
    assert bool(sheet.problem) != bool(sheet.rows)
    assert len(roster.judge(sheet.rows, NOBODY)) == len(sheet.rows)


@given(st.text(alphabet='ab@x.org,;\t"\n\r\x00ü=+', max_size=200))
def test_no_text_breaks_the_reader(text):
    roster.read(text.encode())
