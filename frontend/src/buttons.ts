/** The buttons of the page: run the checks, acknowledge, resolve. Without us they are forms. */

import type { Announcer } from "./announcer";
import type { Poll } from "./poll";
import { showNotice } from "./screen";
import { type Posted, post } from "./server";
import { words } from "./words";

const PROGRESS_MS = 1000;

export class Buttons {
  /** Our own run is under way. */
  private isRunning = false;
  private waitUntilMs = 0;

  constructor(
    private readonly page: HTMLElement,
    private readonly poll: Poll,
    private readonly announcer: Announcer,
  ) {}

  start(): void {
    this.page.addEventListener("submit", (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement)) return;
      if ("run" in form.dataset) {
        event.preventDefault();
        void this.run();
      } else if (form.dataset.act) {
        event.preventDefault();
        void this.act(form);
      }
    });
    this.poll.onFresh(() => this.showRun());
    this.showRun();
  }

  /** Run the checks unless a run is under way, ours or anybody's. */
  async run(): Promise<void> {
    const form = this.form();
    if (form === null || form.hidden || this.isOccupied()) return;
    this.isRunning = true;
    this.showRun();
    const progress = setInterval(() => void this.poll.ask(), PROGRESS_MS);
    const posted = await post(`${this.poll.current.mount}api/run-health-checks`, tokenOf(form));
    clearInterval(progress);
    this.isRunning = false;
    this.ran(posted);
    await this.poll.ask();
    this.showRun();
  }

  private isOccupied(): boolean {
    return this.isRunning || this.poll.current.isBusy || performance.now() < this.waitUntilMs;
  }

  private ran(posted: Posted): void {
    const { status, body, retryAfterSeconds } = posted;
    if (status === 200) {
      this.tell(words.done((body.counts ?? {}) as Record<string, number>, Number(body.took_seconds) || 0));
    } else if (status === 409 || status === 202) {
      this.tell(typeof body.detail === "string" ? body.detail : words.running(null, this.poll.current.checks));
    } else if (status === 429) {
      this.waitUntilMs = performance.now() + retryAfterSeconds * 1000;
      this.countDown();
    } else if (status === 403) {
      this.form()?.remove();
    } else if (status !== 401) {
      this.tell(words.runFailed);
    }
  }

  private async act(form: HTMLFormElement): Promise<void> {
    const { act = "", alert = "" } = form.dataset;
    if (form.dataset.sent) return;
    form.dataset.sent = "true";
    const posted = await post(`${this.poll.current.mount}api/alerts/${alert}/${act}`, tokenOf(form));
    delete form.dataset.sent;
    this.tell(actText(act, posted.status));
    await this.poll.ask();
  }

  private tell(text: string): void {
    showNotice(this.page, text);
    this.announcer.say(text);
  }

  private countDown(): void {
    const left = Math.ceil((this.waitUntilMs - performance.now()) / 1000);
    this.showRun();
    if (left > 0) setTimeout(() => this.countDown(), 1000);
  }

  private showRun(): void {
    const button = this.form()?.querySelector("button");
    if (!button) return;
    const { isBusy, runsDone, checks } = this.poll.current;
    const left = Math.ceil((this.waitUntilMs - performance.now()) / 1000);
    // Not `disabled`: that would take the focus away from who pressed it.
    button.disabled = false;
    button.ariaDisabled = String(this.isOccupied());
    button.textContent =
      left > 0 ? words.wait(left) : this.isRunning || isBusy ? words.running(runsDone, checks) : words.run;
  }

  private form(): HTMLFormElement | null {
    return this.page.querySelector<HTMLFormElement>("form[data-run]");
  }
}

function actText(act: string, status: number): string {
  if (status === 200) return act === "resolve" ? words.resolved : words.acknowledged;
  if (status === 403) return words.notAllowed;
  return status === 404 ? words.gone : words.actFailed;
}

function tokenOf(form: HTMLFormElement): string {
  return form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}
