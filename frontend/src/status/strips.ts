/** How people move along a strip: keys, a finger, and the two buttons of its panel. */

import type { Scene } from "./dress";
import { PITCH, placeAfter, placeAt } from "./strip";

export class Strips {
  /** A finger holds on to the strip that it began on, though panels may move it. */
  private held: HTMLElement | null = null;

  /** `show` is called after `scene` has changed. */
  constructor(
    private readonly scene: Scene,
    private readonly show: () => void,
  ) {}

  listen(): void {
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("focusin", (event) => this.focused(event.target as HTMLElement));
    document.addEventListener("click", (event) => this.stepped(event.target as Element));
    document.addEventListener("pointerdown", (event) => this.taken(event));
    document.addEventListener("pointermove", (event) => event.buttons & 1 && this.dragged(event.clientX));
  }

  private pressed(event: KeyboardEvent): void {
    const box = boxAround(event.target as Element);
    if (box === null || event.ctrlKey || event.altKey || event.metaKey) return;
    const range = { first: firstDrawn(box, this.last), last: this.last, isMirrored: isMirrored() };
    const place = placeAfter(event.key, this.scene.open?.place ?? this.last, range);
    if (place === null) return;
    event.preventDefault();
    this.open(box.dataset.stripBox ?? "", place);
  }

  private focused(target: HTMLElement): void {
    const slug = target.dataset.stripBox;
    if (slug !== undefined && slug !== this.scene.open?.slug) this.open(slug, this.scene.open?.place ?? this.last);
  }

  private stepped(target: Element): void {
    const step = target.closest<HTMLElement>("[data-day-step]")?.dataset.dayStep;
    const open = this.scene.open;
    if (step === undefined || open === null) return;
    this.open(open.slug, Math.min(this.last, Math.max(0, open.place + Number(step))));
  }

  private taken(event: PointerEvent): void {
    this.held = boxAround(event.target as Element);
    this.dragged(event.clientX);
  }

  private dragged(x: number): void {
    const drawn = this.held?.querySelector("svg")?.getBoundingClientRect();
    if (!this.held || !drawn || drawn.width === 0) return;
    const share = (x - drawn.left) / drawn.width;
    const place = placeAt(isMirrored() ? 1 - share : share, firstDrawn(this.held, this.last), this.last);
    this.open(this.held.dataset.stripBox ?? "", place);
  }

  private open(slug: string, place: number): void {
    const open = this.scene.open;
    if (open?.slug === slug && open.place === place) return;
    this.scene.open = { slug, place };
    this.show();
  }

  private get last(): number {
    return Math.max(0, (this.scene.bars?.names.length ?? 1) - 1);
  }
}

function boxAround(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>("[data-strip-box]");
}

/** Return the oldest bar that fits: a narrow page cuts the old end off. */
function firstDrawn(box: Element, last: number): number {
  const drawn = box.querySelector("svg")?.getBoundingClientRect().width ?? 0;
  const hidden = drawn - box.getBoundingClientRect().width;
  return hidden > 1 ? Math.round(((hidden / drawn) * ((last + 1) * PITCH)) / PITCH) : 0;
}

function isMirrored(): boolean {
  return document.dir === "rtl";
}
