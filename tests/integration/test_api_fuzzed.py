"""Schemathesis reads the description of the interface and asks what nobody would ask by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    ignored_auth,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from services.desk import tokens
from services.desk.api.callers import Paces
from services.desk.app import build_app
from shared.domain.account import Mandate
from shared.pages.pace import Pace
from shared.ports.store import Store
from tests.pages_samples import KEYS, NOW, StoppedClock, assigned_case, department
from tests.served_desk import served_desk

EXAMPLES = 20
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
]
OPERATIONS = [
    ("GET", "/cases"),
    ("GET", "/cases/{reference}"),
    ("POST", "/cases/{reference}/acts/{act}"),
    ("GET", "/cases/{reference}/documents"),
    ("GET", "/cases/{reference}/messages/{message}/documents"),
    ("GET", "/cases/{reference}/messages/{message}/documents/{part}"),
    ("GET", "/cases/{reference}/messages/{message}/original"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Serve a desk with one case; yield its address, a good token and the reference."""
    made: list[str] = []

    async def build(store: Store) -> FastAPI:
        office = [Mandate(role="complaints_office")]
        _, secret = await tokens.make(
            store, "Fuzz", office, NOW, until=date(2027, 1, 1), today=NOW.date()
        )
        made.extend((secret, (await assigned_case().keep(store)).reference))
        fast = Pace(burst=100_000, seconds_each=0.0001)
        return build_app(
            store=store,
            clock=StoppedClock(),
            keys=KEYS,
            department=department(),
            desk_url="https://bureau.example",
            api_paces=Paces(fast, fast),
        )

    with served_desk(tmp_path_factory.mktemp("fuzz"), build) as address:
        yield address, made[0], made[1]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_request_finds_a_fault_or_an_answer_that_is_not_described(
    served: tuple[str, str, str], method: str, path: str, mode: GenerationMode
) -> None:
    address, secret, reference = served
    headers = {"Authorization": f"Bearer {secret}"}
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")
    operation = schema[path][method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def ask(case: schemathesis.Case[Any], real: bool) -> None:
        """Ask about the case that there is half the time, and with its version then."""
        if real and case.path_parameters:
            case.path_parameters["reference"] = reference
            if "message" in case.path_parameters:
                case.path_parameters["message"] = assigned_case().messages[1][0].id
            if isinstance(case.body, dict) and isinstance(case.body.get("version"), int):
                case.body["version"] = version_of(address, headers, reference)
        case.call_and_validate(base_url=f"{address}/api/v1", headers=headers, checks=CHECKS)

    ask()


def version_of(address: str, headers: dict[str, str], reference: str) -> int:
    answer = httpx.get(f"{address}/api/v1/cases/{reference}", headers=headers, trust_env=False)
    return int(answer.json()["version"])
