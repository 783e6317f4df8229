// web/pages/admin/users.js - everybody with an account.
import { adminFrame } from "../../elements/admin-nav.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get } from "../../lib/api.js";
import { count, formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { may } from "../../lib/session.js";
import { choiceField, textField, valueOf } from "./form.js";
import { fitsFilter, isStale, roleNames, roleWords, userStates } from "./words.js";

const states = [["", "Every state"], ["active", "Can sign in"], ["closed", "Closed"],
  ["locked", "Locked by wrong passwords"], ["unused", "Not used for 90 days"]];

/** Opens the page. */
export function open(outlet) {
  const list = element`<section class="card"></section>`;
  const form = filters();
  outlet.replaceChildren(adminFrame(
    { path: "/admin/users", title: "Users",
      intro: "Each person has an account of their own. Open a name to change roles, give another "
        + "password, unlock or close the account.",
      actions: may("users.change")
        ? html`<a class="button first" href="/admin/users/new">Add a user</a>` : null },
    form, list));
  let users = [];
  const show = () => showUsers(list, form, users);
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  const load = async () => {
    list.replaceChildren(element`<div class="card-body">${loadingNote("users")}</div>`);
    try {
      users = (await get("/users")).items;
      show();
    } catch (error) {
      list.replaceChildren(element`<div class="card-body">${failedNote(error, load)}</div>`);
    }
  };
  load();
  return {};
}

function filters() {
  const search = textField("search", "Find by name", { isRequired: true, type: "search" });
  search.classList.add("grows");
  return element`<form class="admin-filters" role="search" aria-label="Users">
    ${search}
    ${choiceField("role", "Role", [["", "Every role"],
    ...[...roleWords].map(([key, [name]]) => [key, name])])}
    ${choiceField("state", "State", states)}
    <p class="count quiet" role="status"></p></form>`;
}

function showUsers(list, form, users) {
  const filter = { text: valueOf(form, "search"), role: valueOf(form, "role"),
    state: valueOf(form, "state") };
  const shown = users.filter((user) => fitsFilter(user, filter));
  form.querySelector(".count").textContent = shown.length === users.length
    ? count(users.length, "user") : `${shown.length} of ${count(users.length, "user")}`;
  if (!shown.length) {
    list.replaceChildren(element`<div class="card-body">
      ${emptyNote("Nobody fits. Take a filter away.")}</div>`);
    return;
  }
  list.replaceChildren(html`<div class="table-frame" tabindex="0" role="region" aria-label="Users">
    <table class="table"><thead><tr><th scope="col">Name</th><th scope="col">Roles</th>
      <th scope="col">State</th><th scope="col">Last used</th><th scope="col">Sessions</th></tr></thead>
    <tbody>${shown.map(row)}</tbody></table></div>`);
}

function row(user) {
  return html`<tr><th scope="row"><a href="/admin/users/${user.id}"><bdi>${user.displayName}</bdi></a>
      <span class="sub">${user.username}</span></th>
    <td>${roleNames(user.roles)}</td>
    <td><span class="tags">${userStates(user).map(({ word, kind }) =>
    html`<span class="tag ${kind}">${word}</span>`)}</span></td>
    <td class="nowrap">${user.lastUsedAt ? formatRecent(user.lastUsedAt) : "Never"}
      ${!user.isDisabled && isStale(user) ? html`<span class="sub">over 90 days</span>` : null}</td>
    <td class="number">${user.sessions || ""}</td></tr>`;
}
