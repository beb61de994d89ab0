import { expect, test } from "vitest";

import { contactOf, isPast, waitSeconds } from "./contact";

const well = { ageSeconds: 0, refreshSeconds: 30, isOnline: true, isSignedOut: false };

test.each([
  [45, "live"],
  [45.1, "late"],
  [60, "late"],
  [60.1, "lost"],
])("%s s after the last answer of every 30 the page is %s", (ageSeconds, contact) => {
  expect(contactOf({ ...well, ageSeconds })).toBe(contact);
});

test("offline is told at once, not after two intervals", () => {
  expect(contactOf({ ...well, isOnline: false })).toBe("offline");
});

test("being signed out is never shown as an outage", () => {
  const contact = contactOf({ ageSeconds: 900, refreshSeconds: 30, isOnline: false, isSignedOut: true });
  expect(contact).toBe("signed-out");
});

test.each([
  [0, 30],
  [1, 5],
  [2, 10],
  [3, 20],
  [4, 40],
  [5, 60],
  [50, 60],
])("after %s failures in a row it waits %s s", (failures, seconds) => {
  expect(waitSeconds(failures, 30)).toBe(seconds);
});

test("late is still now; without contact it was", () => {
  expect(["live", "late", "lost", "offline", "signed-out"].map((each) => isPast(each as never))).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});
