// web/elements/proof-dialog.js - asks for a fresh proof of who one is, then lets the act go on.
import { post } from "../lib/api.js";
import { element } from "../lib/html.js";
import { usePasskey, whyNoPasskeys } from "../lib/passkeys.js";
import { session } from "../lib/session.js";
import { markField, showErrors } from "./error-summary.js";

let open = null;

/** Asks the person; resolves to whether they proved it. Two acts at once share one dialog. */
export function askForProof() {
  open ??= ask().finally(() => {
    open = null;
  });
  return open;
}

function ask() {
  const before = document.activeElement;
  const dialog = element`<dialog aria-labelledby="proof-title" aria-describedby="proof-text">
    <form class="dialog-body" novalidate>
      <h2 id="proof-title">Confirm that it is you</h2>
      <p id="proof-text">This change needs your password, so that nobody can make it at a screen
        that you left. It is asked for once in five minutes.</p>
      <div class="errors"></div>
      <input type="text" autocomplete="username" name="username" hidden
        .value=${session.get().user?.username ?? ""}>
      <div class="field"><label for="proof-password">Password</label>
        <input class="input" id="proof-password" type="password" autocomplete="current-password">
      </div>
      ${passkeyButton()}
      <div class="dialog-actions">
        <button type="button" class="button" data-cancel>Cancel</button>
        <button type="submit" class="button first">Confirm</button></div>
    </form></dialog>`;
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
  dialog.querySelector("#proof-password").focus();
  return new Promise((resolve) => {
    let isProved = false;
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.();
      resolve(isProved);
    });
    dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
    dialog.querySelector("[data-passkey]")?.addEventListener("click", async () => {
      isProved = await proveByPasskey(dialog);
      if (isProved) dialog.close();
    });
    dialog.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      isProved = await prove(dialog);
      if (isProved) dialog.close();
    });
  });
}

async function prove(dialog) {
  const password = dialog.querySelector("#proof-password");
  const errors = dialog.querySelector(".errors");
  const fail = (message, isOfField) => {
    if (isOfField) markField(password, message);
    showErrors(errors, "Not confirmed", [{ id: isOfField ? password.id : undefined, message }]);
    return false;
  };
  if (!password.value) return fail("Enter your password.", true);
  try {
    await post("/auth/proof", { password: password.value }, { isSignIn: true });
    return true;
  } catch (error) {
    password.value = "";
    return fail(error.message, error.status === 400);
  }
}

function passkeyButton() {
  if (!session.get().user?.hasFactor || whyNoPasskeys()) return null;
  return element`<p><button type="button" class="button" data-passkey>Use a passkey instead</button></p>`;
}

async function proveByPasskey(dialog) {
  try {
    const options = await post("/auth/proof/options", {}, { isSignIn: true });
    await post("/auth/proof/passkey", await usePasskey(options), { isSignIn: true });
    return true;
  } catch (error) {
    showErrors(dialog.querySelector(".errors"), "Not confirmed", [{ message: error.message }]);
    return false;
  }
}
