/**
 * Keeps the page up to date: one request at a time, none while nobody looks.
 *
 *   visible: ask ──▶ wait the interval, or the back-off after a failure ──▶ ask …
 *   hidden:  nothing; on return one request
 */

import type { Announcer } from "./announcer";
import { type Contact, contactOf, isPast, waitSeconds } from "./contact";
import { fetchPage, type Fetched } from "./server";
import { clockText, showSkew, showTitle, showTrust, swap, tick, toldBy, type Told } from "./screen";
import { lostSentence, words } from "./words";

const TICK_MS = 1000;
/** Ticks so far apart mean that the machine slept, not that the server was away. */
const SLEPT_MS = 5000;

export class Poll {
  private told: Told;
  private title = document.title;
  private answeredMs = performance.now();
  private answeredServerMs: number;
  /** Server's clock minus `performance.now`, so that ages need not trust our clock. */
  private serverOffsetMs: number;
  private dueMs: number;
  /** When somebody began to look: before that nothing was asked, so nothing was lost. */
  private lookedMs = performance.now();
  private tickedMs = performance.now();
  private failures = 0;
  private isAsking = false;
  private isSignedOut = false;
  private listeners: (() => void)[] = [];

  constructor(
    private readonly page: HTMLElement,
    private readonly announcer: Announcer,
  ) {
    this.told = toldBy(page);
    this.answeredServerMs = this.told.nowMs;
    this.serverOffsetMs = this.told.nowMs - performance.now();
    this.dueMs = performance.now() + this.told.refreshSeconds * 1000;
  }

  start(): void {
    showSkew(this.page, (Date.now() - this.told.nowMs) / 1000);
    setInterval(() => this.tick(), TICK_MS);
    document.addEventListener("visibilitychange", () => this.returned());
    window.addEventListener("online", () => void this.ask());
    window.addEventListener("offline", () => this.show());
    window.addEventListener("pageshow", (event) => event.persisted && void this.ask());
    this.page.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-way-back='retry']")) void this.ask();
    });
    this.tick();
  }

  /** Call *listener* after every fresh page. */
  onFresh(listener: () => void): void {
    this.listeners.push(listener);
  }

  get current(): Told {
    return this.told;
  }

  /** Ask now, unless a request is under way. */
  async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const wasPast = this.showsPast();
    if (wasPast) this.show();
    const fetched = await fetchPage(location.pathname, wasPast ? "" : this.told.version);
    this.isAsking = false;
    this.take(fetched);
  }

  private take(fetched: Fetched): void {
    this.isSignedOut = fetched.kind === "signed-out";
    if (fetched.kind === "page" || fetched.kind === "unchanged") this.answered(fetched);
    else this.failures += 1;
    this.dueMs = performance.now() + waitSeconds(this.failures, this.told.refreshSeconds) * 1000;
    this.show();
  }

  private answered(fetched: Extract<Fetched, { kind: "page" | "unchanged" }>): void {
    const gapSeconds = (performance.now() - this.answeredMs) / 1000;
    const wasPast = this.showsPast();
    this.failures = 0;
    // It says "was" everywhere since the request left: the next one brings all of it.
    if (fetched.kind === "unchanged" && wasPast) return;
    this.answeredMs = performance.now();
    if (fetched.nowMs !== null) this.learnTime(fetched.nowMs);
    if (fetched.kind === "page") this.refresh(fetched.page, fetched.version, wasPast);
    if (wasPast) this.announcer.say(words.again(gapSeconds));
  }

  private refresh(fresh: HTMLElement, version: string, wasPast: boolean): void {
    this.page.dataset.contact = "live";
    const news = swap(this.page, fresh);
    this.told = { ...toldBy(this.page), version };
    this.title = this.page.dataset.tab ?? this.title;
    // After a gap one sentence says it all.
    if (!wasPast) news.forEach((each) => this.announcer.say(each));
    this.listeners.forEach((listener) => listener());
  }

  private learnTime(serverMs: number): void {
    this.answeredServerMs = serverMs;
    this.serverOffsetMs = serverMs - performance.now();
    showSkew(this.page, (Date.now() - serverMs) / 1000);
    const updated = this.page.querySelector<HTMLElement>("[data-fresh-updated]");
    const time = updated?.querySelector("time");
    const age = updated?.querySelector<HTMLElement>("[data-age-since]");
    const iso = new Date(serverMs).toISOString();
    if (time) {
      time.textContent = clockText(serverMs, this.told.zone);
      time.dateTime = iso;
    }
    if (age) age.dataset.ageSince = iso;
  }

  private tick(): void {
    const sleptMs = performance.now() - this.tickedMs;
    this.tickedMs = performance.now();
    if (document.hidden) return;
    if (sleptMs > SLEPT_MS) this.returned();
    if (!this.isAsking && !this.isSignedOut && performance.now() >= this.dueMs) void this.ask();
    this.show();
  }

  private returned(): void {
    if (document.hidden) return;
    this.lookedMs = performance.now();
    void this.ask();
  }

  private showsPast(): boolean {
    return isPast((this.page.dataset.contact ?? "live") as Contact);
  }

  private contact(): Contact {
    return contactOf({
      ageSeconds: (performance.now() - Math.max(this.answeredMs, this.lookedMs)) / 1000,
      refreshSeconds: this.told.refreshSeconds,
      isOnline: navigator.onLine,
      isSignedOut: this.isSignedOut,
    });
  }

  private show(): void {
    const contact = this.contact();
    const since = clockText(this.answeredServerMs, this.told.zone);
    if (isPast(contact) && this.page.dataset.contact !== contact) {
      this.announcer.say(`${lostSentence(contact, since)}.`.replace("..", "."));
    }
    showTrust(
      this.page,
      {
        contact,
        ageSeconds: (performance.now() - this.answeredMs) / 1000,
        retrySeconds: this.isAsking ? null : (this.dueMs - performance.now()) / 1000,
        since,
      },
      this.told,
    );
    showTitle(contact, this.title);
    if (!isPast(contact)) tick(this.page, performance.now() + this.serverOffsetMs);
  }
}
