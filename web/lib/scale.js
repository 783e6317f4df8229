// web/lib/scale.js - axis arithmetic for plots: round tick values and readable time steps.

/** Returns round tick values that cover `low...high`, about `wanted` of them. */
export function valueTicks(low, high, wanted = 4) {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const ticks = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** Returns the value range of a plot: all values, near limits, and some air. */
export function valueRange(values, limits) {
  let low = Math.min(...values);
  let high = Math.max(...values);
  const span = Math.max(high - low, Math.abs(high) * 0.1, 1e-6);
  for (const limit of limits) {
    if (limit < low && low - limit <= span * 1.5) low = limit;
    if (limit > high && limit - high <= span * 1.5) high = limit;
  }
  const air = Math.max((high - low) * 0.08, span * 0.08);
  const isNeverNegative = low >= 0;
  return [isNeverNegative ? Math.max(0, low - air) : low - air, high + air];
}

const dayMs = 86_400_000;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Returns `{ ms, label }` ticks on round years, months or days between two times. */
export function timeTicks(fromMs, toMs, wanted = 5) {
  const days = (toMs - fromMs) / dayMs;
  if (days > 366 * 1.5) return yearTicks(fromMs, toMs, wanted);
  if (days > 45) return monthTicks(fromMs, toMs, wanted);
  return dayTicks(fromMs, toMs, wanted);
}

function yearTicks(fromMs, toMs, wanted) {
  const first = new Date(fromMs).getUTCFullYear();
  const last = new Date(toMs).getUTCFullYear();
  const step = [1, 2, 5, 10, 20, 50].find((size) => (last - first) / size <= wanted) ?? 100;
  const ticks = [];
  for (let year = Math.ceil(first / step) * step; year <= last; year += step) {
    const ms = Date.UTC(year, 0, 1);
    if (ms >= fromMs && ms <= toMs) ticks.push({ ms, label: String(year) });
  }
  return ticks;
}

function monthTicks(fromMs, toMs, wanted) {
  const start = new Date(fromMs);
  const spanMonths = (toMs - fromMs) / (dayMs * 30.4);
  const step = [1, 2, 3, 6].find((size) => spanMonths / size <= wanted) ?? 6;
  const ticks = [];
  let index = start.getUTCFullYear() * 12 + Math.ceil(start.getUTCMonth() / step) * step;
  for (; ; index += step) {
    const ms = Date.UTC(Math.floor(index / 12), index % 12, 1);
    if (ms > toMs) return ticks;
    if (ms < fromMs) continue;
    ticks.push({ ms, label: `${months[index % 12]} ${Math.floor(index / 12)}` });
  }
}

function dayTicks(fromMs, toMs, wanted) {
  const step = Math.max(1, Math.ceil((toMs - fromMs) / dayMs / wanted)) * dayMs;
  const ticks = [];
  for (let ms = Math.ceil(fromMs / dayMs) * dayMs; ms <= toMs; ms += step) {
    const day = new Date(ms);
    ticks.push({ ms, label: `${day.getUTCDate()} ${months[day.getUTCMonth()]}` });
  }
  return ticks;
}
