"""Drivers at work: requests to the running site, so that its figures are real."""

import json
import random
import threading
import urllib.error
import urllib.request
from typing import Any

LONGEST_PAUSE_SECONDS = 0.8
#: Requests around the trips, so that not only they are seen.
OTHERS = ("/", "/api/v1/auth/oauth/applications/", "/health/")


class Traffic(threading.Thread):
    """One driver who asks for trips, drives them, and looks around in between."""

    def __init__(self, site: str, password: str) -> None:
        super().__init__(name="traffic", daemon=True)
        self._site = site
        self._password = password
        self._token = ""
        self._is_over = threading.Event()
        # Proxies of the environment are for the outside; this stays on the machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def run(self) -> None:
        while not self._is_over.wait(random.uniform(0, LONGEST_PAUSE_SECONDS)):
            try:
                self._one_step()
            except (OSError, ValueError):  # the site is starting, busy or going
                self._is_over.wait(1)

    def stop(self) -> None:
        self._is_over.set()

    def _one_step(self) -> None:
        choice = random.random()
        if not self._token:
            self._sign_in()
        elif choice < 0.15:
            self._ask("POST", "/api/v1/trips/", {})
        # Each trip moves twice, so fewer moves than that would pile them up.
        elif choice < 0.60:
            self._move_a_trip()
        elif choice < 0.63:
            self._ask("POST", "/api/v1/auth/login/", {})
        else:
            self._ask("GET", random.choice(OTHERS))

    def _sign_in(self) -> None:
        credentials = {"username": "ada", "password": self._password}
        answer = self._ask("POST", "/api/v1/auth/login/", credentials)
        self._token = answer.get("token", "")

    def _move_a_trip(self) -> None:
        """Begin or end the oldest trip that is not finished."""
        trips = self._ask("GET", "/api/v1/trips/").get("trips", [])
        unfinished = [trip for trip in trips if trip["status"] != "finished"]
        if not unfinished:
            return
        trip = unfinished[-1]
        verb = "begin" if trip["status"] == "pending" else "finish"
        body = {"distance_metres": random.randrange(800, 60_000)}
        self._ask("POST", f"/api/v1/trips/{trip['id']}/{verb}/", body)

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Return the answer's JSON object; a refusal is an answer too."""
        request = urllib.request.Request(self._site + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=5) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 401:
                self._token = ""
            return {}
