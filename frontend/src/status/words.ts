/** What the server lends the script to say, in the visitor's language. */

export interface Words {
  siteZone: string;
  unknownIcon: string;
  updated: string;
  seconds: string;
  minutes: string;
  hours: string;
  unknown: string;
  nothing: string;
  offline: string;
  lastBanner: string;
  lastStatus: string;
  staleTitle: string;
  again: string;
  changed: string;
  zone: string;
  previous: string;
  next: string;
  history: string;
  inZone: string;
}

/** Return *sentence* with its gaps, as in `{time}`, filled. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap));
}

/** Return the two largest units of a time below a day or two: "2 h 31 min". */
export function durationText(seconds: number, words: Words): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return fill(words.seconds, { n: whole });
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const rest = fill(words.minutes, { n: minutes % 60 });
  if (hours === 0) return rest;
  const wholeHours = fill(words.hours, { n: hours });
  return minutes % 60 ? `${wholeHours} ${rest}` : wholeHours;
}
