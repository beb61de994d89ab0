"""Addresses for the operations of the contract, and some that write."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.urls import path
from pydantic import BaseModel
from tests.unit.core.adapter_contract import OPERATIONS

from pulseboard.api.urls import operation_patterns
from pulseboard.api.views import not_found
from pulseboard.core.caller import Caller
from pulseboard.core.operations import Answer, Operation
from pulseboard.core.problem import Problem
from pulseboard.core.roles import Role


class Group_(BaseModel):
    name: str


def make_group(caller: Caller, request: Group_) -> Answer:
    Group.objects.create(name=request.name)
    if request.name == "refused":
        raise Problem(409, "Somebody was faster.")
    if request.name == "broken":
        raise RuntimeError("broken")
    return Answer(status=201, body={"name": request.name})


WRITING = Operation(
    path="api/groups",
    method="POST",
    role=Role.EDITOR,
    function=make_group,
    request=Group_,
    response=dict,
    bucket="write",
)

urlpatterns = [
    *operation_patterns([*OPERATIONS, WRITING]),
    path("api/<path:rest>", not_found),
]
