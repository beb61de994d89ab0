import { expect, test } from "vitest";

import { durationText } from "./duration";

test.each([
  [-5, "0 s"],
  [0.4, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [3599, "59 min"],
  [3600, "1 h"],
  [9060, "2 h 31 min"],
  [86_400, "1 d"],
  [100_000, "1 d 3 h"],
])("%s seconds read %s, as the server writes them", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
