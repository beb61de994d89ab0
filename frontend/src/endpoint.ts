/** The endpoint's form: Test now, a name from the URL, one question before a bad save. */

import { EndpointForm } from "./endpointForm";

const form = document.querySelector<HTMLFormElement>("#endpoint_form");
const section = document.querySelector<HTMLElement>("#pb-test");
if (form !== null && section !== null) new EndpointForm(form, section).start();
