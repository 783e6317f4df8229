// web/lib/html.js - builds nodes from tagged templates. Values never pass through the HTML parser.
//
// Only the literal parts of a template are parsed; each value is then set as text, as a node or as
// an attribute through the DOM, so a value can never become markup. Besides plain attributes a
// template may hold `@event=${function}`, `?flag=${boolean}` and `.property=${value}`.
// Spec: W3C Trusted Types, https://w3c.github.io/trusted-types/dist/spec/

const policy = globalThis.trustedTypes?.createPolicy("tribal-ehr", {
  createHTML: (markup) => markup,
}) ?? { createHTML: (markup) => markup };

const templates = new WeakMap();
const slotInText = /^slot-(\d+)$/;
const slotInValue = /slot-(\d+);/g;

/** Says whether the text that precedes a slot ends inside a tag. */
export function endsInsideTag(text, wasInside = false) {
  let inside = wasInside;
  for (const character of text) {
    if (character === "<") inside = true;
    else if (character === ">") inside = false;
  }
  return inside;
}

/** Joins the literal parts of a template, with a numbered mark where each value belongs. */
export function markupOf(strings) {
  if (!Array.isArray(strings.raw) || !Object.isFrozen(strings)) {
    throw new TypeError("html is a template tag; it does not take strings made at run time.");
  }
  let inside = false;
  return strings.reduce((markup, part, index) => {
    const joined = markup + part;
    if (index === strings.length - 1) return joined;
    inside = endsInsideTag(part, inside);
    return joined + (inside ? `slot-${index};` : `<!--slot-${index}-->`);
  }, "");
}

/** Says whether an attribute may take a value made at run time. */
export function isSafeAttribute(name, value) {
  if (name.startsWith("on") || name === "style" || name === "srcdoc") return false;
  const isAddress = ["href", "src", "action", "formaction", "xlink:href"].includes(name);
  return !isAddress || /^(?:\/(?!\/)|[#?.]|tel:|mailto:)/.test(String(value)) || value === "";
}

/** Returns a document fragment made from a template. */
export function html(strings, ...values) {
  let template = templates.get(strings);
  if (!template) {
    template = document.createElement("template");
    template.innerHTML = policy.createHTML(markupOf(strings));
    templates.set(strings, template);
  }
  const fragment = document.importNode(template.content, true);
  fill(fragment, values);
  return fragment;
}

/** Returns the one element that a template holds. */
export function element(strings, ...values) {
  return html(strings, ...values).firstElementChild;
}

/** Returns an SVG element with attributes and children. */
export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function fill(fragment, values) {
  const walker = document.createTreeWalker(
    fragment, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (const node of nodes) {
    if (node.nodeType === Node.ELEMENT_NODE) fillAttributes(node, values);
    else {
      const slot = slotInText.exec(node.data);
      if (slot) node.replaceWith(...nodesOf(values[Number(slot[1])]));
    }
  }
}

function fillAttributes(node, values) {
  for (const { name, value } of [...node.attributes]) {
    if (!value.includes("slot-")) continue;
    const slots = [...value.matchAll(slotInValue)];
    if (slots.length === 0) continue;
    const first = values[Number(slots[0][1])];
    const kind = name[0];
    if (kind === "@" || kind === "." || kind === "?") {
      node.removeAttribute(name);
      setSpecial(node, kind, name.slice(1), first);
      continue;
    }
    const isWhole = slots.length === 1 && slots[0][0] === value;
    if (isWhole && (first === null || first === undefined || first === false)) {
      node.removeAttribute(name);
      continue;
    }
    const text = value.replaceAll(slotInValue, (_, index) => values[Number(index)] ?? "");
    if (!isSafeAttribute(name, text)) throw new TypeError(`The attribute ${name} refuses a value.`);
    node.setAttribute(name, text);
  }
}

function setSpecial(node, kind, name, value) {
  if (kind === "@") {
    if (value) node.addEventListener(name, value);
  } else if (kind === "?") {
    node.toggleAttribute(name, Boolean(value));
  } else {
    if (name.endsWith("html")) throw new TypeError("A template does not set markup.");
    node[name] = value;
  }
}

function nodesOf(value) {
  if (value === null || value === undefined || value === false || value === true) return [];
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  if (value instanceof Node) return [value];
  return [document.createTextNode(String(value))];
}
