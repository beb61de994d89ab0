/**
 * Make one tree of elements equal another while keeping the nodes that people may be at.
 *
 * Elements with `data-own` are the script's to fill. Children with a `data-key` are matched by it, others by position. A kept node keeps its
 * focus and scroll position. What a person set (an opened detail) is not taken back.
 */

/** Attributes that belong to the browser or to this script, not to the server. */
const OURS = new Set(["open", "data-contact", "data-changed"]);

export function morph(old: Element, fresh: Element): void {
  if (isHidden(fresh) || old.hasAttribute("data-own")) return;
  copyAttributes(old, fresh);
  morphChildren(old, fresh);
}

function copyAttributes(old: Element, fresh: Element): void {
  for (const { name } of Array.from(old.attributes)) {
    if (!fresh.hasAttribute(name) && !OURS.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!OURS.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function morphChildren(old: Element, fresh: Element): void {
  const keyed = new Map<string, Element>();
  for (const child of old.children) {
    const key = keyOf(child);
    if (key !== null) keyed.set(key, child);
  }
  let next: ChildNode | null = old.firstChild;
  for (const wanted of fresh.childNodes) {
    const key = keyOf(wanted);
    const kept = key === null ? next : (keyed.get(key) ?? null);
    if (kept !== null && canBecome(kept, wanted)) {
      if (kept === next) next = next.nextSibling;
      else moveBefore(old, kept, next);
      become(kept, wanted);
    } else {
      old.insertBefore(document.importNode(wanted, true), next);
    }
  }
  while (next !== null) {
    const gone: ChildNode = next;
    next = next.nextSibling;
    gone.remove();
  }
}

function become(kept: ChildNode, wanted: ChildNode): void {
  if (kept instanceof Element && wanted instanceof Element) morph(kept, wanted);
  else if (kept.nodeValue !== wanted.nodeValue) kept.nodeValue = wanted.nodeValue;
}

function canBecome(kept: ChildNode, wanted: ChildNode): boolean {
  return kept.nodeName === wanted.nodeName && keyOf(kept) === keyOf(wanted);
}

function keyOf(node: Node): string | null {
  return node instanceof Element ? node.getAttribute("data-key") : null;
}

/** A hidden input holds a token that is new in every answer; the old one stays good. */
function isHidden(element: Element): boolean {
  return element instanceof HTMLInputElement && element.type === "hidden";
}

function moveBefore(parent: Element, node: ChildNode, before: ChildNode | null): void {
  const active = document.activeElement;
  if ("moveBefore" in parent) {
    // Moves without removing, so focus stays by itself.
    (parent as Element & { moveBefore(n: Node, b: Node | null): void }).moveBefore(node, before);
    return;
  }
  const held = active instanceof HTMLElement && node.contains(active) ? active : null;
  (parent as Element).insertBefore(node, before);
  held?.focus({ preventScroll: true });
}
