/** What the script asks of the server. Every answer is a value; nothing here throws. */

export type Fetched =
  | { kind: "page"; page: HTMLElement; version: string; nowMs: number | null }
  | { kind: "unchanged"; nowMs: number | null }
  | { kind: "signed-out" }
  | { kind: "failed" };

/** Longer than any answer may take, shorter than the first back-off feels broken. */
const TIMEOUT_MS = 10_000;

/** Ask for the changing part of the page, unless it is still *version*. */
export async function fetchPage(url: string, version: string): Promise<Fetched> {
  const headers: Record<string, string> = { "X-Pulseboard-Fragment": "1" };
  if (version) headers["If-None-Match"] = version;
  try {
    const response = await fetch(url, {
      headers,
      redirect: "manual", // a redirect leads to the sign-in page
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await read(response);
  } catch {
    return { kind: "failed" };
  }
}

async function read(response: Response): Promise<Fetched> {
  const nowMs = Date.parse(response.headers.get("X-Pulseboard-Now") ?? "") || null;
  if (response.status === 304) return { kind: "unchanged", nowMs };
  if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
    return { kind: "signed-out" };
  }
  if (!response.ok) return { kind: "failed" };
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const page = parsed.getElementById("pb-page");
  if (page === null) return { kind: "failed" };
  return { kind: "page", page, version: response.headers.get("ETag") ?? "", nowMs };
}

export interface Posted {
  /** 0 when no answer came. */
  status: number;
  body: Record<string, unknown>;
  retryAfterSeconds: number;
}

/** Send *payload* to *url* as JSON with the token that proves it came from this page. */
export async function post(
  url: string,
  token: string,
  payload: object = {},
  signal: AbortSignal | null = null,
): Promise<Posted> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(payload),
      credentials: "same-origin",
      redirect: "manual",
      signal,
    });
    return {
      status: response.status,
      body: await jsonObject(response),
      retryAfterSeconds: Number(response.headers.get("Retry-After")) || 10,
    };
  } catch {
    return { status: 0, body: {}, retryAfterSeconds: 10 };
  }
}

async function jsonObject(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
