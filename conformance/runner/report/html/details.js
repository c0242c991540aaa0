// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What opens: a cell with its runs, and a clause with its text.

function open(td) {
  if (!td || !td.cell) return;
  setCurrent(td);
  visited = td;
  const details = byId("details");
  details.replaceChildren(...describe(td));
  byId("clause").close();
  if (!details.open) details.showModal();
  details.scrollTop = 0;
  // What decided stands at the end of a log, and of what a program said last.
  for (const text of details.querySelectorAll("pre.log, pre.errors")) text.scrollTop = text.scrollHeight;
  details.querySelector(".close").focus();
  writeAddress(td.cell);
}

// A head with a button that closes the dialog.
function bar(dialog, title, ...buttons) {
  const close = make("button", {type: "button", class: "close"}, "Close");
  close.addEventListener("click", () => byId(dialog).close());
  return make("div", {class: "bar"}, make("h2", {id: `${dialog}-title`}, title), ...buttons, close);
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
  return [
    bar("details", one.id, button("‹ Previous", nextNotPassed(td, -1)),
        button("Next ›", nextNotPassed(td, 1))),
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
  say("oracle", ...withClauses(run.oracle || "saw nothing that a machine of the specification forbids"));
  if (run.twin) say("twin", run.twin);
  if (run.claims) say("the testee names", clauseHead(run.claims));
  if (run.exit) say("exit", run.exit);
  const command = `forkrpc-conformance run --filter ${quote(run.id)} ${quote(cell.column.testee.manifest)}`;
  const article = make("article", {},
      make("h3", {}, make("span", {class: cellClass({worst: VERDICTS[run.verdict]}, one.level)},
          VERDICTS[run.verdict]), ` ${run.id}`), list);
  // It may be the cause, and it is short, so it stands before the log.
  if (run.errors) {
    article.append(make("h4", {}, "Standard error of the testee"),
        make("pre", {tabindex: 0, class: "errors"}, run.errors));
  } else if (VERDICTS[run.verdict] === "CRASH" && run.log) {
    article.append(make("p", {class: "soft"}, "The testee wrote nothing to standard error."));
  }
  article.append(make("h4", {}, "Reproduce"), commandLine(command));
  if (run.log) {
    article.append(make("h4", {}, "Wire log: > to the testee, < from it, - the runner"),
        drawLog(run.log, one.role));
  } else if (run.path) {
    article.append(make("p", {class: "soft"}, `The wire log is in ${run.path}.`));
  }
  return article;
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

// ---- A clause.

function openClause(id) {
  const req = reqs.get(id);
  if (!req) return;
  const dialog = byId("clause");
  const breaches = report.testees.map((testee) => breachesBy(testee, id)).filter(Boolean);
  dialog.replaceChildren(
      bar("clause", make("span", {}, make("code", {}, id), " ",
          make("span", {class: req.level.toLowerCase()}, req.level))),
      make("p", {class: "sentence"}, req.text),
      make("p", {class: "soft"}, `Specification ${report.spec}, section “${req.section}”. `,
          `A breach shows by ${req.by}. Cited by `,
          req.cases ? viewLink(count(req.cases, "case"), {text: id}) : "no case", "."),
      make("h4", {}, breaches.length ? "Broken here" : "Broken by no testee of this report"),
      make("ul", {}, ...breaches));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(".close").focus();
}

// The cases in which the testee broke it; null if there are none.
function breachesBy(testee, id) {
  const found = new Set(testee.classes.flatMap((each) => Object.entries(each.runs || {})
      .filter(([, runs]) => runs.some((run) => run.req === id && FAILED.includes(VERDICTS[run.verdict])))
      .map(([index]) => report.cases[index].id)));
  if (found.size === 0) return null;
  const links = [...found].flatMap((one) => [", ",
    viewLink(one, {testee: testee.name, text: one, verdict: "failed"})]);
  return make("li", {}, make("b", {}, testee.name), ": ", ...links.slice(1));
}
