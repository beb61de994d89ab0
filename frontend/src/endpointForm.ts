/** Test now, as a person sees it. Everything a server said is put in as text. */

import { post, type Posted } from "./server";
import { suggestedTitle, trialOf } from "./trial";

/** The server gives up at 10 s; the rest is for what it takes to say so. */
const LIMIT_MS = 15_000;

export class EndpointForm {
  private running: AbortController | null = null;
  private hasFailed = false;
  private isConfirmed = false;
  private titleIsOurs: boolean;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly section: HTMLElement,
  ) {
    this.titleIsOurs = this.input("title")?.value === "";
  }

  start(): void {
    this.show(".pb-test-buttons", true);
    this.on(".pb-test-run", () => void this.test(false));
    this.on(".pb-test-body", () => void this.test(true));
    this.on(".pb-test-cancel", () => this.running?.abort());
    this.on(".pb-test-final", () => this.useFinalUrl());
    this.on(".pb-dialog-back", () => this.dialog()?.close());
    this.on(".pb-dialog-save", () => this.submit("_save"));
    this.on(".pb-dialog-paused", () => this.submit("_save_paused"));
    this.input("group")?.setAttribute("list", "pb-groups");
    this.input("target")?.addEventListener("input", () => this.suggest());
    this.input("title")?.addEventListener("input", () => (this.titleIsOurs = false));
    // What was tested is no more what stands there.
    this.form.addEventListener("input", () => (this.hasFailed = false));
    this.form.addEventListener("submit", (event) => this.ask(event));
  }

  /** Test exactly the values on screen; the focus stays where it is. */
  async test(showBody: boolean): Promise<void> {
    if (this.running !== null) return;
    const cancel = new AbortController();
    this.running = cancel;
    this.busy(true);
    const signal = AbortSignal.any([cancel.signal, AbortSignal.timeout(LIMIT_MS)]);
    const payload = this.values();
    if (showBody) payload.show_body = "on";
    const url = this.section.dataset.url ?? "";
    const posted = await post(url, payload.csrfmiddlewaretoken ?? "", payload, signal);
    this.running = null;
    this.busy(false);
    if (cancel.signal.aborted) this.say("Cancelled.");
    else this.showResult(posted);
  }

  private showResult(posted: Posted): void {
    const trial = trialOf(posted, (name) => this.labelOf(name));
    this.hasFailed = trial.status !== "healthy";
    this.say("");
    this.show(".pb-test-result", true);
    this.text(".pb-test-when span", new Date().toLocaleTimeString());
    this.text(".pb-test-verdict", trial.verdict);
    this.part(".pb-test-verdict").dataset.status = trial.status;
    this.text(".pb-test-sentence", trial.sentence);
    const lines = trial.lines.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    });
    this.part(".pb-test-lines").replaceChildren(...lines);
    this.show(".pb-test-final", trial.finalUrl !== "");
    this.part(".pb-test-final").dataset.url = trial.finalUrl;
    this.show(".pb-test-body", trial.lines.length > 0 && trial.snippet === "");
    this.text(".pb-test-snippet", trial.snippet);
    this.show(".pb-test-snippet", trial.snippet !== "");
    // One polite message: the verdict, and what to do about it.
    this.announce([trial.verdict, trial.sentence].filter(Boolean).join(". "));
  }

  private ask(event: SubmitEvent): void {
    const button = event.submitter?.getAttribute("name");
    if (!this.hasFailed || this.isConfirmed || button === "_save_paused") return;
    const dialog = this.dialog();
    if (dialog === null) return;
    event.preventDefault();
    dialog.showModal();
  }

  /** Save as the button *name* would, without asking again. */
  private submit(name: string): void {
    this.isConfirmed = true;
    this.dialog()?.close();
    const button = document.querySelector<HTMLElement>(`[name="${name}"]`);
    this.form.requestSubmit(button);
    this.isConfirmed = false;
  }

  private suggest(): void {
    const title = this.input("title");
    const target = this.input("target");
    if (this.titleIsOurs && title && target) title.value = suggestedTitle(target.value);
  }

  private useFinalUrl(): void {
    const target = this.input("target");
    const url = this.part(".pb-test-final").dataset.url;
    if (!target || !url) return;
    target.value = url;
    this.suggest();
    target.focus();
  }

  private values(): Record<string, string> {
    const values: Record<string, string> = {};
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string") values[name] = value;
    }
    return values;
  }

  private busy(isBusy: boolean): void {
    // Not disabled: a disabled button would lose the focus.
    this.part(".pb-test-run").setAttribute("aria-disabled", String(isBusy));
    this.show(".pb-test-cancel", isBusy);
    if (isBusy) this.say("Testing…");
  }

  /** Show *text* beside the button; what is not a result is announced, too. */
  private say(text: string): void {
    this.text(".pb-test-progress", text);
    if (text !== "") this.announce(text);
  }

  private announce(text: string): void {
    this.text(".pb-test-live", text);
  }

  private labelOf(name: string): string {
    const input = this.input(name);
    return input?.labels?.[0]?.textContent?.replace(/[:\s]+$/, "").trim() ?? name;
  }

  private input(name: string): HTMLInputElement | null {
    return this.form.querySelector(`[name="${name}"]`);
  }

  private dialog(): HTMLDialogElement | null {
    return this.section.querySelector("dialog");
  }

  private part(selector: string): HTMLElement {
    const found = this.section.querySelector<HTMLElement>(selector);
    if (found === null) throw new Error(`no ${selector} on this page`);
    return found;
  }

  private text(selector: string, text: string): void {
    this.part(selector).textContent = text;
  }

  private show(selector: string, isShown: boolean): void {
    this.part(selector).hidden = !isShown;
  }

  private on(selector: string, act: () => void): void {
    this.part(selector).addEventListener("click", act);
  }
}
