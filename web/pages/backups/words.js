// web/pages/backups/words.js - backups in the words of a clinic.

const units = ["bytes", "KB", "MB", "GB", "TB"];

/** Returns `1.4 GB`; in steps of a thousand, as disks are sold. */
export function formatBytes(bytes) {
  let value = Number(bytes) || 0;
  let step = 0;
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}

/** Returns `2 min 14 s`, `3 s`, `0.4 s`. */
export function formatSpan(ms) {
  const seconds = Math.max(0, Number(ms) || 0) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}\u00a0s`;
  if (seconds < 60) return `${Math.round(seconds)}\u00a0s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

const reasons = new Map([["hourly", "hour"], ["daily", "day"], ["weekly", "week"], ["monthly", "month"],
  ["newest", "newest three"], ["waits-for-proof", "waits for its proof"],
  ["held", "nothing is deleted at present"]]);

/** Returns why a copy is kept: `day, week`. */
export const formatReasons = (list) => list.map((one) => reasons.get(one) ?? one).join(", ");

/** The rows of the promise, in their order. */
export const tierWords = new Map([["hourly", "Hours"], ["daily", "Days"], ["weekly", "Weeks"],
  ["monthly", "Months"]]);

/** How a backup came to be. */
export const causeWords = new Map([["schedule", "By itself"], ["hand", "By hand"],
  ["upgrade", "Before an upgrade"], ["found", "Found on the disk"]]);

/** What goes on at present, in words; null where nothing does. */
export function activityWords(activity) {
  if (!activity) return null;
  const at = activity.subject ? ` at ${activity.subject}` : "";
  const words = {
    make: "A backup is being made", prove: `A backup is being proven${at}`,
    drill: "The recovery kit is being tried", copy: `A backup is being copied to ${activity.subject}`,
    check: "The database file is being checked",
  };
  return `${words[activity.act] ?? "The box is at work on its backups"}: ${activity.percent} %`;
}

/** The kinds of places, with what is to be written as their address. */
export const placeKinds = [
  { kind: "usb", label: "USB stick or disk", field: "Label of the stick",
    hint: "As its properties show it, such as BLUE. Several sticks that take turns may have the same "
      + "label: add each while it is plugged in." },
  { kind: "share", label: "Folder of another machine", field: "Where it is mounted on this box",
    hint: "A share (SMB, NFS) that this box mounts, such as /mnt/nas. Nothing is written while it is "
      + "not mounted." },
  { kind: "folder", label: "Another disk of this box", field: "Folder",
    hint: "The whole path of a folder that the box may write to, such as /mnt/disk2/backups." },
];
