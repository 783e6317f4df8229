// web/pages/updates/words.js - how an update stands, in words.

/** Returns a tone, a title and a sentence for what the box says of its release. */
export function stateOf(answer) {
  const { package: one, record, result, version } = answer;
  if (answer.isAsked || one?.state === "trial") {
    return { tone: "info", title: "An update is under way",
      text: one?.state === "trial"
        ? `Release ${one.to} is tried. If it does not work, release ${one.from} comes back by itself.`
        : "A backup is made first." };
  }
  if (one?.notice && one.state !== "ordered") {
    return { tone: "danger", title: `The update to release ${one.to} was not made`, text: one.notice };
  }
  if (result && !result.done) {
    return { tone: "danger", title: "Nothing was installed", text: result.text };
  }
  if (one?.state === "ordered") {
    return { tone: "warn", title: `Release ${one.from} is back`, text: one.notice };
  }
  if (record?.phase === "failed") {
    return { tone: "danger", title: "The record could not be brought to another release",
      text: "It is as it was before." };
  }
  const text = one?.from && one.state === "confirmed"
    ? `It was put in the place of release ${one.from} and works.` : null;
  return { tone: "good", title: `Release ${version} runs`, text };
}
