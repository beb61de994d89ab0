/** Every sentence that the script says by itself, in one place. */

import type { Contact } from "./contact";
import { durationText } from "./duration";

export const words = {
  late: (ageSeconds: number) => `Late: last update ${durationText(ageSeconds)} ago.`,
  live: "Live.",
  noChecks: "Checks do not run.",
  retry: "Retry now",
  retrying: (seconds: number) => `Retrying in ${Math.max(0, Math.ceil(seconds))} s.`,
  asking: "Asking the server…",
  lastKnown: (sentence: string) => `Last known: ${sentence.replace(":", ",")}.`,
  signIn: "Sign in again",
  running: (done: number | null, total: number) =>
    done === null ? `Running ${total} checks` : `Running ${done} of ${total}`,
  run: "Run check now",
  done: (counts: Record<string, number>, tookSeconds: number) =>
    `Done: ${countsText(counts)}, took ${tookSeconds.toFixed(1)} s`,
  wait: (seconds: number) => `Try again in ${seconds} s`,
  runFailed: "The checks could not be run. Try again.",
  actFailed: "This could not be done. Try again.",
  notAllowed: "You have no permission to do this.",
  gone: "This alert is not open any more.",
  acknowledged: "Acknowledged.",
  resolved: "Resolved.",
  again: (gapSeconds: number) => `Live again, gap of ${durationText(gapSeconds)}.`,
  changed: (title: string, word: string) => `${title} is now ${word.toLowerCase()}.`,
  skew: (seconds: number) =>
    `Your clock differs by ${durationText(seconds)}; ages use the server's.`,
  next: (seconds: number) => (seconds > 0 ? `Next check in ${durationText(seconds)}.` : "Next check is due."),
} as const;

/** Return the hero's sentence while there is no contact. */
export function lostSentence(contact: Contact, since: string): string {
  if (contact === "signed-out") return "You are signed out.";
  if (contact === "offline") return `You are offline since ${since}`;
  return `No contact with the server since ${since}`;
}

function countsText(counts: Record<string, number>): string {
  const order = ["critical", "warning", "unknown", "healthy"];
  const bad = order.slice(0, 3).filter((status) => counts[status]);
  const shown = bad.length > 0 ? bad : ["healthy"];
  return shown.map((status) => `${counts[status] ?? 0} ${status}`).join(", ");
}
