"""The ontology is whole: every term defined, every question with its standard, every article where it says it is."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from palermo.corpus import Corpus
from palermo.dataset import Dataset
from palermo.settings import Project
from palermo.vocabulary import SKOS, Vocabulary

# The framework's questions, so that none can be lost.
FRAMEWORK = """
act-recruitment act-transportation act-transfer act-harbouring act-receipt means-force means-coercion
means-abduction means-fraud means-deception means-abuse-of-power means-abuse-of-vulnerability means-payments
purpose-prostitution-of-others purpose-other-sexual-exploitation purpose-forced-labour purpose-slavery
purpose-similar-practices purpose-servitude purpose-organ-removal purpose-begging purpose-criminal-activities
purpose-forced-marriage purpose-illegal-adoption purpose-surrogacy purpose-child-soldiering
purposes-open-ended consent-irrelevant child-no-means child-under-18 no-movement-required
no-organised-group-required any-victim not-conflated-with-smuggling dedicated-offence attempt participation
organising-directing serious-crime base-penalty-5y aggravated-penalty-10y imprisonment-not-fine-alone
minimum-penalty aggravated-child aggravated-life-endangered aggravated-public-official
aggravated-organised-group aggravated-images-online legal-persons confiscation laundering-predicate
jurisdiction-territory jurisdiction-nationals extradition-mla foreign-convictions use-of-services
travel-documents forced-labour-offence slavery-offence servitude-offence organ-offence special-investigation
specialised-units non-punishment victim-criminalised-prostitution victim-criminalised-immigration
victim-criminalised-other privacy-identity information-participation housing counselling medical-psychological
employment-education special-needs physical-safety witness-protection compensation compensation-fund legal-aid
reflection-period residence-permit safe-return identification unconditional-assistance child-guardian
prevention-policy awareness-research root-causes demand-reduction supply-chain-duty training
information-exchange border-measures carrier-liability document-security coordination-body national-rapporteur
data-collection online-recruitment
""".split()  # noqa: SIM905 - one id a line would hide the list's shape


def test_every_question_of_the_framework_is_there_once(vocabulary: Vocabulary) -> None:
    assert sorted(vocabulary.questions) == sorted(FRAMEWORK)


def test_every_question_is_complete(vocabulary: Vocabulary) -> None:
    for question in vocabulary.questions.values():
        assert question.wording.endswith("?"), question.id
        assert question.label and question.why and question.decide, question.id
        assert question.dimension in vocabulary.schemes["dimension"]
        if question.id == "minimum-penalty":
            assert not question.requirements and not question.findings
            continue
        assert question.requirements, f"nothing asks for {question.id}"
        assert set(question.findings) == {"absent", "partial", "contrary"}, question.id


def test_requirements_on_texts_not_at_hand_are_marked(vocabulary: Vocabulary) -> None:
    for question in vocabulary.questions.values():
        for requirement in question.requirements:
            treaty = vocabulary.treaties[requirement.treaty]
            assert requirement.text_read <= treaty.text_read, requirement.iri
            if requirement.treaty == "eu-2024-1712":
                assert requirement.article == "not verified"


def test_every_gravity_can_be_decided(vocabulary: Vocabulary) -> None:
    rules = {(rule.obligation, rule.binding) for rule in vocabulary.gravity_rules}
    assert rules == {(o, b) for o in vocabulary.schemes["obligation"] for b in vocabulary.schemes["binding"]}


def test_options_and_standards_never_rank_as_a_breach(vocabulary: Vocabulary) -> None:
    for rule in vocabulary.gravity_rules:
        assert (rule.gravity == "breach") == (rule.obligation == "shall" and rule.binding == "binds")


def test_the_files_load_in_two_independent_tools(project: Project) -> None:
    for path in project.ontology.rglob("*.ttl"):
        other = sum(1 for _ in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE))
        assert len(rdflib.Graph().parse(path, format="turtle")) == other, path.name


def test_every_term_has_label_definition_and_source(project: Project) -> None:
    graph = rdflib.Graph().parse(project.ontology / "palermo.ttl")
    pa = rdflib.Namespace(f"{project.base}ontology#")
    terms = {s for s in graph.subjects() if str(s).startswith(str(pa))}
    assert len(terms) > 80
    for term in terms:
        for needed in (rdflib.RDFS.label, rdflib.SKOS.definition, rdflib.DCTERMS.source):
            assert graph.value(term, needed), (term, needed)


def test_every_term_used_in_the_data_is_defined(dataset: Dataset) -> None:
    defined = {t.subject.value for t in dataset.vocabulary.triples if isinstance(t.subject, ox.NamedNode)}
    shapes = {f"{dataset.vocabulary.pa}NoGap"}
    base = dataset.vocabulary.base
    ours = (f"{base}ontology#", f"{base}concept/", f"{base}question/", f"{base}requirement/", f"{base}treaty/")
    used = set()
    for quad in dataset.store:
        for term in (quad.predicate, quad.object):
            if isinstance(term, ox.NamedNode) and term.value.startswith(ours) and "/status/" not in term.value:
                used.add(term.value)
    assert len(used) > 300
    assert used - defined - shapes == set()


def test_concepts_are_in_their_scheme(vocabulary: Vocabulary) -> None:
    for scheme, concepts in vocabulary.schemes.items():
        for concept in concepts.values():
            assert vocabulary.value(concept.iri, SKOS + "inScheme") == f"{vocabulary.base}concept/{scheme}"
            assert concept.label and concept.definition.endswith("."), concept.iri


def corpus_folder() -> Path | None:
    folder = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    return folder if folder.is_dir() else None


@pytest.mark.skipif(corpus_folder() is None, reason="the official texts are not beside this checkout")
def test_every_article_that_was_read_is_in_its_instrument(vocabulary: Vocabulary) -> None:
    folder = corpus_folder()
    assert folder
    corpus = Corpus(folder)
    for question in vocabulary.questions.values():
        for requirement in question.requirements:
            if not requirement.text_read:
                continue
            name = vocabulary.treaties[requirement.treaty].text_file
            assert name
            document = corpus.document(name)
            assert document, name
            for article in requirement.article.split("; "):
                provisions = document.find(article)
                assert provisions, f"{requirement.iri}: {name} has no article {article}"
                letters = re.findall(r"\(([a-z])\)", article)
                for letter in letters:
                    assert any(f"{letter})" in p.folded or f"{letter} " in p.folded for p in provisions), (
                        requirement.iri
                    )
