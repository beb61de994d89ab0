/** Single-key shortcuts, which can be switched off (WCAG 2.1.4), and their help. */

const STORED = "pulseboard.shortcuts";

export function startKeys(run: () => void): void {
  const help = document.getElementById("pb-help") as HTMLDialogElement | null;
  const choice = help?.querySelector<HTMLInputElement>("[data-shortcuts]");
  if (!help || !choice) return;
  choice.checked = areOn();
  choice.addEventListener("change", () => remember(choice.checked));
  for (const opener of document.querySelectorAll<HTMLElement>("[data-open-help]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => help.showModal());
  }
  document.addEventListener("keydown", (event) => {
    if (!choice.checked || !isOurs(event) || help.open) return;
    if (event.key === "r") run();
    if (event.key === "?") help.showModal();
  });
}

/** Whether the key was meant for the page and not for a field or the browser. */
export function isOurs(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const target = event.target;
  return !(target instanceof Element && target.closest("input, textarea, select, [contenteditable]"));
}

function areOn(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true; // storage is forbidden here
  }
}

function remember(isOn: boolean): void {
  try {
    localStorage.setItem(STORED, isOn ? "on" : "off");
  } catch {
    // It holds for this page then.
  }
}
