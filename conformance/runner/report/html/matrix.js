// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The matrix of cases and testees, its filters, and how it is walked by keyboard.

// ---- The columns that are shown, and the table.

const FILTERS = ["text", "group", "level", "verdict", "role", "testee", "form"];
const DEFAULTS = {group: "failing"};
let columns = [];

function chooseColumns() {
  const testee = byId("testee").value;
  const form = byId("form").value;
  columns = allColumns.filter((column) => (!testee || column.testee.name === testee) &&
      (!form || column.form === form));
}

function drawCell(index, column) {
  const cell = cellOf(index, column);
  const one = report.cases[index];
  const where = `${one.id}, ${column.testee.name} ${column.form}`;
  if (!cell) {
    return make("td", {role: "gridcell", tabindex: -1, "aria-label": `${where}: no run`});
  }
  const figure = cell.worst === "PASS" ? `${cell.total}` :
      `${cell.total - cell.count("PASS")}/${cell.total}`;
  const td = make("td", {
    role: "gridcell", tabindex: -1, class: `full ${cellClass(cell, one.level)}`,
    title: cellWords(cell), "aria-label": `${where}: ${cellWords(cell)}`,
  }, make("span", {}, MARKS[cell.worst]), " ", make("span", {}, figure));
  td.cell = cell;
  return td;
}

function drawTableHead() {
  const names = make("tr", {role: "row"}, make("th", {role: "columnheader"}, "case"));
  const forms = make("tr", {role: "row"}, make("th", {role: "columnheader", "aria-label": "case"}));
  for (const testee of report.testees) {
    const own = columns.filter((column) => column.testee === testee);
    if (own.length === 0) continue;
    names.append(make("th", {role: "columnheader", class: "testee", title: testee.name,
      style: `--span: ${own.length}`}, testee.name));
    forms.append(...own.map((column) => make("th", {role: "columnheader", class: "form"}, column.form)));
  }
  return make("thead", {role: "rowgroup"}, names, forms);
}

// What failed stands in two groups before the sections, the most failed first.
function failingFirst() {
  const failed = (index) => columns.filter((column) => {
    const cell = cellOf(index, column);
    return cell && cell.failed > 0;
  }).length;
  const counts = report.cases.map((_, index) => failed(index));
  const all = counts.map((_, index) => index);
  const harness = (index) => columns.some((column) => {
    const cell = cellOf(index, column);
    return cell && cell.worst === "HARNESS";
  });
  const must = (index) => report.cases[index].level === "MUST" || harness(index);
  const failing = all.filter((index) => counts[index] > 0)
      .sort((one, other) => counts[other] - counts[one]);
  return [
    {title: "Failed: a MUST", style: "fail", indices: failing.filter(must)},
    {title: "Failed: a SHOULD", style: "should", indices: failing.filter((index) => !must(index))},
    ...bySection(all.filter((index) => counts[index] === 0)),
  ];
}

function bySection(indices) {
  const section = (index) => (reqs.get(report.cases[index].reqs[0]) || {}).section;
  return [...new Set(report.reqs.map((req) => req.section))].map((name) => ({
    title: name, indices: indices.filter((index) => section(index) === name)}));
}

// The groups in order: a title, a line below it, the indices of its cases.
function groups(kind) {
  const all = report.cases.map((_, index) => index);
  if (kind === "level") {
    return ["MUST", "SHOULD", "MAY"].map((name) => ({
      title: name, indices: all.filter((index) => report.cases[index].level === name)}));
  }
  if (kind === "requirement") {
    return report.reqs.map((req) => ({
      title: clauseHead(req.id), line: req.text,
      indices: all.filter((index) => report.cases[index].reqs.includes(req.id))}));
  }
  return kind === "section" ? bySection(all) : failingFirst();
}

function drawRow(index) {
  const one = report.cases[index];
  const row = make("tr", {role: "row", class: "case"},
      make("th", {role: "rowheader", class: "name"}, one.id, " ",
          make("span", {class: one.level.toLowerCase()}, one.level === "MUST" ? "" : one.level),
          make("small", {}, one.title)),
      ...columns.map((column) => drawCell(index, column)));
  row.index = index;
  return row;
}

function drawMatrix() {
  chooseColumns();
  const matrix = byId("matrix");
  matrix.style.setProperty("--columns", columns.length);
  matrix.classList.toggle("many", columns.length > 6);
  matrix.replaceChildren(drawTableHead());
  for (const group of groups(byId("group").value)) {
    if (group.indices.length === 0) continue;
    const head = make("th", {role: "rowheader", class: group.style,
      "aria-colspan": columns.length + 1}, group.title);
    if (group.line) head.append(make("p", {}, group.line));
    matrix.append(make("tbody", {role: "rowgroup"},
        make("tr", {role: "row", class: "group"}, head), ...group.indices.map(drawRow)));
  }
}

// ---- Filters. They stand in the address, so that a view can be sent on.

function hasVerdict(cell, verdict) {
  if (verdict === "not-passed") return cell.worst !== "PASS";
  if (verdict === "failed") return cell.count(...FAILED) > 0;
  if (verdict === "tried") return cell.count("PASS", ...FAILED) > 0;
  return cell.count(verdict) > 0;
}

function isShown(row) {
  const one = report.cases[row.index];
  const words = byId("text").value.toLowerCase().split(/\s+/);
  const text = [one.id, one.title, one.why, ...one.reqs].join(" ").toLowerCase();
  if (!words.every((word) => text.includes(word))) return false;
  const level = byId("level").value;
  if (level && one.level !== level) return false;
  if (byId("role").value && one.role !== byId("role").value) return false;
  const verdict = byId("verdict").value;
  if (!verdict && columns.length === allColumns.length) return true;
  return cellsOf(row).some((td) => td.cell && (!verdict || hasVerdict(td.cell, verdict)));
}

function applyFilters() {
  const shown = new Set();
  for (const body of document.querySelectorAll("#matrix tbody")) {
    const rows = [...body.querySelectorAll("tr.case")];
    for (const row of rows) {
      row.hidden = !isShown(row);
      row.style.display = row.hidden ? "none" : "";
      if (!row.hidden) shown.add(row.index);
    }
    body.style.display = rows.every((row) => row.hidden) ? "none" : "";
  }
  byId("shown").textContent = `${shown.size} of ${count(report.cases.length, "case")}`;
  byId("reset").hidden = FILTERS.every((id) => byId(id).value === (DEFAULTS[id] || ""));
  visited = null;
  const first = visibleRows()[0];
  if (first) setCurrent(cellsOf(first)[0]);
}

function writeAddress(cell) {
  const state = new URLSearchParams();
  for (const id of FILTERS) {
    if (byId(id).value !== (DEFAULTS[id] || "")) state.set(id, byId(id).value);
  }
  if (cell) {
    state.set("cell", [report.cases[cell.index].id, cell.column.testee.name, cell.column.form]);
  }
  history.replaceState(null, "", `#${state}`);
}

// Sets the filters, and tells what else the address wants: a cell or a clause.
function readAddress() {
  const state = new URLSearchParams(location.hash.slice(1));
  for (const id of FILTERS) {
    byId(id).value = state.get(id) || DEFAULTS[id] || "";
    if (byId(id).value === "") byId(id).value = DEFAULTS[id] || "";
  }
  return {cell: state.get("cell"), clause: state.get("req")};
}

// ---- The keyboard. One cell can be reached by Tab, the others by arrows.

const cellsOf = (row) => [...row.querySelectorAll("td")];
const visibleRows = () => [...document.querySelectorAll("#matrix tr.case")]
    .filter((row) => !row.hidden);
// The cell that Tab reaches; and the one where somebody has been, null before.
let current = null;
let visited = null;

function setCurrent(td) {
  if (current) current.tabIndex = -1;
  current = td;
  if (current) current.tabIndex = 0;
}

function focusCell(td) {
  setCurrent(td);
  // Not below the head of the table, which stays on top.
  byId("matrix").style.setProperty("--head", `${document.querySelector("#matrix thead").offsetHeight}px`);
  td.focus();
  td.scrollIntoView({block: "nearest"});
}

function moveBy(rows, cells) {
  const all = visibleRows();
  const row = current.closest("tr");
  const at = all.indexOf(row) + rows;
  const place = cellsOf(row).indexOf(current) + cells;
  const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));
  focusCell(cellsOf(all[clamp(at, all.length)])[clamp(place, columns.length)]);
}

// The next cell that is not passed, forwards (1) or backwards (-1), or null; from
// one end if `from` is null.
function nextNotPassed(from, step) {
  const all = visibleRows().flatMap(cellsOf);
  const begin = all.indexOf(from);
  let at = begin < 0 && step < 0 ? all.length - 1 : begin + step;
  for (; at >= 0 && at < all.length; at += step) {
    if (all[at].cell && all[at].cell.worst !== "PASS") return all[at];
  }
  return null;
}

const STEPS = {n: 1, j: 1, p: -1, k: -1};
const MOVES = {
  ArrowUp: () => moveBy(-1, 0),
  ArrowDown: () => moveBy(1, 0),
  ArrowLeft: () => moveBy(0, -1),
  ArrowRight: () => moveBy(0, 1),
  PageUp: () => moveBy(-10, 0),
  PageDown: () => moveBy(10, 0),
  Home: () => moveBy(0, -columns.length),
  End: () => moveBy(0, columns.length),
  Enter: () => open(current),
  " ": () => open(current),
};

// n, j, p and k work wherever the focus is but where a letter means itself, and in
// an open cell go on to the next one; the others are the grid's alone.
function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, select") || byId("clause").open) return;
  const step = STEPS[event.key];
  const move = event.target.closest("#matrix td") && current && MOVES[event.key];
  if (!step && !move) return;
  event.preventDefault();
  if (move) return move();
  const next = nextNotPassed(visited, step);
  if (!next) return;
  if (byId("details").open) open(next); else focusCell(next);
}
