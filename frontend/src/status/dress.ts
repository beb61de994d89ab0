/**
 * Makes what the server wrote into what the visitor sees: in their zone and theme, with
 * strips that answer to keys, and grey when nobody knows any more.
 *
 *   page of the server ──copy──▶ dress ──▶ morph into the page on the screen
 *
 * Every change goes this way, so that no two of them can contradict each other.
 */

import type { Choices } from "./choices";
import { type Bars, PITCH, sentenceOf } from "./strip";
import { durationText, fill, type Words } from "./words";
import { timeText, ZONES, zoneLabel, zoneName } from "./zones";

export interface Scene {
  words: Words;
  choices: Choices;
  bars: Bars | null;
  /** The bar that is open. */
  open: { slug: string; place: number } | null;
  trust: "live" | "stale" | "offline";
  /** By the server's clock. */
  nowMs: number;
}

export function dress(page: Document, scene: Scene): void {
  keep(page);
  showTimes(page, scene);
  showZones(page, scene);
  showTheme(page, scene.choices.theme);
  if (scene.bars !== null) showStrips(page, scene, scene.bars);
  showAge(page, scene);
  if (scene.trust !== "live") showPast(page, scene);
}

/** Let elements with a name be found again wherever they move. */
export function keep(page: Document): void {
  for (const element of page.querySelectorAll("main [id]")) element.setAttribute("data-key", element.id);
}

/** Return when the checks last gave a sign of life; null before the first. */
export function observedMs(page: Document): number | null {
  return Date.parse(page.querySelector<HTMLElement>("[data-observed]")?.dataset.observed ?? "") || null;
}

/** Say how old the page is; called every second, so it touches nothing else. */
export function showAge(page: Document, { words, choices, nowMs }: Scene): void {
  const line = page.querySelector("[data-updated]");
  const atMs = observedMs(page);
  if (line === null || atMs === null) return;
  const zone = zoneName(choices.zone, words.siteZone);
  const time = timeText(atMs, nowMs, zone, page.documentElement.lang, true);
  const text = fill(words.updated, { time, age: durationText((nowMs - atMs) / 1000, words) });
  if (line.textContent !== text) line.textContent = text;
}

function showTimes(page: Document, { words, choices, nowMs }: Scene): void {
  const zone = zoneName(choices.zone, words.siteZone);
  if (zone === words.siteZone) return; // as the server wrote them
  for (const time of page.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    time.textContent = timeText(Date.parse(time.dateTime), nowMs, zone, page.documentElement.lang);
  }
  // Days are the page's own in every zone, and so are the times within them.
  for (const list of page.querySelectorAll("[data-days]")) {
    list.after(made(page, "p", { class: "meta" }, `${words.zone} ${zoneLabel(words.siteZone, nowMs)}`));
  }
}

function showZones(page: Document, { words, choices, nowMs }: Scene): void {
  const line = page.querySelector("[data-zone]");
  if (line === null) return;
  const chosen = zoneName(choices.zone, words.siteZone);
  const select = made(page, "select", { "data-zone-choice": "" });
  const names = new Map(ZONES.map((zone) => [zoneName(zone, words.siteZone), zone]));
  for (const [name, zone] of names) {
    const option = made(page, "option", { value: zone }, zoneLabel(name, nowMs));
    if (name === chosen) option.setAttribute("selected", "");
    select.append(option);
  }
  const label = made(page, "label", {}, `${words.zone} `);
  label.append(select);
  line.replaceChildren(label);
}

function showTheme(page: Document, theme: string | null): void {
  if (theme === null) return;
  if (theme === "auto") delete page.documentElement.dataset.theme;
  else page.documentElement.dataset.theme = theme;
  for (const old of page.querySelectorAll<HTMLElement>("[data-theme-choice]")) {
    const value = old.dataset.themeChoice ?? "";
    const marks = value === theme ? { "aria-current": "true" } : { href: `?theme=${value}`, rel: "nofollow" };
    const name = value === theme ? "span" : "a";
    old.replaceWith(made(page, name, { "data-theme-choice": value, ...marks }, old.textContent ?? ""));
  }
}

function showStrips(page: Document, scene: Scene, bars: Bars): void {
  for (const row of page.querySelectorAll<HTMLElement>("[data-service]")) {
    const slug = row.dataset.service ?? "";
    const box = row.querySelector(".strip-box");
    if (box === null) continue;
    const name = row.querySelector(".row-name a")?.textContent ?? "";
    const attributes = { role: "group", tabindex: "0", "aria-label": fill(scene.words.history, { name }) };
    set(box, { ...attributes, "data-strip-box": slug, "data-key": `strip-${slug}` });
    if (scene.open?.slug === slug) openDay(page, box, scene, bars, scene.open);
  }
}

function openDay(
  page: Document,
  box: Element,
  { words, choices, nowMs }: Scene,
  bars: Bars,
  { slug, place }: { slug: string; place: number },
): void {
  const cursor = page.createElementNS("http://www.w3.org/2000/svg", "rect");
  set(cursor, { class: "cursor", x: `${place * PITCH - 0.5}`, width: `${PITCH}`, height: "32" });
  box.querySelector("svg")?.append(cursor);
  const said = sentenceOf(bars, slug, place);
  const isSite = zoneName(choices.zone, words.siteZone) === words.siteZone;
  const sentence = isSite ? said : fill(words.inZone, { sentence: said, zone: zoneLabel(words.siteZone, nowMs) });
  const panel = made(page, "div", { class: "day", "data-key": `day-${slug}` });
  panel.append(
    button(page, "-1", words.previous, place === 0),
    made(page, "p", { id: `day-${slug}`, "aria-live": "polite" }, sentence),
    button(page, "1", words.next, place === bars.names.length - 1),
  );
  set(box, { "aria-describedby": `day-${slug}` });
  (box.nextElementSibling ?? box).after(panel); // below the names of the first and last day
}

function button(page: Document, step: string, text: string, isEnd: boolean): HTMLElement {
  const ends = isEnd ? { "aria-disabled": "true" } : {};
  return made(page, "button", { type: "button", class: "button", "data-day-step": step, ...ends }, text);
}

/** Show that what stands here was so once. Nothing is cleared, and no text fades. */
function showPast(page: Document, scene: Scene): void {
  const banner = page.querySelector<HTMLElement>("[data-banner]");
  const heading = banner?.querySelector("h1");
  if (!banner || !heading) return;
  const { words } = scene;
  if (!banner.classList.contains("stale")) {
    const sentence = heading.textContent ?? "";
    banner.className = "banner unk stale";
    icon(banner, words.unknownIcon);
    heading.replaceChildren(...sinceNodes(page, scene));
    banner.querySelectorAll("p").forEach((line) => line.remove());
    heading.after(
      made(page, "p", {}, words.nothing),
      made(page, "p", {}, fill(words.lastBanner, { sentence })),
    );
    showPastRows(page, words);
    showPastTab(page, words, heading.textContent ?? "");
  }
  const why = banner.querySelector("p");
  if (scene.trust === "offline" && why) why.textContent = words.offline;
}

function sinceNodes(page: Document, { words, choices, nowMs }: Scene): (string | Node)[] {
  const atMs = observedMs(page) ?? nowMs;
  const zone = zoneName(choices.zone, words.siteZone);
  const text = timeText(atMs, nowMs, zone, page.documentElement.lang);
  const time = made(page, "time", { datetime: new Date(atMs).toISOString() }, text);
  const [before = "", after = ""] = words.unknown.split("{time}");
  return [before, time, after];
}

function showPastRows(page: Document, words: Words): void {
  page.body.classList.add("stale-page");
  for (const mark of page.querySelectorAll<HTMLElement>(".row-head .mark")) {
    mark.className = "mark unk";
    mark.textContent = fill(words.lastStatus, { status: mark.textContent?.trim() ?? "" });
  }
}

function showPastTab(page: Document, words: Words, heading: string): void {
  const site = page.querySelector(".site-name")?.textContent?.trim() ?? "";
  page.title = `${fill(words.staleTitle, { sentence: heading })} - ${site}`;
  const link = page.querySelector<HTMLLinkElement>("link[rel=icon]");
  const picture = decodeURIComponent(link?.getAttribute("href") ?? "");
  const grey = picture.replace(/(\bd=")[^"]*/, `$1${words.unknownIcon}`).replace(/(stroke=")#[^"]*/, "$1#7d8696");
  link?.setAttribute("href", grey.replace(/,(.*)/s, (_, svg: string) => `,${encodeURIComponent(svg)}`));
}

function icon(parent: Element, path: string): void {
  parent.querySelector(".icon path")?.setAttribute("d", path);
}

function made(page: Document, name: string, attributes: Record<string, string>, text = ""): HTMLElement {
  const element = page.createElement(name);
  set(element, attributes);
  if (text) element.textContent = text;
  return element;
}

function set(element: Element, attributes: Record<string, string>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
