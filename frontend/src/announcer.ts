/** One polite voice for the whole page: one message at a time, at most every 10 s. */

const EVERY_MS = 10_000;

export class Announcer {
  private waiting: string[] = [];
  private readyAt = 0; // milliseconds of `now`
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `region` is an aria-live element; `now` gives milliseconds. */
  constructor(
    private readonly region: HTMLElement,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Say *message* as soon as the last one is 10 s old; what piles up is said together. */
  say(message: string): void {
    if (!this.waiting.includes(message)) this.waiting.push(message);
    this.schedule();
  }

  private schedule(): void {
    if (this.timer !== undefined || this.waiting.length === 0) return;
    this.timer = setTimeout(() => this.speak(), Math.max(0, this.readyAt - this.now()));
  }

  private speak(): void {
    this.timer = undefined;
    this.region.textContent = this.waiting.join(" ");
    this.waiting = [];
    this.readyAt = this.now() + EVERY_MS;
  }
}
