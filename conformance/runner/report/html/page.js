// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Draws the page, and keeps it and its address the same.

function fillFilters() {
  for (const level of ["MUST", "SHOULD", "MAY"]) {
    if (report.cases.some((one) => one.level === level)) byId("level").append(make("option", {}, level));
  }
  for (const verdict of VERDICTS) byId("verdict").append(make("option", {}, verdict));
  for (const testee of new Set(allColumns.map((column) => column.testee.name))) {
    byId("testee").append(make("option", {}, testee));
  }
}

// What the address says; `go` for somebody who followed a link into the matrix.
function follow(go) {
  const wanted = readAddress();
  drawMatrix();
  applyFilters();
  if (wanted.clause) return openClause(wanted.clause);
  byId("clause").close();
  if (!wanted.cell) {
    byId("details").close();
    if (go) byId("matrix-title").scrollIntoView();
    return undefined;
  }
  return open([...document.querySelectorAll("#matrix td")].find((td) => td.cell &&
      wanted.cell === [report.cases[td.cell.index].id, td.cell.column.testee.name, td.cell.column.form].join()));
}

function listen() {
  const filters = byId("filters");
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", (event) => {
    if (["group", "testee", "form"].includes(event.target.id)) drawMatrix();
    applyFilters();
    writeAddress();
  });
  byId("reset").addEventListener("click", () => {
    history.replaceState(null, "", "#");
    follow(false);
  });
  addEventListener("hashchange", () => {
    if (location.hash !== "#matrix") follow(true);
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.clause");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openClause(link.getAttribute("href").slice("#req=".length));
  });
  const matrix = byId("matrix");
  matrix.addEventListener("click", (event) => open(event.target.closest("td")));
  matrix.addEventListener("focusin", (event) => {
    visited = event.target.closest("td") || visited;
  });
  byId("details").addEventListener("close", () => {
    writeAddress();
    if (current && visited) focusCell(current);
  });
}

fillFilters();
drawHeadline();
drawScores();
listen();
follow(false);
