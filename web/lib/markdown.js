// web/lib/markdown.js - reads the plain Markdown of the handbook into a tree and into nodes.
//
// Known: headings, paragraphs, lists of one level, tables, code blocks, and inside a line
// `code`, **strong** and [text](address). Nothing else is read; anything else stays text.

/** Returns blocks: `{ kind, level?, text?, items?, isOrdered?, rows? }`. */
export function parseBlocks(text) {
  const lines = text.replaceAll("\r", "").split("\n");
  const blocks = [];
  let index = 0;
  while (index < lines.length) {
    const read = [readFence, readHeading, readTable, readList, readParagraph]
      .map((reader) => reader(lines, index)).find(Boolean);
    if (read) {
      blocks.push(read.block);
      index = read.next;
    } else index += 1;
  }
  return blocks;
}

/** Returns pieces of a line: `{ kind: "text" | "code" | "strong" | "link", text, address? }`. */
export function parseInline(line) {
  const shape = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
  const pieces = [];
  let end = 0;
  for (const found of line.matchAll(shape)) {
    if (found.index > end) pieces.push({ kind: "text", text: line.slice(end, found.index) });
    if (found[1]) pieces.push({ kind: "code", text: found[1] });
    else if (found[2]) pieces.push({ kind: "strong", text: found[2] });
    else pieces.push({ kind: "link", text: found[3], address: found[4] });
    end = found.index + found[0].length;
  }
  if (end < line.length) pieces.push({ kind: "text", text: line.slice(end) });
  return pieces;
}

/** Returns nodes for a handbook text; `addressOf` turns `x.md` into an address of this box. */
export function renderMarkdown(text, addressOf) {
  const inline = (line) => parseInline(line).map((piece) => inlineNode(piece, addressOf));
  return parseBlocks(text).map((block) => blockNode(block, inline));
}

function readFence(lines, start) {
  if (!lines[start].startsWith("```")) return null;
  let end = start + 1;
  while (end < lines.length && !lines[end].startsWith("```")) end += 1;
  return { block: { kind: "code", text: lines.slice(start + 1, end).join("\n") }, next: end + 1 };
}

function readHeading(lines, start) {
  const found = /^(#{1,4}) (.+)$/.exec(lines[start]);
  if (!found) return null;
  return { block: { kind: "heading", level: found[1].length, text: found[2] }, next: start + 1 };
}

function readTable(lines, start) {
  if (!lines[start].startsWith("|") || !/^\|[\s:|-]+\|$/.test(lines[start + 1] ?? "")) return null;
  const cells = (line) => line.slice(1, line.lastIndexOf("|")).split("|").map((cell) => cell.trim());
  let end = start + 2;
  while (lines[end]?.startsWith("|")) end += 1;
  const rows = [cells(lines[start]), ...lines.slice(start + 2, end).map(cells)];
  return { block: { kind: "table", rows }, next: end };
}

function readList(lines, start) {
  const item = /^(?:[-*]|(\d+)\.) (.+)$/;
  const first = item.exec(lines[start]);
  if (!first) return null;
  const items = [];
  let index = start;
  for (; index < lines.length; index += 1) {
    const found = item.exec(lines[index]);
    if (found) items.push(found[2]);
    else if (/^ {2,}\S/.test(lines[index])) items.push(`${items.pop()} ${lines[index].trim()}`);
    else break;
  }
  return { block: { kind: "list", isOrdered: Boolean(first[1]), items }, next: index };
}

function readParagraph(lines, start) {
  if (!lines[start].trim()) return null;
  let end = start;
  while (lines[end]?.trim() && !/^(#{1,4} |[-*] |\d+\. |\||```)/.test(lines[end])) end += 1;
  end = Math.max(end, start + 1);
  return { block: { kind: "paragraph", text: lines.slice(start, end).join(" ") }, next: end };
}

function node(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

function inlineNode({ kind, text, address }, addressOf) {
  if (kind === "text") return document.createTextNode(text);
  if (kind === "code") return node("code", text);
  if (kind === "strong") return node("strong", text);
  const link = node("a", text);
  link.setAttribute("href", addressOf(address));
  return link;
}

function blockNode(block, inline) {
  switch (block.kind) {
    case "heading": return node(`h${block.level}`, ...inline(block.text));
    case "code": {
      const code = node("pre", node("code", block.text));
      code.tabIndex = 0;
      return code;
    }
    case "list":
      return node(block.isOrdered ? "ol" : "ul",
        ...block.items.map((item) => node("li", ...inline(item))));
    case "table": return tableNode(block.rows, inline);
    default: return node("p", ...inline(block.text));
  }
}

function tableNode([head, ...rows], inline) {
  const headRow = node("tr", ...head.map((cell) => {
    const made = node("th", ...inline(cell));
    made.scope = "col";
    return made;
  }));
  const body = rows.map((row) => node("tr", ...row.map((cell) => node("td", ...inline(cell)))));
  return node("table", node("thead", headRow), node("tbody", ...body));
}
