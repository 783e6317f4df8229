// web/lib/router.js - turns addresses into pages and keeps focus and scroll where they belong.

/** Compiles `/patients/:id/:tab?` into a function that returns the parts of a path, or null. */
export function pathPattern(pattern) {
  const wanted = pattern.split("/").filter(Boolean);
  return (path) => {
    const given = path.split("/").filter(Boolean);
    if (given.length > wanted.length) return null;
    const parts = {};
    for (const [index, word] of wanted.entries()) {
      const value = given[index];
      if (word.startsWith(":")) {
        if (value === undefined && !word.endsWith("?")) return null;
        const text = value === undefined ? null : decode(value);
        if (value !== undefined && text === null) return null;
        parts[word.replace(/[:?]/g, "")] = text;
      } else if (word !== value) return null;
    }
    return parts;
  };
}

/** Returns the part of the address to come back to, if it lies on this box; otherwise `/`. */
export function safeReturnPath(path) {
  if (typeof path !== "string" || !path.startsWith("/")) return "/";
  if (path.startsWith("//") || path.includes("\\") || path.startsWith("/sign-in")) return "/";
  return path;
}

let running = null;

/** Goes to a path of this box with the running router. */
export const go = (path, options) => running?.go(path, options);

/** Runs the pages: one is open at a time, inside `outlet`. */
export class Router {
  #routes; #outlet; #open = null; #turn = 0; #hooks;

  /** `routes` are `{ pattern, load }`; `hooks.before(route)` may return another path. */
  constructor(routes, outlet, hooks) {
    this.#routes = routes.map((route) => ({ ...route, match: pathPattern(route.pattern) }));
    this.#outlet = outlet;
    this.#hooks = hooks;
  }

  /** Starts to listen to links and the back button, and shows the current address. */
  start() {
    running = this;
    window.addEventListener("popstate", () => this.show());
    document.addEventListener("click", (event) => this.#follow(event));
    return this.show({ isFirst: true });
  }

  /** Goes to a path of this box. */
  go(path, { isReplacing = false } = {}) {
    if (isReplacing) history.replaceState(null, "", path);
    else history.pushState(null, "", path);
    return this.show();
  }

  /** Takes the open page out of the document at once. */
  clear() {
    this.#turn += 1;
    this.#open?.page?.close?.();
    this.#open = null;
    this.#outlet.replaceChildren();
  }

  /** Shows the page of the current address. */
  async show({ isFirst = false } = {}) {
    const found = this.#find(location.pathname);
    const other = this.#hooks.before(found?.route ?? null);
    if (other && other !== location.pathname + location.search) {
      return this.go(other, { isReplacing: true });
    }
    if (!found) return this.#showNote(() => this.#hooks.missing());
    if (this.#hooks.isRefused(found.route)) return this.#showNote(() => this.#hooks.refused());
    if (this.#open?.route === found.route && this.#open.page?.change?.(found.parts)) {
      this.#hooks.after(found.route);
      return undefined;
    }
    this.clear();
    const turn = this.#turn;
    let module;
    try {
      module = await found.route.load();
    } catch {
      if (turn === this.#turn) this.#hooks.failed();
      return undefined;
    }
    if (turn !== this.#turn) return undefined;
    this.#open = { route: found.route, page: null };
    this.#open.page = module.open(this.#outlet, found.parts);
    window.scrollTo(0, 0);
    this.#hooks.after(found.route);
    if (!isFirst) this.#moveFocus();
    return undefined;
  }

  #find(path) {
    for (const route of this.#routes) {
      const parts = route.match(path);
      if (parts) return { route, parts };
    }
    return null;
  }

  #showNote(show) {
    this.clear();
    show();
    this.#moveFocus();
  }

  #moveFocus() {
    if (this.#outlet.contains(document.activeElement)) return;
    const heading = this.#outlet.querySelector("h1");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  #follow(event) {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a[href]");
    if (!link || link.origin !== location.origin || link.target || link.hasAttribute("download")) {
      return;
    }
    if (link.hash && link.pathname === location.pathname) return;
    if (!this.#find(link.pathname)) return;
    event.preventDefault();
    this.go(link.pathname + link.search + link.hash);
  }
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
