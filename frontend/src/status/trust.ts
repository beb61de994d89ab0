/**
 * Whether the page still speaks for now. Arithmetic only: no clock, no page.
 *
 * Two things make it old: the answer itself was (the checks do not run, or it is a copy
 * that nobody renews), or there was no answer for longer than the polls are apart.
 */

export interface Sight {
  /** When the server last had a sign of life of its checks; null before the first. */
  observedMs: number | null;
  /** When the last good answer came, by the server's clock as all the others. */
  answeredMs: number;
  /** When somebody began to look: before that nothing was asked. */
  lookedMs: number;
  nowMs: number;
  staleAfterMs: number;
  refreshMs: number;
}

export function isStale(sight: Sight): boolean {
  const { observedMs, answeredMs, nowMs, staleAfterMs } = sight;
  if (observedMs === null || nowMs - observedMs <= staleAfterMs) return false;
  if (answeredMs - observedMs > staleAfterMs) return true;
  return nowMs - Math.max(answeredMs, sight.lookedMs) > 1.5 * sight.refreshMs;
}

/** Return the server's clock minus ours, from the header of its answer; 0 if not told. */
export function skewMs(dateHeader: string | null, nowMs: number): number {
  const told = Date.parse(dateHeader ?? "");
  // The header counts whole seconds: less than that is no difference.
  return Number.isNaN(told) || Math.abs(told - nowMs) < 2000 ? 0 : told - nowMs;
}
