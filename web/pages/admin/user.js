// web/pages/admin/user.js - one account: who it is, what it may do, and what helps when stuck.
import { adminFrame } from "../../elements/admin-nav.js";
import { showConflict } from "../../elements/conflict-note.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, put } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";
import { go } from "../../lib/router.js";
import { may, session } from "../../lib/session.js";
import { announce, choiceField, doneNote, idOf, textField, valueOf, whenSubmitted } from "./form.js";
import { actsCard, factsCard, passwordNote } from "./user-acts.js";
import { roleNames, roleWords } from "./words.js";

/** Opens the page of one user, or of one to be added. */
export function open(outlet, { id }) {
  const isNew = id === "new";
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/users", title: isNew ? "Add a user" : "User",
      actions: html`<a class="button" href="/admin/users">All users</a>` }, body));
  const load = async () => {
    body.replaceChildren(loadingNote(isNew ? "the form" : "the user"));
    try {
      const [user, providers] = await Promise.all([
        isNew ? { roles: [], displayName: "", username: "" } : get(`/users/${encodeURIComponent(id)}`),
        loadProviders()]);
      new UserPage(body, user, providers, isNew).show();
    } catch (error) {
      body.replaceChildren(failedNote(error, error.status === 404 ? null : load));
    }
  };
  load();
  return {};
}

async function loadProviders() {
  if (!may("directory.change")) return [];
  return (await get("/admin/providers")).items;
}

class UserPage {
  #body; #user; #providers; #isNew; #note = null;

  constructor(body, user, providers, isNew) {
    this.#body = body;
    this.#user = user;
    this.#providers = providers;
    this.#isNew = isNew;
  }

  show() {
    const user = this.#user;
    const heading = this.#body.closest(".admin").querySelector("h1");
    if (!this.#isNew) heading.textContent = user.displayName;
    const isOwn = user.id === session.get().user?.id;
    this.#body.replaceChildren(
      ...[this.#note, this.#form(isOwn),
        this.#isNew ? null : factsCard(user),
        this.#isNew || !may("users.change") ? null
          : actsCard(user, isOwn, (changed, note) => this.#take(changed, note))].filter(Boolean));
    this.#note?.focus();
    this.#note = null;
  }

  #take(user, note) {
    this.#user = user;
    this.#note = note;
    this.show();
  }

  #form(isOwn) {
    const user = this.#user;
    const place = element`<div class="errors"></div>`;
    const form = element`<form class="card" novalidate><header><h2>Name and roles</h2></header>
      <div class="card-body form-grid">${place}
      ${this.#isNew ? textField("username", "Sign-in name", { isRequired: true,
    hint: "Letters, digits and . _ - @. It cannot be changed later." })
    : textField("username", "Sign-in name", { value: user.username, isReadOnly: true, isRequired: true })}
      ${textField("displayName", "Name that others see", { value: user.displayName, isRequired: true })}
      ${this.#roleChoices(isOwn)}
      ${this.#providers.length ? choiceField("practitionerId", "Provider record", [["", "None"],
    ...this.#providers.map((one) => [one.id, `${one.name}${one.npi ? `, NPI ${one.npi}` : ""}`])],
    { value: user.practitionerId ?? "", hint: "For people who treat patients: orders and notes name it." })
    : null}
      ${textField("ownPatientId", "Patient record", { value: user.ownPatientId ?? "",
    hint: "Only for the role Patient: the id of their own chart." })}
      <p class="buttons"><button type="submit" class="button first">
        ${this.#isNew ? "Add the user" : "Save"}</button></p></div></form>`;
    const own = form.querySelector(`#${idOf("ownPatientId")}`).closest(".field");
    const showOwn = () => {
      own.hidden = !form.querySelector("[value=PATIENT]").checked;
    };
    form.addEventListener("change", showOwn);
    showOwn();
    whenSubmitted(form, place, {
      title: this.#isNew ? "The user was not added" : "Nothing was saved",
      run: () => this.#send(form), onConflict: () => this.#showConflict(form, place),
    });
    return form;
  }

  #roleChoices(isOwn) {
    const box = ([role, [name, what]]) => html`<label>
      <input type="checkbox" name="roles" value="${role}" ?checked=${this.#user.roles.includes(role)}
        ?disabled=${isOwn}><span>${name}</span><span class="sub">${what}</span></label>`;
    return html`<fieldset class="group wide" id="${idOf("roles")}" tabindex="-1"><legend>Roles</legend>
      ${isOwn ? html`<p class="quiet">Nobody changes their own roles. Ask another administrator.</p>` : null}
      <div class="role-choices">${[...roleWords].map(box)}</div></fieldset>`;
  }

  #read(form) {
    const roles = [...form.querySelectorAll("[name=roles]:checked")].map(({ value }) => value);
    return {
      displayName: valueOf(form, "displayName"), roles,
      practitionerId: this.#providers.length
        ? valueOf(form, "practitionerId") || null : this.#user.practitionerId ?? null,
      ownPatientId: roles.includes("PATIENT") ? valueOf(form, "ownPatientId") || null : null,
    };
  }

  async #send(form) {
    const fields = this.#read(form);
    if (this.#isNew) {
      const user = await post("/users", { username: valueOf(form, "username"), ...fields });
      this.#body.replaceChildren(passwordNote(user, `${user.displayName} was added.`), html`<p class="choices">
        <a class="button" href="/admin/users/${user.id}">Open the account</a>
        <button type="button" class="button" @click=${() => go("/admin/users/new")}>Add another</button></p>`);
      this.#body.firstElementChild.focus();
      return;
    }
    const changed = await put(`/users/${this.#user.id}`, fields, { ifMatch: this.#user.version });
    announce("Saved.");
    this.#take(changed, doneNote("Saved. It holds from the next click on; changed roles end the "
      + "person's sessions."));
  }

  async #showConflict(form, place) {
    const mine = this.#read(form);
    const theirs = await get(`/users/${this.#user.id}`);
    const provider = (id) => this.#providers.find((one) => one.id === id)?.name ?? id ?? "";
    showConflict(place, {
      rows: [
        { label: "Name that others see", mine: mine.displayName, theirs: theirs.displayName },
        { label: "Roles", mine: roleNames(mine.roles), theirs: roleNames(theirs.roles) },
        { label: "Provider record", mine: provider(mine.practitionerId), theirs: provider(theirs.practitionerId) },
        { label: "Patient record", mine: mine.ownPatientId ?? "", theirs: theirs.ownPatientId ?? "" },
      ],
      takeTheirs: () => this.#take(theirs, doneNote("This is what is on the box now.")),
      saveMine: () => {
        this.#user = { ...this.#user, version: theirs.version };
        form.requestSubmit();
      },
    });
  }
}
