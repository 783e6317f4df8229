// web/trust/trust.js - tries whether this device trusts the box, until it does.
const secure = document.body.dataset.secure;
const isStart = document.body.dataset.start === "yes";
const pauseMs = 3_000;
const waitMsMax = 8_000;
const part = (id) => document.getElementById(id);
let timer = null;

const states = {
  trusted: ["good", "This device trusts the box", "Everything between this device and the box is protected."],
  untrusted: ["warn", "This device does not trust the box yet",
    "Follow the steps below. If you have done so already, close the browser and open it again."],
};

function show(name) {
  const [tone, title, text] = states[name];
  part("state").className = `message ${tone}`;
  part("state-title").textContent = title;
  part("state-text").textContent = text;
  part("state-acts").hidden = name !== "trusted";
  part("state-again").hidden = name === "trusted";
}

async function isReached() {
  try {
    const answer = await fetch(new URL("/trust/check", secure), {
      method: "POST", mode: "cors", credentials: "omit", cache: "no-store",
      signal: AbortSignal.timeout(waitMsMax),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

async function check() {
  clearTimeout(timer);
  if (await isReached()) {
    show("trusted");
    if (isStart) location.replace(secure);
    return;
  }
  if (part("state").className !== "message warn") show("untrusted");
  timer = setTimeout(check, pauseMs);
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
