// web/pages/setup/upload.js - sends a large file to the box in pieces.
import { ApiError } from "../../lib/api.js";

const pieceBytes = 8 * 1024 * 1024;

/** Sends a file piece by piece; `tell` gets the percentage that has arrived. */
export async function sendFile(file, tell) {
  if (file.size === 0) {
    throw new ApiError({ code: "empty", message: "This file is empty. Choose another one." });
  }
  let offset = 0;
  while (offset < file.size) {
    tell(Math.floor((100 * offset) / file.size));
    offset = await sendPiece(file, offset);
  }
  tell(100);
}

async function sendPiece(file, offset) {
  const answer = await reach(
    `/api/v1/setup/restore/upload?offset=${offset}&total=${file.size}`,
    file.slice(offset, offset + pieceBytes));
  if (answer.ok) return (await answer.json()).received;
  let told = null;
  try {
    told = (await answer.json()).error;
  } catch {
    told = null;
  }
  throw new ApiError({
    status: answer.status, message: told?.message ?? "The box could not take the file. Try again.",
  });
}

async function reach(address, body) {
  try {
    return await fetch(address, {
      method: "POST", body, credentials: "same-origin", cache: "no-store", redirect: "error",
      headers: { Accept: "application/json", "Content-Type": "application/octet-stream" },
    });
  } catch {
    throw new ApiError({
      message: "The box does not answer, or the file cannot be read. Choose it once more.",
    });
  }
}
