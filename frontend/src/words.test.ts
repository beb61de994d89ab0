import { expect, test } from "vitest";

import { words } from "./words";

test.each([
  [{ critical: 1, warning: 1, healthy: 6 }, "Done: 1 critical, 1 warning, took 4.2 s"],
  [{ healthy: 8 }, "Done: 8 healthy, took 4.2 s"],
  [{}, "Done: 0 healthy, took 4.2 s"],
])("a run with %o ends with its bad news first", (counts, text) => {
  expect(words.done(counts as Record<string, number>, 4.21)).toBe(text);
});

test("progress counts when the server does", () => {
  expect(words.running(3, 8)).toBe("Running 3 of 8");
  expect(words.running(null, 8)).toBe("Running 8 checks");
});
