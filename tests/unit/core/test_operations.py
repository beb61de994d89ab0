"""The registry of operations, and the contract kept by the smallest adapter."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from urllib.parse import parse_qs

import pytest
from pydantic import BaseModel
from tests.unit.core.adapter_contract import OPERATIONS, AdapterContract

from pulseboard.core.caller import Caller, CallerKind
from pulseboard.core.errors import ConfigError
from pulseboard.core.operations import Adapter, Answer, Operation, register
from pulseboard.core.payload import answer_bytes, perform, problem_answer
from pulseboard.core.problem import Problem
from pulseboard.core.roles import Role


class MemoryAdapter:
    """No transport, no limits, no session: the shared part and nothing else."""

    def answer(
        self,
        operation: Operation,
        *,
        caller: Caller,
        path_values: Mapping[str, str],
        query: Mapping[str, list[str]],
        media_type: str,
        body: bytes,
    ) -> Answer:
        try:
            return perform(
                operation,
                caller=caller,
                path_values=path_values,
                query=query,
                media_type=media_type,
                body=body,
            )
        except Problem as problem:
            return problem_answer(problem)
        except Exception:
            return problem_answer(Problem(500, reference=uuid.uuid4().hex[:12]))


class TestMemoryAdapter(AdapterContract):
    adapter: Adapter = MemoryAdapter()

    def call(
        self,
        method: str,
        path: str,
        role: Role | None = None,
        *,
        query: str = "",
        media_type: str = "application/json",
        body: bytes = b"",
    ) -> tuple[int, str, bytes]:
        found = next(
            each
            for each in OPERATIONS
            if each.method == method
            and each.path in (path, path.rpartition("/")[0] + "/{id}")
        )
        kind = CallerKind.ANONYMOUS if role is None else CallerKind.USER
        answer = self.adapter.answer(
            found,
            caller=Caller(kind=kind, role=role),
            path_values={"id": path.rpartition("/")[2]} if "{" in found.path else {},
            query=parse_qs(query, keep_blank_values=True),
            media_type=media_type,
            body=body,
        )
        return answer.status, answer.media_type, answer_bytes(answer)


class Named(BaseModel):
    id: int


def _operation(**changes: object) -> Operation:
    given: dict[str, object] = {
        "path": "api/a",
        "method": "GET",
        "role": None,
        "function": print,
        "response": None,
    }
    return Operation(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "/api/a"},
        {"path": "api/a/"},
        {"path": "api//a"},
        {"path": "api/{Id}"},
        {"path": "api/a b"},
        {"path": "api/{id}"},
        {"path": "api/{other}", "request": Named},
        {"method": "GET", "bucket": "write"},
        {"method": "POST", "bucket": "read"},
        {"method": "HEAD"},
        {"method": "get"},
    ],
)
def test_an_operation_that_contradicts_itself_is_refused(
    changes: dict[str, object],
) -> None:
    with pytest.raises(ConfigError):
        _operation(**changes)


def test_two_operations_cannot_share_path_and_method() -> None:
    first = register(_operation(path="api/only-in-this-test"))

    assert register(first) is first
    with pytest.raises(ConfigError, match="two operations"):
        register(_operation(path="api/only-in-this-test", summary="another"))


def test_problems_tell_what_was_wrong_on_one_line_each() -> None:
    errors = [("a\nb" * 100, "wrong\x1b[31m")] * 50
    body = Problem(400, errors=errors).body()

    assert len(body["errors"]) == 20  # type: ignore[arg-type]
    assert "\\n" not in str(body)
    assert "\x1b" not in str(body)
