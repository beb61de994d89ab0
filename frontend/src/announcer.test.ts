import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Announcer } from "./announcer";

let region: HTMLElement;
let announcer: Announcer;

beforeEach(() => {
  vi.useFakeTimers();
  region = document.createElement("p");
  announcer = new Announcer(region, () => Date.now());
});

afterEach(() => vi.useRealTimers());

test("the first message is said at once", () => {
  announcer.say("Email is now critical.");
  vi.advanceTimersByTime(0);
  expect(region.textContent).toBe("Email is now critical.");
});

test("what comes within 10 s waits and is said together, each once", () => {
  announcer.say("one");
  vi.advanceTimersByTime(1000);
  announcer.say("two");
  announcer.say("three");
  announcer.say("two");
  vi.advanceTimersByTime(8999);
  expect(region.textContent).toBe("one");
  vi.advanceTimersByTime(1);
  expect(region.textContent).toBe("two three");
});
