/** The page as the script finds and changes it. The server rendered all of it. */

import type { Contact } from "./contact";
import { isPast } from "./contact";
import { durationText } from "./duration";
import { morph } from "./morph";
import { lostSentence, words } from "./words";

/** What the server told about the page, read from its `data-` attributes. */
export interface Told {
  refreshSeconds: number;
  mount: string;
  signIn: string;
  version: string;
  zone: string;
  /** Server time of the answer, milliseconds. */
  nowMs: number;
  checks: number;
  runsDone: number | null;
  isBusy: boolean;
  isTrusted: boolean;
}

export function pageElement(): HTMLElement | null {
  return document.getElementById("pb-page");
}

export function toldBy(page: HTMLElement): Told {
  const { dataset } = page;
  return {
    refreshSeconds: Number(dataset.refreshSeconds) || 30,
    mount: dataset.mount ?? "/",
    signIn: dataset.signIn ?? "",
    version: dataset.version ?? "",
    zone: dataset.zone ?? "UTC",
    nowMs: Date.parse(dataset.now ?? "") || Date.now(),
    checks: Number(dataset.checks) || 0,
    runsDone: dataset.runsDone ? Number(dataset.runsDone) : null,
    isBusy: dataset.busy === "true",
    isTrusted: dataset.trusted !== "false",
  };
}

/** Take over what the server sent; return what to announce, worst news first. */
export function swap(page: HTMLElement, fresh: HTMLElement): string[] {
  const before = statusWords(page);
  const { scrollX, scrollY } = window;
  morph(page, fresh);
  if (window.scrollY !== scrollY) window.scrollTo(scrollX, scrollY);
  const news: string[] = [];
  for (const [key, { card, title, word }] of statusWords(page)) {
    const old = before.get(key);
    if (old === undefined || old.word === word) continue;
    news.push(words.changed(title, word));
    card.setAttribute("data-changed", "");
    card.addEventListener("animationend", () => card.removeAttribute("data-changed"), { once: true });
  }
  return news;
}

interface CardWord {
  card: HTMLElement;
  title: string;
  word: string;
}

function statusWords(page: HTMLElement): Map<string, CardWord> {
  const found = new Map<string, CardWord>();
  for (const card of page.querySelectorAll<HTMLElement>(".pb-card[data-key]")) {
    const word = card.querySelector(".pb-word")?.textContent ?? "";
    found.set(card.dataset.key ?? "", { card, title: card.dataset.title ?? "", word });
  }
  return found;
}

/** Let every relative time grow to *nowMs* of the server's clock. */
export function tick(page: HTMLElement, nowMs: number): void {
  for (const element of page.querySelectorAll<HTMLElement>("[data-age-since]")) {
    const seconds = (nowMs - Date.parse(element.dataset.ageSince ?? "")) / 1000;
    setText(element, durationText(seconds));
  }
  for (const element of page.querySelectorAll<HTMLElement>("[data-next-at]")) {
    const seconds = (Date.parse(element.dataset.nextAt ?? "") - nowMs) / 1000;
    setText(element, words.next(Math.ceil(seconds)));
  }
}

export interface Trust {
  contact: Contact;
  /** Since the last good answer. */
  ageSeconds: number;
  /** Until the next request; null while one is under way. */
  retrySeconds: number | null;
  /** When the last good answer came, as the page writes times. */
  since: string;
}

/** Show how far the page may be believed. Data stay, and their contrast too. */
export function showTrust(page: HTMLElement, trust: Trust, told: Told): void {
  const { contact, ageSeconds } = trust;
  const was = page.dataset.contact ?? "live";
  page.dataset.contact = contact;
  if (isPast(contact)) {
    if (!isPast(was as Contact)) makePast(page);
    showLoss(page, trust, told);
    return;
  }
  const word = page.querySelector<HTMLElement>("[data-fresh-word]");
  const updated = page.querySelector<HTMLElement>("[data-fresh-updated]");
  if (word === null || updated === null) return;
  setText(word, contact === "late" ? words.late(ageSeconds) : told.isTrusted ? words.live : words.noChecks);
  updated.hidden = contact === "late";
}

/** Say "was" of every status and keep the sentence of the hero as the last known. */
function makePast(page: HTMLElement): void {
  const hero = page.querySelector<HTMLElement>(".pb-hero");
  const unknown = document.getElementById("pb-icon-unknown") as HTMLTemplateElement | null;
  if (hero !== null) {
    const sentence = hero.querySelector(".pb-hero-sentence")?.textContent ?? "";
    hero.dataset.lastKnown = page.dataset.trusted === "false" ? "" : sentence;
    replaceIcon(hero, unknown);
  }
  for (const status of page.querySelectorAll<HTMLElement>(".pb-card .pb-status")) {
    const word = status.querySelector(".pb-word");
    if (word !== null && !word.textContent?.startsWith("Was ")) {
      word.textContent = `Was ${word.textContent?.toLowerCase()}`;
    }
    replaceIcon(status, unknown);
  }
}

function replaceIcon(parent: Element, template: HTMLTemplateElement | null): void {
  const icon = parent.querySelector(":scope > .pb-icon");
  const fresh = template?.content.firstElementChild?.cloneNode(true);
  if (icon && fresh) icon.replaceWith(fresh);
}

function showLoss(page: HTMLElement, trust: Trust, told: Told): void {
  const hero = page.querySelector<HTMLElement>(".pb-hero");
  const sentence = hero?.querySelector<HTMLElement>(".pb-hero-sentence");
  const line = hero?.querySelector<HTMLElement>(".pb-hero-line");
  if (!hero || !sentence || !line) return;
  setText(sentence, lostSentence(trust.contact, trust.since));
  setText(line, lossLine(hero.dataset.lastKnown ?? "", trust));
  for (const element of hero.querySelectorAll<HTMLElement>(".pb-run, .pb-hero-fix")) element.hidden = true;
  showWayBack(hero, trust.contact, told);
}

function lossLine(lastKnown: string, { contact, retrySeconds }: Trust): string {
  const parts = lastKnown ? [words.lastKnown(lastKnown)] : [];
  if (contact !== "signed-out") {
    parts.push(retrySeconds === null ? words.asking : words.retrying(retrySeconds));
  }
  return parts.join(" ");
}

/** Offer the one thing a person can do: ask again, or sign in. */
function showWayBack(hero: HTMLElement, contact: Contact, told: Told): void {
  const kind = contact === "signed-out" ? "sign-in" : "retry";
  const present = hero.querySelector<HTMLElement>("[data-way-back]");
  if (present?.dataset.wayBack === kind) return;
  present?.remove();
  const made = kind === "retry" ? document.createElement("button") : document.createElement("a");
  if (made instanceof HTMLAnchorElement) made.href = told.signIn || location.href;
  else made.type = "button";
  made.className = "pb-button pb-primary";
  made.dataset.wayBack = kind;
  made.textContent = kind === "retry" ? words.retry : words.signIn;
  hero.append(made);
}

/** Mark the tab: it is read when the page is not. */
export function showTitle(contact: Contact, original: string): void {
  const suffix = isPast(contact) && contact !== "signed-out" ? " (stale)" : "";
  const wanted = `${original}${suffix}`;
  if (document.title !== wanted) document.title = wanted;
}

export function showSkew(page: HTMLElement, skewSeconds: number): void {
  const note = page.querySelector<HTMLElement>("[data-skew]");
  if (note === null) return;
  note.hidden = Math.abs(skewSeconds) <= 30;
  setText(note, note.hidden ? "" : words.skew(Math.abs(skewSeconds)));
}

export function showNotice(page: HTMLElement, text: string): void {
  const notice = page.querySelector<HTMLElement>("[data-notice]");
  if (notice !== null) setText(notice, text);
}

/** Return an instant as the server writes it, in the zone that the page names. */
export function clockText(ms: number, zone: string): string {
  const format: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...format, timeZone: zone }).format(ms);
  } catch {
    // A zone that this browser does not know.
    return new Intl.DateTimeFormat("en-GB", { ...format, timeZone: "UTC" }).format(ms);
  }
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
