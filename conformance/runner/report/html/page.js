// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Draws the report that stands in the page as JSON (see report_html.cc for its
// keys). Text is only ever set as text, never as markup.
"use strict";

const byId = (id) => document.getElementById(id);
const report = JSON.parse(byId("report").textContent);
const reqs = new Map(report.reqs.map((req) => [req.id, req]));

// A verdict's place in a cell's counts; a later one is not worse by that.
const VERDICTS =
    ["PASS", "FAIL", "CRASH", "HANG", "UNSUPPORTED", "HARNESS", "NOT_LOOKED_AT"];
const WORST_FIRST =
    ["HARNESS", "CRASH", "HANG", "FAIL", "NOT_LOOKED_AT", "UNSUPPORTED", "PASS"];
const MARKS = {PASS: "✓", FAIL: "F", CRASH: "C", HANG: "H", UNSUPPORTED: "U", HARNESS: "!",
  NOT_LOOKED_AT: "?"};
const FILTERS = ["text", "group", "level", "verdict", "role"];

// make("a", {href: "#x"}, "text", node...): an element.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// ---- The score.

function drawScores() {
  byId("lead").textContent = `Suite ${report.suite}, specification ${report.spec}: ` +
      `${report.cases.length} cases, ${report.reqs.length} requirements, ` +
      `${report.testees.length} testee${report.testees.length === 1 ? "" : "s"}. ` +
      "Nothing is blended into one figure.";
  const body = document.querySelector("#scores tbody");
  for (const testee of report.testees) {
    const name = [testee.name, testee.version].filter(Boolean).join(" ");
    testee.classes.forEach((each, index) => {
      const row = make("tr");
      if (index === 0) {
        row.append(make("th", {scope: "row", rowspan: testee.classes.length}, name,
            make("br"), make("small", {class: "soft"}, testee.language)));
      }
      row.append(make("td", {class: "word"}, `${each.role} ${each.form}`), ...scoreCells(each));
      body.append(row);
    });
  }
  const uncited = report.reqs.filter((req) => req.cases === 0);
  byId("uncited").hidden = uncited.length === 0;
  document.querySelector("#uncited summary").textContent = `${uncited.length} of ` +
      `${report.reqs.length} requirements are cited by no case`;
  document.querySelector("#uncited ul").append(...uncited.map((req) => make("li", {},
      clauseHead(req.id), ` ${req.text} `, make("span", {class: "soft"}, `(a breach shows by ${req.by})`))));
}

function scoreCells(each) {
  if (each.state !== "RAN") return [make("td", {class: "note", colspan: 5}, each.note)];
  const score = each.score;
  const failed = (count, total, level) => make("td",
      {class: count ? level : undefined}, `${count} of ${total}`);
  const plain = (count, total) => make("td", {}, `${count} of ${total}`);
  return [
    failed(score.must_failed, score.must_total, "must"),
    failed(score.should_failed, score.should_total, "should"),
    plain(score.must_passed + score.should_passed, score.must_total + score.should_total),
    plain(score.runs_tried, score.runs_total),
    plain(score.reqs_tried, score.reqs_total),
  ];
}

function clauseHead(id) {
  const req = reqs.get(id);
  const level = req ? req.level : "";
  return make("span", {}, make("code", {}, id), " ", make("span", {class: level.toLowerCase()}, level));
}

// ---- The matrix. A column is a testee in one form; the case gives the role.

const columns = report.testees.flatMap((testee) => ["sync", "async"].map((form) => ({
  testee, form,
  classes: testee.classes.filter((each) => each.form === form && each.state === "RAN"),
}))).filter((column) => column.classes.length > 0);

// The cell of that case in that column, or null: its counts and what is known
// of its runs.
function cellOf(index, column) {
  const role = report.cases[index].role;
  const each = column.classes.find((one) => one.role === role);
  const counts = each && each.cells[index];
  if (!counts) return null;
  const count = (verdict) => counts[VERDICTS.indexOf(verdict)] || 0;
  const total = counts.reduce((sum, one) => sum + one, 0);
  return {
    index, column, count, total,
    worst: WORST_FIRST.find((verdict) => count(verdict) > 0),
    runs: each.runs[index] || [],
  };
}

function cellWords(cell) {
  const seen = WORST_FIRST.filter((verdict) => cell.count(verdict) > 0);
  return seen.map((verdict) => `${verdict} ${cell.count(verdict)}`).join(", ") +
      ` of ${cell.total} ${cell.total === 1 ? "run" : "runs"}`;
}

function cellClass(cell, level) {
  if (cell.worst === "PASS") return "pass";
  if (cell.worst === "UNSUPPORTED" || cell.worst === "NOT_LOOKED_AT") {
    return "unsupported";
  }
  return level === "MUST" || cell.worst === "HARNESS" ? "fail" : "should";
}

function drawCell(index, column) {
  const cell = cellOf(index, column);
  const one = report.cases[index];
  const where = `${one.id}, ${column.testee.name} ${column.form}`;
  if (!cell) {
    return make("td", {role: "gridcell", tabindex: -1, "aria-label": `${where}: no run`});
  }
  const count = cell.worst === "PASS" ? `${cell.total}` :
      `${cell.total - cell.count("PASS")}/${cell.total}`;
  const td = make("td", {
    role: "gridcell", tabindex: -1, class: `full ${cellClass(cell, one.level)}`,
    title: cellWords(cell), "aria-label": `${where}: ${cellWords(cell)}`,
  }, make("span", {}, MARKS[cell.worst]), " ", make("span", {}, count));
  td.cell = cell;
  return td;
}

function drawHead() {
  const names = make("tr", {role: "row"}, make("th", {role: "columnheader"}, "case"));
  const forms = make("tr", {role: "row"}, make("th", {role: "columnheader", "aria-label": "case"}));
  for (const testee of report.testees) {
    const own = columns.filter((column) => column.testee === testee);
    if (own.length === 0) continue;
    names.append(make("th", {role: "columnheader", class: "testee", title: testee.name,
      style: `--span: ${own.length}`}, testee.name));
    forms.append(...own.map((column) => make("th", {role: "columnheader"}, column.form)));
  }
  return make("thead", {role: "rowgroup"}, names, forms);
}

// The groups in order: a title, a line below it, the indices of its cases.
function groups(kind) {
  const all = report.cases.map((_, index) => index);
  const level = (index) => report.cases[index].level;
  if (kind === "level") {
    return ["MUST", "SHOULD", "MAY"].map((name) => ({
      title: name, indices: all.filter((index) => level(index) === name)}));
  }
  if (kind === "requirement") {
    return report.reqs.map((req) => ({
      title: clauseHead(req.id), line: req.text,
      indices: all.filter((index) => report.cases[index].reqs.includes(req.id))}));
  }
  const section = (index) => (reqs.get(report.cases[index].reqs[0]) || {}).section;
  return [...new Set(report.reqs.map((req) => req.section))].map((name) => ({
    title: name, indices: all.filter((index) => section(index) === name)}));
}

function drawMatrix() {
  const matrix = byId("matrix");
  matrix.style.setProperty("--columns", columns.length);
  matrix.replaceChildren(drawHead());
  for (const group of groups(byId("group").value)) {
    if (group.indices.length === 0) continue;
    const body = make("tbody", {role: "rowgroup"});
    const head = make("th", {role: "rowheader", "aria-colspan": columns.length + 1}, group.title);
    if (group.line) head.append(make("p", {}, group.line));
    body.append(make("tr", {role: "row", class: "group"}, head));
    for (const index of group.indices) {
      const one = report.cases[index];
      const row = make("tr", {role: "row", class: "case"},
          make("th", {role: "rowheader", class: "name"}, one.id, " ",
              make("span", {class: one.level.toLowerCase()}, one.level === "MUST" ? "" : one.level),
              make("small", {}, one.title)),
          ...columns.map((column) => drawCell(index, column)));
      row.index = index;
      body.append(row);
    }
    matrix.append(body);
  }
}

// ---- Filters. They stand in the address, so that a view can be sent on.

function isShown(row) {
  const one = report.cases[row.index];
  const words = byId("text").value.toLowerCase().split(/\s+/);
  const text = [one.id, one.title, one.why, ...one.reqs].join(" ").toLowerCase();
  if (!words.every((word) => text.includes(word))) return false;
  if (byId("level").value && one.level !== byId("level").value) return false;
  if (byId("role").value && one.role !== byId("role").value) return false;
  const verdict = byId("verdict").value;
  if (!verdict) return true;
  return cellsOf(row).some((td) => td.cell && (verdict === "not-passed" ?
      td.cell.worst !== "PASS" : td.cell.count(verdict) > 0));
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
  byId("shown").textContent = `${shown.size} of ${report.cases.length} cases`;
  const first = visibleRows()[0];
  if (first) setCurrent(cellsOf(first)[0]);
  writeAddress();
}

function writeAddress(cell) {
  const state = new URLSearchParams();
  for (const id of FILTERS) {
    if (byId(id).value && byId(id).value !== "section") state.set(id, byId(id).value);
  }
  if (cell) {
    state.set("cell", [report.cases[cell.index].id, cell.column.testee.name, cell.column.form]);
  }
  history.replaceState(null, "", `#${state}`);
}

function readAddress() {
  const state = new URLSearchParams(location.hash.slice(1));
  for (const id of FILTERS) {
    if (state.has(id)) byId(id).value = state.get(id);
    if (byId(id).value === "") byId(id).value = id === "group" ? "section" : "";
  }
  return state.get("cell");
}

// ---- The keyboard. One cell can be reached by Tab, the others by arrows.

const cellsOf = (row) => [...row.querySelectorAll("td")];
const visibleRows = () => [...document.querySelectorAll("#matrix tr.case")]
    .filter((row) => !row.hidden);
let current = null;

function setCurrent(td) {
  if (current) current.tabIndex = -1;
  current = td;
  if (current) current.tabIndex = 0;
}

function focusCell(td) {
  setCurrent(td);
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

// The next cell that is not passed, forwards (1) or backwards (-1), or null.
function nextNotPassed(from, step) {
  const all = visibleRows().flatMap(cellsOf);
  for (let at = all.indexOf(from) + step; at >= 0 && at < all.length; at += step) {
    if (all[at].cell && all[at].cell.worst !== "PASS") return all[at];
  }
  return null;
}

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
  n: () => focusCell(nextNotPassed(current, 1) || current),
  p: () => focusCell(nextNotPassed(current, -1) || current),
};

function onGridKey(event) {
  const move = MOVES[event.key];
  if (!move || !current || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  move();
}

// ---- What a cell opens.

function open(td) {
  if (!td || !td.cell) return;
  setCurrent(td);
  const details = byId("details");
  details.replaceChildren(...describe(td));
  if (!details.open) details.showModal();
  details.scrollTop = 0;
  // What decided stands at the end of a log.
  for (const log of details.querySelectorAll("pre.log")) log.scrollTop = log.scrollHeight;
  details.querySelector(".close").focus();
  writeAddress(td.cell);
}

function describe(td) {
  const cell = td.cell;
  const one = report.cases[cell.index];
  const broken = new Set(cell.runs.map((run) => run.req).filter(Boolean));
  // A run may break another clause than those that the case is about.
  const clauses = new Set([...one.reqs, ...broken]);
  const button = (text, target) => {
    const element = make("button", {type: "button"}, text);
    element.disabled = !target;
    element.addEventListener("click", () => open(target));
    return element;
  };
  const close = make("button", {type: "button", class: "close"}, "Close");
  close.addEventListener("click", () => byId("details").close());
  return [
    make("div", {class: "bar"},
        make("h2", {id: "details-title"}, one.id),
        button("‹ Previous", nextNotPassed(td, -1)),
        button("Next ›", nextNotPassed(td, 1)), close),
    make("p", {}, make("b", {}, `${cell.column.testee.name}, ${one.role} ${cell.column.form}: `),
        cellWords(cell)),
    make("p", {}, one.title, make("br"), make("span", {class: "soft"}, one.why)),
    make("h4", {}, "Clauses"),
    make("ul", {}, ...[...clauses].map((id) => clause(id, broken.has(id)))),
    ...cell.runs.map((run) => describeRun(run, cell, one)),
    ...unlisted(cell),
  ];
}

// A cell lists its first runs; of the others the number is said.
function unlisted(cell) {
  const more = cell.total - cell.count("PASS") -
      cell.runs.filter((run) => VERDICTS[run.verdict] !== "PASS").length;
  return more > 0 ? [make("p", {class: "soft"}, `${more} more runs are not passed; report.json has them.`)] : [];
}

function clause(id, broken) {
  const req = reqs.get(id);
  const soft = req && req.level !== "MUST" ? " soft-break" : "";
  return make("li", {class: broken ? `broken${soft}` : undefined}, clauseHead(id),
      broken ? make("b", {}, " broken") : "", make("br"), req ? req.text : "");
}

function describeRun(run, cell, one) {
  const list = make("dl");
  const say = (name, ...what) => list.append(make("dt", {}, name), make("dd", {}, ...what));
  if (run.reason) say("found", run.step ? `step ${run.step}: ${run.reason}` : run.reason);
  if (run.req) say("clause", clauseHead(run.req), " ", (reqs.get(run.req) || {text: ""}).text);
  say("oracle", run.oracle || "saw nothing that a machine of the specification forbids");
  if (run.twin) say("twin", run.twin);
  if (run.claims) say("the testee names", clauseHead(run.claims));
  if (run.exit) say("exit", run.exit);
  const command = `forkrpc-conformance run --filter ${quote(run.id)} ${quote(cell.column.testee.manifest)}`;
  const article = make("article", {},
      make("h3", {}, make("span", {class: cellClass({worst: VERDICTS[run.verdict]}, one.level)},
          VERDICTS[run.verdict]), ` ${run.id}`),
      list, make("h4", {}, "Reproduce"), commandLine(command));
  if (run.log) {
    article.append(make("h4", {}, "Wire log: > to the testee, < from it, - the runner"),
        drawLog(run.log, one.role));
  } else if (run.path) {
    article.append(make("p", {class: "soft"}, `The wire log is in ${run.path}.`));
  }
  if (run.errors) {
    article.append(make("h4", {}, "Standard error of the testee"),
        make("pre", {tabindex: 0, class: "errors"}, run.errors));
  }
  return article;
}

// For a POSIX shell.
function quote(word) {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function commandLine(command) {
  const copy = make("button", {type: "button"}, "Copy");
  const text = make("pre", {class: "repro", tabindex: 0}, command);
  copy.addEventListener("click", () => {
    // A page from disk may not be allowed to use the clipboard: select instead.
    getSelection().selectAllChildren(text);
    if (navigator.clipboard) navigator.clipboard.writeText(command).catch(() => {});
  });
  return make("div", {class: "command"}, text, copy);
}

// A line "seconds > ..." begins an entry; what is indented goes on with it.
function drawLog(log, role) {
  const writers = {">": role === "child" ? "parent" : "child", "<": role};
  let writer;
  const lines = log.split("\n").map((line) => {
    const entry = /^\s*[\d.]+ ([<>-])/.exec(line);
    if (entry) writer = writers[entry[1]];
    const found = / - step \d+ is not passed/.test(line);
    return make("span", {class: found ? "found" : writer || undefined}, `${line}\n`);
  });
  return make("pre", {class: "log", tabindex: 0}, ...lines);
}

// ---- Beginning.

function start() {
  for (const level of ["MUST", "SHOULD", "MAY"]) {
    if (report.cases.some((one) => one.level === level)) byId("level").append(make("option", {}, level));
  }
  for (const verdict of VERDICTS) byId("verdict").append(make("option", {}, verdict));
  const cell = readAddress();
  drawScores();
  drawMatrix();
  applyFilters();
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("input", (event) => {
    if (event.target.id === "group") drawMatrix();
    applyFilters();
  });
  byId("matrix").addEventListener("keydown", onGridKey);
  byId("matrix").addEventListener("click", (event) => open(event.target.closest("td")));
  byId("details").addEventListener("close", () => {
    writeAddress();
    if (current) focusCell(current);
  });
  if (cell) {
    open([...document.querySelectorAll("#matrix td")].find((td) => td.cell &&
        cell === [report.cases[td.cell.index].id, td.cell.column.testee.name, td.cell.column.form].join()));
  }
}

start();
