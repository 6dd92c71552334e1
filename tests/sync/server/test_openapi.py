"""The document for machines, the page for people and the code say the same; and nothing that it allows is a 5xx."""

import contextlib
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sync.server.limits import Buckets, Rate
from sync.server.refusal import CODES
from sync.server.routes import WAYS
from sync.server.settings import Settings
from tests.support.effort import effort
from tests.sync.server.actors import pair
from tests.sync.server.running import Running, run

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "src/sync/server/openapi.json").read_text("utf-8"))
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
PAGE = (ROOT / "docs/spec/sync-http.md").read_text("utf-8")
WAITING = {("GET", "/v1/events"), ("POST", "/v1/wait"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")}


def documented() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}


def test_the_document_has_exactly_the_routes() -> None:
    assert documented() == {(way.method, way.path) for way in WAYS} | WAITING


def test_every_route_stands_on_the_page() -> None:
    text = re.sub(r"\{[a-z]+\}", "{}", PAGE)
    for _, path in documented():
        shown = re.sub(r"\{[a-z]+\}", "{}", path)
        assert shown in text, path


def test_every_word_stands_on_the_page_and_in_the_document() -> None:
    assert set(re.findall(r"^\| \d{3} \| `([a-z-]+)` \|", PAGE, re.MULTILINE)) == CODES
    schema = DOCUMENT["components"]["responses"]["Refusal"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]["error"]["enum"]) == CODES


def test_every_refusal_of_the_code_has_a_word_of_the_list() -> None:
    used: set[str] = set()
    for path in (ROOT / "src/sync/server").rglob("*.py"):
        used |= set(re.findall(r'Refusal\(\s*\d{3},\s*"([a-z-]+)"', path.read_text("utf-8")))
    assert used <= CODES


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that does not mind how often it is asked."""
    found = run(Settings(folder=tmp_path_factory.mktemp("openapi")))
    for name in ("wrong", "challenges", "introductions", "unsigned", "devices"):
        setattr(found.server, name, Buckets(Rate(1e9, 1e9)))
    yield found
    found.stop()


def test_nothing_that_the_document_allows_is_a_server_error(patient: Running) -> None:
    """Requests made from the document, and from breaking it: every answer is one that the document knows, none a 5xx."""
    one, _ = pair(patient.base)
    document = json.loads(json.dumps(DOCUMENT).replace('"maximum": 50', '"maximum": 1'))
    # Streams do not end by themselves and have tests of their own.
    del document["paths"]["/v1/events"]
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig())
    schema.config.update(base_url=patient.base)
    ran = dict.fromkeys(GenerationMode, 0)
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    for made, mode in itertools.product(operations, GenerationMode):
        counted = [0]

        @hypothesis.given(case=made.as_strategy(generation_mode=mode))
        @hypothesis.settings(
            max_examples=effort(3, 300),
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        def asked(case: Any) -> None:
            counted[0] += 1  # noqa: B023 - run within this turn
            answer = case.call(headers={**(case.headers or {}), "authorization": f"Bearer {one.token}"})
            if answer.status_code != 507:
                case.validate_response(answer, checks=CHECKS)
            if answer.status_code >= 400 and case.method != "HEAD":
                assert answer.json()["error"] in CODES

        with contextlib.suppress(hypothesis.errors.Unsatisfiable):  # a route that takes nothing cannot be given wrong
            asked()
        ran[mode] += counted[0]
    assert ran[GenerationMode.POSITIVE] >= 3 * 20
    assert ran[GenerationMode.NEGATIVE] >= 3 * 12
    assert one.sign_in().status_code == 200
