/**
 * The open page: asks again while somebody looks, and follows what they choose.
 *
 *   visible: ask ──▶ wait the interval, or 5, 10, 20, 40, 60 s after failures ──▶ ask …
 *   hidden:  nothing; on return one request
 *
 * It asks for the page itself: the browser sends the tag of what it has, and what comes
 * is what a reload would show.
 */

import { Announcer } from "../announcer";
import { waitSeconds } from "../contact";
import { morph } from "../morph";
import { remember, remembered } from "./choices";
import { dress, keep, observedMs, type Scene, showAge } from "./dress";
import { Strips } from "./strips";
import { isStale, skewMs } from "./trust";
import { durationText, fill, type Words } from "./words";
import { isZone } from "./zones";

const TICK_MS = 1000;
/** Ticks so far apart mean that the machine slept. */
const SLEPT_MS = 5000;
const TIMEOUT_MS = 10_000;

export class LivePage {
  /** As the server wrote it. */
  private written = document.cloneNode(true) as Document;
  private text = "";
  private readonly scene: Scene;
  private readonly announcer: Announcer;
  private skew = 0;
  private answeredMs = 0;
  /** The last answer before it was lost. */
  private lostMs = 0;
  private lookedMs = Date.now();
  private tickedMs = Date.now();
  private dueMs = Infinity;
  private failures = 0;
  private isAsking = false;

  constructor(private readonly words: Words) {
    this.announcer = new Announcer(voice());
    const choices = remembered();
    if (new URLSearchParams(location.search).has("theme")) choices.theme = null; // the address says it
    this.scene = { words, choices, bars: null, open: null, trust: "live", nowMs: Date.now() };
  }

  start(): void {
    keep(document);
    this.learn();
    this.show();
    this.listen();
    new Strips(this.scene, () => this.show()).listen();
    const observed = observedMs(this.written);
    if (this.fresh === null || !location.protocol.startsWith("http")) return;
    // Our clock may be wrong: the server is asked before its page is called old.
    const isDoubtful = observed !== null && Date.now() - observed > this.staleAfterMs;
    this.answeredMs = isDoubtful && !this.isWrittenStale ? observed : Date.now();
    this.dueMs = isDoubtful ? 0 : Date.now() + this.refreshMs;
    setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  private listen(): void {
    document.addEventListener("visibilitychange", () => this.returned());
    addEventListener("online", () => this.returned());
    addEventListener("offline", () => this.judge());
    addEventListener("pageshow", (event) => event.persisted && this.returned());
    document.addEventListener("change", (event) => this.chosen(event.target as HTMLElement));
    document.addEventListener("click", (event) => this.clicked(event));
  }

  // What the visitor does.

  private chosen(target: HTMLElement): void {
    if (!(target instanceof HTMLSelectElement) || target.dataset.zoneChoice === undefined) return;
    if (isZone(target.value)) this.scene.choices.zone = target.value;
    remember(this.scene.choices);
    this.show();
  }

  private clicked(event: MouseEvent): void {
    const theme = (event.target as Element).closest<HTMLElement>("a[data-theme-choice]");
    if (theme === null || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.scene.choices.theme = theme.dataset.themeChoice ?? "auto";
    remember(this.scene.choices);
    this.show();
  }

  // What time and the server do.

  private tick(): void {
    const slept = Date.now() - this.tickedMs;
    this.tickedMs = Date.now();
    if (document.hidden) return;
    if (slept > SLEPT_MS) this.returned();
    else if (Date.now() >= this.dueMs) void this.ask();
    this.judge();
    showAge(document, this.scene);
  }

  private returned(): void {
    if (document.hidden || this.dueMs === Infinity) return;
    this.lookedMs = Date.now();
    void this.ask();
    this.judge();
  }

  private async ask(): Promise<void> {
    if (this.isAsking || !navigator.onLine) return;
    this.isAsking = true;
    const text = await this.fetched();
    this.isAsking = false;
    this.failures = text === null ? this.failures + 1 : 0;
    this.dueMs = Date.now() + waitSeconds(this.failures, this.refreshMs / 1000) * 1000;
    if (text !== null) this.take(text);
    this.judge();
  }

  /** Return the page as the server writes it now; null without a good answer. */
  private async fetched(): Promise<string | null> {
    try {
      const url = location.pathname + location.search;
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(url, { cache: "no-cache", redirect: "manual", signal });
      if (response.type === "opaqueredirect") location.reload(); // to where one signs in
      if (!response.ok) return null;
      const text = await response.text();
      if (!text.includes("data-observed")) return null; // another page answered, such as a portal's
      this.skew = skewMs(response.headers.get("Date"), Date.now());
      return text;
    } catch {
      return null;
    }
  }

  private take(text: string): void {
    const gapSeconds = (Date.now() - this.answeredMs) / 1000;
    const wasPast = this.scene.trust !== "live";
    const before = said(this.written);
    this.answeredMs = Date.now();
    if (text !== this.text) {
      this.text = text;
      this.written = new DOMParser().parseFromString(text, "text/html");
      this.learn();
    }
    this.judge();
    this.show();
    if (this.scene.trust !== "live") return;
    if (wasPast) this.announcer.say(fill(this.words.again, { time: durationText(gapSeconds, this.words) }));
    else this.tell(before);
  }

  /** Say what changed since *before*. */
  private tell(before: Map<string, string>): void {
    for (const [name, status] of said(this.written)) {
      if ((before.get(name) ?? status) === status) continue;
      this.announcer.say(name ? fill(this.words.changed, { name, status }) : status);
    }
  }

  private learn(): void {
    const bars = this.written.getElementById("pb-bars")?.textContent;
    this.scene.bars = bars ? JSON.parse(bars) : null;
  }

  private judge(): void {
    this.scene.nowMs = Date.now() + this.skew;
    const trust = this.trust();
    if (trust === this.scene.trust) return;
    this.scene.trust = trust;
    this.lostMs = this.answeredMs;
    this.show();
    if (trust !== "live") this.announcer.say(document.querySelector("[data-banner] h1")?.textContent ?? "");
  }

  private trust(): Scene["trust"] {
    if (this.dueMs === Infinity) return "live";
    if (!navigator.onLine) return "offline";
    // Once lost, only an answer makes it speak for now again.
    const isLost = this.scene.trust !== "live" && this.answeredMs === this.lostMs;
    return isLost || this.isOld() ? "stale" : "live";
  }

  private isOld(): boolean {
    return isStale({
      observedMs: observedMs(this.written),
      answeredMs: this.answeredMs + this.skew,
      lookedMs: this.lookedMs + this.skew,
      nowMs: this.scene.nowMs,
      staleAfterMs: this.staleAfterMs,
      refreshMs: this.refreshMs,
    });
  }

  private show(): void {
    this.scene.nowMs = Date.now() + this.skew;
    const wanted = this.written.cloneNode(true) as Document;
    dress(wanted, this.scene);
    const [column, fresh] = [document.querySelector(".column"), wanted.querySelector(".column")];
    if (column && fresh) morph(column, fresh);
    document.body.className = wanted.body.className;
    const { theme } = wanted.documentElement.dataset;
    if (theme === undefined) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    if (document.title !== wanted.title) document.title = wanted.title;
    const [icon, freshIcon] = [document, wanted].map((page) => page.querySelector("link[rel=icon]"));
    if (icon && freshIcon && !icon.isEqualNode(freshIcon)) icon.replaceWith(document.importNode(freshIcon));
  }

  // What the server told about its page.

  private get fresh(): DOMStringMap | null {
    return this.written.querySelector<HTMLElement>("[data-observed]")?.dataset ?? null;
  }

  private get isWrittenStale(): boolean {
    return this.written.querySelector("[data-banner].stale") !== null;
  }

  private get staleAfterMs(): number {
    return (Number(this.fresh?.staleAfter) || 90) * 1000;
  }

  private get refreshMs(): number {
    return (Number(this.fresh?.refresh) || 60) * 1000;
  }
}

/** Return the status of each service by name, and the sentence of the banner by "". */
function said(page: Document): Map<string, string> {
  const found = new Map([["", page.querySelector("[data-banner] h1")?.textContent ?? ""]]);
  for (const row of page.querySelectorAll("[data-service]")) {
    const [name, mark] = [row.querySelector(".row-name a"), row.querySelector(".row-head .mark")];
    found.set(name?.textContent ?? "", mark?.textContent?.trim() ?? "");
  }
  return found;
}

/** Return the one element that is read aloud. It must exist before it is spoken into. */
function voice(): HTMLElement {
  const region = document.createElement("p");
  region.className = "hidden";
  region.setAttribute("aria-live", "polite");
  region.dataset.voice = "";
  document.body.append(region);
  return region;
}
