"""
A journey: steps over HTTP, each carrying values of those before.

    step --save--> step --save--> step          clean-up steps, whatever came before
    `--- three quarters of the time ---'  -->  `------------ the rest -------------'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pulseboard.core.errors import ConfigError
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.request_headers import checked_headers
from pulseboard.guard.target import URL_LENGTH, parse_url
from pulseboard.guard.verdict import Trust
from pulseboard.probes.checked import check_text, naming
from pulseboard.probes.facts import Facts
from pulseboard.probes.kinds.http import Http
from pulseboard.probes.placeholders import NAME, as_it_is, filled, in_path
from pulseboard.probes.probe import Probe, Try, kind
from pulseboard.probes.saved import saved
from pulseboard.probes.steps import Step, check_steps
from pulseboard.probes.targets import SOMEWHERE

STEPS, SECRETS, SECRET_LENGTH = 20, 20, 4096
#: Of the time, for the steps that clean up.
CLEAN_UP_SHARE = 0.25

# A journey judges between its steps, where nobody else holds the clock.
_now = datetime.now  # noqa: TID251


class StepFailed(ConnectFailed):
    """A step that did not bring what it must; the message names it."""

    def __init__(self, step: str, failure: Failure, what: str = "") -> None:
        super().__init__(failure)
        self.step = step
        self.what = what or failure.value
        self.args = (f"The step {step} failed: {self.what}",)

    def along_with(self, warnings: tuple[str, ...]) -> StepFailed:
        """Return itself, telling *warnings* too."""
        self.args = (" ".join([str(self), *warnings]),)
        return self


@kind("journey")
@dataclass(frozen=True, kw_only=True)
class Journey(Probe):
    """
    Args:
        url: Where the paths of the steps begin.
        steps: In order; the first that fails ends the journey.
        clean_up: Always follow, each whatever came of the others. One whose values
            were never saved has nothing to clean and is left out.
        secrets: Name to value; steps write ``{name}``.
        headers: Sent with every step that has a path.
    """

    url: str = ""
    steps: list[Step]
    clean_up: list[Step] = field(default_factory=list)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    verify_tls: bool = True
    authorities: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.steps) <= STEPS or len(self.clean_up) > STEPS:
            raise ConfigError(f"steps: expected 1 to {STEPS}")
        self._check_secrets()
        with naming("headers"):
            checked_headers(self.headers, Trust.CODE)
        check_steps(self.steps, self.clean_up, self.secrets)
        self._check_targets()

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the steps lead, a letter in the place of each value."""
        anything = dict.fromkeys(self._names(), "x")
        every = (*self.steps, *self.clean_up)
        return tuple(self._address(each, anything) for each in every)

    @property
    def follow_redirects(self) -> bool:
        """Whether any step does."""
        return any(each.follow_redirects for each in (*self.steps, *self.clean_up))

    async def ask(self, one: Try) -> Facts:
        deadline = Deadline(one.timeout_seconds)
        share = CLEAN_UP_SHARE if self.clean_up else 0
        until = Deadline(one.timeout_seconds * (1 - share))
        values = dict(self.secrets)
        took: dict[str, float] = {}
        try:
            for each in self.steps:
                await self._take(each, values, took, one.trust, _left(until, each))
        except StepFailed as error:
            raise error.along_with(
                await self._clean(values, took, one, deadline)
            ) from None
        except Blocked:
            await self._clean(values, took, one, deadline)
            raise
        return Facts(
            warnings=await self._clean(values, took, one, deadline),
            total_seconds=deadline.passed_seconds(),
            summary=f"{len(self.steps)} steps",
            values={f"step.{name}.seconds": each for name, each in took.items()},
            readings={
                f"step_{name.replace('-', '_')}_seconds": each
                for name, each in took.items()
            },
        )

    async def _clean(
        self,
        values: dict[str, str],
        took: dict[str, float],
        one: Try,
        deadline: Deadline,
    ) -> tuple[str, ...]:
        """Run the steps that clean up; return a sentence for each that failed."""
        warnings = []
        due = [each for each in self.clean_up if each.needs() <= set(values)]
        for place, each in enumerate(due):
            try:
                seconds = _left(deadline, each) / (len(due) - place)
                await self._take(each, values, took, one.trust, seconds)
            except StepFailed as error:
                warnings.append(f"Clean-up: the step {each.name} failed: {error.what}")
            except Blocked as error:
                warnings.append(f"Clean-up: the step {each.name} failed: {error}")
        return tuple(warnings)

    async def _take(
        self,
        step: Step,
        values: dict[str, str],
        took: dict[str, float],
        trust: Trust,
        seconds: float,
    ) -> None:
        """
        Take one step and keep what it saves.

        Raises:
            StepFailed: It did not bring what it must.
        """
        try:
            request = self._request(step, values)
            facts = await request.ask(Try(trust=trust, timeout_seconds=seconds))
        except ConfigError:  # what a server gave us fits into no request
            raise StepFailed(
                step.name, Failure.PROTOCOL, "A saved value cannot be sent."
            ) from None
        except ConnectFailed as error:
            raise StepFailed(step.name, error.failure) from None
        took[step.name] = facts.total_seconds
        if what := step.fault(facts, _now(UTC)):
            raise StepFailed(step.name, Failure.PROTOCOL, what)
        _save(step, facts, values)

    def _request(self, step: Step, values: Mapping[str, str]) -> Http:
        common = self.headers if step.path else {}
        headers = {
            **{name.lower(): value for name, value in common.items()},
            **{
                name.lower(): filled(value, values, as_it_is)
                for name, value in step.headers.items()
            },
        }
        return Http(
            url=self._address(step, values),
            method=step.method,
            headers=headers,
            body=filled(step.body, values, step.escape_in_body()),
            auth=filled(step.auth, values, as_it_is),
            follow_redirects=step.follow_redirects,
            verify_tls=self.verify_tls,
            authorities=self.authorities,
        )

    def _address(self, step: Step, values: Mapping[str, str]) -> str:
        written = self.url.rstrip("/") + step.path if step.path else step.url
        return filled(written, values, in_path)

    def _names(self) -> set[str]:
        saved_names = {name for each in self.steps for name in each.save}
        cleaning = {name for each in self.clean_up for name in each.save}
        return set(self.secrets) | saved_names | cleaning

    def _check_secrets(self) -> None:
        if len(self.secrets) > SECRETS:
            raise ConfigError(f"secrets: expected at most {SECRETS}")
        for name, value in self.secrets.items():
            if not NAME.fullmatch(name):
                raise ConfigError(
                    "secrets: expected names such as password: a-z, 0-9, _"
                )
            check_text(value, "secrets", SECRET_LENGTH)

    def _check_targets(self) -> None:
        every = (*self.steps, *self.clean_up)
        if any(each.path for each in every) or self.url:
            with naming("url"):
                parse_url(self.url, Trust.CODE)
        if self.url.startswith(SOMEWHERE) and any(each.url for each in every):
            # It is trusted as our own; no other address may share in that.
            raise ConfigError("steps: expected only paths on this application")
        anything = dict.fromkeys(self._names(), "x")
        for each in every:
            with naming("steps"), naming(each.name):
                parse_url(self._address(each, anything)[:URL_LENGTH], Trust.CODE)
                self._request(each, anything)


def _left(deadline: Deadline, step: Step) -> float:
    """Return the seconds left for *step*, or fail in its name."""
    try:
        return deadline.left_seconds()
    except ConnectFailed as error:
        raise StepFailed(step.name, error.failure) from None


def _save(step: Step, facts: Facts, values: dict[str, str]) -> None:
    for name, source in step.save.items():
        value = saved(source, facts, _now(UTC))
        if value is None:
            raise StepFailed(
                step.name, Failure.PROTOCOL, f"There is nothing to save as {name}."
            )
        values[name] = value
