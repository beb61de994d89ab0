import { beforeEach, expect, test } from "vitest";

import { morph } from "./morph";

let page: HTMLElement;

beforeEach(() => {
  document.body.innerHTML = "";
  page = tree('<li data-key="a"><a href="#a">A</a></li><li data-key="b"><a href="#b">B</a></li>');
  document.body.append(page);
});

function tree(inner: string): HTMLElement {
  const list = document.createElement("ul");
  list.innerHTML = inner;
  return list;
}

const texts = () => [...page.children].map((each) => each.textContent);

test("keyed elements are moved, not made again", () => {
  const b = page.children[1];
  morph(page, tree('<li data-key="b"><a href="#b">B!</a></li><li data-key="a"><a href="#a">A</a></li>'));
  expect(page.children[0]).toBe(b);
  expect(texts()).toEqual(["B!", "A"]);
});

test("who is at a moved element stays at it", () => {
  const link = page.querySelector<HTMLElement>("a[href='#b']")!;
  link.focus();
  morph(page, tree('<li data-key="b"><a href="#b">B</a></li><li data-key="a"><a href="#a">A</a></li>'));
  expect(document.activeElement).toBe(link);
});

test("what is new comes in, what is gone leaves, nothing is doubled", () => {
  morph(page, tree('<li data-key="c">C</li><li data-key="b">B</li>'));
  expect(texts()).toEqual(["C", "B"]);
  morph(page, tree(""));
  expect(texts()).toEqual([]);
});

test("attributes follow, except those that are ours", () => {
  page.setAttribute("data-contact", "lost");
  page.setAttribute("title", "old");
  const fresh = tree("");
  fresh.setAttribute("class", "new");
  morph(page, fresh);
  expect([page.className, page.title, page.dataset.contact]).toEqual(["new", "", "lost"]);
});

test("a detail that a person opened stays open", () => {
  page.innerHTML = '<details data-key="d"><summary>S</summary></details>';
  page.querySelector("details")!.setAttribute("open", "");
  morph(page, tree('<details data-key="d"><summary>T</summary></details>'));
  expect(page.querySelector("details")!.hasAttribute("open")).toBe(true);
  expect(page.textContent).toBe("T");
});

test("the token in a form stays, and so does what is the script's own", () => {
  page.innerHTML = '<input type="hidden" value="old"><p data-own>said</p>';
  morph(page, tree('<input type="hidden" value="new"><p data-own></p>'));
  expect(page.querySelector("input")!.value).toBe("old");
  expect(page.textContent).toBe("said");
});
