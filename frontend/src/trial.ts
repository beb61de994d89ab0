/** What a test found, whatever the server answered. */

import type { Posted } from "./server";

export interface Trial {
  status: string;
  verdict: string;
  sentence: string;
  lines: string[];
  finalUrl: string;
  snippet: string;
}

/** Return what to show for an answer; *labelOf* names the field of an error. */
export function trialOf(posted: Posted, labelOf: (name: string) => string): Trial {
  const { status, body, retryAfterSeconds } = posted;
  if (status === 200) return { ...nothing(text(body.status)), ...parts(body) };
  const errors = errorLines(body.errors, labelOf);
  if (errors.length > 0) return failed("Not tested: some values are not sound.", errors);
  if (status === 429) return failed(`Not tested: wait ${retryAfterSeconds} s.`);
  if (status === 0) return failed("Not tested: the server did not answer.");
  if (status === 401 || (status >= 300 && status < 400)) {
    return failed("Not tested: you are signed out. Sign in again in another tab.");
  }
  return failed(text(body.sentence) || "Not tested: the server refused.");
}

/** Return what to call a target when nobody says: `api.acme.test/health`. */
export function suggestedTitle(target: string): string {
  const place = target
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/[?#].*$/, "");
  return place.replace(/^\/+|\/+$/g, "").slice(0, 150);
}

function parts(body: Record<string, unknown>): Omit<Trial, "status"> {
  return {
    verdict: text(body.verdict),
    sentence: text(body.sentence),
    lines: Array.isArray(body.lines) ? body.lines.map(String) : [],
    finalUrl: text(body.final_url),
    snippet: text(body.snippet),
  };
}

function errorLines(errors: unknown, labelOf: (name: string) => string): string[] {
  if (typeof errors !== "object" || errors === null) return [];
  return Object.entries(errors).map(([name, said]) => {
    const sentence = Array.isArray(said) ? said.join(" ") : String(said);
    return name === "__all__" ? sentence : `${labelOf(name)}: ${sentence}`;
  });
}

function failed(sentence: string, lines: string[] = []): Trial {
  return { ...nothing("unknown"), sentence, lines };
}

function nothing(status: string): Trial {
  return { status, verdict: "", sentence: "", lines: [], finalUrl: "", snippet: "" };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
