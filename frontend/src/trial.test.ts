import { describe, expect, it } from "vitest";

import { suggestedTitle, trialOf } from "./trial";

const label = (name: string) => name.toUpperCase();
const posted = (status: number, body: Record<string, unknown> = {}, retryAfterSeconds = 0) => ({
  status,
  body,
  retryAfterSeconds,
});

describe("what a test found", () => {
  it("is told as the server told it", () => {
    const body = { status: "healthy", verdict: "Good", sentence: "", lines: ["200 OK"], final_url: "", snippet: "" };
    expect(trialOf(posted(200, body), label)).toMatchObject({ status: "healthy", verdict: "Good", lines: ["200 OK"] });
  });

  it("names the fields that are not sound", () => {
    const trial = trialOf(posted(400, { errors: { target: ["Expected a URL."] } }), label);
    expect(trial.lines).toEqual(["TARGET: Expected a URL."]);
  });

  it.each([
    [posted(429, {}, 12), "wait 12 s"],
    [posted(0), "did not answer"],
    [posted(302), "signed out"],
    [posted(403, { sentence: "You may not test this." }), "You may not test this."],
  ])("says why nothing was tested", (answer, words) => {
    expect(trialOf(answer, label).sentence).toContain(words);
  });
});

describe("the suggested name", () => {
  it.each([
    ["https://api.acme.test/health/?a=b", "api.acme.test/health"],
    ["/api/health/", "api/health"],
    ["", ""],
  ])("comes from the URL %s", (url, title) => {
    expect(suggestedTitle(url)).toBe(title);
  });
});
