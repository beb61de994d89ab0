"""X31: the gateway, asked inside a network that this test makes itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.root

SOURCE = Path(__file__).parents[2] / "src"
ASK = """
import asyncio
from django.conf import settings
settings.configure(PULSEBOARD={})
from pulseboard.runner.network import ask_gateway, gateway_of
print(gateway_of(asyncio.run(ask_gateway())).value)
"""
ROUTED = """
ip link set lo up
unshare --net sleep 30 &
PEER=$!
until [ "$(readlink /proc/$PEER/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do :; done
ip link add v0 type veth peer name v1
ip link set v1 netns $PEER
ip addr add 10.9.0.2/24 dev v0
ip link set v0 up
ip route add default via 10.9.0.1
"""
PEER_UP = """
nsenter --target $PEER --net ip addr add 10.9.0.1/24 dev v1
nsenter --target $PEER --net ip link set v1 up
"""


@pytest.mark.parametrize(
    ("setup", "found"),
    [
        ("ip link set lo up", "none"),
        (f"{ROUTED}{PEER_UP}", "reached"),  # refused, and so answered
        (f"{ROUTED}{PEER_UP}\nip neigh add 10.9.0.1 lladdr 02:00:00:00:00:09 dev v0",
         "silent"),
    ],
)  # fmt: skip
def test_the_gateway_is_asked_where_there_is_one(setup, found):
    script = f'set -e\n{setup}\n"$0" -c "$1"\n[ -z "$PEER" ] || kill $PEER\n'
    ran = subprocess.run(
        ["unshare", "--net", "sh", "-c", script, sys.executable, ASK],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stdout.split() == [found], ran.stderr
