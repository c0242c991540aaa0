// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The report that stands in the page as JSON (see report_html.cc for its keys), and
// what all parts of the page ask it. Text is only ever set as text, never as markup.
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
const FAILED = ["FAIL", "CRASH", "HANG"];

// make("a", {href: "#x"}, "text", node...): an element.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// For a POSIX shell.
function quote(word) {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

// "1 case", "2 cases".
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

// A link to a view of the matrix, whose filters are given.
const viewLink = (text, filters) =>
    make("a", {class: "view", href: `#${new URLSearchParams(filters)}`}, text);

// A requirement's id, which leads to its text. details.js opens it in place.
function clauseLink(id) {
  const req = reqs.get(id);
  if (!req) return make("code", {}, id);
  return make("a", {class: "clause", href: `#req=${id}`, title: req.text}, make("code", {}, id));
}

// A text with each requirement that it names as a link.
const withClauses = (text) => text.split(/(FR-[A-Z]+-\d+)/)
    .map((part, place) => place % 2 ? clauseLink(part) : part);

function clauseHead(id) {
  const level = (reqs.get(id) || {level: ""}).level;
  return make("span", {}, clauseLink(id), " ", make("span", {class: level.toLowerCase()}, level));
}

// A column is a testee in one form; the case gives the role.
const allColumns = report.testees.flatMap((testee) => ["sync", "async"].map((form) => ({
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
  const countOf = (...verdicts) => verdicts.reduce(
      (sum, verdict) => sum + (counts[VERDICTS.indexOf(verdict)] || 0), 0);
  return {
    index, column, count: countOf,
    total: countOf(...VERDICTS),
    failed: countOf(...FAILED, "HARNESS"),
    worst: WORST_FIRST.find((verdict) => countOf(verdict) > 0),
    runs: each.runs[index] || [],
  };
}

function cellWords(cell) {
  const seen = WORST_FIRST.filter((verdict) => cell.count(verdict) > 0);
  return seen.map((verdict) => `${verdict} ${cell.count(verdict)}`).join(", ") +
      ` of ${count(cell.total, "run")}`;
}

function cellClass(cell, level) {
  if (cell.worst === "PASS") return "pass";
  if (cell.worst === "UNSUPPORTED" || cell.worst === "NOT_LOOKED_AT") {
    return "unsupported";
  }
  return level === "MUST" || cell.worst === "HARNESS" ? "fail" : "should";
}
