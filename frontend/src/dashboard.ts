/** The staff page comes alive. It is complete without this script. */

import { Announcer } from "./announcer";
import { Buttons } from "./buttons";
import { startKeys } from "./keys";
import { Poll } from "./poll";
import { pageElement } from "./screen";

const page = pageElement();
if (page !== null && page.dataset.refreshSeconds) {
  const announcer = new Announcer(voice());
  const poll = new Poll(page, announcer);
  const buttons = new Buttons(page, poll, announcer);
  buttons.start();
  startKeys(() => void buttons.run());
  poll.start();
}

/** Return the one element that is read aloud. It must exist before it is spoken into. */
function voice(): HTMLElement {
  const region = document.createElement("p");
  region.className = "pb-hidden";
  region.setAttribute("aria-live", "polite");
  region.dataset.voice = "";
  document.body.append(region);
  return region;
}
