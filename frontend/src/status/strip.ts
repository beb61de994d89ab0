/** A strip's days as numbers and sentences; no page in here. */

/** The JSON beside the strips: what is alike in all of them stands there once. */
export interface Bars {
  names: string[];
  quiet: Record<string, string>;
  services: Record<string, { codes: string; said: Record<string, string> }>;
}

/** Units of the drawing from one bar to the next. */
export const PITCH = 4;
const WEEK = 7;

/** Return the sentence of bar *place*; every bar has one. */
export function sentenceOf(bars: Bars, slug: string, place: number): string {
  const service = bars.services[slug];
  const said = service?.said[place];
  if (said !== undefined) return said;
  const quiet = bars.quiet[service?.codes[place] === "n" ? "no_data" : "operational"] ?? "{day}";
  return quiet.replace("{day}", bars.names[place] ?? "");
}

/**
 * Return where *key* leads from *place*, null for a key that is not ours.
 *
 * `first` is the oldest bar that is drawn; in a right-to-left page the older is right.
 */
export function placeAfter(
  key: string,
  place: number,
  { first, last, isMirrored }: { first: number; last: number; isMirrored: boolean },
): number | null {
  const forward = isMirrored ? -1 : 1;
  const steps: Record<string, number> = {
    ArrowLeft: -forward,
    ArrowRight: forward,
    ArrowDown: -1,
    ArrowUp: 1,
    PageDown: -WEEK,
    PageUp: WEEK,
    Home: -Infinity,
    End: Infinity,
  };
  const step = steps[key];
  return step === undefined ? null : Math.min(last, Math.max(first, place + step));
}

/** Return the bar under a pointer *share* (0 to 1) of the drawing's width from its old end. */
export function placeAt(share: number, first: number, last: number): number {
  const place = Math.floor(((last + 1) * PITCH - 1) * share / PITCH);
  return Math.min(last, Math.max(first, place));
}
