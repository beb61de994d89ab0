/**
 * Whether what is on the screen may be believed.
 *
 *   live ──1.5 intervals──▶ late ──2 intervals──▶ lost      an answer leads back to live
 *   the browser says offline ──▶ offline                    401, 403 or a redirect ──▶ signed-out
 *
 * Arithmetic only: no clock, no page.
 */

export type Contact = "live" | "late" | "lost" | "offline" | "signed-out";

export interface Observation {
  /** Since the last good answer. */
  ageSeconds: number;
  refreshSeconds: number;
  isOnline: boolean;
  isSignedOut: boolean;
}

const BACK_OFF_SECONDS = [5, 10, 20, 40, 60];

export function contactOf({ ageSeconds, refreshSeconds, isOnline, isSignedOut }: Observation): Contact {
  if (isSignedOut) return "signed-out";
  if (!isOnline) return "offline";
  if (ageSeconds > 2 * refreshSeconds) return "lost";
  return ageSeconds > 1.5 * refreshSeconds ? "late" : "live";
}

/** Return how long to wait before the next request, after *failures* in a row. */
export function waitSeconds(failures: number, refreshSeconds: number): number {
  if (failures === 0) return refreshSeconds;
  return BACK_OFF_SECONDS[Math.min(failures, BACK_OFF_SECONDS.length) - 1] ?? refreshSeconds;
}

/** Whether the last known state is history: then the page says "was". */
export function isPast(contact: Contact): boolean {
  return contact === "lost" || contact === "offline" || contact === "signed-out";
}
