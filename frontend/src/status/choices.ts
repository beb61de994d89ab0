/** What the visitor chose, remembered by the browser where it allows that. */

import { isZone, type Zone } from "./zones";

const ZONE_KEY = "pulseboard-zone";
const THEME_KEY = "pulseboard-theme";
const THEMES = ["auto", "light", "dark", "contrast"];

export interface Choices {
  zone: Zone;
  /** Null: as the page's operator or the address says. */
  theme: string | null;
}

export function remembered(): Choices {
  const [zone, theme] = [read(ZONE_KEY), read(THEME_KEY)];
  return {
    zone: isZone(zone) ? zone : "local",
    theme: theme !== null && THEMES.includes(theme) ? theme : null,
  };
}

export function remember({ zone, theme }: Choices): void {
  try {
    localStorage.setItem(ZONE_KEY, zone);
    if (theme !== null) localStorage.setItem(THEME_KEY, theme);
  } catch {
    // Not allowed: it then holds for this page only.
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
