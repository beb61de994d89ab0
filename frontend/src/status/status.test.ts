import { describe, expect, it } from "vitest";
import { type Bars, placeAfter, placeAt, sentenceOf } from "./strip";
import { isStale, skewMs } from "./trust";
import { durationText, fill, type Words } from "./words";
import { offsetMinutes, timeText, zoneLabel, zoneName } from "./zones";

const words = { seconds: "{n} s", minutes: "{n} min", hours: "{n} h" } as Words;
const range = { first: 0, last: 89, isMirrored: false };

describe("a strip", () => {
  it.each([
    ["ArrowLeft", 40, 39],
    ["ArrowRight", 40, 41],
    ["PageDown", 40, 33],
    ["PageUp", 40, 47],
    ["Home", 40, 0],
    ["End", 40, 89],
    ["ArrowLeft", 0, 0],
    ["ArrowRight", 89, 89],
    ["PageUp", 86, 89],
  ])("%s leads from %i to %i", (key, from, to) => {
    expect(placeAfter(key, from, range)).toBe(to);
  });

  it("leaves other keys alone", () => {
    expect(placeAfter("Tab", 40, range)).toBeNull();
  });

  it("is mirrored where people read from right to left", () => {
    expect(placeAfter("ArrowLeft", 40, { ...range, isMirrored: true })).toBe(41);
  });

  it("begins at the first bar that is drawn", () => {
    expect(placeAfter("Home", 70, { ...range, first: 60 })).toBe(60);
    expect(placeAt(0.1, 60, 89)).toBe(60);
  });

  it("finds the bar below a finger, and the last one beyond it", () => {
    expect(placeAt(0, 0, 89)).toBe(0);
    expect(placeAt(0.5, 0, 89)).toBe(44);
    expect(placeAt(1, 0, 89)).toBe(89);
    expect(placeAt(1.3, 0, 89)).toBe(89);
    expect(placeAt(-0.2, 0, 89)).toBe(0);
  });

  it("has a sentence for every bar", () => {
    const bars: Bars = {
      names: ["Mon 1 Jun", "Tue 2 Jun", "Wed 3 Jun"],
      quiet: { operational: "{day}: Operational", no_data: "{day}: No data" },
      services: { api: { codes: "noo", said: { 2: "Wed 3 Jun: Degraded 2 min" } } },
    };
    expect([0, 1, 2].map((place) => sentenceOf(bars, "api", place))).toEqual([
      "Mon 1 Jun: No data",
      "Tue 2 Jun: Operational",
      "Wed 3 Jun: Degraded 2 min",
    ]);
  });
});

describe("trust", () => {
  const sight = {
    observedMs: 0,
    answeredMs: 0,
    lookedMs: 0,
    nowMs: 90_000,
    staleAfterMs: 90_000,
    refreshMs: 60_000,
  };

  it.each([
    ["as old as it may be", {}, false],
    ["a second older, and nobody answers", { nowMs: 91_000 }, true],
    ["older, but the next poll is not late yet", { nowMs: 120_000, answeredMs: 60_000 }, false],
    ["the answer itself was too old", { nowMs: 100_000, answeredMs: 99_000 }, true],
    ["the tab was just opened again", { nowMs: 900_000, lookedMs: 899_000 }, false],
    ["nothing was ever measured", { nowMs: 900_000, observedMs: null }, false],
  ])("%s", (_, more, expected) => {
    expect(isStale({ ...sight, ...more })).toBe(expected);
  });

  it("takes the server's clock when they differ by seconds", () => {
    const now = Date.parse("2026-11-20T22:36:00Z");
    expect(skewMs("Fri, 20 Nov 2026 22:26:00 GMT", now)).toBe(-600_000);
    expect(skewMs("Fri, 20 Nov 2026 22:36:01 GMT", now)).toBe(0);
    expect(skewMs(null, now)).toBe(0);
  });
});

describe("times", () => {
  const at = Date.parse("2026-11-20T22:36:04Z");

  it.each([
    ["UTC", "UTC", 0],
    ["Europe/Madrid", "Europe/Madrid (UTC+1)", 60],
    ["Pacific/Auckland", "Pacific/Auckland (UTC+13)", 780],
    ["America/Los_Angeles", "America/Los_Angeles (UTC-8)", -480],
    ["Asia/Kathmandu", "Asia/Kathmandu (UTC+5:45)", 345],
  ])("in %s name it", (zone, label, minutes) => {
    expect(zoneLabel(zone, at)).toBe(label);
    expect(offsetMinutes(zone, at)).toBe(minutes);
  });

  it("have their day only when it is not today, there", () => {
    const now = at + 30 * 60_000;
    expect(timeText(at, now, "Europe/Madrid", "en")).toContain("20 Nov");
    expect(timeText(at, now, "Pacific/Auckland", "en")).toBe("11:36");
    expect(timeText(at, now, "Pacific/Auckland", "en", true)).toBe("11:36:04");
  });

  it("fall back to UTC in a zone that the browser does not know", () => {
    expect(zoneName("site", "Mars/Olympus")).toBe("UTC");
  });
});

describe("words", () => {
  it.each([
    [59, "59 s"],
    [60, "1 min"],
    [9060, "2 h 31 min"],
    [7200, "2 h"],
  ])("%i seconds are %s", (seconds, text) => {
    expect(durationText(seconds, words)).toBe(text);
  });

  it("are filled once: what is filled in holds no gaps", () => {
    expect(fill("{a} and {b}", { a: "{b}", b: "x" })).toBe("{b} and x");
  });
});
