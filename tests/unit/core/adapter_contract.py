"""What every adapter of operations does, as a table: subclass it and give `call`."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from pulseboard.core.caller import Caller
from pulseboard.core.operations import Answer, Operation
from pulseboard.core.problem import Problem
from pulseboard.core.roles import Role


class Listing(BaseModel):
    limit: int = Field(default=10, ge=1, le=100)
    state: list[Literal["open", "closed"]] = []


class Renaming(BaseModel):
    id: int
    name: str = ""


def _fail(caller: Caller, request: None) -> None:
    raise RuntimeError("password=hunter2 at 10.1.2.3")


def _refuse(caller: Caller, request: None) -> None:
    raise Problem(409, "Somebody was faster.")


def _read(
    path: str, role: Role | None, function: Any, request: type | None = None
) -> Operation:
    return Operation(
        path=path,
        method="GET",
        role=role,
        function=function,
        response=dict,
        request=request,
    )


OPERATIONS = (
    _read("api/public", None, lambda caller, request: {"status": "healthy"}),
    _read(
        "api/me",
        None,
        lambda caller, request: {"role": caller.role.value if caller.role else None},
    ),
    _read("api/things", Role.VIEWER, lambda caller, request: request, Listing),
    _read("api/secrets", Role.ADMIN, lambda caller, request: {}),
    _read("api/broken", None, _fail),
    _read("api/refusing", None, _refuse),
    _read(
        "api/text",
        None,
        lambda caller, request: Answer(body="a,b\n", media_type="text/csv"),
    ),
    Operation(
        path="api/things/{id}",
        method="PATCH",
        role=Role.EDITOR,
        function=lambda caller, request: request,
        request=Renaming,
        response=Renaming,
        bucket="write",
    ),
    Operation(
        path="api/run",
        method="POST",
        role=Role.RESPONDER,
        function=lambda caller, request: Answer(status=202, body={"running": True}),
        response=dict,
        bucket="run",
    ),
)

JSON = "application/json"

BAD_BODIES = {
    "empty brackets left open": b"{",
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "not a number": b'{"name": NaN}',
    "infinity": b'{"name": Infinity}',
    "too large a float": b'{"name": 1e999}',
    "too large an integer": b'{"name": 9223372036854775808}',
    "five thousand digits": b'{"name": ' + b"9" * 5000 + b"}",
    "endless nesting": b'{"name": ' + b"[" * 100_000,
    "closed nesting": b'{"name": ' + b"[" * 40 + b"]" * 40 + b"}",
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a lone surrogate as name": b'{"\\udfff": 1}',
    "NUL": b'{"name": "\\u0000"}',
    "a name twice": b'{"name": "a", "name": "b"}',
    "no UTF-8": b'{"name": "\xff"}',
    "an unknown name": b'{"name": "a", "owner": 1}',
    "the name of the path": b'{"name": "a", "id": 8}',
    "a wrong type": b'{"name": {}}',
}


class AdapterContract:
    """Each adapter's tests subclass this and say how a call is made."""

    def call(
        self,
        method: str,
        path: str,
        role: Role | None = None,
        *,
        query: str = "",
        media_type: str = JSON,
        body: bytes = b"",
    ) -> tuple[int, str, bytes]:
        """Return status, media type and body; *role* None calls anonymously."""
        raise NotImplementedError

    def problem(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, Any]]:
        status, media_type, body = self.call(*args, **kwargs)
        assert media_type == "application/problem+json"
        found = json.loads(body)
        assert found["status"] == status
        assert found["title"]
        return status, found

    def test_what_is_public_answers_anybody(self) -> None:
        assert self.call("GET", "api/public") == (200, JSON, b'{"status":"healthy"}')

    def test_a_public_operation_learns_who_calls(self) -> None:
        assert self.call("GET", "api/me")[2] == b'{"role":null}'
        assert self.call("GET", "api/me", Role.EDITOR)[2] == b'{"role":"editor"}'

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
    def test_anybody_else_signs_in_first_or_needs_the_role(
        self, operation: Operation
    ) -> None:
        """A41"""
        path = operation.path.replace("{id}", "5")
        if operation.role is None:
            return
        assert self.problem(operation.method, path)[0] == 401
        for role in Role:
            status = self.call(operation.method, path, role)[0]
            assert (status == 403) is not role.covers(operation.role)

    def test_query_and_path_fill_the_request(self) -> None:
        query = "limit=5&state=open&state=closed"
        status, _, body = self.call("GET", "api/things", Role.VIEWER, query=query)
        assert (status, json.loads(body)) == (
            200,
            {"limit": 5, "state": ["open", "closed"]},
        )

        body = self.call("PATCH", "api/things/5", Role.EDITOR, body=b'{"name":"a"}')[2]
        assert json.loads(body) == {"id": 5, "name": "a"}

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=-1",
            "limit=ten",
            "limit=1&limit=2",
            "state=lost",
            "owner__password__startswith=a",
            "_connector=OR",
            "limit=%00",
        ],
    )
    def test_a_query_it_does_not_declare_is_refused(self, query: str) -> None:
        """A55, A70"""
        assert self.problem("GET", "api/things", Role.VIEWER, query=query)[0] == 400

    @pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
    def test_a_body_that_cannot_be_stored_is_refused(self, body: bytes) -> None:
        """A23, A54"""
        assert self.problem("PATCH", "api/things/5", Role.EDITOR, body=body)[0] == 400

    @pytest.mark.parametrize(
        "media_type", ["text/plain", "application/x-www-form-urlencoded", "", "{}"]
    )
    def test_a_body_of_another_type_is_refused(self, media_type: str) -> None:
        status, _ = self.problem(
            "PATCH",
            "api/things/5",
            Role.EDITOR,
            body=b'{"name":"a"}',
            media_type=media_type,
        )
        assert status == 415

    def test_a_huge_body_is_refused(self) -> None:
        body = b'{"name": "' + b"a" * 300_000 + b'"}'
        assert self.problem("PATCH", "api/things/5", Role.EDITOR, body=body)[0] == 413

    def test_a_path_that_can_name_nothing_is_not_there(self) -> None:
        assert self.problem("PATCH", "api/things/five", Role.EDITOR)[0] == 404

    def test_what_the_function_refuses_is_a_problem(self) -> None:
        status, found = self.problem("GET", "api/refusing")
        assert (status, found["detail"]) == (409, "Somebody was faster.")

    def test_what_the_function_raises_stays_in_the_log(self) -> None:
        """A60, A62"""
        status, found = self.problem("GET", "api/broken")

        assert status == 500
        assert found["reference"]
        assert "hunter2" not in json.dumps(found)
        assert "10.1.2.3" not in json.dumps(found)
        assert "Traceback" not in json.dumps(found)

    def test_an_answer_of_its_own_goes_out_as_it_is(self) -> None:
        assert self.call("POST", "api/run", Role.RESPONDER)[0] == 202
        assert self.call("GET", "api/text")[1:] == ("text/csv", b"a,b\n")
