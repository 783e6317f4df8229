// web/lib/styles.js - loads a module's own style sheet once.

const loaded = new Map();

/** Adds the style sheet and resolves when it is usable, or when it could not be had. */
export function addStyle(file, moduleAddress) {
  const address = new URL(file, moduleAddress).href;
  if (!loaded.has(address)) {
    loaded.set(address, new Promise((resolve) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = address;
      link.addEventListener("load", resolve, { once: true });
      link.addEventListener("error", resolve, { once: true });
      document.head.append(link);
    }));
  }
  return loaded.get(address);
}
