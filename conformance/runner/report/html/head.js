// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The head of the page: a verdict for each testee, what was run, and the score.

// By the number that the report gives: worst first.
const STANDINGS = [
  {mark: "✗", name: "broken", style: "fail"},
  {mark: "?", name: "not judged", style: "fail"},
  {mark: "~", name: "kept but for a SHOULD", style: "should"},
  {mark: "✓", name: "kept", style: "pass"},
];
const worstFirst = [...report.testees].sort((one, other) => one.standing - other.standing);

function drawHeadline() {
  byId("verdicts").append(...worstFirst.map(verdictLine));
  const of = [
    report.started && `${report.started.replace("T", " ").replace("Z", "")} UTC`,
    `forkrpc-conformance ${report.suite}`, `specification ${report.spec}`,
    count(report.cases.length, "case"), count(report.reqs.length, "requirement"),
    count(report.testees.length, "testee"),
  ];
  byId("about").textContent = of.filter(Boolean).join(" · ");
  if (report.command.length > 0) byId("command").append(commandLine(report.command.map(quote).join(" ")));
  document.title = `${report.testees.map((testee) => testee.name).join(", ")}: forkrpc conformance`;
}

function verdictLine(testee) {
  const {mark, name, style} = STANDINGS[testee.standing];
  return make("li", {class: style}, make("span", {class: "mark", role: "img", "aria-label": name}, mark),
      make("p", {}, make("b", {}, testee.name), " ", ...linked(testee.verdict, testee)));
}

// The sentence with its clauses and its numbers of cases as links.
function linked(text, testee) {
  let before = "";
  return text.split(/(\b\d+ cases?\b)/).flatMap((part, place) => {
    const level = /(MUST|SHOULD)s? in $/.exec(before);
    before = part;
    if (place % 2 === 0 || !level) return withClauses(part);
    return viewLink(part, {testee: testee.name, level: level[1], verdict: "failed"});
  });
}

function drawScores() {
  const body = document.querySelector("#scores tbody");
  for (const testee of worstFirst) {
    const name = [testee.name, testee.version].filter(Boolean).join(" ");
    testee.classes.forEach((each, index) => {
      const row = make("tr");
      if (index === 0) {
        row.append(make("th", {scope: "row", rowspan: testee.classes.length}, name,
            make("br"), make("small", {class: "soft", title: testee.manifest}, testee.language)));
      }
      row.append(make("td", {class: "word"}, `${each.role} ${each.form}`),
          ...scoreCells(testee, each));
      body.append(row);
    });
  }
  drawShared();
  const uncited = report.reqs.filter((req) => req.cases === 0);
  byId("uncited").hidden = uncited.length === 0;
  document.querySelector("#uncited summary").textContent = `${uncited.length} of ` +
      `${report.reqs.length} requirements are cited by no case`;
  document.querySelector("#uncited ul").append(...uncited.map((req) => make("li", {},
      clauseHead(req.id), ` ${req.text} `, make("span", {class: "soft"}, `(a breach shows by ${req.by})`))));
}

// What processes that served many sessions did otherwise; open if they did.
function drawShared() {
  const told = [];
  let differences = 0;
  for (const testee of worstFirst) {
    for (const each of testee.classes) {
      const name = make("b", {}, `${testee.name}, ${each.role} ${each.form}: `);
      differences += each.differences.length;
      told.push(...each.differences.map(({run, text}) =>
        make("li", {}, name.cloneNode(true), make("code", {}, run), ` differs ${text}`)));
      if (each.not_shared) told.push(make("li", {}, name, `no sessions are shared: ${each.not_shared}`));
    }
  }
  const shared = byId("shared");
  shared.hidden = told.length === 0;
  shared.open = differences > 0;
  shared.querySelector("summary").textContent = differences > 0 ?
      `${count(differences, "run")} in a process of many sessions differed` :
      "Where processes serve one session only";
  shared.querySelector("ul").append(...told);
}

// Each figure that is not 0 leads to the cases that it counts.
function scoreCells(testee, each) {
  if (each.state !== "RAN") return [make("td", {class: "note", colspan: 5}, each.note)];
  const score = each.score;
  const figure = (label, number, total, filters, style) => {
    const view = {testee: testee.name, role: each.role, form: each.form, ...filters};
    return make("td", {class: number ? style : undefined, "data-label": label},
        number ? viewLink(`${number}`, view) : "0", ` of ${total}`);
  };
  return [
    figure("MUST failed", score.must_failed, score.must_total,
        {level: "MUST", verdict: "failed"}, "must"),
    figure("SHOULD failed", score.should_failed, score.should_total,
        {level: "SHOULD", verdict: "failed"}, "should"),
    figure("passed", score.must_passed + score.should_passed,
        score.must_total + score.should_total, {verdict: "PASS"}),
    figure("tried", score.runs_tried, score.runs_total, {verdict: "tried"}),
    figure("requirements tried", score.reqs_tried, score.reqs_total,
        {verdict: "tried", group: "requirement"}),
  ];
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
