"""The command as a person and a program use it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import rdflib
from click.testing import CliRunner, Result

from palermo.cli import main
from palermo.settings import Project


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of its own with two real records, so that tests may change it."""
    root = tmp_path_factory.mktemp("checkout")
    source = Path(__file__).resolve().parent.parent
    for name in ("ontology", "site"):
        shutil.copytree(source / name, root / name)
    (root / "jurisdictions" / "evidence").mkdir(parents=True)
    for code in ("GB", "AE"):
        shutil.copy(source / "jurisdictions" / f"{code}.yaml", root / "jurisdictions")
        shutil.copy(source / "jurisdictions" / "evidence" / f"{code}.json", root / "jurisdictions" / "evidence")
    return root


def run(checkout: Path, *arguments: str, **more: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(checkout), *arguments], input=more.get("stdin"))


def test_check_prints_findings_in_every_format(checkout: Path) -> None:
    text = run(checkout, "check")
    assert text.exit_code == 0 and "United Kingdom (GB):" in text.stdout and "Asked for by" in text.stdout
    found = json.loads(run(checkout, "check", "--format", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(run(checkout, "check", "--format", "csv").stdout, newline="")))
    assert len(found) == len(rows) > 5
    graph = rdflib.Graph().parse(data=run(checkout, "check", "--format", "ttl").stdout, format="turtle")
    pa = rdflib.Namespace("https://w3id.org/palermo-atlas/ontology#")
    assert len(set(graph.subjects(rdflib.RDF.type, pa.Finding))) == len(found)
    junit = ElementTree.fromstring(run(checkout, "check", "--format", "junit").stdout)
    assert len(junit.findall(".//testcase")) == len(found)
    assert len(junit.findall(".//failure")) == sum(f["gravity"] == "breach" for f in found)
    for finding in found:
        assert finding["sentence"] and finding["requirements"] and finding["value"] in ("absent", "partial", "contrary")


def test_strict_fails_on_new_breaches_only(checkout: Path) -> None:
    assert run(checkout, "check", "--strict").exit_code == 1
    assert run(checkout, "check", "--write-baseline").exit_code == 0
    assert run(checkout, "check", "--strict").exit_code == 0
    record = checkout / "jurisdictions" / "GB.yaml"
    before = record.read_text(encoding="utf-8")
    try:
        changed = before.replace("  dedicated-offence:\n    answer: met", "  dedicated-offence:\n    answer: partial")
        assert changed != before
        record.write_text(changed, encoding="utf-8")
        result = run(checkout, "check", "--strict")
        assert result.exit_code == 1
        assert "new breach: GB dedicated-offence partial breach" in result.stderr
    finally:
        record.write_text(before, encoding="utf-8")


def test_a_faulty_record_stops_the_build_and_leaves_the_last_one(checkout: Path) -> None:
    assert run(checkout, "build").exit_code == 0
    target = checkout / "build" / "data" / "palermo-atlas.nq"
    good = target.read_bytes()
    record = checkout / "jurisdictions" / "GB.yaml"
    before = record.read_text(encoding="utf-8")
    try:
        record.write_text(before.replace("answer: met", "answer: mett", 1), encoding="utf-8")
        result = run(checkout, "build")
        assert result.exit_code == 1
        assert "is not a known answer" in result.stderr and "Did you mean met?" in result.stderr
        assert target.read_bytes() == good
        assert not list(target.parent.glob("*.tmp"))
    finally:
        record.write_text(before, encoding="utf-8")


def test_a_lock_with_words_not_found_stops_the_build(checkout: Path) -> None:
    lock = checkout / "jurisdictions" / "evidence" / "GB.json"
    before = lock.read_text(encoding="utf-8")
    try:
        lock.write_text(before.replace('"result": "verified"', '"result": "not-found"', 1), encoding="utf-8")
        assert run(checkout, "build").exit_code == 1
    finally:
        lock.write_text(before, encoding="utf-8")


def test_errors_are_sentences_and_suggest(checkout: Path) -> None:
    for arguments, message in (
        (("check", "UK"), "there is no record of UK"),
        (("check", "--as-of", "2012-13-01"), "is not a date"),
        (("check", "--gravity", "grave"), "is no gravity"),
        (("query", "which-laws-requir-movement"), "did you mean which-laws-require-movement?"),
        (("query", "SELECT { "), "not valid SPARQL"),
        (("questions", "child-no-mean"), "did you mean child-no-means?"),
        (("new", "UK"), "not a country or subdivision code"),
        (("new", "GB"), "is there already"),
        (("verify", "--corpus", "nowhere"), "no corpus at nowhere"),
        (("validate", "nowhere/XX.yaml"), "cannot be read"),
    ):
        result = run(checkout, *arguments)
        assert result.exit_code in (1, 2), arguments
        assert message in result.stderr, (arguments, result.stderr)
        assert "Traceback" not in result.stderr


def test_a_new_record_is_a_valid_form(checkout: Path) -> None:
    assert run(checkout, "new", "KE").exit_code == 0
    made = checkout / "jurisdictions" / "KE.yaml"
    try:
        assert run(checkout, "validate", "KE").exit_code == 0
        assert "Kenya" in made.read_text(encoding="utf-8")
    finally:
        made.unlink()


def test_queries_come_from_text_file_name_and_standard_input(checkout: Path, tmp_path: Path) -> None:
    text = "SELECT ?n { ?j a pa:Jurisdiction ; rdfs:label ?n } ORDER BY ?n"
    file = tmp_path / "mine.rq"
    file.write_text(text, encoding="utf-8")
    results = [
        run(checkout, "query", text, "--format", "csv"),
        run(checkout, "query", str(file), "--format", "csv"),
        run(checkout, "query", "-", "--format", "csv", stdin=text),
    ]
    assert {r.stdout for r in results} == {"n\nUnited Arab Emirates\nUnited Kingdom\n"}
    assert run(checkout, "query", "reflection-days").exit_code == 0


def test_the_status_table_can_be_imported_again(checkout: Path, tmp_path: Path) -> None:
    table = tmp_path / "small_table.csv"
    head = "iso2,iso3,country,treaty,signed,bound,kind,in_force,note,source\n"
    table.write_text(head + "FR,FRA,France,iccpr,,1980-11-04,accession,1981-02-04,,a table\n", encoding="utf-8")
    assert "1 rows written" in run(checkout, "treaties", "import", str(table)).stdout
    table.write_text(head + "FR,FRA,France,iccpr,,1980-11-04,accession,1981-02-05,,a table\n", encoding="utf-8")
    assert "FR iccpr: in_force 1981-02-04 → 1981-02-05" in run(checkout, "treaties", "import", str(table)).stdout
    table.write_text(head + "FR,FRA,France,icpr,,1980,accession,soon,,a table\nXQ,,,iccpr,,,,,,x\n", encoding="utf-8")
    result = run(checkout, "treaties", "import", str(table))
    assert result.exit_code == 1
    for message in ("Did you mean iccpr?", "“soon” in in_force is not a date", "“XQ” is not a country code"):
        assert message in result.stderr
    (checkout / "ontology" / "status" / "small-table.ttl").unlink()


def test_the_committed_schema_is_the_one_the_code_makes(project: Project) -> None:
    assert run(project.root, "schema", "--check").exit_code == 0


def test_coverage_adds_up(checkout: Path) -> None:
    rows = json.loads(run(checkout, "coverage", "--format", "json").stdout)
    *each, total = rows
    for key in ("answered", "unknown", "claims", "verified", "unverified"):
        assert total[key] == sum(row[key] for row in each)
    assert all(row["answered"] + row["unknown"] == row["questions"] == 99 for row in each)
    assert "all " in run(checkout, "coverage").stdout
