// web/trust/trust.js - tries whether this device trusts the box, until it does.
const { secure, second } = document.body.dataset;
const isStart = document.body.dataset.start === "yes";
const pauseMs = 3_000;
const waitMsMax = 8_000;
const part = (id) => document.getElementById(id);
let timer = null;

const states = {
  trusted: ["good", "This device trusts the box", "Everything between this device and the box is protected."],
  untrusted: ["warn", "This device does not trust the box yet",
    "Follow the steps below. If you have done so already, close the browser and open it again."],
  overridden: ["warn", "This browser goes on in spite of a warning",
    "Somebody told it to. The device itself does not trust the box yet: follow the steps below."],
};

function show(name) {
  const [tone, title, text] = states[name];
  part("state").className = `message ${tone}`;
  part("state-title").textContent = title;
  part("state-text").textContent = text;
  part("state-acts").hidden = name !== "trusted";
  part("state-again").hidden = name === "trusted";
}

async function isReached(place, method) {
  try {
    const answer = await fetch(new URL("/trust/check", place), {
      method, mode: "cors", credentials: "omit", cache: "no-store",
      signal: AbortSignal.timeout(waitMsMax),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/**
 * The word for what this device does. A browser that was told to go on in spite of a warning reaches
 * the box by its name, but not by its number; only a trusting one is worth telling the box of.
 */
async function judged() {
  if (!await isReached(secure, "GET")) return "untrusted";
  if (second && !await isReached(second, "GET")) return "overridden";
  return await isReached(secure, "POST") ? "trusted" : "untrusted";
}

let shown = null;

async function check() {
  clearTimeout(timer);
  const now = await judged();
  if (now !== shown) show(now);
  shown = now;
  if (now !== "trusted") timer = setTimeout(check, pauseMs);
  else if (isStart) location.replace(secure);
}

/** The part of the steps that is for this device. */
function platform() {
  const agent = navigator.userAgent;
  if (/iPhone|iPad|iPod/.test(agent)) return "iphone";
  if (/Macintosh/.test(agent)) return navigator.maxTouchPoints > 1 ? "iphone" : "mac";
  if (/Android/.test(agent)) return "android";
  if (/CrOS/.test(agent)) return "chromeos";
  if (/Firefox/.test(agent)) return "linux";
  return /Windows/.test(agent) ? "windows" : "linux";
}

const steps = document.querySelector(`[data-platform="${platform()}"]`);
if (steps) {
  steps.open = true;
  steps.parentElement.querySelector("p").after(steps);
}
part("again").addEventListener("click", check);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") check();
});
await check();
