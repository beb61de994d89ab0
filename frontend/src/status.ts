/** The public page comes alive. It is complete without this script. */

import { LivePage } from "./status/live";

const words = document.getElementById("pb-words");
if (words !== null) new LivePage(JSON.parse(words.textContent ?? "{}")).start();
