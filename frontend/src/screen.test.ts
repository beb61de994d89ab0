import { beforeEach, expect, test } from "vitest";

import { clockText, showTitle, showTrust, swap, tick, toldBy } from "./screen";

beforeEach(() => {
  document.body.innerHTML = `
    <div id="pb-page" data-refresh-seconds="30" data-zone="Europe/Madrid" data-sign-in="/login" data-trusted="true">
      <section class="pb-hero" data-key="hero"><svg class="pb-icon"></svg>
        <h1 class="pb-hero-sentence">Critical: Email is down</h1><p class="pb-hero-line">1 critical</p></section>
      <p><span data-fresh-word>Live.</span> <span data-fresh-updated>Updated</span></p>
      <section class="pb-card" data-key="card-email" data-title="Email">
        <span class="pb-status"><svg class="pb-icon"></svg><span class="pb-word">Critical</span></span>4.1 ms</section>
    </div>
    <template id="pb-icon-unknown"><svg class="pb-icon" data-unknown></svg></template>`;
});

const page = () => document.getElementById("pb-page")!;
const heading = () => page().querySelector("h1")!.textContent;
const lost = { contact: "lost", ageSeconds: 70, retrySeconds: 19.2, since: "23:36:04" } as const;

test("without contact it says since when, what was known and when it tries again", () => {
  showTrust(page(), lost, toldBy(page()));
  expect(heading()).toBe("No contact with the server since 23:36:04");
  expect(page().querySelector(".pb-hero-line")!.textContent).toBe(
    "Last known: Critical, Email is down. Retrying in 20 s.",
  );
  expect(page().querySelector("button")!.textContent).toBe("Retry now");
});

test("statuses become past and take the shape of not knowing; values stay", () => {
  showTrust(page(), lost, toldBy(page()));
  showTrust(page(), { ...lost, retrySeconds: 5 }, toldBy(page()));
  const card = page().querySelector(".pb-card")!;
  expect(card.textContent).toContain("Was critical");
  expect(card.textContent).not.toContain("Was was");
  expect(card.textContent).toContain("4.1 ms");
  expect(card.querySelector(".pb-icon")!.hasAttribute("data-unknown")).toBe(true);
});

test("signed out it offers the way back and speaks of no outage", () => {
  showTrust(page(), { ...lost, contact: "signed-out" }, toldBy(page()));
  expect(heading()).toBe("You are signed out.");
  expect(page().querySelector("a")!.getAttribute("href")).toBe("/login");
  expect(page().textContent).not.toContain("No contact");
});

test("late is said with the age", () => {
  showTrust(page(), { contact: "late", ageSeconds: 47, retrySeconds: 3, since: "" }, toldBy(page()));
  expect(page().textContent).toContain("Late: last update 47 s ago.");
  expect(heading()).toBe("Critical: Email is down");
});

test("a swap tells which status changed", () => {
  const fresh = page().cloneNode(true) as HTMLElement;
  fresh.querySelector(".pb-word")!.textContent = "Healthy";
  expect(swap(page(), fresh)).toEqual(["Email is now healthy."]);
  expect(swap(page(), fresh)).toEqual([]);
});

test("ages and the time to the next check tick", () => {
  page().innerHTML = `<b data-age-since="2026-01-01T00:00:00Z"></b><i data-next-at="2026-01-01T00:01:30Z"></i>`;
  tick(page(), Date.parse("2026-01-01T00:01:05Z"));
  expect(page().textContent).toBe("1 minNext check in 25 s.");
});

test("times are in the zone of the page, and in UTC where it is not known", () => {
  const at = Date.parse("2026-01-01T22:36:04Z");
  expect(clockText(at, "Europe/Madrid")).toBe("23:36:04");
  expect(clockText(at, "Moon/Tranquility")).toBe("22:36:04");
});

test("the tab says stale, and only then", () => {
  showTitle("lost", "Critical – Acme");
  expect(document.title).toBe("Critical – Acme (stale)");
  showTitle("signed-out", "Critical – Acme");
  expect(document.title).toBe("Critical – Acme");
});
