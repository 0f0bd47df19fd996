"""From record to graph: stable, byte for byte, and without silences."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from palermo.claims import claims_of, slug
from palermo.dataset import Dataset
from palermo.evidence import EvidenceLock
from palermo.mapping import answers_on, derive_answers, map_record
from palermo.record import Answer, Claim, Record, read_record
from palermo.settings import Project
from palermo.vocabulary import Vocabulary, load_vocabulary


def test_every_question_has_an_answer_in_every_graph(dataset: Dataset) -> None:
    query = """
        SELECT ?j (COUNT(DISTINCT ?question) AS ?n) WHERE {
          GRAPH ?g { ?answer a pa:Answer ; pa:jurisdiction ?j ; pa:question ?question ; pa:value ?value } }
        GROUP BY ?j"""
    rows = list(dataset.store.query(query, prefixes={"pa": dataset.vocabulary.pa}))
    assert len(rows) == len(dataset.records) >= 10
    assert {int(row["n"].value) for row in rows} == {len(dataset.vocabulary.questions)}


def test_a_closed_list_says_absent_and_not_nothing(model_state: Record, vocabulary: Vocabulary) -> None:
    copy = model_state.model_copy(deep=True)
    purposes = copy.offences["trafficking"].purposes
    assert purposes is not None and purposes.__pydantic_extra__ is not None
    del purposes.__pydantic_extra__["forced-labour"]
    derived = {d.question: d for d in derive_answers(copy, vocabulary)}
    answer = derived["purpose-forced-labour"]
    assert (answer.value, answer.searched) == ("absent", ("act",))
    assert answer.claims == ("offence/trafficking",)
    text = map_record(copy, vocabulary, EvidenceLock("XM")).nquads()
    assert "/answer/purpose-forced-labour> <" in text and "concept/answer/absent> <" in text


def test_a_frame_keeps_every_provision_that_makes_it(model_state: Record, vocabulary: Vocabulary) -> None:
    copy = model_state.model_copy(deep=True)
    frame = copy.offences["trafficking"].penalties[0]
    classes = Claim(at="act 20", words="a class B felony", says="The class of the offence sets its term.")
    other = frame.model_copy(deep=True)
    frame.also = [classes, classes]
    copy.offences["trafficking"].penalties.append(other)
    start = "offence/trafficking/penalty/basic/act-5"
    ids = [located.id for located in claims_of(copy) if located.id.startswith(start)]
    assert ids == [start, f"{start}/act-20", f"{start}/act-20-2", f"{start}-2"]
    rows = [line for line in map_record(copy, vocabulary, EvidenceLock("XM")).lines() if "ontology#claim> " in line]
    owners = [line.split()[0].rsplit("/XM/", 1)[1] for line in rows if "penalty/basic/act-5" in line.split()[2]]
    assert sorted(owners) == [f"{start}-2>", *[f"{start}>"] * 3]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("closed", "absent"), ("open", "not-expressly-covered"), ("not-required", "met"), ("unread", "unknown")],
)
def test_what_a_list_does_not_name(model_state: Record, vocabulary: Vocabulary, kind: str, value: str) -> None:
    copy = model_state.model_copy(deep=True)
    means = copy.offences["trafficking"].means
    assert means is not None and means.__pydantic_extra__ is not None
    means.list = kind
    del means.__pydantic_extra__["abduction"]
    assert {d.question: d.value for d in derive_answers(copy, vocabulary)}["means-abduction"] == value


def test_the_best_of_several_offences_stands(model_state: Record, vocabulary: Vocabulary) -> None:
    copy = model_state.model_copy(deep=True)
    narrow = copy.offences["trafficking"].model_copy(deep=True)
    assert narrow.purposes is not None and narrow.purposes.__pydantic_extra__ is not None
    narrow.purposes.__pydantic_extra__.clear()
    copy.offences["narrow"] = narrow
    assert {d.value for d in derive_answers(copy, vocabulary)} == {"met"}
    del copy.offences["trafficking"]
    values = {d.question: d.value for d in derive_answers(copy, vocabulary)}
    assert values["purpose-slavery"] == "absent" and values["act-receipt"] == "met"


def test_an_answer_changes_on_the_day_the_law_changes(model_state: Record, vocabulary: Vocabulary) -> None:
    copy = model_state.model_copy(deep=True)
    old = copy.offences["trafficking"].model_copy(deep=True)
    assert old.purposes is not None and old.purposes.__pydantic_extra__ is not None
    del old.purposes.__pydantic_extra__["organ-removal"]
    old.until, copy.offences["trafficking"].from_ = "2019-12-31", "2020-01-01"
    copy.offences["old"] = old
    copy.answers["attempt"] = [Answer(answer="met", at="act 9", words="x", says="x", **{"from": "2020-01-01"})]
    for day, organs, attempt in (
        ("2019-12-31", "absent", None),
        ("2020-01-01", "met", "met"),
        ("2026-11-20", "met", "met"),
    ):
        answers = answers_on(copy, vocabulary, day)
        assert getattr(answers["purpose-organ-removal"], "value", None) == organs
        assert getattr(answers["attempt"], "answer", None) == attempt, "what was before is unknown, not back-dated"


def test_identities_survive_reordering(project: Project, vocabulary: Vocabulary, tmp_path: Path) -> None:
    import yaml

    from palermo import yamlio

    source = project.records / "DE.yaml"
    data = yamlio.load(source)
    for key in ("instruments", "offences", "answers"):
        data[key] = dict(reversed(list(data[key].items())))
    shuffled = tmp_path / "DE.yaml"
    shuffled.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    lock = EvidenceLock("DE")
    before = map_record(read_record(source, vocabulary), vocabulary, lock).lines()
    after = map_record(read_record(shuffled, vocabulary), vocabulary, lock).lines()
    keep = [line for line in before if "/answer/act-" not in line]  # which offence speaks first may differ
    assert [line for line in after if "/answer/act-" not in line] == keep


def test_claim_identities_are_unique(dataset: Dataset) -> None:
    for record in dataset.records:
        counts = Counter(located.id for located in claims_of(record))
        assert not [id_ for id_, n in counts.items() if n > 1], record.jurisdiction


def test_the_same_input_gives_the_same_bytes_whatever_the_hash_seed(project: Project, tmp_path: Path) -> None:
    code = (
        "from palermo.dataset import build_dataset, write_nquads; from palermo.settings import Project; "
        "from pathlib import Path; import sys; "
        "write_nquads(build_dataset(Project(Path(sys.argv[1]))), Path(sys.argv[2]))"
    )
    made = []
    for seed in ("1", "2"):
        target = tmp_path / f"{seed}.nq"
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, str(project.root), str(target)], check=True, env=environment)
        made.append(target.read_bytes())
    assert made[0] == made[1]
    assert len(made[0]) > 1_000_000


def test_our_quads_are_what_other_parsers_read(dataset: Dataset) -> None:
    """Written by hand, read by two libraries: the same graph."""
    lines = dataset.jurisdiction_lines("AE")
    ours = rdflib.Dataset()
    ours.parse(data="".join(lines), format="nquads")
    assert sum(len(graph) for graph in ours.graphs()) == len(lines)
    store = ox.Store()
    store.load("".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    assert len(store) == len(lines)
    turtle = ox.serialize((q.triple for q in store), format=ox.RdfFormat.TURTLE) or b""
    again = rdflib.Graph().parse(data=turtle, format="turtle")
    mine = rdflib.Graph()
    for graph in ours.graphs():
        mine += graph
    assert isomorphic(mine, again)


def test_the_base_is_set_in_one_place(project: Project) -> None:
    other = Project(project.root, base="https://example.org/copy/")
    vocabulary = load_vocabulary(other)
    record = read_record(project.records / "FR.yaml", vocabulary)
    text = map_record(record, vocabulary, EvidenceLock("FR")).nquads()
    assert "w3id.org/palermo-atlas" not in text
    assert "<https://example.org/copy/jurisdiction/FR>" in text


def test_an_offence_known_only_later_makes_earlier_absences_unknown(
    model_state: Record, vocabulary: Vocabulary
) -> None:
    copy = model_state.model_copy(deep=True)
    second = copy.offences["trafficking"].model_copy(deep=True)
    first = copy.offences["trafficking"]
    assert first.purposes is not None and first.purposes.__pydantic_extra__ is not None
    del first.purposes.__pydantic_extra__["slavery"]
    second.since = "2015-01-01"  # the wording at hand is of that day; nothing says that the offence began then
    copy.offences["second"] = second
    values = {(d.question, d.from_): d.value for d in derive_answers(copy, vocabulary)}
    assert values["purpose-slavery", "2000-01-01"] == "unknown"
    assert values["purpose-slavery", "2015-01-01"] == "met"
    assert values["purpose-servitude", "2000-01-01"] == "met", "what another offence covers was covered"
    second.since, second.from_ = None, "2015-01-01"  # the offence began on that day
    assert {(d.question, d.from_): d.value for d in derive_answers(copy, vocabulary)}[
        "purpose-slavery", "2000-01-01"
    ] == "absent"


def test_no_two_provisions_share_an_iri(dataset: Dataset) -> None:
    for record in dataset.records:
        seen: dict[tuple[str, str], str] = {}
        for located in claims_of(record):
            key, pinpoint = record.claim_instrument(located.claim.at)
            plain = pinpoint.replace(" ", "").casefold()
            assert seen.setdefault((key, slug(pinpoint)), plain) == plain, (record.jurisdiction, pinpoint)
