from __future__ import annotations

from pathlib import Path

import pytest

from palermo.dataset import Dataset, build_dataset
from palermo.record import Record, read_record
from palermo.settings import Project
from palermo.vocabulary import Vocabulary, load_vocabulary

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project() -> Project:
    return Project(ROOT)


@pytest.fixture(scope="session")
def vocabulary(project: Project) -> Vocabulary:
    return load_vocabulary(project)


@pytest.fixture(scope="session")
def model_state(vocabulary: Vocabulary) -> Record:
    return read_record(ROOT / "tests" / "data" / "XM.yaml", vocabulary)


@pytest.fixture(scope="session")
def dataset(project: Project) -> Dataset:
    """The real records, mapped and checked without the cache."""
    return build_dataset(project, cache=False)
