/** Times in the zone that the visitor chose. */

export const ZONES = ["local", "site", "utc"] as const;
export type Zone = (typeof ZONES)[number];

export function isZone(value: string | null): value is Zone {
  return (ZONES as readonly (string | null)[]).includes(value);
}

/** Return the name that `Intl` knows *zone* by. */
export function zoneName(zone: Zone, siteZone: string): string {
  if (zone === "utc") return "UTC";
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return knownZone(zone === "site" || !local ? siteZone : local);
}

/** Return how a zone is shown: "Europe/Madrid (UTC+1)", its offset being that of *atMs*. */
export function zoneLabel(name: string, atMs: number): string {
  if (name === "UTC") return name;
  const minutes = offsetMinutes(name, atMs);
  const size = Math.abs(minutes);
  const rest = size % 60 ? `:${String(size % 60).padStart(2, "0")}` : "";
  return `${name} (UTC${minutes < 0 ? "-" : "+"}${Math.floor(size / 60)}${rest})`;
}

/** Return how far *name* is ahead of UTC at *atMs*. */
export function offsetMinutes(name: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(atMs);
  const [month, day, year, hour, minute, second] = parts
    .filter((part) => part.type !== "literal")
    .map((part) => Number(part.value)) as [number, number, number, number, number, number];
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return Math.round((wall - Math.floor(atMs / 1000) * 1000) / 60_000);
}

/** Return *atMs* as the page writes instants: the day only when it is not today. */
export function timeText(atMs: number, nowMs: number, zone: string, language: string, seconds = false): string {
  const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (dayText(atMs, zone) === dayText(nowMs, zone)) {
    const exact = seconds ? ({ second: "2-digit" } as const) : {};
    return new Intl.DateTimeFormat(language, { ...clock, ...exact, timeZone: zone }).format(atMs);
  }
  const day = { weekday: "short", day: "numeric", month: "short" } as const;
  return new Intl.DateTimeFormat(tagOf(language), { ...clock, ...day, timeZone: zone }).format(atMs);
}

/** The order of day and month that the server uses for English. */
function tagOf(language: string): string {
  return language === "en" ? "en-GB" : language;
}

function dayText(atMs: number, zone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(atMs);
}

function knownZone(name: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name;
  } catch {
    return "UTC"; // this browser does not know it
  }
}
